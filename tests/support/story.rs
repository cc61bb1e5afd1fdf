//! A stack of its own for every test, with a clock that stands still until it is told.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use local::github::runs::RunTiming;
use local::github::templates::TEMPLATES;
use local::issuer::{Identity, Role};
use local::stack::{Data, Listeners, Options, Stack};
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::mint::Mint;
use tokio::net::TcpListener;

use crate::caller::Caller;

/// When every story begins.
pub const MORNING: &str = "2026-03-02T09:00:00Z";

/// A stack and its time.
pub struct Story {
    pub stack: Stack,
    pub clock: Clock,
    http: reqwest::Client,
}

/// A candidate who was invited.
#[derive(Debug, Clone)]
pub struct Invited {
    pub simulation: u64,
    pub session: u64,
    pub token: String,
}

impl Story {
    /// A fresh stack at nine in the morning.
    pub async fn begin() -> Self {
        let clock = Clock::fixed(MORNING.parse().unwrap());
        let options = Options {
            data: Data::Memory,
            clock: clock.clone(),
            mint: Mint::counted(),
            index_lag: Duration::ZERO,
            timing: RunTiming {
                queued: SignedDuration::from_secs(1),
                running: SignedDuration::from_secs(4),
            },
            github_latency: Duration::ZERO,
            functions: None,
            overrides: std::collections::BTreeMap::new(),
            environment: "test",
        };
        let port = async || TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listeners = Listeners { api: Some(port().await), pages: port().await };
        let stack = Stack::start(options, listeners).await.unwrap();
        Self { stack, clock, http: shared::http_client::build().unwrap() }
    }

    /// Somebody without a token.
    pub fn nobody(&self) -> Caller {
        Caller::new(&self.http, &self.stack.places.api, None)
    }

    /// Somebody with this very token.
    pub fn bearing(&self, token: &str) -> Caller {
        Caller::new(&self.http, &self.stack.places.api, Some(token.to_owned()))
    }

    /// One of the seeded recruiters: 1 or 2.
    pub fn recruiter(&self, number: u8) -> Caller {
        self.person(&format!("recruiter{number}@local.test"), Role::Recruiter)
    }

    /// A candidate.
    pub fn candidate(&self, email: &str) -> Caller {
        self.person(email, Role::Candidate)
    }

    /// Somebody with a token for `role`, good for a year.
    pub fn person(&self, email: &str, role: Role) -> Caller {
        self.identified(&Identity::new(email, role))
    }

    /// Somebody with a token that says `who`, good for a year.
    pub fn identified(&self, who: &Identity) -> Caller {
        let token = self.stack.issuer.token_for(who, 366 * 24 * 60).unwrap();
        self.bearing(&token)
    }

    /// Does all jobs that are due.
    pub async fn settle(&self) {
        self.stack.worker.settle().await.unwrap();
    }

    /// Lets `seconds` pass, one after the other, doing all jobs that become due.
    pub async fn pass(&self, seconds: u32) {
        for _ in 0..seconds {
            self.clock.advance(SignedDuration::from_secs(1));
            self.settle().await;
        }
    }

    /// The present.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A simulation of recruiter 1.
    pub async fn simulation(&self) -> u64 {
        let made = self.recruiter(1).post("/api/simulations", simulation_body()).await.expect(201);
        made["id"].as_u64().unwrap()
    }

    /// A candidate invited by recruiter 1, with repositories made and mail sent.
    pub async fn invited(&self, email: &str) -> Invited {
        let simulation = self.simulation().await;
        let body = json!({ "candidateName": "Ada Example", "inviteEmail": email });
        let path = format!("/api/simulations/{simulation}/invite");
        let invited = self.recruiter(1).post(&path, body).await.expect(200);
        self.settle().await;
        Invited {
            simulation,
            session: invited["candidateSessionId"].as_u64().unwrap(),
            token: invited["token"].as_str().unwrap().to_owned(),
        }
    }

    /// A candidate who has claimed the invite, ready to work.
    pub async fn claimed(&self, email: &str) -> (Invited, Caller) {
        let invited = self.invited(email).await;
        let candidate = self.candidate(email);
        candidate.get(&format!("/api/candidate/session/{}", invited.token)).await.expect(200);
        (invited.clone(), candidate.on(invited.session))
    }

    /// The id of the task that a candidate is to do now.
    pub async fn current_task(&self, candidate: &Caller, session: u64) -> u64 {
        let path = format!("/api/candidate/session/{session}/current_task");
        let current = candidate.get(&path).await.expect(200);
        current["currentTask"]["id"].as_u64().unwrap()
    }

    /// Hands in the text of a text day; the task after it.
    pub async fn hand_in_text(&self, candidate: &Caller, task: u64) -> u64 {
        let body = json!({ "contentText": "Well thought out." });
        candidate.post(&format!("/api/tasks/{task}/submit"), body).await.expect(201);
        task + 1
    }

    /// A candidate who has handed in day 1 and works on day 2, whose task is the number.
    pub async fn on_day_two(&self, email: &str) -> (Invited, Caller, u64) {
        let (invited, candidate) = self.claimed(email).await;
        let first = self.current_task(&candidate, invited.session).await;
        let second = self.hand_in_text(&candidate, first).await;
        (invited, candidate, second)
    }

    /// The name of the repository that a candidate has for `task`.
    pub async fn repository(&self, candidate: &Caller, task: u64) -> String {
        let path = format!("/api/tasks/{task}/codespace/status");
        let status = candidate.get(&path).await.expect(200);
        status["repoFullName"].as_str().unwrap().to_owned()
    }

    /// Pushes what makes all tests of the default template pass; the new commit.
    pub fn push_solution(&self, repository: &str) -> String {
        let template = TEMPLATES[0];
        let pushed = self.stack.github.push(
            repository,
            "main",
            template.source,
            &template.solved(),
            "Solve",
        );
        pushed.unwrap()
    }
}

/// What a recruiter sends to create a simulation.
pub fn simulation_body() -> Value {
    json!({
        "title": "Payments API",
        "role": "Backend Engineer",
        "techStack": "Python, FastAPI",
        "seniority": "Mid",
        "focus": "Idempotent payments",
        "templateKey": "python-fastapi",
    })
}
