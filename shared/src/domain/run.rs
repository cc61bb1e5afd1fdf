//! Test runs that Tenon asked GitHub for.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::id::{CandidateSessionId, RunId, TaskId};
use crate::domain::repository::{CommitSha, RepositoryName};
use crate::domain::results::{ArtifactProblem, Conclusion, ResultStatus, TestReport, status_of};
use crate::domain::task::Day;

/// How long GitHub may take to list a run that it accepted before we call it lost.
pub const LISTING_LIMIT: SignedDuration = SignedDuration::from_mins(2);
/// How often GitHub may refuse to start a submission's run: a new tag may not be known everywhere yet.
pub const REFUSALS_MAX: u8 = 5;
/// How long a run may take at all; GitHub itself ends a job after six hours.
pub const RUN_LIMIT: SignedDuration = SignedDuration::from_hours(7);
/// How long the results of a run that is over are tried to be read.
pub const RESULTS_LIMIT: SignedDuration = SignedDuration::from_mins(10);
/// How often GitHub is asked for a run at most, by all processes together.
pub const LOOK_EVERY: SignedDuration = SignedDuration::from_secs(2);

/// A test run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// Our number for it, stored before GitHub is asked.
    pub id: RunId,
    /// Whose it is.
    pub session: CandidateSessionId,
    /// The task it tests.
    pub task: TaskId,
    /// The day of that task.
    pub day: Day,
    /// Where it runs.
    pub repository: RepositoryName,
    /// GitHub's number for that repository.
    pub repository_id: u64,
    /// The branch or tag it was asked for.
    pub git_ref: String,
    /// The one commit it must test, when that is settled beforehand: a submission's.
    pub pinned: Option<CommitSha>,
    /// When it was asked for.
    pub requested_at: Timestamp,
    /// Whether its tag is there, where it needs one: a submission's.
    #[serde(default)]
    pub tagged: bool,
    /// When its next creating call may be made, while one is reserved.
    #[serde(default)]
    pub slot: Option<Timestamp>,
    /// When GitHub was last told to start it, where that was written down before: a submission's.
    #[serde(default)]
    pub asked_at: Option<Timestamp>,
    /// When GitHub was last asked how far it is.
    #[serde(default)]
    pub looked_at: Option<Timestamp>,
    /// How often in all GitHub refused to start it: a submission's.
    #[serde(default)]
    pub refused: u8,
    /// Since when GitHub does not have it any more, although it did.
    #[serde(default)]
    pub missing_since: Option<Timestamp>,
    /// How far it is.
    pub state: RunState,
}

/// How far a run is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "state")]
pub enum RunState {
    /// Recorded; GitHub may or may not have heard of it.
    Requested,
    /// GitHub took it but did not say under which number.
    Accepted,
    /// GitHub runs it.
    Dispatched {
        /// GitHub's number for it.
        github_id: u64,
        /// Which attempt GitHub is at: a run can be run again.
        #[serde(default = "first_attempt")]
        attempt: u32,
        /// How far GitHub said it was.
        queued: bool,
    },
    /// It ended; its results could not be read yet.
    Ended {
        /// GitHub's number for it.
        github_id: u64,
        /// Which attempt ended.
        attempt: u32,
        /// Since when they are tried to be read.
        since: Timestamp,
        /// What it tested.
        commit: CommitSha,
        /// How it ended.
        conclusion: Conclusion,
    },
    /// It ended and its results were read in full.
    Finished {
        /// GitHub's number for it.
        github_id: u64,
        /// Which attempt's results these are.
        #[serde(default = "first_attempt")]
        attempt: u32,
        /// What it tested.
        commit: CommitSha,
        /// How it ended.
        conclusion: Conclusion,
        /// What its report says, or why there is none.
        report: ReportState,
        /// When we knew.
        at: Timestamp,
    },
    /// It never ran, or it counts for nothing.
    Failed {
        /// Why.
        reason: RunFailure,
        /// When we knew.
        at: Timestamp,
    },
}

/// How a run ended, as GitHub tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// GitHub's number for the run.
    pub github_id: u64,
    /// Which attempt at it.
    pub attempt: u32,
    /// What was tested.
    pub commit: CommitSha,
    /// How that ended.
    pub conclusion: Conclusion,
}

const fn first_attempt() -> u32 {
    1
}

/// What a finished run's report says. The output itself is kept apart: it is wide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "report")]
pub enum ReportState {
    /// Read in full.
    Read {
        /// Tests that passed.
        passed: u32,
        /// Tests that failed.
        failed: u32,
        /// All tests, skipped ones too.
        total: u32,
        /// The artifact it was read from.
        artifact_name: String,
    },
    /// There is none to read.
    Unreadable {
        /// Why.
        problem: ArtifactProblem,
    },
}

/// Why a run counts for nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunFailure {
    /// GitHub refused to start it.
    Refused,
    /// GitHub accepted it and never listed it.
    NeverListed,
    /// It did not end in time.
    NeverEnded,
    /// It ran elsewhere or on another commit than it was asked for.
    NotOurs,
}

impl RunFailure {
    /// A sentence for the candidate or the recruiter.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Refused => "GitHub refused to start the test run.",
            Self::NeverListed => "GitHub lost the test run.",
            Self::NeverEnded => "The test run did not end in time.",
            Self::NotOurs => "GitHub ran the tests on another commit.",
        }
    }

    /// The code shown as `artifactErrorCode`.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Refused => "run_refused",
            Self::NeverListed => "run_never_listed",
            Self::NeverEnded => "run_never_ended",
            Self::NotOurs => "run_not_ours",
        }
    }
}

impl Run {
    /// GitHub's number for it, once known.
    pub fn github_id(&self) -> Option<u64> {
        match &self.state {
            RunState::Dispatched { github_id, .. }
            | RunState::Ended { github_id, .. }
            | RunState::Finished { github_id, .. } => Some(*github_id),
            RunState::Requested | RunState::Accepted | RunState::Failed { .. } => None,
        }
    }

    /// The newest attempt that GitHub spoke of; 0 before it did.
    pub fn attempt(&self) -> u32 {
        match &self.state {
            RunState::Dispatched { attempt, .. }
            | RunState::Ended { attempt, .. }
            | RunState::Finished { attempt, .. } => *attempt,
            RunState::Requested | RunState::Accepted | RunState::Failed { .. } => 0,
        }
    }

    /// Whether it was run again since `ending`, whose results are not its results any more.
    pub fn has_passed(&self, ending: &Ending) -> bool {
        ending.attempt < self.attempt()
    }

    /// The run while GitHub is asked for it at `now`; or for how long nobody may ask.
    pub fn looked_at(mut self, now: Timestamp) -> Result<Self, SignedDuration> {
        let since = self.looked_at.map(|last| now.duration_since(last));
        match since {
            // Another process's clock may be ahead of ours.
            Some(since) if since < LOOK_EVERY => Err((LOOK_EVERY - since).min(LOOK_EVERY)),
            _ => {
                self.looked_at = Some(now);
                Ok(self)
            }
        }
    }

    /// Whether nothing more will happen to it.
    pub fn is_final(&self) -> bool {
        matches!(self.state, RunState::Finished { .. } | RunState::Failed { .. })
    }

    /// How it stands, as the client reads it.
    pub fn status(&self) -> ResultStatus {
        match &self.state {
            RunState::Requested
            | RunState::Accepted
            | RunState::Dispatched { .. }
            | RunState::Ended { .. } => ResultStatus::Running,
            RunState::Finished { conclusion, report, .. } => {
                status_of(*conclusion, report.failed())
            }
            RunState::Failed { .. } => ResultStatus::Error,
        }
    }

    /// What GitHub last said of it: `queued`, `in_progress` or `completed`.
    pub fn github_status(&self) -> &'static str {
        match &self.state {
            RunState::Requested
            | RunState::Accepted
            | RunState::Dispatched { queued: true, .. } => "queued",
            RunState::Dispatched { queued: false, .. } => "in_progress",
            RunState::Ended { .. } | RunState::Finished { .. } | RunState::Failed { .. } => {
                "completed"
            }
        }
    }

    /// The run after its report was read, at `now`.
    pub fn finished(
        mut self,
        ending: Ending,
        report: Result<&TestReport, ArtifactProblem>,
        now: Timestamp,
    ) -> Self {
        let Ending { github_id, attempt, commit, conclusion } = ending;
        let report = match report {
            Ok(report) => ReportState::Read {
                passed: report.passed,
                failed: report.failed,
                total: report.total,
                artifact_name: report.artifact_name.clone(),
            },
            Err(problem) => ReportState::Unreadable { problem },
        };
        self.state = RunState::Finished { github_id, attempt, commit, conclusion, report, at: now };
        self
    }

    /// The run at `now`, when it ended and its results cannot be read for the moment; none when that
    /// has lasted too long.
    pub fn unread(mut self, ending: &Ending, now: Timestamp) -> Option<Self> {
        let Ending { github_id, attempt, .. } = *ending;
        let since = match self.state {
            RunState::Ended { attempt: before, since, .. } if before == attempt => since,
            _ => now,
        };
        let (commit, conclusion) = (ending.commit.clone(), ending.conclusion);
        self.state = RunState::Ended { github_id, attempt, since, commit, conclusion };
        (now.duration_since(since) < RESULTS_LIMIT).then_some(self)
    }

    /// The run when nobody follows it any more: one that ended has results that cannot be read.
    pub fn given_up(self, now: Timestamp) -> Self {
        let RunState::Ended { github_id, attempt, commit, conclusion, .. } = &self.state else {
            return self.failed(RunFailure::NeverEnded, now);
        };
        let (github_id, attempt, conclusion) = (*github_id, *attempt, *conclusion);
        let ending = Ending { github_id, attempt, commit: commit.clone(), conclusion };
        self.finished(ending, Err(ArtifactProblem::DownloadFailed), now)
    }

    /// The run when it turns out to count for nothing.
    pub fn failed(mut self, reason: RunFailure, now: Timestamp) -> Self {
        self.state = RunState::Failed { reason, at: now };
        self
    }

    /// How long a client should wait before it asks again, in milliseconds, `age` after the start:
    /// 2, 4, 8, then 15 seconds, as for a client that has kept to it so far.
    pub fn poll_after_ms(&self, now: Timestamp) -> Option<u64> {
        if self.is_final() {
            return None;
        }
        let age = now.duration_since(self.requested_at).as_secs();
        Some(match age {
            ..2 => 2_000,
            2..6 => 4_000,
            6..14 => 8_000,
            _ => 15_000,
        })
    }
}

impl ReportState {
    /// Tests that failed, where the report could be read.
    pub const fn failed(&self) -> Option<u32> {
        match self {
            Self::Read { failed, .. } => Some(*failed),
            Self::Unreadable { .. } => None,
        }
    }
}

#[cfg(test)]
pub(crate) mod tests;
