//! What the client sees of an error: status, code, text, and whether to try again.

use crate::domain::job::redrive::RedriveRefused;
use crate::domain::submission::ExaminationRefused;
use crate::error::github::GitHubProblem;
use crate::error::{Error, Noun, Problem, Refusal, SecretProblem};

/// After so many seconds the secret settings are asked for again.
const SECRETS_AGAIN_SECONDS: u32 = 2;

impl Noun {
    const fn wire(self) -> (u16, &'static str, &'static str) {
        match self {
            Self::Route => (404, "NOT_FOUND", "Not Found"),
            Self::Simulation => (404, "SIMULATION_NOT_FOUND", "Simulation not found"),
            Self::CandidateSession => {
                (404, "CANDIDATE_SESSION_NOT_FOUND", "Candidate session not found")
            }
            Self::InviteToken => (404, "INVITE_TOKEN_INVALID", "Invalid invite token"),
            Self::Task => (404, "TASK_NOT_FOUND", "Task not found"),
            Self::Run => (404, "RUN_NOT_FOUND", "Run not found"),
            Self::Submission => (404, "SUBMISSION_NOT_FOUND", "Submission not found"),
            Self::Company => (404, "COMPANY_NOT_FOUND", "Company not found"),
            Self::Domain => (404, "DOMAIN_NOT_FOUND", "Domain not found"),
            Self::TemplateCheck => (404, "TEMPLATE_CHECK_NOT_FOUND", "Template check not found"),
            Self::Job => (404, "JOB_NOT_FOUND", "Job not found"),
        }
    }
}

impl SecretProblem {
    const fn wire(self) -> (u16, &'static str, &'static str) {
        let detail = match self {
            Self::Unreachable => "Configuration unavailable. Please try again.",
            Self::Wrong => "Configuration invalid. Please try again later.",
        };
        (503, "CONFIGURATION_UNAVAILABLE", detail)
    }
}

impl Error {
    /// What the client sees of this error.
    pub fn refusal(&self) -> Refusal {
        let (status, code, detail) = self.wire();
        let retry_after = match self {
            Self::AuthProviderUnavailable(seconds)
            | Self::MailTooSoon(seconds)
            | Self::RateLimited(seconds)
            | Self::GitHub(GitHubProblem::RateLimited(seconds)) => Some((*seconds).max(1)),
            Self::GitHub(GitHubProblem::Unavailable(told)) => told.map(|seconds| seconds.max(1)),
            Self::WorkspaceNotReady | Self::NotReady(_) => Some(2),
            Self::Secrets(_) => Some(SECRETS_AGAIN_SECONDS),
            Self::WorkspaceBeingMade(preparation) => Some(preparation.retry_after_seconds()),
            Self::Contended
            | Self::IdempotencyInFlight
            | Self::TimedOut
            | Self::TableUnavailable { .. } => Some(1),
            _ => None,
        };
        let retryable = retry_after.is_some()
            || matches!(
                self,
                Self::WorkspaceMissing { .. } | Self::GitHub(GitHubProblem::Unavailable(_))
            )
            || status >= 500 && !matches!(self, Self::GitHub(_));
        let detail = match self {
            Self::Invalid(problems) => in_words(problems),
            Self::TokenRefused(why) => why.clone(),
            Self::CheckRefused(why) => why.to_string(),
            _ => detail.to_owned(),
        };
        Refusal { status, code, detail, retryable, retry_after }
    }

    fn wire(&self) -> (u16, &'static str, &'static str) {
        match self {
            Self::NotAuthenticated => (401, "NOT_AUTHENTICATED", "Not authenticated"),
            Self::TokenRefused(_) => (401, "INVALID_TOKEN", "Invalid token"),
            Self::SignatureRefused => (401, "INVALID_SIGNATURE", "Invalid webhook signature"),
            Self::RecruiterRequired => {
                (403, "RECRUITER_ACCESS_REQUIRED", "Recruiter access required")
            }
            Self::CandidateRequired => {
                (403, "CANDIDATE_ACCESS_REQUIRED", "Candidate access required")
            }
            Self::DevUserNotFound => (401, "DEV_USER_NOT_FOUND", "Dev user not found"),
            Self::DevIdentityFromElsewhere => {
                (403, "DEV_IDENTITY_LOCAL_ONLY", "DEV_AUTH_BYPASS only allowed from localhost")
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
            Self::NotFound(noun) => noun.wire(),
            Self::GitHub(problem) => problem.wire(),
            Self::Internal { .. } => (500, "INTERNAL_ERROR", "Internal Server Error"),
            Self::RedriveRefused(why) => refused_redrive(*why),
            Self::AuthProviderUnavailable(_)
            | Self::Secrets(_)
            | Self::Contended
            | Self::TimedOut
            | Self::TableUnavailable { .. }
            | Self::NotReady(_) => self.passing_wire(),
            Self::OriginNotAllowed
            | Self::DomainTaken(_)
            | Self::TooManyDomains
            | Self::IdempotencyKeyMalformed
            | Self::IdempotencyInFlight
            | Self::IdempotencyMismatch
            | Self::InviteExpired
            | Self::CandidateCompleted
            | Self::MailTooSoon(_)
            | Self::RateLimited(_)
            | Self::TaskSubmitted
            | Self::TaskOutOfOrder
            | Self::SimulationCompleted
            | Self::ExaminationRefused(_)
            | Self::ContentRequired
            | Self::NotCodeTask
            | Self::WorkspaceMissing { .. }
            | Self::WorkspaceNotReady
            | Self::WorkspaceBeingMade(_)
            | Self::InvalidBranch
            | Self::InvalidGitHubUsername
            | Self::LiveChecksElsewhere
            | Self::CheckRefused(_) => self.business_wire(),
        }
    }

    /// What passes by itself; everything else is for [`Error::wire`].
    const fn passing_wire(&self) -> (u16, &'static str, &'static str) {
        match self {
            Self::AuthProviderUnavailable(_) => {
                (503, "AUTH_PROVIDER_UNAVAILABLE", "Auth provider unavailable")
            }
            Self::Secrets(problem) => problem.wire(),
            Self::Contended => (503, "CONTENDED", "Please try again."),
            Self::TimedOut => (503, "TIMED_OUT", "The request took too long. Please try again."),
            Self::NotReady(_) => (503, "NOT_READY", "Not ready"),
            _ => (503, "SERVICE_UNAVAILABLE", "Service unavailable"),
        }
    }

    /// The refusals of business rules; everything else is for [`Error::wire`].
    const fn business_wire(&self) -> (u16, &'static str, &'static str) {
        match self {
            Self::OriginNotAllowed => (400, "ORIGIN_NOT_ALLOWED", "Disallowed CORS origin"),
            Self::DomainTaken(_) => (409, "DOMAIN_TAKEN", "Domain belongs to another company"),
            Self::TooManyDomains => {
                (409, "TOO_MANY_DOMAINS", "Company has as many domains as it may have")
            }
            Self::IdempotencyKeyMalformed => (
                400,
                "IDEMPOTENCY_KEY_INVALID",
                "Idempotency-Key must be 1 to 255 printable ASCII characters",
            ),
            Self::IdempotencyInFlight => (
                409,
                "IDEMPOTENCY_IN_FLIGHT",
                "A request with this Idempotency-Key is still being worked on",
            ),
            Self::IdempotencyMismatch => {
                (422, "IDEMPOTENCY_KEY_REUSED", "This Idempotency-Key was used for another request")
            }
            Self::InviteExpired => (410, "INVITE_TOKEN_EXPIRED", "Invite token expired"),
            Self::CandidateCompleted => {
                (409, "CANDIDATE_ALREADY_COMPLETED", "Candidate already completed simulation")
            }
            Self::MailTooSoon(_) | Self::RateLimited(_) => {
                (429, "RATE_LIMITED", "Too many requests. Please slow down.")
            }
            Self::TaskSubmitted => (409, "SUBMISSION_CONFLICT", "Task already submitted"),
            Self::TaskOutOfOrder => (400, "TASK_OUT_OF_ORDER", "Task out of order"),
            Self::SimulationCompleted => {
                (409, "SIMULATION_COMPLETED", "Simulation already completed")
            }
            Self::ExaminationRefused(why) => refused_examination(*why),
            Self::ContentRequired => (400, "CONTENT_REQUIRED", "contentText is required"),
            Self::NotCodeTask => {
                (400, "NOT_A_CODE_TASK", "Run tests is only available for code tasks")
            }
            Self::WorkspaceMissing { on_status: true } => {
                (404, "WORKSPACE_NOT_INITIALIZED", "Workspace not initialized")
            }
            Self::WorkspaceNotReady | Self::WorkspaceBeingMade(_) => (
                409,
                "WORKSPACE_NOT_READY",
                "Workspace repo not provisioned yet. Please try again.",
            ),
            Self::InvalidBranch => (400, "INVALID_BRANCH_NAME", "Invalid branch name"),
            Self::InvalidGitHubUsername => {
                (400, "INVALID_GITHUB_USERNAME", "Invalid GitHub username")
            }
            Self::LiveChecksElsewhere => (
                400,
                "LIVE_CHECKS_ELSEWHERE",
                "Use POST /api/admin/templates/health/run for live checks",
            ),
            Self::CheckRefused(_) => (422, "INVALID_TEMPLATE_CHECK", "Invalid template check"),
            _ => (
                400,
                "WORKSPACE_NOT_INITIALIZED",
                "Workspace not initialized. Call /codespace/init first.",
            ),
        }
    }
}

/// Why a submission is not examined again.
const fn refused_examination(why: ExaminationRefused) -> (u16, &'static str, &'static str) {
    match why {
        ExaminationRefused::NotCode => {
            (409, "SUBMISSION_NOT_CODE", "Only submitted code can be examined")
        }
        ExaminationRefused::Pending => {
            (409, "EXAMINATION_PENDING", "The submission is being examined")
        }
        ExaminationRefused::Complete => {
            (409, "EXAMINATION_COMPLETE", "The submission's results are final")
        }
    }
}

/// Why a job is not started again.
const fn refused_redrive(why: RedriveRefused) -> (u16, &'static str, &'static str) {
    let (code, detail) = why.told();
    (409, code, detail)
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

/// The problems as one text for people: the client shows nothing else of a 422.
fn in_words(problems: &[Problem]) -> String {
    let words = problems.iter().map(|problem| {
        let field = problem.pointer.rsplit('/').next().unwrap_or_default();
        format!("{field}: {}", problem.message)
    });
    words.collect::<Vec<_>>().join("; ")
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
        let away = Error::GitHub(GitHubProblem::Unavailable(None)).refusal();
        assert_eq!((away.status, away.retryable, away.retry_after), (502, true, None));
        let until = Error::GitHub(GitHubProblem::Unavailable(Some(40))).refusal();
        assert_eq!((until.retryable, until.retry_after), (true, Some(40)));
        let limited = Error::GitHub(GitHubProblem::RateLimited(0)).refusal();
        assert_eq!((limited.status, limited.retryable, limited.retry_after), (502, true, Some(1)));
        assert!(!Error::GitHub(GitHubProblem::Refused).refusal().retryable);
    }

    #[test]
    fn an_error_of_ours_shows_nothing_of_its_cause() {
        let error = Error::internal("reading a simulation", "secret table name");
        assert_eq!(error.refusal().detail, "Internal Server Error");
    }
}
