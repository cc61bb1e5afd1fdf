//! A typed client for the GitHub calls Tenon makes.
//!
//! Every call has a deadline, a limit on what it reads, and one kind of error; none follows a
//! redirect. A read whose way fails is tried once more at once, within the same deadline; every
//! other retry is the caller's business: a job records when to come back. What was read before is
//! read again by its `ETag`, which costs nothing of GitHub's limit while it has not changed.

pub mod actions;
mod app_token;
mod archive;
mod artifacts;
mod call;
mod compare;
pub mod error;
mod exchange;
mod junit;
mod kept;
pub mod people;
pub mod rate_limit;
mod report_file;
pub mod repositories;
mod summary;
pub mod template_results;
mod templates;
#[cfg(test)]
mod tests;
pub mod trees;
pub mod upkeep;
pub mod webhook;

use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use tokio::sync::OnceCell;
use url::Url;

use crate::clock::Clock;
use crate::config::{GitHubConfig, GitHubIdentity};
use crate::domain::template;
use crate::github::app_token::AppTokens;
use crate::github::kept::KeptAnswers;
use crate::github::rate_limit::{Budget, Watch};
use crate::secret::Secret;

/// Where GitHub is and who we are there.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The root of the REST interface: `https://api.github.com`, or the development stack's.
    pub base: Url,
    /// Whose word every call but an artifact's second hop carries.
    pub identity: GitHubIdentity,
    /// The account through whose installation an App makes the calls that are about no repository.
    pub home: String,
}

impl From<&GitHubConfig> for Settings {
    fn from(config: &GitHubConfig) -> Self {
        let home = config.organization.as_deref().unwrap_or(template::OWNER);
        Self {
            base: config.api_base.clone(),
            identity: config.identity.clone(),
            home: home.to_owned(),
        }
    }
}

/// GitHub, as Tenon uses it. Cheap to clone; clones share connections, tokens and kept answers.
#[derive(Debug, Clone)]
pub struct GitHub {
    http: Client,
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

/// What we show to GitHub.
#[derive(Debug)]
enum Credentials {
    Token(Secret),
    App(Box<AppTokens>),
}

/// How long a call may take while somebody waits for an answer.
const REQUEST_LIMIT: Duration = Duration::from_secs(2);
/// How long a call may take in a job.
const JOB_LIMIT: Duration = Duration::from_secs(6);

impl GitHub {
    /// A client that calls through `http`, which must not follow redirects: one from
    /// [`crate::http_client::build`].
    pub fn new(http: Client, settings: Settings, clock: Clock) -> Self {
        let credentials = match settings.identity {
            GitHubIdentity::Token(token) => Credentials::Token(token),
            GitHubIdentity::App { id, private_key, installation } => {
                Credentials::App(Box::new(AppTokens::new(id, private_key, installation, clock)))
            }
        };
        Self {
            http,
            base: settings.base,
            home: settings.home.into(),
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
