//! What has yet to be done for a workspace: one step at a time, each recorded as it is done.

use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::creates::Lane;
use crate::domain::job::redrive::RedriveRefused;
use crate::domain::repository::{BranchName, CommitSha, GitHubUsername, RepositoryName};
use crate::domain::standing::Standing;
use crate::domain::workspace::access::Invitation;
use crate::domain::workspace::trouble::Trouble;
use crate::domain::workspace::upkeep::Kept;
use crate::domain::workspace::{Collaborator, Repository, Right, Workspace};

/// One thing that has yet to be done for a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Have GitHub make the repository, or adopt it if it is there and ours.
    MakeRepository,
    /// See whether it is there, under whatever name, and have GitHub take it out of the archive.
    BringBack,
    /// Learn which commit the candidate starts from.
    ResolveBase(Repository),
    /// Take access back from an account that is no longer the candidate's.
    RemoveCollaborator(GitHubUsername),
    /// Give the candidate's account access.
    InviteCollaborator(GitHubUsername),
    /// See whether the invitation was accepted.
    LookAtInvitation(GitHubUsername),
}

/// What a job for a workspace does now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// This step.
    Take(Step),
    /// Nothing before that moment.
    Wait(Timestamp),
    /// Nothing any more.
    Nothing,
}

/// What a step brought.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Taken {
    /// GitHub has the repository.
    Repository(Repository),
    /// It is there, out of the archive: what it and its default branch are called.
    BroughtBack(RepositoryName, BranchName),
    /// It is nowhere, not even in the archive.
    Gone,
    /// The commit the candidate starts from.
    Base(CommitSha),
    /// The account has no access any more.
    Removed(GitHubUsername),
    /// The account was invited, under that number, or was in already.
    Invited(GitHubUsername, Option<u64>),
    /// GitHub cannot invite the account.
    Unknown(GitHubUsername),
    /// The account has accepted.
    Accepted(GitHubUsername),
    /// The account has not accepted yet.
    NotAccepted(GitHubUsername),
}

impl Step {
    /// How urgent the call is, where the step is one that GitHub counts as creating. One that failed
    /// before is no more urgent: what fails for all would leave nothing to those who wait.
    pub const fn lane(&self) -> Option<Lane> {
        match self {
            Self::MakeRepository => Some(Lane::Bulk),
            Self::InviteCollaborator(_) => Some(Lane::Prompt),
            Self::BringBack
            | Self::ResolveBase(_)
            | Self::RemoveCollaborator(_)
            | Self::LookAtInvitation(_) => None,
        }
    }
}

impl Workspace {
    /// What has yet to be done, in order, for a candidate who is known to GitHub as `username`.
    pub fn missing_steps(&self, username: Option<&GitHubUsername>) -> Vec<Step> {
        let Some(repository) = &self.repository else { return vec![Step::MakeRepository] };
        let mut steps = Vec::new();
        if self.upkeep.state == Kept::WantedBack {
            steps.push(Step::BringBack);
        }
        if self.base.is_none() {
            steps.push(Step::ResolveBase(repository.clone()));
        }
        steps.extend(self.invited_by_mistake(username).cloned().map(Step::RemoveCollaborator));
        if let Some(username) = username.filter(|name| !self.is_settled_for(name)) {
            let others = self.collaborator.as_ref().map(|given| given.username.clone());
            steps.extend(others.map(Step::RemoveCollaborator));
            steps.push(Step::InviteCollaborator(username.clone()));
        }
        steps
    }

    /// The account that GitHub may have been asked to invite, where that is not the one that the
    /// candidate is known as now.
    pub fn invited_by_mistake(&self, username: Option<&GitHubUsername>) -> Option<&GitHubUsername> {
        let (inviting, wanted) = self.inviting.as_ref().zip(username)?;
        (!inviting.is_same_account(wanted)).then_some(inviting)
    }

    /// The workspace before `step` is taken: who is invited is written down first, so that whoever
    /// comes after a lost answer knows.
    pub fn about_to(mut self, step: &Step) -> Self {
        if let Step::InviteCollaborator(username) = step {
            self.inviting = Some(username.clone());
        }
        self
    }

    /// Whether `username` was invited, or cannot be.
    fn is_settled_for(&self, username: &GitHubUsername) -> bool {
        let given = self.collaborator.as_ref().map(|given| &given.username);
        let mut settled = given.into_iter().chain(self.unknown_username.as_ref());
        settled.any(|name| name.is_same_account(username))
    }

    /// What a job does at `now`. A trouble is waited out before anything else; a step that creates
    /// something waits for its slot.
    pub fn next(&self, username: Option<&GitHubUsername>, now: Timestamp) -> Next {
        match self.trouble.as_ref().map(|trouble| trouble.again_at) {
            Some(None) => return Next::Nothing,
            Some(Some(at)) if at > now => return Next::Wait(at),
            _ => {}
        }
        if let Some(step) = self.missing_steps(username).into_iter().next() {
            return match self.slot.filter(|slot| *slot > now) {
                Some(slot) if step.lane().is_some() => Next::Wait(slot),
                _ => Next::Take(step),
            };
        }
        self.next_look(now)
    }

    fn next_look(&self, now: Timestamp) -> Next {
        let pending = self.collaborator.as_ref().filter(|given| given.invitation.is_some());
        let Some((given, invitation)) = pending.zip(self.invitation.as_ref()) else {
            return Next::Nothing;
        };
        match invitation.look_at {
            None => Next::Nothing,
            Some(at) if at > now => Next::Wait(at),
            Some(_) => Next::Take(Step::LookAtInvitation(given.username.clone())),
        }
    }

    /// The workspace once it holds a slot for its next creating call; `job` comes back for it.
    pub fn with_slot(mut self, slot: Timestamp, job: Uuid) -> Self {
        (self.slot, self.sleeper) = (Some(slot), Some(job));
        self
    }

    /// The workspace in trouble; `job` comes back for it. The slot is used up.
    pub fn in_trouble(mut self, trouble: Trouble, job: Option<Uuid>) -> Self {
        (self.trouble, self.slot, self.sleeper) = (Some(trouble), None, job);
        self
    }

    /// The workspace whose job was given up at `now`: in trouble, where anything is left to be done
    /// for a candidate who is known as `username`, so that it is tried again when somebody asks.
    pub fn given_up(self, username: Option<&GitHubUsername>, now: Timestamp) -> Self {
        match &self.trouble {
            Some(trouble) if trouble.is_given_up() => self,
            None if self.missing_steps(username).is_empty() => self,
            trouble => {
                let trouble = Trouble::given_up(trouble.as_ref(), now);
                self.in_trouble(trouble, None)
            }
        }
    }

    /// The workspace when a person has it made after all that was given up.
    pub fn taken_up(self) -> Result<Self, RedriveRefused> {
        if self.is_put_away() {
            return Err(RedriveRefused::PutAway);
        }
        match &self.trouble {
            Some(trouble) if trouble.is_given_up() => {
                Ok(Self { trouble: None, sleeper: None, ..self })
            }
            None if self.repository.is_some() => Err(RedriveRefused::NothingLeft),
            Some(_) | None => Err(RedriveRefused::Superseded),
        }
    }

    /// The workspace when somebody asks for it at `now` and there is something to do about it: what
    /// failed is worth trying at once, or it was put away.
    pub fn hurried(&self, now: Timestamp) -> Option<Self> {
        let mut after = self.clone().wanted_back(now);
        if self.trouble.as_ref().is_some_and(|trouble| trouble.is_worth_hurrying(now)) {
            (after.trouble, after.sleeper) = (None, None);
        }
        (after != *self).then_some(after)
    }

    /// The workspace after a step. Whatever was done meanwhile stays: a step says what is so now.
    pub fn after(mut self, taken: &Taken, job: Uuid, now: Timestamp) -> Self {
        if *taken == Taken::Gone && self.upkeep.state != Kept::WantedBack {
            // Nobody looks for it any more: it was found, or put away.
            return self;
        }
        self.trouble = None;
        match taken {
            Taken::Repository(repository) => {
                // What was missed and is there all the same is what the candidate began with.
                let former = self.former.take().filter(|former| former.id == repository.id);
                self.base = self.base.or(former.map(|former| former.base));
                (self.repository, self.slot) = (Some(repository.clone()), None);
                self.standing = Standing::There;
            }
            Taken::BroughtBack(name, default_branch) => {
                self.name = name.clone();
                if let Some(repository) = &mut self.repository {
                    repository.default_branch = default_branch.clone();
                }
                self.standing = Standing::There;
                self = self.kept(Kept::AsMade);
            }
            Taken::Gone => self = self.made_anew(),
            Taken::Base(commit) => self.base = Some(commit.clone()),
            Taken::Removed(username) => self = self.without(username),
            Taken::Invited(username, number) => self = self.invited(username, *number, job, now),
            Taken::Unknown(username) => {
                self.unknown_username = Some(username.clone());
                (self.slot, self.inviting) = (None, None);
            }
            Taken::Accepted(username) => self = self.accepted(username),
            Taken::NotAccepted(username) => self = self.not_accepted(username, job, now),
        }
        self
    }

    /// The workspace once `username` has no access to it.
    pub(super) fn without(mut self, username: &GitHubUsername) -> Self {
        self.inviting = self.inviting.filter(|inviting| !inviting.is_same_account(username));
        if self.has_let_in(username) {
            (self.collaborator, self.invitation) = (None, None);
        }
        self
    }

    fn invited(
        mut self,
        username: &GitHubUsername,
        number: Option<u64>,
        job: Uuid,
        now: Timestamp,
    ) -> Self {
        let invitation = number.map(|_number| Invitation::sent(self.invitation.as_ref(), now));
        (self.unknown_username, self.slot, self.inviting) = (None, None, None);
        self.sleeper = invitation.is_some().then_some(job);
        self.invitation = invitation;
        let username = username.clone();
        self.collaborator = Some(Collaborator { username, right: Right::Push, invitation: number });
        self
    }

    /// The workspace once `username` has accepted the invitation to it; another's changes nothing.
    pub fn accepted(mut self, username: &GitHubUsername) -> Self {
        if self.has_let_in(username) {
            (self.invitation, self.sleeper) = (None, None);
            if let Some(given) = &mut self.collaborator {
                given.invitation = None;
            }
        }
        self
    }

    /// The workspace after we looked and nobody had accepted: an invitation that GitHub dropped
    /// counts as none, so that it is sent anew.
    fn not_accepted(mut self, username: &GitHubUsername, job: Uuid, now: Timestamp) -> Self {
        if !self.has_let_in(username) {
            return self;
        }
        let Some(invitation) = self.invitation.take() else { return self };
        if invitation.is_to_be_renewed(now) {
            self.collaborator = None;
        }
        (self.invitation, self.sleeper) = (Some(invitation.looked(now)), Some(job));
        self
    }

    fn has_let_in(&self, username: &GitHubUsername) -> bool {
        self.collaborator.as_ref().is_some_and(|given| given.username.is_same_account(username))
    }
}

#[cfg(test)]
mod tests;
