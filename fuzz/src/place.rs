//! Tenon with nothing behind it: no table, no queue, no GitHub. What needs none of them can be asked.

use std::collections::BTreeMap;

use jiff::Timestamp;
use shared::app::App;
use shared::clock::Clock;
use shared::config::Config;
use shared::mint::Mint;

const SETTINGS: [(&str, &str); 11] = [
    ("TENON_ENV", "test"),
    ("TENON_TABLE_NAME", "tenon"),
    ("TENON_QUEUE_URL", "https://sqs.example.com/1/jobs"),
    ("TENON_AUTH0_DOMAIN", "tenant.example.com"),
    ("TENON_AUTH0_API_AUDIENCE", "https://api.example.com"),
    ("TENON_GITHUB_TOKEN", "a-token"),
    ("TENON_CANDIDATE_PORTAL_BASE_URL", "https://portal.example.com/"),
    ("TENON_INVITE_TOKEN_KEYS", "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="),
    ("TENON_EMAIL_PROVIDER", "console"),
    ("TENON_EMAIL_FROM", "Tenon <no-reply@tenon.example>"),
    ("TENON_MAX_REQUEST_BODY_BYTES", "4096"),
];

/// Tenon, for which it is always `now`.
pub async fn app(now: Timestamp) -> App {
    let settings = BTreeMap::from(SETTINGS);
    let lookup = |name: &str| settings.get(name).map(|text| (*text).to_owned());
    let config = Config::from_lookup(&lookup).expect("good settings");
    App::new(config, Clock::fixed(now), Mint::counted()).await.expect("an app")
}
