//! What these routes answer: exactly the contract's fields.
#![expect(clippy::struct_field_names, reason = "the contract names the fields")]

use jiff::Timestamp;
use serde::Serialize;
use shared::domain::diff::{BranchChange, ChangedFile, DiffSummary, LaterChanges};
use shared::domain::id::{CandidateSessionId, SimulationId, SubmissionId, TaskId};
use shared::domain::repository::{BranchName, CommitSha};
use shared::domain::standing::Standing;
use shared::domain::submission::{CodeWork, Examination, Submission};
use shared::domain::task::{Day, TaskKind};
use shared::store::submissions::WholeSubmission;
use utoipa::ToSchema;

use crate::activity::Activity;
use crate::results::TestResults;

/// What the list and the detail both show.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SubmissionIdentity)]
struct Common {
    submission_id: SubmissionId,
    candidate_session_id: CandidateSessionId,
    candidate_name: String,
    invite_email: String,
    simulation_id: SimulationId,
    simulation_title: String,
    submitted_at: Timestamp,
    /// The test run; code days only, once it is known.
    #[schema(format = "uri")]
    workflow_url: Option<String>,
    /// Code days only.
    #[schema(format = "uri")]
    commit_url: Option<String>,
    /// Code days only.
    #[schema(format = "uri")]
    diff_url: Option<String>,
}

impl From<&Submission> for Common {
    fn from(submission: &Submission) -> Self {
        let code = submission.code.as_ref();
        Self {
            submission_id: submission.id,
            candidate_session_id: submission.session,
            candidate_name: submission.candidate_name.as_str().to_owned(),
            invite_email: submission.invite_email.as_str().to_owned(),
            simulation_id: submission.simulation,
            simulation_title: submission.simulation_title.as_str().to_owned(),
            submitted_at: submission.submitted_at,
            workflow_url: code.and_then(workflow_url),
            commit_url: code.map(|code| code.repository.commit_url(&code.commit)),
            diff_url: code.map(|code| code.repository.compare_url(&code.base, &code.commit)),
        }
    }
}

pub(crate) fn workflow_url(code: &CodeWork) -> Option<String> {
    github_id(code).map(|id| code.repository.run_url(id))
}

pub(crate) fn github_id(code: &CodeWork) -> Option<u64> {
    match &code.examination {
        Examination::Complete(findings) => Some(findings.results.github_id),
        Examination::Pending | Examination::GivenUp { .. } | Examination::Failed { .. } => None,
    }
}

fn diff_of(code: &CodeWork) -> Option<&DiffSummary> {
    code.examination.diff()
}

/// A submission in the list; patches are left out.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SubmissionRow)]
pub(crate) struct Item {
    #[serde(flatten)]
    common: Common,
    task_id: TaskId,
    day_index: Day,
    r#type: TaskKind,
    repo_full_name: Option<String>,
    #[schema(format = "uri")]
    repo_url: Option<String>,
    /// GitHub's number of the run, as text.
    workflow_run_id: Option<String>,
    commit_sha: Option<CommitSha>,
    diff_summary: Option<DiffSummary>,
    test_results: Option<TestResults>,
}

impl From<&Submission> for Item {
    fn from(submission: &Submission) -> Self {
        let code = submission.code.as_ref();
        Self {
            common: submission.into(),
            task_id: submission.task,
            day_index: submission.day,
            r#type: submission.kind(),
            repo_full_name: code.map(|code| code.repository.to_string()),
            repo_url: code.map(|code| code.repository.url()),
            workflow_run_id: code.and_then(github_id).map(|id| id.to_string()),
            commit_sha: code.map(|code| code.commit.clone()),
            diff_summary: code.and_then(diff_of).cloned(),
            test_results: code.map(|code| TestResults::in_list(code, submission.submitted_at)),
        }
    }
}

/// A submission in full.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Submission)]
pub(crate) struct Detail {
    #[serde(flatten)]
    common: Common,
    task: Task,
    /// What was written, exactly as sent.
    content_text: Option<String>,
    code: Option<Code>,
    test_results: Option<TestResults>,
    diff_summary: Option<DiffSummary>,
    /// What became of the branch after it was handed in, as far as the examination saw; null while
    /// it ends where it did. Nothing of it counts.
    changed_after_submission: Option<ChangedAfter>,
    /// Code days only.
    activity: Option<Activity>,
}

/// What became of a branch after it was handed in.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ChangedAfterSubmission)]
struct ChangedAfter {
    branch: BranchName,
    change: BranchChange,
    /// Where the branch ends now; null where it is gone.
    head_sha: Option<CommitSha>,
    /// The files that differ from what was handed in, without patches.
    files: Vec<ChangedFile>,
    /// Whether files were left out.
    truncated: bool,
    seen_at: Timestamp,
}

impl From<&LaterChanges> for ChangedAfter {
    fn from(later: &LaterChanges) -> Self {
        Self {
            branch: later.branch.clone(),
            change: later.change,
            head_sha: later.head.clone(),
            files: later.files.clone(),
            truncated: later.truncated,
            seen_at: later.seen_at,
        }
    }
}

/// An examination that was asked for.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Examination)]
pub(crate) struct Examining {
    submission_id: SubmissionId,
    /// What the submission shows until the examination ends.
    test_results: Option<TestResults>,
}

impl From<&Submission> for Examining {
    fn from(submission: &Submission) -> Self {
        let code = submission.code.as_ref();
        Self {
            submission_id: submission.id,
            test_results: code.map(|code| TestResults::in_list(code, submission.submitted_at)),
        }
    }
}

/// What the candidate was asked to do.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SubmissionTask)]
struct Task {
    task_id: TaskId,
    day_index: Day,
    r#type: TaskKind,
    title: String,
    prompt: String,
}

/// Where the code is.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SubmissionCode)]
struct Code {
    repo_path: String,
    repo_full_name: String,
    #[schema(format = "uri")]
    repo_url: String,
    repo_state: Standing,
}

impl From<&WholeSubmission> for Detail {
    fn from(whole: &WholeSubmission) -> Self {
        let submission = &whole.submission;
        let code = submission.code.as_ref();
        let results = code.map(|code| {
            let (run, output) = (whole.run.as_ref(), whole.output.as_ref());
            TestResults::in_full(code, submission.submitted_at, run, output)
        });
        Self {
            common: submission.into(),
            task: Task {
                task_id: submission.task,
                day_index: submission.day,
                r#type: submission.kind(),
                title: submission.task_title.clone(),
                prompt: submission.task_prompt.clone(),
            },
            content_text: whole.text.as_ref().map(|text| text.as_str().to_owned()),
            code: code.map(|code| Code {
                repo_path: code.repository.to_string(),
                repo_full_name: code.repository.to_string(),
                repo_url: code.repository.url(),
                repo_state: whole.workspace.as_ref().map(|it| it.standing).unwrap_or_default(),
            }),
            test_results: results,
            diff_summary: whole.diff.as_ref().or_else(|| code.and_then(diff_of)).cloned(),
            changed_after_submission: whole.later.as_ref().map(ChangedAfter::from),
            activity: code.map(|_code| whole.activity.as_ref().into()),
        }
    }
}
