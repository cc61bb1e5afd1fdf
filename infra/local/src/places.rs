//! Where everything of a stack is, and the settings that say so to Tenon.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::net::SocketAddr;

/// The audience of the local issuer's tokens.
pub const AUDIENCE: &str = "https://api.tenon.local";
/// The one token the local GitHub knows.
pub const GITHUB_TOKEN: &str = "local-github-token";
/// What the local GitHub signs webhooks with in development.
pub const WEBHOOK_SECRET: &str = "local-webhook-secret";
/// The table's name.
pub const TABLE_NAME: &str = "tenon";

/// Addresses of a running stack; bases end in `/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Places {
    /// The API.
    pub api: String,
    /// Start page, mailbox and issuer.
    pub pages: String,
    /// The local GitHub: API and pages.
    pub github: String,
    /// The table.
    pub table: String,
    /// The job queue.
    pub queue: String,
    /// The job queue's URL, as SQS would give it.
    pub queue_url: String,
}

/// The base of what listens on `address`.
pub fn base(address: SocketAddr) -> String {
    format!("http://{address}/")
}

impl Places {
    /// What the stack provides, as Tenon's settings. `invite_keys` are the keys of invite tokens.
    pub fn settings(&self, environment: &str, invite_keys: &str) -> BTreeMap<String, String> {
        // In tests GitHub tells only who asks for it: what it costs would be in every account.
        let webhooks =
            (environment == "local").then_some(("TENON_GITHUB_WEBHOOK_SECRETS", WEBHOOK_SECRET));
        [
            ("TENON_ENV", environment),
            ("TENON_TABLE_NAME", TABLE_NAME),
            ("TENON_TABLE_ENDPOINT", &self.table),
            ("TENON_QUEUE_URL", &self.queue_url),
            ("TENON_QUEUE_ENDPOINT", &self.queue),
            ("TENON_AUTH0_ISSUER", &self.pages),
            ("TENON_AUTH0_API_AUDIENCE", AUDIENCE),
            ("TENON_GITHUB_API_BASE", &self.github),
            ("TENON_GITHUB_TOKEN", GITHUB_TOKEN),
            ("TENON_EMAIL_PROVIDER", "ses"),
            ("TENON_MAIL_ENDPOINT", &self.pages),
            // Where the web client runs in development.
            ("TENON_CANDIDATE_PORTAL_BASE_URL", "http://localhost:3000"),
            ("TENON_PUBLIC_API_BASE_URL", &self.api),
            ("TENON_INVITE_TOKEN_KEYS", invite_keys),
            // The local GitHub takes whatever comes, unless it is told otherwise.
            ("TENON_GITHUB_CREATES_PER_SECOND", "0"),
            ("TENON_GITHUB_CREATES_PER_MINUTE", "0"),
            ("TENON_GITHUB_CREATES_PER_HOUR", "0"),
        ]
        .into_iter()
        .chain(webhooks)
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect()
    }
}

/// Settings as an environment file that `cargo lambda watch --env-file` reads: every value quoted,
/// because it takes an unquoted `=` for a mistake, and between quotes that are not in it.
pub fn environment_file(settings: &BTreeMap<String, String>) -> String {
    let mut file = String::new();
    for (name, value) in settings {
        let quote = ['"', '\'', '`'].into_iter().find(|quote| !value.contains(*quote));
        let quote = quote.unwrap_or('"');
        // Writing to a string cannot fail.
        let _ = writeln!(file, "{name}={quote}{value}{quote}");
    }
    file
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_file_quotes_every_value() {
        let settings = [("A", "x=="), ("B", "[\"x\"]"), ("C", "'\"")];
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let file = environment_file(&BTreeMap::from(settings));
        assert_eq!(file, "A=\"x==\"\nB='[\"x\"]'\nC=`'\"`\n");
    }
}
