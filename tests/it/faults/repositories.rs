//! A generated repository is not ready at first, or nobody hears that it was made.

use jiff::SignedDuration;
use local::github::faults::Fault;
use local::github::faults::kind::Kind;
use serde_json::json;
use tests::story::Story;

use crate::faults::{ADA, until_all_is_done};

/// What the candidate is told of the workspace, before and after GitHub has made the copy.
async fn is_waited_for(kind: Kind) {
    let story = Story::begin().await;
    story.stack.github.misbehave(Fault::always(kind).measuring(2));
    let (_invited, ada, task) = story.on_day_two_just_invited(ADA).await;
    let status = format!("/api/tasks/{task}/codespace/status");

    story.settle().await;
    let early = ada.get(&status).await;
    until_all_is_done(&story).await;
    let late = ada.get(&status).await;

    assert_eq!((early.status, early.refusal().1), (409, "WORKSPACE_NOT_READY"), "{kind:?}");
    assert_eq!(late.expect(200)["defaultBranch"], "main", "{kind:?}");
    let github = &story.stack.github;
    assert_eq!((github.repositories().len(), github.calls()["POST generate"]), (2, 2), "{kind:?}");
    assert_eq!(github.dealt(), [(kind, 2)].into());
}

#[tokio::test]
async fn a_repository_that_is_empty_at_first_is_waited_for() {
    is_waited_for(Kind::NotReadyConflict).await;
}

#[tokio::test]
async fn a_repository_whose_branch_is_missing_at_first_is_waited_for() {
    is_waited_for(Kind::NotReadyMissing).await;
}

#[tokio::test]
async fn a_repository_whose_branch_has_no_commit_at_first_is_waited_for() {
    is_waited_for(Kind::NotReadyNull).await;
}

#[tokio::test]
async fn a_repository_that_is_made_though_nobody_heard_is_adopted() {
    let story = Story::begin().await;
    let github = &story.stack.github;
    github.misbehave(Fault::times(Kind::LostAnswer, 2).on("POST generate"));
    story.invited_just_now(ADA).await;

    story.settle().await;
    assert_eq!(github.repositories().len(), 2);
    until_all_is_done(&story).await;

    // Asked twice for each: GitHub says that the name is taken, and it is by ours.
    assert_eq!((github.repositories().len(), github.calls()["POST generate"]), (2, 4));
    let workspaces = story.items("CS#").await;
    let made = workspaces.iter().filter(|item| !item["repository"]["M"].is_null()).count();
    assert_eq!(made, 2);
}

#[tokio::test]
async fn a_limit_of_githubs_is_waited_out_and_not_tried() {
    let story = Story::begin().await;
    let github = &story.stack.github;
    github.misbehave(Fault::times(Kind::SecondaryLimit, 2).on("POST generate").measuring(300));
    story.invited_just_now(ADA).await;
    let asked = || github.calls()["POST generate"];

    story.settle().await;
    assert_eq!(asked(), 2);
    story.clock.advance(SignedDuration::from_secs(299));
    story.settle().await;
    assert_eq!((asked(), github.repositories().len()), (2, 0));
    story.clock.advance(SignedDuration::from_secs(1));
    until_all_is_done(&story).await;

    assert_eq!((asked(), github.repositories().len()), (4, 2));
    let failed = story
        .items("JOB#")
        .await
        .iter()
        .filter(|it| it["state"]["M"]["state"]["S"] != json!("done"))
        .count();
    assert_eq!(failed, 0);
}
