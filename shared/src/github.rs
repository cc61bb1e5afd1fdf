//! A typed client for the GitHub calls Tenon makes.
//!
//! Every call has a deadline, a limit on what it reads, and one kind of error; none follows a
//! redirect. A read whose way fails is tried once more at once, within the same deadline; every
//! other retry is the caller's business: a job records when to come back. What was read before is
//! read again by its `ETag`, which costs nothing of GitHub's limit while it has not changed.

pub mod actions;
mod app_token;
pub mod archive;
mod artifacts;
mod call;
mod compare;
pub mod error;
mod exchange;
pub mod junit;
mod kept;
pub mod people;
pub mod rate_limit;
pub mod report_file;
pub mod repositories;
mod summary;
pub mod template_results;
mod templates;
#[cfg(test)]
mod tests;
pub mod trees;
pub mod upkeep;
pub mod webhook;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::OnceCell;
use url::Url;

use crate::clock::Clock;
use crate::config::GitHubConfig;
use crate::config::secrets::GitHubIdentity;
use crate::domain::template;
use crate::error::SecretProblem;
use crate::github::app_token::AppTokens;
use crate::github::kept::KeptAnswers;
use crate::github::rate_limit::{Budget, Watch};
use crate::http_client::Http;
use crate::secret::Secret;
use crate::vault::Vault;

/// Where GitHub is and who we are there.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The root of the REST interface: `https://api.github.com`, or the development stack's.
    pub base: Url,
    /// Whose word every call but an artifact's second hop carries.
    pub identity: Identity,
    /// The account through whose installation an App makes the calls that are about no repository.
    pub home: String,
}

/// Where it is said who we are.
#[derive(Debug, Clone)]
pub enum Identity {
    /// Here.
    Known(Box<GitHubIdentity>),
    /// Among the secret settings, which are read at the first call.
    Kept(Vault),
}

impl From<GitHubIdentity> for Identity {
    fn from(identity: GitHubIdentity) -> Self {
        Self::Known(Box::new(identity))
    }
}

impl Settings {
    /// GitHub as `config` says, for `identity`.
    pub fn new(config: &GitHubConfig, identity: Identity) -> Self {
        let home = config.organization.as_deref().unwrap_or(template::OWNER);
        Self { base: config.api_base.clone(), identity, home: home.to_owned() }
    }
}

/// GitHub, as Tenon uses it. Cheap to clone; clones share connections, tokens and kept answers.
#[derive(Debug, Clone)]
pub struct GitHub {
    http: Http,
    base: Url,
    home: Arc<str>,
    credentials: Arc<Credentials>,
    kept: Arc<KeptAnswers>,
    watch: Arc<Watch>,
    /// Who we are there, once that was asked.
    login: Arc<OnceCell<String>>,
    /// How long one call may take: its answer, a token for it and a second try included.
    limit: Duration,
}

/// What we show to GitHub, once it is needed.
#[derive(Debug)]
struct Credentials {
    identity: Identity,
    clock: Clock,
    known: OnceLock<Credential>,
}

/// What we show to GitHub.
#[derive(Debug)]
enum Credential {
    Token(Secret),
    App(Box<AppTokens>),
}

impl Credentials {
    async fn known(&self) -> Result<&Credential, SecretProblem> {
        if let Some(known) = self.known.get() {
            return Ok(known);
        }
        let identity = match &self.identity {
            Identity::Known(identity) => identity,
            Identity::Kept(vault) => &vault.secrets().await?.github,
        };
        Ok(self.known.get_or_init(|| match identity.clone() {
            GitHubIdentity::Token(token) => Credential::Token(token),
            GitHubIdentity::App { id, private_key, installation } => {
                let clock = self.clock.clone();
                Credential::App(Box::new(AppTokens::new(id, private_key, installation, clock)))
            }
        }))
    }
}

/// How long a call may take while somebody waits for an answer.
const REQUEST_LIMIT: Duration = Duration::from_secs(2);
/// How long a call may take in a job.
const JOB_LIMIT: Duration = Duration::from_secs(6);

impl GitHub {
    /// A client that calls through `http`, which must not follow redirects: one from
    /// [`crate::http_client::build`].
    pub fn new(http: impl Into<Http>, settings: Settings, clock: Clock) -> Self {
        let Settings { base, identity, home } = settings;
        let credentials = Credentials { identity, clock, known: OnceLock::new() };
        Self {
            http: http.into(),
            base,
            home: home.into(),
            credentials: Arc::new(credentials),
            kept: Arc::default(),
            watch: Arc::default(),
            login: Arc::default(),
            limit: REQUEST_LIMIT,
        }
    }

    /// What GitHub last told this process of the calls that it allows us; none before it did.
    pub fn budget(&self) -> Option<Budget> {
        self.watch.last()
    }

    /// The same client for a job: nobody waits, so a call may take longer.
    pub fn patient(&self) -> Self {
        Self { limit: JOB_LIMIT, ..self.clone() }
    }
}
