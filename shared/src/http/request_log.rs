//! One line in the log for every request, which is its metrics too.

use std::time::{Duration, Instant};

use axum::extract::{MatchedPath, Request};
use axum::response::Response;
use http::{HeaderMap, Method, StatusCode};
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use tracing::Span;
use tracing::field::Empty;
use uuid::Uuid;

use crate::config::Config;
use crate::ledger::Entry;
use crate::telemetry::{REQUESTS, invocation};

/// The client's name for a request; adopted when it is a UUID.
pub(crate) const REQUEST_ID: &str = "x-tenon-request-id";

/// What the log calls a request.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    /// Ours: what the answer tells.
    pub(crate) request_id: String,
    /// What ties its lines to those of others: the client's own name for it, else the gateway's, else
    /// ours.
    pub(crate) correlation_id: String,
}

impl Names {
    /// Those of `request`; where the client has none for it, it is called `fresh`.
    pub(crate) fn of(request: &Request, fresh: impl FnOnce() -> Uuid) -> Self {
        if let Some(said) = said(request.headers()) {
            let request_id = said.to_string();
            return Self { correlation_id: request_id.clone(), request_id };
        }
        let request_id = fresh().to_string();
        let of_gateway = match request.request_context_ref() {
            Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone(),
            _ => None,
        };
        Self { correlation_id: of_gateway.unwrap_or_else(|| request_id.clone()), request_id }
    }
}

fn said(headers: &HeaderMap) -> Option<Uuid> {
    let said = headers.get(REQUEST_ID)?.to_str().ok()?;
    Uuid::parse_str(said).ok()
}

/// A request that is being served, as the log tells it: without headers, query, body and address,
/// and with its route in place of its path, because paths hold invite tokens. It travels with the
/// answer, whose status is settled last.
#[derive(Debug, Clone)]
pub(crate) struct RequestLine {
    method: &'static str,
    /// The route key: `GET /api/tasks/{taskId}`.
    route: String,
    since: Instant,
    span: Span,
    spent: Entry,
    is_detailed: bool,
}

impl RequestLine {
    /// A request whose route is settled. What it spends is told where `config` asks for it.
    pub(crate) fn begin(request: &Request, names: &Names, config: &Config) -> Self {
        let method = known(request.method());
        let path = request.extensions().get::<MatchedPath>();
        let path = path.map_or("unmatched", MatchedPath::as_str);
        let route = format!("{method} {path}");
        let span = tracing::error_span!(
            "request",
            request_id = names.request_id,
            correlation_id = names.correlation_id,
            otel.name = route,
            otel.kind = "server",
            otel.status_code = Empty,
            http.request.method = method,
            http.route = path,
            http.response.status_code = Empty,
        );
        #[cfg(feature = "otlp")]
        crate::telemetry::traces::continue_from(&span, request.headers());
        Self {
            method,
            route,
            since: Instant::now(),
            span,
            spent: Entry::default(),
            is_detailed: config.debug_perf,
        }
    }

    /// Where whatever is logged meanwhile belongs: it names the request too.
    pub(crate) fn span(&self) -> Span {
        self.span.clone()
    }

    /// The line travels on with `response`.
    pub(crate) fn send_with(self, spent: Entry, response: &mut Response) {
        response.extensions_mut().insert(Self { spent, ..self });
    }

    /// Writes the line that came with `response`, which is answered as it is now.
    pub(crate) fn end(response: &mut Response) {
        let status = response.status();
        if let Some(line) = response.extensions_mut().remove::<Self>() {
            line.write(status);
        }
    }

    fn write(self, status: StatusCode) {
        let spent = self.is_detailed.then_some(&self.spent);
        let duration_ms = milliseconds(self.since.elapsed());
        self.span.record("http.response.status_code", i64::from(status.as_u16()));
        if status.is_server_error() {
            self.span.record("otel.status_code", "ERROR");
        }
        self.span.in_scope(|| {
            tracing::info!(
                target: REQUESTS,
                method = self.method,
                route = self.route,
                status = status.as_u16(),
                outcome = outcome(status),
                duration_ms,
                table_calls = spent.map(|spent| spent.table_calls),
                table_time_ms = spent.map(|spent| milliseconds(spent.table_time)),
                github_calls = spent.map(|spent| spent.github_calls),
                github_remaining = spent.and_then(|spent| spent.github_remaining),
                Requests = 1,
                Latency = duration_ms,
                ColdStart = invocation::cold_start(),
                GitHubBudgetLeft = self.spent.github_remaining,
                "request"
            );
        });
    }
}

/// How a metric tells a status.
fn outcome(status: StatusCode) -> &'static str {
    match status.as_u16() {
        ..400 => "ok",
        400..500 => "refused",
        500.. => "failed",
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
    use axum::body::Body;

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

    #[test]
    fn every_status_is_one_of_three_outcomes() {
        let told = [200, 304, 399, 400, 499, 500, 599]
            .map(|status| outcome(StatusCode::from_u16(status).unwrap()));
        assert_eq!(told, ["ok", "ok", "ok", "refused", "refused", "failed", "failed"]);
    }

    #[test]
    fn a_request_is_called_as_its_client_does_else_as_the_gateway_does_else_as_we_do() {
        let event = include_str!("../../../events/simulations.list.json");
        let sent = |said: Option<&str>| {
            let mut request = lambda_http::request::from_str(event).unwrap();
            request.headers_mut().remove(REQUEST_ID);
            if let Some(said) = said {
                request.headers_mut().insert(REQUEST_ID, said.parse().unwrap());
            }
            Names::of(&request.map(|_body| Body::empty()), Uuid::nil)
        };
        let event: serde_json::Value = serde_json::from_str(event).unwrap();
        let gateway = event["requestContext"]["requestId"].as_str().unwrap();
        let (named, nil) = ("0c9a3f6e-5b1d-4c7a-9e2f-1a2b3c4d5e6f", Uuid::nil().to_string());

        let told = sent(Some(named));
        assert_eq!([told.request_id, told.correlation_id], [named, named]);
        for said in [None, Some("Bearer x")] {
            let told = sent(said);
            assert_eq!([told.request_id.as_str(), &told.correlation_id], [&nil, gateway]);
        }
        let told = Names::of(&Request::new(Body::empty()), Uuid::nil);
        assert_eq!([&told.request_id, &told.correlation_id], [&nil, &nil]);
    }
}
