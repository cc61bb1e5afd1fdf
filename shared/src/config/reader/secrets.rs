//! The secret settings, wherever they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::config::app_key::AppKey;
use crate::config::reader::{Reader, listed};
use crate::config::secrets::{GitHubIdentity, Login, ManagedSecrets, Secrets, SecretsAt};
use crate::config::settings::{self, Setting, mail};
use crate::config::{ConfigErrors, Environment};
use crate::domain::invite_token::InviteKeys;
use crate::secret::Secret;

/// One secret, or two while it is changed.
const WEBHOOK_SECRETS_MAX: usize = 2;

impl Reader<'_> {
    /// The secret settings where all of them are in the environment. Where some are elsewhere, those of
    /// the environment are looked at all the same: what is wrong there is told at start.
    pub(super) fn secrets_at(&mut self) -> Option<SecretsAt> {
        let endpoint = self.endpoint(settings::SECRETS_ENDPOINT);
        let arn = self.text(settings::SECRET_ARN);
        self.elsewhere = arn.is_some();
        let secrets = self.secrets();
        let Some(arn) = arn else {
            return secrets.map(|secrets| SecretsAt::Environment(Arc::new(secrets)));
        };
        if !is_arn(&arn) {
            self.mistake(settings::SECRET_ARN, "must be the ARN of a secret of Secrets Manager");
        }
        let managed = ManagedSecrets::new(arn, endpoint, self.lookup);
        Some(SecretsAt::Manager(Box::new(managed)))
    }

    /// The secret settings by themselves, or every mistake there is in them.
    pub(in crate::config) fn secrets_alone(mut self) -> Result<Secrets, ConfigErrors> {
        self.environment = self.environment();
        match self.secrets() {
            Some(secrets) if self.mistakes.is_empty() => Ok(secrets),
            _ => Err(ConfigErrors(self.mistakes)),
        }
    }

    fn secrets(&mut self) -> Option<Secrets> {
        let invite_keys = self.invite_keys();
        let admin_key = self.key(settings::ADMIN_KEY);
        let github = self.github_identity();
        let webhook_keys = self.webhook_secrets();
        let mail_key = self.mail_key();
        let smtp_login = self.smtp_login();
        Some(Secrets {
            invite_keys: invite_keys?,
            admin_key,
            github: github?,
            webhook_keys,
            mail_key,
            smtp_login,
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

    /// An App where one is named, the token otherwise; both is a mistake, because one of them would
    /// have no effect.
    pub(super) fn github_identity(&mut self) -> Option<GitHubIdentity> {
        let token = self.key(settings::GITHUB_TOKEN);
        let key = self.text(settings::GITHUB_APP_KEY);
        let installation = self.text(settings::GITHUB_APP_INSTALLATION);
        let Some(id) = self.text(settings::GITHUB_APP_ID) else {
            if key.is_some() || installation.is_some() {
                self.mistake(settings::GITHUB_APP_ID, "must be set with the rest of a GitHub App");
            } else if token.is_none() {
                self.missing(settings::GITHUB_TOKEN, "or a GitHub App must be set");
            }
            return token.map(GitHubIdentity::Token);
        };
        if token.is_some() {
            self.mistake(settings::GITHUB_TOKEN, "must not be set beside a GitHub App");
        }
        let installation = installation.map(|text| text.parse().ok().filter(|id| *id > 0));
        if installation == Some(None) {
            self.mistake(settings::GITHUB_APP_INSTALLATION, "must be a whole number above 0");
        }
        if key.is_none() {
            self.missing(settings::GITHUB_APP_KEY, "must be set with TENON_GITHUB_APP_ID");
        }
        // An environment file has no lines in a value.
        let Ok(private_key) = AppKey::parse(&key?.replace("\\n", "\n")) else {
            self.mistake(settings::GITHUB_APP_KEY, "must be an RSA key in PEM");
            return None;
        };
        Some(GitHubIdentity::App { id, private_key, installation: installation.flatten() })
    }

    fn webhook_secrets(&mut self) -> Vec<Secret> {
        let text = self.text(settings::GITHUB_WEBHOOK_SECRETS).unwrap_or_default();
        let secrets = listed(&text);
        if secrets.len() > WEBHOOK_SECRETS_MAX {
            self.mistake(settings::GITHUB_WEBHOOK_SECRETS, "must be one secret or two");
        }
        secrets.into_iter().map(Secret::new).collect()
    }

    /// The key of the provider that sends; a mistake in another one's is told too.
    fn mail_key(&mut self) -> Option<Secret> {
        let [resend, sendgrid] = [mail::RESEND_KEY, mail::SENDGRID_KEY].map(|key| self.key(key));
        match self.or_default(mail::MAIL_PROVIDER).to_lowercase().as_str() {
            "resend" => {
                self.needed(mail::RESEND_KEY);
                resend
            }
            "sendgrid" => {
                self.needed(mail::SENDGRID_KEY);
                sendgrid
            }
            _ => None,
        }
    }

    fn smtp_login(&mut self) -> Option<Login> {
        let name = self.text(mail::SMTP_USERNAME);
        let password = self.text(mail::SMTP_PASSWORD).map(Secret::new);
        if name.is_some() != password.is_some() {
            self.missing(mail::SMTP_PASSWORD, "must be set, or SMTP_USERNAME must not");
        }
        let tls = self.flag(mail::SMTP_TLS);
        if name.is_some() && !tls && self.environment == Environment::Prod {
            self.mistake(mail::SMTP_TLS, "must be on for a login");
        }
        Some(Login { name: name?, password: password? })
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
}

/// `arn:<partition>:secretsmanager:<region>:<account>:secret:<name>`.
fn is_arn(text: &str) -> bool {
    let parts: Vec<_> = text.splitn(7, ':').collect();
    matches!(*parts, ["arn", _, "secretsmanager", region, account, "secret", name]
        if [region, account, name].iter().all(|part| !part.is_empty()))
        && text.bytes().all(|byte| byte.is_ascii_graphic())
}
