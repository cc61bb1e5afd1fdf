//! Jobs may be delivered twice, late or never, and die half-way: everything is done, and done once.

use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::store::transaction::{Transaction, Written};
use tests::story::Story;
use tests::together::all_of;

const ADA: &str = "ada@example.com";

/// Mails sent, repositories made, tests dispatched.
fn done(story: &Story) -> (usize, usize, u64) {
    let stack = &story.stack;
    (stack.mailbox.mails().len(), stack.github.repositories().len(), stack.github.dispatches())
}

/// Takes every message that is on its way, as if they were being delivered; their bodies.
fn intercepted(story: &Story) -> Vec<String> {
    story.stack.worker.pump().unwrap();
    let messages = story.stack.queue.take_due(100);
    for message in &messages {
        story.stack.queue.delete(&message.id);
    }
    messages.into_iter().map(|message| message.body).collect()
}

/// How the jobs stand: `waiting`, `running`, `done` or `dead`.
async fn states(story: &Story) -> Vec<Value> {
    let jobs = story.items("JOB#").await;
    jobs.iter().map(|job| job["state"]["M"]["state"]["S"].clone()).collect()
}

/// Has four workers at the same time do what is to be done.
async fn settled_by_four(story: &Story) {
    let deliveries = (0..4).map(|_| {
        let worker = Arc::clone(&story.stack.worker);
        async move { worker.settle().await.is_ok() }
    });
    assert_eq!(all_of(deliveries).await, [true; 4]);
}

#[tokio::test]
async fn a_job_that_is_delivered_ten_times_is_done_once() {
    let story = Story::begin().await;
    story.invited_just_now(ADA).await;
    let messages = intercepted(&story);
    assert_eq!(messages.len(), 3);

    for message in messages.iter().cycle().take(30) {
        story.stack.queue.push(message, Duration::ZERO);
    }
    story.settle().await;

    assert_eq!(done(&story), (1, 2, 0));
    assert_eq!(states(&story).await, [json!("done"), json!("done"), json!("done")]);
    assert_eq!(story.stack.github.calls().get("POST generate"), Some(&2));
    assert_eq!((story.stack.queue.next_due(), story.stack.queue.dead_letters()), (None, vec![]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_is_delivered_to_several_at_the_same_time_is_done_once() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    story.push_solution(&story.repository(&ada, task).await);
    story.clock.advance(SignedDuration::from_secs(1));
    ada.post(&format!("/api/tasks/{task}/submit"), json!({})).await.expect(201);
    let messages = intercepted(&story);
    // One to examine what was handed in, one to take the right to push back.
    assert_eq!(messages.len(), 2);
    for message in messages.iter().cycle().take(16) {
        story.stack.queue.push(message, Duration::ZERO);
    }

    settled_by_four(&story).await;
    story.pass(15).await;

    assert_eq!(done(&story), (1, 2, 1));
    let listed = story.recruiter(1).get("/api/submissions").await.expect(200);
    assert_eq!(listed["items"][0]["testResults"]["status"], "passed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mail_goes_out_once_and_a_repository_is_asked_for_once_by_however_many_at_the_same_time()
{
    let story = Story::begin().await;
    // With several candidates it is next to certain that two workers read a job before either has claimed it.
    for email in [ADA, "grace@example.com", "mary@example.com"] {
        story.invited_just_now(email).await;
    }
    let messages = intercepted(&story);
    assert_eq!(messages.len(), 9);
    for message in messages.iter().flat_map(|message| std::iter::repeat_n(message, 4)) {
        story.stack.queue.push(message, Duration::ZERO);
    }

    settled_by_four(&story).await;
    story.settle().await;

    assert_eq!(done(&story), (3, 6, 0));
    assert_eq!(story.stack.github.calls().get("POST generate"), Some(&6));
    assert_eq!(states(&story).await, vec![json!("done"); 9]);
}

#[tokio::test]
async fn jobs_whose_messages_are_lost_are_found_after_a_minute() {
    let story = Story::begin().await;
    story.invited_just_now(ADA).await;
    assert_eq!(intercepted(&story).len(), 3);

    story.clock.advance(SignedDuration::from_millis(59_999));
    story.stack.worker.sweep().await.unwrap();
    story.settle().await;
    assert_eq!(done(&story), (0, 0, 0));

    story.clock.advance(SignedDuration::from_millis(1));
    story.stack.worker.sweep().await.unwrap();
    story.settle().await;
    assert_eq!(done(&story), (1, 2, 0));
}

#[tokio::test]
async fn a_sweep_finds_nothing_that_is_done_and_nothing_twice() {
    let story = Story::begin().await;
    story.invited(ADA).await;

    story.clock.advance(SignedDuration::from_hours(24));
    story.stack.worker.sweep().await.unwrap();

    assert_eq!(story.stack.queue.next_due(), None);
    assert_eq!(done(&story), (1, 2, 0));
}

#[tokio::test]
async fn a_submission_whose_messages_are_lost_again_and_again_is_examined_all_the_same() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let commit = story.push_solution(&story.repository(&ada, task).await);
    let submit = format!("/api/tasks/{task}/submit");
    let submitted = ada.post(&submit, json!({})).await.expect(201);

    for _ in 0..5 {
        intercepted(&story);
        story.clock.advance(SignedDuration::from_mins(1));
        story.stack.worker.sweep().await.unwrap();
        let delivered = story.stack.queue.take_due(1);
        for message in delivered {
            story.stack.queue.push(&message.body, Duration::ZERO);
            story.stack.queue.delete(&message.id);
        }
        story.settle().await;
    }

    let path = format!("/api/submissions/{}", submitted["submissionId"]);
    let results = story.recruiter(1).get(&path).await.expect(200)["testResults"].clone();
    assert_eq!((&results["status"], &results["commitSha"]), (&json!("passed"), &json!(commit)));
    assert_eq!(done(&story).2, 1);
}

#[tokio::test]
async fn a_job_whose_worker_died_runs_again_when_its_claim_ends() {
    let story = Story::begin().await;
    story.invited_just_now(ADA).await;
    let messages = intercepted(&story);
    let until = story.now() + SignedDuration::from_secs(10);
    for message in &messages {
        claim(&story, message, until).await;
        story.stack.queue.push(message, Duration::ZERO);
    }

    story.settle().await;
    assert_eq!(done(&story), (0, 0, 0));
    assert_eq!(states(&story).await, [json!("running"), json!("running"), json!("running")]);
    story.pass(9).await;
    assert_eq!(done(&story), (0, 0, 0));
    story.pass(1).await;
    assert_eq!(done(&story), (1, 2, 0));
}

#[tokio::test]
async fn a_job_whose_worker_died_with_its_message_is_found_when_its_claim_ends() {
    let story = Story::begin().await;
    story.invited_just_now(ADA).await;
    let until = story.now() + SignedDuration::from_secs(10);
    for message in intercepted(&story) {
        claim(&story, &message, until).await;
    }

    story.clock.set(until);
    story.stack.worker.sweep().await.unwrap();
    story.settle().await;

    assert_eq!(done(&story), (1, 2, 0));
}

/// Claims the job that `message` names, as a worker does that then dies.
async fn claim(story: &Story, message: &str, until: jiff::Timestamp) {
    let message: shared::queue::Message = serde_json::from_str(message).unwrap();
    let app = &story.stack.app;
    let read = app.store.job(message.job_id).await.unwrap().unwrap();
    let claimed = read.value.clone().claimed(until, story.now());
    let write = Transaction::new().replace(&read, &claimed).unwrap();
    assert_eq!(app.store.write(write, &app.mint).await.unwrap(), Written::Yes);
}

#[tokio::test]
async fn a_message_that_names_no_job_is_acknowledged() {
    let story = Story::begin().await;
    let unknown = json!({ "jobId": "00000000-0000-4000-8000-000000000000" }).to_string();

    for message in [unknown.as_str(), "{}", "no JSON"] {
        story.stack.queue.push(message, Duration::ZERO);
    }
    story.settle().await;

    assert_eq!((story.stack.queue.next_due(), story.stack.queue.dead_letters()), (None, vec![]));
}

/// A stack whose GitHub token is wrong and whose mail service is not there.
async fn cut_off() -> Story {
    let mail = ("TENON_MAIL_ENDPOINT", "http://127.0.0.1:9/");
    Story::with(&[("TENON_GITHUB_TOKEN", "wrong"), mail]).await
}

#[tokio::test]
async fn what_keeps_failing_is_given_up_in_sight_and_tried_again_when_asked_for() {
    let story = cut_off().await;
    let invited = story.invited_just_now(ADA).await;
    story.settle().await;
    assert_eq!(states(&story).await, ["waiting"; 3]);
    assert_eq!(story.row(&invited).await["inviteEmailStatus"], "failed");

    for minutes in [[1; 60], [15; 60], [15; 60]].concat() {
        story.clock.advance(SignedDuration::from_mins(minutes));
        story.settle().await;
    }
    assert_eq!(states(&story).await, ["dead"; 3]);
    let row = story.row(&invited).await;
    let workspace = &row["workspaces"][0];
    let why = (&workspace["state"], &workspace["reason"]);
    assert_eq!(why, (&json!("failed"), &json!("credentials_refused")));
    assert_eq!(row["inviteEmailStatus"], "failed");
    assert_eq!(row["inviteEmailError"], "The mail could not be sent.");

    let again = story.invite(invited.simulation, "Ada Example", ADA).await.expect(200);
    assert_eq!(again["outcome"], "resent");
    assert_eq!(intercepted(&story).len(), 3);
    let again = story.invite(invited.simulation, "Ada Example", ADA).await;
    assert_eq!((again.status, intercepted(&story).len()), (200, 0));
}
