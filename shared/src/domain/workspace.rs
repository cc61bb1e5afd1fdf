//! A candidate's repository for one code day.

pub mod access;
pub mod closing;
pub mod plan;
pub mod summary;
pub mod trouble;
pub mod upkeep;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::id::{CandidateSessionId, RunId, TaskId};
use crate::domain::repository::{BranchName, CommitSha, GitHubUsername, RepositoryName};
use crate::domain::results::Conclusion;
use crate::domain::standing::Standing;
use crate::domain::task::Day;
use crate::domain::workspace::access::Invitation;
use crate::domain::workspace::closing::Closing;
use crate::domain::workspace::trouble::Trouble;
use crate::domain::workspace::upkeep::Upkeep;

/// A workspace. It exists before GitHub is asked for anything; each step is recorded as it is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Workspace {
    /// Identifies the workspace to the client, and to us in the repository's description.
    pub id: Uuid,
    /// Whose it is.
    pub session: CandidateSessionId,
    /// The task it is for.
    pub task: TaskId,
    /// The day of that task.
    pub day: Day,
    /// What the repository is made from.
    pub template: RepositoryName,
    /// What the repository is to be called.
    pub name: RepositoryName,
    /// The repository, once GitHub has it.
    pub repository: Option<Repository>,
    /// The repository that was there before, while another is to be made in its place.
    #[serde(default)]
    pub former: Option<Former>,
    /// The commit the candidate starts from; the diff is taken against it.
    pub base: Option<CommitSha>,
    /// Who was let in.
    pub collaborator: Option<Collaborator>,
    /// Who GitHub may have been asked to invite, until what it said is recorded.
    #[serde(default)]
    pub inviting: Option<GitHubUsername>,
    /// How their invitation fares, while it has to be accepted.
    #[serde(default)]
    pub invitation: Option<Invitation>,
    /// Who could not be let in: GitHub knows no such account.
    #[serde(default)]
    pub unknown_username: Option<GitHubUsername>,
    /// When its next creating call may be made, while one is reserved.
    #[serde(default)]
    pub slot: Option<Timestamp>,
    /// The job that comes back for what is waited for; another one need not.
    #[serde(default)]
    pub sleeper: Option<Uuid>,
    /// Why the last step could not be taken; gone once one is.
    pub trouble: Option<Trouble>,
    /// The newest finished test run.
    pub last_run: Option<LastRun>,
    /// How far taking back the right to push is, once the day is handed in.
    #[serde(default)]
    pub closing: Closing,
    /// Whether its repository was put away.
    #[serde(default)]
    pub upkeep: Upkeep,
    /// How the repository stands since somebody changed it on GitHub.
    #[serde(default)]
    pub standing: Standing,
    /// When it was recorded.
    pub created_at: Timestamp,
}

/// An account that was let into a workspace's repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Collaborator {
    /// Which.
    pub username: GitHubUsername,
    /// What it may do there.
    pub right: Right,
    /// GitHub's number of the invitation that the candidate has yet to accept.
    pub invitation: Option<u64>,
}

/// What a collaborator may do in a repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Right {
    /// Read and write: while the day is worked on.
    Push,
    /// Read only: after it was handed in.
    Read,
}

/// A repository that GitHub has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Repository {
    /// GitHub's number for it; survives renames.
    pub id: u64,
    /// Where the candidate's work is.
    pub default_branch: BranchName,
}

/// A repository that was not to be found any more. Should it be there all the same, the candidate
/// started where they started.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Former {
    /// GitHub's number for it.
    pub id: u64,
    /// The commit the candidate started from.
    pub base: CommitSha,
}

/// The newest finished test run of a workspace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LastRun {
    /// Our number for it; a later run has a larger one.
    pub id: RunId,
    /// GitHub's number for it.
    pub github_id: u64,
    /// How it ended.
    pub conclusion: Conclusion,
    /// What it tested.
    pub commit: CommitSha,
}

impl Workspace {
    /// The repository and its first commit, once the candidate can work.
    pub fn ready(&self) -> Option<(&Repository, &CommitSha)> {
        self.repository.as_ref().zip(self.base.as_ref())
    }

    /// What the repository's description says: how we know that a repository is ours.
    pub fn marker(&self) -> String {
        format!("Tenon workspace {}", self.id)
    }

    /// Whether `found` is the repository we would have made: name, template and marker
    /// agree. GitHub does not tell names apart by case.
    pub fn owns(&self, found: &Found<'_>) -> bool {
        let template = found.template.is_none_or(|template| template.is_same(&self.template));
        found.name.is_same(&self.name)
            && template
            && found.description == Some(self.marker().as_str())
    }

    /// Remembers a finished run unless a later one is remembered.
    pub fn with_last_run(mut self, run: LastRun) -> Self {
        if self.last_run.as_ref().is_none_or(|last| last.id < run.id) {
            self.last_run = Some(run);
        }
        self
    }
}

/// What GitHub says of a repository that has the name we wanted.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    /// Its full name.
    pub name: &'a RepositoryName,
    /// Its description.
    pub description: Option<&'a str>,
    /// The template it was made from, where GitHub says so.
    pub template: Option<&'a RepositoryName>,
}

/// A workspace that nothing was done for yet.
#[cfg(test)]
pub(crate) fn example() -> Workspace {
    Workspace {
        id: Uuid::nil(),
        session: CandidateSessionId::new(12),
        task: TaskId::new(41),
        day: Day::new(2).unwrap(),
        template: RepositoryName::parse("tenon-hire-dev/tenon-template-go-gin").unwrap(),
        name: RepositoryName::parse("acme/tenon-ws-12-task41").unwrap(),
        repository: None,
        former: None,
        base: None,
        collaborator: None,
        inviting: None,
        invitation: None,
        unknown_username: None,
        slot: None,
        sleeper: None,
        trouble: None,
        last_run: None,
        closing: Closing::Open,
        upkeep: Upkeep::default(),
        standing: Standing::There,
        created_at: "2026-03-02T09:00:00Z".parse().unwrap(),
    }
}

/// A workspace whose repository is made.
#[cfg(test)]
pub(crate) fn example_made() -> Workspace {
    Workspace {
        repository: Some(Repository { id: 1, default_branch: BranchName::parse("main").unwrap() }),
        base: Some(CommitSha::parse(&"a".repeat(40)).unwrap()),
        ..example()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_is_accepted_by_who_is_invited_however_the_name_is_written() {
        let [ada, eve, shouted] =
            ["ada", "eve", "ADA"].map(|name| GitHubUsername::parse(name).unwrap());
        let mut invited = example();
        invited.collaborator =
            Some(Collaborator { username: ada, right: Right::Push, invitation: Some(7) });

        assert_eq!(invited.clone().accepted(&eve), invited);
        let accepted = invited.accepted(&shouted);
        assert_eq!(accepted.collaborator.as_ref().unwrap().invitation, None);
        assert_eq!(accepted.clone().accepted(&eve), accepted);
    }

    #[test]
    fn only_a_repository_with_our_marker_is_ours() {
        let workspace = example();
        let marker = workspace.marker();
        let ours = Found { name: &workspace.name, description: Some(&marker), template: None };
        assert!(workspace.owns(&ours));
        assert!(!workspace.owns(&Found { description: None, ..ours }));
        let other = RepositoryName::parse("acme/other").unwrap();
        assert!(!workspace.owns(&Found { template: Some(&other), ..ours }));
        assert!(!workspace.owns(&Found { name: &other, ..ours }));
        let [name, template] = ["Acme/Tenon-WS-12-task41", "Tenon-Hire-Dev/tenon-template-go-gin"]
            .map(|name| RepositoryName::parse(name).unwrap());
        assert!(workspace.owns(&Found { name: &name, template: Some(&template), ..ours }));

        let renamed = Found { name: &other, ..ours };
        let made = example_made();
        assert!(made.is_still(1, &renamed) && !made.is_still(2, &renamed));
        assert!(!made.is_still(1, &Found { description: None, ..renamed }));
        assert!(!workspace.is_still(1, &renamed));
        let template_renamed = Found { template: Some(&other), ..renamed };
        assert!(made.is_still(1, &template_renamed));
    }
}
