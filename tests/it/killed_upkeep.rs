//! The jobs' process is killed after every call while accounts change and old work is put away; in
//! the end everything is as if it had lived.

use http::Method;
use jiff::SignedDuration;
use local::issuer::{Identity, Role};
use serde_json::{Value, json};
use tests::caller::Caller;
use tests::doomed::Fate;
use tests::story::Story;

use crate::cleanup;
use crate::killed::{ADA, CALLS_MAX, PREPARING, killed_after_each, left, live, recover};

const LEARNING: &str = "learnUsername";
const PUTTING_AWAY: &str = "cleanUp";
const NO_TAG: &str = "none";

/// Lets the process live through `story`, and then kills it after each of its calls; how many those
/// are, and the story that was lived through.
async fn never_lost(story: impl AsyncFn() -> Story, kind: &str) -> (usize, Story) {
    let whole = story().await;
    let Fate::Lived(calls) = live(&whole, kind, CALLS_MAX).await else {
        unreachable!("more than {CALLS_MAX}")
    };
    recover(&whole).await;
    let expected = left(&whole, NO_TAG).await;

    let (killed, dispatched) = killed_after_each(story, (kind, NO_TAG), &expected).await;

    assert_eq!((killed, dispatched), (calls, whole.stack.github.dispatches()));
    (calls, whole)
}

/// Who is in Ada's first repository, and who is invited to it.
async fn people(story: &Story) -> [Vec<Value>; 2] {
    let first = story.stack.github.repositories().remove(0);
    let github = story.github();
    let listed = async |kind: &str, name: &str| {
        let people = github.get(&format!("/repos/{first}/{kind}")).await.expect(200);
        let people = people.as_array().unwrap().iter();
        let logins = people.map(|it| it.pointer(name).unwrap().clone());
        logins.filter(|login| *login != "tenon-bot").collect::<Vec<_>>()
    };
    [listed("collaborators", "/login").await, listed("invitations", "/invitee/login").await]
}

/// Ada on day 2, known to GitHub as `ada`, and her task.
async fn known(story: &Story) -> (Caller, String) {
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let init = format!("/api/tasks/{task}/codespace/init");
    ada.post(&init, json!({ "githubUsername": "ada" })).await.expect(200);
    story.settle().await;
    (ada, init)
}

#[tokio::test]
async fn killed_anywhere_while_an_account_is_exchanged_only_the_new_one_is_in() {
    let changed = async || {
        let story = Story::begin().await;
        let (ada, init) = known(&story).await;
        story.accept_invitations("ada");
        story.clock.advance(SignedDuration::from_mins(10));
        story.settle().await;
        ada.post(&init, json!({ "githubUsername": "countess" })).await.expect(200);
        story
    };

    let (calls, story) = Box::pin(never_lost(changed, PREPARING)).await;

    assert!(calls >= 8, "{calls} calls are fewer than a claim, two steps, their records, an end");
    assert_eq!(people(&story).await, [vec![json!("countess")], vec![]]);
}

#[tokio::test]
async fn killed_anywhere_while_an_invitation_is_sent_anew_it_is_there_and_accepted() {
    let expired = async || {
        let story = Story::begin().await;
        let _known = known(&story).await;
        let looks = [10, 50, 300, 1_080];
        for minutes in looks {
            story.clock.advance(SignedDuration::from_mins(minutes));
            story.settle().await;
        }
        story.clock.advance(SignedDuration::from_mins(10_140 - looks.iter().sum::<i64>()));
        story
    };

    let (calls, story) = Box::pin(never_lost(expired, PREPARING)).await;

    assert!(calls >= 6, "{calls} calls are fewer than a claim, two steps, their records, an end");
    assert_eq!(people(&story).await, [vec![json!("ada")], vec![]]);
}

#[tokio::test]
async fn killed_anywhere_while_an_account_is_learnt_it_is_known_and_invited() {
    let claimed = async || {
        let story = Story::begin().await;
        let account = story.github().get("/users/ada").await.expect(200)["id"].clone();
        let invited = story.invited(ADA).await;
        let sub = Some(format!("github|{account}"));
        let ada = story.identified(&Identity { sub, ..Identity::new(ADA, Role::Candidate) });
        ada.get(&format!("/api/candidate/session/{}", invited.token)).await.expect(200);
        story
    };

    let (calls, story) = Box::pin(never_lost(claimed, LEARNING)).await;

    assert!(calls >= 4, "{calls} calls are fewer than a claim, a question, a record, an end");
    assert_eq!(story.item("CS#", "CS").await["githubUsername"]["S"], "ada");
    assert_eq!(people(&story).await, [vec![json!("ada")], vec![]]);
}

/// Whether each of the repositories is archived.
async fn archived(story: &Story) -> Vec<Value> {
    let mut told = Vec::new();
    for name in story.stack.github.repositories() {
        let path = format!("/repos/{name}");
        let request = story.github().request(Method::GET, &path);
        told.push(story.github().send(request).await.expect(200)["archived"].clone());
    }
    told
}

/// A stack whose old work is due to be put away on this day: a sweep has just begun that.
async fn due(days: i64) -> Story {
    let story = cleanup::begin("1").await;
    let _completed = cleanup::completed(&story).await;
    cleanup::day(&story, 29, 0).await;
    if days > 30 {
        cleanup::day(&story, 30, 0).await;
    }
    story.clock.advance(SignedDuration::from_hours((days - 29 - i64::from(days > 30)) * 24));
    story.stack.worker.sweep().await.unwrap();
    story
}

#[tokio::test]
async fn killed_anywhere_while_repositories_are_archived_they_are_archived_in_the_end() {
    let (calls, story) = Box::pin(never_lost(async || Box::pin(due(30)).await, PUTTING_AWAY)).await;

    assert!(calls >= 8, "{calls} calls are fewer than a claim, two looks, two changes, an end");
    assert_eq!(archived(&story).await, [true, true]);
}

#[tokio::test]
async fn killed_anywhere_while_repositories_are_deleted_they_are_gone_in_the_end() {
    let (calls, story) =
        Box::pin(never_lost(async || Box::pin(due(180)).await, PUTTING_AWAY)).await;

    assert!(calls >= 10, "{calls} calls are fewer than a claim, two intents, two ends, an end");
    assert_eq!(archived(&story).await, Vec::<Value>::new());
}
