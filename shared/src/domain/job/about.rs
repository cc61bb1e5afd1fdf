//! What a job is about, in numbers: for operators, to whom nobody's name or address is told.

use crate::domain::id::{CandidateSessionId, RunId, TemplateCheckId};
use crate::domain::job::{Job, JobState};
use crate::domain::notice::Notice;
use crate::domain::task::Day;
use crate::domain::text::Invalid;

/// What a job is about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct About {
    /// The candidate's session.
    pub session: Option<CandidateSessionId>,
    /// The day.
    pub day: Option<Day>,
    /// Which of the session's mails.
    pub mail: Option<u32>,
    /// The test run.
    pub run: Option<RunId>,
    /// The request to try templates out, and which of its templates.
    pub check: Option<(TemplateCheckId, u8)>,
    /// GitHub's number of the repository.
    pub repository: Option<u64>,
    /// GitHub's number of the run.
    pub github_run: Option<u64>,
}

impl Job {
    /// Every kind there is.
    pub const KINDS: [&str; 9] = [
        "prepare_workspace",
        "send_invite",
        "follow_run",
        "examine_submission",
        "check_template",
        "learn_username",
        "close_workspace",
        "clean_up",
        "heed_github",
    ];

    /// Reads a kind.
    pub fn parse_kind(text: &str) -> Result<&'static str, Invalid> {
        Self::KINDS.into_iter().find(|kind| *kind == text).ok_or_else(|| {
            Invalid::new("literal_error", format!("must be one of {}", Self::KINDS.join(", ")))
        })
    }

    /// What it is about.
    pub fn about(&self) -> About {
        let nothing = About::default();
        match self {
            Self::PrepareWorkspace { session, day }
            | Self::ExamineSubmission { session, day }
            | Self::CloseWorkspace { session, day } => {
                About { session: Some(*session), day: Some(*day), ..nothing }
            }
            Self::SendInvite { session, number } => {
                About { session: Some(*session), mail: Some(*number), ..nothing }
            }
            Self::LearnUsername { session, claimed: _ } | Self::CleanUp { session } => {
                About { session: Some(*session), ..nothing }
            }
            Self::FollowRun { run } => About { run: Some(*run), ..nothing },
            Self::CheckTemplate { check, position } => {
                About { check: Some((*check, *position)), ..nothing }
            }
            Self::HeedGitHub { notice, at: _ } => match notice {
                Notice::Run { repository, github_id, turn: _ } => {
                    About { repository: Some(*repository), github_run: Some(*github_id), ..nothing }
                }
                Notice::Pushed { repository, .. }
                | Notice::CollaboratorAdded { repository, .. }
                | Notice::RepositoryChanged { repository } => {
                    About { repository: Some(*repository), ..nothing }
                }
            },
        }
    }
}

impl JobState {
    /// The word for it.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Waiting { .. } => "waiting",
            Self::Running { .. } => "running",
            Self::Done => "done",
            Self::Dead { .. } => "dead",
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;
    use crate::domain::notice::RunTurn;
    use crate::domain::repository::GitHubUsername;

    #[test]
    fn every_kind_is_known_and_tells_numbers_only() {
        let (session, day) = (CandidateSessionId::new(12), Day::new(2).unwrap());
        let claimed = GitHubUsername::parse("ada").ok();
        let notice = Notice::Run { repository: 7, github_id: 30, turn: RunTurn::Ended };
        let check = TemplateCheckId::new(9);
        let jobs = [
            Job::PrepareWorkspace { session, day },
            Job::SendInvite { session, number: 3 },
            Job::FollowRun { run: RunId::new(5) },
            Job::ExamineSubmission { session, day },
            Job::CheckTemplate { check, position: 1 },
            Job::LearnUsername { session, claimed },
            Job::CloseWorkspace { session, day },
            Job::CleanUp { session },
            Job::HeedGitHub { notice, at: Timestamp::UNIX_EPOCH },
        ];

        let kinds = jobs.each_ref().map(Job::kind);
        assert_eq!(kinds, Job::KINDS);
        assert_eq!(kinds.map(|kind| Job::parse_kind(kind).unwrap()), Job::KINDS);
        assert!(Job::parse_kind("sendInvite").is_err());
        let [prepare, send, .., heed] = jobs.each_ref().map(Job::about);
        let of_session = About { session: Some(session), ..About::default() };
        assert_eq!(prepare, About { day: Some(day), ..of_session });
        assert_eq!(send, About { mail: Some(3), ..of_session });
        assert_eq!(jobs[5].about(), of_session, "not which account the token named");
        let numbers = About { repository: Some(7), github_run: Some(30), ..About::default() };
        assert_eq!(heed, numbers);
    }
}
