//! How settings are read from text.

mod github;
mod mail;
mod web;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use url::Url;

use crate::config::settings::{self, Setting, Unset};
use crate::config::{
    AuthConfig, Config, ConfigErrors, Environment, GitHubConfig, QueueConfig, TableConfig,
    is_loopback,
};
use crate::domain::invite_token::InviteKeys;
use crate::secret::Secret;

/// The farthest that clocks may be allowed to differ: a token that is over must be over.
const LEEWAY_SECONDS_MAX: u64 = 300;

/// Reads settings and collects what is wrong with them.
pub(super) struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    environment: Environment,
    mistakes: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, environment: Environment::Prod, mistakes: Vec::new() }
    }

    /// Everything there is to know, or every mistake there is.
    pub(super) fn config(mut self) -> Result<Config, ConfigErrors> {
        match self.read() {
            Some(config) if self.mistakes.is_empty() => Ok(config),
            _ => Err(ConfigErrors(self.mistakes)),
        }
    }

    /// What there is to know of GitHub, or every mistake there is in that.
    pub(super) fn github_alone(mut self) -> Result<GitHubConfig, ConfigErrors> {
        self.environment = self.environment();
        match self.github() {
            Some(github) if self.mistakes.is_empty() => Ok(github),
            _ => Err(ConfigErrors(self.mistakes)),
        }
    }

    fn read(&mut self) -> Option<Config> {
        self.environment = self.environment();
        let body_bytes_max = self.number(settings::BODY_BYTES_MAX);
        let table = self.table();
        let queue = self.queue();
        let auth = self.auth();
        let github = self.github();
        let mail = self.mail();
        let limits = self.limits();
        let cors = self.cors();
        let dev_identities = self.dev_identities();
        let portal = self.url(settings::PORTAL);
        let portal = portal.and_then(|url| self.bare(settings::PORTAL, &url));
        let public = self.endpoint(settings::PUBLIC_API);
        let public_api_base_url = public.and_then(|url| self.bare(settings::PUBLIC_API, &url));
        let admin_key = self.key(settings::ADMIN_KEY);
        let invite_keys = self.invite_keys();
        // Whoever tells what happens has looked it up; here it only has to be an address.
        let _collector = self.endpoint(settings::COLLECTOR);
        self.fixed_prefix();
        Some(Config {
            environment: self.environment,
            body_bytes_max: usize::try_from(body_bytes_max).ok()?,
            docs_enabled: self.flag(settings::DOCS),
            debug_perf: self.flag(settings::DEBUG_PERF),
            limits: limits?,
            cors: cors?,
            dev_identities,
            admin_key,
            table: table?,
            queue: queue?,
            auth: auth?,
            github: github?,
            mail: mail?,
            portal_base_url: portal?,
            public_api_base_url,
            invite_keys: invite_keys?,
        })
    }

    fn environment(&mut self) -> Environment {
        match self.or_default(settings::ENV).to_lowercase().as_str() {
            "prod" => Environment::Prod,
            "local" => Environment::Local,
            "test" => Environment::Test,
            _ => {
                self.mistake(settings::ENV, "must be prod, local or test");
                Environment::Prod
            }
        }
    }

    /// An address to which a path is added, without a trailing slash.
    fn bare(&mut self, setting: Setting, url: &Url) -> Option<String> {
        if url.query().is_some() || url.fragment().is_some() {
            self.mistake(setting, "must have no query and no fragment");
            return None;
        }
        Some(url.as_str().trim_end_matches('/').to_owned())
    }

    fn fixed_prefix(&mut self) {
        if self.or_default(settings::API_PREFIX) != "/api" {
            self.mistake(settings::API_PREFIX, "is fixed at /api");
        }
    }

    fn table(&mut self) -> Option<TableConfig> {
        let endpoint = self.endpoint(settings::TABLE_ENDPOINT);
        Some(TableConfig { name: self.required(settings::TABLE_NAME)?, endpoint })
    }

    fn queue(&mut self) -> Option<QueueConfig> {
        let endpoint = self.endpoint(settings::QUEUE_ENDPOINT);
        Some(QueueConfig { url: self.required(settings::QUEUE_URL)?, endpoint })
    }

    fn auth(&mut self) -> Option<AuthConfig> {
        let domain = self.text(settings::AUTH0_DOMAIN);
        let issuer = self
            .text(settings::AUTH0_ISSUER)
            .or_else(|| domain.as_ref().map(|domain| format!("https://{domain}/")))
            .map(|issuer| format!("{}/", issuer.trim_end_matches('/')));
        if issuer.is_none() {
            self.mistake(settings::AUTH0_ISSUER, "or TENON_AUTH0_DOMAIN must be set");
        }
        let jwks = issuer.as_ref().map(|issuer| format!("{issuer}.well-known/jwks.json"));
        let jwks_url = self.url_or(settings::AUTH0_JWKS_URL, jwks.as_deref());
        let audience = self.required(settings::AUTH0_AUDIENCE);
        let jwks_ttl_seconds = self.number(settings::AUTH0_JWKS_TTL);
        let leeway = self.number(settings::AUTH0_LEEWAY);
        if leeway > LEEWAY_SECONDS_MAX {
            self.mistake(settings::AUTH0_LEEWAY, "must be at most 300");
        }
        if self.or_default(settings::AUTH0_ALGORITHMS) != "RS256" {
            self.mistake(settings::AUTH0_ALGORITHMS, "may only be RS256");
        }
        let namespace = self.or_default(settings::AUTH0_NAMESPACE);
        let namespace = namespace.trim_end_matches('/').to_owned();
        let claim = |text: Option<String>, name| text.unwrap_or(format!("{namespace}/{name}"));
        let email_claim = claim(self.text(settings::AUTH0_EMAIL_CLAIM), "email");
        let roles_claim = claim(self.text(settings::AUTH0_ROLES_CLAIM), "roles");
        let permissions_claim = self.text(settings::AUTH0_PERMISSIONS_CLAIM);
        let permissions_claim = claim(permissions_claim, "permissions");
        let require_email_verified = self.flag(settings::AUTH0_REQUIRE_VERIFIED);
        let github_login_claim = self.text(settings::AUTH0_GITHUB_LOGIN_CLAIM);
        Some(AuthConfig {
            issuer: issuer?,
            audience: audience?,
            jwks_url: jwks_url?,
            jwks_ttl_seconds,
            leeway_seconds: i64::try_from(leeway).ok()?,
            email_claim,
            roles_claim,
            permissions_claim,
            require_email_verified,
            github_login_claim,
            claim_namespace: namespace,
        })
    }

    fn invite_keys(&mut self) -> Option<InviteKeys> {
        let text = self.required(settings::INVITE_KEYS)?;
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
                        settings::INVITE_KEYS,
                        "must list <version 0-255>:<base64 of 32 bytes or more>, each version once",
                    );
                    return None;
                }
            }
        }
        InviteKeys::new(&keys)
    }

    /// What is set, without the blanks around it.
    fn text(&self, setting: Setting) -> Option<String> {
        let text = (self.lookup)(setting.name).map(|text| text.trim().to_owned());
        text.filter(|text| !text.is_empty())
    }

    /// What is set, or the value that holds otherwise.
    fn or_default(&self, setting: Setting) -> String {
        self.text(setting).unwrap_or_else(|| match setting.unset {
            Unset::Means(value) => value.to_owned(),
            Unset::Refused | Unset::Described(_) => String::new(),
        })
    }

    fn required(&mut self, setting: Setting) -> Option<String> {
        let text = self.text(setting);
        if text.is_none() {
            self.mistake(setting, "must be set");
        }
        text
    }

    fn needed(&mut self, setting: Setting) {
        let _told = self.required(setting);
    }

    /// A secret that stands in a header.
    fn key(&mut self, setting: Setting) -> Option<Secret> {
        let text = self.text(setting)?;
        if !text.chars().all(|char| char == ' ' || char.is_ascii_graphic()) {
            self.mistake(setting, "must be printable ASCII");
        }
        Some(Secret::new(text))
    }

    fn number(&mut self, setting: Setting) -> u64 {
        self.or_default(setting).parse().ok().filter(|number| *number > 0).unwrap_or_else(|| {
            self.mistake(setting, "must be a whole number above 0");
            1
        })
    }

    fn flag(&mut self, setting: Setting) -> bool {
        self.flag_if_set(setting).unwrap_or(matches!(setting.unset, Unset::Means("true")))
    }

    /// Unlike text, a flag that is set to nothing is a mistake.
    fn flag_if_set(&mut self, setting: Setting) -> Option<bool> {
        match (self.lookup)(setting.name)?.to_lowercase().as_str() {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => {
                self.mistake(setting, "must be 1, 0, true or false");
                None
            }
        }
    }

    fn url(&mut self, setting: Setting) -> Option<Url> {
        let text = self.or_default(setting);
        self.url_or(setting, Some(&text))
    }

    fn url_or(&mut self, setting: Setting, default: Option<&str>) -> Option<Url> {
        let text = self.text(setting).or_else(|| default.map(ToOwned::to_owned));
        let url = text.as_deref().and_then(|text| Url::parse(text).ok());
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        match &url {
            None => self.mistake(setting, "must be an http or https address"),
            Some(url) if self.environment == Environment::Prod && is_open(url) => {
                self.mistake(setting, "must be an https address in prod");
            }
            Some(_) => {}
        }
        url
    }

    fn endpoint(&mut self, setting: Setting) -> Option<Url> {
        self.text(setting)?;
        self.url(setting)
    }

    fn mistake(&mut self, setting: Setting, what: &str) {
        self.mistakes.push(format!("{} {what}", setting.name));
    }
}

/// Whether others on the way to `url` can read and change what is said: keys, tokens and links.
fn is_open(url: &Url) -> bool {
    url.scheme() != "https" && !is_loopback(url)
}

/// The texts between commas. What is blank is none of them: as a prefix it would match everything.
fn listed(text: &str) -> Vec<String> {
    let parts = text.split(',').map(|part| part.trim().to_owned());
    parts.filter(|part| !part.is_empty()).collect()
}
