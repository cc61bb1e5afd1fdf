use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use crate::config::app_key::tests::PEM;
use crate::config::secrets::{GitHubIdentity, Secrets, SecretsAt};
use crate::config::{
    Cleanup, Config, ConfigErrors, CreateLimits, Environment, MailProvider, settings,
};
use crate::secret::Secret;

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

/// The secret settings, which are all in the environment.
fn secrets(config: Config) -> Arc<Secrets> {
    let SecretsAt::Environment(secrets) = config.secrets else { panic!("elsewhere") };
    secrets
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
        "TENON_GITHUB_TOKEN or a GitHub App must be set",
    ] {
        assert!(told.contains(name), "{name} is missing in {told}");
    }
    assert!(!told.contains("c2hvcnQ"));
}

#[test]
fn printing_the_settings_shows_no_secret() {
    let mut settings = good();
    settings.insert("TENON_ADMIN_API_KEY", "open-sesame");
    settings.insert("TENON_EMAIL_PROVIDER", "smtp");
    settings.insert("SMTP_HOST", "mail.example.com");
    settings.insert("SMTP_USERNAME", "tenon");
    settings.insert("SMTP_PASSWORD", "hush-hush");
    let printed = format!("{:?}", read(&settings).unwrap());
    for secret in ["a-token", "AAAAAAA", "open-sesame", "hush-hush"] {
        assert!(!printed.contains(secret), "{secret}");
    }
}

fn refused(changes: &[(&'static str, &'static str)]) -> Vec<String> {
    let mut settings = good();
    settings.extend(changes.iter().copied());
    read(&settings).unwrap_err().0
}

#[test]
fn every_setting_that_is_read_is_declared_and_the_other_way_round() {
    for provider in ["ses", "smtp", "resend", "sendgrid"] {
        let asked = Mutex::new(BTreeSet::new());
        let _read = Config::from_lookup(&|name| {
            asked.lock().unwrap().insert(name.to_owned());
            (name == "TENON_EMAIL_PROVIDER").then(|| provider.to_owned())
        });
        let declared = settings::ALL.iter().flat_map(|group| group.settings);
        let declared: BTreeSet<_> = declared.map(|setting| setting.name.to_owned()).collect();
        assert_eq!(asked.into_inner().unwrap(), declared, "with {provider}");
    }
}

#[test]
fn development_identities_are_refused_anywhere_but_locally() {
    for name in ["DEV_AUTH_BYPASS", "TENON_DEV_AUTH_BYPASS"] {
        for environment in ["prod", "test"] {
            let told = refused(&[(name, "1"), ("TENON_ENV", environment)]);
            assert_eq!(told, [format!("{name} may only be on with TENON_ENV=local")]);
        }
        let mut settings = good();
        settings.extend([(name, "1"), ("TENON_ENV", "local")]);
        assert!(read(&settings).unwrap().dev_identities);
    }
    assert!(!read(&good()).unwrap().dev_identities);
}

#[test]
fn limits_are_on_unless_the_environment_or_the_setting_says_otherwise() {
    for (environment, setting, enabled) in [
        ("prod", None, true),
        ("local", None, false),
        ("test", None, false),
        ("prod", Some("0"), false),
        ("test", Some("TRUE"), true),
    ] {
        let mut settings = good();
        settings.insert("TENON_ENV", environment);
        settings.extend(setting.map(|text| ("TENON_RATE_LIMIT_ENABLED", text)));
        assert_eq!(read(&settings).unwrap().limits.enabled, enabled, "{environment} {setting:?}");
    }
    let told = refused(&[("TENON_RATE_LIMIT_ENABLED", "")]);
    assert_eq!(told, ["TENON_RATE_LIMIT_ENABLED must be 1, 0, true or false"]);
}

#[test]
fn networks_and_origins_come_as_an_array_or_a_comma_list() {
    let mut settings = good();
    settings.insert("TENON_TRUSTED_PROXY_CIDRS", r#"["10.0.0.0/8", "2001:db8::/32"]"#);
    settings.insert("TENON_CORS_ALLOW_ORIGINS", "https://a.example.com, http://localhost:3000");
    settings.insert("TENON_CORS_ALLOW_ORIGIN_REGEX", r"https://[a-z]+\.example\.org");
    let config = read(&settings).unwrap();

    let networks: Vec<_> = config.limits.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(networks, ["10.0.0.0/8", "2001:db8::/32"]);
    assert_eq!(config.cors.origins, ["https://a.example.com", "http://localhost:3000"]);
    let pattern = config.cors.origin_pattern.unwrap();
    assert!(pattern.is_match("https://a.example.org"));
    assert!(!pattern.is_match("https://a.example.org.evil.com"));

    for nothing in ["[]", "null", "None"] {
        let mut settings = good();
        settings.insert("TENON_CORS_ALLOW_ORIGINS", nothing);
        assert!(read(&settings).unwrap().cors.origins.is_empty(), "{nothing}");
    }
    for (name, wrong, told) in [
        ("TENON_TRUSTED_PROXY_CIDRS", "10.0.0.1/8", "must list networks without host bits"),
        ("TENON_TRUSTED_PROXY_CIDRS", "[1]", "must be a JSON array of texts or a comma list"),
        ("TENON_CORS_ALLOW_ORIGINS", "*", "must list origins, such as https://app.example.com"),
        (
            "TENON_CORS_ALLOW_ORIGINS",
            "https://a.b/c",
            "must list origins, such as https://app.example.com",
        ),
        ("TENON_CORS_ALLOW_ORIGIN_REGEX", "(", "must be a regular expression"),
        ("TENON_CORS_ALLOW_ORIGIN_REGEX", "a)|(?:b", "must be a regular expression"),
    ] {
        assert_eq!(refused(&[(name, wrong)]), [format!("{name} {told}")]);
    }
}

#[test]
fn production_believes_and_tells_nothing_over_a_line_that_others_can_read() {
    for name in [
        "TENON_AUTH0_ISSUER",
        "TENON_AUTH0_JWKS_URL",
        "TENON_QUEUE_URL",
        "TENON_GITHUB_API_BASE",
        "TENON_MAIL_ENDPOINT",
        "TENON_TABLE_ENDPOINT",
        "TENON_QUEUE_ENDPOINT",
        "TENON_CANDIDATE_PORTAL_BASE_URL",
    ] {
        let told = refused(&[(name, "http://example.com/")]);
        assert_eq!(told, [format!("{name} must be an https address in prod")]);
        for (environment, address) in [
            ("prod", "https://example.com/"),
            ("prod", "http://127.0.0.1:9000/"),
            ("prod", "http://[::1]:9000/"),
            ("prod", "http://localhost:9000/"),
            ("local", "http://example.com/"),
            ("test", "http://example.com/"),
        ] {
            let mut settings = good();
            settings.extend([("TENON_ENV", environment), (name, address)]);
            assert!(read(&settings).is_ok(), "{name} {environment} {address}");
        }
    }
}

#[test]
fn a_comma_too_many_does_not_protect_every_path() {
    for (paths, protected) in [
        ("tests/, .github/workflows/,", &["tests/", ".github/workflows/"][..]),
        (",tests/", &["tests/"]),
        (" , ", &[]),
    ] {
        let mut settings = good();
        settings.insert("TENON_GITHUB_PROTECTED_PATHS", paths);
        assert_eq!(read(&settings).unwrap().github.protected_paths, protected, "{paths}");
    }
}

#[test]
fn a_setting_that_could_never_work_does_not_start() {
    let sender = "TENON_EMAIL_FROM must be an e-mail address, or Name <address>";
    let admin = "TENON_ADMIN_API_KEY must be printable ASCII";
    let table = "TENON_TABLE_NAME must be 3 to 255 of a-z, A-Z, 0-9, _, . and -";
    let arn = "TENON_SECRET_ARN must be the ARN of a secret of Secrets Manager";
    for (name, wrong, told) in [
        ("TENON_TABLE_NAME", "te", table),
        ("TENON_TABLE_NAME", "tenon table", table),
        ("TENON_QUEUE_URL", "jobs", "TENON_QUEUE_URL must be an http or https address"),
        ("TENON_AUTH0_ISSUER", "tenant", "TENON_AUTH0_ISSUER must be an http or https address"),
        ("TENON_TLS_ROOTS", "mozilla", "TENON_TLS_ROOTS must be embedded or system"),
        ("TENON_SECRET_ARN", "tenon/prod", arn),
        ("TENON_SECRET_ARN", "arn:aws:ssm:us-east-1:1:secret:tenon", arn),
        ("TENON_EMAIL_FROM", "Tenon\r\nBcc: all@example.com <a@example.com>", sender),
        ("TENON_ADMIN_API_KEY", "open\nsesame", admin),
        ("TENON_ADMIN_API_KEY", "öffne dich", admin),
        ("TENON_GITHUB_TOKEN", "to\nken", "TENON_GITHUB_TOKEN must be printable ASCII"),
        ("TENON_RESEND_API_KEY", "k\u{1}", "TENON_RESEND_API_KEY must be printable ASCII"),
        ("SENDGRID_API_KEY", "k\u{7f}k", "SENDGRID_API_KEY must be printable ASCII"),
    ] {
        assert_eq!(refused(&[(name, wrong)]), [told], "{wrong}");
    }
}

#[test]
fn a_tenants_domain_is_one() {
    let mut settings = good();
    for wrong in ["tenant example.com", "tenant.example.com/login", "tenant.example.com:444"] {
        settings.insert("TENON_AUTH0_DOMAIN", wrong);
        let told = read(&settings).unwrap_err().0;
        assert_eq!(told, ["TENON_AUTH0_DOMAIN must be a domain"], "{wrong}");
    }
}

#[test]
fn we_are_one_on_github_an_app_or_a_token() {
    let key: &'static str = PEM.replace('\n', "\\n").leak();
    let app = [("TENON_GITHUB_APP_ID", "Iv1.a"), ("TENON_GITHUB_APP_PRIVATE_KEY", key)];
    let mut settings = good();
    settings.remove("TENON_GITHUB_TOKEN");
    settings.extend(app);
    let config = read(&settings).unwrap();
    assert!(!format!("{config:?}").contains("PRIVATE KEY"));
    let secrets = secrets(config);
    let GitHubIdentity::App { id, installation, .. } = &secrets.github else { panic!("an App") };
    assert_eq!((id.as_str(), *installation), ("Iv1.a", None));
    settings.insert("TENON_GITHUB_APP_PRIVATE_KEY", "-----BEGIN\\nKEY-----");
    let no_key = "TENON_GITHUB_APP_PRIVATE_KEY must be an RSA key in PEM";
    assert_eq!(read(&settings).unwrap_err().0, [no_key]);

    let both = "TENON_GITHUB_TOKEN must not be set beside a GitHub App";
    assert_eq!(refused(&app), [both]);
    let rest = "TENON_GITHUB_APP_ID must be set with the rest of a GitHub App";
    assert_eq!(refused(&app[1..]), [rest]);
    settings.remove("TENON_GITHUB_APP_PRIVATE_KEY");
    settings.insert("TENON_GITHUB_APP_INSTALLATION_ID", "0");
    let told = read(&settings).unwrap_err().0;
    let number = "TENON_GITHUB_APP_INSTALLATION_ID must be a whole number above 0";
    assert_eq!(told, [number, "TENON_GITHUB_APP_PRIVATE_KEY must be set with TENON_GITHUB_APP_ID"]);
}

#[test]
fn old_repositories_stay_unless_cleaning_up_is_switched_on() {
    let usual = Cleanup { enabled: false, archive_after_days: 30, delete_after_days: 180 };
    assert_eq!(read(&good()).unwrap().github.cleanup, usual);
    let mut settings = good();
    settings.insert("TENON_GITHUB_CLEANUP_ENABLED", "1");
    let enabled = read(&settings).unwrap().github.cleanup;
    assert_eq!(enabled, Cleanup { enabled: true, ..usual });

    let sooner = "TENON_GITHUB_DELETE_AFTER_DAYS must not be below TENON_GITHUB_ARCHIVE_AFTER_DAYS";
    assert_eq!(refused(&[("TENON_GITHUB_DELETE_AFTER_DAYS", "29")]), [sooner]);
    let century = "TENON_GITHUB_DELETE_AFTER_DAYS must be at most 36500";
    assert_eq!(refused(&[("TENON_GITHUB_DELETE_AFTER_DAYS", "36501")]), [century]);
}

#[test]
fn creating_calls_have_the_designs_limits_and_webhooks_two_secrets_at_most() {
    let usual = CreateLimits { per_second: 1, per_minute: 60, per_hour: 450 };
    assert_eq!(read(&good()).unwrap().github.creates, usual);
    let mut settings = good();
    settings.insert("TENON_GITHUB_CREATES_PER_SECOND", "0");
    settings.insert("TENON_GITHUB_WEBHOOK_SECRETS", "new, old");
    let config = read(&settings).unwrap();
    assert_eq!(config.github.creates.per_second, 0);
    let secrets = secrets(config);
    let secrets: Vec<_> = secrets.webhook_keys.iter().map(Secret::expose).collect();
    assert_eq!(secrets, ["new", "old"]);

    let three = "TENON_GITHUB_WEBHOOK_SECRETS must be one secret or two";
    assert_eq!(refused(&[("TENON_GITHUB_WEBHOOK_SECRETS", "a,b,c")]), [three]);
    let number = "TENON_GITHUB_CREATES_PER_HOUR must be a whole number";
    assert_eq!(refused(&[("TENON_GITHUB_CREATES_PER_HOUR", "-1")]), [number]);
}

#[test]
fn a_provider_without_what_it_needs_does_not_start() {
    for (changes, told) in [
        (
            vec![("TENON_EMAIL_PROVIDER", "post")],
            "TENON_EMAIL_PROVIDER must be ses, smtp, resend, sendgrid or console",
        ),
        (vec![("TENON_EMAIL_PROVIDER", "resend")], "TENON_RESEND_API_KEY must be set"),
        (vec![("TENON_EMAIL_PROVIDER", "sendgrid")], "SENDGRID_API_KEY must be set"),
        (vec![("TENON_EMAIL_PROVIDER", "smtp")], "SMTP_HOST must be set"),
        (
            vec![("TENON_EMAIL_PROVIDER", "smtp"), ("SMTP_HOST", "a.b"), ("SMTP_USERNAME", "me")],
            "SMTP_PASSWORD must be set, or SMTP_USERNAME must not",
        ),
        (
            vec![("TENON_EMAIL_PROVIDER", "smtp"), ("SMTP_HOST", "a.b"), ("SMTP_PORT", "70000")],
            "SMTP_PORT must be a port",
        ),
        (
            vec![
                ("TENON_EMAIL_PROVIDER", "smtp"),
                ("SMTP_HOST", "a.b"),
                ("SMTP_USERNAME", "me"),
                ("SMTP_PASSWORD", "it is me"),
                ("SMTP_TLS", "0"),
            ],
            "SMTP_TLS must be on for a login",
        ),
    ] {
        assert_eq!(refused(&changes), [told]);
    }
    let mut settings = good();
    settings.extend([("TENON_EMAIL_PROVIDER", "sendgrid"), ("SENDGRID_API_KEY", "k")]);
    let config = read(&settings).unwrap();
    let MailProvider::SendGrid { endpoint } = &config.mail.provider else { panic!() };
    assert_eq!(endpoint.as_str(), "https://api.sendgrid.com/");
    assert_eq!(secrets(config).mail_key, Some(Secret::new("k")));
}
