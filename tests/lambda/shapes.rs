//! Events that are none of ours: refused with a kind, without a panic, and the process goes on.

use local::lambda::api::Said;
use serde_json::json;

use crate::triggers::{all_done, message};
use crate::world::World;

/// What no gateway and no queue sends.
const SHAPELESS: [&str; 5] = ["", "no json", "{\"version\":", "null", "[1,2,3]"];
/// A function of each kind, with an event that it takes: an API, the queue's.
const API: &str = "auth";

#[tokio::test]
async fn an_api_refuses_what_is_no_request_and_answers_the_next_one() {
    let world = World::empty().await;
    let mut process = world.start(API).await;
    let health = world.event("auth.health").await;
    let message = message("7d444840-9dc0-41d1-b245-5ffdce74fad2").to_string();

    for event in SHAPELESS.into_iter().chain([message.as_str()]) {
        let said = process.said(event.to_owned()).await;
        let Said::Error { kind: Some(kind), body } = said else { panic!("{event}: {said:?}") };
        assert!(!kind.is_empty() && !body.is_empty(), "{event}");
        process.answer(&health).await.expect(200);
    }
    assert_eq!(process.alarms("Panicked"), 0, "{}", process.log());
}

#[tokio::test]
async fn the_jobs_refuse_what_is_no_batch_and_do_the_next_one() {
    let world = World::empty().await;
    let mut process = world.start("jobs").await;

    for event in SHAPELESS.into_iter().chain([r#"{"Records":7}"#, r#"{"Records":[{"body":7}]}"#]) {
        let said = process.said(event.to_owned()).await;
        let Said::Error { kind: Some(kind), body } = said else { panic!("{event}: {said:?}") };
        assert!(!kind.is_empty() && !body.is_empty(), "{event}");
        assert_eq!(process.result(&json!({ "Records": [] })).await, all_done());
    }
    assert_eq!(process.alarms("Panicked"), 0, "{}", process.log());
}

#[tokio::test]
async fn the_sweep_refuses_what_is_no_json_and_sweeps_at_the_next_one() {
    let world = World::empty().await;
    let mut process = world.start("sweep").await;

    for event in &SHAPELESS[..3] {
        let said = process.said((*event).to_owned()).await;
        assert!(matches!(said, Said::Error { kind: Some(_), .. }), "{event}: {said:?}");
        assert_eq!(process.result(&json!({})).await, json!({ "sent": 0 }));
    }
}

#[tokio::test]
async fn a_body_of_six_megabytes_is_too_large_and_the_next_one_is_not() {
    let world = World::empty().await;
    let mut process = world.start("simulations").await;
    let good = world.event("simulations.create").await;
    let mut large = good.clone();
    let body = json!({ "title": "x".repeat(6_000_000) }).to_string();
    large["headers"]["content-length"] = json!(body.len().to_string());
    large["body"] = json!(body);
    // Who says nothing of the length is found out all the same.
    let mut unsaid = large.clone();
    unsaid["headers"].as_object_mut().unwrap().remove("content-length");

    for event in [&large, &unsaid] {
        let refused = process.answer(event).await;
        assert_eq!(refused.refusal(), (413, "BODY_TOO_LARGE", "Request body too large"));
    }
    process.answer(&good).await.expect(201);
}
