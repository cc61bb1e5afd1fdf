//! The job queue: what SQS does for it, in memory.
//!
//! A restart forgets the messages. That is no loss: the jobs themselves are in the table, and the
//! sweeper finds those nobody was told of.

mod wire;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use jiff::Timestamp;
use shared::clock::Clock;
use shared::mint::Mint;
use tokio::sync::Notify;

/// A message that was received this often and is due again goes to the dead letters.
pub const RECEIVES_MAX: u32 = 5;

/// A standard queue; clones share its messages.
#[derive(Clone)]
pub struct Queue {
    name: String,
    visibility: Duration,
    clock: Clock,
    mint: Mint,
    messages: Arc<Mutex<Messages>>,
    news: Arc<Notify>,
}

/// A message as a receiver sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    pub id: String,
    pub body: String,
    /// How often it was received, this time included: 1 at the first.
    pub receive_count: u32,
}

#[derive(Default)]
struct Messages {
    /// In the order they were sent.
    waiting: Vec<Waiting>,
    dead: Vec<Message>,
}

struct Waiting {
    message: Message,
    visible_at: Timestamp,
}

impl Queue {
    /// An empty queue. A received message that is not deleted comes back after `visibility`.
    pub fn new(name: &str, visibility: Duration, clock: Clock, mint: Mint) -> Self {
        Self {
            name: name.to_owned(),
            visibility,
            clock,
            mint,
            messages: Arc::default(),
            news: Arc::default(),
        }
    }

    /// The queue's URL for the SDK, given the address that its router is served at.
    pub fn url(&self, endpoint: &str) -> String {
        format!("{}/000000000000/{}", endpoint.trim_end_matches('/'), self.name)
    }

    /// The subset of the SQS protocol (AWS JSON 1.0) that the functions speak: `SendMessage`.
    pub fn router(&self) -> Router {
        wire::router(self.clone())
    }

    /// Adds a message that can be received after `delay` and returns its id.
    pub fn push(&self, body: &str, delay: Duration) -> String {
        let id = self.mint.uuid().to_string();
        let message = Message { id: id.clone(), body: body.to_owned(), receive_count: 0 };
        let visible_at = self.after(delay);
        self.messages().waiting.push(Waiting { message, visible_at });
        self.news.notify_one();
        id
    }

    /// Receives up to `max` messages that are due, oldest first, and hides them for the visibility
    /// time-out. A due message that was received five times already becomes a dead letter instead.
    pub fn take_due(&self, max: usize) -> Vec<Message> {
        let (now, hidden_until) = (self.clock.now(), self.after(self.visibility));
        let mut messages = self.messages();
        let Messages { waiting, dead } = &mut *messages;
        dead.extend(
            waiting
                .extract_if(.., |it| {
                    it.visible_at <= now && it.message.receive_count >= RECEIVES_MAX
                })
                .map(|it| it.message),
        );
        waiting
            .iter_mut()
            .filter(|it| it.visible_at <= now)
            .take(max)
            .map(|it| {
                it.visible_at = hidden_until;
                it.message.receive_count += 1;
                it.message.clone()
            })
            .collect()
    }

    /// Deletes a message that was dealt with; one that is not there is no error.
    pub fn delete(&self, id: &str) {
        self.messages().waiting.retain(|it| it.message.id != id);
    }

    /// When the next message can be received, which may be in the past; `None` when there is none.
    pub fn next_due(&self) -> Option<Timestamp> {
        self.messages().waiting.iter().map(|it| it.visible_at).min()
    }

    /// How many messages there are, those that are hidden among them.
    pub fn length(&self) -> usize {
        self.messages().waiting.len()
    }

    /// How many messages can be received now.
    pub fn backlog(&self) -> usize {
        let now = self.clock.now();
        self.messages().waiting.iter().filter(|it| it.visible_at <= now).count()
    }

    /// Waits for the next `push`. One that came while nobody waited ends the wait at once, so a
    /// single consumer that first takes what is due misses nothing.
    pub async fn notified(&self) {
        self.news.notified().await;
    }

    /// The messages that were received too often, oldest first.
    pub fn dead_letters(&self) -> Vec<Message> {
        self.messages().dead.clone()
    }

    fn after(&self, wait: Duration) -> Timestamp {
        self.clock.now().checked_add(wait).unwrap_or(Timestamp::MAX)
    }

    fn messages(&self) -> MutexGuard<'_, Messages> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
