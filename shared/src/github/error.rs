//! What can go wrong between us and GitHub, sorted by what a caller does about it.

use jiff::SignedDuration;
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use thiserror::Error as ErrorDerive;

use crate::config::app_key::NotSigned;
use crate::error::github::GitHubProblem;
use crate::error::{Error, SecretProblem};
use crate::github::rate_limit::{self, Exceeded};

/// The longest number of a call of GitHub's that is repeated in the log, in bytes.
const REQUEST_ID_BYTES_MAX: usize = 64;

/// A call to GitHub that did not succeed. Its text names the operation; it never holds a token, an
/// address or a word of GitHub's.
#[derive(Debug, ErrorDerive)]
#[error("cannot {operation} on GitHub")]
pub struct GitHubError {
    /// What we were doing, as a verb and its object: `create a tag`.
    pub operation: &'static str,
    /// What to do about it.
    pub kind: GitHubFailure,
    /// When to try again, if GitHub said so: 1 s to 1 h.
    pub retry_after: Option<SignedDuration>,
    /// Why.
    #[source]
    pub(crate) cause: Cause,
}

/// What a failed call means to its caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GitHubFailure {
    /// The token, or the App's key, is not, or no longer, accepted; or the App's installation is gone.
    TokenInvalid,
    /// The token lacks a permission; or the App is not installed for the account, or suspended.
    PermissionDenied,
    /// The repository, workflow or run is not there, or not to be seen.
    NotFound,
    /// The repository has another name or owner now. Where that leads is not followed: whether it
    /// still is ours is not for GitHub to say.
    Moved,
    /// Too many calls; try again after `retry_after`.
    RateLimited,
    /// GitHub is away, slow, in the middle of something or makes no sense; try again.
    Unavailable,
    /// GitHub understood and refused; the same call will be refused again.
    Unprocessable,
    /// The tag exists at another commit.
    TagElsewhere,
}

/// Why a call failed, for the log.
#[derive(Debug, ErrorDerive)]
pub(crate) enum Cause {
    #[error("the connection failed or the deadline passed")]
    Network(#[source] reqwest::Error),
    #[error("the status was {0}")]
    Status(StatusCode),
    #[error("the status was {0}: the {1} rate limit is exceeded")]
    RateLimit(StatusCode, Exceeded),
    #[error("the storage answered with the status {0}")]
    Storage(StatusCode),
    #[error("the answer is longer than {0} bytes")]
    TooLong(usize),
    #[error("the answer has another form than expected at line {line}, column {column}")]
    Form { line: usize, column: usize },
    #[error("the list is not complete")]
    Incomplete,
    #[error("no address can be made of the given names")]
    Address,
    #[error("the tag points to another commit")]
    TagElsewhere,
    #[error("no time was left to send the call")]
    Late,
    #[error("the App is not installed for the account")]
    NotInstalled,
    #[error("the App's key is of no use")]
    Unsigned(#[source] NotSigned),
    #[error("who we are is not known")]
    Secrets(#[source] SecretProblem),
    #[error("there can be no connection at all")]
    Client(#[source] reqwest::Error),
    /// On the way to a token for the call.
    #[error(transparent)]
    Unsent(Box<Cause>),
}

impl From<GitHubError> for Error {
    fn from(error: GitHubError) -> Self {
        if let Cause::Secrets(problem) = error.cause {
            return Self::Secrets(problem);
        }
        let seconds = error.retry_after.map(|wait| u32::try_from(wait.as_secs()));
        let seconds = seconds.map(|seconds| seconds.unwrap_or(u32::MAX));
        Self::GitHub(match error.kind {
            GitHubFailure::TokenInvalid => GitHubProblem::TokenInvalid,
            GitHubFailure::PermissionDenied => GitHubProblem::PermissionDenied,
            GitHubFailure::NotFound | GitHubFailure::Moved => GitHubProblem::NotFound,
            GitHubFailure::RateLimited => GitHubProblem::RateLimited(seconds.unwrap_or_default()),
            GitHubFailure::Unavailable => GitHubProblem::Unavailable(seconds),
            GitHubFailure::Unprocessable | GitHubFailure::TagElsewhere => GitHubProblem::Refused,
        })
    }
}

impl GitHubError {
    /// Whether GitHub may have done what was asked, although no answer came, or none that can be
    /// read.
    pub fn is_unanswered(&self) -> bool {
        match &self.cause {
            Cause::Network(error) => !error.is_connect(),
            Cause::Form { .. } | Cause::TooLong(_) => true,
            _ => false,
        }
    }

    /// Whether GitHub may have done what was asked, whatever it answered: that it failed tells
    /// neither way.
    pub fn may_have_happened(&self) -> bool {
        self.is_unanswered() || self.status().is_some_and(|status| status.is_server_error())
    }

    /// Whether what was asked for is more than we, or GitHub, can handle at once.
    pub(crate) const fn is_too_much(&self) -> bool {
        matches!(self.cause, Cause::TooLong(_) | Cause::Incomplete)
    }

    /// The same failure, of a call that was not sent, because no token could be had for it: whatever
    /// was asked for did not happen.
    pub(crate) fn unsent(mut self) -> Self {
        self.cause = Cause::Unsent(Box::new(self.cause));
        self
    }

    /// Whether the same call may succeed later.
    pub fn retryable(&self) -> bool {
        match self.kind {
            GitHubFailure::RateLimited | GitHubFailure::Unavailable => true,
            GitHubFailure::TokenInvalid
            | GitHubFailure::PermissionDenied
            | GitHubFailure::NotFound
            | GitHubFailure::Moved
            | GitHubFailure::Unprocessable
            | GitHubFailure::TagElsewhere => false,
        }
    }

    pub(crate) fn new(operation: &'static str, cause: Cause) -> Self {
        let kind = match &cause {
            Cause::Network(_)
            | Cause::Form { .. }
            | Cause::Late
            | Cause::Storage(_)
            | Cause::Secrets(_)
            | Cause::Client(_)
            | Cause::Unsent(_) => GitHubFailure::Unavailable,
            Cause::Status(status) => failure_of(*status),
            Cause::RateLimit(..) => GitHubFailure::RateLimited,
            Cause::NotInstalled => GitHubFailure::PermissionDenied,
            Cause::Unsigned(_) => GitHubFailure::TokenInvalid,
            Cause::TooLong(_) | Cause::Incomplete | Cause::Address => GitHubFailure::Unprocessable,
            Cause::TagElsewhere => GitHubFailure::TagElsewhere,
        };
        Self { operation, kind, retry_after: None, cause }
    }

    /// The error that a refusal's status, headers and text stand for.
    pub(crate) fn refusal(
        operation: &'static str,
        status: StatusCode,
        headers: &HeaderMap,
        text: &[u8],
    ) -> Self {
        let cause = match rate_limit::exceeded(status, headers, text) {
            Some(exceeded) => Cause::RateLimit(status, exceeded),
            None => Cause::Status(status),
        };
        let mut error = Self::new(operation, cause);
        let waits = headers.contains_key(RETRY_AFTER) && error.kind == GitHubFailure::Unavailable;
        if waits || error.kind == GitHubFailure::RateLimited {
            error.retry_after = Some(rate_limit::wait(headers));
        }
        // By this number GitHub's support finds the call. It is theirs and ours, and nobody else's.
        tracing::info!(
            operation,
            cause = %error.cause,
            github_request_id = request_id(headers),
            "GitHub refused a call"
        );
        error
    }

    /// The status GitHub answered with, if it answered.
    pub(crate) fn status(&self) -> Option<StatusCode> {
        match self.cause {
            Cause::Status(status) | Cause::RateLimit(status, _) => Some(status),
            _ => None,
        }
    }
}

fn failure_of(status: StatusCode) -> GitHubFailure {
    match status {
        StatusCode::UNAUTHORIZED => GitHubFailure::TokenInvalid,
        StatusCode::FORBIDDEN => GitHubFailure::PermissionDenied,
        StatusCode::NOT_FOUND | StatusCode::GONE => GitHubFailure::NotFound,
        // An answer to a question that was not asked.
        StatusCode::NOT_MODIFIED => GitHubFailure::Unavailable,
        status if status.is_redirection() => GitHubFailure::Moved,
        StatusCode::TOO_MANY_REQUESTS => GitHubFailure::RateLimited,
        // A repository that is still being made conflicts with what is asked of it.
        StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT => GitHubFailure::Unavailable,
        status if status.is_server_error() => GitHubFailure::Unavailable,
        _ => GitHubFailure::Unprocessable,
    }
}

/// GitHub's number of the call, as it writes them.
fn request_id(headers: &HeaderMap) -> Option<&str> {
    let id = headers.get("x-github-request-id")?.to_str().ok()?;
    let sound = id.len() <= REQUEST_ID_BYTES_MAX
        && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':');
    sound.then_some(id)
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn refused(status: u16, headers: &[(&'static str, &'static str)], text: &str) -> GitHubError {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)));
        let status = StatusCode::from_u16(status).unwrap();
        GitHubError::refusal("do a thing", status, &headers.collect(), text.as_bytes())
    }

    #[test]
    fn every_status_means_one_thing_to_its_caller() {
        let kinds = [
            (301, GitHubFailure::Moved, false),
            (302, GitHubFailure::Moved, false),
            (304, GitHubFailure::Unavailable, true),
            (307, GitHubFailure::Moved, false),
            (308, GitHubFailure::Moved, false),
            (400, GitHubFailure::Unprocessable, false),
            (401, GitHubFailure::TokenInvalid, false),
            (403, GitHubFailure::PermissionDenied, false),
            (404, GitHubFailure::NotFound, false),
            (409, GitHubFailure::Unavailable, true),
            (410, GitHubFailure::NotFound, false),
            (422, GitHubFailure::Unprocessable, false),
            (429, GitHubFailure::RateLimited, true),
            (500, GitHubFailure::Unavailable, true),
            (502, GitHubFailure::Unavailable, true),
            (503, GitHubFailure::Unavailable, true),
        ];
        for (status, kind, retryable) in kinds {
            let error = refused(status, &[], "");
            assert_eq!((error.kind, error.retryable()), (kind, retryable), "{status}");
        }
    }

    #[test]
    fn a_limit_and_a_fault_pass_on_how_long_to_wait_and_a_missing_permission_does_not() {
        let waits = |status, headers: &[_]| {
            let error = refused(status, headers, "");
            (error.kind, error.retry_after.map(|wait| wait.as_secs()))
        };
        let pause = ("retry-after", "17");

        assert_eq!(waits(403, &[pause]), (GitHubFailure::RateLimited, Some(17)));
        assert_eq!(waits(429, &[]), (GitHubFailure::RateLimited, Some(60)));
        assert_eq!(waits(503, &[pause]), (GitHubFailure::Unavailable, Some(17)));
        assert_eq!(waits(503, &[]), (GitHubFailure::Unavailable, None));
        let left = ("x-ratelimit-remaining", "41");
        assert_eq!(waits(403, &[left]), (GitHubFailure::PermissionDenied, None));
    }

    #[test]
    fn our_caller_is_told_one_of_the_contracts_five_codes_and_what_to_wait_for() {
        let told = |status, headers: &[_]| {
            let told = Error::from(refused(status, headers, "")).refusal();
            (told.status, told.code, told.retryable, told.retry_after)
        };
        let pause = ("retry-after", "17");

        for (status, expected) in [
            (401, (502, "GITHUB_TOKEN_INVALID", false, None)),
            (403, (502, "GITHUB_PERMISSION_DENIED", false, None)),
            (404, (502, "GITHUB_NOT_FOUND", false, None)),
            (301, (502, "GITHUB_NOT_FOUND", false, None)),
            (422, (502, "GITHUB_UNAVAILABLE", false, None)),
            (429, (502, "GITHUB_RATE_LIMITED", true, Some(60))),
            (500, (502, "GITHUB_UNAVAILABLE", true, None)),
        ] {
            assert_eq!(told(status, &[]), expected, "{status}");
        }
        assert_eq!(told(403, &[pause]), (502, "GITHUB_RATE_LIMITED", true, Some(17)));
        assert_eq!(told(503, &[pause]), (502, "GITHUB_UNAVAILABLE", true, Some(17)));
    }

    #[test]
    fn only_what_looks_like_githubs_number_of_a_call_is_repeated() {
        let id = |text: &'static str| {
            let headers = HeaderMap::from_iter([(
                "x-github-request-id".parse().unwrap(),
                HeaderValue::from_static(text),
            )]);
            request_id(&headers).map(str::to_owned)
        };
        let genuine = "EA7D:1C0C5:109B75:FB5743:592C";

        assert_eq!(id(genuine).as_deref(), Some(genuine));
        for odd in ["ghp_secret", "a b", "F".repeat(65).leak()] {
            assert_eq!(id(odd), None, "{odd}");
        }
    }

    #[test]
    fn the_text_of_an_error_says_what_we_did_and_nothing_that_github_said() {
        let error = refused(422, &[], "ghp_secret name already exists");

        assert_eq!(error.to_string(), "cannot do a thing on GitHub");
        assert_eq!(error.cause.to_string(), "the status was 422 Unprocessable Entity");
    }
}
