//! One candidate's way through one simulation: invited, claimed, worked through, completed.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use crate::domain::email_address::EmailAddress;
use crate::domain::id::{CandidateSessionId, SimulationId, TaskId, UserId};
use crate::domain::invite_mail::InviteMail;
use crate::domain::invite_token::InviteClaim;
use crate::domain::repository::GitHubUsername;
use crate::domain::simulation::Simulation;
use crate::domain::task::{DAYS, Day, Task, task_id};
use crate::domain::text::Line;
use crate::domain::workspace::Workspace;
use crate::domain::workspace::summary::WorkspaceSummary;

/// How long an invite may be claimed.
pub const INVITE_LIFETIME: SignedDuration = SignedDuration::from_hours(14 * 24);

/// How far apart two pushes are that both change the session: a session is one row, and every change
/// of it meets whatever else the candidate does.
pub const PUSHES_APART: SignedDuration = SignedDuration::from_mins(1);

/// A candidate's name, as the recruiter wrote it.
pub type CandidateName = Line<255>;

/// How far a candidate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SessionStatus {
    /// Nobody has claimed the invite.
    NotStarted,
    /// Claimed, and days are left.
    InProgress,
    /// All days are handed in.
    Completed,
}

/// A candidate's session. The plan's words that lists show are copied in, so a list is one read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CandidateSession {
    /// Number of the session.
    pub id: CandidateSessionId,
    /// What the candidate was invited to.
    pub simulation: SimulationId,
    /// Who invited.
    pub recruiter: UserId,
    /// The simulation's title when the candidate was invited.
    pub simulation_title: Line<200>,
    /// The position when the candidate was invited.
    pub role: Line<200>,
    /// Whose position.
    pub company_name: String,
    /// Number of the first of the five tasks.
    pub first_task: TaskId,
    /// As the recruiter wrote it last.
    pub candidate_name: CandidateName,
    /// Where the invite goes.
    pub invite_email: EmailAddress,
    /// The link that is valid now.
    pub invite: Invite,
    /// How the newest invite mail fares.
    pub mail: InviteMail,
    /// How far the candidate is.
    pub progress: Progress,
    /// The GitHub account that gets access, once known.
    pub github_username: Option<GitHubUsername>,
    /// Its workspaces in brief, by day; each changes with the workspace itself.
    #[serde(default)]
    pub workspaces: Vec<WorkspaceSummary>,
    /// When the candidate last pushed, as far as we heard, to [`PUSHES_APART`].
    #[serde(default)]
    pub pushed_at: Option<Timestamp>,
}

/// The invite that is valid now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Invite {
    /// Version of the key its token is made with.
    pub key_version: u8,
    /// Counts renewals; only the newest generation's token is good.
    pub generation: u32,
    /// When the candidate was first invited.
    pub created_at: Timestamp,
    /// The last moment at which it can be claimed.
    pub expires_at: Timestamp,
}

/// How far the candidate is. Days are handed in strictly in order, so a count says which.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "state")]
#[expect(clippy::enum_variant_names, reason = "the contract names the states")]
pub enum Progress {
    /// Invited, not yet claimed.
    NotStarted,
    /// Claimed.
    InProgress {
        /// Who claimed it, and when.
        claim: Claim,
        /// Days handed in: 0 to 4.
        submitted: u8,
        /// When the last one was.
        submitted_at: Option<Timestamp>,
    },
    /// All five days are handed in.
    Completed {
        /// Who claimed it, and when.
        claim: Claim,
        /// When the last day was handed in.
        completed_at: Timestamp,
    },
}

/// Who claimed an invite. Never changes once made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Claim {
    /// The identity provider's name for the candidate.
    pub sub: String,
    /// The e-mail address of the token that claimed.
    pub email: String,
    /// When.
    pub at: Timestamp,
}

/// Somebody who asks to claim: what a verified token says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claimant<'a> {
    /// The token's subject.
    pub sub: &'a str,
    /// Its e-mail address, lower case.
    pub email: &'a str,
    /// False when the identity provider says that the address is not verified.
    pub verified: bool,
}

/// Why a claim is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum ClaimRefused {
    /// Somebody else has it.
    #[error("the session belongs to somebody else")]
    SomebodyElse,
    /// Nobody claimed it in time.
    #[error("the invite has expired")]
    Expired,
    /// The identity provider says that the address is not verified.
    #[error("the e-mail address is not verified")]
    NotVerified,
    /// The invite went to another address.
    #[error("the invite is for another e-mail address")]
    OtherAddress,
}

/// Why a day cannot be handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum DayRefused {
    /// That day is done.
    #[error("that day was handed in before")]
    AlreadySubmitted,
    /// Another day comes first.
    #[error("another day comes first")]
    OutOfOrder,
    /// Everything is done.
    #[error("all five days are handed in")]
    Completed,
    /// Nobody claimed the session.
    #[error("the session was not claimed")]
    NotClaimed,
}

impl CandidateSession {
    /// The session of a candidate who is invited to `simulation` now.
    pub fn invited(
        id: CandidateSessionId,
        simulation: &Simulation,
        (candidate_name, invite_email): (CandidateName, EmailAddress),
        key_version: u8,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            simulation: simulation.id,
            recruiter: simulation.recruiter,
            simulation_title: simulation.brief.title.clone(),
            role: simulation.brief.role.clone(),
            company_name: simulation.company_name.clone(),
            first_task: simulation.first_task,
            candidate_name,
            invite_email,
            invite: Invite { key_version, generation: 1, created_at: now, expires_at: expiry(now) },
            mail: InviteMail::first(now),
            progress: Progress::NotStarted,
            github_username: None,
            workspaces: Vec::new(),
            pushed_at: None,
        }
    }

    /// What this session's token says.
    pub fn invite_claim(&self) -> InviteClaim {
        InviteClaim {
            key_version: self.invite.key_version,
            session: self.id,
            generation: self.invite.generation,
        }
    }

    /// The session once `workspace` is as it is.
    pub fn with_workspace(mut self, workspace: &Workspace) -> Self {
        self.workspaces.retain(|summary| summary.day != workspace.day);
        self.workspaces.push(WorkspaceSummary::from(workspace));
        self.workspaces.sort_by_key(|summary| summary.day);
        self
    }

    /// Whether the invite can no longer be claimed.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.invite.expires_at < now
    }

    /// Who claimed it, if anybody did.
    pub fn claimed_by(&self) -> Option<&Claim> {
        match &self.progress {
            Progress::NotStarted => None,
            Progress::InProgress { claim, .. } | Progress::Completed { claim, .. } => Some(claim),
        }
    }

    /// Claims the session. Its owner may always come back; ownership is decided before expiry.
    pub fn claim(mut self, by: Claimant<'_>, now: Timestamp) -> Result<Self, ClaimRefused> {
        match self.claimed_by() {
            Some(claim) if claim.sub == by.sub => return Ok(self),
            Some(_) => return Err(ClaimRefused::SomebodyElse),
            None => {}
        }
        if self.is_expired(now) {
            return Err(ClaimRefused::Expired);
        }
        if !by.verified {
            return Err(ClaimRefused::NotVerified);
        }
        if by.email != self.invite_email.as_str() {
            return Err(ClaimRefused::OtherAddress);
        }
        let claim = Claim { sub: by.sub.to_owned(), email: by.email.to_owned(), at: now };
        self.progress = Progress::InProgress { claim, submitted: 0, submitted_at: None };
        Ok(self)
    }

    /// Hands in `day`, which must be the next one.
    pub fn submit(mut self, day: Day, now: Timestamp) -> Result<Self, DayRefused> {
        self.may_submit(day)?;
        if let Progress::InProgress { claim, .. } = self.progress {
            self.progress = if day.number() == DAYS {
                Progress::Completed { claim, completed_at: now }
            } else {
                let submitted_at = Some(now);
                Progress::InProgress { claim, submitted: day.number(), submitted_at }
            };
        }
        Ok(self)
    }

    /// Whether `day` is the one to hand in now. A day that is done says so before anything else.
    pub fn may_submit(&self, day: Day) -> Result<(), DayRefused> {
        if self.has_handed_in(day) {
            return Err(DayRefused::AlreadySubmitted);
        }
        self.is_current(day)
    }

    /// Whether `day` is the one to work on now.
    pub fn is_current(&self, day: Day) -> Result<(), DayRefused> {
        match &self.progress {
            Progress::NotStarted => Err(DayRefused::NotClaimed),
            Progress::Completed { .. } => Err(DayRefused::Completed),
            Progress::InProgress { submitted, .. } if *submitted + 1 == day.number() => Ok(()),
            Progress::InProgress { .. } => Err(DayRefused::OutOfOrder),
        }
    }

    /// A repeated invite: the name is the newest, an expired link is renewed, and a mail goes out
    /// unless one was asked for less than [`MAIL_PAUSE`](crate::domain::invite_mail::MAIL_PAUSE) ago.
    ///
    /// `None` once the candidate has completed the simulation.
    pub fn invited_again(
        mut self,
        name: CandidateName,
        key_version: u8,
        now: Timestamp,
    ) -> Option<Self> {
        if matches!(self.progress, Progress::Completed { .. }) {
            return None;
        }
        self.candidate_name = name;
        if self.is_expired(now) {
            self.invite.generation += 1;
            self.invite.key_version = key_version;
            self.invite.expires_at = expiry(now);
            self.mail = self.mail.next(now);
        } else if self.mail.pause_left(now).is_zero() {
            self.mail = self.mail.next(now);
        }
        Some(self)
    }

    /// Days handed in: 0 to 5.
    pub fn days_submitted(&self) -> u8 {
        match &self.progress {
            Progress::NotStarted => 0,
            Progress::InProgress { submitted, .. } => *submitted,
            Progress::Completed { .. } => DAYS,
        }
    }

    /// Whether `day` is handed in.
    pub fn has_handed_in(&self, day: Day) -> bool {
        day.number() <= self.days_submitted()
    }

    /// The day to work on now; `None` once everything is done.
    pub fn current_day(&self) -> Option<Day> {
        Day::new(self.days_submitted() + 1)
    }

    /// The tasks that are done, ascending.
    pub fn completed_tasks(&self) -> Vec<TaskId> {
        let done = Day::ALL.into_iter().filter(|day| self.has_handed_in(*day));
        done.map(|day| task_id(self.first_task, day)).collect()
    }

    /// How far the candidate is.
    pub fn status(&self) -> SessionStatus {
        match &self.progress {
            Progress::NotStarted => SessionStatus::NotStarted,
            Progress::InProgress { .. } => SessionStatus::InProgress,
            Progress::Completed { .. } => SessionStatus::Completed,
        }
    }

    /// When the candidate claimed the invite.
    pub fn started_at(&self) -> Option<Timestamp> {
        self.claimed_by().map(|claim| claim.at)
    }

    /// When the last day was handed in.
    pub fn completed_at(&self) -> Option<Timestamp> {
        match &self.progress {
            Progress::Completed { completed_at, .. } => Some(*completed_at),
            Progress::NotStarted | Progress::InProgress { .. } => None,
        }
    }

    /// The session after a push at `at`; none when the last one that changed it was less than
    /// [`PUSHES_APART`] before.
    pub fn pushed(mut self, at: Timestamp) -> Option<Self> {
        let apart = |last: Timestamp| at.duration_since(last) >= PUSHES_APART;
        if !self.pushed_at.is_none_or(apart) {
            return None;
        }
        self.pushed_at = Some(at);
        Some(self)
    }

    /// The last thing the candidate did here or, as far as we heard, on GitHub.
    pub fn last_seen_at(&self) -> Option<Timestamp> {
        self.last_activity_at().max(self.pushed_at)
    }

    /// The last thing the candidate did here.
    pub fn last_activity_at(&self) -> Option<Timestamp> {
        match &self.progress {
            Progress::NotStarted => None,
            Progress::InProgress { claim, submitted_at, .. } => submitted_at.or(Some(claim.at)),
            Progress::Completed { completed_at, .. } => Some(*completed_at),
        }
    }
}

/// The five tasks as they were when the candidate was invited; later changes do not touch them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// Whose plan.
    pub session: CandidateSessionId,
    /// In day order.
    pub tasks: Vec<Task>,
}

fn expiry(now: Timestamp) -> Timestamp {
    now.checked_add(INVITE_LIFETIME).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
pub(crate) mod tests;
