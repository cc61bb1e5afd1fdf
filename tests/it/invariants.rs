//! What must be so whatever happened: five days leave nothing broken, and whatever is broken by hand is
//! named.

use local::github::evidence::HeldRepository;
use local::invariants::Evidence;
use local::invariants::broken::Broken;
use local::invariants::promises::{Accepted, Promises};
use local::opened::Item;
use serde_json::{Value, json};
use shared::domain::id::{CandidateSessionId, RunId, SimulationId, SubmissionId};
use shared::domain::task::Day;
use tests::story::Story;

use crate::five_days::whole_way;

const NOON: &str = "2026-03-02T12:00:00Z";

/// What five days left behind, as JSON that can be broken.
struct World {
    items: Vec<Value>,
    evidence: Evidence,
}

impl World {
    async fn after_five_days() -> Self {
        let story = Story::begin().await;
        whole_way(&story).await;
        story.pass(5).await;
        Self::of(&story)
    }

    fn of(story: &Story) -> Self {
        let evidence = Evidence::of(&story.stack).unwrap();
        let items = evidence.items.iter().map(|item| serde_json::to_value(item).unwrap());
        Self { items: items.collect(), evidence }
    }

    /// Where the items are whose keys begin like this.
    fn places(&self, pk: &str, sk: &str) -> Vec<usize> {
        let begins = |item: &Value, name: &str, start: &str| {
            item[name]["S"].as_str().unwrap().starts_with(start)
        };
        let is_it = |item: &Value| begins(item, "PK", pk) && begins(item, "SK", sk);
        let all = self.items.iter().enumerate();
        all.filter(|(_, item)| is_it(item)).map(|(place, _)| place).collect()
    }

    /// The first item whose keys begin like this.
    fn item(&mut self, pk: &str, sk: &str) -> &mut Value {
        let place = self.places(pk, sk)[0];
        &mut self.items[place]
    }

    fn forget(&mut self, pk: &str, sk: &str) {
        let place = self.places(pk, sk)[0];
        self.items.remove(place);
    }

    /// Has the field at `path`, whose parts are joined by dots, be this.
    fn set(&mut self, (pk, sk): (&str, &str), path: &str, value: Value) {
        let mut field = self.item(pk, sk);
        for (depth, part) in path.split('.').enumerate() {
            field = if depth == 0 { &mut field[part] } else { &mut field["M"][part] };
        }
        *field = value;
    }

    fn broken(&self, promises: &Promises) -> Vec<Broken> {
        let items = self.items.iter().map(|item| serde_json::from_value::<Item>(item.clone()));
        let items = items.collect::<Result<_, _>>().unwrap();
        Evidence { items, ..self.evidence.clone() }.broken(promises)
    }

    fn told(&self) -> Vec<String> {
        self.broken(&Promises::default()).iter().map(ToString::to_string).collect()
    }
}

/// A way to break the world, and a part of the sentence that names what is broken.
type Damage = (fn(&mut World), &'static str);

async fn each_is_named(damages: &[Damage]) {
    let story = Story::begin().await;
    whole_way(&story).await;
    story.pass(5).await;
    for (number, (damage, expected)) in damages.iter().enumerate() {
        let mut world = World::of(&story);
        damage(&mut world);
        let told = world.told();
        let named = told.iter().any(|sentence| sentence.contains(expected));
        assert!(named, "damage {number}: no “{expected}” in {told:#?}");
    }
}

#[tokio::test]
async fn five_days_leave_nothing_broken() {
    let world = World::after_five_days().await;

    assert_eq!(world.told(), Vec::<String>::new());
    assert!(world.items.len() > 40, "{} items are too few for five days", world.items.len());
}

#[tokio::test]
async fn an_item_that_is_not_what_its_keys_say_is_named() {
    each_is_named(&[
        (|world| drop(world.item("CS#", "CS").as_object_mut().unwrap().remove("progress")), {
            "/ CS cannot be read: missing field `progress`"
        }),
        (|world| world.items.push(json!({ "PK": { "S": "X#1" }, "SK": { "S": "X" } })), {
            "nothing of ours is called X#1 / X"
        }),
        (|world| world.set(("SIM#", "SIM"), "GSI1SK", json!({ "S": "SIM#0" })), {
            "/ SIM has GSI1SK Some(\"SIM#0\") and should have Some(\"SIM#"
        }),
        (|world| world.set(("JOB#", "JOB"), "GSI1PK", json!({ "S": "DUE" })), {
            "/ JOB has GSI1PK Some(\"DUE\") and should have None"
        }),
        (|world| drop(world.item("RUN#", "RUN").as_object_mut().unwrap().remove("version")), {
            "/ RUN lacks a version"
        }),
    ])
    .await;
}

#[tokio::test]
async fn a_counter_that_is_not_the_count_and_a_copy_that_is_not_true_are_named() {
    each_is_named(&[
        (|world| world.set(("SIM#", "SIM"), "candidateCount", json!({ "N": "2" })), {
            "says 2 and 1 are there"
        }),
        (|world| world.set(("CS#", "CS"), "workspaces", json!({ "L": [] })), {
            "tells of its workspaces what is not so"
        }),
        (|world| world.set(("CS#", "WORKSPACE#2"), "lastRun", json!({ "NULL": true })), {
            "tells of its newest run what is not so"
        }),
        (|world| world.forget("CS#", "SUBMISSION#5"), "lacks a submission of day 5"),
        (|world| world.forget("SIM#", "INVITE#"), "lacks its invite"),
        (|world| world.forget("CS#", "PLAN"), "lacks a plan of five tasks"),
        (|world| world.forget("CLEANUP#", "CLEANUP"), "lacks a date to put its repositories away"),
        (|world| world.forget("SUBMISSION#", "TEXT"), "lacks its text"),
        (|world| world.forget("RUN#", "RUN"), "lacks"),
        (|world| world.forget("GITHUBRUN#", "GITHUBRUN"), "as its own"),
        (|world| world.forget("DOMAIN#", "COMPANY"), "lacks the mail domain local.test"),
        (|world| world.forget("COMPANY#", "COMPANY"), "lacks a company"),
        (
            |world| {
                let guarded = |item: &Value| item["PK"]["S"].as_str().unwrap().starts_with("ID#");
                world.items.retain(|item| !guarded(item) || item.get("submission").is_some());
            },
            "lacks a reserved number",
        ),
    ])
    .await;
}

#[tokio::test]
async fn what_is_pending_and_brought_on_by_nobody_is_named() {
    let pending = "is neither to be done nor told to have failed";
    assert!(Broken::Stuck { what: "a".into(), needs: "b".into() }.to_string().ends_with(pending));
    each_is_named(&[
        (|world| world.set(("CS#", "CS"), "mail.status", json!({ "S": "queued" })), {
            "is pending and send_invite"
        }),
        (
            |world| {
                world.set(("CS#", "WORKSPACE#2"), "closing.state", json!({ "S": "open" }));
                // One of them waits for the invitation to be accepted, and would find it.
                world.items.retain(|item| item["SK"]["S"] != "JOB");
            },
            "is pending and close_workspace",
        ),
        (|world| world.set(("CLEANUP#", "CLEANUP"), "lookAt", json!({ "NULL": true })), {
            "is pending and clean_up"
        }),
        (
            |world| {
                let pending = json!({ "M": { "examination": { "S": "pending" } } });
                world.set(("CS#", "SUBMISSION#2"), "code.examination", pending);
            },
            "is pending and examine_submission",
        ),
        (
            |world| {
                let is_followed =
                    |item: &&mut Value| item["SK"]["S"] == "RUN" && item["pinned"].is_null();
                let run = world.items.iter_mut().find(is_followed).unwrap();
                run["state"] = json!({ "M": { "state": { "S": "requested" } } });
            },
            "is pending and follow_run",
        ),
        (
            |world| {
                let state = json!({ "M": { "state": { "S": "waiting" }, "dueAt": { "S": NOON } } });
                world.set(("JOB#", "JOB"), "state", state);
                world.evidence.now = "2026-03-02T12:11:01Z".parse().unwrap();
            },
            "is pending and the sweeper",
        ),
        (
            |world| {
                let state = json!({ "M": { "state": { "S": "waiting" }, "dueAt": { "S": NOON } } });
                world.set(("JOB#", "JOB"), "state", state);
                world.evidence.now = "2026-02-22T11:00:00Z".parse().unwrap();
            },
            "is pending and a sooner attempt",
        ),
    ])
    .await;
}

#[tokio::test]
async fn what_github_and_the_mailbox_hold_twice_or_not_at_all_is_named() {
    each_is_named(&[
        (
            |world| {
                let id = 1;
                let (name, description) = ("acme/stray".to_owned(), None);
                let stray = HeldRepository { id, name, description, archived: false };
                world.evidence.github.repositories.push(stray);
            },
            "the repository acme/stray is nobody's",
        ),
        (
            |world| {
                let second =
                    HeldRepository { id: 1, ..world.evidence.github.repositories[0].clone() };
                world.evidence.github.repositories.push(second);
            },
            "happened 2 times and may 1 times",
        ),
        (|world| drop(world.evidence.github.repositories.remove(0)), "lacks its repository"),
        (|world| world.evidence.github.repositories[0].description = None, "lacks our marker"),
        (
            |world| {
                let again = world.evidence.github.runs[0].clone();
                world.evidence.github.runs.push(again);
            },
            "a dispatch that no run of ours asked for happened 1 times and may 0 times",
        ),
        (|world| world.evidence.mails.clear(), "lacks a mail that went out"),
        (
            |world| {
                let again = world.evidence.mails[0].clone();
                world.evidence.mails.push(again);
            },
            "happened 2 times and may 1 times",
        ),
        (|world| world.evidence.mails[0].content.to.clear(), "lacks whoever asked for it"),
    ])
    .await;
}

#[tokio::test]
async fn a_lost_answer_may_cost_one_mail_and_what_was_accepted_must_be_there() {
    let mut world = World::after_five_days().await;
    let again = world.evidence.mails[0].clone();
    world.evidence.mails.push(again);

    let (session, day) = (CandidateSessionId::new(1), Day::new(1).unwrap());
    let email = "ada@example.com".to_owned();
    let accepted = vec![
        Accepted::Simulation(SimulationId::new(1)),
        Accepted::Invite { simulation: SimulationId::new(1), session, email },
        Accepted::Claim { session, sub: "x".to_owned() },
        Accepted::Submission { session, day, id: SubmissionId::new(1), text: None },
        Accepted::Run(RunId::new(1)),
    ];
    let told = world.broken(&Promises { accepted, lost_answers: 1 });

    let lost = told.iter().filter(|broken| matches!(broken, Broken::Lost { .. })).count();
    assert_eq!((told.len(), lost), (5, 5), "{told:#?}");
}
