//! Repositories that were put away, or were about to be, and that somebody wants after all.

use http::Method;
use serde_json::json;
use shared::domain::id::CandidateSessionId;
use shared::domain::workspace::upkeep::Kept;
use shared::store::transaction::{Transaction, Written};
use tests::logs::Log;

use crate::cleanup::{ADA, begin, calls, change, completed, day, listed, of_day_two};

#[tokio::test]
async fn what_is_handed_in_stays_archived_when_its_candidate_comes_back_under_another_name() {
    let log = Log::listen();
    let story = begin("1").await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let init = |task: u64, name: &str| {
        let (path, body) =
            (format!("/api/tasks/{task}/codespace/init"), json!({ "githubUsername": name }));
        let ada = &ada;
        async move { ada.post(&path, body).await.expect(200) }
    };
    init(task, "ada-l").await;
    story.settle().await;
    story.accept_invitations("ada-l");
    story.push_solution(&story.repository(&ada, task).await);
    ada.post(&format!("/api/tasks/{task}/submit"), json!({})).await.expect(201);
    story.pass(15).await;
    day(&story, 1, 0).await;
    day(&story, 121, 0).await;
    let puts = || story.stack.github.calls()["PUT collaborator"];
    let before = puts();
    assert_eq!(calls(&story), [2, 2, 0]);

    init(task + 1, "countess").await;
    story.settle().await;

    let repositories = &listed(&story).await[0]["repositories"];
    assert_eq!(
        (&repositories[0]["state"], &repositories[1]["state"]),
        (&json!("archived"), &json!("kept"))
    );
    assert_eq!((calls(&story), puts()), ([3, 3, 0], before + 1));
    assert!(!log.text().contains("a job is given up"), "{}", log.text());
}

#[tokio::test]
async fn what_was_deleted_in_the_archive_is_made_anew_for_who_comes_back() {
    let story = begin("1").await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    day(&story, 120, 0).await;
    let github = story.github();
    for name in story.stack.github.repositories() {
        let gone = github.request(Method::DELETE, &format!("/repos/{name}"));
        assert_eq!(github.send(gone).await.status, 204);
    }

    let init = format!("/api/tasks/{task}/codespace/init");
    ada.post(&init, json!({})).await.expect(200);
    story.settle().await;

    let repository = story.repository(&ada, task).await;
    assert!(story.stack.github.push(&repository, "main", "a.txt", "x", "Work").is_ok());
    assert_eq!((calls(&story), story.stack.github.repositories().len()), ([4, 2, 2], 2));
    assert_eq!(of_day_two(&story, ["state", "next"]).await, [json!("kept"), json!("archive")]);
}

#[tokio::test]
async fn what_is_asked_back_while_it_is_deleted_comes_back_once_nobody_can_be_deleting_it() {
    let story = begin("1").await;
    let (invited, ada, task) = story.on_day_two(ADA).await;
    day(&story, 120, 0).await;
    // The process was killed after it recorded what it was about to do.
    let app = &story.stack.app;
    for workspace in
        app.store.desk(CandidateSessionId::new(invited.session)).await.unwrap().unwrap().workspaces
    {
        let Kept::Archived { at } = workspace.value.upkeep.state else { unreachable!() };
        let deleting = workspace.value.clone().kept(Kept::Deleting { archived_at: at });
        let write = Transaction::new().replace(&workspace, &deleting).unwrap();
        assert_eq!(app.store.write(write, &app.mint).await.unwrap(), Written::Yes);
    }
    let names = story.stack.github.repositories();

    let init = format!("/api/tasks/{task}/codespace/init");
    ada.post(&init, json!({})).await.expect(409);
    story.pass(110).await;
    assert_eq!(calls(&story), [2, 2, 0]);
    story.pass(40).await;

    assert_eq!((calls(&story), story.stack.github.repositories()), ([2, 4, 0], names));
    let repository = story.repository(&ada, task).await;
    assert!(story.stack.github.push(&repository, "main", "a.txt", "x", "Work").is_ok());
}

#[tokio::test]
async fn what_somebody_took_out_of_the_archive_is_not_deleted() {
    let story = begin("1").await;
    let (_ada, names) = completed(&story).await;
    day(&story, 30, 0).await;
    change(&story, &names[0], json!({ "archived": false })).await;

    day(&story, 180, 0).await;
    assert_eq!(
        (calls(&story), story.stack.github.repositories()),
        ([4, 3, 1], vec![names[0].clone()])
    );
    let told = of_day_two(&story, ["state", "next", "nextAt"]).await;
    assert_eq!(told, [json!("kept"), json!("archive"), json!("2026-09-28T09:00:00Z")]);

    day(&story, 210, 0).await;
    assert_eq!(of_day_two(&story, ["state"]).await, ["archived"]);
}
