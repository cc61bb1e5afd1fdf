//! The mailbox: an SES v2 endpoint that delivers to a page instead of the world.
//!
//! It keeps every mail until its documents are deleted, and hides none. Mails to the addresses of
//! AWS's mailbox simulator come back as they do there: as events in the job queue.

mod events;
mod links;
mod pages;
mod wire;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use shared::clock::Clock;
use shared::mint::Mint;

use crate::documents::{Documents, DocumentsError};
use crate::queue::Queue;

const KIND: &str = "mail";

/// The mailbox; clones share its mails.
#[derive(Clone)]
pub struct Mailbox {
    documents: Documents,
    clock: Clock,
    mint: Mint,
    /// Oldest first.
    mails: Arc<Mutex<Vec<Mail>>>,
    /// Where events go.
    events: Option<Queue>,
}

/// A mail as it was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    /// The message id that SES answers with.
    pub id: String,
    pub received_at: Timestamp,
    #[serde(flatten)]
    pub content: Content,
}

/// What the sender gave.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    pub from: String,
    pub to: Vec<String>,
    pub cc: Vec<String>,
    pub bcc: Vec<String>,
    pub reply_to: Vec<String>,
    pub subject: String,
    pub text: Option<String>,
    pub html: Option<String>,
    pub headers: Vec<Pair>,
    pub tags: Vec<Pair>,
    pub configuration_set: Option<String>,
}

/// A header or a tag.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all(serialize = "camelCase", deserialize = "camelCase"))]
pub struct Pair {
    #[serde(alias = "Name")]
    pub name: String,
    #[serde(alias = "Value")]
    pub value: String,
}

impl Mailbox {
    /// The mailbox with the mails that `documents` hold.
    pub fn open(documents: Documents, clock: Clock, mint: Mint) -> Result<Self, DocumentsError> {
        let kept = documents.all(KIND)?.into_iter().map(|(_, mail)| mail).collect();
        Ok(Self { documents, clock, mint, mails: Arc::new(Mutex::new(kept)), events: None })
    }

    /// The same mailbox, which tells `queue` of mails that come back, as a rule of `EventBridge` does.
    pub fn telling(self, queue: Queue) -> Self {
        Self { events: Some(queue), ..self }
    }

    /// SES for the SDK at `POST /v2/email/outbound-emails`; for people `/mail` and `/mail/{id}`; for
    /// programs `/mail.json`, all mails with their links, newest first.
    pub fn router(&self) -> Router {
        wire::router(self.clone()).merge(pages::router(self.clone()))
    }

    /// All mails, newest first.
    pub fn mails(&self) -> Vec<Mail> {
        self.kept().iter().rev().cloned().collect()
    }

    /// Keeps a mail, durably before it returns, and gives it an id and the present time.
    pub fn receive(&self, content: Content) -> Result<Mail, DocumentsError> {
        let mail =
            Mail { id: self.mint.uuid().to_string(), received_at: self.clock.now(), content };
        let mut mails = self.kept();
        // The number keeps mails of one millisecond in their order; none is ever removed.
        self.documents.put(KIND, &format!("{:010}", mails.len()), &mail)?;
        mails.push(mail.clone());
        if let Some(queue) = &self.events {
            for event in events::about(&mail) {
                queue.push(&event.to_string(), events::DELAY);
            }
        }
        Ok(mail)
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Mail>> {
        self.mails.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Mail {
    /// The http and https addresses in the text and in the links of the HTML, each once.
    pub fn links(&self) -> Vec<String> {
        links::of(self.content.text.as_deref(), self.content.html.as_deref())
    }
}

#[cfg(test)]
mod tests;
