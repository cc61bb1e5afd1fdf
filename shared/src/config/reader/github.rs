//! GitHub: where it is, and how much we ask of it.

use crate::config::reader::{Reader, listed};
use crate::config::settings::{self, Setting};
use crate::config::{Cleanup, CreateLimits, GitHubConfig};
use crate::domain::repository::RepositoryName;

/// A century: whoever means never leaves cleaning up switched off.
const DAYS_MAX: u64 = 36_500;

impl Reader<'_> {
    pub(super) fn github(&mut self) -> Option<GitHubConfig> {
        let api_base = self.url(settings::GITHUB_API_BASE);
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
        let cleanup = self.cleanup();
        Some(GitHubConfig {
            api_base: api_base?,
            organization,
            workflow_file,
            protected_paths: listed(&paths),
            repository_prefix: prefix,
            creates,
            cleanup,
        })
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
