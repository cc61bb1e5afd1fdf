//! GitHub tells how runs get on: what is asked of it then is what counts, and it is asked at once.

use jiff::SignedDuration;
use local::github::runs::RunTiming;
use serde_json::{Value, json};
use tests::caller::Caller;
use tests::story::Story;
use tests::webhooks::TOLD;

const ADA: &str = "ada@example.com";
/// GitHub's number of the first run of a story.
const RUN: u64 = 30_000_000_001;

/// Ada on day two, in a story whose runs take a minute and a second.
async fn with_slow_runs(settings: &[(&str, &str)]) -> (Story, Caller, u64) {
    let story = Story::with(settings).await;
    let (queued, running) = (SignedDuration::from_secs(1), SignedDuration::from_secs(60));
    story.stack.github.set_timing(RunTiming { queued, running });
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    (story, ada, task)
}

/// Starts a run; where to ask for it.
async fn started(ada: &Caller, task: u64) -> String {
    let run = ada.post(&format!("/api/tasks/{task}/run"), json!({})).await.expect(200);
    format!("/api/tasks/{task}/run/{}", run["runId"])
}

/// GitHub's number of the repository of Ada's second day.
async fn repository_id(story: &Story) -> u64 {
    let id = story.item("CS#", "WORKSPACE#2").await["repository"]["M"]["id"]["N"].clone();
    id.as_str().unwrap().parse().unwrap()
}

/// What GitHub would say of the run in `repository`; the conclusion is made up.
fn told(repository: u64, action: &str, attempt: u64) -> Value {
    let run = json!({
        "id": RUN, "event": "workflow_dispatch", "run_attempt": attempt, "status": "completed",
        "conclusion": "success", "updated_at": "2026-03-02T09:00:00Z",
    });
    json!({ "action": action, "repository": { "id": repository }, "workflow_run": run })
}

/// How often GitHub was asked for a run.
fn asked(story: &Story) -> u64 {
    story.stack.github.calls().get("GET run").copied().unwrap_or(0)
}

#[tokio::test]
async fn a_run_is_seen_to_have_ended_in_the_second_in_which_it_does() {
    let (story, ada, task) = with_slow_runs(&TOLD).await;
    let run = started(&ada, task).await;

    story.pass(60).await;
    assert_eq!(ada.get(&run).await.expect(200)["status"], "running");
    story.pass(1).await;
    assert_eq!(ada.get(&run).await.expect(200)["status"], "failed");

    let (story, ada, task) = with_slow_runs(&[]).await;
    let run = started(&ada, task).await;
    story.pass(61).await;
    assert_eq!(ada.get(&run).await.expect(200)["status"], "running", "nobody told");
}

#[tokio::test]
async fn what_was_handed_in_is_examined_in_the_second_in_which_its_run_ends() {
    let (story, ada, task) = with_slow_runs(&TOLD).await;
    story.push_solution(&story.repository(&ada, task).await);
    ada.post(&format!("/api/tasks/{task}/submit"), json!({})).await.expect(201);
    story.settle().await;
    let results = async || {
        let listed = story.recruiter(1).get("/api/submissions").await.expect(200);
        listed["items"][0]["testResults"].clone()
    };

    story.pass(60).await;
    assert_eq!(results().await["status"], "pending");
    story.pass(1).await;
    let ended = results().await;
    assert_eq!((&ended["status"], &ended["passed"]), (&json!("passed"), &json!(3)));
    assert_eq!(story.stack.github.dispatches(), 1);
}

#[tokio::test]
async fn what_a_webhook_says_of_a_run_counts_for_nothing() {
    let (story, ada, task) = with_slow_runs(&TOLD).await;
    let run = started(&ada, task).await;
    story.pass(30).await;
    let repository = repository_id(&story).await;

    story.webhook("workflow_run", &told(repository, "completed", 1)).await.expect(202);
    story.settle().await;

    assert_eq!(ada.get(&run).await.expect(200)["status"], "running", "GitHub itself says so");
    // Two seconds more where the run was looked at just before.
    story.pass(33).await;
    let ended = ada.get(&run).await.expect(200);
    assert_eq!((&ended["status"], &ended["conclusion"]), (&json!("failed"), &json!("failure")));
}

#[tokio::test]
async fn however_many_webhooks_tell_of_a_run_github_is_asked_once_in_two_seconds() {
    let (story, ada, task) = with_slow_runs(&TOLD).await;
    started(&ada, task).await;
    story.pass(30).await;
    let repository = repository_id(&story).await;
    // The job that follows the run may have looked a moment ago.
    story.clock.advance(SignedDuration::from_secs(2));
    let before = asked(&story);

    for _ in 0..10 {
        story.webhook("workflow_run", &told(repository, "in_progress", 1)).await.expect(202);
        story.settle().await;
    }
    assert_eq!(asked(&story), before + 1);
}

#[tokio::test]
async fn what_is_told_late_twice_or_of_another_attempt_changes_nothing_and_asks_nobody() {
    let (story, ada, task) = with_slow_runs(&TOLD).await;
    let run = started(&ada, task).await;
    story.pass(70).await;
    let ended = ada.get(&run).await.expect(200);
    assert_eq!(ended["status"], "failed");
    let before = story.stack.github.total_calls();
    let repository = repository_id(&story).await;

    for (action, attempt) in [("in_progress", 1), ("completed", 1), ("completed", 2)] {
        story.webhook("workflow_run", &told(repository, action, attempt)).await.expect(202);
        story.settle().await;
    }
    for sent in story.stack.github.deliveries() {
        story.stack.github.redeliver(sent.id).unwrap();
    }
    story.pass(15).await;

    assert_eq!(ada.get(&run).await.expect(200), ended);
    assert_eq!(story.stack.github.total_calls(), before);
}

#[tokio::test]
async fn a_run_that_is_not_ours_is_nobodys_business() {
    let story = Story::with(&TOLD).await;
    story.webhook("workflow_run", &told(7, "completed", 1)).await.expect(202);
    story.settle().await;

    let job = story.item("JOB#", "JOB").await;
    assert_eq!(job["state"]["M"]["state"]["S"], "done");
    assert_eq!(story.stack.github.total_calls(), 0);
}

#[tokio::test]
async fn a_run_that_tries_a_template_out_is_no_candidates_run() {
    let story = Story::operated(&TOLD).await;
    let body = json!({ "templateKeys": ["go-gin"], "waitSeconds": 0 });
    story.operator().post("/api/admin/templates/health/run", body).await.expect(202);

    story.pass(20).await;

    let jobs = story.items("JOB#").await;
    let heeded = jobs.iter().filter(|job| job["job"]["M"]["kind"]["S"] == "heedGitHub");
    let ended: Vec<_> = heeded.map(|job| &job["state"]["M"]["state"]["S"]).collect();
    assert!(ended.len() >= 2 && ended.iter().all(|state| **state == "done"), "{ended:?}");
}
