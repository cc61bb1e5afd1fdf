//! Who shares a limit: one caller with themselves, in all processes; nobody with anybody else.

use jiff::SignedDuration;
use local::issuer::{Identity, Role};
use serde_json::json;
use shared::domain::limit::{CANDIDATE_CURRENT_TASK, INVITE_CREATE, SUBMIT};
use tests::caller::Caller;
use tests::cost::Cost;
use tests::story::Story;
use tests::together::{together, with_status};

const ON: [(&str, &str); 1] = [("TENON_RATE_LIMIT_ENABLED", "1")];
const ADA: &str = "ada@example.com";

/// Somebody who has Ada's address under another subject.
fn namesake(story: &Story) -> Caller {
    let sub = Some("auth0|somebody-else".to_owned());
    story.identified(&Identity { sub, ..Identity::new(ADA, Role::Candidate) })
}

fn current_task(session: u64) -> String {
    format!("/api/candidate/session/{session}/current_task")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_count_together() {
    let story = Story::with(&ON).await;
    let (invited, ada) = story.claimed(ADA).await;
    let task = story.current_task(&ada, invited.session).await;
    let elsewhere = ada.at(&story.another_process().await);

    let calls = (0..2 * SUBMIT.max).map(|number| {
        let caller = if number % 2 == 0 { ada.clone() } else { elsewhere.clone() };
        async move { caller.post(&format!("/api/tasks/{task}/submit"), json!({})).await }
    });
    let answers = together(calls).await;

    assert_eq!((with_status(&answers, 400), with_status(&answers, 429)), (10, 10));
    let left = answers.iter().filter_map(|answer| answer.header("ratelimit"));
    let mut left: Vec<_> = left.collect();
    left.sort_unstable();
    let told: Vec<_> = (0..10).map(|left| format!("\"submit\";r={left};t=30")).collect();
    assert_eq!(left.split_off(10), told);
}

#[tokio::test]
async fn a_stranger_cannot_use_up_what_a_candidate_has() {
    let story = Story::with(&ON).await;
    let (invited, ada) = story.claimed(ADA).await;
    let path = current_task(invited.session);
    let stranger = namesake(&story);

    for _ in 0..CANDIDATE_CURRENT_TASK.max {
        assert_eq!(stranger.get(&path).await.status, 404);
    }

    assert_eq!(stranger.get(&path).await.status, 429);
    // Another session is another allowance, to the stranger as well.
    assert_eq!(stranger.get(&current_task(invited.session + 1)).await.status, 404);
    let spared = ada.get(&path).await;
    assert_eq!(spared.header("ratelimit"), Some("\"candidate_current_task\";r=59;t=60"));
    assert_eq!(spared.status, 200);
}

#[tokio::test]
async fn neither_another_address_nor_other_letters_are_a_fresh_allowance() {
    let trusting = [ON[0], ("TENON_TRUSTED_PROXY_CIDRS", "127.0.0.0/8")];
    let story = Story::with(&trusting).await;
    let simulation = story.simulation().await;
    let path = format!("/api/simulations/{simulation}/invite");
    let invite = async |recruiter: u8, email: &str, from: u32| {
        let body = json!({ "candidateName": "Ada", "inviteEmail": email });
        let recruiter = story.recruiter(recruiter);
        let request = recruiter.request(reqwest::Method::POST, &path).json(&body);
        let from = format!("198.51.100.{from}");
        recruiter.send(request.header("x-forwarded-for", from)).await
    };
    let spellings = [ADA, "Ada@example.com", "ADA@EXAMPLE.COM", " Ada <ada@Example.com> "];

    for (number, email) in (0..INVITE_CREATE.max).zip(spellings.into_iter().cycle()) {
        assert_eq!(invite(1, email, number).await.status, 200, "{email}");
    }

    assert_eq!(invite(1, "aDA@example.com", 200).await.status, 429);
    assert_eq!(invite(1, "bob@example.com", 1).await.status, 200);
    assert_eq!(invite(2, ADA, 1).await.status, 404, "somebody else's simulation, their allowance");
}

#[tokio::test]
async fn polling_as_the_web_client_does_is_never_refused() {
    let story = Story::with(&ON).await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let run = ada.post(&format!("/api/tasks/{task}/run"), json!({})).await.expect(200);
    let path = format!("/api/tasks/{task}/run/{}", run["runId"]);

    // Two minutes, a poll every 1.5 s, in two tabs.
    for _ in 0..80 {
        story.clock.advance(SignedDuration::from_millis(1_500));
        story.settle().await;
        for _tab in 0..2 {
            assert_eq!(ada.get(&path).await.status, 200);
        }
    }
    assert_eq!(ada.get(&path).await.body["status"], "failed");
}

/// What each limited route costs, cheap refusals by the rules of the day among them.
async fn costs(story: &Story) -> Vec<(u16, Cost)> {
    let (invited, ada) = story.claimed(ADA).await;
    let task = story.current_task(&ada, invited.session).await;
    let recruiter = story.recruiter(1);
    let link = format!("/api/candidate/session/{}", invited.token);
    let forged = format!("/api/candidate/session/{}", "x".repeat(43));
    let resend = format!(
        "/api/simulations/{}/candidates/{}/invite/resend",
        invited.simulation, invited.session
    );
    let on_task = |path: &str| format!("/api/tasks/{task}{path}");
    let answers = [
        story.costing(recruiter.get("/api/auth/me")).await,
        story.costing(story.invite(invited.simulation, "Ada Example", ADA)).await,
        story.costing(recruiter.post_nothing(&resend)).await,
        story.costing(ada.get(&link)).await,
        story.costing(ada.get(&forged)).await,
        story.costing(ada.get(&current_task(invited.session))).await,
        story.costing(ada.get("/api/candidate/invites")).await,
        story.costing(ada.post(&on_task("/codespace/init"), json!({}))).await,
        story.costing(ada.post(&on_task("/run"), json!({}))).await,
        story.costing(ada.get(&on_task("/run/7"))).await,
        story.costing(ada.post(&on_task("/submit"), json!({ "contentText": "Done." }))).await,
        story.costing(ada.get(&on_task("/codespace/status"))).await,
        story.costing(story.nobody().get("/api/auth/me")).await,
    ];
    answers.into_iter().map(|(answer, cost)| (answer.status, cost)).collect()
}

#[tokio::test]
async fn a_limit_costs_one_call_and_none_where_limits_are_off() {
    let off = costs(&Story::begin().await).await;
    let on = costs(&Story::with(&ON).await).await;

    let table = |calls: [(u16, u64); 13]| calls.map(|(status, of)| (status, Cost::of_table(of)));
    let expected = [
        (200, 0),
        (200, 2),
        (429, 2),
        (200, 1),
        (404, 0),
        (200, 1),
        (200, 1),
        (400, 1),
        (400, 1),
        (400, 1),
        (201, 2),
        (404, 1),
        (401, 0),
    ];
    assert_eq!(off, table(expected));
    let limited =
        |(status, of)| if (status, of) == (404, 1) { (status, of) } else { (status, of + 1) };
    assert_eq!(on, table(expected.map(limited)));
}

#[tokio::test]
async fn what_is_stored_of_a_caller_tells_nothing_and_ends() {
    let story = Story::with(&ON).await;
    costs(&story).await;

    let items = story.items("LIMIT#").await;
    assert_eq!(items.len(), 12, "{items:#?}");
    for item in &items {
        let text = item.to_string();
        for clear in ["ada", "example", "auth0", "local.test", "127.0.0.1", "xxxx"] {
            assert!(!text.contains(clear), "{clear} in {text}");
        }
        let pk = item["PK"]["S"].as_str().unwrap();
        assert_eq!(pk.rsplit('#').next().map(str::len), Some(43), "{pk}");
        let expires: i64 = item["expiresAtEpoch"]["N"].as_str().unwrap().parse().unwrap();
        assert!((1..=60).contains(&(expires - story.now().as_second())), "{text}");
    }
}
