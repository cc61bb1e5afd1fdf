//! The long-lived things, built once, before the first request.

mod unfit;

use std::ops::Deref;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::auth::claims::ClaimNames;
use crate::auth::jwks::Jwks;
use crate::auth::principal::{Gate, Unsaid};
use crate::auth::token::{TokenRules, Verifier};
use crate::aws::{self, address};
use crate::clock::Clock;
use crate::config::secrets::Secrets;
use crate::config::{self, AuthConfig, Config, TlsRoots};
use crate::creates::Creates;
use crate::email::{Mailer, Parts};
use crate::error::Error;
use crate::github::{GitHub, Identity, Settings};
use crate::http_client::Http;
use crate::limits::Limits;
use crate::mint::Mint;
use crate::queue::Queue;
use crate::ready::Readiness;
use crate::store::Store;
use crate::telemetry;
use crate::vault::Vault;

/// The long-lived things, at hand: clones share them, and cost next to nothing, since each layer of
/// each route has one.
#[derive(Debug, Clone)]
pub struct App(Arc<Things>);

/// The long-lived things themselves.
#[derive(Debug, Clone)]
pub struct Things {
    /// The settings.
    pub config: Arc<Config>,
    /// The secret settings.
    pub vault: Vault,
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
    /// Whether this process can serve.
    pub readiness: Readiness,
    /// When this process began.
    pub started_at: Timestamp,
}

impl Deref for App {
    type Target = Things;

    fn deref(&self) -> &Things {
        &self.0
    }
}

impl App {
    /// What a function does before its first event: logging, settings, and the connection to the
    /// table, opened while starting is cheap. The log calls it `service`. Why it cannot start, if so,
    /// Lambda is told, too.
    pub async fn start(service: &'static str) -> Result<Self, lambda_http::Error> {
        telemetry::start(service, config::collector().as_deref(), config::collector_roots());
        let app = Self::from_environment().await;
        if let (Err(why), Some(place)) = (&app, config::runtime_api()) {
            unfit::tell(&place, why.as_ref(), &Http::new(TlsRoots::Embedded)).await;
        }
        let app = app?;
        app.store.warm_up().await;
        Ok(app)
    }

    async fn from_environment() -> Result<Self, lambda_http::Error> {
        Ok(Self::new(Config::from_env()?, Clock::System, Mint::System).await?)
    }

    /// Builds what `config` names: the table's client at once, every other when it is first needed.
    /// Nothing is called yet.
    pub async fn new(config: Config, clock: Clock, mint: Mint) -> Result<Self, Error> {
        let http = Http::new(config.tls_roots);
        let aws = aws::shared(&config, http.clone()).await;
        let vault = Vault::new(&config.secrets, &aws, &clock);
        let mut table = aws_sdk_dynamodb::config::Builder::from(&aws);
        table.set_endpoint_url(address(config.table.endpoint.as_ref()));
        let store = Store::new(table, config.table.name.clone(), clock.clone());
        let queue = Queue::new(&aws, &config.queue);
        let settings = Settings::new(&config.github, Identity::Kept(vault.clone()));
        let github = GitHub::new(http.clone(), settings, clock.clone());
        let ttl = i64::try_from(config.auth.jwks_ttl_seconds).unwrap_or(i64::MAX);
        let ttl = SignedDuration::from_secs(ttl);
        let jwks = Jwks::new(http.clone(), config.auth.jwks_url.clone(), ttl, clock.clone());
        let verifier = Verifier::new(token_rules(&config.auth), jwks);
        let required = config.auth.require_email_verified;
        let unsaid = if required { Unsaid::Unverified } else { Unsaid::Verified };
        let gate = Gate::new(verifier, unsaid, store.clone(), mint.clone());
        let parts = Parts { aws, http, vault: vault.clone(), roots: config.tls_roots };
        let mailer = Mailer::new(&config.mail, parts)?;
        let limits = Limits::new(&config.limits, &store, &clock);
        let creates = Creates::new(config.github.creates, &store, &clock, &mint);
        let readiness = Readiness::new(&store, &vault, &clock);
        Ok(Self(Arc::new(Things {
            config: Arc::new(config),
            started_at: clock.now(),
            vault,
            clock,
            mint,
            store,
            queue,
            github,
            mailer,
            gate,
            limits,
            creates,
            readiness,
        })))
    }

    /// The secret settings. Where they are in Secrets Manager, the first who needs them waits for that,
    /// 2.2 s at most.
    ///
    /// Errors: [`Error::Secrets`].
    pub async fn secrets(&self) -> Result<&Secrets, Error> {
        Ok(self.vault.secrets().await?)
    }

    /// The same things for a job: nobody waits, so GitHub may take longer.
    pub fn patient(&self) -> Self {
        self.with(|things| things.github = self.github.patient())
    }

    /// The same things but for what `change` does to them.
    pub fn with(&self, change: impl FnOnce(&mut Things)) -> Self {
        let mut things = Things::clone(self);
        change(&mut things);
        Self(Arc::new(things))
    }
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
