//! A candidate hands in a text day: exactly once, in order, exactly as written.

use serde_json::{Value, json};
use tests::caller::Answer;
use tests::cost::Cost;
use tests::problem::problem;
use tests::story::Story;
use tests::together::{together, with_status};

const ADA: &str = "ada@example.com";
/// The longest text, in bytes.
const LIMIT: usize = 262_144;

fn submit(task: u64) -> String {
    format!("/api/tasks/{task}/submit")
}

/// The text of a submission as its recruiter reads it.
async fn text_of(story: &Story, submitted: &Answer) -> Value {
    let path = format!("/api/submissions/{}", submitted.body["submissionId"]);
    story.recruiter(1).get(&path).await.expect(200)["contentText"].clone()
}

#[tokio::test]
async fn a_text_is_handed_in_with_one_read_and_one_write() {
    let story = Story::begin().await;
    let (invited, ada) = story.claimed(ADA).await;
    let first = story.current_task(&ada, invited.session).await;
    story.clock.set("2026-03-03T10:00:00.250Z".parse().unwrap());

    let body = json!({ "contentText": "A plan.", "branch": "a..b", "extra": true });
    let (submitted, cost) = story.costing(ada.post(&submit(first), body)).await;

    let submitted = submitted.expect(201);
    let expected = json!({
        "submissionId": submitted["submissionId"].as_u64().unwrap(),
        "taskId": first,
        "candidateSessionId": invited.session,
        "submittedAt": "2026-03-03T10:00:00.25Z",
        "progress": { "completed": 1, "total": 5 },
        "isComplete": false,
        "commitSha": null,
    });
    assert_eq!(submitted, expected);
    assert_eq!(cost, Cost::of_table(2));
}

#[tokio::test]
async fn a_text_is_kept_exactly_as_it_was_sent() {
    let story = Story::begin().await;
    let text =
        "  \n\n\t# Plän — 計画 🦀\n<script>alert('x')</script> \"q\" \\ \u{2028}e\u{301}  \n";
    let (invited, ada) = story.claimed(ADA).await;
    let first = story.current_task(&ada, invited.session).await;

    let submitted = ada.post(&submit(first), json!({ "contentText": text })).await;

    assert_eq!(submitted.status, 201);
    assert_eq!(text_of(&story, &submitted).await, text);
}

#[tokio::test]
async fn a_text_may_have_256_kib_of_utf_8_and_not_one_byte_more() {
    let story = Story::begin().await;
    let (invited, ada) = story.claimed(ADA).await;
    let first = story.current_task(&ada, invited.session).await;
    let longest = "ä".repeat(LIMIT / 2);

    let body = json!({ "contentText": format!("{longest}.") });
    let refused = ada.post(&submit(first), body).await;
    let taken = ada.post(&submit(first), json!({ "contentText": longest })).await;

    let detail = "contentText: must be at most 262144 bytes of UTF-8";
    let mut expected = problem(422, "Unprocessable Entity", "CONTENT_TOO_LONG", detail);
    expected["errors"] = json!([{
        "pointer": "/body/contentText",
        "message": "must be at most 262144 bytes of UTF-8",
        "code": "CONTENT_TOO_LONG",
    }]);
    assert_eq!(refused.problem(), expected);
    assert_eq!(taken.status, 201);
    assert_eq!(text_of(&story, &taken).await, longest);
}

#[tokio::test]
async fn a_text_day_without_a_text_is_refused_and_stays_open() {
    let story = Story::begin().await;
    let (invited, ada) = story.claimed(ADA).await;
    let first = story.current_task(&ada, invited.session).await;
    let expected = problem(400, "Bad Request", "CONTENT_REQUIRED", "contentText is required");

    for body in [
        json!({}),
        json!({ "contentText": null }),
        json!({ "contentText": "" }),
        json!({ "contentText": " \n\t\n \u{a0}\u{3000}" }),
    ] {
        assert_eq!(ada.post(&submit(first), body).await.problem(), expected);
    }
    for (text, code) in [(json!("a\u{0}b"), "value_error"), (json!(7), "string_type")] {
        let refused = ada.post(&submit(first), json!({ "contentText": text })).await;
        let expected = [("/body/contentText".to_owned(), code.to_owned())];
        assert_eq!(refused.pointers(), expected);
    }
    assert_eq!(story.current_task(&ada, invited.session).await, first);
    assert_eq!(story.items("SUBMISSION#").await, Vec::<Value>::new());
}

#[tokio::test]
async fn days_are_handed_in_in_order_and_once() {
    let story = Story::begin().await;
    let (_invited, ada, second) = story.on_day_two(ADA).await;
    let blank = json!({ "contentText": "" });
    let text = json!({ "contentText": "Once more." });

    let done = ada.post(&submit(second - 1), text.clone()).await;
    let done_and_blank = ada.post(&submit(second - 1), blank.clone()).await;
    let later = ada.post(&submit(second + 2), text).await;
    let later_and_blank = ada.post(&submit(second + 2), blank).await;
    let unknown = ada.post(&submit(second + 4), json!({})).await;

    let duplicate = problem(409, "Conflict", "SUBMISSION_CONFLICT", "Task already submitted");
    assert_eq!((done.problem(), done_and_blank.problem()), (duplicate.clone(), duplicate));
    let order = problem(400, "Bad Request", "TASK_OUT_OF_ORDER", "Task out of order");
    assert_eq!((later.problem(), later_and_blank.problem()), (order.clone(), order));
    assert_eq!(unknown.refusal(), (404, "TASK_NOT_FOUND", "Task not found"));
}

#[tokio::test]
async fn the_fifth_day_completes_the_simulation_and_nothing_follows_it() {
    let story = Story::begin().await;
    let (invited, ada, first) = story.completed(ADA).await;

    for task in first..first + 5 {
        let refused = ada.post(&submit(task), json!({ "contentText": "More." })).await;
        let expected = (409, "SUBMISSION_CONFLICT", "Task already submitted");
        assert_eq!(refused.refusal(), expected);
    }
    let list = format!("/api/submissions?candidateSessionId={}", invited.session);
    let listed = story.recruiter(1).get(&list).await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_ten_texts_at_once_one_is_stored() {
    let story = Story::begin().await;
    let (invited, ada) = story.claimed(ADA).await;
    let first = story.current_task(&ada, invited.session).await;

    let submits = (0..10).map(|number| {
        let (ada, path) = (ada.clone(), submit(first));
        let body = json!({ "contentText": format!("Text {number}") });
        async move { ada.post(&path, body).await }
    });
    let answers = together(submits).await;

    assert_eq!((with_status(&answers, 201), with_status(&answers, 409)), (1, 9), "{answers:?}");
    for refused in answers.iter().filter(|answer| answer.status == 409) {
        let expected = (409, "SUBMISSION_CONFLICT", "Task already submitted");
        assert_eq!(refused.refusal(), expected);
    }
    assert_eq!(story.items("SUBMISSION#").await.len(), 1);
    assert_eq!(story.current_task(&ada, invited.session).await, first + 1);
}

#[tokio::test]
async fn nobody_hands_in_for_somebody_else() {
    let story = Story::begin().await;
    let (invited, _ada) = story.claimed(ADA).await;
    let (_other, grace) = story.claimed("grace@example.com").await;
    let (session, text) = (invited.session, json!({ "contentText": "Mine now." }));
    let ada = story.candidate(ADA).on(session);
    let first = story.current_task(&ada, session).await;

    let as_ada = grace.on(session).post(&submit(first), text.clone()).await;
    let on_her_own = grace.post(&submit(first), text).await;

    let not_found = (404, "CANDIDATE_SESSION_NOT_FOUND", "Candidate session not found");
    assert_eq!(as_ada.refusal(), not_found);
    assert_eq!(on_her_own.refusal(), (404, "TASK_NOT_FOUND", "Task not found"));
    assert_eq!(story.current_task(&ada, session).await, first);
}
