//! The tokens of a GitHub App: one for each account that it is installed for, asked for under a
//! token that we sign, kept by the process until it is nearly over.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use reqwest::Method;
use serde::{Deserialize, Serialize};
use tokio::time::timeout_at;

use crate::clock::Clock;
use crate::config::app_key::AppKey;
use crate::github::GitHub;
use crate::github::error::{Cause, GitHubError, GitHubFailure};
use crate::github::exchange::Exchange;
use crate::github::repositories::unless_missing;
use crate::secret::Secret;

/// How long before now our own token begins: GitHub's clock may be behind ours.
const SIGNED_BEFORE: SignedDuration = SignedDuration::from_secs(60);
/// How long our own token lasts from now. GitHub takes ten minutes, by its own clock.
const SIGNED_FOR: SignedDuration = SignedDuration::from_mins(9);
/// A token with less time left than this is replaced.
const RENEWED_BEFORE: SignedDuration = SignedDuration::from_mins(5);
/// The most accounts that are remembered. There are one or two: the templates' owner, and ours.
const ACCOUNTS_MAX: usize = 32;

/// What an installation's token may do, and nothing else that the App was granted. It is for all
/// repositories of the installation: those that we make do not exist when it is asked for.
#[derive(Debug, Serialize)]
struct Permissions {
    /// Dispatching workflows; reading runs and downloading their artifacts.
    actions: &'static str,
    /// Making, archiving and deleting repositories; collaborators and their invitations.
    administration: &'static str,
    /// Reading branches, files and comparisons; making tags.
    contents: &'static str,
    /// Looking at a repository at all.
    metadata: &'static str,
    /// Making a repository, or a tag, whose content has workflow files.
    workflows: &'static str,
}

const PERMISSIONS: Permissions = Permissions {
    actions: "write",
    administration: "write",
    contents: "write",
    metadata: "read",
    workflows: "write",
};

/// What we sign, in seconds since 1970.
#[derive(Serialize)]
struct Claims<'a> {
    iat: i64,
    exp: i64,
    iss: &'a str,
}

#[derive(Serialize)]
struct Scope {
    permissions: Permissions,
}

#[derive(Deserialize)]
struct WireApp {
    slug: String,
}

#[derive(Deserialize)]
struct WireInstallation {
    id: u64,
}

#[derive(Deserialize)]
struct WireToken {
    token: String,
    expires_at: Timestamp,
}

/// The tokens of one App.
#[derive(Debug)]
pub(crate) struct AppTokens {
    id: String,
    key: AppKey,
    installation: Option<u64>,
    clock: Clock,
    /// By name in lower case. Who makes a token holds the account's lock, so that a crowd makes one.
    accounts: Mutex<HashMap<String, Arc<tokio::sync::Mutex<Account>>>>,
}

/// What is known of the App's installation for one account. It has at most one.
#[derive(Debug, Default)]
struct Account {
    installation: Option<u64>,
    token: Option<Token>,
}

#[derive(Debug)]
struct Token {
    text: Secret,
    expires_at: Timestamp,
}

impl AppTokens {
    /// The tokens of App `id`: all of `installation`, or each of the one that its call is about.
    pub(crate) fn new(id: String, key: AppKey, installation: Option<u64>, clock: Clock) -> Self {
        Self { id, key, installation, clock, accounts: Mutex::default() }
    }

    /// A token for `call`, by its deadline, with at least five minutes left; not the one that GitHub
    /// `refused`.
    ///
    /// Errors: [`GitHubFailure::TokenInvalid`] when GitHub does not take our signature or does not
    /// know the installation, [`GitHubFailure::PermissionDenied`] when the App is not installed for
    /// the account, is suspended there or lacks a permission; never that something is not found.
    pub(crate) async fn token(
        &self,
        call: &Exchange,
        refused: Option<&Secret>,
    ) -> Result<Secret, GitHubError> {
        let account = self.account(&call.account);
        let account = timeout_at(call.deadline, account.lock()).await;
        let mut account = account.map_err(|_elapsed| call.failed(Cause::Late))?;
        let now = self.clock.now();
        let good = |token: &Token| refused != Some(&token.text) && token.expires_at > now;
        let token = match account.token.take().filter(good) {
            Some(known) if known.expires_at.duration_since(now) >= RENEWED_BEFORE => known,
            known => match (self.fetch(call, &mut account).await, known) {
                (Ok(fresh), _) => fresh,
                // While GitHub is away, an old token that is still good is better than none.
                (Err(error), Some(old)) if error.retryable() => old,
                (Err(error), _) => return Err(error),
            },
        };
        Ok(account.token.insert(token).text.clone())
    }

    /// Asks for a token. The installation is only remembered once it gave one: whoever installs the
    /// App anew gets another.
    async fn fetch(&self, call: &Exchange, account: &mut Account) -> Result<Token, GitHubError> {
        let signed = self.signed(call)?;
        let known = self.installation.or(account.installation.take());
        let installation = match known {
            Some(known) => known,
            None => find(call, &signed).await?,
        };
        let token = create(call, &signed, installation).await?;
        account.installation = Some(installation);
        Ok(token)
    }

    /// What the App is called in addresses.
    ///
    /// Errors: as for a token.
    pub(crate) async fn slug(&self, github: &GitHub) -> Result<String, GitHubError> {
        let call = github.call("read the App", Method::GET, &["app"])?.started().await?;
        let signed = self.signed(&call)?;
        let answer = call.answer(call.send_as(&signed, None).await?, None).await;
        let WireApp { slug } = answer.map_err(of_the_app)?.read()?;
        Ok(slug)
    }

    /// The App's own token, for now.
    fn signed(&self, call: &Exchange) -> Result<Secret, GitHubError> {
        let now = self.clock.now();
        let claims = Claims {
            iat: (now - SIGNED_BEFORE).as_second(),
            exp: (now + SIGNED_FOR).as_second(),
            iss: &self.id,
        };
        let signed = self.key.sign(&claims);
        signed.map(Secret::new).map_err(|error| call.failed(Cause::Unsigned(error)))
    }

    fn account(&self, name: &str) -> Arc<tokio::sync::Mutex<Account>> {
        // Where there is one installation, there is one token.
        let name =
            self.installation.map_or_else(|| name.to_ascii_lowercase(), |_one| String::new());
        let mut accounts = self.accounts.lock().unwrap_or_else(PoisonError::into_inner);
        if accounts.len() >= ACCOUNTS_MAX && !accounts.contains_key(&name) {
            accounts.clear();
        }
        Arc::clone(accounts.entry(name).or_default())
    }
}

/// The App's installation for the account of `call`: an organisation's, or else a person's.
async fn find(call: &Exchange, signed: &Secret) -> Result<u64, GitHubError> {
    for kind in ["orgs", "users"] {
        let path = [kind, &call.account, "installation"];
        let lookup = call.github.call("find the App's installation", Method::GET, &path)?;
        let lookup = lookup.until(call.deadline)?;
        let found = lookup.answer(lookup.send_as(signed, None).await?, None).await;
        if let Some(found) = unless_missing(found).map_err(of_the_app)? {
            return found.read::<WireInstallation>().map(|installation| installation.id);
        }
    }
    Err(call.failed(Cause::NotInstalled))
}

async fn create(call: &Exchange, signed: &Secret, installation: u64) -> Result<Token, GitHubError> {
    let (operation, id) = ("make a token of the App's installation", installation.to_string());
    let path = ["app", "installations", &id, "access_tokens"];
    let asked = call.github.call(operation, Method::POST, &path)?;
    let asked = asked.json(&Scope { permissions: PERMISSIONS }).until(call.deadline)?;
    let made = asked.answer(asked.send_as(signed, None).await?, None).await;
    let made: WireToken = made.map_err(of_the_app)?.read()?;
    Ok(Token { text: Secret::new(made.token), expires_at: made.expires_at })
}

/// What a refusal on the way to a token means: nothing that the call itself is about is missing.
fn of_the_app(mut error: GitHubError) -> GitHubError {
    error.kind = match error.kind {
        GitHubFailure::NotFound => GitHubFailure::TokenInvalid,
        GitHubFailure::Unprocessable | GitHubFailure::Moved | GitHubFailure::TagElsewhere => {
            GitHubFailure::PermissionDenied
        }
        kind => kind,
    };
    error
}
