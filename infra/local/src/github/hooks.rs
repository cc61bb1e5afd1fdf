//! Webhooks out: what happens is told to whoever asked to be told. Like GitHub, this one sends each
//! once, in no promised order, and again only when it is asked to; a restart forgets what was not sent.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};
use shared::mint::Mint;
use uuid::Uuid;

use crate::github::answers::events::{self, Moved};
use crate::github::refusal::Refusal;
use crate::github::repository::{Repository, repository_name};
use crate::github::runs::{Run, RunState};
use crate::github::world::World;
use crate::github::{GitHub, named};

/// How many deliveries are kept to be looked at and sent again.
const KEPT_MAX: usize = 1_000;

/// A webhook on its way, or sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Sent again, it is the same.
    pub id: Uuid,
    /// `push`, `workflow_run`, …
    pub event: &'static str,
    /// The bytes that are signed.
    pub body: String,
}

/// What has to be told, and what was.
#[derive(Debug, Default)]
pub(crate) struct Hooks(Mutex<Outbox>);

#[derive(Debug, Default)]
struct Outbox {
    /// Whether somebody asked to be told.
    is_read: bool,
    waiting: VecDeque<Delivery>,
    sent: VecDeque<Delivery>,
    /// How far each run was told.
    runs: BTreeMap<u64, RunState>,
}

impl Hooks {
    fn lock(&self) -> MutexGuard<'_, Outbox> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The outbox, where somebody reads it.
    fn read(&self) -> Option<MutexGuard<'_, Outbox>> {
        Some(self.lock()).filter(|outbox| outbox.is_read)
    }
}

impl Outbox {
    fn add(&mut self, event: &'static str, payload: &Value) {
        let id = Mint::System.uuid();
        self.waiting.push_back(Delivery { id, event, body: payload.to_string() });
    }
}

impl GitHub {
    /// Somebody asks to be told of what happens: a new webhook is pinged, and what was before it is
    /// not told.
    pub fn hook(&self) {
        let (world, now) = (self.world(), self.now());
        let mut outbox = self.hooks().lock();
        outbox.is_read = true;
        outbox.runs = world.runs().map(|run| (run.id, run.state(now))).collect();
        outbox.add("ping", &events::ping(&world));
    }

    /// Takes what has to be told by now, the oldest first.
    pub fn take_deliveries(&self) -> Vec<Delivery> {
        let (world, now) = (self.world(), self.now());
        let Some(mut outbox) = self.hooks().read() else { return Vec::new() };
        for run in world.runs() {
            let told = outbox.runs.insert(run.id, run.state(now));
            let repository = world.repository_by_id(run.repository);
            let news = STATES.iter().filter(|(state, _)| {
                told.is_none_or(|told| *state > told) && *state <= run.state(now)
            });
            for (repository, (state, action)) in repository.into_iter().cycle().zip(news) {
                let at = (*action, began(run, *state));
                let payload = events::workflow_run(&world, repository, run, at);
                outbox.add("workflow_run", &payload);
            }
        }
        let taken: Vec<_> = outbox.waiting.drain(..).collect();
        outbox.sent.extend(taken.iter().cloned());
        let over = outbox.sent.len().saturating_sub(KEPT_MAX);
        outbox.sent.drain(..over);
        taken
    }

    /// What was sent, the oldest first; once more for each time it was.
    pub fn deliveries(&self) -> Vec<Delivery> {
        self.hooks().lock().sent.iter().cloned().collect()
    }

    /// Sends a delivery again, as who looks at the list of deliveries can have it; 404 when it is not
    /// there.
    pub fn redeliver(&self, id: Uuid) -> Result<(), Refusal> {
        let mut outbox = self.hooks().lock();
        let again = outbox.sent.iter().find(|sent| sent.id == id).cloned();
        outbox.waiting.push_back(again.ok_or(Refusal::NotFound)?);
        Ok(())
    }

    /// Tells of `event`; its payload is made only where somebody listens.
    pub(super) fn tell(&self, event: &'static str, payload: impl FnOnce() -> Value) {
        if let Some(mut outbox) = self.hooks().read() {
            outbox.add(event, &payload());
        }
    }

    /// Tells that a reference of `repository` moved.
    pub(super) fn tell_push(&self, world: &World, repository: u64, moved: &Moved) {
        if let Some(repository) = world.repository_by_id(repository) {
            self.tell("push", || events::push(world, repository, moved));
        }
    }

    /// Somebody renames a repository.
    pub fn rename(&self, repository: &str, name: &str) -> Result<(), Refusal> {
        let name = repository_name(name).ok_or_else(|| Refusal::Invalid("name".to_owned()))?;
        let changes =
            |before: &Repository| json!({ "repository": { "name": { "from": before.name } } });
        self.change(repository, "renamed", changes, |repository| repository.name = name)
    }

    /// Somebody archives a repository.
    pub fn archive(&self, repository: &str) -> Result<(), Refusal> {
        self.change(
            repository,
            "archived",
            |_| Value::Null,
            |repository| repository.archived = true,
        )
    }

    /// Somebody writes another description.
    pub fn describe(&self, repository: &str, description: &str) -> Result<(), Refusal> {
        let changes =
            |before: &Repository| json!({ "description": { "from": before.description } });
        let description = Some(description.to_owned());
        self.change(repository, "edited", changes, |it| it.description = description)
    }

    /// Somebody deletes a repository.
    pub fn delete(&self, repository: &str) -> Result<(), Refusal> {
        let mut world = self.world();
        let repository = named(&world, repository)?.clone();
        world.remove_repository(repository.id)?;
        self.tell("repository", || events::repository(&world, &repository, "deleted", None));
        Ok(())
    }

    fn change(
        &self,
        repository: &str,
        action: &'static str,
        changes: impl FnOnce(&Repository) -> Value,
        change: impl FnOnce(&mut Repository),
    ) -> Result<(), Refusal> {
        let mut world = self.world();
        let before = named(&world, repository)?.clone();
        let mut after = before.clone();
        change(&mut after);
        world.save_repository(after.clone())?;
        self.tell("repository", || {
            let changes = Some(changes(&before)).filter(|changes| !changes.is_null());
            events::repository(&world, &after, action, changes)
        });
        Ok(())
    }
}

/// What a run comes through, and what GitHub calls it.
const STATES: [(RunState, &str); 3] = [
    (RunState::Queued, "requested"),
    (RunState::InProgress, "in_progress"),
    (RunState::Completed, "completed"),
];

fn began(run: &Run, state: RunState) -> jiff::Timestamp {
    match state {
        RunState::Queued => run.created_at,
        RunState::InProgress => run.started_at(),
        RunState::Completed => run.completed_at(),
    }
}
