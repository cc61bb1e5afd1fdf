//! Calls to the API, as measurements make them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::{Client, Method};
use serde_json::Value;

use crate::bench::CannotMeasure;
use crate::courier::signature;
use crate::places::WEBHOOK_SECRET;

/// The most of an unexpected answer that is told, in characters.
const SHOWN_CHARS_MAX: usize = 300;

/// A token, shared by all calls that bear it.
pub(super) type Token = Arc<str>;

/// What a request carries.
#[derive(Debug, Clone)]
pub(super) enum Content {
    Nothing,
    Json(Value),
    /// An event of GitHub and its body, which is signed when it is sent.
    Webhook(&'static str, Arc<str>, String),
}

/// A request.
#[derive(Debug, Clone)]
pub(super) struct Ask {
    pub(super) method: Method,
    /// With the query, without a `/` at its beginning.
    pub(super) path: String,
    pub(super) token: Option<Token>,
    pub(super) session: Option<u64>,
    /// Its `Idempotency-Key`.
    pub(super) key: Option<String>,
    pub(super) content: Content,
}

impl Ask {
    pub(super) fn get(path: impl Into<String>) -> Self {
        let (path, content) = (path.into(), Content::Nothing);
        Self { method: Method::GET, path, token: None, session: None, key: None, content }
    }

    pub(super) fn post(path: impl Into<String>, content: Content) -> Self {
        Self { method: Method::POST, content, ..Self::get(path) }
    }

    pub(super) fn by(self, token: &Token) -> Self {
        Self { token: Some(Arc::clone(token)), ..self }
    }

    pub(super) fn within(self, session: u64) -> Self {
        Self { session: Some(session), ..self }
    }

    pub(super) fn keyed(self, key: String) -> Self {
        Self { key: Some(key), ..self }
    }
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub(super) struct Reply {
    pub(super) status: u16,
    pub(super) retry_after: Option<u64>,
    pub(super) bytes: Bytes,
    /// From the first byte sent to the last one read.
    pub(super) took: Duration,
}

impl Reply {
    /// What it says; null when that is no JSON.
    pub(super) fn body(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or(Value::Null)
    }

    /// The number at a JSON pointer.
    pub(super) fn number(&self, pointer: &str) -> Option<u64> {
        self.body().pointer(pointer).and_then(Value::as_u64)
    }

    /// The text at a JSON pointer.
    pub(super) fn text(&self, pointer: &str) -> Option<String> {
        self.body().pointer(pointer).and_then(Value::as_str).map(ToOwned::to_owned)
    }

    /// Whether the same may succeed later.
    pub(super) fn is_for_the_moment(&self) -> bool {
        let retryable = || self.body().get("retryable") == Some(&Value::Bool(true));
        self.status == 429 || (matches!(self.status, 409 | 500..) && retryable())
    }

    /// Status and body in one line, cut.
    pub(super) fn in_short(&self) -> String {
        let text = String::from_utf8_lossy(&self.bytes);
        let shown: String = text.chars().take(SHOWN_CHARS_MAX).collect();
        format!("{}: {shown}", self.status)
    }
}

/// The API, and the one who calls it.
#[derive(Debug, Clone)]
pub(super) struct Api {
    http: Client,
    /// With a `/` at its end.
    base: String,
}

impl Api {
    pub(super) fn new(http: Client, base: &str) -> Self {
        Self { http, base: base.to_owned() }
    }

    pub(super) async fn send(&self, ask: &Ask) -> reqwest::Result<Reply> {
        let mut request =
            self.http.request(ask.method.clone(), format!("{}{}", self.base, ask.path));
        if let Some(token) = &ask.token {
            request = request.bearer_auth(token);
        }
        if let Some(session) = ask.session {
            request = request.header("x-candidate-session-id", session);
        }
        if let Some(key) = &ask.key {
            request = request.header("idempotency-key", key);
        }
        request = match &ask.content {
            Content::Nothing => request,
            Content::Json(body) => request.json(body),
            Content::Webhook(event, body, delivery) => request
                .header("content-type", "application/json")
                .header("x-github-event", *event)
                .header("x-github-delivery", delivery)
                .header("x-hub-signature-256", signature(WEBHOOK_SECRET, body.as_bytes()))
                .body(body.to_string()),
        };
        let request = request.build()?;
        let began = Instant::now();
        let response = self.http.execute(request).await?;
        let status = response.status().as_u16();
        let after = response.headers().get("retry-after").and_then(|value| value.to_str().ok());
        let retry_after = after.and_then(|text| text.parse().ok());
        let bytes = response.bytes().await?;
        Ok(Reply { status, retry_after, bytes, took: began.elapsed() })
    }

    /// The answer to a request that must be answered with `status`.
    pub(super) async fn must(&self, ask: &Ask, status: u16) -> Result<Reply, CannotMeasure> {
        let reply = self.send(ask).await?;
        if reply.status == status { Ok(reply) } else { Err(unexpected(ask, &reply)) }
    }
}

/// An answer that was not to come. Paths that hold a secret are not told.
pub(super) fn unexpected(ask: &Ask, reply: &Reply) -> CannotMeasure {
    let path = ask.path.split('?').next().unwrap_or_default();
    let parts: Vec<_> =
        path.split('/').map(|part| if part.len() > 24 { "…" } else { part }).collect();
    CannotMeasure::Unexpected {
        call: format!("{} /{}", ask.method, parts.join("/")),
        came: reply.in_short(),
    }
}
