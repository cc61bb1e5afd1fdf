//! Everything that can be answered instead of what was asked for.
//!
//! A variant exists because somebody reacts differently. The wire texts and codes stand here, beside
//! the variants; `http/problem.rs` turns them into answers.

pub mod github;

use std::error::Error as Cause;

use thiserror::Error;

use crate::domain::candidate_session::{ClaimRefused, DayRefused};
use crate::error::github::GitHubProblem;

/// One thing that is wrong with a request: where, in words, and as a code.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// A JSON pointer: `/body/title`, `/path/taskId`, `/query/limit`, `/header/…`.
    pub pointer: String,
    /// For people. Never repeats what was sent.
    pub message: String,
    /// For programs.
    pub code: &'static str,
}

/// What was looked for and is not there, or is somebody else's: the answer is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Noun {
    /// No such path.
    Route,
    /// A simulation.
    Simulation,
    /// A candidate session.
    CandidateSession,
    /// An invite token.
    InviteToken,
    /// A task.
    Task,
    /// A test run.
    Run,
    /// A submission.
    Submission,
}

impl Noun {
    const fn refusal(self) -> (&'static str, &'static str) {
        match self {
            Self::Route => ("NOT_FOUND", "Not Found"),
            Self::Simulation => ("SIMULATION_NOT_FOUND", "Simulation not found"),
            Self::CandidateSession => {
                ("CANDIDATE_SESSION_NOT_FOUND", "Candidate session not found")
            }
            Self::InviteToken => ("INVITE_TOKEN_INVALID", "Invalid invite token"),
            Self::Task => ("TASK_NOT_FOUND", "Task not found"),
            Self::Run => ("RUN_NOT_FOUND", "Run not found"),
            Self::Submission => ("SUBMISSION_NOT_FOUND", "Submission not found"),
        }
    }
}

/// What is answered instead of what was asked for.
#[derive(Debug, Error)]
pub enum Error {
    /// No bearer token.
    #[error("no bearer token was sent")]
    NotAuthenticated,
    /// A bearer token that proves nothing; the text is the contract's.
    #[error("the bearer token was refused: {0}")]
    TokenRefused(String),
    /// The identity provider's keys cannot be had; seconds until a new try makes sense.
    #[error("the identity provider's keys cannot be had")]
    AuthProviderUnavailable(u32),
    /// The token is good and not a recruiter's.
    #[error("the token is not a recruiter's")]
    RecruiterRequired,
    /// The token is good and not a candidate's.
    #[error("the token is not a candidate's")]
    CandidateRequired,
    /// A task route without the session header.
    #[error("the candidate session header is missing")]
    SessionHeaderMissing,
    /// The candidate's e-mail address is not verified.
    #[error("the e-mail address is not verified")]
    EmailNotVerified,
    /// The request's values are wrong: every problem there is.
    #[error("the request has {} problems", .0.len())]
    Invalid(Vec<Problem>),
    /// The body is larger than allowed.
    #[error("the request body is too large")]
    BodyTooLarge,
    /// The body is not JSON by its content type.
    #[error("the content type is not JSON")]
    NotJson,
    /// The path does not know this method.
    #[error("the path does not know this method")]
    MethodNotAllowed,
    /// Not there, or somebody else's.
    #[error("{0:?} not found")]
    NotFound(Noun),
    /// An invite that can no longer be claimed.
    #[error("the invite has expired")]
    InviteExpired,
    /// The candidate has completed the simulation, so cannot be invited again.
    #[error("the candidate has completed the simulation")]
    CandidateCompleted,
    /// A mail was asked for too soon; seconds until it may be again.
    #[error("an invite mail was asked for too soon")]
    MailTooSoon(u32),
    /// The day was handed in before.
    #[error("the task was submitted before")]
    TaskSubmitted,
    /// Another day comes first.
    #[error("another task comes first")]
    TaskOutOfOrder,
    /// All days are handed in.
    #[error("the simulation is completed")]
    SimulationCompleted,
    /// A text task without text.
    #[error("the text is missing")]
    ContentRequired,
    /// A code route on a text task.
    #[error("the task is not a code task")]
    NotCodeTask,
    /// No workspace was ever asked for; asked for by a status call (404) or by another (400).
    #[error("the workspace was not initialized")]
    WorkspaceMissing {
        /// Whether a status call asked.
        on_status: bool,
    },
    /// The workspace is being made.
    #[error("the workspace is being made")]
    WorkspaceNotReady,
    /// A malformed branch name.
    #[error("the branch name is malformed")]
    InvalidBranch,
    /// A malformed GitHub user name.
    #[error("the GitHub user name is malformed")]
    InvalidGitHubUsername,
    /// GitHub failed us.
    #[error("GitHub failed: {0:?}")]
    GitHub(GitHubProblem),
    /// Others wrote the same things all the time; nothing was stored.
    #[error("others kept writing the same items")]
    Contended,
    /// The table or another part of ours failed.
    #[error("{doing} failed")]
    Internal {
        /// What we were doing.
        doing: &'static str,
        /// Why it failed.
        source: Box<dyn Cause + Send + Sync>,
    },
}

/// An error as the client sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// For programs.
    pub code: &'static str,
    /// For people.
    pub detail: String,
    /// Whether the same request may succeed later.
    pub retryable: bool,
    /// Seconds until a new try makes sense.
    pub retry_after: Option<u32>,
}

impl Error {
    /// An error of ours, with what we were doing.
    pub fn internal(doing: &'static str, source: impl Into<Box<dyn Cause + Send + Sync>>) -> Self {
        Self::Internal { doing, source: source.into() }
    }

    /// The error and its causes, for the log.
    pub fn chain(&self) -> String {
        chain(self)
    }

    /// What the client sees of this error.
    pub fn refusal(&self) -> Refusal {
        let (status, code, detail) = self.wire();
        let retry_after = match self {
            Self::AuthProviderUnavailable(seconds)
            | Self::MailTooSoon(seconds)
            | Self::GitHub(GitHubProblem::RateLimited(seconds)) => Some((*seconds).max(1)),
            Self::WorkspaceNotReady => Some(2),
            Self::Contended => Some(1),
            _ => None,
        };
        let retryable = retry_after.is_some()
            || matches!(
                self,
                Self::WorkspaceMissing { .. } | Self::GitHub(GitHubProblem::Unavailable)
            )
            || status >= 500 && !matches!(self, Self::GitHub(_));
        let detail = match self {
            Self::Invalid(problems) => in_words(problems),
            Self::TokenRefused(why) => why.clone(),
            _ => detail.to_owned(),
        };
        Refusal { status, code, detail, retryable, retry_after }
    }

    fn wire(&self) -> (u16, &'static str, &'static str) {
        match self {
            Self::NotAuthenticated => (401, "NOT_AUTHENTICATED", "Not authenticated"),
            Self::TokenRefused(_) => (401, "INVALID_TOKEN", "Invalid token"),
            Self::AuthProviderUnavailable(_) => {
                (503, "AUTH_PROVIDER_UNAVAILABLE", "Auth provider unavailable")
            }
            Self::RecruiterRequired => {
                (403, "RECRUITER_ACCESS_REQUIRED", "Recruiter access required")
            }
            Self::CandidateRequired => {
                (403, "CANDIDATE_ACCESS_REQUIRED", "Candidate access required")
            }
            Self::SessionHeaderMissing => {
                (401, "CANDIDATE_SESSION_HEADER_REQUIRED", "Missing candidate session headers")
            }
            Self::EmailNotVerified => {
                (403, "EMAIL_VERIFICATION_REQUIRED", "Email verification required")
            }
            Self::Invalid(problems) => (422, invalid_code(problems), "Request validation failed"),
            Self::BodyTooLarge => (413, "BODY_TOO_LARGE", "Request body too large"),
            Self::NotJson => {
                (415, "UNSUPPORTED_MEDIA_TYPE", "Content-Type must be application/json")
            }
            Self::MethodNotAllowed => (405, "METHOD_NOT_ALLOWED", "Method Not Allowed"),
            Self::NotFound(noun) => {
                let (code, detail) = noun.refusal();
                (404, code, detail)
            }
            Self::GitHub(problem) => problem.wire(),
            Self::Contended => (503, "CONTENDED", "Please try again."),
            Self::Internal { .. } => (500, "INTERNAL_ERROR", "Internal Server Error"),
            Self::InviteExpired
            | Self::CandidateCompleted
            | Self::MailTooSoon(_)
            | Self::TaskSubmitted
            | Self::TaskOutOfOrder
            | Self::SimulationCompleted
            | Self::ContentRequired
            | Self::NotCodeTask
            | Self::WorkspaceMissing { .. }
            | Self::WorkspaceNotReady
            | Self::InvalidBranch
            | Self::InvalidGitHubUsername => self.business_wire(),
        }
    }

    /// The refusals of business rules; everything else is for [`Error::wire`].
    const fn business_wire(&self) -> (u16, &'static str, &'static str) {
        match self {
            Self::InviteExpired => (410, "INVITE_TOKEN_EXPIRED", "Invite token expired"),
            Self::CandidateCompleted => {
                (409, "CANDIDATE_ALREADY_COMPLETED", "Candidate already completed simulation")
            }
            Self::MailTooSoon(_) => (429, "RATE_LIMITED", "Too many requests. Please slow down."),
            Self::TaskSubmitted => (409, "SUBMISSION_CONFLICT", "Task already submitted"),
            Self::TaskOutOfOrder => (400, "TASK_OUT_OF_ORDER", "Task out of order"),
            Self::SimulationCompleted => {
                (409, "SIMULATION_COMPLETED", "Simulation already completed")
            }
            Self::ContentRequired => (400, "CONTENT_REQUIRED", "contentText is required"),
            Self::NotCodeTask => {
                (400, "NOT_A_CODE_TASK", "Run tests is only available for code tasks")
            }
            Self::WorkspaceMissing { on_status: true } => {
                (404, "WORKSPACE_NOT_INITIALIZED", "Workspace not initialized")
            }
            Self::WorkspaceNotReady => (
                409,
                "WORKSPACE_NOT_READY",
                "Workspace repo not provisioned yet. Please try again.",
            ),
            Self::InvalidBranch => (400, "INVALID_BRANCH_NAME", "Invalid branch name"),
            Self::InvalidGitHubUsername => {
                (400, "INVALID_GITHUB_USERNAME", "Invalid GitHub username")
            }
            _ => (
                400,
                "WORKSPACE_NOT_INITIALIZED",
                "Workspace not initialized. Call /codespace/init first.",
            ),
        }
    }
}

/// The most telling code among `problems`: the client and programs look for these two.
fn invalid_code(problems: &[Problem]) -> &'static str {
    if problems.iter().any(|problem| problem.pointer == "/body/templateKey") {
        "INVALID_TEMPLATE_KEY"
    } else if problems.iter().any(|problem| problem.code == "CONTENT_TOO_LONG") {
        "CONTENT_TOO_LONG"
    } else {
        "VALIDATION_ERROR"
    }
}

/// An error and its causes, for the log.
pub fn chain(error: &dyn Cause) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
}

/// The problems as one text for people: the client shows nothing else of a 422.
fn in_words(problems: &[Problem]) -> String {
    let words = problems.iter().map(|problem| {
        let field = problem.pointer.rsplit('/').next().unwrap_or_default();
        format!("{field}: {}", problem.message)
    });
    words.collect::<Vec<_>>().join("; ")
}

impl From<ClaimRefused> for Error {
    fn from(refused: ClaimRefused) -> Self {
        match refused {
            ClaimRefused::SomebodyElse | ClaimRefused::OtherAddress => {
                Self::NotFound(Noun::CandidateSession)
            }
            ClaimRefused::Expired => Self::InviteExpired,
            ClaimRefused::NotVerified => Self::EmailNotVerified,
        }
    }
}

impl From<DayRefused> for Error {
    fn from(refused: DayRefused) -> Self {
        match refused {
            DayRefused::AlreadySubmitted => Self::TaskSubmitted,
            DayRefused::OutOfOrder => Self::TaskOutOfOrder,
            DayRefused::Completed => Self::SimulationCompleted,
            DayRefused::NotClaimed => Self::NotFound(Noun::CandidateSession),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_says_whether_and_when_to_try_again() {
        let ready = Error::WorkspaceNotReady.refusal();
        assert_eq!((ready.status, ready.retryable, ready.retry_after), (409, true, Some(2)));
        let order = Error::TaskOutOfOrder.refusal();
        assert_eq!((order.status, order.retryable, order.retry_after), (400, false, None));
        let denied = Error::GitHub(GitHubProblem::PermissionDenied).refusal();
        assert_eq!((denied.status, denied.retryable), (502, false));
        assert!(Error::GitHub(GitHubProblem::Unavailable).refusal().retryable);
        assert!(!Error::GitHub(GitHubProblem::Refused).refusal().retryable);
    }

    #[test]
    fn an_error_of_ours_shows_nothing_of_its_cause() {
        let error = Error::internal("reading a simulation", "secret table name");
        assert_eq!(error.refusal().detail, "Internal Server Error");
    }
}
