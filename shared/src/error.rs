//! Everything that can be answered instead of what was asked for.
//!
//! A variant exists because somebody reacts differently. The wire texts and codes stand in
//! `error/wire.rs`; `http/problem.rs` turns them into answers.

pub mod catalogue;
pub mod github;
mod wire;

use std::error::Error as Cause;

use thiserror::Error;

use crate::domain::candidate_session::{ClaimRefused, DayRefused};
use crate::domain::company::TooManyDomains;
use crate::domain::id::CompanyId;
use crate::domain::job::redrive::RedriveRefused;
use crate::domain::live_check::CheckRefused;
use crate::domain::submission::ExaminationRefused;
use crate::domain::workspace::summary::Preparation;
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
    /// A company.
    Company,
    /// A mail domain that is mapped to a company.
    Domain,
    /// A request to try templates out.
    TemplateCheck,
    /// A job.
    Job,
}

/// Why our secret settings cannot be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SecretProblem {
    /// They cannot be read.
    #[error("the secret cannot be read")]
    Unreachable,
    /// They were read and are wrong.
    #[error("the secret is wrong")]
    Wrong,
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
    /// A webhook without a signature, or with one that proves nothing.
    #[error("the webhook's signature is missing or wrong")]
    SignatureRefused,
    /// The identity provider's keys cannot be had; seconds until a new try makes sense.
    #[error("the identity provider's keys cannot be had")]
    AuthProviderUnavailable(u32),
    /// The token is good and not a recruiter's.
    #[error("the token is not a recruiter's")]
    RecruiterRequired,
    /// The token is good and not a candidate's.
    #[error("the token is not a candidate's")]
    CandidateRequired,
    /// A development identity that nobody has.
    #[error("the development identity is nobody's")]
    DevUserNotFound,
    /// A development identity claimed from another machine.
    #[error("a development identity was claimed from another machine")]
    DevIdentityFromElsewhere,
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
    /// A submission is not examined again.
    #[error("the submission is not examined again: {0:?}")]
    ExaminationRefused(ExaminationRefused),
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
    /// The workspace is being made, and it is known how far that is.
    #[error("the workspace is being made, as its candidate is told")]
    WorkspaceBeingMade(Box<Preparation>),
    /// More requests than a limit allows; seconds until the next one may pass.
    #[error("a limit is used up")]
    RateLimited(u32),
    /// An `Idempotency-Key` that is none.
    #[error("the idempotency key is malformed")]
    IdempotencyKeyMalformed,
    /// Another request with the same key is still at work.
    #[error("a request with the same idempotency key is at work")]
    IdempotencyInFlight,
    /// The key was used for another request.
    #[error("the idempotency key was used for another request")]
    IdempotencyMismatch,
    /// A browser asks for an origin that is not allowed.
    #[error("the origin is not allowed")]
    OriginNotAllowed,
    /// A mail domain that is another company's: which one's.
    #[error("the mail domain is another company's")]
    DomainTaken(CompanyId),
    /// A company with as many mail domains as there may be.
    #[error("the company has too many mail domains")]
    TooManyDomains,
    /// Templates are tried out by another route than the one that looks at them.
    #[error("live checks are another route's")]
    LiveChecksElsewhere,
    /// Templates are not tried out as was asked.
    #[error("the templates cannot be tried out")]
    CheckRefused(#[from] CheckRefused),
    /// A job that was given up is not started again.
    #[error("the job is not started again: {0:?}")]
    RedriveRefused(RedriveRefused),
    /// The process cannot serve: each check by its name, and whether it passed.
    #[error("the process is not ready: {0:?}")]
    NotReady(Vec<(&'static str, bool)>),
    /// The answer took too long; whether something was stored is not known.
    #[error("the request took too long")]
    TimedOut,
    /// A malformed branch name.
    #[error("the branch name is malformed")]
    InvalidBranch,
    /// A malformed GitHub user name.
    #[error("the GitHub user name is malformed")]
    InvalidGitHubUsername,
    /// What the answer needs of our secret settings cannot be had.
    #[error("the secret settings cannot be had: {0:?}")]
    Secrets(#[from] SecretProblem),
    /// GitHub failed us.
    #[error("GitHub failed: {0:?}")]
    GitHub(GitHubProblem),
    /// Others wrote the same things all the time; nothing was stored.
    #[error("others kept writing the same items")]
    Contended,
    /// The table throttles us or cannot be reached; nothing is known of what was being stored.
    #[error("{doing} failed: the table is not available")]
    TableUnavailable {
        /// What we were doing.
        doing: &'static str,
        /// Why it failed.
        source: Box<dyn Cause + Send + Sync>,
    },
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
}

/// How TLS names an authority that is not believed.
const UNKNOWN_ISSUER: &str = "UnknownIssuer";
/// What helps against that.
const TRUST: &str = "whoever vouches for the certificate is not believed; TENON_TLS_ROOTS=system \
     believes whom this machine believes";

/// Whether `error` is that the other end's certificate is of an authority that is not believed.
pub fn is_unknown_issuer(error: &dyn Cause) -> bool {
    causes(error).contains(UNKNOWN_ISSUER)
}

/// An error and its causes, for the log; and what to do where that is known.
pub fn chain(error: &dyn Cause) -> String {
    let mut text = causes(error);
    if text.contains(UNKNOWN_ISSUER) {
        text.push_str(": ");
        text.push_str(TRUST);
    }
    text
}

fn causes(error: &dyn Cause) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text
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

impl From<ExaminationRefused> for Error {
    fn from(refused: ExaminationRefused) -> Self {
        Self::ExaminationRefused(refused)
    }
}

impl From<RedriveRefused> for Error {
    fn from(refused: RedriveRefused) -> Self {
        Self::RedriveRefused(refused)
    }
}

impl From<TooManyDomains> for Error {
    fn from(TooManyDomains: TooManyDomains) -> Self {
        Self::TooManyDomains
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
