//! Every setting, read once; all mistakes are told together, by name, and no value is.

mod reader;

use std::fmt;

use url::Url;

use crate::config::reader::Reader;
use crate::domain::invite_token::InviteKeys;
use crate::secret::Secret;

/// Where the process runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Environment {
    /// The real thing.
    Prod,
    /// A developer's machine.
    Local,
    /// A test.
    Test,
}

/// What the process needs to know.
#[derive(Debug, Clone)]
pub struct Config {
    /// Where the process runs.
    pub environment: Environment,
    /// The largest request body, in bytes.
    pub body_bytes_max: usize,
    /// The table.
    pub table: TableConfig,
    /// The job queue.
    pub queue: QueueConfig,
    /// Whose tokens are believed.
    pub auth: AuthConfig,
    /// GitHub.
    pub github: GitHubConfig,
    /// Mail.
    pub mail: MailConfig,
    /// The web client's address, without a trailing slash: where invite links lead.
    pub portal_base_url: String,
    /// The keys of invite tokens.
    pub invite_keys: InviteKeys,
}

/// The table.
#[derive(Debug, Clone)]
pub struct TableConfig {
    /// Its name.
    pub name: String,
    /// Another place than AWS.
    pub endpoint: Option<Url>,
}

/// The job queue.
#[derive(Debug, Clone)]
pub struct QueueConfig {
    /// Its URL, as SQS gives it.
    pub url: String,
    /// Another place than AWS.
    pub endpoint: Option<Url>,
}

/// Whose tokens are believed.
#[derive(Debug, Clone)]
pub struct AuthConfig {
    /// The issuer, ending in `/`.
    pub issuer: String,
    /// The one audience that must be named.
    pub audience: String,
    /// Where the issuer's keys are.
    pub jwks_url: Url,
    /// How long its keys are kept, in seconds.
    pub jwks_ttl_seconds: u64,
    /// How far clocks may differ, in seconds.
    pub leeway_seconds: i64,
    /// The claim with the e-mail address.
    pub email_claim: String,
    /// The claim with the roles.
    pub roles_claim: String,
    /// The claim with the permissions, where there is no `permissions`.
    pub permissions_claim: String,
    /// The prefix of the claims that cannot be named one by one, without a trailing slash.
    pub claim_namespace: String,
    /// Whether a candidate's token must say that its address is verified, to be believed.
    pub require_email_verified: bool,
}

/// GitHub.
#[derive(Debug, Clone)]
pub struct GitHubConfig {
    /// The API's address.
    pub api_base: Url,
    /// What we show to be let in.
    pub token: Secret,
    /// Who owns the workspaces; the template's owner where nobody is named.
    pub organization: Option<String>,
    /// The workflow that runs the tests: a file name in `.github/workflows`.
    pub workflow_file: String,
    /// Paths that decide how the tests are run, as prefixes: a change there is reported.
    pub protected_paths: Vec<String>,
    /// What every workspace's name begins with.
    pub repository_prefix: String,
}

/// Mail.
#[derive(Debug, Clone)]
pub struct MailConfig {
    /// Who sends.
    pub provider: MailProvider,
    /// The sender, `Name <address>`.
    pub from: String,
}

/// Who sends our mail.
#[derive(Debug, Clone)]
pub enum MailProvider {
    /// Amazon SES, or what answers in its place at `endpoint`.
    Ses {
        /// Another place than AWS.
        endpoint: Option<Url>,
    },
    /// Nobody: the log says that a mail would have gone out.
    Console,
}

/// Every mistake in the settings, by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ConfigErrors(pub Vec<String>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot start, the settings are wrong:")?;
        self.0.iter().try_for_each(|mistake| write!(f, "\n  {mistake}"))
    }
}

impl std::error::Error for ConfigErrors {}

impl Config {
    /// Reads the process environment.
    pub fn from_env() -> Result<Self, ConfigErrors> {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that reads it")]
        Self::from_lookup(&|name| std::env::var(name).ok())
    }

    /// Reads settings from anywhere. Blank means unset.
    pub fn from_lookup(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigErrors> {
        Reader::new(lookup).config()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    const KEY: &str = "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

    fn good() -> BTreeMap<&'static str, &'static str> {
        BTreeMap::from([
            ("TENON_TABLE_NAME", "tenon"),
            ("TENON_QUEUE_URL", "https://sqs.example.com/1/jobs"),
            ("TENON_AUTH0_DOMAIN", "tenant.example.com"),
            ("TENON_AUTH0_API_AUDIENCE", "https://api.example.com"),
            ("TENON_GITHUB_TOKEN", "a-token"),
            ("TENON_CANDIDATE_PORTAL_BASE_URL", "https://portal.example.com/"),
            ("TENON_INVITE_TOKEN_KEYS", KEY),
        ])
    }

    fn read(settings: &BTreeMap<&'static str, &'static str>) -> Result<Config, ConfigErrors> {
        Config::from_lookup(&|name| settings.get(name).map(|text| (*text).to_owned()))
    }

    #[test]
    fn what_is_left_out_has_the_contracts_default() {
        let config = read(&good()).unwrap();

        assert_eq!(config.environment, Environment::Prod);
        assert_eq!(config.body_bytes_max, 1_048_576);
        assert_eq!(config.auth.issuer, "https://tenant.example.com/");
        let jwks = "https://tenant.example.com/.well-known/jwks.json";
        assert_eq!(config.auth.jwks_url.as_str(), jwks);
        assert_eq!(config.auth.email_claim, "https://tenon.ai/email");
        assert_eq!(config.github.workflow_file, "tenon-ci.yml");
        assert_eq!(config.portal_base_url, "https://portal.example.com");
    }

    #[test]
    fn all_mistakes_are_told_together_by_name_and_without_values() {
        let mut settings = good();
        settings.insert("TENON_ENV", "staging");
        settings.insert("TENON_MAX_REQUEST_BODY_BYTES", "0");
        settings.insert("TENON_AUTH0_REQUIRE_EMAIL_VERIFIED", "");
        settings.insert("TENON_INVITE_TOKEN_KEYS", "1:c2hvcnQ=");
        settings.insert("TENON_API_PREFIX", "/v1");
        settings.remove("TENON_GITHUB_TOKEN");

        let told = read(&settings).unwrap_err().to_string();
        for name in [
            "TENON_ENV must be prod, local or test",
            "TENON_MAX_REQUEST_BODY_BYTES must be a whole number above 0",
            "TENON_AUTH0_REQUIRE_EMAIL_VERIFIED must be 1, 0, true or false",
            "TENON_INVITE_TOKEN_KEYS must list",
            "TENON_API_PREFIX is fixed at /api",
            "TENON_GITHUB_TOKEN must be set",
        ] {
            assert!(told.contains(name), "{name} is missing in {told}");
        }
        assert!(!told.contains("c2hvcnQ"));
    }

    #[test]
    fn printing_the_settings_shows_no_secret() {
        let printed = format!("{:?}", read(&good()).unwrap());
        assert!(!printed.contains("a-token") && !printed.contains("AAAAAAA"));
    }
}
