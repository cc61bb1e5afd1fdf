//! Many plays at a time, and what came of them.

use std::collections::BTreeMap;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Mutex;

use crate::campaign::flow::Flow;
use crate::campaign::play::{Outcome, Played, judged, play};
use crate::faulty::{Callee, Fault, Injection};

/// How many plays there are at a time: most of them wait for a time-out.
const THREADS: usize = 8;

/// What came of a campaign.
#[derive(Debug, Default)]
pub struct Tally {
    flows: BTreeMap<Flow, Row>,
    /// What is wrong, with where.
    pub wrong: Vec<String>,
}

#[derive(Debug, Default)]
struct Row {
    calls: usize,
    injections: BTreeMap<Injection, usize>,
    outcomes: BTreeMap<Outcome, usize>,
    missed: usize,
}

/// A fault in a flow.
pub type Case = (Flow, Fault);

impl Tally {
    /// Plays `flows` undisturbed, and then with each of those faults in turn that `chosen` leaves.
    pub fn of(flows: &[Flow], chosen: impl FnOnce(Vec<Case>) -> Vec<Case>) -> Self {
        let mut tally = Self::default();
        let mut undisturbed = BTreeMap::new();
        for (flow, played) in at_a_time(flows, |flow| (*flow, begun(*flow, None))) {
            match played {
                Ok(played) => {
                    tally.wrong.extend(
                        played.broken.iter().map(|wrong| format!("{flow:?}, undisturbed: {wrong}")),
                    );
                    tally.flows.entry(flow).or_default().calls = played.calls.len();
                    undisturbed.insert(flow, played);
                }
                Err(panicked) => tally.wrong.push(format!("{flow:?}, undisturbed: {panicked}")),
            }
        }
        let all = undisturbed.iter().flat_map(|(flow, played)| cases(*flow, played)).collect();
        let cases = chosen(all);
        let tried = at_a_time(&cases, |case| (*case, tried(*case, &undisturbed[&case.0])));
        for ((flow, (_at, injection)), tried) in tried {
            tally.count((flow, injection), tried);
        }
        tally.wrong.sort();
        tally
    }

    fn count(&mut self, (flow, injection): (Flow, Injection), tried: Tried) {
        let row = self.flows.entry(flow).or_default();
        match tried {
            Ok(None) => row.missed += 1,
            Ok(Some(outcome)) => {
                *row.injections.entry(injection).or_default() += 1;
                *row.outcomes.entry(outcome).or_default() += 1;
            }
            Err(wrong) => {
                *row.injections.entry(injection).or_default() += 1;
                self.wrong.extend(wrong);
            }
        }
    }

    /// How many faults befell somebody.
    pub fn injections(&self) -> usize {
        self.flows.values().flat_map(|row| row.injections.values()).sum()
    }
}

/// How a flow ended in which something went wrong; none where it never came to that call.
type Tried = Result<Option<Outcome>, Vec<String>>;

/// Plays one case. What is wrong is told at once: a campaign takes minutes.
#[expect(clippy::print_stderr, reason = "whoever runs it waits for news")]
fn tried((flow, fault): Case, undisturbed: &Played) -> Tried {
    let tried = match begun(flow, Some(fault)) {
        Err(panicked) => Err(vec![panicked]),
        Ok(played) if !played.befallen && played.broken.is_empty() => Ok(None),
        Ok(played) => judged(&played, undisturbed).map(Some),
    };
    tried.map_err(|wrong| {
        let (at, injection) = fault;
        let call = undisturbed.calls.get(at - 1).map_or("?", |call| call.name.as_str());
        let place = format!("{flow:?}, {injection:?} at call {at} ({call})");
        let told = wrong.into_iter().map(|wrong| format!("{place}: {wrong}"));
        told.inspect(|told| eprintln!("{told}")).collect()
    })
}

/// `count` of `cases`, which `seed` chooses: the same ones each time.
pub fn sample(mut cases: Vec<Case>, seed: u64, count: usize) -> Vec<Case> {
    let drawn = |case: &Case| {
        let text = format!("{seed} {case:?}");
        // FNV-1a: another seed is another order, and nothing hangs on how good it is.
        text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        })
    };
    cases.sort_by_key(drawn);
    cases.truncate(count);
    cases
}

/// Every fault that makes sense in a flow. A job reads the table by the same few functions again and
/// again, and comes back whatever its read failed of: there it is enough that each is refused once.
fn cases(flow: Flow, played: &Played) -> impl Iterator<Item = Case> {
    let is_job = flow.job_kind().is_some();
    played.calls.iter().enumerate().flat_map(move |(place, call)| {
        let only_refused = is_job && call.callee == Callee::Table && !call.changes;
        let enough = move |it: &Injection| !only_refused || *it == Injection::Refused;
        let befall = Injection::ALL.into_iter().filter(|injection| injection.befalls(call));
        let befall = befall.filter(enough);
        befall.map(move |injection| (flow, (place + 1, injection)))
    })
}

/// Plays it in a runtime of its own, which ends with it and takes every service of its story along.
fn begun(flow: Flow, fault: Option<Fault>) -> Result<Played, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let played = catch_unwind(AssertUnwindSafe(|| runtime.block_on(Box::pin(play(flow, fault)))));
    played.map_err(|panicked| {
        let told = panicked.downcast_ref::<String>().cloned();
        let told = told.or_else(|| panicked.downcast_ref::<&str>().map(|told| (*told).to_owned()));
        told.unwrap_or_else(|| "it panicked".to_owned())
    })
}

/// What `work` makes of each of `all`, [`THREADS`] at a time, in the order in which they were ready.
#[expect(clippy::print_stderr, reason = "whoever runs it waits for news")]
fn at_a_time<T: Sync, R: Send>(all: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let (left, done) = (Mutex::new(all.iter()), Mutex::new(Vec::new()));
    let next = || left.lock().unwrap().next();
    let work_on = || {
        while let Some(one) = next() {
            let made = work(one);
            let mut done = done.lock().unwrap();
            done.push(made);
            if done.len().is_multiple_of(50) {
                eprintln!("played {} of {}", done.len(), all.len());
            }
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(work_on);
        }
    });
    done.into_inner().unwrap()
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let heads = ["refused", "lost", "all lost", "throttled", "conflict", "time-out", "kill"];
        write!(f, "{:<22}{:>6}", "flow", "calls")?;
        for head in heads {
            write!(f, "{head:>10}")?;
        }
        writeln!(f, "{:>10}{:>12}{:>10}{:>8}", "as ever", "asked again", "told", "missed")?;
        for (flow, row) in &self.flows {
            write!(f, "{:<22}{:>6}", format!("{flow:?}"), row.calls)?;
            for injection in Injection::ALL {
                write!(f, "{:>10}", row.injections.get(&injection).unwrap_or(&0))?;
            }
            let ended = |outcome| row.outcomes.get(&outcome).unwrap_or(&0);
            let [as_ever, again, told] =
                [Outcome::AsEver, Outcome::AskedAgain, Outcome::VisibleFailure].map(ended);
            writeln!(f, "{as_ever:>10}{again:>12}{told:>10}{:>8}", row.missed)?;
        }
        write!(f, "{} faults, {} wrong", self.injections(), self.wrong.len())
    }
}
