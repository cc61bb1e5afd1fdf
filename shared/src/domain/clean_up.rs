//! When repositories of old work are put away: archived first, deleted later.

use jiff::{SignedDuration, Timestamp};

use crate::domain::candidate_session::{CandidateSession, Progress};
use crate::domain::workspace::Workspace;
use crate::domain::workspace::upkeep::{Kept, Obstacle};

/// How long a candidate who has not completed the simulation may do nothing before the work counts as
/// ended. Only claiming and handing in count as doing something.
pub const INACTIVE_AFTER: SignedDuration = SignedDuration::from_hours(90 * 24);
/// How long to wait before it is tried again what we were not allowed to do.
const TRY_AGAIN_AFTER: SignedDuration = SignedDuration::from_hours(24);

/// When a candidate's work ended, or will have ended unless they do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EndOfWork {
    /// When.
    pub at: Timestamp,
    /// By what.
    pub by: Ending,
}

/// What ended a candidate's work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// All days are handed in.
    Completed,
    /// Nobody claimed the invite in its time.
    InviteExpired,
    /// It was claimed, and nothing happened for [`INACTIVE_AFTER`].
    Inactive,
}

impl Ending {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::InviteExpired => "invite_expired",
            Self::Inactive => "inactive",
        }
    }
}

impl EndOfWork {
    /// The end of the work of `session`, by what is known now.
    pub fn of(session: &CandidateSession) -> Self {
        match &session.progress {
            Progress::NotStarted => {
                Self { at: session.invite.expires_at, by: Ending::InviteExpired }
            }
            Progress::Completed { completed_at, .. } => {
                Self { at: *completed_at, by: Ending::Completed }
            }
            Progress::InProgress { claim, submitted_at, .. } => {
                let last = submitted_at.unwrap_or(claim.at);
                Self { at: later(last, INACTIVE_AFTER), by: Ending::Inactive }
            }
        }
    }

    /// When the repositories are put away, `archive` and `delete` days after this.
    pub fn dates(self, archive: u32, delete: u32) -> Dates {
        let after = |days: u32| later(self.at, SignedDuration::from_hours(i64::from(days) * 24));
        Dates { archive_at: after(archive), delete_at: after(delete) }
    }
}

/// When the repositories of a session are put away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dates {
    /// From then on they are archived.
    pub archive_at: Timestamp,
    /// From then on they are deleted.
    pub delete_at: Timestamp,
}

/// What is to become of a repository next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PutAway {
    /// Archive it.
    Archive,
    /// Delete it, which is archived.
    Delete,
}

impl PutAway {
    /// The word for it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Archive => "archive",
            Self::Delete => "delete",
        }
    }
}

/// What is to become of the repository of `workspace` next, and from when on; none when nothing is.
pub fn next(workspace: &Workspace, dates: Dates) -> Option<(PutAway, Timestamp)> {
    workspace.repository.as_ref()?;
    let (step, at) = match workspace.upkeep.state {
        Kept::AsMade | Kept::WantedBack => (PutAway::Archive, dates.archive_at),
        Kept::Archived { .. } => (PutAway::Delete, dates.delete_at),
        Kept::Deleted { .. } => return None,
    };
    match &workspace.upkeep.refusal {
        None => Some((step, at)),
        Some(refusal) if refusal.why == Obstacle::NotOurs => None,
        Some(refusal) => Some((step, at.max(later(refusal.at, TRY_AGAIN_AFTER)))),
    }
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}
