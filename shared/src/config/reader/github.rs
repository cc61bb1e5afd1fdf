//! GitHub: where it is, who we are there, and how much we ask of it.

use crate::config::app_key::AppKey;
use crate::config::reader::{Reader, listed};
use crate::config::settings::{self, Setting};
use crate::config::{Cleanup, CreateLimits, GitHubConfig, GitHubIdentity};
use crate::domain::repository::RepositoryName;
use crate::secret::Secret;

/// One secret, or two while it is changed.
const WEBHOOK_SECRETS_MAX: usize = 2;
/// A century: whoever means never leaves cleaning up switched off.
const DAYS_MAX: u64 = 36_500;

impl Reader<'_> {
    pub(super) fn github(&mut self) -> Option<GitHubConfig> {
        let api_base = self.url(settings::GITHUB_API_BASE);
        let identity = self.github_identity();
        let workflow_file = self.or_default(settings::GITHUB_WORKFLOW);
        let prefix = self.or_default(settings::GITHUB_PREFIX);
        let paths = self.or_default(settings::GITHUB_PROTECTED);
        let organization = self.text(settings::GITHUB_ORG);
        // The longest that may follow the prefix: a session's and a task's number.
        let longest = format!("{prefix}0000000000000000-task0000000000000000");
        if RepositoryName::new(organization.as_deref().unwrap_or("any"), &longest).is_err() {
            self.mistake(
                settings::GITHUB_ORG,
                "and TENON_GITHUB_REPO_PREFIX must fit a repository's name",
            );
        }
        let creates = CreateLimits {
            per_second: self.count(settings::GITHUB_CREATES_SECOND),
            per_minute: self.count(settings::GITHUB_CREATES_MINUTE),
            per_hour: self.count(settings::GITHUB_CREATES_HOUR),
        };
        let webhook_secrets = self.webhook_secrets();
        let cleanup = self.cleanup();
        Some(GitHubConfig {
            api_base: api_base?,
            identity: identity?,
            organization,
            workflow_file,
            protected_paths: listed(&paths),
            repository_prefix: prefix,
            creates,
            webhook_secrets,
            cleanup,
        })
    }

    /// An App where one is named, the token otherwise; both is a mistake, because one of them would
    /// have no effect.
    fn github_identity(&mut self) -> Option<GitHubIdentity> {
        let token = self.key(settings::GITHUB_TOKEN);
        let key = self.text(settings::GITHUB_APP_KEY);
        let installation = self.text(settings::GITHUB_APP_INSTALLATION);
        let Some(id) = self.text(settings::GITHUB_APP_ID) else {
            if key.is_some() || installation.is_some() {
                self.mistake(settings::GITHUB_APP_ID, "must be set with the rest of a GitHub App");
            } else if token.is_none() {
                self.mistake(settings::GITHUB_TOKEN, "or a GitHub App must be set");
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
            self.mistake(settings::GITHUB_APP_KEY, "must be set with TENON_GITHUB_APP_ID");
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

    fn cleanup(&mut self) -> Cleanup {
        let archive_after_days = self.days(settings::GITHUB_ARCHIVE_DAYS);
        let delete_after_days = self.days(settings::GITHUB_DELETE_DAYS);
        if delete_after_days < archive_after_days {
            self.mistake(
                settings::GITHUB_DELETE_DAYS,
                "must not be below TENON_GITHUB_ARCHIVE_AFTER_DAYS",
            );
        }
        let enabled = self.flag(settings::GITHUB_CLEANUP);
        Cleanup { enabled, archive_after_days, delete_after_days }
    }

    fn days(&mut self, setting: Setting) -> u32 {
        let days = self.number(setting);
        if days > DAYS_MAX {
            self.mistake(setting, "must be at most 36500");
        }
        u32::try_from(days).unwrap_or(u32::MAX)
    }

    /// A number that may be 0.
    fn count(&mut self, setting: Setting) -> u32 {
        self.or_default(setting).parse().unwrap_or_else(|_not_one| {
            self.mistake(setting, "must be a whole number");
            0
        })
    }
}
