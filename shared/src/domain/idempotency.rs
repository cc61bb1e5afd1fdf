//! A request that names itself by a key is done once, however often it is sent.

use std::fmt;

use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use uuid::Uuid;

use crate::domain::id::{SimulationId, TaskId};

/// The longest key, in characters.
const KEY_CHARS_MAX: usize = 255;
/// How long a key keeps its meaning.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);
/// How long a request may be under way: longer than any is served, so what is under way for longer
/// is dead.
const UNDER_WAY_FOR: SignedDuration = SignedDuration::from_secs(30);

/// What a client calls its request: 1 to 255 printable ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IdempotencyKey(String);

/// A text that is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("an idempotency key has 1 to 255 printable ASCII characters")]
pub struct NotAKey;

impl IdempotencyKey {
    /// Reads a key, bare or in the quotes of a structured field; both forms are the same key.
    pub fn parse(text: &str) -> Result<Self, NotAKey> {
        let key = match text.strip_prefix('"') {
            Some(quoted) => unquoted(quoted)?,
            None => text.to_owned(),
        };
        let printable = key.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        if printable && (1..=KEY_CHARS_MAX).contains(&key.len()) {
            Ok(Self(key))
        } else {
            Err(NotAKey)
        }
    }
}

/// What stands before the closing quote, which must be the end.
fn unquoted(text: &str) -> Result<String, NotAKey> {
    let mut plain = String::new();
    let mut rest = text.chars();
    while let Some(next) = rest.next() {
        match (next, rest.clone().next()) {
            ('"', None) => return Ok(plain),
            ('\\', Some(escaped @ ('"' | '\\'))) => {
                rest.next();
                plain.push(escaped);
            }
            ('"' | '\\', _) => return Err(NotAKey),
            (other, _) => plain.push(other),
        }
    }
    Err(NotAKey)
}

/// What a key may be sent with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operation {
    /// A new simulation.
    CreateSimulation,
    /// An invite to this simulation.
    Invite(SimulationId),
    /// The answer to this task.
    Submit(TaskId),
    /// Another start of this job.
    Redrive(Uuid),
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CreateSimulation => f.write_str("POST /api/simulations"),
            Self::Invite(simulation) => write!(f, "POST /api/simulations/{simulation}/invite"),
            Self::Submit(task) => write!(f, "POST /api/tasks/{task}/submit"),
            Self::Redrive(job) => write!(f, "POST /api/admin/jobs/{job}/redrive"),
        }
    }
}

/// A request with a key, as far as the key's record needs it: neither key nor input can be read
/// from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyedRequest {
    /// Who asked for what under which key.
    pub scope: String,
    /// With what input.
    fingerprint: String,
}

impl KeyedRequest {
    /// What `subject` asks for under `key`, with `input` as it was understood.
    pub fn new(key: &IdempotencyKey, subject: &str, operation: Operation, input: &[u8]) -> Self {
        let operation = operation.to_string();
        Self {
            scope: digest(&[subject.as_bytes(), operation.as_bytes(), key.0.as_bytes()]),
            fingerprint: digest(&[input]),
        }
    }
}

/// The SHA-256 of `parts`, each after its length, so that no two lists of parts are alike.
fn digest(parts: &[&[u8]]) -> String {
    let mut context = Context::new(&SHA256);
    for part in parts {
        context.update(&part.len().to_be_bytes());
        context.update(part);
    }
    URL_SAFE_NO_PAD.encode(context.finish())
}

/// What is known of a key: that its request is under way, or what came of it. `O` says what was made
/// by its ids: the answer is rendered again from them, so nothing secret is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IdempotencyRecord<O> {
    /// Who asked for what under which key.
    pub scope: String,
    fingerprint: String,
    progress: Progress<O>,
    expires_at: Timestamp,
    /// The same in seconds since 1970: the table deletes the record some time after it.
    expires_at_epoch: i64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "state")]
enum Progress<O> {
    UnderWay { until: Timestamp },
    Done { outcome: O },
}

/// What a record means for a request that comes with its key.
#[derive(Debug, PartialEq, Eq)]
pub enum Standing<O> {
    /// Nothing any more: it is too old, or its request died.
    Over,
    /// The same request is under way.
    UnderWay,
    /// The same request is done.
    Done(O),
    /// The key belongs to another request.
    Other,
}

impl<O: Clone> IdempotencyRecord<O> {
    /// The record of `request`, which is under way from `now` on.
    pub fn under_way(request: &KeyedRequest, now: Timestamp) -> Self {
        let after = |time| now.checked_add(time).unwrap_or(Timestamp::MAX);
        let expires_at = after(KEPT_FOR);
        Self {
            scope: request.scope.clone(),
            fingerprint: request.fingerprint.clone(),
            progress: Progress::UnderWay { until: after(UNDER_WAY_FOR) },
            expires_at,
            expires_at_epoch: expires_at.as_second(),
        }
    }

    /// The record once its request is done.
    pub fn done(self, outcome: O) -> Self {
        Self { progress: Progress::Done { outcome }, ..self }
    }

    /// What this record means for `request` at `now`. The table deletes late, so time decides.
    pub fn standing(&self, request: &KeyedRequest, now: Timestamp) -> Standing<O> {
        let same = self.fingerprint == request.fingerprint;
        match &self.progress {
            _ if now >= self.expires_at => Standing::Over,
            Progress::UnderWay { until } if now >= *until => Standing::Over,
            _ if !same => Standing::Other,
            Progress::UnderWay { .. } => Standing::UnderWay,
            Progress::Done { outcome } => Standing::Done(outcome.clone()),
        }
    }
}

#[cfg(test)]
mod tests;
