//! A request with an idempotency key is done once, however often it is sent.

use http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::caller::{Answer, Caller};
use tests::cost::Cost;
use tests::problem::problem;
use tests::story::Story;
use tests::together::{together, with_status};
use tests::work::simulation_body;

const ADA: &str = "ada@example.com";
const SIMULATIONS: &str = "/api/simulations";

/// `POST path` with these keys.
async fn post(who: &Caller, path: &str, body: &Value, keys: &[&str]) -> Answer {
    let mut request = who.request(Method::POST, path).json(body);
    for key in keys {
        request = request.header("idempotency-key", *key);
    }
    who.send(request).await
}

fn invitation() -> Value {
    json!({ "candidateName": "Ada Example", "inviteEmail": ADA })
}

fn titled(title: &str) -> Value {
    let mut body = simulation_body();
    body["title"] = json!(title);
    body
}

fn is_replay(answer: &Answer) -> bool {
    answer.header("idempotent-replayed") == Some("true")
}

fn mismatch() -> Value {
    let detail = "This Idempotency-Key was used for another request";
    problem(422, "Unprocessable Entity", "IDEMPOTENCY_KEY_REUSED", detail)
}

#[tokio::test]
async fn a_simulation_is_made_once_and_shown_again_under_its_key() {
    let story = Story::begin().await;
    let recruiter = story.recruiter(1);
    recruiter.get("/api/auth/me").await.expect(200);
    let body = simulation_body();

    let (without, plain) = story.costing(post(&recruiter, SIMULATIONS, &body, &[])).await;
    let (first, once) = story.costing(post(&recruiter, SIMULATIONS, &body, &["k"])).await;
    let (again, replay) = story.costing(post(&recruiter, SIMULATIONS, &body, &["k"])).await;

    assert_eq!((without.status, first.status, again.status), (201, 201, 201));
    assert_eq!(first.body, again.body);
    assert_ne!(first.body["id"], without.body["id"]);
    assert_eq!(first.header("idempotent-replayed"), None);
    assert!(is_replay(&again));
    assert_eq!(story.items("SIM#").await.len(), 2);
    // A claim before it; a refused claim, the record and the simulation.
    assert_eq!([plain, once, replay], [1, 2, 3].map(Cost::of_table));
}

#[tokio::test]
async fn a_key_is_the_same_in_quotes_and_whatever_the_body_looks_like() {
    let story = Story::begin().await;
    let recruiter = story.recruiter(1);
    let mut rich = simulation_body();
    rich["unknown"] = json!([1, 2, 3]);

    let first = post(&recruiter, SIMULATIONS, &simulation_body(), &["a key"]).await.expect(201);
    let quoted = post(&recruiter, SIMULATIONS, &rich, &["\"a key\""]).await;

    assert!(is_replay(&quoted));
    assert_eq!(quoted.expect(201), first);
}

#[tokio::test]
async fn a_key_that_is_none_is_refused_once_it_is_known_who_asks() {
    let story = Story::begin().await;
    let recruiter = story.recruiter(1);
    recruiter.get("/api/auth/me").await.expect(200);
    let detail = "Idempotency-Key must be 1 to 255 printable ASCII characters";
    let expected = problem(400, "Bad Request", "IDEMPOTENCY_KEY_INVALID", detail);
    let too_long = "k".repeat(256);

    for keys in [&[""][..], &["\"\""], &["\"open"], &["käse"], &[&too_long], &["a", "a"]] {
        let body = json!({});
        let (refused, cost) = story.costing(post(&recruiter, SIMULATIONS, &body, keys)).await;
        assert_eq!((refused.problem(), cost), (expected.clone(), Cost::of_table(0)), "{keys:?}");
    }
    let nobody = post(&story.nobody(), SIMULATIONS, &json!({}), &[""]).await;
    assert_eq!(nobody.refusal(), (401, "NOT_AUTHENTICATED", "Not authenticated"));
    let longest = "k".repeat(255);
    assert_eq!(post(&recruiter, SIMULATIONS, &simulation_body(), &[&longest]).await.status, 201);
}

#[tokio::test]
async fn a_key_is_one_caller_s_on_one_path_for_one_input() {
    let story = Story::begin().await;
    let (one, two) = (story.recruiter(1), story.recruiter(2));
    let first = post(&one, SIMULATIONS, &titled("One"), &["k"]).await.expect(201);
    let other = post(&one, SIMULATIONS, &titled("Other"), &["l"]).await.expect(201);

    let differs = post(&one, SIMULATIONS, &titled("Two"), &["k"]).await;
    let somebody_else = post(&two, SIMULATIONS, &titled("Two"), &["k"]).await;
    let mut invited = Vec::new();
    for made in [&first, &other] {
        let path = format!("/api/simulations/{}/invite", made["id"]);
        invited.push(post(&one, &path, &invitation(), &["k"]).await);
    }

    assert_eq!(differs.problem(), mismatch());
    assert_eq!((somebody_else.status, is_replay(&somebody_else)), (201, false));
    for invited in &invited {
        assert_eq!((invited.status, is_replay(invited)), (200, false));
    }
    assert_ne!(invited[0].body["candidateSessionId"], invited[1].body["candidateSessionId"]);
    assert_eq!(story.items("IDEMPOTENCY#").await.len(), 5);
}

#[tokio::test]
async fn an_invite_sent_again_says_what_it_said_and_sends_no_second_mail() {
    let story = Story::begin().await;
    let recruiter = story.recruiter(1);
    let path = format!("/api/simulations/{}/invite", story.simulation().await);

    let (first, cost) = story.costing(post(&recruiter, &path, &invitation(), &["k"])).await;
    story.pass(60).await;
    let again = post(&recruiter, &path, &invitation(), &["k"]).await;
    let resent = post(&recruiter, &path, &invitation(), &["other"]).await;
    let resent_again = post(&recruiter, &path, &invitation(), &["other"]).await;
    let unchanged = post(&recruiter, &path, &invitation(), &["third"]).await;
    let unchanged_again = post(&recruiter, &path, &invitation(), &["third"]).await;

    assert_eq!(cost, Cost::of_table(3));
    assert_eq!((&first.body["outcome"], is_replay(&first)), (&json!("created"), false));
    assert_eq!((&again.body, is_replay(&again)), (&first.body, true));
    assert_eq!((&resent.body["outcome"], is_replay(&resent)), (&json!("resent"), false));
    assert_eq!((&resent_again.body, is_replay(&resent_again)), (&resent.body, true));
    // Within 30 seconds nothing changes, and the key is kept all the same.
    assert_eq!((&unchanged.body, is_replay(&unchanged)), (&resent.body, false));
    assert_eq!((&unchanged_again.body, is_replay(&unchanged_again)), (&resent.body, true));
    story.settle().await;
    assert_eq!(story.stack.mailbox.mails().len(), 2);
}

#[tokio::test]
async fn no_record_holds_a_token_or_anything_that_was_sent() {
    let story = Story::begin().await;
    let recruiter = story.recruiter(1);
    let path = format!("/api/simulations/{}/invite", story.simulation().await);

    let invited = post(&recruiter, &path, &invitation(), &["my key"]).await.expect(200);

    let [record] = &story.items("IDEMPOTENCY#").await[..] else { panic!("one record") };
    let mut names: Vec<_> = record.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    let of_the_table = ["PK", "SK", "body", "expiresAtEpoch", "version"];
    names.retain(|name| !of_the_table.contains(name));
    assert_eq!(names, ["expiresAt", "fingerprint", "progress", "scope"]);
    let session = invited["candidateSessionId"].to_string();
    let outcome = json!({ "M": { "created": { "BOOL": true }, "session": { "N": session } } });
    assert_eq!(record["progress"]["M"]["outcome"], outcome);
    let day_later = story.now() + SignedDuration::from_hours(24);
    assert_eq!(record["expiresAtEpoch"]["N"], day_later.as_second().to_string());
    let record = record.to_string();
    for secret in [invited["token"].as_str().unwrap(), "my key", "Ada", ADA, "recruiter1"] {
        assert!(!record.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_text_handed_in_again_gets_the_first_answer_even_days_later() {
    let story = Story::begin().await;
    let (invited, ada) = story.claimed(ADA).await;
    let first = story.current_task(&ada, invited.session).await;
    let path = format!("/api/tasks/{first}/submit");
    let text = json!({ "contentText": "A plan." });

    let (submitted, cost) = story.costing(post(&ada, &path, &text, &["k"])).await;
    let code = json!({});
    let on_code = format!("/api/tasks/{}/submit", first + 1);
    let code_first = post(&ada, &on_code, &code, &["k"]).await;
    story.pass(15).await;
    let (again, replay) = story.costing(post(&ada, &path, &text, &["k"])).await;
    let code_again = post(&ada, &on_code, &code, &["k"]).await;
    let other = post(&ada, &path, &json!({ "contentText": "Another." }), &["k"]).await;
    let without = ada.post(&path, text).await;

    assert_eq!((submitted.status, cost), (201, Cost::of_table(3)));
    // The desk is read beside the limit, so the sender is known before the key is looked at.
    assert_eq!((&again.body, again.status, replay), (&submitted.body, 201, Cost::of_table(4)));
    assert_eq!(again.body["progress"], json!({ "completed": 1, "total": 5 }));
    assert_eq!((&code_again.body, is_replay(&code_again)), (&code_first.body, true));
    assert_eq!(code_again.body["commitSha"].as_str().unwrap().len(), 40);
    assert_eq!(other.problem(), mismatch());
    assert_eq!(without.refusal(), (409, "SUBMISSION_CONFLICT", "Task already submitted"));
}

#[tokio::test]
async fn a_refusal_leaves_the_key_free() {
    let story = Story::begin().await;
    let (invited, ada) = story.claimed(ADA).await;
    let first = story.current_task(&ada, invited.session).await;
    let path = format!("/api/tasks/{first}/submit");

    let blank = json!({ "contentText": " " });
    let (blank, cost) = story.costing(post(&ada, &path, &blank, &["k"])).await;
    let left = story.items("IDEMPOTENCY#").await;
    let text = post(&ada, &path, &json!({ "contentText": "A plan." }), &["k"]).await;

    assert_eq!(blank.refusal(), (400, "CONTENT_REQUIRED", "contentText is required"));
    assert_eq!((left, cost), (Vec::<Value>::new(), Cost::of_table(3)));
    assert_eq!((text.status, is_replay(&text)), (201, false));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_ten_requests_at_once_with_one_key_one_makes_a_simulation() {
    let story = Story::begin().await;
    let recruiter = story.recruiter(1);
    recruiter.get("/api/auth/me").await.expect(200);

    let requests = (0..10).map(|_| {
        let recruiter = recruiter.clone();
        async move { post(&recruiter, SIMULATIONS, &simulation_body(), &["k"]).await }
    });
    let answers = together(requests).await;
    let after = post(&recruiter, SIMULATIONS, &simulation_body(), &["k"]).await;

    let made: Vec<_> = answers.iter().filter(|answer| answer.status == 201).collect();
    assert_eq!(made.len() + with_status(&answers, 409), 10, "{answers:?}");
    assert_eq!(made.iter().filter(|answer| !is_replay(answer)).count(), 1);
    assert!(made.iter().all(|answer| answer.body == after.body));
    for waiting in answers.iter().filter(|answer| answer.status == 409) {
        assert_eq!(waiting.refusal().1, "IDEMPOTENCY_IN_FLIGHT");
        assert_eq!(waiting.header("retry-after"), Some("1"));
    }
    assert_eq!(story.items("SIM#").await.len(), 1);
}

#[tokio::test]
async fn a_key_is_kept_for_24_hours_and_not_a_second_longer() {
    let story = Story::begin().await;
    let recruiter = story.recruiter(1);
    let first = post(&recruiter, SIMULATIONS, &simulation_body(), &["k"]).await.expect(201);

    story.clock.advance(SignedDuration::from_hours(24) - SignedDuration::from_secs(1));
    let kept = post(&recruiter, SIMULATIONS, &simulation_body(), &["k"]).await;
    let other = post(&recruiter, SIMULATIONS, &titled("Other"), &["k"]).await;
    story.clock.advance(SignedDuration::from_secs(1));
    // The table has not deleted it yet, as on AWS.
    assert_eq!(story.items("IDEMPOTENCY#").await.len(), 1);
    let new = post(&recruiter, SIMULATIONS, &titled("Other"), &["k"]).await;
    let new_again = post(&recruiter, SIMULATIONS, &titled("Other"), &["k"]).await;

    assert_eq!((&kept.body, is_replay(&kept)), (&first, true));
    assert_eq!(other.problem(), mismatch());
    assert_eq!((new.status, is_replay(&new)), (201, false));
    assert_ne!(new.body["id"], first["id"]);
    assert_eq!((&new_again.body, is_replay(&new_again)), (&new.body, true));
}
