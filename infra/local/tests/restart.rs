//! The program is killed and started again: what it had accepted is completed, and nothing twice.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

/// How often a running stack is looked at, at most: together a minute.
const LOOKS_MAX: usize = 600;

/// A running `cargo dev`, and where it said that things are.
struct Program {
    child: Child,
    api: String,
    pages: String,
    github: String,
    http: reqwest::Client,
}

impl Program {
    fn start(data: &Path, options: &[&str]) -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_tenon-dev"))
            .args(["--port", "0", "--data"])
            .arg(data)
            .args(options)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let mut told = |name: &str| loop {
            let line = lines.next().unwrap().unwrap();
            if let Some(rest) = line.trim_start().strip_prefix(name) {
                break rest.split_whitespace().next().unwrap().to_owned();
            }
        };
        let (api, pages, github) = (told("API"), told("start here"), told("GitHub"));
        let http = shared::http_client::build().unwrap();
        Self { child, api, pages, github, http }
    }

    /// SIGKILL: no destructor runs, no buffer is written.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    async fn token(&self, email: &str, role: &str) -> String {
        let who = json!({ "email": email, "role": role });
        let minted = self.http.post(format!("{}mint", self.pages)).json(&who).send().await;
        let minted: Value = minted.unwrap().json().await.unwrap();
        minted["token"].as_str().unwrap().to_owned()
    }

    async fn call(&self, request: reqwest::RequestBuilder, token: &str) -> (u16, Value) {
        let answer = request.bearer_auth(token).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn get(&self, path: &str, token: &str) -> (u16, Value) {
        self.call(self.http.get(format!("{}{path}", self.api)), token).await
    }

    async fn post(&self, path: &str, token: &str, body: Value) -> Value {
        let request = self.http.post(format!("{}{path}", self.api)).json(&body);
        self.call(request, token).await.1
    }

    async fn mails(&self) -> usize {
        let mails = self.http.get(format!("{}mail.json", self.pages)).send().await.unwrap();
        mails.json::<Value>().await.unwrap().as_array().unwrap().len()
    }

    /// Whether the recruiter sees that the mail went out.
    async fn mail_is_sent(&self, simulation: &Value) -> bool {
        let recruiter = self.token("recruiter1@local.test", "recruiter").await;
        let path = format!("api/simulations/{}/candidates", simulation["id"]);
        self.get(&path, &recruiter).await.1[0]["inviteEmailStatus"] == "sent"
    }

    /// A new simulation with Ada invited: the simulation as it was answered, and the invite.
    async fn invite_ada(&self) -> (Value, Value) {
        let recruiter = self.token("recruiter1@local.test", "recruiter").await;
        let brief = json!({ "title": "T", "role": "R", "techStack": "S", "seniority": "Mid" });
        let simulation = self.post("api/simulations", &recruiter, brief).await;
        let path = format!("api/simulations/{}/invite", simulation["id"]);
        let ada = json!({ "candidateName": "Ada", "inviteEmail": "ada@example.com" });
        let invite = self.post(&path, &recruiter, ada).await;
        (simulation, invite)
    }

    /// Waits until both workspaces are made and the mail is out; the repositories' names.
    async fn completed(&self, simulation: &Value, invite: &Value) -> Vec<String> {
        let ada = self.token("ada@example.com", "candidate").await;
        let claim = format!("api/candidate/session/{}", invite["token"].as_str().unwrap());
        assert_eq!(self.get(&claim, &ada).await.0, 200);
        let session = invite["candidateSessionId"].as_u64().unwrap();
        let mut names = Vec::new();
        for task in [&simulation["tasks"][1]["id"], &simulation["tasks"][2]["id"]] {
            let path = format!("{}api/tasks/{task}/codespace/status", self.api);
            let status = || {
                let request = self.http.get(&path).header("x-candidate-session-id", session);
                self.call(request, &ada)
            };
            let name = look(async || {
                let (code, body) = status().await;
                (code == 200).then(|| body["repoFullName"].as_str().unwrap().to_owned())
            });
            names.push(name.await);
        }
        look(async || (self.mails().await > 0).then_some(())).await;
        names
    }

    /// The repositories that GitHub has, templates aside.
    async fn repositories(&self) -> usize {
        let page = self.http.get(&self.github).send().await.unwrap().text().await.unwrap();
        page.matches("href=\"/_/").count()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // Nothing is left to do for one that has ended.
        let _ = self.child.kill();
    }
}

/// Looks ten times a second until there is something to see.
async fn look<T>(mut at: impl AsyncFnMut() -> Option<T>) -> T {
    let mut tick = tokio::time::interval(Duration::from_millis(100));
    for _ in 0..LOOKS_MAX {
        tick.tick().await;
        if let Some(seen) = at().await {
            return seen;
        }
    }
    unreachable!("nothing to see after {LOOKS_MAX} looks");
}

#[tokio::test]
async fn killed_right_after_an_invite_it_completes_everything_once_when_started_again() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &["--github-latency-ms", "3000"]);
    let (simulation, invite) = program.invite_ada().await;
    program.kill();

    let again = Program::start(folder.path(), &[]);
    let names = again.completed(&simulation, &invite).await;

    assert_ne!(names[0], names[1]);
    assert_eq!((again.mails().await, again.repositories().await), (1, 2));
}

#[tokio::test]
async fn killed_while_repositories_are_being_made_it_completes_them_once_when_started_again() {
    let folder = tempfile::tempdir().unwrap();
    let program = Program::start(folder.path(), &["--github-latency-ms", "3000"]);
    let (simulation, invite) = program.invite_ada().await;
    // The mail goes out while GitHub is still busy with its first answer. Killed before that is
    // recorded, it would go out again: SES does not tell one mail from another.
    look(async || program.mail_is_sent(&simulation).await.then_some(())).await;
    program.kill();

    let again = Program::start(folder.path(), &[]);
    let names = again.completed(&simulation, &invite).await;

    assert_ne!(names[0], names[1]);
    assert_eq!((again.mails().await, again.repositories().await), (1, 2));
}
