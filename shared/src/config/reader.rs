//! How settings are read from text.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use crate::config::{
    AuthConfig, Config, ConfigErrors, Environment, GitHubConfig, MailConfig, MailProvider,
    QueueConfig, TableConfig,
};
use crate::domain::email_address::EmailAddress;
use crate::domain::invite_token::InviteKeys;
use crate::domain::repository::RepositoryName;
use crate::secret::Secret;

/// The farthest that clocks may be allowed to differ: a token that is over must be over.
const LEEWAY_SECONDS_MAX: u64 = 300;

/// Reads settings and collects what is wrong with them.
pub(super) struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    mistakes: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, mistakes: Vec::new() }
    }

    /// Everything there is to know, or every mistake there is.
    pub(super) fn config(mut self) -> Result<Config, ConfigErrors> {
        match self.read() {
            Some(config) if self.mistakes.is_empty() => Ok(config),
            _ => Err(ConfigErrors(self.mistakes)),
        }
    }

    fn read(&mut self) -> Option<Config> {
        let environment = self.environment();
        let body_bytes_max = self.number("TENON_MAX_REQUEST_BODY_BYTES", 1024 * 1024);
        let table = self.table();
        let queue = self.queue();
        let auth = self.auth();
        let github = self.github();
        let mail = self.mail();
        let portal = self.url("TENON_CANDIDATE_PORTAL_BASE_URL", None);
        if portal.as_ref().is_some_and(|url| url.query().is_some() || url.fragment().is_some()) {
            self.mistake("TENON_CANDIDATE_PORTAL_BASE_URL", "must have no query and no fragment");
        }
        let invite_keys = self.invite_keys();
        self.fixed_prefix();
        Some(Config {
            environment,
            body_bytes_max: usize::try_from(body_bytes_max).ok()?,
            table: table?,
            queue: queue?,
            auth: auth?,
            github: github?,
            mail: mail?,
            portal_base_url: portal?.as_str().trim_end_matches('/').to_owned(),
            invite_keys: invite_keys?,
        })
    }

    fn environment(&mut self) -> Environment {
        match self.text("TENON_ENV").map(|text| text.to_lowercase()).as_deref() {
            None | Some("prod") => Environment::Prod,
            Some("local") => Environment::Local,
            Some("test") => Environment::Test,
            Some(_) => {
                self.mistake("TENON_ENV", "must be prod, local or test");
                Environment::Prod
            }
        }
    }

    fn fixed_prefix(&mut self) {
        if self.text("TENON_API_PREFIX").is_some_and(|prefix| prefix != "/api") {
            self.mistake("TENON_API_PREFIX", "is fixed at /api");
        }
    }

    fn table(&mut self) -> Option<TableConfig> {
        let endpoint = self.endpoint("TENON_TABLE_ENDPOINT");
        Some(TableConfig { name: self.required("TENON_TABLE_NAME")?, endpoint })
    }

    fn queue(&mut self) -> Option<QueueConfig> {
        let endpoint = self.endpoint("TENON_QUEUE_ENDPOINT");
        Some(QueueConfig { url: self.required("TENON_QUEUE_URL")?, endpoint })
    }

    fn auth(&mut self) -> Option<AuthConfig> {
        let domain = self.text("TENON_AUTH0_DOMAIN");
        let issuer = self
            .text("TENON_AUTH0_ISSUER")
            .or_else(|| domain.as_ref().map(|domain| format!("https://{domain}/")))
            .map(|issuer| format!("{}/", issuer.trim_end_matches('/')));
        if issuer.is_none() {
            self.mistake("TENON_AUTH0_ISSUER", "or TENON_AUTH0_DOMAIN must be set");
        }
        let jwks = issuer.as_ref().map(|issuer| format!("{issuer}.well-known/jwks.json"));
        let jwks_url = self.url("TENON_AUTH0_JWKS_URL", jwks.as_deref());
        let audience = self.required("TENON_AUTH0_API_AUDIENCE");
        let jwks_ttl_seconds = self.number("TENON_AUTH0_JWKS_CACHE_TTL_SECONDS", 3600);
        let leeway = self.number("TENON_AUTH0_LEEWAY_SECONDS", 60);
        if leeway > LEEWAY_SECONDS_MAX {
            self.mistake("TENON_AUTH0_LEEWAY_SECONDS", "must be at most 300");
        }
        if self.text("TENON_AUTH0_ALGORITHMS").is_some_and(|list| list.trim() != "RS256") {
            self.mistake("TENON_AUTH0_ALGORITHMS", "may only be RS256");
        }
        let namespace = self.text("TENON_AUTH0_CLAIM_NAMESPACE");
        let namespace = namespace.unwrap_or_else(|| "https://tenon.ai".to_owned());
        let namespace = namespace.trim_end_matches('/').to_owned();
        let claim = |text: Option<String>, name| text.unwrap_or(format!("{namespace}/{name}"));
        Some(AuthConfig {
            issuer: issuer?,
            audience: audience?,
            jwks_url: jwks_url?,
            jwks_ttl_seconds,
            leeway_seconds: i64::try_from(leeway).ok()?,
            email_claim: claim(self.text("TENON_AUTH0_EMAIL_CLAIM"), "email"),
            roles_claim: claim(self.text("TENON_AUTH0_ROLES_CLAIM"), "roles"),
            permissions_claim: claim(self.text("TENON_AUTH0_PERMISSIONS_CLAIM"), "permissions"),
            require_email_verified: self.flag("TENON_AUTH0_REQUIRE_EMAIL_VERIFIED"),
            claim_namespace: namespace,
        })
    }

    fn github(&mut self) -> Option<GitHubConfig> {
        let api_base = self.url("TENON_GITHUB_API_BASE", Some("https://api.github.com"));
        let token = self.required("TENON_GITHUB_TOKEN");
        let workflow = self.text("TENON_GITHUB_ACTIONS_WORKFLOW_FILE");
        let prefix = self.text("TENON_GITHUB_REPO_PREFIX");
        let paths = self.text("TENON_GITHUB_PROTECTED_PATHS");
        let paths = paths.unwrap_or_else(|| ".github/workflows/,tests/".to_owned());
        let prefix = prefix.unwrap_or_else(|| "tenon-ws-".to_owned());
        let organization = self.text("TENON_GITHUB_ORG");
        // The longest that may follow the prefix: a session's and a task's number.
        let longest = format!("{prefix}0000000000000000-task0000000000000000");
        if RepositoryName::new(organization.as_deref().unwrap_or("any"), &longest).is_err() {
            self.mistake(
                "TENON_GITHUB_ORG",
                "and TENON_GITHUB_REPO_PREFIX must fit a repository's name",
            );
        }
        Some(GitHubConfig {
            api_base: api_base?,
            token: Secret::new(token?),
            organization,
            workflow_file: workflow.unwrap_or_else(|| "tenon-ci.yml".to_owned()),
            protected_paths: paths.split(',').map(|path| path.trim().to_owned()).collect(),
            repository_prefix: prefix,
        })
    }

    fn mail(&mut self) -> Option<MailConfig> {
        let endpoint = self.endpoint("TENON_MAIL_ENDPOINT");
        let provider = match self.text("TENON_EMAIL_PROVIDER").as_deref() {
            None | Some("ses") => MailProvider::Ses { endpoint },
            Some("console") => MailProvider::Console,
            Some(_) => {
                self.mistake("TENON_EMAIL_PROVIDER", "must be ses or console");
                return None;
            }
        };
        let from = self.text("TENON_EMAIL_FROM");
        let from = from.unwrap_or_else(|| "Tenon <notifications@tenon.com>".to_owned());
        if EmailAddress::parse(&from).is_err() {
            self.mistake("TENON_EMAIL_FROM", "must be an e-mail address, or Name <address>");
        }
        Some(MailConfig { provider, from })
    }

    fn invite_keys(&mut self) -> Option<InviteKeys> {
        const NAME: &str = "TENON_INVITE_TOKEN_KEYS";
        let text = self.required(NAME)?;
        let mut keys = BTreeMap::new();
        for entry in text.split(',') {
            let parsed = entry.trim().split_once(':').and_then(|(version, key)| {
                Some((version.parse().ok()?, STANDARD.decode(key).ok()?))
            });
            match parsed {
                Some((version, key)) if key.len() >= 32 && !keys.contains_key(&version) => {
                    keys.insert(version, key);
                }
                _ => {
                    self.mistake(
                        NAME,
                        "must list <version 0-255>:<base64 of 32 bytes or more>, each version once",
                    );
                    return None;
                }
            }
        }
        InviteKeys::new(&keys)
    }

    fn text(&self, name: &str) -> Option<String> {
        (self.lookup)(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
    }

    fn required(&mut self, name: &str) -> Option<String> {
        let text = self.text(name);
        if text.is_none() {
            self.mistake(name, "must be set");
        }
        text
    }

    fn number(&mut self, name: &str, default: u64) -> u64 {
        let Some(text) = self.text(name) else { return default };
        text.parse().ok().filter(|number| *number > 0).unwrap_or_else(|| {
            self.mistake(name, "must be a whole number above 0");
            default
        })
    }

    /// Unlike text, a flag that is set to nothing is a mistake.
    fn flag(&mut self, name: &str) -> bool {
        let Some(text) = (self.lookup)(name) else { return false };
        match text.to_lowercase().as_str() {
            "1" | "true" => true,
            "0" | "false" => false,
            _ => {
                self.mistake(name, "must be 1, 0, true or false");
                false
            }
        }
    }

    fn url(&mut self, name: &str, default: Option<&str>) -> Option<Url> {
        let text = self.text(name).or_else(|| default.map(ToOwned::to_owned));
        let url = text.as_deref().and_then(|text| Url::parse(text).ok());
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if url.is_none() {
            self.mistake(name, "must be an http or https address");
        }
        url
    }

    fn endpoint(&mut self, name: &str) -> Option<Url> {
        self.text(name)?;
        self.url(name, None)
    }

    fn mistake(&mut self, name: &str, what: &str) {
        self.mistakes.push(format!("{name} {what}"));
    }
}
