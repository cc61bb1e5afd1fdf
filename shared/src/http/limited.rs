//! How a caller stands with a limit, told in headers (the IETF's `RateLimit` draft).

use http::{HeaderMap, HeaderName, HeaderValue};

use crate::ledger::Standing;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const STANDING: HeaderName = HeaderName::from_static("ratelimit");

/// Adds what `standing` says: `RateLimit-Policy: "poll";q=60;w=30` and `RateLimit: "poll";r=59;t=30`.
pub(crate) fn tell(standing: &Standing, headers: &mut HeaderMap) {
    let Standing { policy, max, window_seconds, remaining, reset_seconds } = standing;
    let told = [
        (POLICY, format!("\"{policy}\";q={max};w={window_seconds}")),
        (STANDING, format!("\"{policy}\";r={remaining};t={reset_seconds}")),
    ];
    for (name, text) in told {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    }
}
