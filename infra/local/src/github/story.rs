//! Stories over HTTP: a GitHub in memory, a clock that is told the time, and whole answers.

use std::collections::BTreeMap;
use std::time::Duration;

use axum::body::Body;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::BodyExt as _;
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::clock::Clock;
use tower::ServiceExt as _;

use crate::documents::Documents;
use crate::github::runs::RunTiming;
use crate::github::{GitHub, Settings};

mod app;
mod gate;
mod headers;
mod hooks;
mod limits;
mod old;
mod people;
mod repositories;
mod restart;
mod runs;
mod writing;

const TOKEN: &str = "ghs_story";
const TEMPLATE: &str = "/repos/tenon-hire-dev/tenon-template-python-fastapi";
const WORKSPACE: &str = "/repos/acme/tenon-ws-1";
const DISPATCHES: &str = "/repos/acme/tenon-ws-1/actions/workflows/tenon-ci.yml/dispatches";

struct Story {
    github: GitHub,
    clock: Clock,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    bytes: Bytes,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    fn text(&self) -> String {
        String::from_utf8(self.bytes.to_vec()).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// The status and GitHub's message.
    fn refusal(&self) -> (u16, String) {
        (self.status.as_u16(), self.json()["message"].as_str().unwrap().to_owned())
    }

    fn status(&self) -> u16 {
        self.status.as_u16()
    }
}

fn refused(status: u16, message: &str) -> (u16, String) {
    (status, message.to_owned())
}

impl Story {
    fn new() -> Self {
        Self::with(Documents::memory().unwrap())
    }

    fn with(documents: Documents) -> Self {
        let clock = Clock::fixed("2026-03-02T09:00:00Z".parse().unwrap());
        let settings = Settings {
            token: TOKEN.to_owned(),
            timing: RunTiming::default(),
            latency: Duration::ZERO,
        };
        let github = GitHub::open(documents, clock.clone(), settings).unwrap();
        github.be_strict();
        Self { github, clock }
    }

    /// A story with the private repository `acme/tenon-ws-1`, generated from the Python template.
    async fn with_workspace() -> Self {
        let story = Self::new();
        let body = json!({ "owner": "acme", "name": "tenon-ws-1", "private": true });
        let generated = story.post(&format!("{TEMPLATE}/generate"), body).await;
        assert_eq!(generated.status(), 201);
        story
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.github.router().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        assert_eq!(self.github.violations(), Vec::<String>::new());
        Answer { status: parts.status, headers: parts.headers, bytes }
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(AUTHORIZATION, format!("Bearer {TOKEN}"));
        let body = body.map(|body| body.to_string()).unwrap_or_default();
        self.send(request.body(Body::from(body)).unwrap()).await
    }

    async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, None).await
    }

    async fn post(&self, path: &str, body: Value) -> Answer {
        self.call(Method::POST, path, Some(body)).await
    }

    async fn put(&self, path: &str, body: Value) -> Answer {
        self.call(Method::PUT, path, Some(body)).await
    }

    /// Without a token.
    async fn stranger(&self, method: Method, path: &str) -> Answer {
        let request = Request::builder().method(method).uri(path).body(Body::empty()).unwrap();
        self.send(request).await
    }

    fn wait(&self, milliseconds: i64) {
        self.clock.advance(SignedDuration::from_millis(milliseconds));
    }

    fn push(&self, path: &str, content: &str) -> String {
        self.github.push("acme/tenon-ws-1", "main", path, content, "Work").unwrap()
    }
}

fn counts(pairs: &[(&str, u64)]) -> BTreeMap<String, u64> {
    pairs.iter().map(|(operation, count)| ((*operation).to_owned(), *count)).collect()
}
