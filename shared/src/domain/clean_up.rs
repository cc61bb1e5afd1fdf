//! When repositories of old work are put away: archived first, deleted later.

use jiff::{SignedDuration, Timestamp};

use crate::domain::candidate_session::{CandidateSession, Progress};
use crate::domain::workspace::Workspace;
use crate::domain::workspace::upkeep::{Kept, Obstacle};

/// How long a candidate who has not completed the simulation may do nothing before the work counts as
/// ended. Claiming, handing in and, as far as we hear of it, pushing count as doing something.
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
    /// It was claimed, and the candidate did nothing for [`INACTIVE_AFTER`].
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
                let last = session.pushed_at.map_or(last, |pushed| last.max(pushed));
                Self { at: later(last, INACTIVE_AFTER), by: Ending::Inactive }
            }
        }
    }

    /// The end for a repository that somebody came back to at some time: from then on a candidate has
    /// as long as they had before, and any other repository is kept as long as when the work ended.
    fn for_one_returned_to(self, at: Option<Timestamp>) -> Timestamp {
        match (self.by, at) {
            (Ending::Inactive, Some(at)) => self.at.max(later(at, INACTIVE_AFTER)),
            (Ending::Completed | Ending::InviteExpired, Some(at)) => self.at.max(at),
            (_, None) => self.at,
        }
    }
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

/// What is to become of the repository of `workspace` next, and from when on, where it is archived
/// `archive` and deleted `delete` days after the `end` of the work; none when nothing is.
pub fn next(
    workspace: &Workspace,
    end: EndOfWork,
    (archive, delete): (u32, u32),
) -> Option<(PutAway, Timestamp)> {
    workspace.repository.as_ref()?;
    let end = end.for_one_returned_to(workspace.upkeep.returned_at);
    let (step, at) = match workspace.upkeep.state {
        Kept::AsMade | Kept::WantedBack => (PutAway::Archive, later(end, days(archive))),
        // However late it was archived, it can be asked back as long as any other.
        Kept::Archived { at } | Kept::Deleting { archived_at: at } => {
            let archived_for = days(delete.saturating_sub(archive));
            (PutAway::Delete, later(end, days(delete)).max(later(at, archived_for)))
        }
        Kept::Deleted { .. } => return None,
    };
    match &workspace.upkeep.refusal {
        None => Some((step, at)),
        Some(refusal) if refusal.why == Obstacle::NotOurs => None,
        Some(refusal) => Some((step, at.max(later(refusal.at, TRY_AGAIN_AFTER)))),
    }
}

fn days(number: u32) -> SignedDuration {
    SignedDuration::from_hours(i64::from(number) * 24)
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::workspace::{example as workspace, example_made as ready};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn next_of(workspace: &Workspace, by: Ending) -> Option<(PutAway, Timestamp)> {
        next(workspace, EndOfWork { at: at("2026-03-02T09:00:00Z"), by }, (30, 180))
    }

    fn next_after(workspace: &Workspace) -> Option<(PutAway, Timestamp)> {
        next_of(workspace, Ending::Completed)
    }

    #[test]
    fn who_comes_back_after_doing_nothing_has_as_long_again() {
        let archived = ready().kept(Kept::Archived { at: at("2026-04-01T09:00:00Z") });
        let back = archived.wanted_back(at("2026-05-01T00:00:00Z"));

        let later = at("2026-08-29T00:00:00Z");
        assert_eq!(next_of(&back, Ending::Inactive), Some((PutAway::Archive, later)));
    }

    #[test]
    fn what_somebody_took_out_of_the_archive_is_kept_as_long_as_when_the_work_ended() {
        let archived = ready().kept(Kept::Archived { at: at("2026-04-01T09:00:00Z") });
        let back = archived.returned(at("2026-08-29T09:00:00Z"));

        let later = Some((PutAway::Archive, at("2026-09-28T09:00:00Z")));
        assert_eq!(next_after(&back), later);
        assert_eq!(next_of(&back, Ending::InviteExpired), later);
    }

    #[test]
    fn a_repository_is_archived_before_it_is_deleted_however_late_it_is() {
        let archive = (PutAway::Archive, at("2026-04-01T09:00:00Z"));
        let delete = (PutAway::Delete, at("2026-08-29T09:00:00Z"));
        let since = at("2027-01-01T00:00:00Z");

        assert_eq!(next_after(&workspace()), None);
        assert_eq!(next_after(&ready()), Some(archive));
        let archived = ready().kept(Kept::Archived { at: archive.1 });
        assert_eq!(next_after(&archived), Some(delete));
        let late = ready().kept(Kept::Archived { at: since });
        let much_later = (PutAway::Delete, at("2027-05-31T00:00:00Z"));
        assert_eq!(next_after(&late), Some(much_later));
        assert_eq!(next_after(&late.kept(Kept::Deleting { archived_at: since })), Some(much_later));
        let deleted = ready().kept(Kept::Deleted { at: since });
        assert_eq!(next_after(&deleted), None);
        assert_eq!(deleted.wanted_back(since).repository, None);
    }

    #[test]
    fn what_is_not_ours_is_never_touched_and_what_we_may_not_do_is_tried_a_day_later() {
        let since = at("2026-04-01T09:00:05Z");

        let strange = ready().not_put_away(Obstacle::NotOurs, since);
        assert_eq!(next_after(&strange), None);
        let denied = ready().not_put_away(Obstacle::PermissionMissing, since);
        let tomorrow = at("2026-04-02T09:00:05Z");
        assert_eq!(next_after(&denied), Some((PutAway::Archive, tomorrow)));
    }
}
