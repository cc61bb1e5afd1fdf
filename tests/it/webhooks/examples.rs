//! The payloads that GitHub's own libraries are tested with; where they come from stands beside them.

use std::sync::LazyLock;

use serde_json::{Value, json};
use tests::caller::Caller;
use tests::story::Story;
use tests::webhooks::TOLD;

const ADA: &str = "ada@example.com";

static EXAMPLES: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../vectors/github-webhooks/examples.json");
    serde_json::from_str(text).unwrap()
});

fn examples(event: &str) -> &'static [Value] {
    EXAMPLES[event].as_array().unwrap()
}

/// Ada on day two, under the name that the examples have for a collaborator; GitHub's number of her
/// repository.
async fn on_day_two() -> (Story, Caller, u64, u64) {
    let story = Story::with(&TOLD).await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let body = json!({ "githubUsername": "hacktocat" });
    ada.post(&format!("/api/tasks/{task}/codespace/init"), body).await.expect(200);
    story.settle().await;
    let id = story.item("CS#", "WORKSPACE#2").await["repository"]["M"]["id"]["N"].clone();
    (story, ada, task, id.as_str().unwrap().parse().unwrap())
}

#[tokio::test]
async fn every_example_is_taken_and_leads_to_what_it_should() {
    let story = Story::with(&TOLD).await;

    let mut outcomes = Vec::new();
    for (event, payloads) in EXAMPLES.as_object().unwrap() {
        let mut accepted = 0;
        for payload in payloads.as_array().unwrap() {
            let answer = story.webhook(event, payload).await.expect(202);
            accepted += usize::from(answer["outcome"] == "accepted");
        }
        outcomes.push((event.as_str(), payloads.as_array().unwrap().len(), accepted));
    }
    story.pass(12).await;

    // Members: three were added. Pushes: five are of tags. Repositories: two were edited, one renamed,
    // three transferred. Runs: three ended, of which one was dispatched.
    let expected = [
        ("installation", 7, 0),
        ("issues", 1, 0),
        ("member", 4, 3),
        ("ping", 4, 0),
        ("push", 7, 2),
        ("repository", 13, 6),
        ("workflow_run", 5, 1),
    ];
    assert_eq!(outcomes, expected);
    let jobs = story.items("JOB#").await;
    assert_eq!(jobs.len(), 12);
    assert!(jobs.iter().all(|job| job["state"]["M"]["state"]["S"] == "done"));
    assert_eq!(story.items("ACTIVITY#").await, Vec::<Value>::new(), "none of them is ours");
}

#[tokio::test]
async fn the_pushes_among_them_are_a_timeline_when_the_repository_is_ours() {
    let (story, _ada, _task, repository) = on_day_two().await;

    for example in examples("push") {
        let mut push = example.clone();
        push["repository"]["id"] = json!(repository);
        story.webhook("push", &push).await.expect(202);
        story.pass(1).await;
    }

    let kept = story.item("ACTIVITY#", "DAY#2").await["pushes"]["L"].clone();
    // Both left the branch at the same commit.
    assert_eq!(kept.as_array().unwrap().len(), 1);
    let sha = json!({ "S": "6113728f27ae82c7b1a177c8d03f9e96e0adf246" });
    for push in kept.as_array().unwrap() {
        let push = &push["M"];
        let expected = (&sha, &json!({ "S": "master" }), &json!({ "N": "1" }));
        assert_eq!((&push["head"], &push["branch"], &push["commits"]), expected);
    }
    assert_eq!(kept[0]["M"]["forced"], json!({ "BOOL": false }));
}

#[tokio::test]
async fn the_member_among_them_has_accepted_the_invitation_when_the_repository_is_ours() {
    let (story, _ada, _task, repository) = on_day_two().await;
    let mut added = examples("member")[0].clone();
    added["repository"]["id"] = json!(repository);

    story.webhook("member", &added).await.expect(202);
    story.settle().await;

    let workspace = story.item("CS#", "WORKSPACE#2").await;
    let collaborator = &workspace["collaborator"]["M"];
    assert_eq!(collaborator["username"], json!({ "S": "hacktocat" }));
    assert_eq!(collaborator["invitation"], Value::Null);
}

#[tokio::test]
async fn the_runs_among_them_have_github_asked_when_the_run_is_ours() {
    let (story, ada, task, repository) = on_day_two().await;
    let started = ada.post(&format!("/api/tasks/{task}/run"), json!({})).await.expect(200);
    let path = format!("/api/tasks/{task}/run/{}", started["runId"]);
    let asked = || story.stack.github.calls().get("GET run").copied().unwrap_or(0);
    let completed = |event: &str| {
        let mut runs = examples("workflow_run").iter().filter(|it| it["action"] == "completed");
        let mut run = runs.find(|it| it["workflow_run"]["event"] == event).unwrap().clone();
        run["workflow_run"]["id"] = started["workflowRunId"].clone();
        run["repository"]["id"] = json!(repository);
        run
    };

    // What nobody dispatched is no run of ours, whatever its number.
    let other = completed("repository_dispatch");
    story.webhook("workflow_run", &other).await.expect(202);
    story.settle().await;
    assert_eq!(asked(), 0);
    let completed = completed("workflow_dispatch");
    story.webhook("workflow_run", &completed).await.expect(202);
    story.settle().await;
    assert_eq!(asked(), 1);
    assert_eq!(ada.get(&path).await.expect(200)["status"], "running");
}
