//! The job queue: SQS, or what answers in its place.

use std::sync::{Arc, OnceLock};

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use jiff::SignedDuration;
use uuid::Uuid;

use crate::aws::address;
use crate::config::QueueConfig;
use crate::error::Error;
use crate::permissions::{self, Permission};

/// The longest delay SQS takes, in seconds; what is later is for the sweeper.
pub const DELAY_SECONDS_MAX: i64 = 900;

/// The job queue. Clones share their client, which is built with the first message.
#[derive(Debug, Clone)]
pub struct Queue(Arc<Lazy>);

#[derive(Debug)]
struct Lazy {
    aws: SdkConfig,
    config: QueueConfig,
    client: OnceLock<Client>,
}

/// What a message says: which job.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// The job's id.
    pub job_id: Uuid,
    /// How long the queue was asked to keep it back, in seconds.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub delay_seconds: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over")]
const fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Queue {
    /// The queue that `config` names, reached as `aws` says.
    pub fn new(aws: &SdkConfig, config: &QueueConfig) -> Self {
        let (aws, config) = (aws.clone(), config.clone());
        Self(Arc::new(Lazy { aws, config, client: OnceLock::new() }))
    }

    fn client(&self) -> &Client {
        self.0.client.get_or_init(|| {
            let mut config = aws_sdk_sqs::config::Builder::from(&self.0.aws);
            config.set_endpoint_url(address(self.0.config.endpoint.as_ref()));
            Client::from_conf(config.build())
        })
    }

    /// Hands job `id` to somebody after `delay`, rounded up to whole seconds and cut at 15 minutes.
    pub async fn send(&self, id: Uuid, delay: SignedDuration) -> Result<(), Error> {
        let seconds = delay.as_millis().div_euclid(1_000) + i128::from(delay.subsec_millis() > 0);
        let seconds = u16::try_from(seconds.clamp(0, DELAY_SECONDS_MAX.into())).unwrap_or(0);
        let message = serde_json::to_string(&Message { job_id: id, delay_seconds: seconds.into() })
            .map_err(|source| Error::internal("writing a message", source))?;
        permissions::note(Permission::of("sqs:SendMessage"));
        self.client()
            .send_message()
            .queue_url(&self.0.config.url)
            .message_body(message)
            .delay_seconds(seconds.into())
            .send()
            .await
            .map_err(|source| Error::internal("sending to the queue", source))?;
        Ok(())
    }
}
