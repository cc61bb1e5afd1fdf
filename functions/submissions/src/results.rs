//! What the tests said of a submission, as a recruiter reads it.

use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};
use shared::domain::repository::CommitSha;
use shared::domain::results::{Conclusion, Output, status_of};
use shared::domain::run::{ReportState, Run};
use shared::domain::submission::{Again, CodeWork, Examination, Findings, Results};
use shared::http::schema::one_of;
use shared::store::runs::RunOutput;
use utoipa::ToSchema;
use utoipa::openapi::Object;

use crate::view::{github_id, workflow_url};

/// Follows a stream that was cut.
const CUT: &str = "... (truncated)";
/// Said where a run that succeeded counts failures, or one that failed counts none.
const DISAGREE: &str = "The conclusion of the run and the counts of its report disagree.";
/// Said where more tests passed and failed than there are.
const ADD_UP: &str = "The counts of the report do not add up.";
/// Said where a report counts nothing.
const NO_TESTS: &str = "The report counts no tests.";
/// Said where the run was started again, which whoever may push can do.
const RUN_AGAIN: &str = "The run was run again on GitHub; the results are of its last attempt.";
/// Said where GitHub does not tell what was changed.
const NO_DIFF: &str = "GitHub cannot compare the code with what the candidate started from.";

/// What the tests said of a code day.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TestResults {
    #[schema(schema_with = status_words)]
    status: &'static str,
    #[serde(flatten)]
    said: Said,
    #[schema(schema_with = run_status_words)]
    run_status: Option<&'static str>,
    stdout_truncated: Option<bool>,
    stderr_truncated: Option<bool>,
    artifact_name: Option<String>,
    artifact_present: Option<bool>,
    artifact_error_code: Option<String>,
    /// Why there are no results, or what is odd about them, in words.
    message: Option<String>,
    /// Files the candidate changed that decide how the tests are run.
    tampered_files: Vec<String>,
    /// Whether the code is being examined: for the first time, or again, and these results are the
    /// earlier ones.
    examination_pending: bool,
    /// Which attempt at the run the results are of: 1 unless it was run again on GitHub.
    run_attempt: Option<u32>,
    /// The same once more; left out in lists.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Said, required = false)]
    output: Option<Said>,
    last_run_at: Timestamp,
    /// GitHub's number of the run, as text.
    workflow_run_id: Option<String>,
    #[schema(value_type = CommitSha)]
    commit_sha: String,
    #[schema(format = "uri")]
    workflow_url: Option<String>,
    #[schema(format = "uri")]
    commit_url: String,
}

fn status_words() -> Object {
    one_of(&["pending", "running", "passed", "failed", "timeout", "tampered", "error"])
}

fn run_status_words() -> Object {
    one_of(&["pending", "queued", "in_progress", "completed"])
}

/// What a run said; nothing of it while there is no run to speak of.
#[derive(Serialize, Clone, Default, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TestOutput)]
struct Said {
    passed: Option<u32>,
    failed: Option<u32>,
    total: Option<u32>,
    /// GitHub's number of the run.
    run_id: Option<u64>,
    #[schema(value_type = Option<Conclusion>)]
    conclusion: Option<&'static str>,
    timeout: Option<bool>,
    stdout: Option<String>,
    stderr: Option<String>,
    /// Whatever the tests reported beside the counts.
    #[schema(value_type = Option<Object>)]
    summary: Option<Map<String, Value>>,
}

impl TestResults {
    /// With the first 4,000 characters of each stream.
    pub(crate) fn in_list(code: &CodeWork, submitted_at: Timestamp) -> Self {
        let streams = match &code.examination {
            Examination::Complete(findings) => {
                (findings.results.stdout_head.as_ref(), findings.results.stderr_head.as_ref())
            }
            Examination::Pending | Examination::GivenUp { .. } | Examination::Failed { .. } => {
                (None, None)
            }
        };
        Self::new(code, submitted_at, None, streams)
    }

    /// With all that was kept of each stream, and how far the run is while it is pending.
    pub(crate) fn in_full(
        code: &CodeWork,
        submitted_at: Timestamp,
        run: Option<&Run>,
        output: Option<&RunOutput>,
    ) -> Self {
        let streams = (
            output.and_then(|output| output.stdout.as_ref()),
            output.and_then(|output| output.stderr.as_ref()),
        );
        let results = Self::new(code, submitted_at, run, streams);
        Self { output: Some(results.said.clone()), ..results }
    }

    fn new(
        code: &CodeWork,
        submitted_at: Timestamp,
        run: Option<&Run>,
        (stdout, stderr): (Option<&Output>, Option<&Output>),
    ) -> Self {
        let examined = Examined::of(code, run);
        let said = Said { stdout: stdout.map(shown), stderr: stderr.map(shown), ..examined.said };
        Self {
            status: examined.status,
            said,
            run_status: Some(examined.run_status),
            stdout_truncated: stdout.map(|output| output.truncated),
            stderr_truncated: stderr.map(|output| output.truncated),
            artifact_present: examined.artifact_present,
            artifact_name: examined.artifact_name,
            artifact_error_code: examined.artifact_error_code,
            message: examined.message,
            tampered_files: examined.tampered,
            examination_pending: code.is_examined_now(),
            run_attempt: examined.run_attempt,
            output: None,
            last_run_at: submitted_at,
            workflow_run_id: github_id(code).map(|id| id.to_string()),
            commit_sha: code.commit.to_string(),
            workflow_url: workflow_url(code),
            commit_url: code.repository.commit_url(&code.commit),
        }
    }
}

/// What an examination comes to, apart from what was printed.
#[derive(Default)]
struct Examined {
    status: &'static str,
    run_status: &'static str,
    said: Said,
    artifact_name: Option<String>,
    artifact_present: Option<bool>,
    artifact_error_code: Option<String>,
    message: Option<String>,
    tampered: Vec<String>,
    run_attempt: Option<u32>,
}

impl Examined {
    fn of(code: &CodeWork, run: Option<&Run>) -> Self {
        match &code.examination {
            Examination::Pending => Self {
                status: "pending",
                run_status: run.map_or("pending", Run::github_status),
                ..Self::default()
            },
            Examination::Complete(findings) => {
                let mut found = Self::found(findings);
                if let Some(Again::Failed { reason, .. }) = &code.again {
                    let again = format!("It was examined again, in vain: {reason}");
                    found.message = Some(joined(found.message.as_deref(), &again));
                }
                found
            }
            Examination::GivenUp { .. } | Examination::Failed { .. } => {
                let failure = code.examination.failure();
                // Without tests, too, tampering is told before anything else: it may be why.
                let tampered = match &code.examination {
                    Examination::Failed { tampered, .. } => tampered.clone(),
                    _ => Vec::new(),
                };
                Self {
                    status: if tampered.is_empty() { "error" } else { "tampered" },
                    run_status: "completed",
                    artifact_error_code: failure.map(|(error, _, _)| error.to_owned()),
                    message: failure.map(|(_, reason, _)| reason.to_owned()),
                    tampered,
                    ..Self::default()
                }
            }
        }
    }

    fn found(findings: &Findings) -> Self {
        let Results { conclusion, report, summary, github_id, attempt, .. } = &findings.results;
        let counts = match report {
            ReportState::Read { passed, failed, total, .. } => Some((*passed, *failed, *total)),
            ReportState::Unreadable { .. } => None,
        };
        let (artifact_name, problem) = match report {
            ReportState::Read { artifact_name, .. } => (Some(artifact_name.clone()), None),
            ReportState::Unreadable { problem } => (None, Some(problem.code().to_owned())),
        };
        let summary = summary.as_deref().and_then(|text| serde_json::from_str(text).ok());
        Self {
            status: shown_status(findings),
            run_status: "completed",
            said: Said {
                passed: counts.map(|(passed, _, _)| passed),
                failed: counts.map(|(_, failed, _)| failed),
                total: counts.map(|(_, _, total)| total),
                run_id: Some(*github_id),
                conclusion: Some(conclusion.as_str()),
                timeout: Some(*conclusion == Conclusion::TimedOut),
                summary,
                ..Said::default()
            },
            artifact_present: Some(artifact_name.is_some()),
            artifact_name,
            artifact_error_code: problem,
            message: oddities(findings),
            tampered: findings.tampered.clone(),
            run_attempt: Some(*attempt),
        }
    }
}

/// Tampering is told before anything else: the counts cannot be trusted then.
fn shown_status(findings: &Findings) -> &'static str {
    let Results { conclusion, report, .. } = &findings.results;
    if !findings.tampered.is_empty() {
        "tampered"
    } else if *conclusion == Conclusion::TimedOut {
        "timeout"
    } else {
        status_of(*conclusion, report.failed()).as_str()
    }
}

/// What is odd about the results, in words; none where nothing is.
fn oddities(findings: &Findings) -> Option<String> {
    let Results { conclusion, report, attempt, .. } = &findings.results;
    let mut odd = Vec::new();
    if let ReportState::Read { passed, failed, total, .. } = *report {
        match conclusion {
            Conclusion::Success if failed > 0 => odd.push(DISAGREE),
            Conclusion::Failure if failed == 0 => odd.push(DISAGREE),
            _ => {}
        }
        if u64::from(passed) + u64::from(failed) > u64::from(total) {
            odd.push(ADD_UP);
        } else if total == 0 {
            odd.push(NO_TESTS);
        }
    }
    if *attempt > 1 {
        odd.push(RUN_AGAIN);
    }
    if findings.diff.is_none() {
        odd.push(NO_DIFF);
    }
    (!odd.is_empty()).then(|| odd.join(" "))
}

fn joined(before: Option<&str>, more: &str) -> String {
    before.map_or_else(|| more.to_owned(), |before| format!("{before} {more}"))
}

fn shown(output: &Output) -> String {
    if output.truncated { format!("{}{CUT}", output.text) } else { output.text.clone() }
}

#[cfg(test)]
mod tests;
