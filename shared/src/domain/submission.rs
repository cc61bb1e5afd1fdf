//! What a candidate handed in for one day.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::candidate_session::{CandidateName, CandidateSession};
use crate::domain::diff::DiffSummary;
use crate::domain::email_address::EmailAddress;
use crate::domain::id::{CandidateSessionId, RunId, SimulationId, SubmissionId, TaskId, UserId};
use crate::domain::redaction::redact;
use crate::domain::repository::{CommitSha, RepositoryName};
use crate::domain::results::{Conclusion, Output};
use crate::domain::run::{ReportState, RunFailure};
use crate::domain::task::{Day, Task, TaskKind};
use crate::domain::text::Line;

/// Characters of each output stream that lists show; the whole is kept with the run.
pub const HEAD_CHARS_MAX: usize = 4_000;

/// A submission: everything a recruiter's list shows. Texts, patches and outputs are kept apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Submission {
    /// Number of the submission.
    pub id: SubmissionId,
    /// Whose it is.
    pub session: CandidateSessionId,
    /// As the recruiter wrote it.
    pub candidate_name: CandidateName,
    /// Where the invite went.
    pub invite_email: EmailAddress,
    /// What the candidate was invited to.
    pub simulation: SimulationId,
    /// Its title.
    pub simulation_title: Line<200>,
    /// Who may see it.
    pub recruiter: UserId,
    /// The task it answers.
    pub task: TaskId,
    /// The day of that task.
    pub day: Day,
    /// The task's title.
    pub task_title: String,
    /// What the candidate was asked to do.
    pub task_prompt: String,
    /// When it was accepted.
    pub submitted_at: Timestamp,
    /// The code handed in; code days only.
    pub code: Option<CodeWork>,
}

/// The code that was handed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CodeWork {
    /// Where it is.
    pub repository: RepositoryName,
    /// GitHub's number for that repository.
    pub repository_id: u64,
    /// What the candidate started from.
    pub base: CommitSha,
    /// The head of the branch when it was handed in; nothing later counts.
    pub commit: CommitSha,
    /// The test run of that commit.
    pub run: RunId,
    /// How far its examination is.
    pub examination: Examination,
}

/// How far the examination of handed-in code is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "examination")]
pub enum Examination {
    /// Tagged, tested and compared in the background.
    Pending,
    /// Done.
    Complete(Box<Findings>),
    /// Its job failed too often. A person may have it done again.
    GivenUp {
        /// When.
        at: Timestamp,
    },
    /// It cannot be done; the recruiter sees why.
    Failed {
        /// Why, for programs.
        code: String,
        /// Why, for people.
        reason: String,
        /// When.
        at: Timestamp,
    },
}

/// What an examination found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Findings {
    /// What the tests said.
    pub results: Results,
    /// What the candidate changed, without the patches; none where GitHub cannot compare, because
    /// the candidate rewrote the history.
    pub diff: Option<DiffSummary>,
    /// Files the candidate must leave alone and did not.
    pub tampered: Vec<String>,
    /// When.
    pub at: Timestamp,
}

/// What the tests said of handed-in code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Results {
    /// GitHub's number for the run.
    pub github_id: u64,
    /// How it ended.
    pub conclusion: Conclusion,
    /// Counts, or why there are none.
    pub report: ReportState,
    /// The first characters of its output, for lists.
    pub stdout_head: Option<Output>,
    /// The first characters of its errors, for lists.
    pub stderr_head: Option<Output>,
    /// The report's own summary: the JSON text of an object.
    pub summary: Option<String>,
}

impl Submission {
    /// What `session` hands in for `task` at `now`.
    pub fn new(
        id: SubmissionId,
        session: &CandidateSession,
        task: &Task,
        code: Option<CodeWork>,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            session: session.id,
            candidate_name: session.candidate_name.clone(),
            invite_email: session.invite_email.clone(),
            simulation: session.simulation,
            simulation_title: session.simulation_title.clone(),
            recruiter: session.recruiter,
            task: task.id,
            day: task.day,
            task_title: task.title.clone(),
            task_prompt: task.description.clone(),
            submitted_at: now,
            code,
        }
    }

    /// What the task asked for.
    pub const fn kind(&self) -> TaskKind {
        self.day.kind()
    }

    /// The submission after its examination.
    pub fn examined(mut self, examination: Examination) -> Self {
        if let Some(code) = &mut self.code {
            code.examination = examination;
        }
        self
    }
}

impl Examination {
    /// Whether the job has anything left to do.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Pending | Self::GivenUp { .. })
    }

    /// The examination of code whose tag was taken by somebody, on another commit.
    pub fn without_tag(now: Timestamp) -> Self {
        let reason = "The tag that marks the submitted commit exists on another commit.";
        Self::Failed { code: "tag_taken".to_owned(), reason: reason.to_owned(), at: now }
    }

    /// The examination of code whose test run counts for nothing.
    pub fn without_run(reason: RunFailure, now: Timestamp) -> Self {
        let reason_text = reason.message().to_owned();
        Self::Failed { code: reason.code().to_owned(), reason: reason_text, at: now }
    }
}

/// Files of a commit: their paths, each with what stands for its content.
pub type Files = BTreeMap<String, String>;

/// How many tampered files are told.
const TAMPERED_MAX: usize = 100;
/// How long their paths may be together, in bytes: a submission must fit its item.
const TAMPERED_BYTES_MAX: usize = 8_000;

/// The files under `protected` paths that a candidate must leave alone and did not: changed or
/// removed since `base`, and, among the workflows, added. Tests may be added, not rewritten. At most
/// 100 are told and at least one, without secrets in their paths.
pub fn tampered_files(base: &Files, handed_in: &Files, protected: &[String]) -> Vec<String> {
    let guarded = |path: &String| protected.iter().any(|prefix| path.starts_with(prefix.as_str()));
    let changed = base
        .iter()
        .filter(|(path, content)| guarded(path) && handed_in.get(*path) != Some(content));
    let added = handed_in
        .keys()
        .filter(|path| path.starts_with(".github/workflows/") && !base.contains_key(*path));
    let told = changed.map(|(path, _content)| path).chain(added).map(|path| redact(path));
    let mut bytes = 0;
    let fits = |path: &String| {
        let first = bytes == 0;
        bytes += path.len();
        first || bytes <= TAMPERED_BYTES_MAX
    };
    told.take(TAMPERED_MAX).take_while(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(listed: &[(&str, &str)]) -> Files {
        listed.iter().map(|(path, content)| ((*path).to_owned(), (*content).to_owned())).collect()
    }

    #[test]
    fn what_decides_the_tests_may_not_be_changed_but_tests_may_be_added() {
        let protected = [".github/workflows/".to_owned(), "tests/".to_owned()];
        let base = files(&[
            (".github/workflows/tenon-ci.yml", "a"),
            ("app/main.py", "b"),
            ("tests/cases.json", "c"),
            ("tests/old.py", "d"),
        ]);
        let honest = files(&[
            (".github/workflows/tenon-ci.yml", "a"),
            ("app/main.py", "better"),
            ("tests/cases.json", "c"),
            ("tests/old.py", "d"),
            ("tests/more.py", "e"),
        ]);
        assert_eq!(tampered_files(&base, &honest, &protected), Vec::<String>::new());

        let forged = files(&[
            (".github/workflows/tenon-ci.yml", "x"),
            (".github/workflows/zz.yml", "y"),
            ("tests/cases.json", "x"),
        ]);
        let told = [
            ".github/workflows/tenon-ci.yml",
            "tests/cases.json",
            "tests/old.py",
            ".github/workflows/zz.yml",
        ];
        assert_eq!(tampered_files(&base, &forged, &protected), told);
    }
    #[test]
    fn tampered_files_are_told_without_secrets_and_only_as_many_as_a_submission_can_hold() {
        let added = |paths: Vec<String>| -> Vec<String> {
            let files = paths.iter().map(|path| (path.clone(), String::new())).collect();
            tampered_files(&Files::new(), &files, &[])
        };
        let folder = ".github/workflows/";

        let secret = added(vec![format!("{folder}ghp_0123456789.yml")]);
        assert_eq!(secret, [format!("{folder}[redacted].yml")]);

        let numbered = |n: usize| format!("{folder}{n:03}");
        assert_eq!(added((0..101).map(numbered).collect()).len(), 100);
        let long = |n: usize| format!("{folder}{n:03} {}", "x".repeat(3_978));
        assert_eq!(added((0..9).map(long).collect()).len(), 2);
        assert_eq!(added(vec![format!("{folder}{}", "x".repeat(9_000))]).len(), 1);
    }
}
