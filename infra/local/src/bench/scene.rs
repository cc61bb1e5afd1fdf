//! A stack that functions can answer from: a simulation, a candidate who has opened her session, and the
//! workspace of her second day.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::config::settings;
use shared::mint::Mint;
use tokio::net::TcpListener;
use tokio::time::interval;

use crate::bench::CannotMeasure;
use crate::github::runs::RunTiming;
use crate::issuer::{Identity, Role};
use crate::secrets_manager::SecretsManager;
use crate::stack::{Data, GitHubAs, Listeners, Options, Stack, StackError};

/// What opens the admin routes of this stack.
pub(super) const ADMIN_KEY: &str = "the-benchmark-s-own-admin-key-0123456789";
/// An address where nobody listens: what AWS is to a function that cannot reach it.
const NOBODY: &str = "http://127.0.0.1:9/";
const SECRETS_ENDPOINT: &str = "TENON_SECRETS_ENDPOINT";
/// The settings that say where AWS is.
const AWS: [&str; 4] =
    ["TENON_TABLE_ENDPOINT", "TENON_QUEUE_ENDPOINT", "TENON_MAIL_ENDPOINT", SECRETS_ENDPOINT];
const SECRET_ARN: &str = "arn:aws:secretsmanager:us-east-1:000000000000:secret:tenon-a1b2c3";
/// How often the workspace is looked for.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How often at most.
const LOOKS_MAX: u32 = 500;

/// The stack and who is in it.
pub(super) struct Scene {
    stack: Stack,
    /// The settings of functions: as in production, those that nobody may see are in a secret.
    settings: BTreeMap<String, String>,
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
        let settings = locked(&stack.settings).await.map_err(StackError::Port)?;
        let scene = Self { stack, settings, recruiter, candidate, session: 0, task: 0 };
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
        self.settings.clone()
    }

    /// The settings of a function that reaches nothing of AWS.
    pub(super) fn cut_off(&self) -> BTreeMap<String, String> {
        let cut = AWS.map(|name| (name.to_owned(), NOBODY.to_owned()));
        self.settings.clone().into_iter().chain(cut).collect()
    }
}

/// `settings` with what nobody may see in a secret, and where that is.
async fn locked(settings: &BTreeMap<String, String>) -> io::Result<BTreeMap<String, String>> {
    let is_secret = |name: &str| {
        let mut all = settings::ALL.iter().flat_map(|group| group.settings);
        all.any(|setting| setting.secret && setting.name == name)
    };
    let (secret, mut open): (BTreeMap<_, _>, BTreeMap<_, _>) =
        settings.clone().into_iter().partition(|(name, _value)| is_secret(name));
    let manager = SecretsManager::default();
    manager.put(SECRET_ARN, &json!(secret).to_string());
    open.insert("TENON_SECRET_ARN".to_owned(), SECRET_ARN.to_owned());
    open.insert(SECRETS_ENDPOINT.to_owned(), manager.serve().await?);
    Ok(open)
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
        // As in production.
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
