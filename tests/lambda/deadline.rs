//! An invocation's time runs out: it is noticed half a second before, told, and nothing is lost.

use std::time::Duration;

use local::lambda::api::Said;
use serde_json::{Value, json};

use crate::gate::{Gate, State};
use crate::triggers::{all_done, job, message, state};
use crate::world::{ADA, World, recorded};

const TIMED_OUT: &str = "The request took too long. Please try again.";

#[tokio::test]
async fn a_request_that_would_outlast_its_invocation_is_answered_before_it_ends() {
    let world = World::empty().await;
    let gate = Gate::to(&world.story.stack.places.table).await;
    let settings = world.settings(&[("TENON_TABLE_ENDPOINT", &gate.address)]);
    let mut process = crate::running::Running::start("simulations", &settings).await;
    let event = world.event("simulations.list").await;
    process.answer(&event).await.expect(200);

    gate.is(State::Shut);
    // Less than the table is waited for.
    let late = process.answer_within(Duration::from_secs(3), &event).await;
    gate.is(State::Open);

    assert_eq!(late.refusal(), (503, "TIMED_OUT", TIMED_OUT));
    assert_eq!(late.header("retry-after"), Some("1"));
    assert_eq!(late.body["retryable"], true);
    assert_eq!(process.raised("DeadlineNear").await, 1, "{}", process.log());
    process.answer(&event).await.expect(200);
    assert_eq!(process.alarms("DeadlineNear"), 1);
}

#[tokio::test]
async fn a_job_that_would_outlast_its_invocation_is_cut_off_recorded_and_done_another_time() {
    let world = World::empty().await;
    world.invited_just_now(ADA).await;
    let id = job(&world, "prepareWorkspace").await;
    let gate = Gate::to(&world.story.stack.places.github).await;
    let settings = world.settings(&[("TENON_GITHUB_API_BASE", &gate.address)]);
    let mut process = crate::running::Running::start("jobs", &settings).await;

    gate.is(State::Slow);
    // More than a job needs to be begun, and less than its calls take one after the other.
    let limit = Duration::from_millis(8_000);
    let said = process.told(limit, message(&id).to_string()).await.response().unwrap();
    gate.is(State::Open);

    assert_eq!(said, all_done(), "{}", process.log());
    assert_eq!(process.raised("DeadlineNear").await, 1, "{}", process.log());
    let recorded = world.story.item(&format!("JOB#{id}"), "JOB").await;
    assert_eq!(recorded["state"]["M"]["state"]["S"], "waiting");
    assert_eq!(recorded["failures"]["N"], "1");
    assert_eq!(recorded["lastError"]["S"], "it did not end in its time");
    let sent = world.story.stack.queue.next_due();
    assert!(sent.is_some(), "it is sent to the queue again");

    // Until it is due its message only has it sent on.
    let again = async {
        while state(&world, &id).await != "done" {
            assert_eq!(process.result(&message(&id)).await, all_done());
        }
    };
    tokio::time::timeout(Duration::from_mins(1), again).await.unwrap();
    assert_eq!(process.alarms("DeadlineNear"), 1);
}

#[tokio::test]
async fn a_job_is_not_begun_with_too_little_time_left() {
    let world = World::empty().await;
    world.invited_just_now(ADA).await;
    let id = job(&world, "sendInvite").await;
    let mut process = world.start("jobs").await;
    let message = message(&id);

    let limit = Duration::from_millis(7_400);
    let said = process.told(limit, message.to_string()).await.response().unwrap();

    let named = &message["Records"][0]["messageId"];
    assert_eq!(said, json!({ "batchItemFailures": [{ "itemIdentifier": named }] }));
    assert_eq!(process.raised("DeadlineNear").await, 1, "{}", process.log());
    assert_eq!(state(&world, &id).await, "waiting");
    assert_eq!(process.result(&message).await, all_done());
    assert_eq!(state(&world, &id).await, "done");
}

#[tokio::test]
async fn a_sweep_that_would_outlast_its_invocation_fails_before_and_the_next_one_is_whole() {
    let world = World::empty().await;
    let gate = Gate::to(&world.story.stack.places.table).await;
    let settings = world.settings(&[("TENON_TABLE_ENDPOINT", &gate.address)]);
    let mut process = crate::running::Running::start("sweep", &settings).await;
    world.invited_just_now(ADA).await;

    gate.is(State::Shut);
    // Less than the table is waited for.
    let said = process.told(Duration::from_secs(3), recorded("sweep.schedule")).await;
    gate.is(State::Open);

    let Said::Error { body, .. } = said else { panic!("{said:?}") };
    let told: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(told["errorMessage"], "the sweep did not end in its time");
    assert_eq!(process.raised("DeadlineNear").await, 1, "{}", process.log());
    assert_eq!(process.result(&json!({})).await, json!({ "sent": 3 }));
}
