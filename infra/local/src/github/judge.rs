//! Holds requests and answers against GitHub's own description, so that neither Tenon's client nor
//! this GitHub makes anything up. What is wrong is kept, told in the log, and answered with 500: the
//! story fails where it happened.
//!
//! Answers are judged whoever asked; requests only when Tenon made them. Known gaps of the
//! description: it leaves out most refusals of most operations, which are judged as its plain error
//! is; conditional requests, which GitHub answers with 304 everywhere.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{ACCEPT, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use crate::github::description::{DESCRIPTION, Operation};
use crate::github::{BODY_BYTES_MAX, GitHub, lock};

/// Whether this GitHub is strict, and what it has found.
#[derive(Debug, Default)]
pub(super) struct Judge {
    strict: AtomicBool,
    violations: Mutex<Vec<String>>,
}

impl GitHub {
    /// From now on every request of Tenon's and every answer is held against GitHub's description.
    pub fn be_strict(&self) {
        self.judge().strict.store(true, Ordering::SeqCst);
    }

    /// What was not as GitHub's description has it, since this GitHub is strict: a line each.
    pub fn violations(&self) -> Vec<String> {
        lock(&self.judge().violations).clone()
    }
}

/// Whether Tenon's own client made the request; candidates and browsers have other names.
pub(super) fn is_tenons(headers: &HeaderMap) -> bool {
    headers.get(USER_AGENT).is_some_and(|name| name == shared::http_client::USER_AGENT)
}

pub(super) async fn judged(State(github): State<GitHub>, request: Request, next: Next) -> Response {
    if !github.judge().strict.load(Ordering::SeqCst) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let call = format!("{} {}", parts.method, parts.uri);
    let Some((operation, filled)) = DESCRIPTION.find(parts.method.as_str(), parts.uri.path())
    else {
        return condemned(&github, &call, vec!["GitHub describes no such operation".to_owned()]);
    };
    let Ok(body) = to_bytes(body, BODY_BYTES_MAX).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    if is_tenons(&parts.headers) {
        let wrong = wrong_in_request(operation, &filled, &parts, &body);
        if !wrong.is_empty() {
            return condemned(&github, &format!("the request {call}"), wrong);
        }
    }
    let raw = wants_raw(&parts.headers);
    let answer = next.run(Request::from_parts(parts, Body::from(body))).await;
    let (head, body) = answer.into_parts();
    if raw && head.status.is_success() {
        return Response::from_parts(head, body);
    }
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    let wrong = wrong_in_answer(operation, head.status, &body);
    if !wrong.is_empty() {
        return condemned(&github, &format!("the answer {} to {call}", head.status), wrong);
    }
    Response::from_parts(head, Body::from(body))
}

/// Whether a file itself is asked for, which is no JSON.
fn wants_raw(headers: &HeaderMap) -> bool {
    let wanted = headers.get(ACCEPT).and_then(|wanted| wanted.to_str().ok());
    wanted.is_some_and(|wanted| wanted.contains("raw"))
}

fn condemned(github: &GitHub, what: &str, wrong: Vec<String>) -> Response {
    let violations: Vec<String> = wrong.into_iter().map(|why| format!("{what}: {why}")).collect();
    for violation in &violations {
        tracing::error!(violation, "not as GitHub's description has it");
    }
    let body = json!({ "message": violations.join("\n"), "status": "500" });
    lock(&github.judge().violations).extend(violations);
    (StatusCode::INTERNAL_SERVER_ERROR, axum::Json(body)).into_response()
}

fn wrong_in_request(
    operation: &Operation,
    filled: &[(&str, &str)],
    parts: &Parts,
    body: &Bytes,
) -> Vec<String> {
    let mut wrong = Vec::new();
    for (name, text) in filled {
        let schema = operation.path_parameters.get(*name);
        wrong.extend(schema.and_then(|schema| wrong_parameter(name, text, schema)));
    }
    let query = url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes());
    for (name, text) in query {
        match operation.query_parameters.get(name.as_ref()) {
            Some(schema) => wrong.extend(wrong_parameter(&name, &text, schema)),
            None => wrong.push(format!("there is no query parameter `{name}`")),
        }
    }
    wrong.extend(wrong_in_body(operation, body));
    wrong
}

fn wrong_in_body(operation: &Operation, body: &Bytes) -> Vec<String> {
    if body.is_empty() {
        let missing = operation.body_required.then(|| "a body is required".to_owned());
        return missing.into_iter().collect();
    }
    if operation.body.is_none() {
        return vec!["the operation takes no body".to_owned()];
    }
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return vec!["the body is no JSON".to_owned()];
    };
    let mut wrong = DESCRIPTION.judge_body(operation, &value);
    if let (Some(known), Value::Object(given)) = (operation.body_fields(), &value) {
        let strange = given.keys().filter(|name| !known.contains(name));
        wrong.extend(strange.map(|name| format!("there is no field `{name}`")));
    }
    wrong
}

/// What a parameter should have been: text stands for a number where a number is meant.
fn wrong_parameter(name: &str, text: &str, schema: &Value) -> Option<String> {
    let is = match schema.get("type").and_then(Value::as_str) {
        Some("integer") => text.parse::<i64>().is_ok(),
        Some("boolean") => matches!(text, "true" | "false"),
        _ => true,
    };
    let listed = schema.get("enum").and_then(Value::as_array);
    let listed = listed.is_none_or(|listed| listed.iter().any(|it| it == text));
    (!is || !listed).then(|| format!("`{name}` cannot be `{text}`"))
}

fn wrong_in_answer(operation: &Operation, status: StatusCode, body: &Bytes) -> Vec<String> {
    let refuses = status.is_client_error() || status.is_server_error();
    let form = match operation.responses.get(status.as_str()) {
        Some(form) => form.as_ref(),
        None if refuses || status == StatusCode::NOT_MODIFIED => None,
        None => return vec!["GitHub describes no such status".to_owned()],
    };
    if form.is_none() && body.is_empty() {
        return Vec::new();
    }
    if form.is_none() && !refuses {
        return vec!["GitHub describes no body".to_owned()];
    }
    let Ok(value) = serde_json::from_slice::<Value>(body) else {
        return vec!["the body is no JSON".to_owned()];
    };
    match form {
        Some(_) => DESCRIPTION.judge_answer(operation, status.as_str(), &value),
        None => DESCRIPTION.judge_refusal(&value),
    }
}
