//! What GitHub tells us of without being asked: webhooks, as far as anything follows from them.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::activity::Push;
use crate::domain::repository::GitHubUsername;

/// How long a delivery is remembered. GitHub lets one be sent again for three days.
const REMEMBERED_FOR: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Something that happened on GitHub, and where to look for what it means. Nothing in it is trusted
/// beyond that: what a run came to, or whether a repository is there, is read from GitHub.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "notice")]
pub enum Notice {
    /// A workflow run began or ended.
    Run {
        /// GitHub's number of the repository.
        repository: u64,
        /// GitHub's number of the run.
        github_id: u64,
        /// Which of the two.
        turn: RunTurn,
    },
    /// Somebody pushed to a branch.
    Pushed {
        /// GitHub's number of the repository.
        repository: u64,
        /// What was pushed.
        push: Push,
    },
    /// Somebody became a collaborator: an invitation was accepted.
    CollaboratorAdded {
        /// GitHub's number of the repository.
        repository: u64,
        /// Who.
        username: GitHubUsername,
    },
    /// A repository was renamed, transferred, archived, edited or deleted.
    RepositoryChanged {
        /// GitHub's number of the repository.
        repository: u64,
    },
}

/// What a run came to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RunTurn {
    /// It waited, and began.
    Began,
    /// It ended, however.
    Ended,
}

/// A delivery that was taken; a second one of the same number is not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delivery {
    /// GitHub's number of the delivery; sent again, it is the same.
    pub id: Uuid,
    /// When the table may forget it, in seconds since 1970.
    expires_at_epoch: i64,
}

impl Delivery {
    /// The delivery `id`, taken at `now`.
    pub fn taken(id: Uuid, now: Timestamp) -> Self {
        let expires_at = now.checked_add(REMEMBERED_FOR).unwrap_or(Timestamp::MAX);
        Self { id, expires_at_epoch: expires_at.as_second() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_remembered_for_longer_than_github_sends_it_again() {
        let now: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        let taken = Delivery::taken(Uuid::nil(), now);
        assert_eq!(taken.expires_at_epoch - now.as_second(), 7 * 24 * 60 * 60);
    }
}
