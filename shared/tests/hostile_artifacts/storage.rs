//! A GitHub that says byte for byte what it was told to.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::config::secrets::GitHubIdentity;
use shared::domain::repository::RepositoryName;
use shared::domain::results::{ArtifactProblem, TestReport};
use shared::github::{GitHub, Settings};
use shared::http_client;
use shared::secret::Secret;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Answers by path, each a whole HTTP answer.
type Answers = Arc<Mutex<HashMap<String, Bytes>>>;

pub(crate) struct Storage {
    pub(crate) base: String,
    answers: Answers,
    asked: Arc<Mutex<Vec<String>>>,
    github: GitHub,
}

impl Storage {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let answers = Answers::default();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (known, told) = (Arc::clone(&answers), Arc::clone(&asked));
        tokio::spawn(async move {
            while let Ok((connection, _from)) = listener.accept().await {
                tokio::spawn(answer(connection, Arc::clone(&known), Arc::clone(&told)));
            }
        });
        let identity = GitHubIdentity::Token(Secret::new("ghs_token")).into();
        let settings = Settings { base: base.parse().unwrap(), identity, home: "acme".to_owned() };
        let github = GitHub::new(http_client::build().unwrap(), settings, Clock::System).patient();
        Self { base, answers, asked, github }
    }

    pub(crate) async fn read_report(&self) -> Result<TestReport, ArtifactProblem> {
        let repository = RepositoryName::parse("acme/ws").unwrap();
        self.github.read_report(&repository, 9).await.unwrap()
    }

    /// Answers `path` with exactly these bytes.
    pub(crate) fn say(&self, path: &str, answer: impl Into<Bytes>) {
        self.answers.lock().unwrap().insert(path.to_owned(), answer.into());
    }

    /// Lists artifacts of these names, numbered from 1 on, of `bytes` each by what the list says.
    pub(crate) fn list(&self, names: &[&str], bytes: usize) {
        let artifact = |(id, name): (u64, &&str)| json!({"id": id, "name": name, "size_in_bytes": bytes, "expired": false});
        let artifacts: Vec<Value> = (1..).zip(names).map(artifact).collect();
        let listed = json!({"total_count": artifacts.len(), "artifacts": artifacts}).to_string();
        self.say("/repos/acme/ws/actions/runs/9/artifacts?per_page=100", whole(listed.as_bytes()));
    }

    /// Holds an artifact's archive at the address that GitHub redirects to.
    pub(crate) fn hold(&self, artifact: u64, archive: &[u8]) {
        self.redirect(artifact, &format!("/held/{artifact}"));
        self.say(&format!("/held/{artifact}"), whole(archive));
    }

    pub(crate) fn redirect(&self, artifact: u64, to: &str) {
        self.say(&download(artifact), moved(to));
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// Where an artifact is asked for.
pub(crate) fn download(artifact: u64) -> String {
    format!("/repos/acme/ws/actions/artifacts/{artifact}/zip")
}

/// A redirect.
pub(crate) fn moved(to: &str) -> String {
    let length = "content-length: 0\r\nconnection: close\r\n\r\n";
    format!("HTTP/1.1 302 Found\r\nlocation: {to}\r\n{length}")
}

/// An honest answer.
pub(crate) fn whole(body: &[u8]) -> Vec<u8> {
    with_length(body.len(), body)
}

/// An answer that says it has `length` bytes.
pub(crate) fn with_length(length: usize, body: &[u8]) -> Vec<u8> {
    let mut head = String::from("HTTP/1.1 200 OK\r\nconnection: close\r\n");
    let _infallible = write!(head, "content-length: {length}\r\n\r\n");
    [head.as_bytes(), body].concat()
}

/// An answer in chunks, which does not say how long it is.
pub(crate) fn in_chunks(body: &[u8]) -> Vec<u8> {
    let head = "HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
    let mut answer = head.as_bytes().to_vec();
    for chunk in body.chunks(65_536) {
        answer.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        answer.extend_from_slice(chunk);
        answer.extend_from_slice(b"\r\n");
    }
    answer.extend_from_slice(b"0\r\n\r\n");
    answer
}

async fn answer(mut connection: TcpStream, answers: Answers, asked: Arc<Mutex<Vec<String>>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let Ok(byte) = connection.read_u8().await else { return };
        head.push(byte);
    }
    let head = String::from_utf8(head).unwrap();
    let path = head.split(' ').nth(1).unwrap().to_owned();
    let answer = answers.lock().unwrap().get(&path).cloned();
    asked.lock().unwrap().push(path);
    let missing = Bytes::from_static(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n");
    // Whoever has heard enough hangs up.
    let _hung_up = connection.write_all(&answer.unwrap_or(missing)).await;
    let _closed = connection.shutdown().await;
}
