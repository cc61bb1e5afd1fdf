//! The long-lived things, built once, before the first request.

use std::sync::Arc;

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};
use jiff::SignedDuration;
use url::Url;

use crate::auth::claims::ClaimNames;
use crate::auth::jwks::Jwks;
use crate::auth::principal::{Gate, Unsaid};
use crate::auth::token::{TokenRules, Verifier};
use crate::clock::Clock;
use crate::config::{self, AuthConfig, Config, Environment};
use crate::creates::Creates;
use crate::email::Mailer;
use crate::error::Error;
use crate::github::{GitHub, Settings};
use crate::http_client;
use crate::limits::Limits;
use crate::mint::Mint;
use crate::queue::Queue;
use crate::store::Store;
use crate::telemetry;

/// How long one attempt at an AWS call may take.
const ATTEMPT_LIMIT: std::time::Duration = std::time::Duration::from_millis(1_500);
/// How long an AWS call may take with its retries.
const CALL_LIMIT: std::time::Duration = std::time::Duration::from_secs(4);

/// The bag of long-lived things. Clones are cheap and share everything.
#[derive(Debug, Clone)]
pub struct App {
    /// The settings.
    pub config: Arc<Config>,
    /// The time.
    pub clock: Clock,
    /// Ids and chance.
    pub mint: Mint,
    /// The table.
    pub store: Store,
    /// The job queue.
    pub queue: Queue,
    /// GitHub.
    pub github: GitHub,
    /// Mail out.
    pub mailer: Mailer,
    /// Who is let in.
    pub gate: Gate,
    /// Who may do what how often.
    pub limits: Limits,
    /// When calls that create something on GitHub are made.
    pub creates: Creates,
}

impl App {
    /// What a function does before its first event: logging, settings, and the connection to the
    /// table, opened while starting is cheap. The log calls it `service`.
    pub async fn start(service: &'static str) -> Result<Self, lambda_http::Error> {
        telemetry::start(service, config::collector().as_deref());
        let app = Self::new(Config::from_env()?, Clock::System, Mint::System).await?;
        app.store.warm_up().await;
        Ok(app)
    }

    /// Builds everything that `config` names. Nothing is called yet.
    pub async fn new(config: Config, clock: Clock, mint: Mint) -> Result<Self, Error> {
        let aws = aws(&config).await;
        let mut table = aws_sdk_dynamodb::config::Builder::from(&aws);
        table.set_endpoint_url(address(config.table.endpoint.as_ref()));
        let store = Store::new(table, config.table.name.clone());
        let mut queue = aws_sdk_sqs::config::Builder::from(&aws);
        queue.set_endpoint_url(address(config.queue.endpoint.as_ref()));
        let queue = aws_sdk_sqs::Client::from_conf(queue.build());
        let queue = Queue::new(queue, config.queue.url.clone());
        let http = http_client::build()
            .map_err(|source| Error::internal("building the HTTP client", source))?;
        let github = GitHub::new(http.clone(), Settings::from(&config.github), clock.clone());
        let ttl = i64::try_from(config.auth.jwks_ttl_seconds).unwrap_or(i64::MAX);
        let ttl = SignedDuration::from_secs(ttl);
        let jwks = Jwks::new(http.clone(), config.auth.jwks_url.clone(), ttl, clock.clone());
        let verifier = Verifier::new(token_rules(&config.auth), jwks);
        let required = config.auth.require_email_verified;
        let unsaid = if required { Unsaid::Unverified } else { Unsaid::Verified };
        let gate = Gate::new(verifier, unsaid, store.clone(), mint.clone());
        let mailer = Mailer::new(&config.mail, &aws, http)?;
        let limits = Limits::new(&config.limits, &store, &clock);
        let creates = Creates::new(config.github.creates, &store, &clock, &mint);
        let config = Arc::new(config);
        Ok(Self { config, clock, mint, store, queue, github, mailer, gate, limits, creates })
    }

    /// The same things for a job: nobody waits, so GitHub may take longer.
    pub fn patient(&self) -> Self {
        Self { github: self.github.patient(), ..self.clone() }
    }
}

/// What all AWS clients share: one connection pool, one set of credentials, tight time-outs.
async fn aws(config: &Config) -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .build_https();
    let limits = TimeoutConfig::builder()
        .connect_timeout(ATTEMPT_LIMIT)
        .operation_attempt_timeout(ATTEMPT_LIMIT)
        .operation_timeout(CALL_LIMIT)
        .build();
    let loader = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .timeout_config(limits)
        .retry_config(RetryConfig::standard().with_max_attempts(3));
    // Away from AWS there are no credentials to find, and nobody who would check them.
    let loader = match config.environment {
        Environment::Prod => loader,
        Environment::Local | Environment::Test => loader
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "local", "local", None, None, "local",
            ))),
    };
    // The providers it looks through make a large future.
    Box::pin(loader.load()).await
}

fn token_rules(auth: &AuthConfig) -> TokenRules {
    let namespace = &auth.claim_namespace;
    TokenRules {
        issuer: auth.issuer.clone(),
        audience: auth.audience.clone(),
        leeway_seconds: auth.leeway_seconds,
        claims: ClaimNames {
            email: auth.email_claim.clone(),
            roles: auth.roles_claim.clone(),
            permissions: auth.permissions_claim.clone(),
            permissions_str: format!("{namespace}/permissions_str"),
            name: format!("{namespace}/name"),
            email_verified: format!("{namespace}/email_verified"),
            github_login: auth.github_login_claim.clone(),
        },
    }
}

fn address(endpoint: Option<&Url>) -> Option<String> {
    endpoint.map(|url| url.as_str().trim_end_matches('/').to_owned())
}
