//! How settings are read from text.

mod github;
mod mail;
mod secrets;
mod web;

use url::Url;

use crate::config::secrets::GitHubIdentity;
use crate::config::settings::{self, Setting, Unset};
use crate::config::{
    AuthConfig, Config, ConfigErrors, Environment, GitHubConfig, QueueConfig, TableConfig,
    TlsRoots, is_loopback,
};

/// The farthest that clocks may be allowed to differ: a token that is over must be over.
const LEEWAY_SECONDS_MAX: u64 = 300;
/// How long a table's name may be, in characters.
const TABLE_NAME_LENGTH: std::ops::RangeInclusive<usize> = 3..=255;

/// Reads settings and collects what is wrong with them.
pub(super) struct Reader<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    environment: Environment,
    /// Whether a secret setting that is not set may be somewhere else.
    elsewhere: bool,
    mistakes: Vec<String>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(lookup: &'a dyn Fn(&str) -> Option<String>) -> Self {
        Self { lookup, environment: Environment::Prod, elsewhere: false, mistakes: Vec::new() }
    }

    /// Everything there is to know, or every mistake there is.
    pub(super) fn config(mut self) -> Result<Config, ConfigErrors> {
        match self.read() {
            Some(config) if self.mistakes.is_empty() => Ok(config),
            _ => Err(ConfigErrors(self.mistakes)),
        }
    }

    /// What there is to know of GitHub and who we are there, or every mistake there is in that.
    pub(super) fn github_alone(mut self) -> Result<(GitHubConfig, GitHubIdentity), ConfigErrors> {
        self.environment = self.environment();
        match (self.github(), self.github_identity()) {
            (Some(github), Some(identity)) if self.mistakes.is_empty() => Ok((github, identity)),
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
        let secrets = self.secrets_at();
        let tls_roots = self.tls_roots();
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
            secrets: secrets?,
            tls_roots,
            table: table?,
            queue: queue?,
            auth: auth?,
            github: github?,
            mail: mail?,
            portal_base_url: portal?,
            public_api_base_url,
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
        let name = self.required(settings::TABLE_NAME)?;
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte);
        if !TABLE_NAME_LENGTH.contains(&name.len()) || !name.bytes().all(fits) {
            self.mistake(settings::TABLE_NAME, "must be 3 to 255 of a-z, A-Z, 0-9, _, . and -");
        }
        Some(TableConfig { name, endpoint })
    }

    fn queue(&mut self) -> Option<QueueConfig> {
        let endpoint = self.endpoint(settings::QUEUE_ENDPOINT);
        let url = self.required(settings::QUEUE_URL)?;
        let _parsed = self.url(settings::QUEUE_URL);
        Some(QueueConfig { url, endpoint })
    }

    fn auth(&mut self) -> Option<AuthConfig> {
        let issuer = self.issuer();
        let jwks_url = self.jwks_url(issuer.as_deref());
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

    /// Who issues our tokens, as it must stand in them.
    fn issuer(&mut self) -> Option<String> {
        let ending = |issuer: &str| format!("{}/", issuer.trim_end_matches('/'));
        if self.text(settings::AUTH0_ISSUER).is_some() {
            let told = self.url(settings::AUTH0_ISSUER).is_some();
            return self
                .text(settings::AUTH0_ISSUER)
                .filter(|_text| told)
                .map(|text| ending(&text));
        }
        let Some(domain) = self.text(settings::AUTH0_DOMAIN) else {
            self.mistake(settings::AUTH0_ISSUER, "or TENON_AUTH0_DOMAIN must be set");
            return None;
        };
        let issuer = ending(&format!("https://{domain}"));
        let is_domain =
            Url::parse(&issuer).is_ok_and(|url| url.path() == "/" && url.port().is_none());
        if !is_domain {
            self.mistake(settings::AUTH0_DOMAIN, "must be a domain");
        }
        Some(issuer)
    }

    /// Where the keys of `issuer` are. What is wrong with that one is told already.
    fn jwks_url(&mut self, issuer: Option<&str>) -> Option<Url> {
        if self.text(settings::AUTH0_JWKS_URL).is_some() {
            return self.url(settings::AUTH0_JWKS_URL);
        }
        Url::parse(&format!("{}.well-known/jwks.json", issuer?)).ok()
    }

    fn tls_roots(&mut self) -> TlsRoots {
        let named = TlsRoots::named(&self.or_default(settings::TLS_ROOTS));
        named.unwrap_or_else(|| {
            self.mistake(settings::TLS_ROOTS, "must be embedded or system");
            TlsRoots::Embedded
        })
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
            self.missing(setting, "must be set");
        }
        text
    }

    /// Something is not set: a mistake, unless it is a secret and may be elsewhere.
    fn missing(&mut self, setting: Setting, what: &str) {
        if !(setting.secret && self.elsewhere) {
            self.mistake(setting, what);
        }
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
        let url = Url::parse(&self.or_default(setting)).ok();
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
        let mistake = format!("{} {what}", setting.name);
        // A setting that says something of several things is looked at for each.
        if !self.mistakes.contains(&mistake) {
            self.mistakes.push(mistake);
        }
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
