//! The secret settings, when they are needed: read with the environment, or from AWS Secrets Manager at
//! the first need, once for the whole process.
//!
//! A process keeps what it read. Whoever changes the secret has to replace the processes.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_config::SdkConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_sdk_secretsmanager::Client;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Mutex;

use crate::aws::address;
use crate::clock::Clock;
use crate::config::secrets::{ManagedSecrets, Secrets, SecretsAt};
use crate::error::{SecretProblem, chain};
use crate::permissions::{Permission, note};
use crate::telemetry::alarms::{Alarm, alarm};

/// How long one attempt to read the secret may take.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(1);
/// How long reading it may take with its retry: somebody waits for an answer.
const CALL_LIMIT: Duration = Duration::from_millis(2_200);
/// How often it is asked for, at most.
const ATTEMPTS_MAX: u32 = 2;
/// The least time between a failure and the next try.
const COOL_DOWN: SignedDuration = SignedDuration::from_secs(1);

/// The secret settings. Cheap to clone; clones share what was read.
#[derive(Debug, Clone)]
pub enum Vault {
    /// The environment told them all.
    Open(Arc<Secrets>),
    /// Secrets Manager has what the environment does not.
    Managed(Arc<Managed>),
}

/// A secret that is read at the first need.
#[derive(Debug)]
pub struct Managed {
    settings: ManagedSecrets,
    aws: SdkConfig,
    clock: Clock,
    kept: OnceLock<Secrets>,
    /// The last try that failed. Held while trying, so that a crowd of callers makes one call.
    failed: Mutex<Option<(Timestamp, SecretProblem)>>,
}

impl Vault {
    /// The secrets that are at `place`. Nothing is read yet.
    pub fn new(place: &SecretsAt, aws: &SdkConfig, clock: &Clock) -> Self {
        match place {
            SecretsAt::Environment(secrets) => Self::Open(Arc::clone(secrets)),
            SecretsAt::Manager(settings) => Self::Managed(Arc::new(Managed {
                settings: ManagedSecrets::clone(settings),
                aws: aws.clone(),
                clock: clock.clone(),
                kept: OnceLock::new(),
                failed: Mutex::default(),
            })),
        }
    }

    /// The secrets, read by whoever needs them first. A failure raises an alarm, and is everybody's
    /// answer for a second; whoever comes after that tries again.
    pub async fn secrets(&self) -> Result<&Secrets, SecretProblem> {
        match self {
            Self::Open(secrets) => Ok(secrets),
            Self::Managed(managed) => match managed.kept.get() {
                Some(kept) => Ok(kept),
                // Rare, and large.
                None => Box::pin(managed.opened()).await,
            },
        }
    }
}

impl Managed {
    async fn opened(&self) -> Result<&Secrets, SecretProblem> {
        let mut failed = self.failed.lock().await;
        // Whoever held the lock may have read what we came for.
        if let Some(kept) = self.kept.get() {
            return Ok(kept);
        }
        let now = self.clock.now();
        if let Some((at, problem)) = *failed
            && now.duration_since(at).abs() < COOL_DOWN
        {
            return Err(problem);
        }
        match self.read().await {
            Ok(secrets) => {
                *failed = None;
                Ok(self.kept.get_or_init(|| secrets))
            }
            Err(problem) => {
                let now = self.clock.now();
                alarm(Alarm::SecretUnreachable, now);
                *failed = Some((now, problem));
                Err(problem)
            }
        }
    }

    async fn read(&self) -> Result<Secrets, SecretProblem> {
        let text = self.fetch().await.ok_or(SecretProblem::Unreachable)?;
        self.settings.read(&text).map_err(|mistakes| {
            tracing::error!(
                mistakes = mistakes.0.join("; "),
                "the secret of TENON_SECRET_ARN is wrong; put it right, and it is read again"
            );
            SecretProblem::Wrong
        })
    }

    /// What the secret says; nothing when it cannot be had, which the log then tells.
    async fn fetch(&self) -> Option<String> {
        let limits = TimeoutConfig::builder()
            .operation_attempt_timeout(ATTEMPT_LIMIT)
            .operation_timeout(CALL_LIMIT);
        let mut config = aws_sdk_secretsmanager::config::Builder::from(&self.aws)
            .timeout_config(limits.build())
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS_MAX));
        config.set_endpoint_url(address(self.settings.endpoint.as_ref()));
        let client = Client::from_conf(config.build());
        note(Permission::of("secretsmanager:GetSecretValue"));
        match client.get_secret_value().secret_id(&self.settings.arn).send().await {
            Ok(answer) if answer.secret_string.is_some() => answer.secret_string,
            Ok(_binary) => {
                tracing::error!(
                    "the secret of TENON_SECRET_ARN is no text; store it as a JSON text"
                );
                None
            }
            Err(error) => {
                tracing::error!(
                    error = chain(&error),
                    "the secret of TENON_SECRET_ARN cannot be read; let the function's role call \
                     secretsmanager:GetSecretValue on it, and see that it is there, in this region"
                );
                None
            }
        }
    }
}

#[cfg(test)]
mod tests;
