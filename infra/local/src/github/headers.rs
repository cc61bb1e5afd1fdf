//! What every answer of the API says in its headers: how the caller stands with the primary limit,
//! the call's own number, the time, and an `ETag` by which a read may be asked for again.
//!
//! The limit is told here and enforced nowhere: it is 5,000 calls an hour, of which a 304 is none.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use aws_lc_rs::digest;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_TYPE, DATE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;

use crate::github::GitHub;
use crate::github::gate::bearer;
use crate::github::objects::hex;

/// Calls in an hour.
const LIMIT: u64 = 5_000;
/// The length of a window, in seconds.
const WINDOW_SECONDS: i64 = 3_600;

/// What has been used of the limits, and how many calls there were.
#[derive(Debug, Default)]
pub(super) struct Used {
    /// By caller: the end of their window, in seconds since 1970, and the calls in it.
    windows: Mutex<BTreeMap<String, (i64, u64)>>,
    calls: AtomicU64,
}

impl Used {
    /// Takes `calls` of the caller's limit: the end of the window and the calls in it by now.
    fn take(&self, caller: &str, calls: u64, now: Timestamp) -> (i64, u64) {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let (ends, used) = windows.entry(caller.to_owned()).or_default();
        if *ends <= now.as_second() {
            (*ends, *used) = (now.as_second() + WINDOW_SECONDS, 0);
        }
        *used += calls;
        (*ends, *used)
    }
}

/// Puts the headers on an answer, or makes it a 304 for who knows it already.
pub(super) async fn stamp(State(github): State<GitHub>, request: Request, next: Next) -> Response {
    let now = github.now();
    let token = bearer(request.headers()).unwrap_or_default().to_owned();
    let known = request.headers().get(IF_NONE_MATCH).cloned();
    let is_read = request.method() == Method::GET;
    let mut response = next.run(request).await;
    if is_read && response.status() == StatusCode::OK && is_json(response.headers()) {
        response = named(response, &token, known.as_ref()).await;
    }
    let calls = u64::from(response.status() != StatusCode::NOT_MODIFIED);
    // A limit is an installation's, whatever token it shows.
    let caller = github.grant(&token).map_or(token, |grant| grant.account);
    let used = &github.0.used;
    let (reset, so_far) = used.take(&caller, calls, now);
    let number = used.calls.fetch_add(1, Ordering::Relaxed);
    let headers = response.headers_mut();
    for (name, value) in [
        ("x-ratelimit-limit", LIMIT.to_string()),
        ("x-ratelimit-remaining", LIMIT.saturating_sub(so_far).to_string()),
        ("x-ratelimit-used", so_far.to_string()),
        ("x-ratelimit-reset", reset.to_string()),
        ("x-ratelimit-resource", "core".to_owned()),
        ("x-github-request-id", format!("10CA:1:{number:06X}:{:X}", now.as_second())),
        ("x-github-api-version-selected", "2022-11-28".to_owned()),
    ] {
        let value = HeaderValue::try_from(value);
        headers.extend(value.ok().map(|value| (HeaderName::from_static(name), value)));
    }
    let date = DateTimePrinter::new().timestamp_to_rfc9110_string(&now).ok();
    headers.extend(date.and_then(|date| Some((DATE, HeaderValue::try_from(date).ok()?))));
    response
}

/// The answer under its `ETag`, which to GitHub is of one token: another one's is another.
async fn named(response: Response, token: &str, known: Option<&HeaderValue>) -> Response {
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let seen = [token.as_bytes(), &body].concat();
    let etag = format!("W/\"{}\"", hex(digest::digest(&digest::SHA256, &seen).as_ref()));
    let unchanged = known.is_some_and(|known| known.as_bytes() == etag.as_bytes());
    let etag = HeaderValue::try_from(etag);
    if unchanged {
        let mut response = StatusCode::NOT_MODIFIED.into_response();
        response.headers_mut().extend(etag.ok().map(|etag| (ETAG, etag)));
        return response;
    }
    parts.headers.extend(etag.ok().map(|etag| (ETAG, etag)));
    Response::from_parts(parts, Body::from(body))
}

fn is_json(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json"))
}
