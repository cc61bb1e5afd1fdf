//! The invitation to a repository: sent, accepted, expired, or for an account that nobody has.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::caller::Caller;
use tests::cost::Cost;
use tests::story::Story;

const ADA: &str = "ada@example.com";

/// Access, and where the invitation is accepted.
async fn access(candidate: &Caller, task: u64) -> (Value, Value) {
    let status = candidate.get(&format!("/api/tasks/{task}/codespace/status")).await.expect(200);
    (status["access"].clone(), status["invitationUrl"].clone())
}

fn calls(story: &Story, call: &str) -> u64 {
    story.stack.github.calls().get(call).copied().unwrap_or(0)
}

/// Ada on day two, who was invited to the repository as `ada-l`.
async fn invited() -> (Story, tests::work::Invited, Caller, u64, String) {
    let story = Story::begin().await;
    let (invited, ada, task) = story.on_day_two(ADA).await;
    name(&ada, task, "ada-l").await;
    story.settle().await;
    let repository = story.repository(&ada, task).await;
    (story, invited, ada, task, repository)
}

async fn name(candidate: &Caller, task: u64, username: &str) -> Value {
    let body = json!({ "githubUsername": username });
    candidate.post(&format!("/api/tasks/{task}/codespace/init"), body).await.expect(200)
}

#[tokio::test]
async fn an_invitation_is_shown_with_its_link_until_it_is_accepted() {
    let (story, invited, ada, task, repository) = invited().await;
    let link = json!(format!("https://github.com/{repository}/invitations"));
    assert_eq!(access(&ada, task).await, (json!("invited"), link));
    let row = story.row(&invited).await;
    assert_eq!(row["workspaces"][0]["access"], "invited");

    story.stack.github.accept_invitation(&repository, "ada-l").unwrap();
    story.clock.advance(SignedDuration::from_mins(10));
    story.settle().await;

    assert_eq!(access(&ada, task).await, (json!("accepted"), json!(null)));
    let row = story.row(&invited).await;
    let both: Vec<_> = [0, 1].map(|at| row["workspaces"][at]["access"].clone()).into();
    assert_eq!(both, ["accepted", "invited"]);
}

#[tokio::test]
async fn who_asks_has_us_look_once_a_minute_and_never_waits_for_github() {
    let (story, _invited, ada, task, repository) = invited().await;
    story.stack.github.accept_invitation(&repository, "ada-l").unwrap();
    let status = format!("/api/tasks/{task}/codespace/status");
    assert_eq!(story.costing(ada.get(&status)).await.1, Cost::of_table(1));

    story.clock.advance(SignedDuration::from_mins(1));
    let (asked, first) = story.costing(ada.get(&status)).await;
    let (_again, second) = story.costing(ada.get(&status)).await;
    assert_eq!((first, second), (Cost::of_table(2), Cost::of_table(1)));
    assert_eq!(asked.expect(200)["access"], "invited");
    story.settle().await;

    assert_eq!(access(&ada, task).await.0, "accepted");
    assert_eq!(calls(&story, "GET collaborator"), 1);
}

#[tokio::test]
async fn an_invitation_that_expired_is_sent_anew() {
    let (story, _invited, ada, task, repository) = invited().await;
    assert_eq!(calls(&story, "PUT collaborator"), 2);

    for _ in 0..(7 * 24 + 2) * 4 {
        story.clock.advance(SignedDuration::from_mins(15));
        story.stack.worker.sweep().await.unwrap();
        story.settle().await;
    }

    // Five looks at each of two repositories, then each is invited to anew, and looked at.
    assert_eq!(calls(&story, "PUT collaborator"), 4);
    assert!(calls(&story, "GET collaborator") <= 14);
    assert_eq!(access(&ada, task).await.0, "invited");
    story.stack.github.accept_invitation(&repository, "ada-l").unwrap();
    story.pass(1).await;
    story.clock.advance(SignedDuration::from_mins(1));
    access(&ada, task).await;
    story.settle().await;
    assert_eq!(access(&ada, task).await.0, "accepted");
}

#[tokio::test]
async fn a_username_that_nobody_has_holds_up_nothing_and_another_may_be_named() {
    let story = Story::begin().await;
    let (invited, ada, task) = story.on_day_two_just_invited(ADA).await;
    let body = json!({ "githubUsername": "nobody-here" });
    let early = ada.post(&format!("/api/tasks/{task}/codespace/init"), body).await;
    assert_eq!(early.status, 409);
    story.settle().await;

    assert_eq!(access(&ada, task).await, (json!("username_unknown"), json!(null)));
    let workspace = story.row(&invited).await["workspaces"][0].clone();
    assert_eq!(
        (&workspace["state"], &workspace["reason"]),
        (&json!("ready"), &json!("username_unknown"))
    );
    assert_eq!(story.stack.queue.next_due(), None);
    let run = ada.post(&format!("/api/tasks/{task}/run"), json!({})).await;
    assert_eq!(run.status, 200);

    // The same name again is tried again; whoever had it misspelt names another.
    assert_eq!(name(&ada, task, "nobody-here").await["access"], "pending");
    story.settle().await;
    assert_eq!(access(&ada, task).await.0, "username_unknown");
    assert_eq!(name(&ada, task, "ada-l").await["access"], "pending");
    story.settle().await;
    assert_eq!(access(&ada, task).await.0, "invited");
    let workspace = story.row(&invited).await["workspaces"][0].clone();
    assert_eq!(workspace["reason"], json!(null));
}

#[tokio::test]
async fn a_permission_that_is_missing_for_the_invitation_keeps_nobody_from_working() {
    let (story, detour) = Story::with_detour(&[]).await;
    let (invited, ada, task) = story.on_day_two(ADA).await;
    detour.refuse("PUT /collaborators/ada-l", 403);
    name(&ada, task, "ada-l").await;
    story.settle().await;

    assert_eq!(access(&ada, task).await, (json!("pending"), json!(null)));
    let workspace = story.row(&invited).await["workspaces"][0].clone();
    let shown = (&workspace["state"], &workspace["reason"]);
    assert_eq!(shown, (&json!("ready"), &json!("permission_missing")));

    detour.allow();
    story.clock.advance(SignedDuration::from_mins(15));
    story.settle().await;
    assert_eq!(access(&ada, task).await.0, "invited");
}
