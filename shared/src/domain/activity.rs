//! When a candidate pushed, and what: the timeline of a workspace. No text of a candidate is in it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::id::CandidateSessionId;
use crate::domain::repository::{BranchName, CommitSha};
use crate::domain::task::Day;

/// How many pushes of a workspace are kept: the newest.
pub const PUSHES_MAX: usize = 50;

/// A push to a branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Push {
    /// GitHub's number of the delivery that told of it.
    pub delivery: Uuid,
    /// When we heard of it. The times of commits are the candidate's to choose.
    pub at: Timestamp,
    /// How many commits it brought; GitHub tells of at most 2,048.
    pub commits: u32,
    /// The branch's newest commit after it.
    pub head: CommitSha,
    /// The branch; none where its name is not one we accept.
    pub branch: Option<BranchName>,
    /// Whether it took commits away.
    pub forced: bool,
}

/// The pushes to one workspace, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Activity {
    /// Whose.
    pub session: CandidateSessionId,
    /// Which of the code days.
    pub day: Day,
    /// The newest pushes, newest first; at most [`PUSHES_MAX`].
    pub pushes: Vec<Push>,
}

impl Activity {
    /// No push yet.
    pub const fn none(session: CandidateSessionId, day: Day) -> Self {
        Self { session, day, pushes: Vec::new() }
    }

    /// With `push` in its place; none when it is there already, or older than all that are kept. Where
    /// its branch is as the newest push left it, it is that one, told under another number.
    pub fn with(mut self, push: Push) -> Option<Self> {
        if self.pushes.iter().any(|known| known.delivery == push.delivery) {
            return None;
        }
        let newest = self.pushes.iter().find(|known| known.branch == push.branch);
        if newest.is_some_and(|newest| newest.head == push.head) {
            return None;
        }
        let place = self.pushes.partition_point(|known| known.at > push.at);
        if place == PUSHES_MAX {
            return None;
        }
        self.pushes.insert(place, push);
        self.pushes.truncate(PUSHES_MAX);
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(number: u8, minute: u8) -> Push {
        Push {
            delivery: Uuid::from_u128(number.into()),
            at: format!("2026-03-02T09:{minute:02}:00Z").parse().unwrap(),
            commits: 1,
            head: CommitSha::parse(&format!("{number:040x}")).unwrap(),
            branch: BranchName::parse("main").ok(),
            forced: false,
        }
    }

    fn nothing() -> Activity {
        Activity::none(CandidateSessionId::new(12), Day::new(2).unwrap())
    }

    #[test]
    fn pushes_stand_newest_first_in_whatever_order_they_are_told() {
        let told = [(1, 5), (2, 9), (3, 1)].map(|(number, minute)| push(number, minute));
        let all = told.into_iter().fold(nothing(), |all, push| all.with(push).unwrap());
        let order: Vec<_> = all.pushes.iter().map(|push| push.delivery.as_u128()).collect();
        assert_eq!(order, [2, 1, 3]);
    }

    #[test]
    fn a_push_that_is_told_twice_is_one() {
        let once = nothing().with(push(1, 5)).unwrap();
        assert_eq!(once.clone().with(push(1, 5)), None);
        let replayed = Push { delivery: Uuid::from_u128(9), ..push(1, 7) };
        assert_eq!(once.clone().with(replayed), None);
        let twice = once.with(push(2, 5)).unwrap();
        assert_eq!(twice.pushes.len(), 2);
        // Taken back to where it was before, the branch has changed.
        let back = Push { delivery: Uuid::from_u128(9), ..push(1, 7) };
        assert_eq!(twice.with(back).unwrap().pushes.len(), 3);
    }

    #[test]
    fn the_newest_fifty_are_kept() {
        let full = (0..50).fold(nothing(), |all, n| all.with(push(n, n + 1)).unwrap());
        let newer = full.clone().with(push(50, 59)).unwrap();

        assert_eq!((newer.pushes.len(), newer.pushes[0].delivery.as_u128()), (PUSHES_MAX, 50));
        assert_eq!(newer.pushes[49].delivery.as_u128(), 1, "the oldest gave way");
        assert_eq!(full.with(push(51, 0)), None, "older than all that are kept");
    }
}
