//! A day is handed in: its repository stays to be read, and nobody pushes to it any more.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::repository::GitHubUsername;
use crate::domain::workspace::{Collaborator, Right, Workspace};

/// How often GitHub may say that the right to push is still there before somebody is told.
const REFUSALS_MAX: u32 = 5;

/// How far taking back the right to push is.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "state")]
pub enum Closing {
    /// The day is worked on, or was handed in a moment ago.
    #[default]
    Open,
    /// It is being taken back.
    Lowering {
        /// How often GitHub said afterwards that it was still there.
        refusals: u32,
    },
    /// GitHub said that nobody but us may push.
    Closed {
        /// When.
        at: Timestamp,
    },
    /// It could not be taken back, or nobody could tell; a person must look.
    StillWritable {
        /// Since when that is known.
        at: Timestamp,
    },
}

/// The next thing to do for a day that is handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClosingStep {
    /// Take access back from an account that is no longer the candidate's.
    Remove(GitHubUsername),
    /// Let the candidate's account read.
    LetRead(GitHubUsername),
    /// Leave the account, or whoever accepts its invitation, nothing but reading.
    Lower(Collaborator),
    /// Ask GitHub whether the account may still push.
    Verify(GitHubUsername),
}

impl Workspace {
    /// What has yet to be done now that the day is handed in, for a candidate who is known to GitHub
    /// as `username`; none once nobody but us may push.
    pub fn closing_step(&self, username: Option<&GitHubUsername>) -> Option<ClosingStep> {
        self.repository.as_ref()?;
        if self.is_put_away() {
            // Nobody may push to what is archived, and its rights cannot be changed.
            return None;
        }
        let unknown = |name: &GitHubUsername| {
            self.unknown_username.as_ref().is_some_and(|unknown| unknown.is_same_account(name))
        };
        if let Some(name) = self.invited_by_mistake(username) {
            return Some(ClosingStep::Remove(name.clone()));
        }
        match (&self.collaborator, username) {
            (Some(given), Some(name)) if !given.username.is_same_account(name) => {
                Some(ClosingStep::Remove(given.username.clone()))
            }
            (None, Some(name)) if !unknown(name) => Some(ClosingStep::LetRead(name.clone())),
            (Some(given), _) if given.right == Right::Push => {
                Some(ClosingStep::Lower(given.clone()))
            }
            (Some(given), _) if !matches!(self.closing, Closing::Closed { .. }) => {
                Some(ClosingStep::Verify(given.username.clone()))
            }
            _ => None,
        }
    }

    /// The workspace once access was taken back from `username`, who may be the one who was let in.
    pub fn removed(self, username: &GitHubUsername) -> Self {
        let given = self.collaborator.as_ref().map(|given| &given.username);
        let another = given.is_some_and(|given| !given.is_same_account(username));
        let after = self.without(username);
        if another { after } else { after.lowered(None) }
    }

    /// The workspace once an account may only read; whether that is so has yet to be asked.
    pub fn lowered(mut self, to: Option<Collaborator>) -> Self {
        self.collaborator = to.map(|given| Collaborator { right: Right::Read, ..given });
        self.closing = match self.closing {
            Closing::Lowering { refusals } => Closing::Lowering { refusals },
            _ => Closing::Lowering { refusals: 0 },
        };
        self
    }

    /// The workspace after GitHub said that nobody but us may push.
    pub fn closed(mut self, at: Timestamp) -> Self {
        self.closing = Closing::Closed { at };
        // Who accepts it may only read: nobody waits for that.
        self.invitation = None;
        self
    }

    /// The workspace after GitHub said that the account may push after all.
    pub fn still_pushed_to(mut self) -> Self {
        let refusals = match self.closing {
            Closing::Lowering { refusals } => refusals + 1,
            _ => 1,
        };
        self.closing = Closing::Lowering { refusals };
        self.unsure()
    }

    /// The workspace when somebody may have given the right to push back meanwhile.
    pub fn unsure(mut self) -> Self {
        if let Some(given) = &mut self.collaborator {
            given.right = Right::Push;
        }
        if let Closing::Closed { .. } = self.closing {
            self.closing = Closing::Lowering { refusals: 0 };
        }
        self
    }

    /// Whether it was tried often enough.
    pub fn cannot_be_closed(&self) -> bool {
        matches!(self.closing, Closing::Lowering { refusals } if refusals >= REFUSALS_MAX)
    }

    /// The workspace when taking the right back is given up; none when nobody has it.
    pub fn left_writable(mut self, at: Timestamp) -> Option<Self> {
        let closed = matches!(self.closing, Closing::Closed { .. });
        if closed || self.collaborator.is_none() {
            return None;
        }
        self.closing = Closing::StillWritable { at };
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::workspace::upkeep::Kept;
    use crate::domain::workspace::{example as workspace, example_made as ready};

    fn name(text: &str) -> GitHubUsername {
        GitHubUsername::parse(text).unwrap()
    }

    fn given(right: Right) -> Collaborator {
        Collaborator { username: name("ada"), right, invitation: Some(7) }
    }

    #[test]
    fn a_day_is_closed_step_by_step_and_the_end_is_that_github_says_so() {
        let (ada, at) = (name("ada"), Timestamp::UNIX_EPOCH);
        let mut day = ready();
        day.collaborator = Some(given(Right::Push));

        assert_eq!(day.closing_step(Some(&ada)), Some(ClosingStep::Lower(given(Right::Push))));
        let day = day.lowered(Some(given(Right::Push)));
        assert_eq!(day.collaborator, Some(given(Right::Read)));
        assert_eq!(day.closing_step(Some(&ada)), Some(ClosingStep::Verify(ada.clone())));
        let day = day.closed(at);
        assert_eq!((day.closing_step(Some(&ada)), day.closing_step(None)), (None, None));

        let eve = name("eve");
        assert_eq!(day.closing_step(Some(&eve)), Some(ClosingStep::Remove(ada)));
        let day = day.lowered(None);
        assert_eq!(day.closing_step(Some(&eve)), Some(ClosingStep::LetRead(eve)));
    }

    #[test]
    fn without_a_repository_or_anybody_in_it_there_is_nothing_to_close() {
        let ada = name("ada");
        assert_eq!(workspace().closing_step(Some(&ada)), None);
        assert_eq!(ready().closing_step(None), None);
        assert_eq!(ready().left_writable(Timestamp::UNIX_EPOCH), None);
    }

    #[test]
    fn an_account_that_github_does_not_know_and_what_is_archived_are_left_alone() {
        let (ada, eve) = (name("ada"), name("eve"));
        let mut day = ready();
        day.unknown_username = Some(name("ADA"));
        assert_eq!(day.closing_step(Some(&ada)), None);
        assert_eq!(day.closing_step(Some(&eve)), Some(ClosingStep::LetRead(eve.clone())));

        let at = Timestamp::UNIX_EPOCH;
        day.collaborator = Some(given(Right::Push));
        assert_eq!(day.clone().kept(Kept::Archived { at }).closing_step(Some(&eve)), None);
        assert_eq!(day.kept(Kept::Deleted { at }).closing_step(Some(&ada)), None);
    }

    #[test]
    fn the_fifth_refusal_is_the_last_and_what_is_unsure_is_done_again() {
        let mut day = ready().lowered(Some(given(Right::Read)));
        for refusals in 1..=5 {
            assert!(!day.cannot_be_closed(), "{refusals}");
            day = day.still_pushed_to();
            assert_eq!(day.closing, Closing::Lowering { refusals });
            assert_eq!(day.collaborator, Some(given(Right::Push)));
        }
        assert!(day.cannot_be_closed());

        let closed = ready().lowered(Some(given(Right::Read))).closed(Timestamp::UNIX_EPOCH);
        assert_eq!(closed.clone().left_writable(Timestamp::UNIX_EPOCH), None);
        let unsure = closed.unsure();
        assert_eq!(unsure.closing, Closing::Lowering { refusals: 0 });
        assert_eq!(unsure.closing_step(None), Some(ClosingStep::Lower(given(Right::Push))));
    }
}
