//! What these routes answer: exactly the contract's fields.
#![expect(clippy::struct_field_names, reason = "the contract names the fields")]

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use shared::domain::candidate_session::CandidateSession;
use shared::domain::id::{CandidateSessionId, RunId, SubmissionId, TaskId};
use shared::domain::repository::CommitSha;
use shared::domain::results::{Conclusion, Output, ResultStatus};
use shared::domain::run::{self, ReportState, RunState};
use shared::domain::standing::Standing;
use shared::domain::submission::Submission;
use shared::domain::task::DAYS;
use shared::domain::workspace::Workspace;
use shared::domain::workspace::access::Access;
use shared::error::Error;
use shared::store::runs::RunOutput;
use utoipa::ToSchema;

/// A day's repository.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Workspace)]
pub(crate) struct Made {
    repo_full_name: String,
    #[schema(format = "uri")]
    repo_url: String,
    #[schema(format = "uri")]
    codespace_url: String,
    default_branch: String,
    #[schema(format = "uuid")]
    workspace_id: String,
    access: Access,
    /// Where the candidate accepts the invitation to the repository, while that has to be done.
    #[schema(format = "uri")]
    invitation_url: Option<String>,
}

impl Made {
    pub(crate) fn new(session: &CandidateSession, workspace: &Workspace) -> Result<Self, Error> {
        let (repository, _base) = workspace.ready().ok_or(Error::WorkspaceNotReady)?;
        let access = workspace.access(session.github_username.as_ref());
        Ok(Self {
            repo_full_name: workspace.name.to_string(),
            repo_url: workspace.name.url(),
            codespace_url: workspace.name.codespace_url(),
            default_branch: repository.default_branch.as_str().to_owned(),
            workspace_id: workspace.id.to_string(),
            access,
            invitation_url: (access == Access::Invited).then(|| workspace.name.invitations_url()),
        })
    }
}

/// A day's repository and its newest finished test run.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = WorkspaceStatus)]
pub(crate) struct Status {
    #[serde(flatten)]
    made: Made,
    latest_commit_sha: Option<CommitSha>,
    /// GitHub's number of the run, as text.
    last_workflow_run_id: Option<String>,
    #[schema(value_type = Option<Conclusion>)]
    last_workflow_conclusion: Option<&'static str>,
    last_test_summary: Option<Summary>,
    repo_state: Standing,
}

/// What the newest test run said.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TestSummary)]
struct Summary {
    status: ResultStatus,
    /// GitHub's number of the run.
    run_id: Option<u64>,
    #[schema(value_type = Option<Conclusion>)]
    conclusion: Option<&'static str>,
    #[serde(flatten)]
    printed: Printed,
    /// Whatever the tests reported beside the counts.
    #[schema(value_type = Option<Object>)]
    summary: Option<Map<String, Value>>,
}

/// Counts and output of a run; null where there are none.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TestCounts)]
struct Printed {
    passed: Option<u32>,
    failed: Option<u32>,
    total: Option<u32>,
    stdout: Option<String>,
    stderr: Option<String>,
    /// Whether `stdout` was cut after 20,000 characters.
    stdout_truncated: Option<bool>,
    /// Whether `stderr` was cut after 20,000 characters.
    stderr_truncated: Option<bool>,
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
        let cut = |stream: fn(&RunOutput) -> Option<&Output>| {
            output.and_then(stream).map(|output| output.truncated)
        };
        let stdout = text(|output| output.stdout.as_ref());
        let stderr = text(|output| output.stderr.as_ref()).or_else(|| hint(run));
        Self {
            passed,
            failed,
            total,
            stdout,
            stderr,
            stdout_truncated: cut(|output| output.stdout.as_ref()),
            stderr_truncated: cut(|output| output.stderr.as_ref()),
        }
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
            latest_commit_sha: remembered.map(|last| last.commit.clone()),
            last_workflow_run_id: remembered.map(|last| last.github_id.to_string()),
            last_workflow_conclusion: remembered.map(|last| last.conclusion.as_str()),
            last_test_summary: last.map(|(run, output)| Summary {
                status: run.status(),
                run_id: run.github_id(),
                conclusion: conclusion(&run).map(Conclusion::as_str),
                printed: Printed::new(&run, output.as_ref()),
                summary: output
                    .and_then(|output| serde_json::from_str(output.summary.as_deref()?).ok()),
            }),
            repo_state: workspace.standing,
        })
    }
}

fn conclusion(run: &run::Run) -> Option<Conclusion> {
    match &run.state {
        RunState::Finished { conclusion, .. } => Some(*conclusion),
        _ => None,
    }
}

/// A test run.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TestRun)]
pub(crate) struct Run {
    status: ResultStatus,
    #[serde(flatten)]
    printed: Printed,
    timeout: bool,
    run_id: RunId,
    /// GitHub's number of the run, once it is known.
    workflow_run_id: Option<u64>,
    #[schema(value_type = Option<Conclusion>)]
    conclusion: Option<&'static str>,
    #[schema(format = "uri")]
    workflow_url: Option<String>,
    commit_sha: Option<CommitSha>,
    /// When to ask again, in milliseconds; null once the run is over.
    #[schema(minimum = 2000, maximum = 15000)]
    poll_after_ms: Option<u64>,
    /// For the candidate to read.
    message: Option<String>,
}

impl Run {
    pub(crate) fn new(run: &run::Run, output: Option<&RunOutput>, now: Timestamp) -> Self {
        let conclusion = conclusion(run);
        let commit = match &run.state {
            RunState::Finished { commit, .. } => Some(commit.clone()),
            _ => None,
        };
        let message = match (&run.state, run.status()) {
            (RunState::Failed { .. }, _) => hint(run),
            (_, ResultStatus::Running) => Some("The tests are running.".to_owned()),
            _ => None,
        };
        let workflow_run_id = run.github_id();
        Self {
            status: run.status(),
            printed: Printed::new(run, output),
            timeout: conclusion == Some(Conclusion::TimedOut),
            run_id: run.id,
            workflow_run_id,
            conclusion: conclusion.map(Conclusion::as_str),
            workflow_url: workflow_run_id.map(|id| run.repository.run_url(id)),
            commit_sha: commit,
            poll_after_ms: run.poll_after_ms(now),
            message,
        }
    }
}

/// A day that was handed in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SubmittedDay)]
pub(crate) struct Submitted {
    submission_id: SubmissionId,
    task_id: TaskId,
    candidate_session_id: CandidateSessionId,
    submitted_at: Timestamp,
    progress: Progress,
    is_complete: bool,
    /// What was handed in on a code day.
    commit_sha: Option<CommitSha>,
}

/// Days handed in, of all there are.
#[derive(Serialize, ToSchema)]
struct Progress {
    #[schema(maximum = 5)]
    completed: u8,
    #[schema(minimum = 5, maximum = 5)]
    total: u8,
}

impl From<&Submission> for Submitted {
    fn from(submission: &Submission) -> Self {
        // Days are handed in in order, so the day says how far the candidate was with it.
        let completed = submission.day.number();
        Self {
            submission_id: submission.id,
            task_id: submission.task,
            candidate_session_id: submission.session,
            submitted_at: submission.submitted_at,
            progress: Progress { completed, total: DAYS },
            is_complete: completed == DAYS,
            commit_sha: submission.code.as_ref().map(|code| code.commit.clone()),
        }
    }
}
