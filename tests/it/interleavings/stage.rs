//! What a case is played on: a stack, the processes that take turns, and what those who act know.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use local::github::hooks::Delivery;
use local::issuer::{Identity, Role};
use local::queue::Message;
use serde_json::Value;
use tests::caller::Caller;
use tests::story::Story;
use tests::turns::{Process, Turns};
use tests::webhooks::TOLD;
use tests::work::simulation_body;

use super::deed::{Actor, Age, Guest, Which};
use super::model::Account;

/// A session that nobody has.
pub(super) const NOBODYS: u64 = 1;

/// The stage.
pub(super) struct Stage {
    pub(super) story: Story,
    pub(super) turns: Turns,
    pub(super) simulation: u64,
    pub(super) known: Known,
    processes: BTreeMap<Actor, Process>,
    first_task: u64,
}

/// What was heard so far, and what there is to be done and told.
#[derive(Default)]
pub(super) struct Known {
    /// By guest: the session, and the links in the order in which they were heard of.
    links: BTreeMap<Guest, (u64, Vec<String>)>,
    /// By session: the runs, and the day of each.
    pub(super) runs: BTreeMap<u64, Vec<(u64, u8)>>,
    /// By session: the days that are handed in.
    done: BTreeMap<u64, u8>,
    /// Messages that nobody has yet, and those that somebody has or had.
    pub(super) waiting: Vec<Message>,
    pub(super) delivered: Vec<Message>,
    /// What happened on GitHub, told or not.
    pub(super) deliveries: Vec<Delivery>,
}

impl Guest {
    pub(super) const fn address(self) -> &'static str {
        match self {
            Self::Ada => "ada@example.com",
            Self::Ben => "ben@example.com",
        }
    }
}

impl Actor {
    /// The account that acts, of a candidate.
    pub(super) const fn account(self) -> Account {
        match self {
            Self::Double => Account::Double,
            Self::Ben => Account::Ben,
            _ => Account::Ada,
        }
    }

    /// The guest whose session a candidate works on.
    pub(super) const fn guest(self) -> Guest {
        match self {
            Self::Ben => Guest::Ben,
            _ => Guest::Ada,
        }
    }

    pub(super) const fn is_owner(self) -> bool {
        matches!(self, Self::Owner | Self::OwnerAgain)
    }
}

impl Stage {
    /// A fresh stack with a simulation of recruiter 1.
    pub(super) async fn set() -> Self {
        let story = Story::with(&TOLD).await;
        let owner = story.recruiter(1);
        let made = owner.post("/api/simulations", simulation_body()).await.expect(201);
        let simulation = made["id"].as_u64().unwrap();
        let first_task = made["tasks"][0]["id"].as_u64().unwrap();
        // What is told from now on is told by the case.
        story.settle().await;
        let (turns, known) = (Turns::new(), Known::default());
        Self { story, turns, simulation, known, processes: BTreeMap::new(), first_task }
    }

    /// The process in which `actor` acts.
    pub(super) async fn process(&mut self, actor: Actor) -> Process {
        if let Some(process) = self.processes.get(&actor) {
            return process.clone();
        }
        let process = self.turns.process(&self.story).await;
        self.processes.insert(actor, process.clone());
        process
    }

    /// Who acts in the process with this number.
    pub(super) fn actor(&self, number: usize) -> Option<Actor> {
        let mut all = self.processes.iter();
        all.find(|(_actor, process)| process.number == number).map(|(actor, _process)| *actor)
    }

    /// How `actor` calls its own process.
    pub(super) fn caller(&self, actor: Actor, api: &str) -> Caller {
        let told = match actor {
            Actor::Owner | Actor::OwnerAgain => self.story.recruiter(1),
            Actor::Colleague => self.story.recruiter(2),
            Actor::Double => {
                let ada = Identity::new(Guest::Ada.address(), Role::Candidate);
                self.story.identified(&Identity { sub: Some("auth0|double".to_owned()), ..ada })
            }
            Actor::Ada | Actor::AdaAgain | Actor::Ben => {
                self.story.candidate(actor.guest().address())
            }
            _ => self.story.nobody(),
        };
        told.at(api)
    }

    /// The task of a day.
    pub(super) fn task(&self, day: u8) -> u64 {
        self.first_task + u64::from(day) - 1
    }

    /// The address of `guest`'s repository for the second day, once there is one.
    pub(super) fn repository(&self) -> Option<String> {
        let name = format!("-task{}", self.task(2));
        let mut all = self.story.stack.github.repositories().into_iter();
        let session = self.known.session(Guest::Ada).to_string();
        all.find(|it| it.ends_with(&name) && it.contains(&session))
    }
}

impl Known {
    /// The session of `guest`, as far as anybody has heard of one.
    pub(super) fn session(&self, guest: Guest) -> u64 {
        self.links.get(&guest).map_or(NOBODYS, |(session, _links)| *session)
    }

    /// The newest or the first link of `guest`.
    pub(super) fn link(&self, guest: Guest, age: Age) -> Option<String> {
        let (_session, links) = self.links.get(&guest)?;
        let newest = links.iter().max_by_key(|link| generation(link));
        match age {
            Age::New => newest.cloned(),
            Age::Old => links.first().cloned(),
        }
    }

    /// Takes note of an invite.
    pub(super) fn invited(&mut self, guest: Guest, session: u64, link: &str) {
        let known = self.links.entry(guest).or_insert((session, Vec::new()));
        known.1.push(link.to_owned());
    }

    /// Takes note of how many days are handed in.
    pub(super) fn has_done(&mut self, session: u64, days: u8) {
        let done = self.done.entry(session).or_default();
        *done = days.max(*done);
    }

    /// The day that somebody means who knows what was handed in.
    pub(super) fn day(&self, session: u64, which: Which) -> u8 {
        let done = self.done.get(&session).copied().unwrap_or(0);
        match which {
            Which::Present => done + 1,
            Which::Next => done + 2,
            Which::Last => done,
        }
        .clamp(1, 5)
    }
}

/// Which of a session's links a token is.
pub(super) fn generation(token: &str) -> u32 {
    let bytes = URL_SAFE_NO_PAD.decode(token).unwrap();
    u32::from_be_bytes(bytes[8..12].try_into().unwrap())
}

/// The token of a link.
pub(super) fn token_of(url: &Value) -> String {
    url.as_str().unwrap().rsplit('/').next().unwrap().to_owned()
}
