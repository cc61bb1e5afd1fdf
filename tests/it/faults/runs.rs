//! A candidate's run: started although nobody heard, listed late, told without details.

use local::github::faults::Fault;
use local::github::faults::kind::Kind;
use serde_json::{Value, json};
use tests::caller::Caller;
use tests::story::Story;

use crate::faults::{ADA, until_all_is_done};

/// Ada on day two, whose next calls meet `faults`; the story, she, and her task.
async fn day_two(faults: &[Fault]) -> (Story, Caller, u64) {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    for fault in faults {
        story.stack.github.misbehave(fault.clone());
    }
    (story, ada, task)
}

async fn ended(story: &Story, ada: &Caller, task: u64, run: &Value) -> Value {
    until_all_is_done(story).await;
    let polled = ada.get(&format!("/api/tasks/{task}/run/{run}")).await.expect(200);
    json!([polled["status"], polled["total"], polled["workflowRunId"]])
}

/// What a run of the template ends with, as the first one GitHub has.
fn joined() -> Value {
    json!(["failed", 3, 30_000_000_001_u64])
}

#[tokio::test]
async fn a_run_whose_start_nobody_heard_of_is_joined() {
    for kind in [Kind::LostAnswer, Kind::Truncated] {
        let (story, ada, task) = day_two(&[Fault::once(kind).on("POST dispatches")]).await;

        let started = ada.post(&format!("/api/tasks/{task}/run"), json!({})).await.expect(200);

        assert_eq!(
            (&started["status"], &started["workflowRunId"]),
            (&json!("running"), &json!(null))
        );
        assert_eq!(ended(&story, &ada, task, &started["runId"]).await, joined());
        assert_eq!(story.stack.github.dispatches(), 1);
    }
}

#[tokio::test]
async fn a_run_that_github_tells_nothing_of_and_lists_late_is_joined() {
    let late = Fault::always(Kind::LateListing).measuring(8);
    let (story, ada, task) = day_two(&[Fault::always(Kind::NoDetails), late]).await;

    let started = ada.post(&format!("/api/tasks/{task}/run"), json!({})).await.expect(200);
    story.pass(7).await;
    let path = format!("/api/tasks/{task}/run/{}", started["runId"]);
    let unlisted = ada.get(&path).await.expect(200);

    assert_eq!(
        (&unlisted["status"], &unlisted["workflowRunId"]),
        (&json!("running"), &json!(null))
    );
    assert_eq!(ended(&story, &ada, task, &started["runId"]).await, joined());
    assert_eq!(story.stack.github.dispatches(), 1);
}

#[tokio::test]
async fn a_run_that_github_may_have_started_is_asked_for_again_by_who_is_told_so() {
    let (story, ada, task) = day_two(&[Fault::once(Kind::BadGateway).on("POST dispatches")]).await;
    let run = format!("/api/tasks/{task}/run");

    let refused = ada.post(&run, json!({})).await;
    let started = ada.post(&run, json!({})).await.expect(200);

    assert_eq!((refused.status, refused.refusal().1), (502, "GITHUB_UNAVAILABLE"));
    assert_eq!(refused.body["retryable"], true);
    let ended = ended(&story, &ada, task, &started["runId"]).await;
    assert_eq!(ended, json!(["failed", 3, 30_000_000_002_u64]));
    assert_eq!(story.stack.github.dispatches(), 2);
}

#[tokio::test]
async fn who_asks_for_a_run_is_told_what_is_wrong_and_nothing_runs() {
    for (kind, code) in [
        (Kind::ServerError, "GITHUB_UNAVAILABLE"),
        (Kind::TooMany, "GITHUB_RATE_LIMITED"),
        (Kind::SecondaryLimit, "GITHUB_RATE_LIMITED"),
        (Kind::PrimaryLimit, "GITHUB_RATE_LIMITED"),
    ] {
        let (story, ada, task) = day_two(&[Fault::once(kind).on("POST dispatches")]).await;

        let refused = ada.post(&format!("/api/tasks/{task}/run"), json!({})).await;
        until_all_is_done(&story).await;

        assert_eq!((refused.status, refused.refusal().1), (502, code), "{kind:?}");
        assert_eq!(refused.body["retryable"], true, "{kind:?}");
        assert_eq!(story.stack.github.dispatches(), 0, "{kind:?}");
    }
}
