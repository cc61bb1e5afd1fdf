use serde_json::{Value, json};

use crate::github::story::{DISPATCHES, Story, WORKSPACE};

const NAME: &str = "acme/tenon-ws-1";

/// What has to be told by now: event, action if there is one, payload.
fn news(story: &Story) -> Vec<(String, Value)> {
    let deliveries = story.github.take_deliveries().into_iter();
    let shown = deliveries.map(|delivery| {
        let payload: Value = serde_json::from_str(&delivery.body).unwrap();
        let action = payload["action"].as_str().map(|action| format!(" {action}"));
        (format!("{}{}", delivery.event, action.unwrap_or_default()), payload)
    });
    shown.collect()
}

fn names(news: &[(String, Value)]) -> Vec<&str> {
    news.iter().map(|(name, _)| name.as_str()).collect()
}

#[tokio::test]
async fn nobody_is_told_who_did_not_ask() {
    let story = Story::with_workspace().await;
    story.push("notes.md", "one\n");
    assert_eq!(names(&news(&story)), Vec::<&str>::new());

    story.github.hook();
    assert_eq!(names(&news(&story)), ["ping"], "what was before is not told");
    assert_eq!(names(&news(&story)), Vec::<&str>::new());
}

#[tokio::test]
async fn a_run_is_told_as_it_gets_on_each_step_once() {
    let story = Story::with_workspace().await;
    story.github.hook();
    story.post(DISPATCHES, json!({ "ref": "main" })).await;
    assert_eq!(names(&news(&story)), ["ping", "workflow_run requested"]);

    story.wait(500);
    let begun = news(&story);
    assert_eq!(names(&begun), ["workflow_run in_progress"]);
    assert_eq!(begun[0].1["workflow_run"]["status"], "in_progress");
    story.wait(1_000);
    let ended = news(&story);
    assert_eq!(names(&ended), ["workflow_run completed"]);
    assert_eq!(ended[0].1["workflow_run"]["conclusion"], "failure");
    assert_eq!(ended[0].1["workflow_run"]["event"], "workflow_dispatch");
    assert_eq!(ended[0].1["repository"]["full_name"], NAME);

    // Both steps of a run that nobody looked at meanwhile, in their order.
    story.post(DISPATCHES, json!({ "ref": "main" })).await;
    story.wait(9_000);
    let all = news(&story);
    let steps = ["requested", "in_progress", "completed"].map(|it| format!("workflow_run {it}"));
    assert_eq!(names(&all), steps);
}

#[tokio::test]
async fn pushes_are_told_and_tags_as_pushes_of_no_commit() {
    let story = Story::with_workspace().await;
    story.github.hook();
    let before = story.get(&format!("{WORKSPACE}/branches/main")).await.json();
    let sha = story.push("notes.md", "one\n");
    let tag = json!({ "ref": "refs/tags/v1", "sha": sha });
    story.post(&format!("{WORKSPACE}/git/refs"), tag).await;

    let told = news(&story);
    assert_eq!(names(&told), ["ping", "push", "push"]);
    let push = &told[1].1;
    assert_eq!((&push["ref"], &push["after"]), (&json!("refs/heads/main"), &json!(sha)));
    assert_eq!(push["before"], before["commit"]["sha"]);
    assert_eq!(push["commits"].as_array().unwrap().len(), 1);
    assert_eq!(push["head_commit"]["id"], json!(sha));
    assert!(push["repository"]["pushed_at"].is_u64());
    let tagged = &told[2].1;
    assert_eq!((&tagged["ref"], &tagged["created"]), (&json!("refs/tags/v1"), &json!(true)));
    assert_eq!(tagged["commits"], json!([]));
}

#[tokio::test]
async fn what_becomes_of_a_repository_and_its_people_is_told() {
    let story = Story::with_workspace().await;
    story.put(&format!("{WORKSPACE}/collaborators/octocat"), json!({})).await;
    story.github.hook();
    story.github.accept_invitation(NAME, "octocat").unwrap();
    story.github.rename(NAME, "other").unwrap();
    story.github.describe("acme/other", "mine").unwrap();
    story.github.archive("acme/other").unwrap();
    let archived = story.get("/repos/acme/other").await.json();
    story.github.delete("acme/other").unwrap();

    let told = news(&story);
    let expected =
        ["renamed", "edited", "archived", "deleted"].map(|it| format!("repository {it}"));
    assert_eq!(names(&told)[..2], ["ping", "member added"]);
    assert_eq!(names(&told)[2..], expected);
    assert_eq!(told[1].1["member"]["login"], "octocat");
    assert_eq!(told[2].1["changes"], json!({ "repository": { "name": { "from": "tenon-ws-1" } } }));
    assert_eq!(told[2].1["repository"]["full_name"], "acme/other");
    assert_eq!((&archived["archived"], &archived["description"]), (&json!(true), &json!("mine")));
    assert_eq!(story.get("/repos/acme/other").await.status(), 404);
    assert!(story.github.rename("acme/other", "gone").is_err());
}

#[tokio::test]
async fn a_delivery_is_sent_again_as_it_was_when_somebody_asks() {
    let story = Story::with_workspace().await;
    story.github.hook();
    let first = story.github.take_deliveries();

    story.github.redeliver(first[0].id).unwrap();
    assert_eq!(story.github.take_deliveries(), first);
    assert_eq!(story.github.deliveries().len(), 2);
    assert!(story.github.redeliver(uuid::Uuid::nil()).is_err());
}
