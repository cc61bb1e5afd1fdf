//! Who may call, and how often.

use std::net::IpAddr;

use ipnet::IpNet;
use regex_lite::Regex;
use url::Url;

use crate::config::reader::{Reader, listed};
use crate::config::settings::{self, Setting};
use crate::config::{CorsConfig, Environment, LimitsConfig};

/// Where the web client runs in development.
const LOCAL_ORIGINS: [&str; 2] = ["http://localhost:3000", "http://127.0.0.1:3000"];

impl Reader<'_> {
    pub(super) fn limits(&mut self) -> Option<LimitsConfig> {
        let enabled = self.flag_if_set(settings::RATE_LIMITS);
        let networks = self.list(settings::TRUSTED_PROXIES)?;
        let networks = networks.iter().map(|text| network(text)).collect::<Option<Vec<_>>>();
        if networks.is_none() {
            self.mistake(settings::TRUSTED_PROXIES, "must list networks without host bits");
        }
        Some(LimitsConfig {
            enabled: enabled.unwrap_or(self.environment == Environment::Prod),
            trusted_proxies: networks?,
        })
    }

    pub(super) fn cors(&mut self) -> Option<CorsConfig> {
        let set = self.text(settings::CORS_ORIGINS).is_some();
        let origins = self.list(settings::CORS_ORIGINS);
        let pattern = self.text(settings::CORS_PATTERN);
        let origin_pattern = pattern.as_ref().and_then(|text| {
            // By itself first: a bracket too many would end the group, and with it the anchors.
            let whole = Regex::new(text).and_then(|_alone| Regex::new(&format!("^(?:{text})$")));
            let whole = whole.ok();
            if whole.is_none() {
                self.mistake(settings::CORS_PATTERN, "must be a regular expression");
            }
            whole
        });
        let mut origins = origins?;
        if !origins.iter().all(|text| is_origin(text)) {
            let what = "must list origins, such as https://app.example.com";
            self.mistake(settings::CORS_ORIGINS, what);
        }
        if !set && pattern.is_none() && self.environment != Environment::Prod {
            origins = LOCAL_ORIGINS.map(ToOwned::to_owned).to_vec();
        }
        Some(CorsConfig { origins, origin_pattern })
    }

    pub(super) fn dev_identities(&mut self) -> bool {
        let [short, long] = settings::DEV_BYPASS.map(|setting| (setting, self.flag(setting)));
        for (setting, on) in [short, long] {
            if on && self.environment != Environment::Local {
                self.mistake(setting, "may only be on with TENON_ENV=local");
            }
        }
        short.1 || long.1
    }

    /// A JSON array of texts, or texts between commas; nothing at all in several spellings.
    fn list(&mut self, setting: Setting) -> Option<Vec<String>> {
        let text = self.text(setting).unwrap_or_default();
        if matches!(text.as_str(), "" | "null" | "None") {
            return Some(Vec::new());
        }
        if text.starts_with('[') {
            let list = serde_json::from_str(&text).ok();
            if list.is_none() {
                self.mistake(setting, "must be a JSON array of texts or a comma list");
            }
            return list;
        }
        Some(listed(&text))
    }
}

/// A network, or a single address.
fn network(text: &str) -> Option<IpNet> {
    let text = text.trim();
    let network =
        text.parse().ok().or_else(|| text.parse().ok().map(|address: IpAddr| IpNet::from(address)));
    network.filter(|network: &IpNet| network.trunc() == *network)
}

/// Whether a browser could write `text` as an origin.
fn is_origin(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https") && url.origin().ascii_serialization() == text
    })
}
