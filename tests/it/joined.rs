//! Which of GitHub's runs is ours, when GitHub did not say: one that we started, and nobody else's.

use http::Method;
use local::github::faults::Fault;
use local::github::faults::kind::Kind;
use serde_json::{Value, json};
use tests::caller::Caller;
use tests::story::Story;

const ADA: &str = "ada@example.com";
const FIRST: u64 = 30_000_000_001;
const WORKFLOW: (&str, &str) = ("tenon-ci.yml", "main");

/// Ada on day 2, and Carol, who may push to her repository, too.
async fn with_carol(story: &Story) -> (Caller, u64, String) {
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    let github = story.github();
    let path = format!("/repos/{repository}/collaborators/carol");
    let invite = github.request(Method::PUT, &path).json(&json!({ "permission": "push" }));
    github.send(invite).await.expect(201);
    story.accept_invitations("carol");
    (ada, task, repository)
}

async fn started(ada: &Caller, task: u64) -> Value {
    ada.post(&format!("/api/tasks/{task}/run"), json!({})).await.expect(200)["runId"].clone()
}

/// How a run stands, and GitHub's number for it.
async fn shown(ada: &Caller, task: u64, run: &Value) -> (Value, Value) {
    let run = ada.get(&format!("/api/tasks/{task}/run/{run}")).await.expect(200);
    (run["status"].clone(), run["workflowRunId"].clone())
}

/// How often GitHub was asked who we are: as an App, and as the owner of a token.
fn asked(story: &Story) -> [u64; 2] {
    let calls = story.stack.github.calls();
    ["GET app", "GET user"].map(|call| calls.get(call).copied().unwrap_or(0))
}

#[tokio::test]
async fn somebody_elses_run_of_the_same_moment_and_branch_is_never_taken_for_ours() {
    for (story, expected) in [(Story::begin().await, [0, 1]), (Story::as_app().await, [1, 0])] {
        let (ada, task, repository) = with_carol(&story).await;
        let github = &story.stack.github;
        assert_eq!(asked(&story), [0, 0]);

        for ours in [FIRST + 1, FIRST + 4] {
            github.misbehave(Fault::once(Kind::LostAnswer).on("POST dispatches"));
            github.dispatch_as("carol", &repository, WORKFLOW).unwrap();
            let run = started(&ada, task).await;
            github.dispatch_as("carol", &repository, WORKFLOW).unwrap();
            story.pass(10).await;

            assert_eq!(shown(&ada, task, &run).await, (json!("failed"), json!(ours)));
        }
        assert_eq!(asked(&story), expected);
    }
}

#[tokio::test]
async fn a_run_that_never_began_takes_nobody_elses() {
    let story = Story::begin().await;
    let (ada, task, repository) = with_carol(&story).await;
    let github = &story.stack.github;
    github.misbehave(Fault::once(Kind::Cut).on("POST dispatches"));

    let run = started(&ada, task).await;
    github.dispatch_as("carol", &repository, WORKFLOW).unwrap();
    story.pass(60).await;
    assert_eq!(shown(&ada, task, &run).await, (json!("running"), json!(null)));
    story.pass(120).await;

    assert_eq!(shown(&ada, task, &run).await, (json!("error"), json!(null)));
    assert_eq!((asked(&story), github.dispatches()), ([0, 1], 1));
}

#[tokio::test]
async fn while_nobody_tells_us_who_we_are_a_run_waits_and_is_not_guessed() {
    let story = Story::begin().await;
    let (ada, task, repository) = with_carol(&story).await;
    let github = &story.stack.github;
    github.misbehave(Fault::once(Kind::LostAnswer).on("POST dispatches"));
    github.misbehave(Fault::always(Kind::ServerError).on("GET user"));
    github.dispatch_as("carol", &repository, WORKFLOW).unwrap();

    let run = started(&ada, task).await;
    story.pass(20).await;
    assert_eq!(shown(&ada, task, &run).await, (json!("running"), json!(null)));
    github.behave();
    story.pass(60).await;

    assert_eq!(shown(&ada, task, &run).await, (json!("failed"), json!(FIRST + 1)));
}
