//! A candidate's repository for one code day.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::id::{CandidateSessionId, RunId, TaskId};
use crate::domain::repository::{BranchName, CommitSha, GitHubUsername, RepositoryName};
use crate::domain::results::Conclusion;
use crate::domain::standing::Standing;
use crate::domain::task::Day;

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
    /// The commit the candidate starts from; the diff is taken against it.
    pub base: Option<CommitSha>,
    /// Who was let in.
    pub collaborator: Option<Collaborator>,
    /// Why the last attempt to make it did not succeed; gone once a step did.
    pub trouble: Option<String>,
    /// Whether nobody tries any more; a repeated invite or `init` has it tried again.
    #[serde(default)]
    pub given_up: bool,
    /// The newest finished test run.
    pub last_run: Option<LastRun>,
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

/// One thing that has yet to be done for a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Have GitHub make the repository, or adopt it if it is there and ours.
    MakeRepository,
    /// Learn which commit the candidate starts from.
    ResolveBase(Repository),
    /// Take access back from an account that is no longer the candidate's.
    RemoveCollaborator(GitHubUsername),
    /// Give the candidate's account access.
    InviteCollaborator(GitHubUsername),
}

impl Workspace {
    /// What has yet to be done, in order, for a candidate who is known to GitHub as `username`.
    pub fn missing_steps(&self, username: Option<&GitHubUsername>) -> Vec<Step> {
        let Some(repository) = &self.repository else { return vec![Step::MakeRepository] };
        let mut steps = Vec::new();
        if self.base.is_none() {
            steps.push(Step::ResolveBase(repository.clone()));
        }
        if let Some(username) = username.filter(|name| !self.is_open_to(name)) {
            let others = self.collaborator.as_ref().map(|given| given.username.clone());
            steps.extend(others.map(Step::RemoveCollaborator));
            steps.push(Step::InviteCollaborator(username.clone()));
        }
        steps
    }

    fn is_open_to(&self, username: &GitHubUsername) -> bool {
        self.collaborator.as_ref().is_some_and(|given| given.username.is_same_account(username))
    }

    /// The workspace once `username` has accepted the invitation that is open; none where there is
    /// nothing to accept, or somebody else is invited.
    pub fn accepted_by(mut self, username: &GitHubUsername) -> Option<Self> {
        let invited = self.collaborator.as_mut()?;
        if !invited.username.is_same_account(username) {
            return None;
        }
        invited.invitation.take()?;
        Some(self)
    }

    /// The repository and its first commit, once the candidate can work.
    pub fn ready(&self) -> Option<(&Repository, &CommitSha)> {
        self.repository.as_ref().zip(self.base.as_ref())
    }

    /// What the repository's description says: how we know that a repository is ours.
    pub fn marker(&self) -> String {
        format!("Tenon workspace {}", self.id)
    }

    /// Whether `found` is the repository we would have made: name, template and marker agree.
    pub fn owns(&self, found: &Found<'_>) -> bool {
        let template = found.template.is_none_or(|template| *template == self.template);
        *found.name == self.name && template && found.description == Some(self.marker().as_str())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace() -> Workspace {
        Workspace {
            id: Uuid::nil(),
            session: CandidateSessionId::new(12),
            task: TaskId::new(41),
            day: Day::new(2).unwrap(),
            template: RepositoryName::parse("tenon-hire-dev/tenon-template-go-gin").unwrap(),
            name: RepositoryName::parse("acme/tenon-ws-12-task41").unwrap(),
            repository: None,
            base: None,
            collaborator: None,
            trouble: None,
            given_up: false,
            last_run: None,
            standing: Standing::There,
            created_at: "2026-03-02T09:00:00Z".parse().unwrap(),
        }
    }

    fn repository() -> Repository {
        Repository { id: 1, default_branch: BranchName::parse("main").unwrap() }
    }

    #[test]
    fn steps_come_one_after_the_other_and_never_again() {
        let ada = GitHubUsername::parse("ada").unwrap();
        let mut workspace = workspace();
        assert_eq!(workspace.missing_steps(Some(&ada)), [Step::MakeRepository]);

        workspace.repository = Some(repository());
        let invite = Step::InviteCollaborator(ada.clone());
        let base = Step::ResolveBase(repository());
        assert_eq!(workspace.missing_steps(Some(&ada)), [base.clone(), invite]);
        assert_eq!(workspace.missing_steps(None), [base]);

        workspace.base = Some(CommitSha::parse(&"a".repeat(40)).unwrap());
        workspace.collaborator =
            Some(Collaborator { username: ada.clone(), right: Right::Push, invitation: Some(7) });
        assert_eq!(workspace.missing_steps(Some(&ada)), []);
        let eve = GitHubUsername::parse("eve").unwrap();
        let replaced = [Step::RemoveCollaborator(ada), Step::InviteCollaborator(eve.clone())];
        assert_eq!(workspace.missing_steps(Some(&eve)), replaced);
    }

    #[test]
    fn an_invitation_is_accepted_by_who_is_invited_and_once() {
        let [ada, eve] = ["ada", "eve"].map(|name| GitHubUsername::parse(name).unwrap());
        let mut invited = workspace();
        assert_eq!(invited.clone().accepted_by(&ada), None);
        invited.collaborator =
            Some(Collaborator { username: ada.clone(), right: Right::Push, invitation: Some(7) });

        assert_eq!(invited.clone().accepted_by(&eve), None);
        let shouted = GitHubUsername::parse("ADA").unwrap();
        let accepted = invited.accepted_by(&shouted).unwrap();
        assert_eq!(accepted.collaborator.as_ref().unwrap().invitation, None);
        assert_eq!(accepted.accepted_by(&ada), None);
    }

    #[test]
    fn only_a_repository_with_our_marker_is_ours() {
        let workspace = workspace();
        let marker = workspace.marker();
        let ours = Found { name: &workspace.name, description: Some(&marker), template: None };
        assert!(workspace.owns(&ours));
        assert!(!workspace.owns(&Found { description: None, ..ours }));
        let other = RepositoryName::parse("acme/other").unwrap();
        assert!(!workspace.owns(&Found { template: Some(&other), ..ours }));
        assert!(!workspace.owns(&Found { name: &other, ..ours }));
    }
}
