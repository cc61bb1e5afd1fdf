//! The process apart in which the functions are measured, as its parent has it.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use reqwest::Client;
use shared::clock::Clock;
use shared::mint::Mint;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::interval;

use crate::bench::CannotMeasure;
use crate::bench::served::TABLE_CALLS;
use crate::github::runs::RunTiming;
use crate::lambda::usage::Usage;
use crate::stack::{Data, GitHubAs, Listeners, Options, Stack, StackError};

/// The command that makes this program such a process.
pub const COMMAND: &str = "functions";
/// How often it is asked whether it serves.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How often at most.
const LOOKS_MAX: u32 = 1_000;

/// A process of functions. It ends with this value.
pub(super) struct Apart {
    child: Child,
    /// The process lives as long as this is open.
    input: Option<ChildStdin>,
    /// Where it serves, with a `/` at its end.
    pub(super) base: String,
    http: Client,
}

impl Apart {
    /// Starts one, which serves once it is told its settings. Its log goes to `log`, or nowhere.
    pub(super) async fn start(log: Option<&Path>, http: Client) -> Result<Self, CannotMeasure> {
        let log = match log {
            Some(file) => Stdio::from(File::create(file)?),
            None => Stdio::null(),
        };
        let mut child = Command::new(std::env::current_exe()?)
            .args(["bench", COMMAND])
            .stdin(Stdio::piped())
            .stdout(log)
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let input = child.stdin.take();
        let said = child.stderr.take().map(BufReader::new);
        let mut lines = said.ok_or_else(|| mute("it has no standard error"))?.lines();
        let address = lines.next_line().await?.ok_or_else(|| mute("it ended at once"))?;
        // The rest, if anything comes, is for people.
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                tracing::error!(line, "the functions say");
            }
        });
        Ok(Self { child, input, base: format!("http://{address}/"), http })
    }

    /// Tells it its settings, and waits until it serves.
    pub(super) async fn tell(
        &mut self,
        settings: &BTreeMap<String, String>,
    ) -> Result<(), CannotMeasure> {
        let line = serde_json::to_string(settings).map_err(std::io::Error::from)? + "\n";
        let input = self.input.as_mut().ok_or_else(|| mute("it cannot be spoken to"))?;
        input.write_all(line.as_bytes()).await?;
        input.flush().await?;
        let mut looks = interval(LOOK_EVERY);
        for _look in 0..LOOKS_MAX {
            looks.tick().await;
            if let Some(ended) = self.child.try_wait()? {
                return Err(mute(&format!("it ended: {ended}")));
            }
            let answer = self.http.get(format!("{}health", self.base)).timeout(LOOK_EVERY * 50);
            if answer.send().await.is_ok_and(|answer| answer.status().is_success()) {
                return Ok(());
            }
        }
        Err(mute("it does not serve"))
    }

    /// What it has taken of the machine so far.
    pub(super) fn usage(&self) -> Result<Usage, CannotMeasure> {
        Ok(Usage::of(self.child.id().unwrap_or_default())?)
    }

    /// Its number among the machine's processes.
    pub(super) fn id(&self) -> u32 {
        self.child.id().unwrap_or_default()
    }

    /// How many calls it has made to the table so far.
    pub(super) async fn table_calls(&self) -> Result<u64, CannotMeasure> {
        let answer = self.http.get(format!("{}{TABLE_CALLS}", self.base)).send().await?;
        let count = answer.error_for_status()?.text().await?;
        count.parse().map_err(|_none| mute("it does not count its calls"))
    }
}

fn mute(why: &str) -> CannotMeasure {
    CannotMeasure::Scene(format!("the process of the functions: {why}"))
}

/// A stack in memory, whose functions run in a process apart and are reached at `functions`.
pub(super) async fn stack(functions: String, timing: RunTiming) -> Result<Stack, CannotMeasure> {
    let pages = TcpListener::bind("127.0.0.1:0").await.map_err(StackError::Port)?;
    let options = Options {
        data: Data::Memory,
        clock: Clock::System,
        mint: Mint::System,
        index_lag: Duration::ZERO,
        timing,
        github_latency: Duration::ZERO,
        // As in production.
        github_as: GitHubAs::App,
        github_limits: false,
        functions: Some(functions),
        overrides: BTreeMap::new(),
        environment: "local",
    };
    Ok(Stack::start(options, Listeners { api: None, pages }).await?)
}
