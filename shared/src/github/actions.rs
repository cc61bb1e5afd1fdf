//! Workflows: starting them and seeing how far they are.

use jiff::Timestamp;
use reqwest::{Method, StatusCode};
use serde::{Deserialize, Serialize};

use crate::domain::repository::{CommitSha, RepositoryName};
use crate::domain::results::RunPhase;
use crate::github::GitHub;
use crate::github::error::GitHubError;
use crate::github::repositories::unless_missing;

/// How many of the newest runs are listed.
const RUNS_PER_PAGE: &str = "30";

/// What GitHub says of the run that a dispatch started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DispatchedRun {
    /// GitHub's number for the run.
    pub id: u64,
}

/// A run of a workflow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkflowRun {
    /// GitHub's number for the run.
    pub id: u64,
    /// The commit it ran on.
    pub head_sha: CommitSha,
    /// What started it: `workflow_dispatch`, `push`, …
    pub event: String,
    /// The workflow file's path from the repository's root, without a ref.
    pub path: String,
    /// GitHub's number for the repository.
    pub repository_id: u64,
    /// How far it has come.
    pub phase: RunPhase,
    /// Whether it is underway and has not begun.
    pub queued: bool,
    /// When it was created, by GitHub's clock.
    pub created_at: Timestamp,
    /// How often it was started: whoever may push can have it run again.
    pub attempt: u32,
    /// Whose doing it is, by login.
    pub actor: Option<String>,
}

impl WorkflowRun {
    /// Whether whoever goes by `login` started it. GitHub does not tell logins apart by case.
    pub fn is_of(&self, login: &str) -> bool {
        self.actor.as_deref().is_some_and(|actor| actor.eq_ignore_ascii_case(login))
    }
}

#[derive(Serialize)]
struct Dispatch<'a> {
    #[serde(rename = "ref")]
    git_ref: &'a str,
    return_run_details: bool,
}

#[derive(Deserialize)]
struct WireDispatched {
    workflow_run_id: u64,
}

#[derive(Deserialize)]
struct WireRuns {
    workflow_runs: Vec<WireRun>,
}

#[derive(Deserialize)]
struct WireRun {
    id: u64,
    head_sha: CommitSha,
    event: String,
    path: String,
    repository: WireOwner,
    status: Option<String>,
    conclusion: Option<String>,
    created_at: Timestamp,
    run_attempt: Option<u32>,
    actor: Option<WireActor>,
}

#[derive(Deserialize)]
struct WireActor {
    login: String,
}

#[derive(Deserialize)]
struct WireOwner {
    id: u64,
}

impl From<WireRun> for WorkflowRun {
    fn from(wire: WireRun) -> Self {
        let status = wire.status.unwrap_or_default().to_ascii_lowercase();
        let phase = RunPhase::parse(&status, wire.conclusion.as_deref());
        let waits = matches!(status.as_str(), "queued" | "waiting" | "requested" | "pending");
        let path = wire.path.split_once('@').map_or(wire.path.as_str(), |(path, _)| path);
        Self {
            id: wire.id,
            head_sha: wire.head_sha,
            event: wire.event,
            path: path.to_owned(),
            repository_id: wire.repository.id,
            queued: waits && phase == RunPhase::Underway,
            phase,
            created_at: wire.created_at,
            attempt: wire.run_attempt.unwrap_or(1),
            actor: wire.actor.map(|actor| actor.login),
        }
    }
}

impl GitHub {
    /// Starts `workflow_file` on the branch or tag `git_ref`. Some when GitHub tells which run that
    /// is; none when it only says that it will start one.
    pub async fn dispatch(
        &self,
        repository: &RepositoryName,
        workflow_file: &str,
        git_ref: &str,
    ) -> Result<Option<DispatchedRun>, GitHubError> {
        let (owner, name) = (repository.owner(), repository.name());
        let path = ["repos", owner, name, "actions", "workflows", workflow_file, "dispatches"];
        let body = Dispatch { git_ref, return_run_details: true };
        let call = self.call("dispatch a workflow", Method::POST, &path)?.json(&body);
        let answer = call.send().await?;
        if answer.status != StatusCode::OK {
            return Ok(None);
        }
        let run: WireDispatched = answer.read()?;
        Ok(Some(DispatchedRun { id: run.workflow_run_id }))
    }

    /// The newest 30 dispatched runs of `workflow_file` on the branch or tag `git_ref`, newest first.
    pub async fn workflow_runs(
        &self,
        repository: &RepositoryName,
        workflow_file: &str,
        git_ref: &str,
    ) -> Result<Vec<WorkflowRun>, GitHubError> {
        let (owner, name) = (repository.owner(), repository.name());
        let path = ["repos", owner, name, "actions", "workflows", workflow_file, "runs"];
        // Whoever may push starts as many others as they like.
        let query =
            [("branch", git_ref), ("event", "workflow_dispatch"), ("per_page", RUNS_PER_PAGE)];
        let call = self.call("list workflow runs", Method::GET, &path)?.query(&query);
        let runs: WireRuns = call.send().await?.read()?;
        Ok(runs.workflow_runs.into_iter().map(WorkflowRun::from).collect())
    }

    /// The run, if the repository has it.
    pub async fn workflow_run(
        &self,
        repository: &RepositoryName,
        id: u64,
    ) -> Result<Option<WorkflowRun>, GitHubError> {
        let (owner, name, id) = (repository.owner(), repository.name(), id.to_string());
        let path = ["repos", owner, name, "actions", "runs", &id];
        let answer = self.call("read a workflow run", Method::GET, &path)?.send().await;
        let Some(answer) = unless_missing(answer)? else { return Ok(None) };
        answer.read::<WireRun>().map(|wire| Some(wire.into()))
    }
}
