//! Every error there is, one of each, for people and for tests.

use std::fmt::Write;

use crate::domain::id::CompanyId;
use crate::domain::job::redrive::RedriveRefused;
use crate::domain::live_check::CheckRefused;
use crate::domain::submission::ExaminationRefused;
use crate::domain::workspace::summary::{Preparation, Stage};
use crate::error::github::GitHubProblem;
use crate::error::{Error, Noun, Problem, SecretProblem};

/// One of each error, in the order in which a request may meet them.
pub fn one_of_each() -> Vec<Error> {
    let mut all = vec![Error::OriginNotAllowed];
    while let Some(next) = all.last().and_then(after) {
        all.push(next);
    }
    all
}

/// The error that is listed after `error`. A new variant does not compile until it has its place.
fn after(error: &Error) -> Option<Error> {
    Some(match error {
        Error::OriginNotAllowed => Error::BodyTooLarge,
        Error::BodyTooLarge => Error::MethodNotAllowed,
        Error::MethodNotAllowed => Error::NotFound(Noun::Route),
        Error::NotFound(Noun::Route) => Error::NotAuthenticated,
        Error::NotAuthenticated => Error::TokenRefused("Invalid token".to_owned()),
        Error::TokenRefused(_) => Error::SignatureRefused,
        Error::SignatureRefused => Error::AuthProviderUnavailable(30),
        Error::AuthProviderUnavailable(_) => Error::RecruiterRequired,
        Error::RecruiterRequired => Error::CandidateRequired,
        Error::CandidateRequired => Error::DevUserNotFound,
        Error::DevUserNotFound => Error::DevIdentityFromElsewhere,
        Error::DevIdentityFromElsewhere => Error::SessionHeaderMissing,
        Error::SessionHeaderMissing => Error::IdempotencyKeyMalformed,
        Error::IdempotencyKeyMalformed => Error::NotJson,
        Error::NotJson => invalid("/body/title", "missing", "is required"),
        Error::Invalid(problems) => return Some(after_invalid(problems)),
        Error::RateLimited(_) => Error::IdempotencyInFlight,
        Error::IdempotencyInFlight => Error::IdempotencyMismatch,
        Error::IdempotencyMismatch => Error::NotFound(Noun::Simulation),
        Error::NotFound(noun) => return Some(after_noun(*noun)),
        Error::DomainTaken(_) => Error::TooManyDomains,
        Error::TooManyDomains => Error::LiveChecksElsewhere,
        Error::LiveChecksElsewhere => Error::CheckRefused(CheckRefused::NoKeys),
        Error::CheckRefused(_) => Error::RedriveRefused(RedriveRefused::NotDead("done")),
        Error::RedriveRefused(why) => after_redrive(*why),
        Error::EmailNotVerified => Error::InviteExpired,
        Error::InviteExpired => Error::CandidateCompleted,
        Error::CandidateCompleted => Error::MailTooSoon(30),
        Error::MailTooSoon(_) => Error::TaskSubmitted,
        Error::TaskSubmitted => Error::TaskOutOfOrder,
        Error::TaskOutOfOrder => Error::SimulationCompleted,
        Error::SimulationCompleted => Error::ExaminationRefused(ExaminationRefused::NotCode),
        Error::ExaminationRefused(why) => return Some(after_refused(*why)),
        Error::ContentRequired => Error::NotCodeTask,
        Error::NotCodeTask => Error::WorkspaceMissing { on_status: false },
        Error::WorkspaceMissing { on_status: false } => Error::WorkspaceMissing { on_status: true },
        Error::WorkspaceMissing { .. } => Error::WorkspaceNotReady,
        Error::WorkspaceNotReady => Error::WorkspaceBeingMade(Box::new(Preparation {
            stage: Stage::Queued,
            reason: None,
            position: Some(3),
            estimated_seconds: Some(2),
        })),
        Error::WorkspaceBeingMade(_) => Error::InvalidBranch,
        Error::InvalidBranch => Error::InvalidGitHubUsername,
        Error::InvalidGitHubUsername => Error::GitHub(GitHubProblem::TokenInvalid),
        Error::GitHub(problem) => return Some(after_github(*problem)),
        Error::Contended => Error::NotReady(vec![("table", false)]),
        Error::NotReady(_) => Error::Secrets(SecretProblem::Unreachable),
        Error::Secrets(problem) => after_secrets(*problem),
        Error::TimedOut => {
            let source = "it is only shown".into();
            Error::TableUnavailable { doing: "showing an error", source }
        }
        Error::TableUnavailable { .. } => Error::internal("showing an error", "it is only shown"),
        Error::Internal { .. } => return None,
    })
}

fn after_redrive(why: RedriveRefused) -> Error {
    match why {
        RedriveRefused::NotDead(_) => Error::RedriveRefused(RedriveRefused::Superseded),
        _ => Error::EmailNotVerified,
    }
}

fn after_secrets(problem: SecretProblem) -> Error {
    match problem {
        SecretProblem::Unreachable => Error::Secrets(SecretProblem::Wrong),
        SecretProblem::Wrong => Error::TimedOut,
    }
}

/// What is wrong with a request decides its code, so there are three.
fn after_invalid(problems: &[Problem]) -> Error {
    match problems.first().map(|problem| problem.pointer.as_str()) {
        Some("/body/title") => invalid("/body/templateKey", "literal_error", "is unknown"),
        Some("/body/templateKey") => {
            invalid("/body/contentText", "CONTENT_TOO_LONG", "is too long")
        }
        _ => Error::RateLimited(30),
    }
}

const fn after_noun(noun: Noun) -> Error {
    match noun {
        Noun::Route => Error::NotAuthenticated,
        Noun::Simulation => Error::NotFound(Noun::CandidateSession),
        Noun::CandidateSession => Error::NotFound(Noun::InviteToken),
        Noun::InviteToken => Error::NotFound(Noun::Task),
        Noun::Task => Error::NotFound(Noun::Run),
        Noun::Run => Error::NotFound(Noun::Submission),
        Noun::Submission => Error::NotFound(Noun::Company),
        Noun::Company => Error::NotFound(Noun::Domain),
        Noun::Domain => Error::NotFound(Noun::TemplateCheck),
        Noun::TemplateCheck => Error::NotFound(Noun::Job),
        Noun::Job => Error::DomainTaken(CompanyId::new(1)),
    }
}

const fn after_refused(why: ExaminationRefused) -> Error {
    match why {
        ExaminationRefused::NotCode => Error::ExaminationRefused(ExaminationRefused::Pending),
        ExaminationRefused::Pending => Error::ExaminationRefused(ExaminationRefused::Complete),
        ExaminationRefused::Complete => Error::ContentRequired,
    }
}

const fn after_github(problem: GitHubProblem) -> Error {
    match problem {
        GitHubProblem::TokenInvalid => Error::GitHub(GitHubProblem::PermissionDenied),
        GitHubProblem::PermissionDenied => Error::GitHub(GitHubProblem::NotFound),
        GitHubProblem::NotFound => Error::GitHub(GitHubProblem::RateLimited(30)),
        GitHubProblem::RateLimited(_) => Error::GitHub(GitHubProblem::Refused),
        GitHubProblem::Refused => Error::GitHub(GitHubProblem::Unavailable(Some(30))),
        GitHubProblem::Unavailable(_) => Error::Contended,
    }
}

fn invalid(pointer: &str, code: &'static str, message: &str) -> Error {
    Error::Invalid(vec![Problem { pointer: pointer.to_owned(), message: message.to_owned(), code }])
}

/// The page `docs/errors.md`.
pub fn page() -> String {
    let mut page = include_str!("catalogue/before.md").to_owned();
    page.push_str("| status | `errorCode` | `detail` | `retryable` | `Retry-After` | when |\n");
    page.push_str("| --- | --- | --- | --- | --- | --- |\n");
    for error in one_of_each() {
        let refusal = error.refusal();
        let detail = match error {
            Error::Invalid(_) => "every problem, in words".to_owned(),
            Error::TokenRefused(_)
            | Error::CheckRefused(_)
            | Error::RedriveRefused(RedriveRefused::Superseded) => "why, in words".to_owned(),
            _ => format!("`{}`", refusal.detail),
        };
        // Writing to a string cannot fail.
        let _ = writeln!(
            page,
            "| {} | `{}` | {detail} | {} | {} | {} |",
            refusal.status,
            refusal.code,
            if refusal.retryable { "yes" } else { "no" },
            wait(&error),
            when(&error),
        );
    }
    page.push_str(include_str!("catalogue/after.md"));
    page
}

/// When a new try makes sense.
fn wait(error: &Error) -> String {
    match (error, error.refusal().retry_after) {
        (_, None) => String::new(),
        (Error::GitHub(GitHubProblem::Unavailable(_)), Some(_)) => {
            "what GitHub asks for, where it does".to_owned()
        }
        (
            Error::AuthProviderUnavailable(_)
            | Error::MailTooSoon(_)
            | Error::RateLimited(_)
            | Error::WorkspaceBeingMade(_)
            | Error::GitHub(_),
            Some(_),
        ) => "what is left".to_owned(),
        (_, Some(seconds)) => seconds.to_string(),
    }
}

/// When `error` is answered; mostly as the log would say it.
fn when(error: &Error) -> String {
    let words = match error {
        Error::TokenRefused(_) => "the bearer token proves nothing",
        Error::Invalid(problems) => {
            match problems.first().map(|problem| problem.pointer.as_str()) {
                Some("/body/templateKey") => "`templateKey` is unknown, whatever else is wrong",
                Some("/body/contentText") => "`contentText` has more than 256 KiB of UTF-8",
                _ => "anything else of path, query, header or body is wrong",
            }
        }
        Error::NotFound(Noun::Route) => "there is no such path",
        Error::NotFound(Noun::Company | Noun::Domain | Noun::TemplateCheck | Noun::Job) => {
            "it is not there"
        }
        Error::LiveChecksElsewhere => "`mode=live` where templates are only looked at",
        Error::CheckRefused(_) => "the mode or the keys of templates to be tried out are wrong",
        Error::NotFound(_) => "it is not there, or is somebody else's",
        Error::WorkspaceMissing { on_status: true } => {
            "`codespace/status` finds no workspace for the task"
        }
        Error::WorkspaceMissing { on_status: false } => "there is no workspace for the task",
        Error::WorkspaceNotReady => "`run` and `submit` find the workspace still being made",
        Error::WorkspaceBeingMade(_) => {
            "`init` and `codespace/status` find it so: `details` says how far it is"
        }
        Error::ExaminationRefused(why) => match why {
            ExaminationRefused::NotCode => "a text is asked to be examined again",
            ExaminationRefused::Pending => "an examination is asked for while one is under way",
            ExaminationRefused::Complete => "results that were read in full are asked for again",
        },
        Error::RedriveRefused(RedriveRefused::NotDead(_)) => {
            "a job is started again that was not given up: `details` says how it stands"
        }
        Error::RedriveRefused(_) => {
            "starting the job again would not help: `detail` says what would"
        }
        Error::NotReady(_) => "`/ready` finds that something fails: `details` says what",
        Error::Secrets(SecretProblem::Unreachable) => {
            "the answer needs a secret setting, and those cannot be read"
        }
        Error::Secrets(SecretProblem::Wrong) => {
            "the answer needs a secret setting, and those were read and are wrong"
        }
        Error::TimedOut => {
            "the request took 20 seconds, or its function's time was nearly over; what it stored by then is not known"
        }
        Error::GitHub(problem) => match problem {
            GitHubProblem::TokenInvalid => "GitHub does not take our token",
            GitHubProblem::PermissionDenied => "GitHub does not let our token do this",
            GitHubProblem::NotFound => "GitHub does not have the repository or the workflow",
            GitHubProblem::RateLimited(_) => "GitHub has had too many calls from us",
            GitHubProblem::Refused => "GitHub understood and refuses",
            GitHubProblem::Unavailable(_) => "GitHub fails or does not answer",
        },
        Error::TableUnavailable { .. } => {
            "the table throttles us or does not answer; what was stored by then is not known"
        }
        Error::Internal { .. } => "a part of ours failed, or panicked",
        other => return other.to_string(),
    };
    words.to_owned()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_error_is_listed_twice() {
        let listed = one_of_each();
        let seen: BTreeSet<_> = listed.iter().map(|error| format!("{error:?}")).collect();
        assert_eq!(seen.len(), listed.len());
    }

    #[test]
    fn every_error_has_a_code_of_its_own_but_where_the_contract_has_one_for_several() {
        let mut codes: Vec<_> = one_of_each().iter().map(|error| error.refusal().code).collect();
        codes.sort_unstable();
        let twice: Vec<_> = codes.windows(2).filter(|pair| pair[0] == pair[1]).collect();
        let expected = [
            "CONFIGURATION_UNAVAILABLE",
            "GITHUB_UNAVAILABLE",
            "RATE_LIMITED",
            "WORKSPACE_NOT_INITIALIZED",
            "WORKSPACE_NOT_READY",
        ];
        assert_eq!(twice, expected.map(|code| [code, code]));
    }

    #[test]
    fn no_error_gives_away_how_we_work() {
        for error in one_of_each() {
            let detail = error.refusal().detail;
            for secret in ["Bearer", "Authorization", "ghp_", "eyJ", "Dynamo", "SES", "panic"] {
                assert!(!detail.contains(secret), "{detail}");
            }
        }
    }
}
