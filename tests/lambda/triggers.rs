//! Recorded messages of the queue and of the schedule, replayed through the functions' own binaries.

use local::events::{JOB_ID, MAIL_KEY};
use serde_json::{Value, json};
use tests::work::Invited;

use crate::world::{ADA, World, recorded};

/// The events that are replayed here.
pub(crate) const REPLAYED: [&str; 8] = [
    "jobs.sqs",
    "jobs.bounce",
    "jobs.bounce-transient",
    "jobs.complaint",
    "jobs.complaint-not-spam",
    "jobs.reject",
    "jobs.rendering-failure",
    "sweep.schedule",
];

/// A message about job `id`.
pub(crate) fn message(id: &str) -> Value {
    serde_json::from_str(&recorded("jobs.sqs").replace(JOB_ID, id)).unwrap()
}

/// The id of the one job of `kind`.
pub(crate) async fn job(world: &World, kind: &str) -> String {
    let jobs = world.story.items("JOB#").await;
    let mut ids = jobs.iter().filter(|job| job["job"]["M"]["kind"]["S"] == kind);
    ids.next().unwrap()["id"]["S"].as_str().unwrap().to_owned()
}

/// How job `id` stands.
pub(crate) async fn state(world: &World, id: &str) -> Value {
    world.story.item(&format!("JOB#{id}"), "JOB").await["state"]["M"]["state"]["S"].clone()
}

/// The answer to a batch of which everything was dealt with.
pub(crate) fn all_done() -> Value {
    json!({ "batchItemFailures": [] })
}

#[tokio::test]
async fn a_message_has_its_job_done_and_coming_again_changes_nothing() {
    let world = World::empty().await;
    world.invited_just_now(ADA).await;
    let id = job(&world, "sendInvite").await;
    let mut process = world.start("jobs").await;

    for _ in 0..2 {
        assert_eq!(process.result(&message(&id)).await, all_done());
        assert_eq!(state(&world, &id).await, "done");
        assert_eq!(world.story.stack.mailbox.mails().len(), 1);
    }
    assert_eq!(process.alarms("PoisonMessage"), 0);
}

#[tokio::test]
async fn two_processes_that_are_handed_the_same_message_do_its_job_once() {
    let world = World::empty().await;
    world.invited_just_now(ADA).await;
    let id = job(&world, "sendInvite").await;
    let (mut one, mut other) = (world.start("jobs").await, world.start("jobs").await);
    let message = message(&id);

    let said = tokio::join!(one.result(&message), other.result(&message));

    assert_eq!(said, (all_done(), all_done()));
    assert_eq!(
        (state(&world, &id).await, world.story.stack.mailbox.mails().len()),
        (json!("done"), 1)
    );
}

#[tokio::test]
async fn what_ses_tells_of_a_mail_is_recorded_where_it_changes_something() {
    let world = World::empty().await;
    let mut process = world.start("jobs").await;
    for (name, email, status) in [
        ("jobs.bounce", "one@example.com", "bounced"),
        ("jobs.bounce-transient", "two@example.com", "sent"),
        ("jobs.complaint", "three@example.com", "complained"),
        ("jobs.complaint-not-spam", "four@example.com", "sent"),
        ("jobs.reject", "five@example.com", "failed"),
        ("jobs.rendering-failure", "six@example.com", "failed"),
    ] {
        let invited: Invited = world.story.invited(email).await;
        let event = recorded(name).replace(MAIL_KEY, &format!("{}-1", invited.session));
        let before = world.rows().await;

        let said = process.result(&serde_json::from_str(&event).unwrap()).await;

        assert_eq!(said, all_done(), "{name}");
        assert_eq!(world.story.row(&invited).await["inviteEmailStatus"], status, "{name}");
        let changed: &[&str] = match status {
            "sent" => &[],
            "failed" => &["CS/CS"],
            _ => &["CS/CS", "SUPPRESSED/SUPPRESSED"],
        };
        assert_eq!(world.changed(&before).await, changed, "{name}");
    }
}

#[tokio::test]
async fn the_schedule_sends_lost_jobs_again_and_runs_none() {
    let world = World::empty().await;
    world.invited_just_now(ADA).await;
    let mut process = world.start("sweep").await;
    let event: Value = serde_json::from_str(&recorded("sweep.schedule")).unwrap();
    let before = world.rows().await;

    assert_eq!(process.result(&event).await, json!({ "sent": 3 }));

    let sent = world.story.stack.queue.take_due(10);
    let mut sent: Vec<Value> =
        sent.iter().map(|message| serde_json::from_str(&message.body).unwrap()).collect();
    sent.sort_by_key(ToString::to_string);
    let lost = world.story.items("JOB#").await;
    let mut lost: Vec<Value> = lost.iter().map(|job| json!({ "jobId": job["id"]["S"] })).collect();
    lost.sort_by_key(ToString::to_string);
    assert_eq!(sent, lost);
    assert_eq!(world.changed(&before).await, Vec::<String>::new());
}
