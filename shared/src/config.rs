//! Every setting, read once; all mistakes are told together, by name, and no value is.

pub mod app_key;
mod reader;
pub mod secrets;
pub mod settings;

use std::fmt;

use ipnet::IpNet;
use regex_lite::Regex;
use url::{Host, Url};

use crate::config::reader::Reader;
use crate::config::secrets::{GitHubIdentity, SecretsAt};

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
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the environment")]
pub struct Config {
    /// Where the process runs.
    pub environment: Environment,
    /// The largest request body, in bytes.
    pub body_bytes_max: usize,
    /// Whether the page `/docs` is there.
    pub docs_enabled: bool,
    /// Whether a request's log line tells its table calls and their time.
    pub debug_perf: bool,
    /// How many requests are let through.
    pub limits: LimitsConfig,
    /// Whose pages may call us.
    pub cors: CorsConfig,
    /// Whether unsigned development identities are believed; only ever on this machine.
    pub dev_identities: bool,
    /// What nobody else may know.
    pub secrets: SecretsAt,
    /// Which authorities are believed when a connection is opened.
    pub tls_roots: TlsRoots,
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
    /// Where we are reached from outside, without a trailing slash.
    pub public_api_base_url: Option<String>,
}

/// Which authorities are believed when a connection is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TlsRoots {
    /// Those that are compiled in: reading the machine's is most of a cold start.
    Embedded,
    /// Those of the machine, or of the file that `SSL_CERT_FILE` names.
    System,
}

impl TlsRoots {
    /// What a setting means by `name`, in letters of either case.
    fn named(name: &str) -> Option<Self> {
        match name.trim().to_lowercase().as_str() {
            "embedded" => Some(Self::Embedded),
            "system" => Some(Self::System),
            _ => None,
        }
    }
}

/// How many requests are let through.
#[derive(Debug, Clone)]
pub struct LimitsConfig {
    /// Whether any are refused.
    pub enabled: bool,
    /// Networks of proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpNet>,
}

/// Whose pages may call us.
#[derive(Debug, Clone)]
pub struct CorsConfig {
    /// Origins, as a browser writes them.
    pub origins: Vec<String>,
    /// Matches further origins from end to end.
    pub origin_pattern: Option<Regex>,
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
    /// The claim with a candidate's GitHub username.
    pub github_login_claim: Option<String>,
}

/// GitHub.
#[derive(Debug, Clone)]
pub struct GitHubConfig {
    /// The API's address.
    pub api_base: Url,
    /// Who owns the workspaces; the template's owner where nobody is named.
    pub organization: Option<String>,
    /// The workflow that runs the tests: a file name in `.github/workflows`.
    pub workflow_file: String,
    /// Paths that decide how the tests are run, as prefixes: a change there is reported.
    pub protected_paths: Vec<String>,
    /// What every workspace's name begins with.
    pub repository_prefix: String,
    /// How many creating calls all processes together make.
    pub creates: CreateLimits,
    /// What becomes of old repositories.
    pub cleanup: Cleanup,
}

/// How many creating calls are made to GitHub; 0 is no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "a limit is per something")]
pub struct CreateLimits {
    /// In a second.
    pub per_second: u32,
    /// In a minute.
    pub per_minute: u32,
    /// In an hour.
    pub per_hour: u32,
}

/// What becomes of the repositories of a candidate whose work has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cleanup {
    /// Whether anything is done; otherwise it is only told what would be.
    pub enabled: bool,
    /// After so many days they are archived.
    pub archive_after_days: u32,
    /// After so many days they are deleted; not fewer than until they are archived.
    pub delete_after_days: u32,
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
        /// Whose events tell us of bounces and complaints.
        configuration_set: Option<String>,
    },
    /// A mail server.
    Smtp(SmtpConfig),
    /// Resend.
    Resend {
        /// Where it is.
        endpoint: Url,
    },
    /// `SendGrid`.
    SendGrid {
        /// Where it is.
        endpoint: Url,
    },
    /// Nobody: the log says that a mail would have gone out.
    Console,
}

/// A mail server.
#[derive(Debug, Clone)]
pub struct SmtpConfig {
    /// Its name.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Whether STARTTLS is demanded.
    pub tls: bool,
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
        Self::from_lookup(&environment)
    }

    /// Reads settings from anywhere. Blank means unset.
    pub fn from_lookup(lookup: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigErrors> {
        Reader::new(lookup).config()
    }
}

impl GitHubConfig {
    /// Reads the settings of GitHub alone, who we are there, and where the process runs; for a program
    /// that needs no other.
    pub fn from_lookup(
        lookup: &dyn Fn(&str) -> Option<String>,
    ) -> Result<(Self, GitHubIdentity), ConfigErrors> {
        Reader::new(lookup).github_alone()
    }
}

/// Who collects traces, by the base of its address. It is asked for before anything is told, so before
/// the settings are read; whether it is an address they say.
pub fn collector() -> Option<String> {
    environment(settings::COLLECTOR.name).filter(|address| !address.trim().is_empty())
}

/// Whom the connection to that collector is to believe. Anything but `system` counts as the default here,
/// and whether it is one of the two is told with the settings.
pub fn collector_roots() -> TlsRoots {
    let named = environment(settings::TLS_ROOTS.name);
    named.and_then(|named| TlsRoots::named(&named)).unwrap_or(TlsRoots::Embedded)
}

/// Which levels are to be told of what. Asked for as early as that.
pub fn log_levels() -> Option<String> {
    environment("RUST_LOG")
}

/// Where Lambda's Runtime API listens, as host and port; nowhere but on Lambda, or under its like.
pub fn runtime_api() -> Option<String> {
    environment("AWS_LAMBDA_RUNTIME_API")
}

/// The process environment.
fn environment(name: &str) -> Option<String> {
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads it")]
    std::env::var(name).ok()
}

/// Whether `url` leads to the machine itself.
pub(crate) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(domain)) => domain == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

#[cfg(test)]
mod tests;
