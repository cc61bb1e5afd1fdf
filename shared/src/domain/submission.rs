//! What a candidate handed in for one day.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::candidate_session::{CandidateName, CandidateSession};
use crate::domain::diff::DiffSummary;
use crate::domain::email_address::EmailAddress;
use crate::domain::id::{CandidateSessionId, RunId, SimulationId, SubmissionId, TaskId, UserId};
use crate::domain::job::redrive::RedriveRefused;
use crate::domain::repository::{BranchName, CommitSha, RepositoryName};
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
    /// That branch.
    #[serde(default)]
    pub branch: Option<BranchName>,
    /// The test run of that commit, whose results the examination shows.
    pub run: RunId,
    /// How far its examination is.
    pub examination: Examination,
    /// The examination that the recruiter asked for after that, until it shows its own results.
    #[serde(default)]
    pub again: Option<Again>,
}

/// Another examination of the same code. What the one before found is shown until it ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "again")]
pub enum Again {
    /// It is under way.
    Pending {
        /// Its test run.
        run: RunId,
        /// Since when.
        since: Timestamp,
    },
    /// It came to nothing, so what the one before found is shown still.
    Failed {
        /// Why, for programs.
        code: String,
        /// Why, for people.
        reason: String,
        /// When.
        at: Timestamp,
    },
}

/// Why code is not examined again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExaminationRefused {
    /// It is a text.
    NotCode,
    /// An examination is under way.
    Pending,
    /// Its results were read in full; they are final.
    Complete,
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
        /// Files the candidate must leave alone and did not: they may be why.
        #[serde(default)]
        tampered: Vec<String>,
        /// What the candidate changed, as [`Findings::diff`] tells it.
        #[serde(default)]
        diff: Option<Box<DiffSummary>>,
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
    /// Which attempt at it: whoever may push can have GitHub run it again.
    #[serde(default = "first_attempt")]
    pub attempt: u32,
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

const fn first_attempt() -> u32 {
    1
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

    /// The submission after its examination: what was found takes the place of what an earlier one
    /// found. When this one found nothing, what was found before stays, and that is told beside it.
    pub fn examined(mut self, examination: Examination) -> Self {
        let Some(code) = &mut self.code else { return self };
        let again = code.again.take();
        if let (Examination::Complete(_), Some((error, reason, at))) =
            (&code.examination, examination.failure())
        {
            let (error, reason) = (error.to_owned(), reason.to_owned());
            code.again = Some(Again::Failed { code: error, reason, at });
            return self;
        }
        code.examination = examination;
        if let Some(Again::Pending { run, .. }) = again {
            code.run = run;
        }
        self
    }

    /// The submission while it is examined once more, with `run`, since `now`. Only what was not
    /// read in full can be: no result is rolled twice.
    pub fn examined_again(
        mut self,
        run: RunId,
        now: Timestamp,
    ) -> Result<Self, ExaminationRefused> {
        let Some(code) = &mut self.code else { return Err(ExaminationRefused::NotCode) };
        if code.is_examined_now() {
            return Err(ExaminationRefused::Pending);
        }
        if let Examination::Complete(findings) = &code.examination
            && let ReportState::Read { .. } = findings.results.report
        {
            return Err(ExaminationRefused::Complete);
        }
        code.again = Some(Again::Pending { run, since: now });
        Ok(self)
    }

    /// The submission when a person has the examination go on that was given up, with its run.
    pub fn taken_up(mut self) -> Result<Self, RedriveRefused> {
        let Some(code) = &mut self.code else { return Err(RedriveRefused::Gone) };
        if code.is_examined_now() {
            return Err(RedriveRefused::Superseded);
        }
        if !matches!(code.examination, Examination::GivenUp { .. }) {
            return Err(RedriveRefused::Examined);
        }
        code.examination = Examination::Pending;
        Ok(self)
    }
}

impl CodeWork {
    /// The run of the examination that its job has still to finish.
    pub fn open_run(&self) -> Option<RunId> {
        match (&self.again, &self.examination) {
            (Some(Again::Pending { run, .. }), _) => Some(*run),
            // Given up, it may be taken up by whoever has the job done again.
            (_, Examination::Pending | Examination::GivenUp { .. }) => Some(self.run),
            (_, Examination::Complete(_) | Examination::Failed { .. }) => None,
        }
    }

    /// Whether an examination is under way, the first or another one.
    pub fn is_examined_now(&self) -> bool {
        self.examination == Examination::Pending
            || matches!(self.again, Some(Again::Pending { .. }))
    }
}

impl Examination {
    /// Why it came to nothing, if it did: for programs, for people, and when.
    pub fn failure(&self) -> Option<(&str, &str, Timestamp)> {
        match self {
            Self::GivenUp { at } => {
                let reason = "The examination failed too often and was given up.";
                Some(("examination_failed", reason, *at))
            }
            Self::Failed { code, reason, at, .. } => Some((code, reason, *at)),
            Self::Pending | Self::Complete(_) => None,
        }
    }

    /// The examination of code whose tag was taken by somebody, on another commit.
    pub fn without_tag(now: Timestamp) -> Self {
        let reason = "The tag that marks the submitted commit exists on another commit.";
        Self::without_results("tag_taken", reason, now)
    }

    /// The examination of code whose test run counts for nothing.
    pub fn without_run(reason: RunFailure, now: Timestamp) -> Self {
        Self::without_results(reason.code(), reason.message(), now)
    }

    fn without_results(code: &str, reason: &str, at: Timestamp) -> Self {
        let (code, reason) = (code.to_owned(), reason.to_owned());
        Self::Failed { code, reason, tampered: Vec::new(), diff: None, at }
    }

    /// What the candidate changed, without the patches, as far as that is known.
    pub fn diff(&self) -> Option<&DiffSummary> {
        match self {
            Self::Complete(findings) => findings.diff.as_ref(),
            Self::Failed { diff, .. } => diff.as_deref(),
            Self::Pending | Self::GivenUp { .. } => None,
        }
    }
}
