//! The secret settings: what they are, and where.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use serde_json::Value;
use url::Url;

use crate::config::ConfigErrors;
use crate::config::app_key::AppKey;
use crate::config::reader::Reader;
use crate::config::settings::{self, Setting};
use crate::domain::invite_token::InviteKeys;
use crate::secret::Secret;

/// The longest name in a secret that is repeated, in bytes.
const NAME_BYTES_MAX: usize = 64;

/// What nobody else may know.
#[derive(Debug, Clone)]
pub struct Secrets {
    /// The keys of invite tokens.
    pub invite_keys: InviteKeys,
    /// What opens the admin routes; without it they are not there.
    pub admin_key: Option<Secret>,
    /// Who we are on GitHub.
    pub github: GitHubIdentity,
    /// What webhooks may be signed with; without any, none is believed.
    pub webhook_keys: Vec<Secret>,
    /// What Resend or `SendGrid` is shown; there when one of them sends our mail.
    pub mail_key: Option<Secret>,
    /// How we log in to the mail server, where it wants that.
    pub smtp_login: Option<Login>,
}

/// Who we are on GitHub.
#[derive(Debug, Clone)]
pub enum GitHubIdentity {
    /// Whoever made this token.
    Token(Secret),
    /// A GitHub App.
    App {
        /// Its id or client id.
        id: String,
        /// Its private key.
        private_key: AppKey,
        /// The installation to use; else the one of each repository's owner.
        installation: Option<u64>,
    },
}

/// How somebody logs in.
#[derive(Debug, Clone)]
pub struct Login {
    /// The user name.
    pub name: String,
    /// The password.
    pub password: Secret,
}

/// Where the secret settings are.
#[derive(Debug, Clone)]
pub enum SecretsAt {
    /// In the environment, and read with the other settings.
    Environment(Arc<Secrets>),
    /// In a secret of AWS Secrets Manager, but for those of the environment.
    Manager(Box<ManagedSecrets>),
}

/// Secret settings of which some are elsewhere. Printing them shows where.
#[derive(Clone)]
pub struct ManagedSecrets {
    /// The secret's ARN.
    pub arn: String,
    /// Another place than AWS.
    pub endpoint: Option<Url>,
    /// What the environment says of every setting.
    environment: BTreeMap<&'static str, String>,
}

impl ManagedSecrets {
    /// The secret `arn`, and what `lookup` finds in the environment.
    pub fn new(
        arn: String,
        endpoint: Option<Url>,
        lookup: &dyn Fn(&str) -> Option<String>,
    ) -> Self {
        let all = settings::ALL.iter().flat_map(|group| group.settings);
        let environment = all.filter_map(|setting| Some((setting.name, lookup(setting.name)?)));
        Self { arn, endpoint, environment: environment.collect() }
    }

    /// The settings, `text` being what the secret says: a JSON object of texts by the names of secret
    /// settings. What is set in the environment, and not blank, wins.
    ///
    /// Errors: everything that is wrong, by name and without a value.
    pub fn read(&self, text: &str) -> Result<Secrets, ConfigErrors> {
        let told = told(text)?;
        let lookup = |name: &str| {
            let set = self.environment.get(name);
            let blank = set.is_none_or(|text| text.trim().is_empty());
            if blank { told.get(name).or(set) } else { set }.cloned()
        };
        Reader::new(&lookup).secrets_alone()
    }
}

impl fmt::Debug for ManagedSecrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { arn, endpoint, .. } = self;
        let mut shown = f.debug_struct("ManagedSecrets");
        shown.field("arn", arn).field("endpoint", endpoint).finish_non_exhaustive()
    }
}

/// The texts of a secret by their names. What is no JSON may be a secret itself, so its parser's words
/// stay untold.
fn told(text: &str) -> Result<BTreeMap<String, String>, ConfigErrors> {
    let parsed: Result<BTreeMap<String, Value>, _> = serde_json::from_str(text);
    let parsed = parsed
        .map_err(|_error| ConfigErrors(vec!["the secret must be a JSON object".to_owned()]))?;
    let (mut texts, mut mistakes) = (BTreeMap::new(), Vec::new());
    for (name, value) in parsed {
        match value {
            _ if !is_secret(&name) => {
                mistakes.push(format!("{} is no secret setting", shown(&name)));
            }
            Value::String(text) => {
                texts.insert(name, text);
            }
            _ => mistakes.push(format!("{name} must be a text")),
        }
    }
    if mistakes.is_empty() { Ok(texts) } else { Err(ConfigErrors(mistakes)) }
}

fn is_secret(name: &str) -> bool {
    let mut all = settings::ALL.iter().flat_map(|group| group.settings);
    all.any(|Setting { name: known, secret, .. }| *secret && *known == name)
}

/// A name that is none of ours; one that does not look like a setting's may be half a value.
fn shown(name: &str) -> &str {
    let like_ours = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let sound = name.len() <= NAME_BYTES_MAX && name.bytes().all(like_ours);
    if sound { name } else { "a name of other letters than A-Z, 0-9 and _" }
}

#[cfg(test)]
mod tests;
