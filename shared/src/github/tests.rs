mod actions;
mod again;
mod app;
mod artifacts;
mod failures;
mod people;
mod repositories;
mod trees;

use std::collections::HashMap;
use std::io::{Cursor, Write};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::clock::Clock;
use crate::config::secrets::GitHubIdentity;
use crate::domain::repository::{BranchName, CommitSha, GitHubUsername, RepositoryName};
use crate::domain::results::{ArtifactProblem, Conclusion, RunPhase};
use crate::github::actions::DispatchedRun;
use crate::github::error::{GitHubError, GitHubFailure};
use crate::github::{GitHub, Settings};
use crate::http_client;
use crate::secret::Secret;

/// A GitHub that gives each `METHOD /path?query` its scripted answer and remembers what it was asked.
#[derive(Clone, Default)]
struct Script {
    base: String,
    answers: Arc<Mutex<HashMap<String, Answer>>>,
    /// What is answered once, before the usual answer.
    first: Arc<Mutex<HashMap<String, Answer>>>,
    asked: Arc<Mutex<Vec<Asked>>>,
}

#[derive(Clone)]
struct Answer {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

struct Asked {
    line: String,
    headers: HeaderMap,
    body: Bytes,
}

async fn answer(State(script): State<Script>, request: Request) -> Response {
    let line = format!("{} {}", request.method(), request.uri());
    let headers = request.headers().clone();
    let body = axum::body::to_bytes(request.into_body(), 1 << 20).await.unwrap();
    script.asked.lock().unwrap().push(Asked { line: line.clone(), headers, body });
    let first = script.first.lock().unwrap().remove(&line);
    let usual = || script.answers.lock().unwrap().get(&line).cloned();
    let Some(answer) = first.or_else(usual) else {
        return (StatusCode::NOT_IMPLEMENTED, line).into_response();
    };
    let mut response = (StatusCode::from_u16(answer.status).unwrap(), answer.body).into_response();
    for (name, value) in answer.headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

impl Script {
    async fn start() -> (Self, GitHub) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let script = Self { base: base.clone(), ..Self::default() };
        let routes = Router::new().fallback(answer).with_state(script.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let identity = GitHubIdentity::Token(Secret::new("ghs_token"));
        (script, client(base.parse().unwrap(), identity, Clock::System))
    }

    /// A GitHub that answers one call, with JSON.
    async fn with(line: &str, status: u16, body: Value) -> (Self, GitHub) {
        let (script, github) = Self::start().await;
        script.on(line, status, body.to_string());
        (script, github)
    }

    fn on(&self, line: &str, status: u16, body: impl Into<Vec<u8>>) {
        self.on_with(line, status, Vec::new(), body);
    }

    fn on_with(
        &self,
        line: &str,
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: impl Into<Vec<u8>>,
    ) {
        let answer = Answer { status, headers, body: body.into() };
        self.answers.lock().unwrap().insert(line.to_owned(), answer);
    }

    /// What is answered to the next such call only.
    fn first(&self, line: &str, status: u16, headers: &[(&'static str, &str)]) {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let answer = Answer { status, headers, body: b"{}".to_vec() };
        self.first.lock().unwrap().insert(line.to_owned(), answer);
    }

    /// What was asked since the last time.
    fn take_lines(&self) -> Vec<String> {
        std::mem::take(&mut *self.asked.lock().unwrap()).into_iter().map(|it| it.line).collect()
    }

    fn lines(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|asked| asked.line.clone()).collect()
    }

    fn body(&self, index: usize) -> Value {
        serde_json::from_slice(&self.asked.lock().unwrap()[index].body).unwrap()
    }

    fn header(&self, index: usize, name: &str) -> Option<String> {
        let value = self.asked.lock().unwrap()[index].headers.get(name).cloned()?;
        Some(value.to_str().unwrap().to_owned())
    }
}

fn client(base: Url, identity: GitHubIdentity, clock: Clock) -> GitHub {
    let settings = Settings { base, identity: identity.into(), home: "acme".to_owned() };
    GitHub::new(http_client::build().unwrap(), settings, clock)
}

fn ours() -> RepositoryName {
    RepositoryName::parse("acme/ws").unwrap()
}

fn sha(digit: &str) -> CommitSha {
    CommitSha::parse(&digit.repeat(40)).unwrap()
}

fn failure<T: std::fmt::Debug>(outcome: Result<T, GitHubError>) -> GitHubFailure {
    outcome.unwrap_err().kind
}
