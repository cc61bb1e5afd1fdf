//! The demo: the five days of a simulation, played against a running stack over HTTP, as the web
//! client would.
//!
//! Read [`play`] first: it is the story. Each step is a call, what its answer must be, and a line.

mod answer;
mod call;
mod candidate;
mod code_day;
mod recruiter;
mod repository;
mod review;
mod stage;

use std::fmt;
use std::io::{self, Write};
use std::time::Duration;

use url::Url;

use crate::demo::stage::Stage;

/// Where the parts of the stack are.
#[derive(Debug, Clone)]
pub struct Places {
    /// The API: `/health` and `/api` are under it.
    pub api: Url,
    /// The mailbox: `mail.json` is under it.
    pub mailbox: Url,
    /// The issuer: `mint` is under it.
    pub issuer: Url,
    /// The root of GitHub's API.
    pub github: Url,
    /// The token that GitHub takes.
    pub github_token: String,
}

/// How patient the demo is.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How long to wait between two looks at the same thing.
    pub poll: Duration,
    /// How long any background work may take before its step fails.
    pub patience: Duration,
    /// How long a test run takes in this stack: the answers that start one must come sooner.
    pub run_takes: Duration,
    /// Whether what is refused for the moment is asked for again, as the web client does, until the
    /// patience ends: only where GitHub misbehaves.
    pub tries_again: bool,
}

impl Default for Options {
    /// The web client's cadence, a minute of patience, and runs as long as the local GitHub's.
    fn default() -> Self {
        Self {
            poll: Duration::from_millis(1_500),
            patience: Duration::from_mins(1),
            run_takes: Duration::from_millis(1_500),
            tries_again: false,
        }
    }
}

/// How a demo went that succeeded. Shows itself as the text the demo ends with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Steps taken; one that looked several times counts once.
    pub steps: u32,
    /// The API's slowest answer.
    pub slowest: Option<Slowest>,
    /// From beginning to end, waiting included.
    pub took: Duration,
    /// Pages that show what happened: a title and an address each.
    pub look_at: Vec<(&'static str, String)>,
}

/// The answer that took longest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slowest {
    /// Method and path, without ids and secrets.
    pub call: String,
    /// From the first byte sent to the last one read.
    pub took: Duration,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { steps, slowest, took, look_at: _ } = self;
        writeln!(
            f,
            "All five days went as promised: {steps} steps in {:.1} s.",
            took.as_secs_f64()
        )?;
        if let Some(Slowest { call, took }) = slowest {
            writeln!(f, "The slowest answer took {} ms: {call}.", took.as_millis())?;
        }
        Ok(())
    }
}

/// Why a demo ended early.
#[derive(Debug, thiserror::Error)]
pub enum DemoFailed {
    #[error("cannot build the demo's HTTP client")]
    Client(#[source] reqwest::Error),
    #[error("step {step}: `{call}` got no answer")]
    Unanswered { step: u32, call: String, source: reqwest::Error },
    #[error("step {step}: `{call}` was to answer with {expected}, and came with {came}")]
    Unexpected { step: u32, call: String, expected: String, came: String },
    #[error("cannot print what happens in the demo")]
    Print(#[source] io::Error),
}

/// Plays the five days and prints a line for each step to `out`; the first answer that is not as
/// promised ends it.
pub async fn play(
    places: &Places,
    options: &Options,
    out: &mut (dyn Write + Send),
) -> Result<Summary, DemoFailed> {
    let stage = &mut Stage::new(places, options, out)?;

    stage.chapter("before");
    let recruiter = recruiter::signs_in(stage).await?;
    let rival = recruiter::rival_signs_in(stage).await?;
    let simulation = recruiter::creates_a_simulation(stage, &recruiter).await?;
    let [day1, day2, day3, day4, day5] = simulation.tasks;
    let invite = recruiter::invites_ada(stage, &recruiter, &simulation).await?;
    recruiter::hides_it_from_the_rival(stage, &rival, &simulation).await?;
    recruiter::sees_the_mail_go_out(stage, &recruiter, &invite).await?;
    let ada = candidate::follows_the_link(stage, &invite).await?;

    stage.chapter("day 1");
    candidate::may_neither_skip_a_day_nor_hand_in_nothing(stage, &ada, day1, day2).await?;
    candidate::writes(stage, &ada, day1).await?;
    candidate::cannot_hand_in_twice(stage, &ada, day1).await?;

    stage.chapter("day 2");
    let feature = code_day::opens_the_first_workspace(stage, &ada, day2).await?;
    code_day::is_told_what_fails(stage, &ada, &feature).await?;
    let work = code_day::mends_it_and_is_told_so(stage, &ada, &feature).await?;
    code_day::hands_in(stage, &ada, &feature, &work).await?;
    repository::pushes_too_late(stage, &feature.repository).await?;
    review::sees_the_code_at_once(stage, &recruiter, &invite, &feature, &work).await?;

    stage.chapter("day 3");
    let repair = code_day::opens_the_next_workspace(stage, &ada, day3).await?;
    let mended = repository::pushes_the_fix(stage, &repair.repository).await?;
    code_day::hands_in(stage, &ada, &repair, &mended).await?;

    stage.chapter("day 4");
    candidate::writes(stage, &ada, day4).await?;

    stage.chapter("day 5");
    candidate::writes(stage, &ada, day5).await?;
    candidate::has_nothing_left_to_do(stage, &ada).await?;

    stage.chapter("after");
    recruiter::cannot_invite_ada_again(stage, &recruiter, &simulation).await?;
    review::sees_ada_complete(stage, &recruiter, &invite).await?;
    let handed_in = review::lists_five_days(stage, &recruiter, &invite).await?;
    let [plan, code, debugging, handoff, documentation] = handed_in;
    review::reads_a_text(stage, &recruiter, plan, (1, "design")).await?;
    review::reads_the_code(stage, &recruiter, code, &feature, &work).await?;
    review::reads_the_code(stage, &recruiter, debugging, &repair, &mended).await?;
    review::reads_a_text(stage, &recruiter, handoff, (4, "handoff")).await?;
    review::reads_a_text(stage, &recruiter, documentation, (5, "documentation")).await?;
    review::shows_the_rival_nothing(stage, &rival, &invite, plan).await?;

    stage.ends(&[&feature.repository, &repair.repository])
}
