//! A stack of its own for every test, with a clock that stands still until it is told.

use std::net::SocketAddr;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use local::github::runs::RunTiming;
use local::issuer::{Identity, Role};
use local::stack::{Data, GitHubAs, Listeners, Options, Stack, StackError, routes};
use shared::app::App;
use shared::clock::Clock;
use shared::config::Config;
use shared::http::serve::service;
use shared::mint::Mint;
use tokio::net::TcpListener;

use crate::caller::Caller;
use crate::granted::Granted;
use crate::{canary, logs};

/// When every story begins.
pub const MORNING: &str = "2026-03-02T09:00:00Z";

/// A stack and its time.
pub struct Story {
    pub stack: Stack,
    pub clock: Clock,
    pub(crate) http: reqwest::Client,
    _granted: Granted,
}

impl Story {
    /// A fresh stack at nine in the morning.
    pub async fn begin() -> Self {
        Self::with(&[]).await
    }

    /// A fresh stack at nine in the morning, with these settings beside the usual ones.
    pub async fn with(settings: &[(&str, &str)]) -> Self {
        Self::within("test", settings).await.unwrap()
    }

    /// A stack that runs in `environment`: `local`, `test` or `prod`.
    pub async fn within(
        environment: &'static str,
        settings: &[(&str, &str)],
    ) -> Result<Self, StackError> {
        Self::called(environment, settings, GitHubAs::Token, MORNING.parse().unwrap()).await
    }

    /// A fresh stack that begins at `now`, with these settings beside the usual ones.
    pub async fn as_of(now: Timestamp, settings: &[(&str, &str)]) -> Self {
        Self::called("test", settings, GitHubAs::Token, now).await.unwrap()
    }

    /// A fresh stack whose Tenon is a GitHub App.
    pub async fn as_app() -> Self {
        Self::called("test", &[], GitHubAs::App, MORNING.parse().unwrap()).await.unwrap()
    }

    async fn called(
        environment: &'static str,
        settings: &[(&str, &str)],
        github_as: GitHubAs,
        now: Timestamp,
    ) -> Result<Self, StackError> {
        logs::watch();
        let secrets = settings.iter().filter(|(name, _value)| is_secret(name));
        secrets.for_each(|(_name, value)| canary::keep(value));
        let overrides = settings.iter().map(|(name, value)| ((*name).into(), (*value).into()));
        let clock = Clock::fixed(now);
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
            github_as,
            github_limits: false,
            functions: None,
            overrides: overrides.collect(),
            environment,
        };
        let port = async || TcpListener::bind("127.0.0.1:0").await.unwrap();
        let listeners = Listeners { api: Some(port().await), pages: port().await };
        let stack = Stack::start(options, listeners).await?;
        stack.github.be_strict();
        let granted = Granted::watching(&stack.permissions);
        let http = shared::http_client::build().unwrap();
        Ok(Self { stack, clock, http, _granted: granted })
    }

    /// Somebody who calls the local GitHub with its token.
    pub fn github(&self) -> Caller {
        let token = local::places::GITHUB_TOKEN.to_owned();
        Caller::new(&self.http, &self.stack.places.github, Some(token))
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

    /// Another process of Tenon on the same table, which remembers nothing of this one: where it
    /// answers.
    pub async fn another_process(&self) -> String {
        let config = Config::clone(&self.stack.app.config);
        let app = App::new(config, self.clock.clone(), Mint::System).await.unwrap();
        Self::serve(app).await
    }

    /// Where `app` answers from now on.
    pub async fn serve(app: App) -> String {
        let api = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = api.local_addr().unwrap();
        let service = service(routes(), app).into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(api, service).await });
        format!("http://{address}")
    }

    /// Does all jobs that are due. What was said to GitHub and by it must be as GitHub's own
    /// description has it.
    pub async fn settle(&self) {
        self.stack.worker.settle().await.unwrap();
        assert_eq!(self.stack.github.violations(), Vec::<String>::new());
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
}

/// Whether a setting is one that no log may tell.
fn is_secret(name: &str) -> bool {
    ["KEY", "TOKEN", "SECRET", "PASSWORD"].iter().any(|word| name.contains(word))
}
