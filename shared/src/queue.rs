//! The job queue: SQS, or what answers in its place.

use aws_sdk_sqs::Client;
use jiff::SignedDuration;
use uuid::Uuid;

use crate::error::Error;
use crate::permissions::{self, Permission};

/// The longest delay SQS takes, in seconds; what is later is for the sweeper.
pub const DELAY_SECONDS_MAX: i64 = 900;

/// The job queue.
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: String,
}

/// What a message says: which job.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The job's id.
    pub job_id: Uuid,
}

impl Queue {
    /// The queue at `url`.
    pub const fn new(client: Client, url: String) -> Self {
        Self { client, url }
    }

    /// Hands job `id` to somebody after `delay`, rounded up to whole seconds and cut at 15 minutes.
    pub async fn send(&self, id: Uuid, delay: SignedDuration) -> Result<(), Error> {
        let seconds = delay.as_millis().div_euclid(1_000) + i128::from(delay.subsec_millis() > 0);
        let seconds = i32::try_from(seconds.clamp(0, DELAY_SECONDS_MAX.into())).unwrap_or(0);
        let message = serde_json::to_string(&Message { job_id: id })
            .map_err(|source| Error::internal("writing a message", source))?;
        permissions::note(Permission::of("sqs:SendMessage"));
        self.client
            .send_message()
            .queue_url(&self.url)
            .message_body(message)
            .delay_seconds(seconds)
            .send()
            .await
            .map_err(|source| Error::internal("sending to the queue", source))?;
        Ok(())
    }
}
