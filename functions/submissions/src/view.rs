//! What these routes answer: exactly the contract's fields.
#![expect(clippy::struct_field_names, reason = "the contract names the fields")]

use jiff::Timestamp;
use serde::Serialize;
use shared::domain::diff::DiffSummary;
use shared::domain::submission::{CodeWork, Examination, Submission};
use shared::store::submissions::WholeSubmission;

use crate::results::TestResults;

/// What the list and the detail both show.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Common {
    submission_id: u64,
    candidate_session_id: u64,
    candidate_name: String,
    invite_email: String,
    simulation_id: u64,
    simulation_title: String,
    submitted_at: Timestamp,
    workflow_url: Option<String>,
    commit_url: Option<String>,
    diff_url: Option<String>,
}

impl From<&Submission> for Common {
    fn from(submission: &Submission) -> Self {
        let code = submission.code.as_ref();
        Self {
            submission_id: submission.id.get(),
            candidate_session_id: submission.session.get(),
            candidate_name: submission.candidate_name.as_str().to_owned(),
            invite_email: submission.invite_email.as_str().to_owned(),
            simulation_id: submission.simulation.get(),
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
    match &code.examination {
        Examination::Complete(findings) => findings.diff.as_ref(),
        Examination::Pending | Examination::GivenUp { .. } | Examination::Failed { .. } => None,
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Item {
    #[serde(flatten)]
    common: Common,
    task_id: u64,
    day_index: u8,
    r#type: &'static str,
    repo_full_name: Option<String>,
    repo_url: Option<String>,
    workflow_run_id: Option<String>,
    commit_sha: Option<String>,
    diff_summary: Option<DiffSummary>,
    test_results: Option<TestResults>,
}

impl From<&Submission> for Item {
    fn from(submission: &Submission) -> Self {
        let code = submission.code.as_ref();
        Self {
            common: submission.into(),
            task_id: submission.task.get(),
            day_index: submission.day.number(),
            r#type: submission.kind().as_str(),
            repo_full_name: code.map(|code| code.repository.to_string()),
            repo_url: code.map(|code| code.repository.url()),
            workflow_run_id: code.and_then(github_id).map(|id| id.to_string()),
            commit_sha: code.map(|code| code.commit.to_string()),
            diff_summary: code.and_then(diff_of).cloned(),
            test_results: code.map(|code| TestResults::in_list(code, submission.submitted_at)),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Detail {
    #[serde(flatten)]
    common: Common,
    task: Task,
    content_text: Option<String>,
    code: Option<Code>,
    test_results: Option<TestResults>,
    diff_summary: Option<DiffSummary>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Task {
    task_id: u64,
    day_index: u8,
    r#type: &'static str,
    title: String,
    prompt: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Code {
    repo_path: String,
    repo_full_name: String,
    repo_url: String,
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
                task_id: submission.task.get(),
                day_index: submission.day.number(),
                r#type: submission.kind().as_str(),
                title: submission.task_title.clone(),
                prompt: submission.task_prompt.clone(),
            },
            content_text: whole.text.as_ref().map(|text| text.as_str().to_owned()),
            code: code.map(|code| Code {
                repo_path: code.repository.to_string(),
                repo_full_name: code.repository.to_string(),
                repo_url: code.repository.url(),
            }),
            test_results: results,
            diff_summary: whole.diff.as_ref().or_else(|| code.and_then(diff_of)).cloned(),
        }
    }
}
