//! A stack that functions can answer from: a simulation, a candidate who has opened her session, and the
//! workspace of her second day.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::mint::Mint;
use tokio::net::TcpListener;
use tokio::time::interval;

use crate::bench::CannotMeasure;
use crate::github::runs::RunTiming;
use crate::issuer::{Identity, Role};
use crate::stack::{Data, GitHubAs, Listeners, Options, Stack, StackError};

/// What opens the admin routes of this stack.
pub(super) const ADMIN_KEY: &str = "the-benchmark-s-own-admin-key-0123456789";
/// An address where nobody listens: what AWS is to a function that cannot reach it.
const NOBODY: &str = "http://127.0.0.1:9/";
/// How often the workspace is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How often at most.
const LOOKS_MAX: u32 = 500;

/// The stack and who is in it.
pub(super) struct Scene {
    stack: Stack,
    /// A recruiter's token.
    pub(super) recruiter: String,
    /// The candidate's token.
    pub(super) candidate: String,
    /// The candidate's session.
    pub(super) session: u64,
    /// The task of the second day.
    pub(super) task: u64,
}

impl Scene {
    /// Starts a stack in memory and plays the story up to there.
    pub(super) async fn prepare() -> Result<Self, CannotMeasure> {
        let stack = Stack::start(options(), listeners().await?).await?;
        let token = |email, role| {
            let told = |_error| CannotMeasure::Scene("no token can be signed".to_owned());
            stack.issuer.token(&Identity::new(email, role)).map_err(told)
        };
        let recruiter = token("recruiter1@local.test", Role::Recruiter)?;
        let candidate = token("ada@example.com", Role::Candidate)?;
        let scene = Self { stack, recruiter, candidate, session: 0, task: 0 };
        scene.played().await
    }

    async fn played(self) -> Result<Self, CannotMeasure> {
        let api = Api { http: shared::http_client::build()?, base: &self.stack.places.api };
        let brief = json!({
            "title": "Payments", "role": "Backend Engineer", "techStack": "Python",
            "seniority": "Mid", "templateKey": "python-fastapi",
        });
        let made = api.post("api/simulations", &self.recruiter, &brief).await?;
        let (simulation, task) = (number(&made, "/id")?, number(&made, "/tasks/1/id")?);
        let ada = json!({ "candidateName": "Ada", "inviteEmail": "ada@example.com" });
        let path = format!("api/simulations/{simulation}/invite");
        let invited = api.post(&path, &self.recruiter, &ada).await?;
        let session = number(&invited, "/candidateSessionId")?;
        let link = invited.get("token").and_then(Value::as_str).unwrap_or_default();
        let claim = format!("api/candidate/session/{link}");
        let (_status, _opened) = api.get(&claim, (&self.candidate, 0)).await?;
        let workspace = format!("api/tasks/{task}/codespace/status");
        let mut looks = interval(LOOK_EVERY);
        for _look in 0..LOOKS_MAX {
            let settled = self.stack.worker.settle().await;
            settled.map_err(|_error| CannotMeasure::Scene("no job is done".to_owned()))?;
            let (status, _shown) = api.get(&workspace, (&self.candidate, session)).await?;
            if status == 200 {
                return Ok(Self { session, task, ..self });
            }
            looks.tick().await;
        }
        Err(CannotMeasure::Scene("the workspace is not made".to_owned()))
    }

    /// The settings of a function that can reach everything.
    pub(super) fn connected(&self) -> BTreeMap<String, String> {
        self.stack.settings.clone()
    }

    /// The settings of a function that reaches neither the table nor the queue.
    pub(super) fn cut_off(&self) -> BTreeMap<String, String> {
        let mut settings = self.stack.settings.clone();
        for name in ["TENON_TABLE_ENDPOINT", "TENON_QUEUE_ENDPOINT", "TENON_MAIL_ENDPOINT"] {
            settings.insert(name.to_owned(), NOBODY.to_owned());
        }
        settings
    }
}

struct Api<'a> {
    http: Client,
    base: &'a str,
}

impl Api<'_> {
    /// What a call that must succeed answers.
    async fn post(&self, path: &str, token: &str, body: &Value) -> Result<Value, CannotMeasure> {
        let request = self.http.request(Method::POST, format!("{}{path}", self.base));
        let answer = request.bearer_auth(token).json(body).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    /// The status and what was shown.
    async fn get(
        &self,
        path: &str,
        (token, session): (&str, u64),
    ) -> Result<(u16, String), CannotMeasure> {
        let request = self.http.request(Method::GET, format!("{}{path}", self.base));
        let request = request.bearer_auth(token).header("x-candidate-session-id", session);
        let answer = request.send().await?;
        Ok((answer.status().as_u16(), answer.text().await?))
    }
}

fn number(answer: &Value, at: &str) -> Result<u64, CannotMeasure> {
    let number = answer.pointer(at).and_then(Value::as_u64);
    number.ok_or_else(|| CannotMeasure::Scene(format!("an answer has no number at {at}")))
}

fn options() -> Options {
    let overrides = [("TENON_ADMIN_API_KEY", ADMIN_KEY)];
    let overrides = overrides.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Options {
        data: Data::Memory,
        clock: Clock::System,
        mint: Mint::System,
        index_lag: Duration::ZERO,
        timing: RunTiming::default(),
        github_latency: Duration::ZERO,
        // As in production: its key is the dearest of the settings.
        github_as: GitHubAs::App,
        github_limits: false,
        functions: None,
        overrides: BTreeMap::from(overrides),
        environment: "local",
    }
}

async fn listeners() -> Result<Listeners, StackError> {
    let free = || async { TcpListener::bind("127.0.0.1:0").await.map_err(StackError::Port) };
    Ok(Listeners { api: Some(free().await?), pages: free().await? })
}
