//! What functions are told, and what the code reads.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use shared::config::settings::{ALL, Setting, Unset};
use shared::config::{Config, MailProvider};
use tests::template::{ROOT, read, resources};

use super::resolved::Resolved;

/// Settings that the template leaves at what holds without them, and why.
const LEFT: [(&str, &[&str]); 5] = [
    ("fixed", &["TENON_API_PREFIX", "TENON_AUTH0_ALGORITHMS"]),
    (
        "only on a developer's machine",
        &[
            "TENON_ENV",
            "TENON_TABLE_ENDPOINT",
            "TENON_QUEUE_ENDPOINT",
            "TENON_SECRETS_ENDPOINT",
            "TENON_MAIL_ENDPOINT",
            "TENON_GITHUB_API_BASE",
            "DEV_AUTH_BYPASS",
            "TENON_DEV_AUTH_BYPASS",
            "TENON_DEBUG_PERF",
            "SMTP_TLS",
        ],
    ),
    (
        "follows from the domain of the tenant and from the names its action gives",
        &[
            "TENON_AUTH0_ISSUER",
            "TENON_AUTH0_JWKS_URL",
            "TENON_AUTH0_LEEWAY_SECONDS",
            "TENON_AUTH0_JWKS_CACHE_TTL_SECONDS",
            "TENON_AUTH0_CLAIM_NAMESPACE",
            "TENON_AUTH0_EMAIL_CLAIM",
            "TENON_AUTH0_ROLES_CLAIM",
            "TENON_AUTH0_PERMISSIONS_CLAIM",
        ],
    ),
    (
        "what the client and GitHub's limits ask for",
        &[
            "TENON_MAX_REQUEST_BODY_BYTES",
            "TENON_DOCS_ENABLED",
            "TENON_RATE_LIMIT_ENABLED",
            "TENON_TRUSTED_PROXY_CIDRS",
            "TENON_CORS_ALLOW_ORIGIN_REGEX",
            "TENON_GITHUB_CREATES_PER_SECOND",
            "TENON_GITHUB_CREATES_PER_MINUTE",
            "TENON_GITHUB_CREATES_PER_HOUR",
        ],
    ),
    (
        "what the templates of the catalogue have",
        &[
            "TENON_GITHUB_ACTIONS_WORKFLOW_FILE",
            "TENON_GITHUB_PROTECTED_PATHS",
            "TENON_GITHUB_REPO_PREFIX",
        ],
    ),
];

/// What has to be said at a first deployment; all else has a default.
const FIRST: [(&str, &str); 5] = [
    ("PortalBaseUrl", "https://app.example.com"),
    ("Auth0Domain", "example.eu.auth0.com"),
    ("Auth0Audience", "https://api.example.com"),
    ("MailDomain", "example.com"),
    ("MailFrom", "notifications@example.com"),
];

/// What an owner puts into the secret.
const OWNERS: [(&str, &str); 3] = [
    ("TENON_INVITE_TOKEN_KEYS", "1:MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="),
    ("TENON_GITHUB_TOKEN", "ghp_example"),
    ("TENON_ADMIN_API_KEY", "example"),
];

fn settings() -> BTreeMap<&'static str, Setting> {
    ALL.iter().flat_map(|group| group.settings).map(|it| (it.name, *it)).collect()
}

/// What may stand in the secret, and stands nowhere else.
fn secret() -> Vec<&'static str> {
    settings().values().filter(|it| it.secret).map(|it| it.name).collect()
}

/// The environment of every function, by name.
fn environment(template: &Value) -> &serde_json::Map<String, Value> {
    for (name, function) in resources(template, "AWS::Serverless::Function") {
        assert_eq!(function["Properties"]["Environment"], Value::Null, "{name} has its own");
    }
    template["Globals"]["Function"]["Environment"]["Variables"].as_object().unwrap()
}

/// The configuration that a function makes of the template under `given` parameters.
fn configured(given: &[(&str, &str)], secret: &[(&str, &str)]) -> Config {
    let template = read(ROOT);
    let resolved = Resolved::with(&template, given);
    let told = environment(&template).iter();
    let told: BTreeMap<&str, String> =
        told.filter_map(|(name, value)| Some((name.as_str(), resolved.value(value)?))).collect();
    let lookup = |name: &str| {
        let secret = secret.iter().find(|it| it.0 == name).map(|it| it.1.to_owned());
        told.get(name)
            .cloned()
            .filter(|_| !is_answered_by_aws(name))
            .or(secret)
            .or_else(|| aws(name))
    };
    Config::from_lookup(&lookup).unwrap()
}

/// Whether `name` is told by another stack or by AWS, so that the template alone has no value.
fn is_answered_by_aws(name: &str) -> bool {
    aws(name).is_some() || name == "TENON_SECRET_ARN"
}

fn aws(name: &str) -> Option<String> {
    let value = match name {
        "TENON_TABLE_NAME" => "tenon-prod-Data-1ABC-Table-2DEF",
        "TENON_QUEUE_URL" => {
            "https://sqs.us-east-1.amazonaws.com/000000000000/tenon-prod-JobsQueue"
        }
        "TENON_SES_CONFIGURATION_SET" => "tenon-prod",
        _ => return None,
    };
    Some(value.to_owned())
}

#[test]
fn functions_are_told_what_the_code_reads_and_what_they_are_not_told_has_a_reason() {
    let template = read(ROOT);
    let told: BTreeSet<&str> = environment(&template).keys().map(String::as_str).collect();
    let left: BTreeSet<&str> = LEFT.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    let read = settings();
    let read: BTreeSet<&str> = read.keys().copied().collect();

    let both: BTreeSet<_> = told.intersection(&left).collect();
    assert!(both.is_empty(), "told, and left as well: {both:?}");
    let known: BTreeSet<&str> = told.into_iter().chain(left).chain(secret()).collect();
    assert_eq!(known, read);
}

#[test]
fn nothing_that_must_be_set_is_missing_and_no_secret_stands_in_the_environment() {
    let template = read(ROOT);
    let told = environment(&template);
    let settings = settings();
    let needed = settings.values().filter(|setting| setting.unset == Unset::Refused);

    for setting in needed {
        let set = told.contains_key(setting.name) || setting.secret;
        assert!(set, "{}", setting.name);
    }
    for secret in secret() {
        assert!(!told.contains_key(secret), "{secret} belongs into the secret");
    }
}

#[test]
fn a_first_deployment_with_nothing_but_what_it_must_say_starts() {
    let config = configured(&FIRST, &OWNERS);

    assert_eq!(config.portal_base_url, "https://app.example.com");
    assert_eq!(config.public_api_base_url, None);
    assert_eq!(config.auth.issuer, "https://example.eu.auth0.com/");
    assert_eq!(config.mail.from, "Tenon <notifications@example.com>");
    assert!(matches!(config.mail.provider, MailProvider::Ses { endpoint: None, .. }));
    assert!(config.limits.enabled);
    assert!(!config.dev_identities);
    assert!(!config.github.cleanup.enabled);
}

#[test]
fn a_deployment_that_says_more_starts_too() {
    let more = [
        ("DomainName", "api.example.com"),
        ("CorsOrigins", "https://app.example.com"),
        ("RequireEmailVerified", "true"),
        ("GitHubOrganization", "example"),
        ("CleanupEnabled", "true"),
        ("ArchiveAfterDays", "10"),
        ("DeleteAfterDays", "20"),
        ("EmailProvider", "smtp"),
        ("SmtpHost", "mail.example.com"),
    ];

    let config = configured(&[&FIRST[..], &more].concat(), &OWNERS);

    assert_eq!(config.public_api_base_url.as_deref(), Some("https://api.example.com"));
    assert_eq!(config.cors.origins, ["https://app.example.com"]);
    assert!(config.auth.require_email_verified);
    let cleanup = config.github.cleanup;
    assert_eq!((cleanup.archive_after_days, cleanup.delete_after_days), (10, 20));
    let MailProvider::Smtp(smtp) = config.mail.provider else { panic!("smtp is meant") };
    assert_eq!((smtp.host.as_str(), smtp.port), ("mail.example.com", 587));
}

#[test]
fn the_example_of_how_to_deploy_says_what_has_to_be_said() {
    let template = read(ROOT);
    let example = include_str!("../../../samconfig.toml");
    let parameters = template["Parameters"].as_object().unwrap();
    let needed = parameters.iter().filter(|(_, it)| it["Default"].is_null());
    let needed: Vec<&String> = needed.map(|(name, _)| name).collect();

    let overrides: Vec<&str> = example
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"')?.split_once('=').map(|it| it.0))
        .collect();
    for name in &needed {
        assert_eq!(overrides.iter().filter(|it| it == name).count(), 2, "{name}: dev and prod");
    }
    for name in overrides {
        assert!(parameters.contains_key(name), "{name}");
    }
}
