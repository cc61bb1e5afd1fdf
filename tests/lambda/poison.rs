//! Messages that make no sense: none blocks the queue, each is an alarm, and the others are dealt with.

use serde_json::{Value, json};

use crate::triggers::{all_done, job, message, state};
use crate::world::{ADA, World};

/// A job that nobody ever recorded.
const NOBODYS: &str = "7d444840-9dc0-41d1-b245-5ffdce74fad2";

/// A batch of messages with these bodies, called by their numbers.
fn batch(bodies: &[String]) -> Value {
    let record = |(number, body): (usize, &String)| {
        let mut record = message(NOBODYS)["Records"][0].clone();
        record["messageId"] = json!(number.to_string());
        record["body"] = json!(body);
        record
    };
    json!({ "Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>() })
}

fn about(job: &str) -> String {
    json!({ "jobId": job }).to_string()
}

#[tokio::test]
async fn what_makes_no_sense_is_acknowledged_and_told() {
    let world = World::empty().await;
    let mut process = world.start("jobs").await;
    let garbage = "\u{1f9ea}\\\"{[".repeat(32 * 1024);
    assert_eq!(garbage.len(), 256 * 1024);
    let deep = "[".repeat(100_000);

    for (number, body) in [
        "no json",
        "",
        "null",
        "{}",
        "[]",
        r#"{"jobId":7}"#,
        r#"{"jobId":"ada@example.com"}"#,
        r#"{"source":"aws.s3","detail":{}}"#,
        &garbage,
        &deep,
    ]
    .into_iter()
    .enumerate()
    {
        let said = process.result(&batch(&[body.to_owned()])).await;
        assert_eq!(said, all_done(), "{number}");
    }

    let mut told = process.raised("PoisonMessage").await;
    while told < 10 {
        tokio::task::yield_now().await;
        told = process.raised("PoisonMessage").await;
    }
    assert_eq!((told, process.alarms("Panicked")), (10, 0));
    // What was in them is nobody's business.
    assert!(!process.log().contains("ada@example.com"), "{}", process.log());
}

#[tokio::test]
async fn a_job_that_is_not_there_is_acknowledged_and_told() {
    let world = World::empty().await;
    let mut process = world.start("jobs").await;

    assert_eq!(process.result(&message(NOBODYS)).await, all_done());

    assert_eq!(process.raised("PoisonMessage").await, 1, "{}", process.log());
}

#[tokio::test]
async fn of_a_batch_only_what_cannot_be_read_comes_again() {
    let world = World::empty().await;
    world.invited_just_now(ADA).await;
    let good = job(&world, "sendInvite").await;
    let unreadable = job(&world, "prepareWorkspace").await;
    let mut item = world.story.item(&format!("JOB#{unreadable}"), "JOB").await;
    item["job"] = json!({ "S": "ada@example.com" });
    world.story.put_item(&item).await;
    let mut process = world.start("jobs").await;
    let bodies = ["no json".to_owned(), about(&unreadable), about(NOBODYS), about(&good)];

    let said = process.result(&batch(&bodies)).await;

    // The queue puts it aside for people after its last delivery: the job is kept, not lost.
    assert_eq!(said, json!({ "batchItemFailures": [{ "itemIdentifier": "1" }] }));
    assert_eq!(state(&world, &good).await, "done");
    assert_eq!(world.story.stack.mailbox.mails().len(), 1);
    process.result(&batch(&bodies)).await;
    assert!(process.raised("PoisonMessage").await >= 3, "{}", process.log());
    assert!(!process.log().contains("ada@example.com"), "{}", process.log());
    assert_eq!(process.alarms("TableUnavailable"), 0);
}
