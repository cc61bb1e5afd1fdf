//! Why a workspace cannot be made, and when that is tried again.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How long somebody may take to mend what is wrong before nobody tries any more.
pub const PATIENCE: SignedDuration = SignedDuration::from_hours(24);
/// How long GitHub may take to copy a template before that is a failure.
pub const COPYING_LIMIT: SignedDuration = SignedDuration::from_mins(10);
/// How long a workspace is left alone before somebody's asking has it tried at once.
const HURRY_AFTER: SignedDuration = SignedDuration::from_secs(30);
/// The pause before something that a person has to mend is tried again.
const MENDING: SignedDuration = SignedDuration::from_mins(15);
/// The pause after a rate limit that does not say how long it lasts.
const LIMITED: SignedDuration = SignedDuration::from_secs(60);
/// The longest pause while GitHub copies.
const COPYING_MAX: SignedDuration = SignedDuration::from_secs(15);

/// What keeps a workspace from being made, or from being opened to its candidate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WorkspaceReason)]
pub enum Reason {
    /// The template is not there, or has another name now.
    TemplateMissing,
    /// The repository named as template is not marked as one.
    TemplateNotATemplate,
    /// Tenon may not do this on GitHub.
    PermissionMissing,
    /// GitHub does not take Tenon's credentials.
    CredentialsRefused,
    /// A repository that is not ours has the name.
    NameTaken,
    /// GitHub is still copying the template.
    NotReadyYet,
    /// GitHub has had too many calls.
    RateLimited,
    /// GitHub fails or does not answer.
    GithubAway,
    /// GitHub understood and refuses, and we cannot tell why.
    GithubRefused,
    /// The repository was made, and is gone.
    RepositoryMissing,
    /// GitHub knows no account by the candidate's username, or lets it not be invited.
    UsernameUnknown,
    /// It failed again and again in a part of ours.
    Internal,
}

impl Reason {
    /// What a recruiter reads: never a word of GitHub's.
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::TemplateMissing => {
                "The template repository was not found on GitHub: it was renamed, deleted, or \
                 Tenon cannot see it."
            }
            Self::TemplateNotATemplate => {
                "The template repository is not marked as a template on GitHub."
            }
            Self::PermissionMissing => "Tenon lacks a permission that it needs on GitHub.",
            Self::CredentialsRefused => "GitHub does not accept Tenon's credentials.",
            Self::NameTaken => {
                "Another repository on GitHub already has the name of the candidate's."
            }
            Self::NotReadyYet => "GitHub is still copying the template.",
            Self::RateLimited => "GitHub allows no more calls for the moment.",
            Self::GithubAway => "GitHub is not available at the moment.",
            Self::GithubRefused => "GitHub refused to make the repository.",
            Self::RepositoryMissing => "The candidate's repository is no longer on GitHub.",
            Self::UsernameUnknown => {
                "GitHub cannot invite the account that the candidate named: it may be misspelt."
            }
            Self::Internal => "The repository could not be made because of a failure in Tenon.",
        }
    }

    /// The pause after the `attempts`th failure in a row.
    fn pause(self, attempts: u32, troubled: SignedDuration) -> SignedDuration {
        let doubled = SignedDuration::from_secs(1 << attempts.min(10));
        match self {
            Self::NotReadyYet if troubled < COPYING_LIMIT => doubled.min(COPYING_MAX),
            Self::GithubAway => doubled.min(MENDING),
            Self::RateLimited => LIMITED,
            Self::NotReadyYet
            | Self::TemplateMissing
            | Self::TemplateNotATemplate
            | Self::PermissionMissing
            | Self::CredentialsRefused
            | Self::NameTaken
            | Self::GithubRefused
            | Self::RepositoryMissing
            | Self::UsernameUnknown
            | Self::Internal => MENDING,
        }
    }
}

/// A step of a workspace that could not be taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trouble {
    /// Why, the last time.
    pub reason: Reason,
    /// When it began; a step that succeeds ends it.
    pub since: Timestamp,
    /// How often it was tried since.
    pub attempts: u32,
    /// When it was last tried.
    pub at: Timestamp,
    /// When it is tried again; `None` once nobody does so by themselves.
    pub again_at: Option<Timestamp>,
}

impl Trouble {
    /// The trouble after a step failed for `reason` at `now`, and GitHub asked to be left alone for
    /// `wanted`. It is tried again for a day: an admin who grants a permission mends it.
    pub fn after(
        before: Option<&Self>,
        reason: Reason,
        wanted: Option<SignedDuration>,
        now: Timestamp,
    ) -> Self {
        let since = before.map_or(now, |before| before.since);
        let attempts = before.map_or(0, |before| before.attempts).saturating_add(1);
        let troubled = now.duration_since(since);
        let pause = match (reason, wanted) {
            (Reason::RateLimited, Some(wanted)) => wanted,
            _ => wanted.unwrap_or_default().max(reason.pause(attempts, troubled)),
        };
        let again_at = (troubled < PATIENCE).then(|| now.checked_add(pause).ok()).flatten();
        Self { reason, since, attempts, at: now, again_at }
    }

    /// The trouble once its job is given up for good.
    pub fn given_up(before: Option<&Self>, now: Timestamp) -> Self {
        let trouble = Self::after(before, Reason::Internal, None, now);
        let reason = before.map_or(trouble.reason, |before| before.reason);
        Self { reason, again_at: None, ..trouble }
    }

    /// Whether nobody tries any more by themselves.
    pub const fn is_given_up(&self) -> bool {
        self.again_at.is_none()
    }

    /// Whether it is no trouble yet: GitHub takes its time to copy.
    pub fn is_patience(&self) -> bool {
        let troubled = self.at.duration_since(self.since);
        self.reason == Reason::NotReadyYet && troubled < COPYING_LIMIT && !self.is_given_up()
    }

    /// Whether somebody who asks at `now` has it tried at once.
    pub fn is_worth_hurrying(&self, now: Timestamp) -> bool {
        self.is_given_up() || now.duration_since(self.at) >= HURRY_AFTER
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nine() -> Timestamp {
        "2026-03-02T09:00:00Z".parse().unwrap()
    }

    /// The pauses, in seconds, after which `reason` is tried again until it is given up.
    fn pauses(reason: Reason) -> Vec<i64> {
        let (mut now, mut pauses) = (nine(), Vec::new());
        let mut trouble = Trouble::after(None, reason, None, now);
        while let Some(again) = trouble.again_at {
            pauses.push(again.duration_since(now).as_secs());
            now = again;
            trouble = Trouble::after(Some(&trouble), reason, None, now);
        }
        pauses
    }

    #[test]
    fn what_a_person_mends_is_tried_every_quarter_of_an_hour_for_a_day() {
        for reason in [Reason::PermissionMissing, Reason::TemplateMissing, Reason::NameTaken] {
            assert_eq!(pauses(reason), vec![900; 96], "{reason:?}");
        }
    }

    #[test]
    fn github_is_waited_for_longer_and_longer_and_a_copy_in_short_steps_for_ten_minutes() {
        let away = pauses(Reason::GithubAway);
        assert_eq!(away[..10], [2, 4, 8, 16, 32, 64, 128, 256, 512, 900]);
        assert_eq!(away.last(), Some(&900));

        let copying = pauses(Reason::NotReadyYet);
        assert_eq!(copying[..5], [2, 4, 8, 15, 15]);
        let short = copying.iter().take_while(|pause| **pause < 900).sum::<i64>();
        assert!((600..615).contains(&short), "{short}");
    }

    #[test]
    fn a_pause_that_github_asks_for_is_kept() {
        let wanted = Some(SignedDuration::from_secs(5));
        let again = |reason| {
            let trouble = Trouble::after(None, reason, wanted, nine());
            trouble.again_at.unwrap().duration_since(nine()).as_secs()
        };
        assert_eq!((again(Reason::RateLimited), again(Reason::GithubAway)), (5, 5));
        assert_eq!(again(Reason::PermissionMissing), 900);
    }

    #[test]
    fn a_copy_that_takes_long_is_a_trouble_and_one_that_does_not_is_none() {
        let begun = Trouble::after(None, Reason::NotReadyYet, None, nine());
        assert!(begun.is_patience());
        let late = nine() + COPYING_LIMIT;
        assert!(!Trouble::after(Some(&begun), Reason::NotReadyYet, None, late).is_patience());
        assert!(!Trouble::given_up(Some(&begun), nine()).is_patience());
    }

    #[test]
    fn asking_hurries_what_was_given_up_at_once_and_the_rest_every_half_minute() {
        let waiting = Trouble::after(None, Reason::NameTaken, None, nine());
        let soon = nine() + SignedDuration::from_secs(29);
        assert!(!waiting.is_worth_hurrying(soon));
        assert!(waiting.is_worth_hurrying(soon + SignedDuration::from_secs(1)));
        let given_up = Trouble::given_up(Some(&waiting), nine());
        assert_eq!(
            (given_up.reason, given_up.is_worth_hurrying(nine())),
            (Reason::NameTaken, true)
        );
    }
}
