//! Memory and queue over time, and whether they grow.

use std::time::Instant;

use serde::Serialize;

use crate::bench::CannotMeasure;
use crate::bench::apart::Apart;
use crate::bench::spread::microseconds;
use crate::stack::Stack;

/// What the last third may have more of memory than the middle one: 5 %, or 2 MiB where that is more.
const MEMORY_PERCENT: u64 = 5;
const MEMORY_KIB: u64 = 2 * 1024;
/// What it may have more of messages that wait for their turn: half of them, and ten. Those that wait for later
/// are as many as candidates came in the last quarter of an hour.
const MESSAGES: u64 = 10;
/// The longest that a message may wait for its turn, in seconds.
pub(super) const WAITS_SECONDS_MAX: u64 = 60;

/// A moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Sample {
    /// Since the beginning.
    pub(super) at_ms: u64,
    /// Memory of the functions' process.
    pub(super) rss_kib: u64,
    /// Messages in the queue, those that are handed over or wait for later among them.
    pub(super) messages: u64,
    /// Messages that could be received and are not yet.
    pub(super) backlog: u64,
    /// How long the oldest message that could be received has waited, in seconds.
    pub(super) oldest_seconds: u64,
}

impl Sample {
    pub(super) fn of(stack: &Stack, apart: &Apart, began: Instant) -> Result<Self, CannotMeasure> {
        let now = stack.app.clock.now();
        let waits = stack.queue.next_due().map_or(0, |due| now.duration_since(due).as_secs());
        Ok(Self {
            at_ms: microseconds(began.elapsed()) / 1_000,
            rss_kib: apart.usage()?.rss_kib,
            messages: u64::try_from(stack.queue.length()).unwrap_or(u64::MAX),
            backlog: u64::try_from(stack.queue.backlog()).unwrap_or(u64::MAX),
            oldest_seconds: u64::try_from(waits).unwrap_or(0),
        })
    }
}

/// All of them, in their order.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(transparent)]
pub(super) struct Samples(pub(super) Vec<Sample>);

impl Samples {
    /// The mean of `what` in each third.
    pub(super) fn thirds(&self, what: impl Fn(&Sample) -> u64) -> [u64; 3] {
        let third = self.0.len() / 3;
        let mean = |from: usize, to: usize| {
            let part = self.0.get(from..to).unwrap_or_default();
            let sum: u64 = part.iter().map(&what).sum();
            sum.checked_div(u64::try_from(part.len()).unwrap_or(0)).unwrap_or(0)
        };
        [mean(0, third), mean(third, 2 * third), mean(2 * third, self.0.len())]
    }

    /// What grew, a sentence each.
    pub(super) fn grown(&self) -> Vec<String> {
        let mut grown = Vec::new();
        let [_first, middle, last] = self.thirds(|sample| sample.rss_kib);
        let may = middle + (middle * MEMORY_PERCENT / 100).max(MEMORY_KIB);
        if last > may {
            grown.push(format!("the memory grew from {middle} to {last} KiB, and may to {may}"));
        }
        let [_first, middle, last] = self.thirds(|sample| sample.backlog);
        let may = middle + middle / 2 + MESSAGES;
        if last > may {
            grown.push(format!(
                "the backlog grew from {middle} to {last} messages, and may to {may}"
            ));
        }
        let oldest = self.0.iter().map(|sample| sample.oldest_seconds).max().unwrap_or(0);
        if oldest > WAITS_SECONDS_MAX {
            grown.push(format!("a message waited {oldest} s, and may wait {WAITS_SECONDS_MAX}"));
        }
        grown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(kib: &[u64], backlogs: &[u64]) -> Samples {
        let both = kib.iter().zip(backlogs);
        let sample = |(rss_kib, backlog): (&u64, &u64)| Sample {
            rss_kib: *rss_kib,
            backlog: *backlog,
            ..Sample::default()
        };
        Samples(both.map(sample).collect())
    }

    #[test]
    fn what_begins_small_and_stays_does_not_grow() {
        let samples =
            samples(&[9_000, 10_000, 40_000, 41_000, 41_000, 43_000], &[0, 9, 4, 6, 5, 9]);
        assert_eq!(samples.thirds(|sample| sample.rss_kib), [9_500, 40_500, 42_000]);
        assert_eq!(samples.grown(), Vec::<String>::new());
    }

    #[test]
    fn what_goes_on_growing_is_told() {
        let mut samples = samples(&[1, 1, 40_000, 40_000, 42_049, 42_049], &[0, 0, 2, 2, 14, 14]);
        samples.0[5].oldest_seconds = 61;
        let told = [
            "the memory grew from 40000 to 42049 KiB, and may to 42048",
            "the backlog grew from 2 to 14 messages, and may to 13",
            "a message waited 61 s, and may wait 60",
        ];
        assert_eq!(samples.grown(), told);
    }
}
