//! Starts processes and asks them; all functions in turn, so that what else the machine does befalls each.

use std::collections::BTreeMap;
use std::io::Write;
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde::Serialize;
use shared::clock::Clock;

use crate::bench::CannotMeasure;
use crate::bench::binaries::{Binaries, Name};
use crate::bench::event::{event, wrong};
use crate::bench::scene::Scene;
use crate::bench::spread::{Spread, median, microseconds};
use crate::lambda::process::{Function, Setup, invocation};
use crate::lambda::usage::Usage;

/// How long an answer may take.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);
/// How many answers tell how fast a process serves.
const WARM_MEASURED: usize = 50;
/// The memory a function is told to have, in MB.
const MEMORY_MB: u32 = 256;

/// How often what is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Measured starts of each function.
    pub runs: u32,
    /// Requests that one process of each serves.
    pub warm: u32,
}

/// What was measured of a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// From birth until the first event is asked for.
    pub start: Spread,
    /// Of a processor until then.
    pub start_cpu: Spread,
    /// From birth until the first event is asked for, when nothing of AWS can be reached.
    pub cut_off: Spread,
    /// Of a processor until then.
    pub cut_off_cpu: Spread,
    /// From the first event to its answer.
    pub first: Spread,
    /// From a later event to its answer.
    pub warm: Spread,
    /// Of a processor for an answer, in microseconds; of all answers, but for the first.
    pub warm_cpu_us: u64,
    /// Memory after the first answer, in KiB.
    pub rss_first_kib: u64,
    /// Memory after all answers, in KiB.
    pub rss_end_kib: u64,
}

/// What the starts of one function took.
#[derive(Debug, Default)]
struct Starts {
    start: Vec<Duration>,
    start_cpu: Vec<Duration>,
    cut_off: Vec<Duration>,
    cut_off_cpu: Vec<Duration>,
    first: Vec<Duration>,
    rss_kib: Vec<u64>,
}

/// A function that can be started, with the event for it.
struct Candidate {
    name: Name,
    connected: Setup,
    cut_off: Setup,
    event: Bytes,
}

/// Measures `names` against `scene`, in their order; `progress` is told a line a round.
pub(super) async fn measure(
    scene: &Scene,
    binaries: &Binaries,
    names: &[Name],
    counts: Counts,
    progress: &mut impl Write,
) -> Result<Vec<(Name, Figures)>, CannotMeasure> {
    let candidates: Vec<_> =
        names.iter().map(|name| Candidate::new(*name, scene, binaries)).collect();
    let mut starts: BTreeMap<Name, Starts> = BTreeMap::new();
    for round in 0..=counts.runs {
        for candidate in &candidates {
            // The first round brings the binaries into memory.
            let mut unmeasured = Starts::default();
            let measured = starts.entry(candidate.name).or_default();
            let into = if round == 0 { &mut unmeasured } else { measured };
            candidate.start_twice(into).await?;
        }
        writeln!(progress, "started {round} of {} times", counts.runs)?;
    }
    let mut figures = Vec::new();
    for candidate in &candidates {
        let starts = starts.remove(&candidate.name).unwrap_or_default();
        let served = candidate.serve(counts.warm, Figures::from(&starts)).await?;
        figures.push((candidate.name, served));
        writeln!(progress, "{} has served {} requests", candidate.name, counts.warm)?;
    }
    Ok(figures)
}

impl From<&Starts> for Figures {
    fn from(starts: &Starts) -> Self {
        Self {
            start: Spread::of(&starts.start),
            start_cpu: Spread::of(&starts.start_cpu),
            cut_off: Spread::of(&starts.cut_off),
            cut_off_cpu: Spread::of(&starts.cut_off_cpu),
            first: Spread::of(&starts.first),
            rss_first_kib: median(&starts.rss_kib),
            ..Self::default()
        }
    }
}

impl Candidate {
    fn new(name: Name, scene: &Scene, binaries: &Binaries) -> Self {
        let setup = |environment| Setup {
            name: name.to_string(),
            binary: binaries.path(name),
            memory_mb: MEMORY_MB,
            environment,
        };
        let (connected, cut_off) = (setup(scene.connected()), setup(scene.cut_off()));
        Self { name, connected, cut_off, event: event(name, scene) }
    }

    async fn start(&self, setup: &Setup) -> Result<Function, CannotMeasure> {
        let function = self.name;
        Function::start(setup).await.map_err(|source| CannotMeasure::Start { function, source })
    }

    /// Starts it cut off from everything, and again with everything there, when it answers once.
    async fn start_twice(&self, into: &mut Starts) -> Result<(), CannotMeasure> {
        let alone = self.start(&self.cut_off).await?.started();
        into.cut_off.push(alone.took);
        into.cut_off_cpu.push(alone.usage.cpu);
        let mut function = self.start(&self.connected).await?;
        into.start.push(function.started().took);
        into.start_cpu.push(function.started().usage.cpu);
        into.first.push(self.ask(&mut function).await?);
        into.rss_kib.push(self.usage(&function)?.rss_kib);
        Ok(())
    }

    /// One process serves `count` requests after its first: how fast, and what it has taken in the end.
    async fn serve(&self, count: u32, starts: Figures) -> Result<Figures, CannotMeasure> {
        let mut function = self.start(&self.connected).await?;
        self.ask(&mut function).await?;
        let before = self.usage(&function)?;
        let mut times = Vec::new();
        for _asked in 0..count {
            let took = self.ask(&mut function).await?;
            if times.len() < WARM_MEASURED {
                times.push(took);
            }
        }
        let after = self.usage(&function)?;
        let each = after.cpu.saturating_sub(before.cpu).checked_div(count).unwrap_or_default();
        Ok(Figures {
            warm: Spread::of(&times),
            warm_cpu_us: microseconds(each),
            rss_end_kib: after.rss_kib,
            ..starts
        })
    }

    /// How long the answer took.
    async fn ask(&self, function: &mut Function) -> Result<Duration, CannotMeasure> {
        let now = Clock::System.now();
        let invocation =
            invocation("8476a536-e9f4-11e8-9739", self.event.clone(), now, ANSWER_LIMIT);
        let asked = Instant::now();
        let outcome = function.invoke(invocation, now).await;
        let took = asked.elapsed();
        match wrong(self.name, &outcome) {
            None => Ok(took),
            Some(came) => Err(CannotMeasure::Answer { function: self.name, came }),
        }
    }

    fn usage(&self, function: &Function) -> Result<Usage, CannotMeasure> {
        function.usage().map_err(|source| CannotMeasure::Gone { function: self.name, source })
    }
}
