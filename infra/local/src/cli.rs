//! What the program understands, and what it prints.
#![expect(clippy::print_stderr, reason = "a program talks to its terminal")]

/// Tells the terminal a line. Nobody listening (`cargo dev | head`) is no reason to end.
macro_rules! say {
    ($($text:tt)*) => {{
        let _ = writeln!(stdout(), $($text)*);
    }};
}

mod bench;
mod misbehaviour;
mod services;
mod templates;
mod wake;
pub(crate) mod words;

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{self, Write, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Args, Parser, Subcommand};
use jiff::SignedDuration;
use local::environment::{self, EnvironmentError};
use local::github::runs::RunTiming;
use local::places::{GITHUB_TOKEN, Places};
use local::stack::{Data, GitHubAs, Listeners, Options, Stack};
use local::template_check::{self, Asked};
use local::{demo, generated};
use shared::clock::Clock;
use shared::mint::Mint;
use tokio::net::TcpListener;
use url::Url;

use crate::cli::bench::Bench;
use crate::cli::misbehaviour::{CHAOS_PATIENCE, Chaos, Dealt, Misbehaviour};
use crate::cli::services::Services;

/// How long a run takes in the demo: long enough to see that nobody waits for it.
const DEMO_RUN_MS: u32 = 5_000;
/// How often the web client asks for a run.
const DEMO_POLL: Duration = Duration::from_millis(1_500);

/// Everything Tenon needs, on this machine: API, table, GitHub, mailbox, identity provider.
///
/// Without a command it starts everything and stays up. Each setting of the environment, and of the
/// file .env in the working directory, replaces what the stack would provide.
#[derive(Debug, Parser)]
#[command(name = "cargo dev", bin_name = "cargo dev")]
pub(crate) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    up: Up,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Measure what the functions cost, as they are deployed.
    #[command(subcommand)]
    Bench(Bench),
    /// Play the five days over HTTP against a fresh stack, printing one line a step.
    Demo(Demo),
    /// Write everything anew that is made from the code: docs/ and .env.example.
    Docs,
    /// Start everything but the API, for functions that run under `cargo lambda watch`.
    Services(Services),
    /// Check the template repositories on GitHub: look at them, or try them out.
    ///
    /// Needs no stack, only the settings of GitHub. Ends with 0 when all templates are well, with 1
    /// when some are not or it was interrupted, with 2 when it cannot begin.
    Templates(Asked),
}

impl Command {
    /// Whether its log is the functions' own, and not for people.
    const fn logs_by_itself(&self) -> bool {
        matches!(self, Self::Bench(Bench::Functions))
    }
}

#[derive(Debug, Args)]
struct Up {
    /// The API's port; the start page has the next one. 0 takes two free ones.
    #[arg(long, default_value_t = 9000, value_parser = clap::value_parser!(u16).range(..65535))]
    port: u16,
    /// Believe whoever calls from this machine: `Authorization: Bearer recruiter:EMAIL` or
    /// `candidate:EMAIL`, and `x-dev-user-email: EMAIL` for a recruiter who is known.
    #[arg(long)]
    dev_identities: bool,
    #[command(flatten)]
    keep: Keep,
    #[command(flatten)]
    behaviour: Behaviour,
}

#[derive(Debug, Args)]
struct Keep {
    /// Where data is kept.
    #[arg(long, value_name = "DIR", default_value = ".tenon", conflicts_with = "memory")]
    data: PathBuf,
    /// Keep nothing.
    #[arg(long)]
    memory: bool,
}

#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
struct Behaviour {
    /// How far the table's index reads lag behind, in milliseconds; on AWS up to a second is normal.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    index_lag_ms: u32,
    /// How long a test run takes, in milliseconds.
    #[arg(long, value_name = "MS")]
    run_ms: Option<u32>,
    /// How long every call to the local GitHub takes, in milliseconds.
    #[arg(long, value_name = "MS", default_value_t = 0)]
    github_latency_ms: u32,
    #[command(flatten)]
    github: Misbehaviour,
    /// Call the local GitHub with a token, and not as a GitHub App.
    #[arg(long)]
    github_token: bool,
    /// Have the local GitHub refuse calls above the real one's limits, and Tenon keep its own pace.
    #[arg(long)]
    github_limits: bool,
}

#[derive(Debug, Args)]
struct Demo {
    #[command(flatten)]
    behaviour: Behaviour,
    /// How often a test run is asked for, in milliseconds; the web client asks every 1.5 s.
    #[arg(long, value_name = "MS", default_value_t = 1_500)]
    poll_ms: u32,
    /// Keep the stack up afterwards, to look at what became of it.
    #[arg(long)]
    stay: bool,
    #[command(flatten)]
    chaos: Chaos,
}

/// Why the program ended.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("port {port} is taken: end what uses it, or choose another with --port")]
    PortTaken { port: u16, source: io::Error },
    #[error("cannot write {}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("the settings cannot be used")]
    Environment(#[from] EnvironmentError),
    #[error("the stack did not start")]
    Stack(#[from] local::stack::StackError),
    #[error("an address of the stack makes no sense")]
    Address(#[from] url::ParseError),
    #[error("the functions do not answer")]
    Functions(#[from] reqwest::Error),
    #[error("the API document makes no JSON")]
    Document(#[from] serde_json::Error),
    #[error("the demo failed")]
    Demo(#[from] demo::DemoFailed),
    #[error("nothing could be measured")]
    Bench(#[from] local::bench::CannotMeasure),
    #[error("the templates cannot be checked")]
    Templates(#[from] template_check::CannotBegin),
}

/// Tells a failure and its causes, one a line.
pub(crate) fn complain(failure: &Failure) {
    eprintln!("error: {failure}");
    let mut cause = failure.source();
    while let Some(error) = cause {
        eprintln!("  because: {error}");
        cause = error.source();
    }
}

/// Does what was asked for.
pub(crate) async fn run(arguments: Arguments) -> Result<ExitCode, Failure> {
    let done = match arguments.command {
        None => up(arguments.up).await,
        Some(Command::Demo(demo)) => play(demo).await,
        Some(Command::Docs) => write_generated(),
        Some(Command::Services(asked)) => services::serve(asked).await,
        Some(Command::Bench(asked)) => return bench::measure(&asked).await,
        Some(Command::Templates(asked)) => return Ok(templates::check(&asked).await),
    };
    done.map(|()| ExitCode::SUCCESS)
}

async fn up(up: Up) -> Result<(), Failure> {
    let started = Instant::now();
    let mut overrides = overrides(file()?.as_deref())?;
    if up.dev_identities {
        overrides.insert("DEV_AUTH_BYPASS".to_owned(), "1".to_owned());
    }
    let options = options(data(&up.keep), &up.behaviour, None, overrides);
    let pages_port = if up.port == 0 { 0 } else { up.port + 1 };
    let listeners =
        Listeners { api: Some(listen(up.port).await?), pages: listen(pages_port).await? };
    let stack = Stack::start(options, listeners).await?;
    up.behaviour.github.apply(&stack.github);
    let worker = tokio::spawn(Arc::clone(&stack.worker).run());
    let Places { api, pages, github, .. } = &stack.places;
    say!("Tenon is up after {} ms. Ctrl-C ends it.\n", started.elapsed().as_millis());
    say!("  API          {api}");
    say!("  start here   {pages}     mailbox, GitHub, tokens");
    say!("  mailbox      {pages}mail");
    say!("  tokens       {pages}mint");
    say!("  GitHub       {github}");
    say!("  data         {}", described(&up.keep));
    say!("\n  recruiters   recruiter1@local.test, recruiter2@local.test");
    if stack.app.config.dev_identities {
        say!(
            "\n  Whoever calls from this machine is believed: Bearer recruiter:EMAIL, candidate:EMAIL"
        );
    }
    until_interrupted(worker).await;
    Ok(())
}

async fn play(asked: Demo) -> Result<(), Failure> {
    let run_ms = asked.behaviour.run_ms.unwrap_or(DEMO_RUN_MS);
    let behaviour = Behaviour { run_ms: Some(run_ms), ..asked.behaviour };
    let listeners = Listeners { api: Some(listen(0).await?), pages: listen(0).await? };
    // What is in .env is for who works here, not for a play on a stack of its own.
    let options = options(Data::Memory, &behaviour, None, overrides(None)?);
    let stack = Stack::start(options, listeners).await?;
    behaviour.github.apply(&stack.github);
    let seed = asked.chaos.reign(&stack.github);
    let worker = tokio::spawn(Arc::clone(&stack.worker).run());
    let mut options = demo_options(milliseconds(asked.poll_ms), run_ms);
    if let Some(seed) = seed {
        say!("Chaos of seed {seed} reigns on GitHub.\n");
        options = demo::Options { patience: CHAOS_PATIENCE, tries_again: true, ..options };
    }
    let played = play_on(&stack, &options).await;
    if let Some(seed) = seed {
        say!("{}", Dealt { seed, github: &stack.github });
    }
    if asked.stay {
        say!("\nThe stack is still up. Ctrl-C ends it. Look at");
        for (title, address) in played.iter().flat_map(|played| &played.look_at) {
            say!("  {title:<28} {address}");
        }
        until_interrupted(worker).await;
    } else {
        worker.abort();
    }
    played.map(|_summary| ())
}

/// How the demo is played on a stack whose runs take `run_ms`.
fn demo_options(poll: Duration, run_ms: u32) -> demo::Options {
    demo::Options { poll, run_takes: milliseconds(run_ms), ..demo::Options::default() }
}

/// Plays the demo against a stack.
async fn play_on(stack: &Stack, options: &demo::Options) -> Result<demo::Summary, Failure> {
    let places = demo::Places {
        api: Url::parse(&stack.places.api)?,
        mailbox: Url::parse(&stack.places.pages)?,
        issuer: Url::parse(&stack.places.pages)?,
        github: Url::parse(&stack.places.github)?,
        github_token: GITHUB_TOKEN.to_owned(),
    };
    Ok(demo::play(&places, options, &mut stdout()).await?)
}

async fn until_interrupted(worker: tokio::task::JoinHandle<()>) {
    signal().await;
    worker.abort();
}

async fn signal() {
    // Without a signal to wait for there is nothing to do but to stay up.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

async fn listen(port: u16) -> Result<TcpListener, Failure> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await;
    listener.map_err(|source| Failure::PortTaken { port, source })
}

fn options(
    data: Data,
    behaviour: &Behaviour,
    functions: Option<String>,
    overrides: BTreeMap<String, String>,
) -> Options {
    let timing = behaviour.run_ms.map_or_else(RunTiming::default, |run_ms| RunTiming {
        queued: SignedDuration::from_millis(i64::from(run_ms) / 5),
        running: SignedDuration::from_millis(i64::from(run_ms) * 4 / 5),
    });
    Options {
        data,
        clock: Clock::System,
        mint: Mint::System,
        index_lag: milliseconds(behaviour.index_lag_ms),
        timing,
        github_latency: milliseconds(behaviour.github_latency_ms),
        github_as: if behaviour.github_token { GitHubAs::Token } else { GitHubAs::App },
        github_limits: behaviour.github_limits,
        functions,
        overrides,
        environment: "local",
    }
}

/// Every setting of the environment, and of `file` those that it does not have.
fn overrides(file: Option<&str>) -> Result<BTreeMap<String, String>, Failure> {
    let environment = std::env::vars_os();
    let environment = environment
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let told = environment::told(environment, file)?;
    for name in told.unknown {
        eprintln!("note: {name} is set, but there is no such setting");
    }
    Ok(told.settings)
}

/// The file `.env` of the working directory, if there is one.
fn file() -> Result<Option<String>, Failure> {
    match std::fs::read_to_string(environment::FILE) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(EnvironmentError::Unreadable(error).into()),
    }
}

/// Writes what is made from the code, wherever in the repository this was asked for.
fn write_generated() -> Result<(), Failure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for (name, text) in generated::files()? {
        let path = root.join(&name);
        std::fs::write(&path, text).map_err(|source| Failure::File { path, source })?;
        say!("wrote {name}");
    }
    Ok(())
}

fn data(keep: &Keep) -> Data {
    if keep.memory { Data::Memory } else { Data::Folder(keep.data.clone()) }
}

fn described(keep: &Keep) -> String {
    if keep.memory { "in memory".to_owned() } else { keep.data.display().to_string() }
}

fn milliseconds(count: u32) -> Duration {
    Duration::from_millis(count.into())
}
