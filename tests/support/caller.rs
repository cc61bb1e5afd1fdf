//! Somebody who calls the API, and what they are answered.

use std::sync::Arc;

use http::HeaderMap;
use reqwest::Method;
use serde_json::Value;

use crate::document;

/// Somebody who calls the API over HTTP, as the web client does.
#[derive(Debug, Clone)]
pub struct Caller {
    http: reqwest::Client,
    api: Arc<str>,
    token: Option<String>,
    session: Option<u64>,
}

/// An answer: status, headers and, where it is JSON, its body.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: Value,
}

impl Caller {
    /// Somebody who shows `token`, or nothing.
    pub fn new(http: &reqwest::Client, api: &str, token: Option<String>) -> Self {
        Self { http: http.clone(), api: api.trim_end_matches('/').into(), token, session: None }
    }

    /// The same caller, who names `session` on every call.
    pub fn on(&self, session: u64) -> Self {
        Self { session: Some(session), ..self.clone() }
    }

    /// The same caller, who calls the API at `api`.
    pub fn at(&self, api: &str) -> Self {
        Self { api: api.trim_end_matches('/').into(), ..self.clone() }
    }

    /// `GET path`.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// `POST path` with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    /// `POST path` without a body and without a content type.
    pub async fn post_nothing(&self, path: &str) -> Answer {
        self.send(self.request(Method::POST, path)).await
    }

    /// A request that a test finishes by hand.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let mut request = self.http.request(method, format!("{}{path}", self.api));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(session) = self.session {
            request = request.header("x-candidate-session-id", session);
        }
        request
    }

    /// Sends `request`; the answer must be as the API document says.
    pub async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let (http, request) = request.build_split();
        let request = request.expect("the request makes sense");
        let (method, path) = (request.method().clone(), request.url().path().to_owned());
        let answer = http.execute(request).await.expect("the stack answers");
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let bytes = answer.bytes().await.expect("the answer ends");
        let body = serde_json::from_slice(&bytes).unwrap_or_default();
        let wrong = document::judge(method.as_str(), &path, status, &body);
        assert!(wrong.is_empty(), "{method} {path} is not as documented: {wrong:#?}");
        Answer { status, headers, body }
    }
}

impl Answer {
    /// The body of an answer that must have `status`.
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{:#}", self.body);
        self.body
    }

    /// Status, `errorCode` and `detail` of a refusal.
    pub fn refusal(&self) -> (u16, &str, &str) {
        let text = |name: &str| self.body.get(name).and_then(Value::as_str).unwrap_or_default();
        (self.status, text("errorCode"), text("detail"))
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}
