//! Somebody changes a repository on GitHub: what is ours is followed, and what is lost is told.

use serde_json::{Value, json};
use tests::caller::Caller;
use tests::story::Story;
use tests::webhooks::TOLD;

const ADA: &str = "ada@example.com";

async fn on_day_two() -> (Story, Caller, u64, String) {
    let story = Story::with(&TOLD).await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    (story, ada, task, repository)
}

/// The name and the state of Ada's repository, as she sees it.
async fn seen(ada: &Caller, task: u64) -> (Value, Value) {
    let path = format!("/api/tasks/{task}/codespace/status");
    let status = ada.get(&path).await.expect(200);
    (status["repoFullName"].clone(), status["repoState"].clone())
}

/// How often GitHub was asked for a repository by its number.
fn asked(story: &Story) -> u64 {
    story.stack.github.calls().get("GET repository by id").copied().unwrap_or(0)
}

#[tokio::test]
async fn a_repository_that_is_renamed_is_followed() {
    let (story, ada, task, repository) = on_day_two().await;
    assert_eq!(seen(&ada, task).await, (json!(repository), json!("there")));

    story.stack.github.rename(&repository, "renamed").unwrap();
    story.settle().await;

    let renamed = "tenon-hire-dev/renamed";
    assert_eq!(seen(&ada, task).await, (json!(renamed), json!("there")));
    assert_eq!(asked(&story), 1);
    story.push_solution(renamed);
    let run = ada.post(&format!("/api/tasks/{task}/run"), json!({})).await.expect(200);
    story.pass(10).await;
    let run = ada.get(&format!("/api/tasks/{task}/run/{}", run["runId"])).await.expect(200);
    assert_eq!((&run["status"], &run["passed"]), (&json!("passed"), &json!(3)));
}

#[tokio::test]
async fn a_repository_without_our_marker_is_not_followed() {
    let (story, ada, task, repository) = on_day_two().await;

    story.stack.github.describe(&repository, "mine").unwrap();
    story.settle().await;
    assert_eq!(seen(&ada, task).await, (json!(repository), json!("unmarked")));
    story.stack.github.rename(&repository, "renamed").unwrap();
    story.settle().await;
    assert_eq!(seen(&ada, task).await, (json!(repository), json!("unmarked")));
}

#[tokio::test]
async fn a_repository_that_was_archived_or_deleted_is_told_as_that() {
    let (story, ada, task, repository) = on_day_two().await;
    ada.post(&format!("/api/tasks/{task}/submit"), json!({})).await.expect(201);
    story.pass(10).await;
    let listed = story.recruiter(1).get("/api/submissions").await.expect(200);
    let path = format!("/api/submissions/{}", listed["items"][0]["submissionId"]);
    let state = async || {
        let detail = story.recruiter(1).get(&path).await.expect(200);
        detail["code"]["repoState"].clone()
    };
    assert_eq!(state().await, "there");

    story.stack.github.archive(&repository).unwrap();
    story.settle().await;
    assert_eq!((seen(&ada, task).await.1, state().await), (json!("archived"), json!("archived")));
    story.stack.github.delete(&repository).unwrap();
    story.settle().await;

    assert_eq!(seen(&ada, task).await, (json!(repository), json!("gone")));
    assert_eq!(state().await, "gone");
}

#[tokio::test]
async fn what_becomes_of_a_repository_that_was_made_anew_since_changes_nothing() {
    let (story, ada, task, repository) = on_day_two().await;
    let mut workspace = story.item("CS#", "WORKSPACE#2").await;
    // The index still shows the workspace under its old number.
    workspace["repository"]["M"]["id"]["N"] = json!("7");
    story.put_item(&workspace).await;
    story.stack.github.delete(&repository).unwrap();
    story.settle().await;

    assert_eq!(seen(&ada, task).await, (json!(repository), json!("there")));
    assert_eq!(asked(&story), 0);
}

#[tokio::test]
async fn a_webhook_that_is_late_or_lies_changes_nothing() {
    let (story, ada, task, repository) = on_day_two().await;
    let id = story.item("CS#", "WORKSPACE#2").await["repository"]["M"]["id"]["N"].clone();
    let id: u64 = id.as_str().unwrap().parse().unwrap();
    let told = |action: &str| json!({ "action": action, "repository": { "id": id, "full_name": "eve/stolen" } });

    for action in ["deleted", "renamed", "transferred", "archived"] {
        story.webhook("repository", &told(action)).await.expect(202);
        story.settle().await;
        assert_eq!(seen(&ada, task).await, (json!(repository), json!("there")), "{action}");
    }
    assert_eq!(asked(&story), 4);
}
