//! What each fault does to a call.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, DATE, ETAG, HeaderName, LOCATION, RETRY_AFTER};
use http::{HeaderValue, StatusCode};
use http_body_util::{Full, Limited};
use jiff::{SignedDuration, Timestamp, fmt::rfc2822};
use serde_json::{Value, json};

use crate::github::GitHub;
use crate::github::faults::Dealt;
use crate::github::faults::kind::Kind;
use crate::github::judge::is_tenons;

const LIMIT: HeaderName = HeaderName::from_static("x-ratelimit-limit");
const REMAINING: HeaderName = HeaderName::from_static("x-ratelimit-remaining");
const RESET: HeaderName = HeaderName::from_static("x-ratelimit-reset");
/// The operations that look into a repository and show whether it is ready.
const INSIDE: [&str; 6] =
    ["GET branch", "GET contents", "GET tree", "GET ref", "GET compare", "POST refs"];

/// One call that something befalls.
struct Befallen<'a> {
    github: &'a GitHub,
    operation: &'static str,
    dealt: Dealt,
}

pub(in crate::github) async fn befall(
    State((github, operation)): State<(GitHub, &'static str)>,
    request: Request,
    next: Next,
) -> Response {
    if !is_tenons(request.headers()) {
        return next.run(request).await;
    }
    if INSIDE.contains(&operation) {
        let kind = repository(request.uri().path()).and_then(|it| github.faults().unready(&it));
        if let Some(kind) = kind {
            return unready(kind);
        }
    }
    let Some(dealt) = github.faults().deal(operation) else { return next.run(request).await };
    tracing::info!(operation, fault = dealt.kind.name(), "GitHub misbehaves");
    let call = Befallen { github: &github, operation, dealt };
    match call.instead(&request) {
        Some(answer) => answer,
        None => call.afterwards(request, next).await,
    }
}

/// `owner/name` in a path.
fn repository(path: &str) -> Option<String> {
    let mut parts = path.strip_prefix("/repos/")?.split('/');
    Some(format!("{}/{}", parts.next()?, parts.next()?))
}

fn unready(kind: Kind) -> Response {
    match kind {
        Kind::NotReadyConflict => refusal(StatusCode::CONFLICT, "Git Repository is empty."),
        Kind::NotReadyNull => {
            let branch = json!({ "name": "main", "commit": null, "protected": false });
            axum::Json(branch).into_response()
        }
        _ => refusal(StatusCode::NOT_FOUND, "Branch not found"),
    }
}

impl Befallen<'_> {
    /// The answer of a call that does nothing.
    fn instead(&self, request: &Request) -> Option<Response> {
        let secondary = "You have exceeded a secondary rate limit. Please wait a few minutes.";
        let (forbidden, many) = (StatusCode::FORBIDDEN, StatusCode::TOO_MANY_REQUESTS);
        Some(match self.dealt.kind {
            Kind::PrimaryLimit => self.used_up(forbidden),
            Kind::PrimaryLimitTooMany => self.used_up(many),
            Kind::SecondaryLimit => self.wait(refusal(forbidden, secondary)),
            Kind::SecondaryLimitUnannounced => refusal(forbidden, secondary),
            Kind::TooMany => self.wait(refusal(many, secondary)),
            Kind::TooManyUnannounced => refusal(many, "Too many requests"),
            Kind::ServerError => refusal(StatusCode::INTERNAL_SERVER_ERROR, "Server Error"),
            Kind::Cut => broken(),
            Kind::ArtifactExpired if self.operation == "GET artifact" => {
                refusal(StatusCode::GONE, "Artifact has expired")
            }
            Kind::ArtifactElsewhere => redirect("https://artifacts.example/stolen.zip"),
            Kind::ArtifactLoop => redirect(request.uri().path()),
            _ => return None,
        })
    }

    /// The answer of a call that is done.
    async fn afterwards(&self, request: Request, next: Next) -> Response {
        let Dealt { kind, measure } = self.dealt;
        if kind == Kind::Latency {
            #[expect(clippy::disallowed_methods, reason = "GitHub is slow, not we")]
            tokio::time::sleep(Duration::from_millis(measure.into())).await;
        }
        let answer = next.run(request).await;
        match kind {
            Kind::BadGateway => (StatusCode::BAD_GATEWAY, Html(UNICORN)).into_response(),
            Kind::LostAnswer => broken(),
            Kind::Truncated => changed(answer, |body| halved(&body)).await,
            Kind::Empty => (StatusCode::OK, Bytes::new()).into_response(),
            Kind::NoDetails if answer.status() == StatusCode::OK => {
                StatusCode::NO_CONTENT.into_response()
            }
            Kind::LateListing => {
                let seconds = SignedDuration::from_secs(measure.into());
                let since = self.github.now().checked_sub(seconds).unwrap_or(Timestamp::MIN);
                changed(answer, |body| edited(body, |body| without_runs_since(body, since))).await
            }
            Kind::ArtifactExpired => changed(answer, |body| edited(body, all_expired)).await,
            Kind::NotReadyConflict | Kind::NotReadyMissing | Kind::NotReadyNull => {
                self.delayed(answer).await
            }
            _ => answer,
        }
    }

    async fn delayed(&self, answer: Response) -> Response {
        let made = answer.status() == StatusCode::CREATED;
        changed(answer, |body| {
            let name = serde_json::from_slice(&body).ok().filter(|_: &Value| made);
            let name = name.as_ref().and_then(|made| made.get("full_name")?.as_str());
            if let Some(name) = name {
                self.github.faults().delay(name, self.dealt);
            }
            body
        })
        .await
    }

    fn used_up(&self, status: StatusCode) -> Response {
        let now = self.github.now();
        let reset = now.as_second() + i64::from(self.dealt.measure);
        let mut answer = refusal(status, "API rate limit exceeded for installation.");
        let headers = answer.headers_mut();
        headers.insert(LIMIT, HeaderValue::from(5_000));
        headers.insert(REMAINING, HeaderValue::from(0));
        headers.insert(RESET, HeaderValue::from(reset));
        // The wait is reckoned by GitHub's own clock.
        let date = rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&now);
        if let Some(date) = date.ok().and_then(|date| HeaderValue::try_from(date).ok()) {
            headers.insert(DATE, date);
        }
        answer
    }

    fn wait(&self, mut answer: Response) -> Response {
        answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(self.dealt.measure));
        answer
    }
}

const UNICORN: &str = "<!DOCTYPE html><html><head><title>Unicorn! &middot; GitHub</title></head>\
    <body><h1>This page is taking too long to load.</h1></body></html>";

fn refusal(status: StatusCode, message: &str) -> Response {
    let body = json!({
        "message": message,
        "documentation_url": "https://docs.github.com/rest",
        "status": status.as_str(),
    });
    (status, axum::Json(body)).into_response()
}

fn redirect(to: &str) -> Response {
    (StatusCode::FOUND, [(LOCATION, to)]).into_response()
}

/// An answer whose connection ends before it does.
fn broken() -> Response {
    Response::new(Body::new(Limited::new(Full::new(Bytes::from_static(b"  ")), 1)))
}

async fn changed(answer: Response, change: impl FnOnce(Bytes) -> Bytes) -> Response {
    let (mut head, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    // Whoever keeps the answer by its name would be told later that it is whole.
    head.headers.remove(ETAG);
    head.headers.remove(CONTENT_LENGTH);
    Response::from_parts(head, Body::from(change(body)))
}

fn halved(body: &Bytes) -> Bytes {
    body.slice(..body.len() / 2)
}

fn edited(body: Bytes, edit: impl FnOnce(&mut Value)) -> Bytes {
    let Ok(mut value) = serde_json::from_slice(&body) else { return body };
    edit(&mut value);
    value.to_string().into()
}

fn without_runs_since(list: &mut Value, since: Timestamp) {
    let created = |run: &Value| run.get("created_at")?.as_str()?.parse::<Timestamp>().ok();
    if let Some(runs) = list.get_mut("workflow_runs").and_then(Value::as_array_mut) {
        runs.retain(|run| created(run).is_some_and(|created| created <= since));
    }
}

fn all_expired(list: &mut Value) {
    let artifacts = list.get_mut("artifacts").and_then(Value::as_array_mut);
    for artifact in artifacts.into_iter().flatten().filter_map(Value::as_object_mut) {
        artifact.insert("expired".to_owned(), Value::Bool(true));
    }
}
