//! Why a mail was not taken, and what that means for a second try.

use http::HeaderMap;
use http::header::RETRY_AFTER;
use jiff::SignedDuration;
use thiserror::Error;

/// The longest pause that a provider is granted, in seconds: its limits are per second or per day, and
/// who is told to come back tomorrow may ask again before.
const PAUSE_SECONDS_MAX: i64 = 3_600;

/// A mail was not taken, or may not have been. The text is for the recruiter: nothing of the
/// provider's own words is in it, which hold addresses.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{told}")]
pub struct MailError {
    /// What to do about it.
    pub kind: MailFailure,
    told: String,
}

/// What a failed attempt to send means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailFailure {
    /// The service refuses the mail, and would again.
    Refused,
    /// Try again, after that time if one was named: it was surely not sent, or the service knows a
    /// mail that it took already.
    NotSent(Option<SignedDuration>),
    /// The same, because the service takes no more mails for the moment.
    RateLimited(Option<SignedDuration>),
    /// Nobody knows: the service may have taken it, and its answer was lost.
    Unanswered,
}

impl MailError {
    /// A failure of this kind, for the reason that the recruiter reads.
    pub fn new(kind: MailFailure, told: impl Into<String>) -> Self {
        Self { kind, told: told.into() }
    }

    /// The service answered `status`, which is no success, and would not know the mail again: behind a
    /// gateway that gave up it may have taken it.
    pub fn status_of_unkeyed(status: u16, headers: &HeaderMap) -> Self {
        let error = Self::status(status, headers);
        let kind = if matches!(status, 502 | 504) { MailFailure::Unanswered } else { error.kind };
        Self { kind, ..error }
    }

    /// The service answered `status`, which is no success.
    pub fn status(status: u16, headers: &HeaderMap) -> Self {
        let kind = match status {
            429 => MailFailure::RateLimited(retry_after(headers)),
            500.. => MailFailure::NotSent(retry_after(headers)),
            _ => MailFailure::Refused,
        };
        Self::new(kind, format!("Email provider error ({status})"))
    }

    /// The service did not answer.
    pub fn request(kind: MailFailure) -> Self {
        Self::new(kind, "Email provider request failed")
    }
}

/// What `error`, without an answer, means for a second try of a mail that the service would not
/// recognise.
pub(crate) fn lost(error: &reqwest::Error) -> MailFailure {
    if error.is_connect() || error.is_builder() {
        MailFailure::NotSent(None)
    } else {
        MailFailure::Unanswered
    }
}

fn retry_after(headers: &HeaderMap) -> Option<SignedDuration> {
    let seconds: i64 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(SignedDuration::from_secs(seconds.clamp(0, PAUSE_SECONDS_MAX)))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn pause(value: &str) -> MailFailure {
        let header = HeaderValue::from_str(value).unwrap();
        MailError::status(429, &HeaderMap::from_iter([(RETRY_AFTER, header)])).kind
    }

    #[test]
    fn a_provider_may_ask_for_a_pause_of_an_hour_at_most() {
        let seconds = |seconds| Some(SignedDuration::from_secs(seconds));
        assert_eq!(pause("7"), MailFailure::RateLimited(seconds(7)));
        assert_eq!(pause("86400"), MailFailure::RateLimited(seconds(3_600)));
        assert_eq!(pause("-1"), MailFailure::RateLimited(seconds(0)));
        for unread in ["soon", "", "Wed, 21 Oct 2026 07:28:00 GMT"] {
            assert_eq!(pause(unread), MailFailure::RateLimited(None));
        }
    }
    #[test]
    fn what_a_gateway_gave_up_on_may_have_been_sent_where_nobody_would_know_it_again() {
        let none = HeaderMap::new();
        for status in [502, 504] {
            assert_eq!(MailError::status(status, &none).kind, MailFailure::NotSent(None));
            let unkeyed = MailError::status_of_unkeyed(status, &none);
            assert_eq!(unkeyed.kind, MailFailure::Unanswered);
            assert_eq!(unkeyed.told, format!("Email provider error ({status})"));
        }
        for status in [500, 503] {
            let unkeyed = MailError::status_of_unkeyed(status, &none);
            assert_eq!(unkeyed.kind, MailFailure::NotSent(None));
        }
        assert_eq!(MailError::status_of_unkeyed(401, &none).kind, MailFailure::Refused);
    }
}
