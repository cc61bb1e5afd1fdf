//! The table throttles us, or nobody answers for it: that is told as what it is, and heals by itself.

use serde_json::{Value, json};

use crate::gate::{Gate, State};
use crate::running::Running;
use crate::triggers::{all_done, job, message, state};
use crate::world::{ADA, World};

/// What the table calls it.
const THROTTLES: [&str; 3] =
    ["ProvisionedThroughputExceededException", "ThrottlingException", "RequestLimitExceeded"];
const UNAVAILABLE: (u16, &str, &str) = (503, "SERVICE_UNAVAILABLE", "Service unavailable");

/// The failures of a batch, by the messages' ids.
fn failed(said: &Value) -> Vec<&str> {
    let failures = said["batchItemFailures"].as_array().unwrap().iter();
    failures.map(|failure| failure["itemIdentifier"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn requests_are_refused_for_the_moment_while_the_table_throttles() {
    let world = World::begin().await;
    let gate = Gate::to(&world.story.stack.places.table).await;
    let settings = world.settings(&[("TENON_TABLE_ENDPOINT", &gate.address)]);
    let mut process = Running::start("simulations", &settings).await;
    let (read, write) =
        (world.event("simulations.list").await, world.event("simulations.invite").await);
    let before = world.rows().await;

    for (name, event) in THROTTLES.into_iter().zip([&read, &write, &read]) {
        gate.is(State::Refusing(name));
        let refused = process.answer(event).await;
        gate.is(State::Open);

        assert_eq!(refused.refusal(), UNAVAILABLE, "{name}");
        assert_eq!(refused.header("retry-after"), Some("1"), "{name}");
        assert_eq!(refused.body["retryable"], true, "{name}");
        process.answer(&read).await.expect(200);
    }

    assert_eq!(world.changed(&before).await, Vec::<String>::new());
    assert_eq!(process.raised("TableUnavailable").await, 3, "{}", process.log());
    process.answer(&write).await.expect(200);
}

#[tokio::test]
async fn what_is_wrong_with_our_own_calls_is_no_trouble_of_the_table() {
    let world = World::empty().await;
    let gate = Gate::to(&world.story.stack.places.table).await;
    let settings = world.settings(&[("TENON_TABLE_ENDPOINT", &gate.address)]);
    let mut process = Running::start("simulations", &settings).await;
    let event = world.event("simulations.list").await;

    gate.is(State::Refusing("ValidationException"));
    let failed = process.answer(&event).await;

    assert_eq!(failed.refusal(), (500, "INTERNAL_ERROR", "Internal Server Error"));
    gate.is(State::Refusing(THROTTLES[0]));
    process.answer(&event).await.expect(503);
    assert_eq!(process.raised("TableUnavailable").await, 1);
}

#[tokio::test]
async fn jobs_come_again_after_the_table_has_throttled_them() {
    let world = World::empty().await;
    world.invited_just_now(ADA).await;
    let id = job(&world, "sendInvite").await;
    let gate = Gate::to(&world.story.stack.places.table).await;
    let settings = world.settings(&[("TENON_TABLE_ENDPOINT", &gate.address)]);
    let mut process = Running::start("jobs", &settings).await;
    let message = message(&id);

    gate.is(State::Refusing(THROTTLES[0]));
    let said = process.result(&message).await;
    gate.is(State::Open);

    assert_eq!(failed(&said), [message["Records"][0]["messageId"].as_str().unwrap()]);
    assert_eq!(process.raised("TableUnavailable").await, 1, "{}", process.log());
    assert_eq!((state(&world, &id).await, process.alarms("PoisonMessage")), (json!("waiting"), 0));
    assert_eq!(process.result(&message).await, all_done());
    assert_eq!((state(&world, &id).await, process.alarms("TableUnavailable")), (json!("done"), 1));
}

#[tokio::test]
async fn a_sweep_that_cannot_read_the_table_fails_as_a_whole_and_the_next_one_finds_all() {
    let world = World::empty().await;
    world.invited_just_now(ADA).await;
    let gate = Gate::to(&world.story.stack.places.table).await;
    let settings = world.settings(&[("TENON_TABLE_ENDPOINT", &gate.address)]);
    let mut process = Running::start("sweep", &settings).await;

    gate.is(State::Refusing(THROTTLES[2]));
    let said = process.said("{}").await;
    gate.is(State::Open);

    assert!(said.response().is_err(), "{said:?}");
    assert_eq!(process.raised("TableUnavailable").await, 1, "{}", process.log());
    assert_eq!(process.result(&json!({})).await, json!({ "sent": 3 }));
}
