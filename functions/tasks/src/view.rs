//! What these routes answer: exactly the contract's fields.
#![expect(clippy::struct_field_names, reason = "the contract names the fields")]

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use shared::domain::candidate_session::CandidateSession;
use shared::domain::results::{Conclusion, Output, ResultStatus};
use shared::domain::run::{self, ReportState, RunState};
use shared::domain::submission::Submission;
use shared::domain::task::DAYS;
use shared::domain::workspace::Workspace;
use shared::error::Error;
use shared::store::runs::RunOutput;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Made {
    repo_full_name: String,
    repo_url: String,
    codespace_url: String,
    default_branch: String,
    workspace_id: String,
    /// `username_needed` until the candidate's GitHub account is known; then `invited` or, while the
    /// invitation is on its way, `pending`.
    access: &'static str,
}

impl Made {
    pub(crate) fn new(session: &CandidateSession, workspace: &Workspace) -> Result<Self, Error> {
        let (repository, _base) = workspace.ready().ok_or(Error::WorkspaceNotReady)?;
        Ok(Self {
            repo_full_name: workspace.name.to_string(),
            repo_url: workspace.name.url(),
            codespace_url: workspace.name.codespace_url(),
            default_branch: repository.default_branch.as_str().to_owned(),
            workspace_id: workspace.id.to_string(),
            access: access(session, workspace),
        })
    }
}

fn access(session: &CandidateSession, workspace: &Workspace) -> &'static str {
    match (&session.github_username, &workspace.collaborator) {
        (None, _) => "username_needed",
        (Some(wanted), Some(given)) if wanted == given => "invited",
        (Some(_), _) => "pending",
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Status {
    #[serde(flatten)]
    made: Made,
    latest_commit_sha: Option<String>,
    last_workflow_run_id: Option<String>,
    last_workflow_conclusion: Option<&'static str>,
    last_test_summary: Option<Summary>,
}

/// What the newest test run said.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary {
    status: &'static str,
    run_id: Option<u64>,
    conclusion: Option<&'static str>,
    #[serde(flatten)]
    printed: Printed,
    summary: Option<Map<String, Value>>,
}

/// Counts and output of a run; null where there are none.
#[derive(Serialize)]
struct Printed {
    passed: Option<u32>,
    failed: Option<u32>,
    total: Option<u32>,
    stdout: Option<String>,
    stderr: Option<String>,
}

impl Printed {
    fn new(run: &run::Run, output: Option<&RunOutput>) -> Self {
        let (passed, failed, total) = match &run.state {
            RunState::Finished {
                report: ReportState::Read { passed, failed, total, .. }, ..
            } => (Some(*passed), Some(*failed), Some(*total)),
            _ => (None, None, None),
        };
        let text = |stream: fn(&RunOutput) -> Option<&Output>| {
            output.and_then(stream).map(|output| output.text.clone())
        };
        let stdout = text(|output| output.stdout.as_ref());
        let stderr = text(|output| output.stderr.as_ref()).or_else(|| hint(run));
        Self { passed, failed, total, stdout, stderr }
    }
}

/// What a candidate can do about a run that came to nothing.
const AGAIN: &str = "Please run the tests again.";

/// What to do about a run that says nothing.
fn hint(run: &run::Run) -> Option<String> {
    match &run.state {
        RunState::Finished { report: ReportState::Unreadable { .. }, .. } => {
            Some(format!("The test results artifact is missing or unreadable. {AGAIN}"))
        }
        RunState::Failed { reason, .. } => Some(format!("{} {AGAIN}", reason.message())),
        _ => None,
    }
}

impl Status {
    pub(crate) fn new(
        session: &CandidateSession,
        workspace: &Workspace,
        last: Option<(run::Run, Option<RunOutput>)>,
    ) -> Result<Self, Error> {
        let remembered = workspace.last_run.as_ref();
        Ok(Self {
            made: Made::new(session, workspace)?,
            latest_commit_sha: remembered.map(|last| last.commit.to_string()),
            last_workflow_run_id: remembered.map(|last| last.github_id.to_string()),
            last_workflow_conclusion: remembered.map(|last| last.conclusion.as_str()),
            last_test_summary: last.map(|(run, output)| Summary {
                status: run.status().as_str(),
                run_id: run.github_id(),
                conclusion: conclusion(&run).map(Conclusion::as_str),
                printed: Printed::new(&run, output.as_ref()),
                summary: output
                    .and_then(|output| serde_json::from_str(output.summary.as_deref()?).ok()),
            }),
        })
    }
}

fn conclusion(run: &run::Run) -> Option<Conclusion> {
    match &run.state {
        RunState::Finished { conclusion, .. } => Some(*conclusion),
        _ => None,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Run {
    status: &'static str,
    #[serde(flatten)]
    printed: Printed,
    timeout: bool,
    run_id: u64,
    workflow_run_id: Option<u64>,
    conclusion: Option<&'static str>,
    workflow_url: Option<String>,
    commit_sha: Option<String>,
    poll_after_ms: Option<u64>,
    message: Option<String>,
}

impl Run {
    pub(crate) fn new(run: &run::Run, output: Option<&RunOutput>, now: Timestamp) -> Self {
        let conclusion = conclusion(run);
        let commit = match &run.state {
            RunState::Finished { commit, .. } => Some(commit.to_string()),
            _ => None,
        };
        let message = match (&run.state, run.status()) {
            (RunState::Failed { .. }, _) => hint(run),
            (_, ResultStatus::Running) => Some("The tests are running.".to_owned()),
            _ => None,
        };
        let workflow_run_id = run.github_id();
        Self {
            status: run.status().as_str(),
            printed: Printed::new(run, output),
            timeout: conclusion == Some(Conclusion::TimedOut),
            run_id: run.id.get(),
            workflow_run_id,
            conclusion: conclusion.map(Conclusion::as_str),
            workflow_url: workflow_run_id.map(|id| run.repository.run_url(id)),
            commit_sha: commit,
            poll_after_ms: run.poll_after_ms(now),
            message,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Submitted {
    submission_id: u64,
    task_id: u64,
    candidate_session_id: u64,
    submitted_at: Timestamp,
    progress: Progress,
    is_complete: bool,
    commit_sha: Option<String>,
}

#[derive(Serialize)]
struct Progress {
    completed: u8,
    total: u8,
}

impl From<&Submission> for Submitted {
    fn from(submission: &Submission) -> Self {
        // Days are handed in in order, so the day says how far the candidate was with it.
        let completed = submission.day.number();
        Self {
            submission_id: submission.id.get(),
            task_id: submission.task.get(),
            candidate_session_id: submission.session.get(),
            submitted_at: submission.submitted_at,
            progress: Progress { completed, total: DAYS },
            is_complete: completed == DAYS,
            commit_sha: submission.code.as_ref().map(|code| code.commit.to_string()),
        }
    }
}
