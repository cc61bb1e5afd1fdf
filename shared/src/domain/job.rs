//! Work that follows from a write: recorded with it, done in the background.

pub mod about;
pub mod redrive;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::domain::id::{CandidateSessionId, RunId, TemplateCheckId};
use crate::domain::notice::Notice;
use crate::domain::redaction::{REDACTED, redact};
use crate::domain::repository::GitHubUsername;
use crate::domain::task::Day;

/// How often a job may fail before it waits for a person.
pub const ATTEMPTS_MAX: u32 = 12;
/// The longest pause between two attempts.
const PAUSE_MAX: SignedDuration = SignedDuration::from_mins(15);
/// How long the queue may take to deliver a job before the sweeper looks for it.
const DELIVERY_LIMIT: SignedDuration = SignedDuration::from_secs(60);
/// How long a job that is done is kept: its message may come again, and people may ask.
const KEPT_WHEN_DONE: SignedDuration = SignedDuration::from_hours(7 * 24);
/// Characters of an error that are kept.
const ERROR_CHARS_MAX: usize = 500;

/// What is to be done. A job may run twice, die anywhere, arrive late or out of order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "kind")]
pub enum Job {
    /// Make the repository of `day`, step by step.
    PrepareWorkspace {
        /// Whose.
        session: CandidateSessionId,
        /// Which of the code days.
        day: Day,
    },
    /// Send invite mail `number` of a session.
    SendInvite {
        /// Whose.
        session: CandidateSessionId,
        /// Which of the mails that were asked for.
        number: u32,
    },
    /// Follow a test run that the candidate asked for until its results are stored.
    FollowRun {
        /// Which.
        run: RunId,
    },
    /// Tag, test and compare what was handed in for `day`.
    ExamineSubmission {
        /// Whose.
        session: CandidateSessionId,
        /// Which of the code days.
        day: Day,
    },
    /// Try a template out, and then those of the same request that wait for it.
    CheckTemplate {
        /// Which request.
        check: TemplateCheckId,
        /// Which of its templates.
        position: u8,
    },
    /// Learn from GitHub which account the candidate has who logged in with it.
    LearnUsername {
        /// Whose.
        session: CandidateSessionId,
        /// The account that the token named, should GitHub not know.
        claimed: Option<GitHubUsername>,
    },
    /// Take the right to push back, once `day` is handed in.
    CloseWorkspace {
        /// Whose.
        session: CandidateSessionId,
        /// Which of the code days.
        day: Day,
    },
    /// Put the repositories of a session away whose work ended long ago.
    CleanUp {
        /// Whose.
        session: CandidateSessionId,
    },
    /// Do what follows from something that GitHub told us of.
    HeedGitHub {
        /// What.
        notice: Notice,
        /// When we heard of it.
        at: Timestamp,
    },
}

impl Job {
    /// The kind, for logs and metrics.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::PrepareWorkspace { .. } => "prepare_workspace",
            Self::SendInvite { .. } => "send_invite",
            Self::FollowRun { .. } => "follow_run",
            Self::ExamineSubmission { .. } => "examine_submission",
            Self::CheckTemplate { .. } => "check_template",
            Self::LearnUsername { .. } => "learn_username",
            Self::CloseWorkspace { .. } => "close_workspace",
            Self::CleanUp { .. } => "clean_up",
            Self::HeedGitHub { .. } => "heed_github",
        }
    }
}

/// A job and how it fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JobRecord {
    /// Identifies the job.
    pub id: Uuid,
    /// What is to be done.
    pub job: Job,
    /// How far it is.
    pub state: JobState,
    /// Attempts that failed.
    pub failures: u32,
    /// What the last failure said.
    pub last_error: Option<String>,
    /// When it was recorded.
    pub created_at: Timestamp,
    /// What the log calls the request or job that it follows from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// When the table may forget it, in seconds since 1970; never before it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expires_at_epoch: Option<i64>,
}

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "state")]
pub enum JobState {
    /// To be done, not before `due_at`.
    Waiting {
        /// The earliest moment.
        due_at: Timestamp,
    },
    /// Somebody does it until `until`; after that it is anybody's again.
    Running {
        /// When the claim ends.
        until: Timestamp,
    },
    /// Done.
    Done,
    /// Failed too often; waits for a person.
    Dead {
        /// Since when.
        at: Timestamp,
    },
}

/// How an attempt at a job ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// There is nothing more to do.
    Done,
    /// All is well, but it must come back: what it waits for has not happened.
    Again(SignedDuration),
    /// It failed; the time is what the other side asked for, if it did.
    Failed(String, Option<SignedDuration>),
    /// It failed for good: trying again cannot help.
    Hopeless(String),
}

/// What somebody who was handed a job should do with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// Do it.
    Now,
    /// It comes back by itself at that moment.
    NotBefore(Timestamp),
    /// It is done, or dead.
    Over,
}

impl JobRecord {
    /// A job to be done at once.
    pub fn new(id: Uuid, job: Job, now: Timestamp) -> Self {
        Self::after_pause(id, job, SignedDuration::ZERO, now)
    }

    /// A job to be done after `pause`.
    pub fn after_pause(id: Uuid, job: Job, pause: SignedDuration, now: Timestamp) -> Self {
        let state = JobState::Waiting { due_at: later(now, pause) };
        Self {
            id,
            job,
            state,
            failures: 0,
            last_error: None,
            created_at: now,
            cause: None,
            expires_at_epoch: None,
        }
    }

    /// Whether to do it now.
    pub fn readiness(&self, now: Timestamp) -> Readiness {
        match self.state {
            JobState::Waiting { due_at: at } | JobState::Running { until: at } => {
                if at <= now {
                    Readiness::Now
                } else {
                    Readiness::NotBefore(at)
                }
            }
            JobState::Done | JobState::Dead { .. } => Readiness::Over,
        }
    }

    /// The record while somebody does it. Taking over from somebody whose claim ran out counts as a
    /// failure: their process died of it. The twelfth failure ends the job here, too.
    pub fn claimed(mut self, until: Timestamp, now: Timestamp) -> Self {
        if let JobState::Running { .. } = self.state {
            self = self.after(Outcome::Failed("an attempt never ended".to_owned(), None), now);
        }
        if !matches!(self.state, JobState::Dead { .. }) {
            self.state = JobState::Running { until };
        }
        self
    }

    /// The record after an attempt that ended at `now`.
    pub fn after(mut self, outcome: Outcome, now: Timestamp) -> Self {
        self.state = match outcome {
            Outcome::Done => {
                self.expires_at_epoch = Some(later(now, KEPT_WHEN_DONE).as_second());
                JobState::Done
            }
            Outcome::Again(pause) => {
                // It got somewhere: failures are counted in a row.
                self.failures = 0;
                JobState::Waiting { due_at: later(now, pause) }
            }
            Outcome::Hopeless(error) => {
                self.failures += 1;
                self.last_error = Some(kept(&error));
                JobState::Dead { at: now }
            }
            Outcome::Failed(error, wanted) => {
                self.failures += 1;
                self.last_error = Some(kept(&error));
                if self.failures >= ATTEMPTS_MAX {
                    JobState::Dead { at: now }
                } else {
                    let pause = wanted.unwrap_or_default().max(back_off(self.failures));
                    JobState::Waiting { due_at: later(now, pause) }
                }
            }
        };
        self
    }

    /// When the sweeper should look whether the job was lost; never once it is over.
    pub fn sweep_at(&self) -> Option<Timestamp> {
        match self.state {
            JobState::Waiting { due_at } => Some(later(due_at, DELIVERY_LIMIT)),
            JobState::Running { until } => Some(until),
            JobState::Done | JobState::Dead { .. } => None,
        }
    }
}

/// What is kept of an error: its beginning, without secrets and without addresses of people. Others'
/// words may be in it, and it is shown to operators and to the log.
fn kept(error: &str) -> String {
    let clean = redact(error);
    let words = clean.split(' ').map(|word| if word.contains('@') { REDACTED } else { word });
    let clean = words.collect::<Vec<_>>().join(" ");
    clean.chars().take(ERROR_CHARS_MAX).collect()
}

/// 2, 4, 8 … seconds, at most 15 minutes.
fn back_off(failures: u32) -> SignedDuration {
    SignedDuration::from_secs(1 << failures.min(10)).min(PAUSE_MAX)
}

fn later(now: Timestamp, pause: SignedDuration) -> Timestamp {
    now.checked_add(pause).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> JobRecord {
        let job = Job::FollowRun { run: RunId::new(1) };
        JobRecord::new(Uuid::nil(), job, "2026-03-02T09:00:00Z".parse().unwrap())
    }

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_claim_that_was_never_given_back_ends_by_itself() {
        let claimed = record().claimed(at("2026-03-02T09:00:30Z"), at("2026-03-02T09:00:00Z"));

        let still = claimed.readiness(at("2026-03-02T09:00:29Z"));
        assert_eq!(still, Readiness::NotBefore(at("2026-03-02T09:00:30Z")));
        assert_eq!(claimed.readiness(at("2026-03-02T09:00:30Z")), Readiness::Now);
        assert_eq!(claimed.sweep_at(), Some(at("2026-03-02T09:00:30Z")));
    }

    #[test]
    fn attempts_that_never_end_are_counted_and_the_twelfth_is_the_last() {
        let now = at("2026-03-02T09:00:00Z");
        let mut job = record();
        let mut claims = 0;
        while !matches!(job.state, JobState::Dead { .. }) {
            job = job.claimed(now, now);
            claims += 1;
        }
        assert_eq!((claims, job.failures), (13, 12));
    }

    #[test]
    fn failures_back_off_to_a_quarter_of_an_hour_and_end_with_the_twelfth() {
        let now = at("2026-03-02T09:00:00Z");
        let mut job = record();
        let mut pauses = Vec::new();
        while let JobState::Waiting { due_at } = job.state {
            pauses.push(due_at.duration_since(now).as_secs());
            job = job.after(Outcome::Failed("no".to_owned(), None), now);
        }

        assert_eq!(pauses, [0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        assert_eq!((job.state, job.failures), (JobState::Dead { at: now }, 12));
    }

    #[test]
    fn waiting_for_something_is_not_a_failure_and_the_other_side_may_ask_for_time() {
        let now = at("2026-03-02T09:00:00Z");
        let again = record().after(Outcome::Again(SignedDuration::from_secs(5)), now);
        assert_eq!(
            (again.readiness(now), again.failures),
            (Readiness::NotBefore(at("2026-03-02T09:00:05Z")), 0)
        );

        let wanted = Some(SignedDuration::from_secs(60));
        let limited = record().after(Outcome::Failed("limited".to_owned(), wanted), now);
        assert_eq!(limited.readiness(now), Readiness::NotBefore(at("2026-03-02T09:01:00Z")));
        assert_eq!(limited.after(Outcome::Again(SignedDuration::ZERO), now).failures, 0);
        assert_eq!(record().after(Outcome::Done, now).readiness(now), Readiness::Over);
    }

    #[test]
    fn an_error_is_kept_without_secrets_and_addresses_and_cut_after_500_characters() {
        let told = "no token=abcdefghij for <ada@example.com>: ghp_0123456789ABCDEFGHIJ";
        let failed = record().after(Outcome::Failed(told.to_owned(), None), Timestamp::UNIX_EPOCH);
        let kept = failed.last_error.unwrap();
        assert_eq!(kept, "no token=[redacted] for [redacted] [redacted]");

        let long = Outcome::Hopeless("ä".repeat(600));
        let failed = record().after(long, Timestamp::UNIX_EPOCH);
        assert_eq!(failed.last_error, Some("ä".repeat(500)));
    }

    #[test]
    fn only_a_job_that_is_done_is_forgotten_after_a_week() {
        let now = at("2026-03-02T09:00:00Z");
        let expires = |outcome| record().after(outcome, now).expires_at_epoch;

        let week = at("2026-03-09T09:00:00Z").as_second();
        assert_eq!(expires(Outcome::Done), Some(week));
        assert_eq!(expires(Outcome::Again(SignedDuration::ZERO)), None);
        assert_eq!(expires(Outcome::Failed("no".to_owned(), None)), None);
        assert_eq!(expires(Outcome::Hopeless("no".to_owned())), None);
    }
}
