//! What a workflow run came to.

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

use crate::domain::redaction::redact;

/// The longest output stream that is kept, in characters.
pub const OUTPUT_CHARS_MAX: usize = 20_000;
/// The longest summary that is kept, in bytes of JSON.
pub const SUMMARY_BYTES_MAX: usize = 4_096;

/// An output stream without secrets, cut to a limit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Output {
    /// The text.
    pub text: String,
    /// Whether text was cut off.
    pub truncated: bool,
}

impl Output {
    /// The first `limit_chars` characters of it.
    pub fn head(&self, limit_chars: usize) -> Self {
        match self.text.char_indices().nth(limit_chars) {
            Some((end, _)) => {
                Self { text: self.text.get(..end).unwrap_or_default().to_owned(), truncated: true }
            }
            None => self.clone(),
        }
    }

    /// Redacts `text`, then keeps its first `limit_chars` characters. Text of exactly the limit stays
    /// whole.
    pub fn cut(text: &str, limit_chars: usize) -> Self {
        let mut text = redact(text);
        let end = text.char_indices().nth(limit_chars).map(|(at, _)| at);
        if let Some(end) = end {
            text.truncate(end);
        }
        Self { text, truncated: end.is_some() }
    }
}

/// The counts and streams that a test run left in its artifact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TestReport {
    /// Tests that passed.
    pub passed: u32,
    /// Tests that failed or broke.
    pub failed: u32,
    /// All tests, skipped ones included.
    pub total: u32,
    /// Standard output, at most [`OUTPUT_CHARS_MAX`] characters.
    pub stdout: Option<Output>,
    /// Standard error, at most [`OUTPUT_CHARS_MAX`] characters.
    pub stderr: Option<Output>,
    /// The text of a JSON object, at most [`SUMMARY_BYTES_MAX`] bytes.
    pub summary: Option<String>,
    /// The artifact the report came from.
    pub artifact_name: String,
}

/// Why a finished run has no report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ArtifactProblem {
    /// The run left nothing that could be a report.
    #[error("the run has no artifact")]
    Missing,
    /// An artifact could not be fetched; it may be there the next time.
    #[error("an artifact could not be downloaded")]
    DownloadFailed,
    /// An artifact breaks a limit or holds nothing recognisable.
    #[error("no artifact holds a readable report")]
    Corrupt,
    /// The artifacts are larger than we read, or gone.
    #[error("no artifact is small enough to be read, or is there any more")]
    Unavailable,
}

impl ArtifactProblem {
    /// The code on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::Missing => "artifact_missing",
            Self::DownloadFailed => "artifact_download_failed",
            Self::Corrupt => "artifact_corrupt",
            Self::Unavailable => "artifact_unavailable",
        }
    }
}

/// How GitHub says a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum Conclusion {
    /// Every step succeeded.
    Success,
    /// A step failed.
    Failure,
    /// The run took longer than it may.
    #[schema(rename = "timed_out")]
    TimedOut,
    /// Somebody stopped it.
    Cancelled,
    /// It says nothing either way.
    Neutral,
    /// It did not run.
    Skipped,
    /// It waits for somebody.
    #[schema(rename = "action_required")]
    ActionRequired,
    /// GitHub gave it up.
    Stale,
    /// It could not start.
    #[schema(rename = "startup_failure")]
    StartupFailure,
    /// A word GitHub has added since.
    Other,
}

impl Conclusion {
    /// Reads GitHub's word, in any case.
    pub fn parse(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "success" => Self::Success,
            "failure" => Self::Failure,
            "timed_out" => Self::TimedOut,
            "cancelled" => Self::Cancelled,
            "neutral" => Self::Neutral,
            "skipped" => Self::Skipped,
            "action_required" => Self::ActionRequired,
            "stale" => Self::Stale,
            "startup_failure" => Self::StartupFailure,
            _ => Self::Other,
        }
    }

    /// GitHub's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
            Self::Neutral => "neutral",
            Self::Skipped => "skipped",
            Self::ActionRequired => "action_required",
            Self::Stale => "stale",
            Self::StartupFailure => "startup_failure",
            Self::Other => "other",
        }
    }
}

/// How far a run has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RunPhase {
    /// Queued, waiting or at work.
    Underway,
    /// Over.
    Completed(Conclusion),
}

impl RunPhase {
    /// Reads GitHub's `status` and `conclusion`. Only a conclusion or the status `completed` ends a
    /// run: every other status, known or new, is still underway.
    pub fn parse(status: &str, conclusion: Option<&str>) -> Self {
        match conclusion.filter(|word| !word.is_empty()) {
            Some(word) => Self::Completed(Conclusion::parse(word)),
            None if status.eq_ignore_ascii_case("completed") => Self::Completed(Conclusion::Other),
            None => Self::Underway,
        }
    }
}

/// The one word a candidate and a recruiter read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum ResultStatus {
    /// The run succeeded and no test failed.
    Passed,
    /// The run or a test failed.
    Failed,
    /// The run goes on.
    Running,
    /// The run ended without a result.
    Error,
}

impl ResultStatus {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Running => "running",
            Self::Error => "error",
        }
    }
}

/// The status of a run that ended with `conclusion` and whose report counts `failed` tests, where
/// there is a report.
///
/// A finished run without a report is an error whatever its conclusion; a run that succeeded although
/// tests failed has failed.
pub fn status_of(conclusion: Conclusion, failed: Option<u32>) -> ResultStatus {
    let Some(failed) = failed else { return ResultStatus::Error };
    match conclusion {
        Conclusion::Success if failed == 0 => ResultStatus::Passed,
        Conclusion::Success
        | Conclusion::Failure
        | Conclusion::TimedOut
        | Conclusion::Cancelled => ResultStatus::Failed,
        Conclusion::Neutral
        | Conclusion::Skipped
        | Conclusion::ActionRequired
        | Conclusion::Stale
        | Conclusion::StartupFailure
        | Conclusion::Other => ResultStatus::Error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_is_redacted_before_it_is_cut() {
        assert_eq!(Output::cut("añb", 3), Output { text: "añb".to_owned(), truncated: false });
        assert_eq!(Output::cut("añbc", 3), Output { text: "añb".to_owned(), truncated: true });

        let secret = Output::cut("ghp_0123456789abcdef", 10);
        assert_eq!(secret, Output { text: "[redacted]".to_owned(), truncated: false });
    }

    #[test]
    fn only_a_conclusion_or_completed_ends_a_run() {
        for status in ["queued", "in_progress", "waiting", "requested", "pending", "", "new"] {
            assert_eq!(RunPhase::parse(status, None), RunPhase::Underway, "{status}");
        }
        assert_eq!(
            RunPhase::parse("completed", Some("TIMED_OUT")),
            RunPhase::Completed(Conclusion::TimedOut)
        );
        assert_eq!(RunPhase::parse("Completed", None), RunPhase::Completed(Conclusion::Other));
    }

    #[test]
    fn every_conclusion_reads_back_as_its_own_word() {
        for word in [
            "success",
            "failure",
            "timed_out",
            "cancelled",
            "neutral",
            "skipped",
            "action_required",
            "stale",
            "startup_failure",
            "other",
        ] {
            assert_eq!(Conclusion::parse(word).as_str(), word);
        }
    }

    #[test]
    fn a_status_needs_a_report_and_believes_the_worse_of_counts_and_conclusion() {
        let status = |word, failed| status_of(Conclusion::parse(word), failed);

        assert_eq!(status("success", Some(0)), ResultStatus::Passed);
        assert_eq!(status("success", Some(1)), ResultStatus::Failed);
        for word in ["failure", "timed_out", "cancelled"] {
            assert_eq!(status(word, Some(0)), ResultStatus::Failed, "{word}");
        }
        for word in ["neutral", "skipped", "action_required", "stale", "startup_failure", "odd"] {
            assert_eq!(status(word, Some(0)), ResultStatus::Error, "{word}");
        }
        for word in ["success", "failure", "timed_out"] {
            assert_eq!(status(word, None), ResultStatus::Error, "{word}");
        }
    }
}
