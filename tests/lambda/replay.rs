//! Every recorded event of a route, replayed through its function's own binary: the answer is as the API
//! document has it, and the table shows what was written, and nothing else.

use std::collections::BTreeSet;
use std::fs;

use serde_json::json;

use crate::triggers;
use crate::world::{World, folder};

/// An event, the status of its answer, and the kinds of the items that it changes.
type Replay = (&'static str, u16, &'static [&'static str]);

const NOTHING: &[&str] = &[];

/// In the order in which people do these things.
const REPLAYED: [Replay; 48] = [
    ("auth.health", 200, NOTHING),
    ("auth.ready", 200, NOTHING),
    ("auth.me", 200, NOTHING),
    ("auth.logout", 204, NOTHING),
    ("auth.document", 200, NOTHING),
    ("auth.docs", 200, NOTHING),
    ("auth.docs-file", 200, NOTHING),
    ("auth.not-found", 404, NOTHING),
    ("simulations.list", 200, NOTHING),
    ("simulations.list-staged", 200, NOTHING),
    ("simulations.create", 201, &["AUDIT", "ID/ID", "SIM/SIM"]),
    ("simulations.create-encoded", 201, &["AUDIT", "ID/ID", "SIM/SIM"]),
    ("simulations.create-preflight", 204, NOTHING),
    ("simulations.detail", 200, NOTHING),
    ("simulations.candidates", 200, NOTHING),
    (
        "simulations.invite",
        200,
        &[
            "AUDIT",
            "CLEANUP/CLEANUP",
            "CS/CS",
            "CS/PLAN",
            "CS/WORKSPACE",
            "JOB/JOB",
            "SIM/INVITE",
            "SIM/SIM",
        ],
    ),
    ("simulations.resend", 200, &["AUDIT", "CS/CS", "JOB/JOB"]),
    ("candidates.invites", 200, NOTHING),
    ("candidates.resolve", 200, &["CS/CS"]),
    ("candidates.claim", 200, &["CS/CS"]),
    ("candidates.current-task", 200, NOTHING),
    ("candidates.username-page", 200, NOTHING),
    ("candidates.give-username", 200, &["CS/CS", "JOB/JOB"]),
    ("tasks.init", 200, &["CS/CS", "JOB/JOB"]),
    ("tasks.status", 200, NOTHING),
    ("tasks.poll", 200, NOTHING),
    ("tasks.run", 200, &["GITHUBRUN/GITHUBRUN", "JOB/JOB", "RUN/RUN"]),
    (
        "tasks.submit",
        201,
        &["CS/CS", "CS/SUBMISSION", "ID/ID", "JOB/JOB", "RUN/RUN", "SUBMISSION/TEXT"],
    ),
    ("submissions.list", 200, NOTHING),
    ("submissions.detail", 200, NOTHING),
    ("submissions.examine", 202, &["AUDIT", "CS/SUBMISSION", "JOB/JOB", "RUN/RUN"]),
    ("admin.companies", 200, NOTHING),
    ("admin.companies-without-key", 404, NOTHING),
    ("admin.add-company", 201, &["AUDIT", "COMPANY/COMPANY"]),
    ("admin.map-domain", 200, &["AUDIT", "COMPANY/COMPANY", "DOMAIN/COMPANY"]),
    ("admin.domains", 200, NOTHING),
    ("admin.unmap-domain", 204, &["AUDIT", "COMPANY/COMPANY", "DOMAIN/COMPANY"]),
    ("admin.template-health", 200, &["TEMPLATES/HEALTH"]),
    ("admin.try-templates", 202, &["AUDIT", "JOB/JOB", "TEMPLATECHECK/POSITION"]),
    ("admin.tried-templates", 200, NOTHING),
    ("admin.cleanup", 200, NOTHING),
    ("admin.metrics", 200, NOTHING),
    ("admin.jobs", 200, NOTHING),
    ("admin.job", 200, NOTHING),
    ("admin.redrive-job", 202, &["AUDIT", "JOB/JOB"]),
    ("admin.redrive-jobs", 200, &["AUDIT", "JOB/JOB"]),
    ("admin.audit", 200, NOTHING),
    ("webhooks.push", 202, &["DELIVERY/DELIVERY", "JOB/JOB"]),
];

/// Replays the events of `function`, all in one process.
async fn replay(function: &str, world: &World) {
    let mut process = world.start(function).await;
    let mine = |name: &str| name.split('.').next() == Some(function);
    let mut wrong = Vec::new();
    for (name, status, stores) in REPLAYED.into_iter().filter(|(name, ..)| mine(name)) {
        let event = world.event(name).await;
        let before = world.rows().await;

        let answer = process.answer(&event).await;

        let told = (answer.status, world.changed(&before).await);
        if (told.0, told.1.iter().map(String::as_str).collect::<Vec<_>>())
            != (status, stores.to_vec())
        {
            wrong.push((name, told, answer.body));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}\n{}", process.log());
}

#[tokio::test]
async fn the_events_of_auth_are_answered() {
    replay("auth", &World::begin().await).await;
}

#[tokio::test]
async fn the_events_of_simulations_are_answered() {
    replay("simulations", &World::begin().await).await;
}

#[tokio::test]
async fn the_events_of_candidates_are_answered() {
    replay("candidates", &World::begin().await).await;
}

#[tokio::test]
async fn the_events_of_tasks_are_answered() {
    replay("tasks", &World::begin().await).await;
}

#[tokio::test]
async fn the_events_of_submissions_are_answered() {
    replay("submissions", &World::begin().await).await;
}

#[tokio::test]
async fn the_events_of_the_administration_are_answered() {
    replay("admin", &World::begin().await.with_administration().await).await;
}

#[tokio::test]
async fn the_events_of_github_are_answered() {
    replay("webhooks", &World::begin().await).await;
}

#[test]
fn every_event_is_replayed_and_nothing_is_replayed_that_is_no_event() {
    let names = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name());
    let names = names.map(|name| name.into_string().unwrap());
    let recorded: BTreeSet<String> =
        names.map(|name| name.strip_suffix(".json").unwrap().to_owned()).collect();

    let replayed = REPLAYED.iter().map(|(name, ..)| *name).chain(triggers::REPLAYED);
    assert_eq!(replayed.map(str::to_owned).collect::<BTreeSet<_>>(), recorded);
}

#[tokio::test]
async fn an_invite_that_is_sent_twice_to_one_process_is_one_invite() {
    let world = World::begin().await;
    let mut process = world.start("simulations").await;
    let event = world.event("simulations.invite").await;

    let first = process.answer(&event).await.expect(200);
    let before = world.rows().await;
    let second = process.answer(&event).await.expect(200);

    assert_eq!((&first["outcome"], &second["outcome"]), (&json!("created"), &json!("resent")));
    assert_eq!(first["candidateSessionId"], second["candidateSessionId"]);
    // The first mail has not gone out, so it is the second one's as well.
    assert_eq!(world.changed(&before).await, Vec::<String>::new());
}

#[tokio::test]
async fn two_processes_that_are_sent_the_same_invite_make_one() {
    let world = World::begin().await;
    let (mut one, mut other) = (world.start("simulations").await, world.start("simulations").await);
    let event = world.event("simulations.invite").await;

    let (first, second) = tokio::join!(one.answer(&event), other.answer(&event));

    let mut outcomes = [&first, &second].map(|answer| answer.body["outcome"].clone());
    outcomes.sort_by_key(ToString::to_string);
    assert_eq!(outcomes, [json!("created"), json!("resent")], "{first:?} {second:?}");
    assert_eq!(first.body["candidateSessionId"], second.body["candidateSessionId"]);
}
