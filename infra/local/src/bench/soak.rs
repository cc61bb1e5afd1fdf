//! `cargo dev bench soak`: people play for minutes while faults befall table, queue, jobs and GitHub. Then the
//! faults end, what is left is done, and it is told whether anything was lost, doubled or stuck, and whether
//! memory or the queue grew.

mod mischief;
mod people;
mod report;
mod samples;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use clap::Args;
use jiff::SignedDuration;
use reqwest::Client;

use crate::bench::apart::{Apart, stack};
use crate::bench::calls::Api;
use crate::bench::days::pause;
use crate::bench::soak::mischief::{Doorkeeper, Mischief, Part};
use crate::bench::soak::people::Crowd;
use crate::bench::soak::report::{Report, lost_answers};
use crate::bench::soak::samples::{Sample, Samples};
use crate::bench::{CannotMeasure, Ended};
use crate::door;
use crate::github::runs::RunTiming;
use crate::invariants::promises::Promises;
use crate::invariants::{Evidence, items_of};
use crate::stack::Stack;

/// Who begins later than that before the end would not be done by then.
const LAST_BEGIN: Duration = Duration::from_secs(20);
/// Between two looks at memory and queue.
const SAMPLE_EVERY: Duration = Duration::from_secs(2);
/// How long what is left may take once nothing befalls it any more: a job that failed several times pauses for minutes.
const DRY_WITHIN: Duration = Duration::from_mins(10);
/// A job that is to be done later than that waits for somebody, for GitHub's limit, or after several failures.
const SOON: SignedDuration = SignedDuration::from_secs(20);

/// How it is to soak.
#[derive(Debug, Args)]
pub struct Asked {
    /// For how many minutes people play.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u64).range(1..=1_440))]
    minutes: u64,
    /// The share of calls to table, queue, jobs and GitHub that faults befall, in percent.
    #[arg(long, value_name = "PERCENT", default_value_t = 5, value_parser = clap::value_parser!(u8).range(..=30))]
    faults: u8,
    /// What faults are drawn from. It repeats the draw, not the order in which calls come.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// How many candidates play at a time.
    #[arg(long, value_name = "COUNT", default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=64))]
    candidates: u32,
    /// Write the figures to this file, too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Write the functions' log to this file.
    #[arg(long, value_name = "FILE")]
    log: Option<PathBuf>,
}

/// Soaks. The summary goes to `out`, and `progress` is told a line now and then.
pub async fn soak(
    asked: &Asked,
    out: &mut impl Write,
    progress: &mut impl Write,
) -> Result<Ended, CannotMeasure> {
    let http = shared::http_client::build()?;
    let mischief = Mischief::new(asked.faults, asked.seed);
    let (stack, apart) = begin(asked.log.as_deref(), &http, &mischief).await?;
    stack.github.be_chaotic(asked.faults, asked.seed);
    let worker = tokio::spawn(Arc::clone(&stack.worker).run());
    let began = Instant::now();
    let last = Duration::from_mins(asked.minutes).saturating_sub(LAST_BEGIN);
    let crowd = Crowd::new(&stack, Api::new(http, &apart.base), began + last)?;
    let samples = Mutex::new(Samples::default());
    writeln!(progress, "{} min, {} %, seed {}", asked.minutes, asked.faults, asked.seed)?;
    let watched = async {
        loop {
            pause(SAMPLE_EVERY).await;
            let sample = Sample::of(&stack, &apart, began)?;
            samples.lock().unwrap_or_else(PoisonError::into_inner).0.push(sample);
        }
    };
    tokio::select! {
        ended = watched => {
            let ended: Result<(), CannotMeasure> = ended;
            ended?;
        }
        played = crowd.play(&stack, asked.candidates) => played?,
    }
    mischief.end();
    stack.github.behave();
    writeln!(progress, "the faults have ended after {} s", began.elapsed().as_secs())?;
    let dry = runs_dry(&stack).await?;
    worker.abort();
    let told = std::mem::take(&mut *crowd.told.lock().unwrap_or_else(PoisonError::into_inner));
    let seen = std::mem::take(&mut *crowd.seen.lock().unwrap_or_else(PoisonError::into_inner));
    let promises = Promises {
        accepted: told.accepted.clone(),
        lost_answers: lost_answers(&stack.github.dealt(), &mischief.dealt()),
    };
    let evidence = Evidence::of(&stack);
    let evidence = evidence.map_err(|error| CannotMeasure::Scene(error.to_string()))?;
    let mut report = Report::default();
    (report.minutes, report.percent, report.seed) = (asked.minutes, asked.faults, asked.seed);
    report.samples = samples.into_inner().unwrap_or_else(PoisonError::into_inner);
    (report.calls, report.table_calls) = (stack.github.total_calls(), apart.table_calls().await?);
    report.of_people(&told, &seen);
    report.of_faults(&stack.github.dealt(), &mischief.dealt());
    report.of_jobs(&evidence, dry);
    report.broken = evidence.broken(&promises).iter().map(ToString::to_string).collect();
    write!(out, "{report}")?;
    if let Some(file) = &asked.json {
        std::fs::write(file, report.to_json()?)?;
    }
    told_in_the_end(&report.wrong(), out)
}

fn told_in_the_end(wrong: &[String], out: &mut impl Write) -> Result<Ended, CannotMeasure> {
    if wrong.is_empty() {
        writeln!(out, "\nNothing was lost, doubled or stuck, and nothing grew.")?;
        return Ok(Ended::Measured);
    }
    writeln!(out, "\nNot as it must be:")?;
    for sentence in wrong {
        writeln!(out, "  {sentence}")?;
    }
    Ok(Ended::OverBudget)
}

/// A stack whose functions reach table and queue, and are reached by the queue, through doors.
async fn begin(
    log: Option<&Path>,
    http: &Client,
    mischief: &Arc<Mischief>,
) -> Result<(Stack, Apart), CannotMeasure> {
    let door = async |part, to: &str| {
        let keeper = Arc::new(Doorkeeper { part, mischief: Arc::clone(mischief) });
        door::open(to, http.clone(), &keeper).await
    };
    let mut apart = Apart::start(log, http.clone()).await?;
    let timing = RunTiming {
        queued: SignedDuration::from_millis(200),
        running: SignedDuration::from_millis(800),
    };
    let stack = stack(door(Part::Jobs, &apart.base).await?, timing).await?;
    let mut settings = stack.settings.clone();
    let table = door(Part::Table, &stack.places.table).await?;
    settings.insert("TENON_TABLE_ENDPOINT".to_owned(), table);
    let queue = door(Part::Queue, &stack.places.queue).await?;
    let url = stack.places.queue_url.replace(&stack.places.queue, &queue);
    settings.insert("TENON_QUEUE_URL".to_owned(), url);
    settings.insert("TENON_QUEUE_ENDPOINT".to_owned(), queue);
    apart.tell(&settings).await?;
    Ok((stack, apart))
}

/// Waits until no job is to be done soon; how long that took, or none when it did not come to an end.
async fn runs_dry(stack: &Stack) -> Result<Option<Duration>, CannotMeasure> {
    let began = Instant::now();
    while began.elapsed() < DRY_WITHIN {
        let items = items_of(&stack.table);
        let items = items.map_err(|error| CannotMeasure::Scene(error.to_string()))?;
        let soon = stack.app.clock.now().checked_add(SOON).unwrap_or(jiff::Timestamp::MAX);
        if report::due_by(&items, soon) == 0 {
            return Ok(Some(began.elapsed()));
        }
        pause(SAMPLE_EVERY).await;
    }
    Ok(None)
}
