//! A function's process: started as Lambda starts it, handed events one at a time, ended when its time is
//! over.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::process::{ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Bytes;
use jiff::Timestamp;
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::net::TcpListener;
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::lambda::api::{Desk, Invocation, Said, Stage};
use crate::lambda::usage::Usage;

/// How long a process may take to ask for its first event; as on AWS.
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// How a function is set up.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Its name.
    pub name: String,
    /// Its binary.
    pub binary: PathBuf,
    /// Its memory, in MB: only told, not enforced.
    pub memory_mb: u32,
    /// Its environment, beside what Lambda itself sets; it inherits nothing.
    pub environment: BTreeMap<String, String>,
}

/// How the start of a process went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Start {
    /// From its birth until it asked for its first event.
    pub took: Duration,
    /// What it had taken by then.
    pub usage: Usage,
}

/// What became of an invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The process answered, or said that it failed.
    Said(Said),
    /// The process ended without a word.
    Died(ExitStatus),
    /// The time was over; the process was ended.
    TimedOut,
}

/// A process could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The binary cannot be run, or the service found no port.
    #[error("cannot start {}", binary.display())]
    Unstartable {
        /// Which.
        binary: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The process said why it cannot start, or ended before it asked for an event.
    #[error("the function ended while it started: {}", .log.join("\n"))]
    Unfit {
        /// What it told the service; nothing when it only ended.
        said: Option<Bytes>,
        /// What it wrote.
        log: Vec<String>,
    },
    /// It did not ask for an event in ten seconds.
    #[error("the function did not ask for an event in its time: {}", .log.join("\n"))]
    Late {
        /// What it wrote.
        log: Vec<String>,
    },
}

/// A function's process. It is ended with this value.
#[derive(Debug)]
pub struct Function {
    child: Child,
    invocations: mpsc::Sender<(Invocation, oneshot::Sender<Said>)>,
    log: Arc<Mutex<Vec<String>>>,
    tasks: Vec<JoinHandle<()>>,
    start: Start,
}

impl Function {
    /// Starts a process and waits until it asks for its first event.
    pub async fn start(setup: &Setup) -> Result<Self, StartError> {
        let unstartable = |source| StartError::Unstartable { binary: setup.binary.clone(), source };
        let listener = TcpListener::bind("127.0.0.1:0").await.map_err(unstartable)?;
        let address = listener.local_addr().map_err(unstartable)?.to_string();
        let (invocations, waiting) = mpsc::channel(1);
        let (stage, mut watched) = watch::channel(Stage::Starting);
        let desk = Desk::new(&setup.name, waiting, stage);
        let served = tokio::spawn(async move {
            // It listens already, so this ends only with the task.
            let _ended = axum::serve(listener, desk.routes()).await;
        });
        let born = Instant::now();
        let mut child = command(setup, &address).spawn().map_err(unstartable)?;
        let id = child.id().unwrap_or_default();
        let log = Arc::default();
        let outputs = [
            child.stdout.take().map(|output| tokio::spawn(keep(output, Arc::clone(&log)))),
            child.stderr.take().map(|output| tokio::spawn(keep(output, Arc::clone(&log)))),
        ];
        let mut tasks: Vec<_> = outputs.into_iter().flatten().collect();
        let started = timeout(INIT_LIMIT, async {
            tokio::select! {
                _seen = watched.wait_for(|stage| *stage != Stage::Starting) => Usage::of(id).ok(),
                _ended = child.wait() => None,
            }
        });
        let started = started.await;
        let took = born.elapsed();
        let stage = watched.borrow().clone();
        let unfit = started.is_ok();
        let (Ok(Some(usage)), Stage::Ready) = (started, &stage) else {
            // The rest of what it has to say. Whoever said that they cannot start end by themselves.
            if matches!(stage, Stage::Unfit(_)) {
                let _ended = timeout(INIT_LIMIT, child.wait()).await;
            }
            let _gone = child.start_kill();
            for output in tasks {
                let _told = timeout(INIT_LIMIT, output).await;
            }
            served.abort();
            let log = lines(&log);
            let said = if let Stage::Unfit(said) = stage { Some(said) } else { None };
            return Err(if unfit {
                StartError::Unfit { said, log }
            } else {
                StartError::Late { log }
            });
        };
        tasks.push(served);
        Ok(Self { child, invocations, log, tasks, start: Start { took, usage } })
    }

    /// How the start went.
    pub const fn started(&self) -> Start {
        self.start
    }

    /// Hands an event over at `now` and waits for what becomes of it, at most until its deadline. A process that is
    /// late is ended.
    pub async fn invoke(&mut self, invocation: Invocation, now: Timestamp) -> Outcome {
        let left = u64::try_from(invocation.deadline_ms - now.as_millisecond()).unwrap_or(0);
        let (answer, answered) = oneshot::channel();
        // The process may have ended since; then its end is what is told.
        let _handed = self.invocations.try_send((invocation, answer));
        let said = tokio::select! {
            said = timeout(Duration::from_millis(left), answered) => said,
            ended = self.child.wait() => return ended.map_or(Outcome::TimedOut, Outcome::Died),
        };
        if let Ok(Ok(said)) = said {
            return Outcome::Said(said);
        }
        let _ended = self.child.kill().await;
        Outcome::TimedOut
    }

    /// What the process has written, a line each, in the order of each output.
    pub fn log(&self) -> Vec<String> {
        lines(&self.log)
    }

    /// What the process has taken; fails when it has ended.
    pub fn usage(&self) -> io::Result<Usage> {
        let gone = || io::Error::from(io::ErrorKind::NotFound);
        Usage::of(self.child.id().ok_or_else(gone)?)
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

impl Said {
    /// The answer as JSON, or what was said in its place.
    pub fn response(&self) -> Result<serde_json::Value, &Self> {
        match self {
            Self::Response(body) => serde_json::from_slice(body).map_err(|_unreadable| self),
            Self::Error { .. } => Err(self),
        }
    }
}

/// A process as Lambda starts it.
fn command(setup: &Setup, address: &str) -> Command {
    let memory = setup.memory_mb.to_string();
    let mut command = Command::new(&setup.binary);
    command
        .env_clear()
        .envs([
            ("AWS_LAMBDA_RUNTIME_API", address),
            ("AWS_LAMBDA_FUNCTION_NAME", &setup.name),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", &memory),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/local"),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "local"),
            ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_DEFAULT_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
            // There is nobody to ask who we are.
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("_HANDLER", "bootstrap"),
        ])
        .envs(&setup.environment)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    command
}

async fn keep(output: impl AsyncRead + Unpin, log: Arc<Mutex<Vec<String>>>) {
    let mut read = BufReader::new(output).lines();
    while let Ok(Some(line)) = read.next_line().await {
        log.lock().unwrap_or_else(PoisonError::into_inner).push(line);
    }
}

fn lines(log: &Mutex<Vec<String>>) -> Vec<String> {
    log.lock().unwrap_or_else(PoisonError::into_inner).clone()
}

/// An event of an invocation that may take `limit` from `now` on.
pub fn invocation(id: &str, event: Bytes, now: Timestamp, limit: Duration) -> Invocation {
    let limit = i64::try_from(limit.as_millis()).unwrap_or(i64::MAX);
    let deadline_ms = now.as_millisecond().saturating_add(limit);
    Invocation { request_id: id.to_owned(), event, deadline_ms, trace_id: None }
}
