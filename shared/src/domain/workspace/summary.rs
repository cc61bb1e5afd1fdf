//! What lists and waiting candidates are told of a workspace.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::id::TaskId;
use crate::domain::repository::{GitHubUsername, RepositoryName};
use crate::domain::task::Day;
use crate::domain::workspace::Workspace;
use crate::domain::workspace::access::Access;
use crate::domain::workspace::trouble::{Reason, Trouble};

const POLL_SECONDS_MIN: u32 = 2;
const POLL_SECONDS_MAX: u32 = 15;

/// How far the making of a workspace is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WorkspaceState)]
pub enum Stage {
    /// GitHub has yet to be asked for the repository.
    Queued,
    /// The repository is there, and being filled.
    Provisioning,
    /// The candidate can work.
    Ready,
    /// Something is wrong; it is tried again.
    Waiting,
    /// Something is wrong, and nobody tries again until the candidate is invited again or asks.
    Failed,
}

/// A workspace in brief, kept with its session: a list of candidates reads nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct WorkspaceSummary {
    /// The day it is for.
    pub day: Day,
    /// The task of that day.
    pub task: TaskId,
    /// How far it is.
    pub stage: Stage,
    /// What is wrong with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
    /// The repository, once GitHub has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repository: Option<RepositoryName>,
    /// Who was let in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<GitHubUsername>,
    /// Whether they accepted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub accepted: bool,
    /// Who could not be let in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unknown_username: Option<GitHubUsername>,
}

/// How far a workspace is that its candidate waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preparation {
    /// How far it is.
    pub stage: Stage,
    /// What is wrong with it.
    pub reason: Option<Reason>,
    /// Its place among all that wait for GitHub, from 1 on, while it has one.
    pub position: Option<u32>,
    /// How long it takes until it is its turn, or until it is tried again, in seconds.
    pub estimated_seconds: Option<u32>,
}

impl Preparation {
    /// When to ask again, in seconds: 2 to 15, so that nobody who waits looks at a page that stands
    /// still.
    pub fn retry_after_seconds(&self) -> u32 {
        match self.stage {
            Stage::Failed => POLL_SECONDS_MAX,
            Stage::Queued | Stage::Provisioning | Stage::Ready | Stage::Waiting => {
                self.estimated_seconds.unwrap_or(0).clamp(POLL_SECONDS_MIN, POLL_SECONDS_MAX)
            }
        }
    }
}

impl WorkspaceSummary {
    /// How far the account `wanted` is let in.
    pub fn access(&self, wanted: Option<&GitHubUsername>) -> Access {
        let given = self.username.as_ref().map(|given| (given, self.accepted));
        Access::of(wanted, given, self.unknown_username.as_ref())
    }

    /// What is wrong, for a candidate known as `wanted`.
    pub fn reason(&self, wanted: Option<&GitHubUsername>) -> Option<Reason> {
        let unknown = self.access(wanted) == Access::UsernameUnknown;
        self.reason.or(unknown.then_some(Reason::UsernameUnknown))
    }
}

impl From<&Workspace> for WorkspaceSummary {
    fn from(workspace: &Workspace) -> Self {
        let given = workspace.collaborator.as_ref();
        let trouble = workspace.trouble.as_ref().map(|trouble| trouble.reason);
        Self {
            day: workspace.day,
            task: workspace.task,
            stage: workspace.stage(),
            reason: trouble.or(workspace.is_lost().then_some(Reason::RepositoryMissing)),
            repository: workspace.repository.as_ref().map(|_made| workspace.name.clone()),
            username: given.map(|given| given.username.clone()),
            accepted: given.is_some_and(|given| given.invitation.is_none()),
            unknown_username: workspace.unknown_username.clone(),
        }
    }
}

impl Workspace {
    /// How far it is. A trouble that comes once the candidate can work changes nothing of that.
    pub fn stage(&self) -> Stage {
        let trouble = self.trouble.as_ref().filter(|trouble| !trouble.is_patience());
        match (self.ready(), trouble) {
            (Some(_), _) => Stage::Ready,
            (None, Some(trouble)) if trouble.is_given_up() => Stage::Failed,
            (None, Some(_)) => Stage::Waiting,
            (None, None) if self.repository.is_some() => Stage::Provisioning,
            (None, None) => Stage::Queued,
        }
    }

    /// How far the account `wanted` is let in.
    pub fn access(&self, wanted: Option<&GitHubUsername>) -> Access {
        WorkspaceSummary::from(self).access(wanted)
    }

    /// Whether nobody tries to make it any more.
    pub fn is_given_up(&self) -> bool {
        self.trouble.as_ref().is_some_and(Trouble::is_given_up)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::repository::BranchName;
    use crate::domain::workspace::{Repository, example};

    #[test]
    fn a_stage_says_what_is_to_be_expected() {
        let nine: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        let mut workspace = example();
        assert_eq!(workspace.stage(), Stage::Queued);

        let main = BranchName::parse("main").unwrap();
        workspace.repository = Some(Repository { id: 1, default_branch: main });
        assert_eq!(workspace.stage(), Stage::Provisioning);
        workspace.trouble = Some(Trouble::after(None, Reason::NotReadyYet, None, nine));
        assert_eq!(workspace.stage(), Stage::Provisioning);
        workspace.trouble = Some(Trouble::after(None, Reason::GithubAway, None, nine));
        assert_eq!(workspace.stage(), Stage::Waiting);
        workspace.trouble = Some(Trouble::given_up(workspace.trouble.as_ref(), nine));
        assert_eq!((workspace.stage(), workspace.is_given_up()), (Stage::Failed, true));

        let summary = WorkspaceSummary::from(&workspace);
        assert_eq!(summary.reason(None), Some(Reason::GithubAway));
        assert_eq!(summary.repository, Some(workspace.name));
    }

    #[test]
    fn an_unknown_username_is_the_reason_when_nothing_else_is() {
        let nobody = GitHubUsername::parse("nobody").unwrap();
        let mut workspace = example();
        workspace.unknown_username = Some(nobody.clone());
        let summary = WorkspaceSummary::from(&workspace);

        assert_eq!(summary.reason(Some(&nobody)), Some(Reason::UsernameUnknown));
        assert_eq!(summary.reason(GitHubUsername::parse("ada").ok().as_ref()), None);
        assert_eq!(summary.reason(None), None);
    }
}
