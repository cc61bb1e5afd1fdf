//! A typed client for the GitHub calls Tenon makes.
//!
//! Every call has a deadline, a limit on what it reads, and one kind of error; none follows a
//! redirect. Retrying is the caller's business: a job records when to come back.

pub mod actions;
mod archive;
mod artifacts;
mod call;
mod compare;
pub mod error;
mod junit;
mod report_file;
pub mod repositories;
mod summary;
#[cfg(test)]
mod tests;
pub mod webhook;

use std::sync::Arc;
use std::time::Duration;

use reqwest::Client;
use url::Url;

use crate::config::GitHubIdentity;

/// Where GitHub is and who we are there.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The root of the REST interface: `https://api.github.com`, or the development stack's.
    pub base: Url,
    /// Whose word every call but an artifact's second hop carries.
    pub identity: GitHubIdentity,
}

/// GitHub, as Tenon uses it. Cheap to clone; clones share connections.
#[derive(Debug, Clone)]
pub struct GitHub {
    http: Client,
    settings: Arc<Settings>,
    /// How long one call may take, its answer included.
    limit: Duration,
}

/// How long a call may take while somebody waits for an answer.
const REQUEST_LIMIT: Duration = Duration::from_secs(2);
/// How long a call may take in a job.
const JOB_LIMIT: Duration = Duration::from_secs(6);

impl GitHub {
    /// A client that calls through `http`, which must not follow redirects: one from
    /// [`crate::http_client::build`].
    pub fn new(http: Client, settings: Settings) -> Self {
        Self { http, settings: Arc::new(settings), limit: REQUEST_LIMIT }
    }

    /// The same client for a job: nobody waits, so a call may take longer.
    pub fn patient(&self) -> Self {
        Self { limit: JOB_LIMIT, ..self.clone() }
    }
}
