//! Creating calls to GitHub have one pace: candidates are told their place, and nobody is forgotten.

use http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::caller::Answer;
use tests::cost::Cost;
use tests::story::Story;

const KEY: &str = "an admin key of the tests, long enough";
const TRY: &str = "/api/admin/templates/health/run";
const ADA: &str = "ada@example.com";
const SLOW: [(&str, &str); 3] = [
    ("TENON_GITHUB_CREATES_PER_SECOND", "0"),
    ("TENON_GITHUB_CREATES_PER_MINUTE", "1"),
    ("TENON_GITHUB_CREATES_PER_HOUR", "0"),
];
/// A minute, and as much as a call may be late.
const TURN: u32 = 70;

fn details(refused: &Answer) -> Value {
    assert_eq!(refused.refusal().1, "WORKSPACE_NOT_READY");
    refused.body["details"].clone()
}

#[tokio::test]
async fn who_waits_is_told_their_place_and_how_long_it_takes() {
    let story = Story::with(&SLOW).await;
    story.invited("first@example.com").await;
    let (invited, ada, task) = story.on_day_two_just_invited(ADA).await;
    story.settle().await;
    let status = format!("/api/tasks/{task}/codespace/status");

    let (refused, cost) = story.costing(ada.get(&status)).await;

    let waiting = json!({
        "state": "queued",
        "reason": null,
        "position": 2,
        "estimatedSeconds": 140,
        "retryAfterSeconds": 15,
    });
    assert_eq!((details(&refused), refused.header("retry-after")), (waiting, Some("15")));
    assert_eq!(cost, Cost::of_table(2));
    assert_eq!(story.row(&invited).await["workspaces"][0]["state"], "queued");

    story.pass(136).await;
    let refused = ada.get(&status).await;
    let soon = json!({
        "state": "queued",
        "reason": null,
        "position": 1,
        "estimatedSeconds": 4,
        "retryAfterSeconds": 4,
    });
    assert_eq!((details(&refused), refused.header("retry-after")), (soon, Some("4")));
    story.pass(4).await;
    assert_eq!(ada.get(&status).await.status, 200);
}

#[tokio::test]
async fn a_slot_is_taken_once_however_often_the_job_is_delivered() {
    let story = Story::with(&SLOW).await;
    story.invited(ADA).await;
    let before = story.item("CREATES", "CREATES").await;

    for _ in 0..3 {
        for job in story.items("JOB#").await {
            let message = json!({ "jobId": job["id"]["S"] }).to_string();
            story.stack.queue.push(&message, std::time::Duration::ZERO);
        }
        story.settle().await;
    }

    assert_eq!(story.item("CREATES", "CREATES").await, before);
    assert_eq!(before["moments"]["S"], "1772442000000,70000");
}

#[tokio::test]
async fn a_slot_that_was_missed_is_exchanged_and_the_window_still_holds() {
    let story = Story::with(&SLOW).await;
    story.invited(ADA).await;
    let made = || story.stack.github.repositories().len();
    assert_eq!(made(), 1);

    story.clock.advance(SignedDuration::from_mins(5));
    story.settle().await;
    assert_eq!(made(), 2);
    assert_eq!(story.item("CREATES", "CREATES").await["moments"]["S"], "1772442000000,300000");
}

#[tokio::test]
async fn a_submission_takes_its_turn_twice_and_a_test_run_of_the_candidate_does_not_wait() {
    let story = Story::with(&SLOW).await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    story.push_solution(&story.repository(&ada, task).await);

    ada.post(&format!("/api/tasks/{task}/run"), json!({})).await.expect(200);
    assert_eq!(story.stack.github.dispatches(), 1);

    story.pass(TURN).await;
    story.clock.advance(SignedDuration::from_secs(1));
    ada.post(&format!("/api/tasks/{task}/submit"), json!({})).await.expect(201);
    story.settle().await;
    let calls = || {
        let calls = story.stack.github.calls();
        let counted = |call: &str| calls.get(call).copied().unwrap_or(0);
        (counted("POST refs"), counted("POST dispatches"))
    };
    assert_eq!(calls(), (0, 1));
    story.pass(TURN).await;
    assert_eq!(calls(), (1, 1));
    story.pass(TURN).await;
    assert_eq!(calls(), (1, 2));
    story.pass(TURN).await;
    let listed = story.recruiter(1).get("/api/submissions").await.expect(200);
    assert_eq!(listed["items"][0]["testResults"]["status"], "passed");
    assert_eq!(calls(), (1, 2));
}

#[tokio::test]
async fn a_limit_that_a_test_run_meets_closes_the_bucket() {
    let (story, detour) = Story::with_detour(&SLOW).await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    detour.refuse_for("POST /dispatches", 403, Some(40));

    let refused = ada.post(&format!("/api/tasks/{task}/run"), json!({})).await;

    assert_eq!(refused.status, 502, "{}", refused.body);
    let until = story.now() + SignedDuration::from_secs(40);
    let closed = story.item("CREATES", "CREATES").await["closedUntil"]["S"].clone();
    assert_eq!(closed, until.to_string());
}

#[tokio::test]
async fn a_call_that_failed_has_used_its_moment() {
    let (story, detour) = Story::with_detour(&SLOW).await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    detour.refuse("POST /git/refs", 503);
    story.clock.advance(SignedDuration::from_secs(1));
    ada.post(&format!("/api/tasks/{task}/submit"), json!({})).await.expect(201);
    story.settle().await;
    let moments = async || moments(&story).await;
    let before = moments().await;

    let mut passed = 0;
    while moments().await == before && passed < 4 * TURN {
        story.pass(1).await;
        passed += 1;
    }
    assert_eq!(moments().await, before + 1, "the one that was used, and the next");
    // It is the same for the tests that are to be started: the tag's, two that failed, the next.
    detour.allow();
    detour.refuse("POST /dispatches", 422);
    story.pass(5 * TURN).await;
    assert!(moments().await >= before + 4, "{}", moments().await);
}

/// How many moments were given out.
async fn moments(story: &Story) -> usize {
    let moments = story.item("CREATES", "CREATES").await["moments"]["S"].clone();
    moments.as_str().unwrap().split(',').count()
}

/// How often GitHub was called by this name.
fn called(story: &Story, call: &str) -> u64 {
    story.stack.github.calls().get(call).copied().unwrap_or(0)
}

#[tokio::test]
async fn a_moment_that_is_there_is_used_at_once_though_time_goes_on_meanwhile() {
    let story = Story::with(&[&SLOW[..], &[("TENON_ADMIN_API_KEY", KEY)]].concat()).await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let minutes = SignedDuration::from_mins(5);
    story.clock.advance(minutes);
    story.settle().await;
    story.clock.tick(SignedDuration::from_millis(3));

    story.clock.advance(minutes);
    ada.post(&format!("/api/tasks/{task}/submit"), json!({})).await.expect(201);
    story.settle().await;
    assert_eq!(called(&story, "POST refs"), 1, "the tag");
    story.clock.advance(minutes);
    story.settle().await;
    assert_eq!(called(&story, "POST dispatches"), 1, "the tests on it");

    story.clock.advance(minutes);
    let before = moments(&story).await;
    tried(&story, TRY, Some(json!({ "templateKeys": ["go-gin"], "waitSeconds": 0 }))).await;
    story.settle().await;
    assert_eq!(called(&story, "POST dispatches"), 2, "the template");
    assert_eq!(moments(&story).await, before + 1);

    story.clock.advance(minutes);
    let made = story.stack.github.repositories().len();
    story.invited("eve@example.com").await;
    assert_eq!(story.stack.github.repositories().len(), made + 1);
}

#[tokio::test]
async fn a_call_under_a_former_name_has_used_its_moment() {
    let story = Story::with(&SLOW).await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    story.pass(3 * TURN).await;
    story.stack.github.rename_repository(&repository, "second").unwrap();
    let before = moments(&story).await;

    let init = json!({ "githubUsername": "ada" });
    ada.post(&format!("/api/tasks/{task}/codespace/init"), init).await.expect(200);
    story.settle().await;
    let theirs = "the one that was used, the next, and that of the other repository";
    assert_eq!(moments(&story).await, before + 3, "{theirs}");
    let invited = || story.stack.github.calls().get("PUT collaborator").copied();
    let in_vain = invited();

    story.pass(TURN).await;
    assert_ne!(invited(), in_vain);
    assert_eq!(moments(&story).await, before + 3);
}

/// Has the template of the default simulation tried out, and tells how that stands.
async fn tried(story: &Story, path: &str, body: Option<Value>) -> Value {
    let nobody = story.nobody();
    let method = if body.is_some() { Method::POST } else { Method::GET };
    let request = nobody.request(method, path).header("x-admin-key", KEY);
    let answer =
        nobody.send(if let Some(body) = body { request.json(&body) } else { request }).await;
    assert!([200, 202].contains(&answer.status), "{}", answer.body);
    answer.body
}

#[tokio::test]
async fn a_template_that_is_tried_out_takes_its_turn_which_counts_for_nothing_of_its_time() {
    let story = Story::with(&[&SLOW[..], &[("TENON_ADMIN_API_KEY", KEY)]].concat()).await;
    let body =
        json!({ "templateKeys": ["go-gin", "go-gin"], "waitSeconds": 0, "timeoutSeconds": 30 });
    let asked = tried(&story, TRY, Some(body)).await;
    story.settle().await;
    assert_eq!(story.stack.github.dispatches(), 1);

    story.pass(TURN - 1).await;
    assert_eq!(story.stack.github.dispatches(), 1);
    story.pass(TURN).await;

    assert_eq!(story.stack.github.dispatches(), 2);
    let told = tried(&story, &format!("{TRY}s/{}", asked["id"]), None).await;
    for template in told["templates"].as_array().unwrap() {
        assert_eq!(template["errors"], json!(["workflow_run_not_success"]));
    }
}

#[tokio::test]
async fn a_limit_that_a_template_meets_closes_the_bucket() {
    let (story, detour) =
        Story::with_detour(&[&SLOW[..], &[("TENON_ADMIN_API_KEY", KEY)]].concat()).await;
    detour.refuse_for("POST /dispatches", 403, Some(40));

    tried(&story, TRY, Some(json!({ "templateKeys": ["go-gin"], "waitSeconds": 0 }))).await;
    story.settle().await;

    let until = story.now() + SignedDuration::from_secs(40);
    let closed = story.item("CREATES", "CREATES").await["closedUntil"]["S"].clone();
    assert_eq!(closed, until.to_string());
}
