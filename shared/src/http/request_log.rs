//! One line in the log for every request.

use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request};
use http::{Method, StatusCode};

use crate::ledger::Entry;
use crate::telemetry::REQUESTS;

/// A request that is being served, as the log tells it: without headers, query, body and address,
/// and with its route in place of its path, because paths hold invite tokens.
#[derive(Debug)]
pub(crate) struct RequestLine {
    method: &'static str,
    route: String,
    since: Instant,
}

impl RequestLine {
    /// A request whose route is settled.
    pub(crate) fn begin(request: &Request) -> Self {
        let route = request.extensions().get::<MatchedPath>();
        Self {
            method: known(request.method()),
            route: route.map_or("unmatched", MatchedPath::as_str).to_owned(),
            since: Instant::now(),
        }
    }

    /// Writes the line. What the request `spent` is told where somebody asked for it.
    pub(crate) fn end(self, status: StatusCode, request_id: &str, spent: Option<&Entry>) {
        tracing::info!(
            target: REQUESTS,
            method = self.method,
            route = self.route,
            status = status.as_u16(),
            duration_ms = milliseconds(self.since.elapsed()),
            request_id,
            table_calls = spent.map(|spent| spent.table_calls),
            table_time_ms = spent.map(|spent| milliseconds(spent.table_time)),
            github_calls = spent.map(|spent| spent.github_calls),
            github_remaining = spent.and_then(|spent| spent.github_remaining),
            "request"
        );
    }
}

/// The method, or `other` for one of the caller's own invention.
fn known(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// With three decimals.
fn milliseconds(time: Duration) -> f64 {
    (time.as_secs_f64() * 1_000_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_to_a_microsecond() {
        assert_eq!(milliseconds(Duration::from_nanos(1_234_567)).to_string(), "1.235");
        assert_eq!(milliseconds(Duration::from_secs(2)).to_string(), "2000");
    }

    #[test]
    fn a_method_that_nobody_knows_is_not_repeated() {
        assert_eq!(known(&Method::from_bytes(b"ada-example-com").unwrap()), "other");
        assert_eq!(known(&Method::DELETE), "DELETE");
    }
}
