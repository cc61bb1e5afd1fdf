//! Something panics: whoever waits is answered, nobody else is touched, the process goes on, and a person
//! is told. Ours do not panic, so a function made for this does.

use std::collections::BTreeMap;

use local::lambda::process::{Setup, StartError};
use serde_json::{Value, json};
use tests::work::Invited;

use crate::running::{Running, setup};
use crate::triggers::{all_done, job, message, state};
use crate::world::{ADA, World, recorded};

/// What the panics say; it may be anything, so it must not get about.
const SAID: &str = "what a candidate wrote";

/// The function that panics, by a name that says where.
fn panicking(name: &str, environment: &BTreeMap<String, String>) -> Setup {
    Setup { name: name.to_owned(), ..setup("examples/panicking", environment) }
}

#[tokio::test]
async fn a_panic_in_a_route_is_a_500_with_our_body_and_the_process_goes_on() {
    let world = World::empty().await;
    let setup = panicking("panics-in-a-route", &world.settings(&[]));
    let mut process = Running::begin(&setup).await.unwrap();
    let (panics, well) = (world.event("auth.health").await, world.event("auth.docs").await);

    for count in 1..3 {
        let failed = process.answer(&panics).await;
        assert_eq!(failed.refusal(), (500, "INTERNAL_ERROR", "Internal Server Error"));
        assert!(!failed.body.to_string().contains(SAID), "{failed:?}");
        assert_eq!(process.answer(&well).await.status, 200);
        assert!(process.raised("Panicked").await <= count);
    }
    assert_eq!(process.raised("Panicked").await, 2, "{}", process.log());
}

#[tokio::test]
async fn a_job_that_panics_has_failed_and_comes_back_and_the_others_are_done() {
    let world = World::empty().await;
    world.invited_just_now(ADA).await;
    let (panics, good) = (job(&world, "sendInvite").await, job(&world, "prepareWorkspace").await);
    // Such a mail is written to the log, which is the cue.
    let setup =
        panicking("panics-in-a-job", &world.settings(&[("TENON_EMAIL_PROVIDER", "console")]));
    let mut process = Running::begin(&setup).await.unwrap();
    let batch =
        json!({ "Records": [message(&panics)["Records"][0], message(&good)["Records"][0]] });

    assert_eq!(process.result(&batch).await, all_done(), "{}", process.log());

    assert_eq!(process.raised("Panicked").await, 1, "{}", process.log());
    let recorded = world.story.item(&format!("JOB#{panics}"), "JOB").await;
    assert_eq!(recorded["state"]["M"]["state"]["S"], "waiting");
    assert_eq!(
        (&recorded["failures"]["N"], &recorded["lastError"]["S"]),
        (&json!("1"), &json!("it panicked"))
    );
    assert_ne!(state(&world, &good).await, "running");
    assert_eq!(world.story.item(&format!("JOB#{good}"), "JOB").await["failures"]["N"], "0");
}

#[tokio::test]
async fn a_message_whose_handling_panics_comes_again_and_the_others_are_done() {
    let world = World::empty().await;
    let invited: Invited = world.story.invited(ADA).await;
    let setup = panicking("panics-in-a-job", &world.settings(&[]));
    let mut process = Running::begin(&setup).await.unwrap();
    let event = |name: &str| -> Value {
        let key = format!("{}-1", invited.session);
        serde_json::from_str(&recorded(name).replace(local::events::MAIL_KEY, &key)).unwrap()
    };
    let (panics, good) = (event("jobs.bounce-transient"), event("jobs.bounce"));
    let batch = json!({ "Records": [panics["Records"][0], good["Records"][0]] });

    let said = process.result(&batch).await;

    let named = &panics["Records"][0]["messageId"];
    assert_eq!(said, json!({ "batchItemFailures": [{ "itemIdentifier": named }] }));
    assert_eq!(process.raised("Panicked").await, 1, "{}", process.log());
    assert_eq!(world.story.row(&invited).await["inviteEmailStatus"], "bounced");
    assert!(!process.log().contains(SAID), "{}", process.log());
}

#[tokio::test]
async fn a_panic_at_the_start_ends_the_process_and_is_told() {
    let world = World::empty().await;
    let setup = panicking("panics-at-the-start", &world.settings(&[]));

    let refused = Running::begin(&setup).await.err().unwrap();

    let StartError::Unfit { log, .. } = refused else { panic!("{refused}") };
    let log = log.join("\n");
    assert_eq!(log.matches("\"Panicked\":1").count(), 1, "{log}");
    assert!(log.contains("panicking.rs") && !log.contains(SAID), "{log}");
}
