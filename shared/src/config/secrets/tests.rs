use serde_json::json;

use super::*;
use crate::config::Config;
use crate::config::app_key::tests::PEM;

const ARN: &str = "arn:aws:secretsmanager:us-east-1:000000000000:secret:tenon-a1b2c3";
const KEYS: &str = "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// A process whose secrets are elsewhere, with `more` in its environment.
fn started(more: &[(&str, &str)]) -> Result<ManagedSecrets, Vec<String>> {
    let mut settings = BTreeMap::from([
        ("TENON_TABLE_NAME", "tenon"),
        ("TENON_QUEUE_URL", "https://sqs.example.com/1/jobs"),
        ("TENON_AUTH0_DOMAIN", "tenant.example.com"),
        ("TENON_AUTH0_API_AUDIENCE", "https://api.example.com"),
        ("TENON_CANDIDATE_PORTAL_BASE_URL", "https://portal.example.com/"),
        ("TENON_SECRET_ARN", ARN),
    ]);
    settings.extend(more.iter().copied());
    let config = Config::from_lookup(&|name| settings.get(name).map(|text| (*text).to_owned()));
    match config.map_err(|mistakes| mistakes.0)?.secrets {
        SecretsAt::Manager(managed) => Ok(*managed),
        SecretsAt::Environment(_) => panic!("it is elsewhere"),
    }
}

/// What is wrong with a secret that says `told`.
fn refused(more: &[(&str, &str)], told: &Value) -> Vec<String> {
    started(more).unwrap().read(&told.to_string()).unwrap_err().0
}

fn token(secrets: &Secrets) -> &str {
    let GitHubIdentity::Token(token) = &secrets.github else { panic!("a token") };
    token.expose()
}

#[test]
fn a_process_starts_without_secrets_that_are_elsewhere_and_reads_them_there() {
    let managed = started(&[("TENON_EMAIL_PROVIDER", "resend")]).unwrap();
    let told = json!({
        "TENON_INVITE_TOKEN_KEYS": KEYS,
        "TENON_ADMIN_API_KEY": "open-sesame",
        "TENON_GITHUB_TOKEN": "ghp_secret",
        "TENON_GITHUB_WEBHOOK_SECRETS": "new, old",
        "TENON_RESEND_API_KEY": "re_secret",
        "SENDGRID_API_KEY": "",
    });

    let secrets = managed.read(&told.to_string()).unwrap();

    assert_eq!(secrets.admin_key, Some(Secret::new("open-sesame")));
    assert_eq!(token(&secrets), "ghp_secret");
    assert_eq!(secrets.webhook_keys, [Secret::new("new"), Secret::new("old")]);
    assert_eq!(secrets.mail_key, Some(Secret::new("re_secret")));
    assert!(
        !format!("{secrets:?}").contains("secret\"") && !format!("{managed:?}").contains("ghp_")
    );
}

#[test]
fn the_environment_wins_over_the_secret_unless_it_is_blank() {
    let told = json!({ "TENON_INVITE_TOKEN_KEYS": KEYS, "TENON_GITHUB_TOKEN": "there" });
    for (here, wins) in [("here", "here"), ("", "there"), (" ", "there")] {
        let managed = started(&[("TENON_GITHUB_TOKEN", here)]).unwrap();
        assert_eq!(token(&managed.read(&told.to_string()).unwrap()), wins, "{here:?}");
    }
}

#[test]
fn an_app_is_named_in_the_environment_and_its_key_is_in_the_secret() {
    let app = [("TENON_GITHUB_APP_ID", "Iv1.a"), ("TENON_GITHUB_APP_INSTALLATION_ID", "7")];
    let told = json!({ "TENON_INVITE_TOKEN_KEYS": KEYS, "TENON_GITHUB_APP_PRIVATE_KEY": *PEM });

    let secrets = started(&app).unwrap().read(&told.to_string()).unwrap();

    let GitHubIdentity::App { id, installation, .. } = secrets.github else { panic!("an App") };
    assert_eq!((id.as_str(), installation), ("Iv1.a", Some(7)));
    let both = json!({ "TENON_INVITE_TOKEN_KEYS": KEYS, "TENON_GITHUB_APP_PRIVATE_KEY": *PEM, "TENON_GITHUB_TOKEN": "t" });
    assert_eq!(refused(&app, &both), ["TENON_GITHUB_TOKEN must not be set beside a GitHub App"]);
}

#[test]
fn what_the_open_settings_tell_is_judged_at_the_start() {
    for (more, told) in [
        (
            vec![("TENON_GITHUB_APP_INSTALLATION_ID", "7")],
            "TENON_GITHUB_APP_ID must be set with the rest of a GitHub App",
        ),
        (
            vec![("TENON_GITHUB_APP_ID", "1"), ("TENON_GITHUB_TOKEN", "t")],
            "TENON_GITHUB_TOKEN must not be set beside a GitHub App",
        ),
        (vec![("TENON_GITHUB_TOKEN", "to\nken")], "TENON_GITHUB_TOKEN must be printable ASCII"),
        (vec![("TENON_EMAIL_PROVIDER", "smtp")], "SMTP_HOST must be set"),
        (
            vec![("TENON_EMAIL_PROVIDER", "post")],
            "TENON_EMAIL_PROVIDER must be ses, smtp, resend, sendgrid or console",
        ),
    ] {
        assert_eq!(started(&more).unwrap_err(), [told]);
    }
    for elsewhere in [("TENON_EMAIL_PROVIDER", "sendgrid"), ("SMTP_USERNAME", "me")] {
        assert!(started(&[elsewhere]).is_ok(), "{elsewhere:?}");
    }
}

#[test]
fn everything_wrong_in_a_secret_is_told_by_name_and_never_by_value() {
    let told = json!({
        "TENON_TABLE_NAME": "hush-hush",
        "TENON_TYPO": "hush-hush",
        "hush-hush": "x",
        "TENON_GITHUB_TOKEN": 7,
    });
    let expected = [
        "TENON_GITHUB_TOKEN must be a text",
        "TENON_TABLE_NAME is no secret setting",
        "TENON_TYPO is no secret setting",
        "a name of other letters than A-Z, 0-9 and _ is no secret setting",
    ];
    assert_eq!(refused(&[], &told), expected);

    let told = json!({ "TENON_INVITE_TOKEN_KEYS": "hush-hush", "SMTP_PASSWORD": "hush-hush" });
    let expected = [
        "TENON_INVITE_TOKEN_KEYS must list <version 0-255>:<base64 of 32 bytes or more>, each version once",
        "TENON_GITHUB_TOKEN or a GitHub App must be set",
        "SMTP_PASSWORD must be set, or SMTP_USERNAME must not",
    ];
    assert_eq!(refused(&[], &told), expected);
    for text in ["hush-hush", "\"hush-hush\"", "[]", ""] {
        let told = started(&[]).unwrap().read(text).unwrap_err().0;
        assert_eq!(told, ["the secret must be a JSON object"], "{text}");
    }
}
