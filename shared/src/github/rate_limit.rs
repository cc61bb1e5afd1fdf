//! GitHub's limits, as its answers tell them.

use std::fmt;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::fmt::rfc2822;
use jiff::{SignedDuration, Timestamp};
use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, RETRY_AFTER};

use crate::ledger;

/// The wait after a limit that does not say how long it lasts: GitHub asks for a minute at least.
const DEFAULT_WAIT: SignedDuration = SignedDuration::from_secs(60);
/// The longest wait that is believed.
const WAIT_MAX: SignedDuration = SignedDuration::from_secs(3_600);
/// With less than this share of the calls left, in percent, the log warns.
const LOW_PERCENT: u64 = 10;
/// The longest name of a limit that is repeated in the log, in bytes.
const RESOURCE_BYTES_MAX: usize = 40;

/// Which of GitHub's limits a call ran into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exceeded {
    /// The calls of an hour are spent.
    Primary,
    /// Too much in too short a time: points, calls at once, things created.
    Secondary,
}

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Primary => "primary",
            Self::Secondary => "secondary",
        })
    }
}

/// The limit that a refusal is about; none when it is about something else, as permissions are. The
/// secondary limits say so in their headers, and sometimes only in their text.
pub(crate) fn exceeded(status: StatusCode, headers: &HeaderMap, text: &[u8]) -> Option<Exceeded> {
    let candidate = matches!(status, StatusCode::FORBIDDEN | StatusCode::TOO_MANY_REQUESTS);
    if candidate && !headers.contains_key(RETRY_AFTER) && none_left(headers) {
        return Some(Exceeded::Primary);
    }
    let says_so = || {
        let text = String::from_utf8_lossy(text).to_ascii_lowercase();
        text.contains("rate limit") || text.contains("abuse detection")
    };
    let secondary = status == StatusCode::TOO_MANY_REQUESTS
        || (candidate && (headers.contains_key(RETRY_AFTER) || says_so()));
    secondary.then_some(Exceeded::Secondary)
}

/// How long GitHub asks to wait, in its own order: `Retry-After`; the renewal of a limit of which
/// nothing is left; a minute. From 1 s to 1 h.
pub(crate) fn wait(headers: &HeaderMap) -> SignedDuration {
    let until_reset = || {
        let reset = Timestamp::from_second(number(headers, "x-ratelimit-reset")?).ok()?;
        let date = headers.get(DATE)?.to_str().ok()?;
        // By GitHub's own clock, so that ours need not agree.
        let sent_at = rfc2822::DateTimeParser::new().parse_timestamp(date).ok()?;
        none_left(headers).then(|| reset.duration_since(sent_at))
    };
    number(headers, RETRY_AFTER.as_str())
        .map(SignedDuration::from_secs)
        .or_else(until_reset)
        .unwrap_or(DEFAULT_WAIT)
        .clamp(SignedDuration::from_secs(1), WAIT_MAX)
}

fn none_left(headers: &HeaderMap) -> bool {
    number(headers, "x-ratelimit-remaining") == Some(0)
}

fn number(headers: &HeaderMap, name: &str) -> Option<i64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}

/// How we stand with the primary limit.
#[derive(Debug, PartialEq, Eq)]
struct Allowance {
    limit: u64,
    remaining: u64,
    used: u64,
    /// When the limit is renewed, in seconds since 1970.
    reset: i64,
    resource: String,
}

impl Allowance {
    fn told(headers: &HeaderMap) -> Option<Self> {
        let count = |name| number(headers, name).and_then(|number| u64::try_from(number).ok());
        let resource = headers.get("x-ratelimit-resource").and_then(|name| name.to_str().ok());
        let is_name = |name: &&str| {
            name.len() <= RESOURCE_BYTES_MAX
                && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        };
        Some(Self {
            limit: count("x-ratelimit-limit")?,
            remaining: count("x-ratelimit-remaining")?,
            used: count("x-ratelimit-used").unwrap_or_default(),
            reset: number(headers, "x-ratelimit-reset")?,
            resource: resource.filter(is_name).unwrap_or("unknown").to_owned(),
        })
    }

    fn is_low(&self) -> bool {
        self.remaining < self.limit * LOW_PERCENT / 100
    }
}

/// Watches the primary limit, and warns once until it is renewed.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    /// The renewal until which a warning was given.
    warned_until: AtomicI64,
    last: Mutex<Option<Budget>>,
}

/// What GitHub last told of the calls that it allows us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// Calls in an hour.
    pub limit: u64,
    /// Calls that are left of them.
    pub remaining: u64,
    /// When they are renewed, in seconds since 1970.
    pub renewed_at: i64,
}

impl Watch {
    /// Notes what an answer says of the limit.
    pub(crate) fn note(&self, headers: &HeaderMap) {
        let Some(told) = Allowance::told(headers) else { return };
        ledger::github_remaining(told.remaining);
        let Allowance { limit, remaining, reset: renewed_at, .. } = told;
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) =
            Some(Budget { limit, remaining, renewed_at });
        if told.is_low() && self.warned_until.fetch_max(told.reset, Ordering::Relaxed) < told.reset
        {
            let Allowance { limit, remaining, used, reset, resource } = told;
            tracing::warn!(
                limit,
                remaining,
                used,
                reset,
                resource,
                "GitHub's limit is nearly used up"
            );
        }
    }

    /// What an answer last told of the limit.
    pub(crate) fn last(&self) -> Option<Budget> {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        let pairs = pairs.iter();
        pairs
            .map(|(name, value)| (name.parse().unwrap(), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn a_warning_is_for_less_than_a_tenth_and_once_until_the_limit_is_renewed() {
        let told = |remaining, reset| {
            let pairs = [
                ("x-ratelimit-limit", "5000"),
                ("x-ratelimit-remaining", remaining),
                ("x-ratelimit-used", "12"),
                ("x-ratelimit-reset", reset),
                ("x-ratelimit-resource", "core"),
            ];
            headers(&pairs)
        };
        let expected = Allowance {
            limit: 5_000,
            remaining: 499,
            used: 12,
            reset: 1_772_442_090,
            resource: "core".to_owned(),
        };
        let low = told("499", "1772442090");
        assert_eq!(Allowance::told(&low), Some(expected));
        assert!(!Allowance::told(&told("500", "1772442090")).unwrap().is_low());

        let watch = Watch::default();
        let warned = || watch.warned_until.load(Ordering::Relaxed);
        watch.note(&told("500", "1772442090"));
        assert_eq!(warned(), 0);
        watch.note(&low);
        assert_eq!(warned(), 1_772_442_090);
        watch.note(&told("499", "1772445690"));
        assert_eq!(warned(), 1_772_445_690);
        let last = Budget { limit: 5_000, remaining: 499, renewed_at: 1_772_445_690 };
        assert_eq!((watch.last(), Watch::default().last()), (Some(last), None));
    }

    #[test]
    fn headers_that_make_no_sense_say_nothing() {
        assert_eq!(Allowance::told(&headers(&[])), None);
        for odd in ["", "-1", "many", "99999999999999999999"] {
            let odd = [
                ("x-ratelimit-limit", "5000"),
                ("x-ratelimit-remaining", odd),
                ("x-ratelimit-reset", "1772442090"),
            ];
            assert_eq!(Allowance::told(&headers(&odd)), None, "{odd:?}");
        }
        let resource = [
            ("x-ratelimit-limit", "1"),
            ("x-ratelimit-remaining", "1"),
            ("x-ratelimit-reset", "1"),
            ("x-ratelimit-resource", "a b\tc"),
        ];
        assert_eq!(Allowance::told(&headers(&resource)).unwrap().resource, "unknown");
    }

    #[test]
    fn the_two_kinds_of_limits_and_a_missing_permission_are_told_apart() {
        use Exceeded::{Primary, Secondary};

        let spent = [("x-ratelimit-remaining", "0")];
        let left = [("x-ratelimit-remaining", "41")];
        let pause = [("x-ratelimit-remaining", "0"), ("retry-after", "60")];
        for (status, pairs, text, expected) in [
            (403, &spent[..], "", Some(Primary)),
            (429, &spent[..], "API rate limit exceeded for installation ID 1.", Some(Primary)),
            (403, &pause[..], "", Some(Secondary)),
            (429, &left[..], "", Some(Secondary)),
            (403, &left[..], "You have exceeded a secondary rate limit.", Some(Secondary)),
            (403, &[], "You have triggered an abuse detection mechanism.", Some(Secondary)),
            (403, &left[..], "Resource not accessible by integration", None),
            (404, &spent[..], "Not Found", None),
            (200, &spent[..], "", None),
        ] {
            let status = StatusCode::from_u16(status).unwrap();
            let told = exceeded(status, &headers(pairs), text.as_bytes());
            assert_eq!(told, expected, "{status} {pairs:?} {text}");
        }
    }

    #[test]
    fn the_wait_is_what_github_says_it_is() {
        let seconds = |pairs: &[_]| wait(&headers(pairs)).as_secs();
        let date = ("date", "Mon, 02 Mar 2026 09:00:00 GMT");
        let reset = ("x-ratelimit-reset", "1772442090");

        assert_eq!(
            seconds(&[("retry-after", "17"), ("x-ratelimit-remaining", "0"), reset, date]),
            17
        );
        assert_eq!(seconds(&[("x-ratelimit-remaining", "0"), reset, date]), 90);
        assert_eq!(seconds(&[("x-ratelimit-remaining", "7"), reset, date]), 60);
        assert_eq!(seconds(&[("x-ratelimit-remaining", "0"), reset]), 60);
        for (told, believed) in [("0", 1), ("86400", 3_600), ("-5", 1), ("soon", 60)] {
            assert_eq!(seconds(&[("retry-after", told)]), believed, "{told}");
        }
    }
}
