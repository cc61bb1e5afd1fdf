//! A job that was given up is started again by a person, where that can help.

use jiff::Timestamp;

use crate::domain::job::{JobRecord, JobState};

/// Why a job is not started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RedriveRefused {
    /// It was not given up; how it stands instead.
    NotDead(&'static str),
    /// What it was for is no longer there.
    Gone,
    /// Somebody asked again meanwhile, and another job does it.
    Superseded,
    /// What it was for has happened all the same.
    NothingLeft,
    /// The mail is not the newest one of its invite.
    NewerMail,
    /// The mail's address takes none of ours.
    AddressRefused,
    /// The link in the mail is of no use any more.
    InviteExpired,
    /// The candidate has been told that the run came to nothing.
    RunOver,
    /// The recruiter has been told what the examination came to.
    Examined,
    /// The repository was put away.
    PutAway,
    /// The admin has been told what the template's check came to.
    TemplateTried,
}

impl RedriveRefused {
    /// The code and the sentence, which says what to do instead.
    pub const fn told(self) -> (&'static str, &'static str) {
        let why = match self {
            Self::NotDead(_) => return ("JOB_NOT_DEAD", "The job has not been given up"),
            Self::Gone => "What the job was for is no longer there: nothing is to be done",
            Self::Superseded => "Another job does this already: wait for it",
            Self::NothingLeft => "What the job was for has happened: nothing is to be done",
            Self::NewerMail => "A newer mail was asked for: look at its job",
            Self::AddressRefused => {
                "The address takes no mail of ours: have its recruiter invite another one"
            }
            Self::InviteExpired => {
                "The invite has expired: have its recruiter send it again, which renews it"
            }
            Self::RunOver => "The run is over: the candidate can start another one",
            Self::Examined => {
                "The examination has ended: its recruiter can have it done again by \
                 POST /api/submissions/{submissionId}/examination"
            }
            Self::PutAway => "The repository was put away: it comes back when its candidate does",
            Self::TemplateTried => {
                "The check is over: try the template out again by \
                 POST /api/admin/templates/health/run"
            }
        };
        ("JOB_NOT_REDRIVABLE", why)
    }
}

impl JobRecord {
    /// The job as if it had never failed, to be done at once. The last error stays to be read.
    pub fn redriven(mut self, now: Timestamp) -> Result<Self, RedriveRefused> {
        match self.state {
            JobState::Dead { .. } => {
                self.state = JobState::Waiting { due_at: now };
                self.failures = 0;
                Ok(self)
            }
            state => Err(RedriveRefused::NotDead(state.as_str())),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::RunId;
    use crate::domain::job::{Job, Outcome};

    #[test]
    fn only_a_job_that_was_given_up_is_started_again_and_has_all_its_attempts() {
        let now: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        let job = JobRecord::new(Uuid::nil(), Job::FollowRun { run: RunId::new(1) }, now);
        let after = |outcome| job.clone().after(outcome, now).redriven(now);

        let again = after(Outcome::Hopeless("no".to_owned())).unwrap();
        assert_eq!((again.failures, again.last_error.as_deref()), (0, Some("no")));
        assert_eq!(again.state, JobState::Waiting { due_at: now });

        let waits = after(Outcome::Failed("no".to_owned(), None));
        assert_eq!(waits, Err(RedriveRefused::NotDead("waiting")));
        assert_eq!(after(Outcome::Done), Err(RedriveRefused::NotDead("done")));
        let running = job.claimed(now, now).redriven(now);
        assert_eq!(running, Err(RedriveRefused::NotDead("running")));
    }
}
