//! What can go wrong between us and GitHub, sorted by what a caller does about it.

use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};
use thiserror::Error as ErrorDerive;

use crate::error::Error;
use crate::error::github::GitHubProblem;

/// The wait after a rate limit that does not say how long it lasts.
const DEFAULT_WAIT: SignedDuration = SignedDuration::from_secs(60);
/// The longest wait that is believed.
const WAIT_MAX: SignedDuration = SignedDuration::from_secs(3_600);

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
    /// The token is not, or no longer, accepted.
    TokenInvalid,
    /// The token lacks a permission.
    PermissionDenied,
    /// The repository, workflow or run is not there, or not to be seen.
    NotFound,
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
}

impl From<GitHubError> for Error {
    fn from(error: GitHubError) -> Self {
        let seconds = error.retry_after.map_or(0, |wait| wait.as_secs());
        Self::GitHub(match error.kind {
            GitHubFailure::TokenInvalid => GitHubProblem::TokenInvalid,
            GitHubFailure::PermissionDenied => GitHubProblem::PermissionDenied,
            GitHubFailure::NotFound => GitHubProblem::NotFound,
            GitHubFailure::RateLimited => {
                GitHubProblem::RateLimited(u32::try_from(seconds).unwrap_or(u32::MAX))
            }
            GitHubFailure::Unavailable => GitHubProblem::Unavailable,
            GitHubFailure::Unprocessable | GitHubFailure::TagElsewhere => GitHubProblem::Refused,
        })
    }
}

impl GitHubError {
    /// Whether GitHub may have done what was asked, although no answer came that can be read.
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

    /// Whether the same call may succeed later.
    pub fn retryable(&self) -> bool {
        match self.kind {
            GitHubFailure::RateLimited | GitHubFailure::Unavailable => true,
            GitHubFailure::TokenInvalid
            | GitHubFailure::PermissionDenied
            | GitHubFailure::NotFound
            | GitHubFailure::Unprocessable
            | GitHubFailure::TagElsewhere => false,
        }
    }

    pub(crate) fn new(operation: &'static str, cause: Cause) -> Self {
        let kind = match &cause {
            Cause::Network(_) | Cause::Form { .. } | Cause::Storage(_) => {
                GitHubFailure::Unavailable
            }
            Cause::Status(status) => failure_of(*status),
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
        let mut error = Self::new(operation, Cause::Status(status));
        if is_rate_limit(status, headers, text) {
            error.kind = GitHubFailure::RateLimited;
            error.retry_after = Some(wait(headers));
        } else if error.kind == GitHubFailure::Unavailable && headers.contains_key(RETRY_AFTER) {
            error.retry_after = Some(wait(headers));
        }
        error
    }

    /// The status GitHub answered with, if it answered.
    pub(crate) fn status(&self) -> Option<StatusCode> {
        match self.cause {
            Cause::Status(status) => Some(status),
            _ => None,
        }
    }
}

fn failure_of(status: StatusCode) -> GitHubFailure {
    match status {
        StatusCode::UNAUTHORIZED => GitHubFailure::TokenInvalid,
        StatusCode::FORBIDDEN => GitHubFailure::PermissionDenied,
        StatusCode::NOT_FOUND | StatusCode::GONE => GitHubFailure::NotFound,
        StatusCode::TOO_MANY_REQUESTS => GitHubFailure::RateLimited,
        // A repository that is still being made conflicts with what is asked of it.
        StatusCode::REQUEST_TIMEOUT | StatusCode::CONFLICT => GitHubFailure::Unavailable,
        status if status.is_server_error() => GitHubFailure::Unavailable,
        _ => GitHubFailure::Unprocessable,
    }
}

/// A 429, or a 403 that is about the number of calls and not about permissions. The secondary limits
/// say so in their headers, and sometimes only in their text.
fn is_rate_limit(status: StatusCode, headers: &HeaderMap, text: &[u8]) -> bool {
    status == StatusCode::TOO_MANY_REQUESTS
        || (status == StatusCode::FORBIDDEN
            && (headers.contains_key(RETRY_AFTER)
                || number(headers, "x-ratelimit-remaining") == Some(0)
                || String::from_utf8_lossy(text).to_ascii_lowercase().contains("rate limit")))
}

fn wait(headers: &HeaderMap) -> SignedDuration {
    let until_reset = || {
        let reset = Timestamp::from_second(number(headers, "x-ratelimit-reset")?).ok()?;
        let date = headers.get(DATE)?.to_str().ok()?;
        // By GitHub's own clock, so that ours need not agree.
        let sent_at = rfc2822::DateTimeParser::new().parse_timestamp(date).ok()?;
        Some(reset.duration_since(sent_at))
    };
    number(headers, RETRY_AFTER.as_str())
        .map(SignedDuration::from_secs)
        .or_else(until_reset)
        .unwrap_or(DEFAULT_WAIT)
        .clamp(SignedDuration::from_secs(1), WAIT_MAX)
}

fn number(headers: &HeaderMap, name: &str) -> Option<i64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
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
            (301, GitHubFailure::Unprocessable, false),
            (400, GitHubFailure::Unprocessable, false),
            (401, GitHubFailure::TokenInvalid, false),
            (403, GitHubFailure::PermissionDenied, false),
            (404, GitHubFailure::NotFound, false),
            (409, GitHubFailure::Unavailable, true),
            (410, GitHubFailure::NotFound, false),
            (422, GitHubFailure::Unprocessable, false),
            (429, GitHubFailure::RateLimited, true),
            (500, GitHubFailure::Unavailable, true),
            (503, GitHubFailure::Unavailable, true),
        ];
        for (status, kind, retryable) in kinds {
            let error = refused(status, &[], "");
            assert_eq!((error.kind, error.retryable()), (kind, retryable), "{status}");
        }
    }

    #[test]
    fn a_forbidden_call_is_told_apart_from_one_too_many() {
        let wait = |headers: &[_], text| {
            let error = refused(403, headers, text);
            assert_eq!(error.kind, GitHubFailure::RateLimited);
            error.retry_after.map(|wait| wait.as_secs())
        };

        assert_eq!(wait(&[("retry-after", "17")], ""), Some(17));
        assert_eq!(wait(&[("retry-after", "0")], ""), Some(1));
        assert_eq!(wait(&[("retry-after", "86400")], ""), Some(3_600));
        assert_eq!(wait(&[("x-ratelimit-remaining", "0")], ""), Some(60));
        let reset = [
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "1772442090"),
            ("date", "Mon, 02 Mar 2026 09:00:00 GMT"),
        ];
        assert_eq!(wait(&reset, ""), Some(90));
        assert_eq!(wait(&[], "You have exceeded a secondary rate limit."), Some(60));

        let denied = refused(403, &[("x-ratelimit-remaining", "41")], "Resource not accessible");
        assert_eq!((denied.kind, denied.retry_after), (GitHubFailure::PermissionDenied, None));
    }

    #[test]
    fn the_text_of_an_error_says_what_we_did_and_nothing_that_github_said() {
        let error = refused(422, &[], "ghp_secret name already exists");

        assert_eq!(error.to_string(), "cannot do a thing on GitHub");
        assert_eq!(error.cause.to_string(), "the status was 422 Unprocessable Entity");
    }
}
