//! GitHub tells what candidates do there: when they push, and that they accepted an invitation.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::domain::job::{Job, Outcome};
use shared::flows::heed_github::heed_github;
use tests::caller::Caller;
use tests::cost::Cost;
use tests::story::Story;
use tests::webhooks::TOLD;
use tests::work::Invited;

use crate::webhooks::push;

const ADA: &str = "ada@example.com";

/// Hands in a code day; the submission.
async fn handed_in(story: &Story, ada: &Caller, task: u64) -> u64 {
    let path = format!("/api/tasks/{task}/submit");
    let submitted = ada.post(&path, json!({})).await.expect(201);
    story.pass(10).await;
    submitted["submissionId"].as_u64().unwrap()
}

async fn activity(story: &Story, submission: u64) -> Value {
    let path = format!("/api/submissions/{submission}");
    story.recruiter(1).get(&path).await.expect(200)["activity"].clone()
}

async fn last_activity(story: &Story, invited: &Invited) -> Timestamp {
    story.row(invited).await["lastActivityAt"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_recruiter_sees_when_a_candidate_pushed_and_what() {
    let story = Story::with(&TOLD).await;
    let (invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    let begun = story.now();
    assert_eq!(last_activity(&story, &invited).await, begun, "day 1 was handed in");

    story.pass(90).await;
    let pushed_at = story.now();
    let first = story.push_solution(&repository);
    story.settle().await;
    story.pass(90).await;
    let second =
        story.stack.github.push(&repository, "feature/x", "notes.md", "x", "mail: ada@example.com");
    let second = second.unwrap();
    let last_push_at = story.now();
    story.settle().await;
    assert_eq!(last_activity(&story, &invited).await, last_push_at);
    let submission = handed_in(&story, &ada, task).await;

    let push = |at: Timestamp, sha: &str, branch: &str| {
        json!({
            "at": at, "commitCount": 1, "headSha": sha, "branch": branch, "forced": false,
        })
    };
    // Neither the template's first commit nor the tag that we make is the candidate's work.
    let expected = json!({
        "lastPushAt": last_push_at,
        "pushes": [push(last_push_at, &second, "feature/x"), push(pushed_at, &first, "main")],
    });
    assert_eq!(activity(&story, submission).await, expected);
    let path = format!("/api/submissions/{submission}");
    let (_detail, cost) = story.costing(story.recruiter(1).get(&path)).await;
    assert_eq!(cost, Cost::of_table(2));
    let own = ada.get("/api/candidate/invites").await.expect(200);
    assert_eq!(own[0]["lastActivityAt"], story.row(&invited).await["lastActivityAt"]);
}

#[tokio::test]
async fn a_text_day_has_no_timeline_and_a_code_day_without_a_push_an_empty_one() {
    let story = Story::with(&TOLD).await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let listed = story.recruiter(1).get("/api/submissions").await.expect(200);
    let text = listed["items"][0]["submissionId"].as_u64().unwrap();
    let code = handed_in(&story, &ada, task).await;

    assert_eq!(activity(&story, text).await, Value::Null);
    assert_eq!(activity(&story, code).await, json!({ "lastPushAt": null, "pushes": [] }));
}

#[tokio::test]
async fn pushes_of_the_same_minute_change_the_session_once() {
    let story = Story::with(&TOLD).await;
    let (invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    let version = async || story.item("CS#", "CS").await["version"]["N"].clone();
    story.clock.advance(SignedDuration::from_secs(5));
    let first_at = story.now();

    let mut versions = Vec::new();
    let mut told = Vec::new();
    for (number, seconds) in [0, 30, 29, 1, 59].into_iter().enumerate() {
        story.clock.advance(SignedDuration::from_secs(seconds));
        let text = number.to_string();
        story.stack.github.push(&repository, "main", "notes.md", &text, "Work").unwrap();
        story.settle().await;
        versions.push(version().await);
        told.push(last_activity(&story, &invited).await.duration_since(first_at).as_secs());
    }

    assert_eq!(told, [0, 0, 0, 60, 60]);
    assert!(versions[0] == versions[2] && versions[2] != versions[3] && versions[3] == versions[4]);
    let kept = story.item("ACTIVITY#", "DAY#2").await;
    assert_eq!(kept["pushes"]["L"].as_array().unwrap().len(), 5, "the timeline has them all");
}

#[tokio::test]
async fn a_push_that_is_told_or_heeded_again_is_one_push() {
    let story = Story::with(&TOLD).await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    story.push_solution(&story.repository(&ada, task).await);
    story.settle().await;
    let kept = story.item("ACTIVITY#", "DAY#2").await;

    for sent in story.stack.github.deliveries() {
        story.stack.github.redeliver(sent.id).unwrap();
    }
    story.settle().await;
    assert_eq!(story.item("ACTIVITY#", "DAY#2").await, kept);

    // As after a process that died right after its write.
    let jobs = story.items("JOB#").await.into_iter();
    let heeded = jobs.filter(|job| job["job"]["M"]["kind"]["S"] == "heedGitHub");
    let heeded: Vec<_> = heeded.map(|job| job["PK"]["S"].as_str().unwrap().to_owned()).collect();
    for id in heeded {
        let id = id.strip_prefix("JOB#").unwrap().parse().unwrap();
        let job = story.stack.app.store.job(id).await.unwrap().unwrap();
        let Job::HeedGitHub { notice, at } = &job.value.job else { panic!("{job:?}") };
        let heeded = Box::pin(heed_github(&story.stack.app, notice, *at)).await;
        assert_eq!(heeded.unwrap(), Outcome::Done);
    }
    assert_eq!(story.item("ACTIVITY#", "DAY#2").await, kept);
}

#[tokio::test]
async fn a_push_to_a_repository_that_is_none_of_ours_is_looked_for_a_while_and_forgotten() {
    let story = Story::with(&TOLD).await;
    story.webhook("push", &push()).await.expect(202);
    let state = async || story.item("JOB#", "JOB").await["state"]["M"]["state"]["S"].clone();

    story.settle().await;
    assert_eq!(state().await, "waiting", "the index may lag");
    story.pass(12).await;
    assert_eq!(state().await, "done");
    assert_eq!(story.items("ACTIVITY#").await, Vec::<Value>::new());
    assert_eq!(story.stack.github.total_calls(), 0);
}

#[tokio::test]
async fn an_invitation_that_was_accepted_is_open_no_more() {
    let story = Story::with(&TOLD).await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let body = json!({ "githubUsername": "ada-l" });
    ada.post(&format!("/api/tasks/{task}/codespace/init"), body).await.expect(200);
    story.settle().await;
    let repository = story.repository(&ada, task).await;
    let collaborator = async |day: u8| {
        let workspace = story.item("CS#", &format!("WORKSPACE#{day}")).await;
        assert_eq!(workspace["collaborator"]["M"]["username"]["S"], "ada-l");
        workspace["collaborator"]["M"].clone()
    };
    assert!(collaborator(2).await["invitation"]["N"].is_string());

    story.stack.github.accept_invitation(&repository, "ada-l").unwrap();
    story.settle().await;

    assert_eq!(collaborator(2).await.get("invitation"), None);
    assert!(collaborator(3).await["invitation"]["N"].is_string(), "the other day's is still open");
}
