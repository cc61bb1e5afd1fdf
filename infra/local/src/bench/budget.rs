//! What a function may take. Times are held against the middle of the starts.

use std::fmt;

use crate::bench::binaries::{Name, Weight};
use crate::bench::measure::Figures;

/// A binary, in KiB.
const BINARY_KIB: u64 = 8 * 1024;
/// A binary in its zip, in KiB.
const ZIP_KIB: u64 = 4 * 1024;
/// From birth until the first event is asked for, whether or not AWS can be reached, in microseconds.
const START_US: u64 = 10_000;
/// Of a processor until then, in microseconds.
const START_CPU_US: u64 = 4_000;
/// The same as [`START_US`] against the bare function of the same run, in hundredths.
const START_RATIO: u64 = 400;
/// From the first event to its answer, in microseconds.
const FIRST_US: u64 = 40_000;
/// Memory after all requests, in KiB.
const RSS_KIB: u64 = 40 * 1024;

/// What a budget is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// What is the same on every machine, whatever else it does: size, memory.
    Amount,
    /// What depends on the machine and on what else it does.
    Time,
}

/// Something that is too much.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excess {
    function: Name,
    kind: Kind,
    what: &'static str,
    is: u64,
    may: u64,
}

impl Excess {
    /// What it is about.
    pub const fn kind(&self) -> Kind {
        self.kind
    }
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { function, kind: _, what, is, may } = self;
        write!(f, "{function}: {what} is {is}, and may be {may}")
    }
}

/// What of a function is too much; `bare` is the one it is held against.
pub fn excesses(name: Name, weight: Weight, figures: &Figures, bare: &Figures) -> Vec<Excess> {
    let ratio = ratio(figures.start.p50_us, bare.start.p50_us);
    let limits = [
        (Kind::Amount, "the binary in KiB", weight.binary_kib, BINARY_KIB),
        (Kind::Amount, "the zip in KiB", weight.zip_kib, ZIP_KIB),
        (Kind::Time, "the start in µs", figures.start.p50_us, START_US),
        (
            Kind::Time,
            "the processor's time of the start in µs",
            figures.start_cpu.p50_us,
            START_CPU_US,
        ),
        (Kind::Time, "the start in hundredths of the bare function's", ratio, START_RATIO),
        (Kind::Time, "the start without AWS in µs", figures.cut_off.p50_us, START_US),
        (
            Kind::Time,
            "the processor's time of the start without AWS in µs",
            figures.cut_off_cpu.p50_us,
            START_CPU_US,
        ),
        (Kind::Time, "the first answer in µs", figures.first.p50_us, FIRST_US),
        (Kind::Amount, "the memory in KiB", figures.rss_end_kib, RSS_KIB),
    ];
    let over = limits.into_iter().filter(|(_kind, _what, is, may)| is > may);
    over.map(|(kind, what, is, may)| Excess { function: name, kind, what, is, may }).collect()
}

/// What `is` comes to in hundredths of `of`; of nothing it is nothing.
pub fn ratio(is: u64, of: u64) -> u64 {
    is.saturating_mul(100).checked_div(of).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use crate::bench::spread::Spread;

    use super::*;

    fn spread(p50_us: u64) -> Spread {
        Spread { p50_us, ..Spread::default() }
    }

    fn figures(start: u64, cpu: u64, first: u64, rss_end_kib: u64) -> Figures {
        let (start, start_cpu, first) = (spread(start), spread(cpu), spread(first));
        let (cut_off, cut_off_cpu) = (start, start_cpu);
        Figures { start, start_cpu, cut_off, cut_off_cpu, first, rss_end_kib, ..Figures::default() }
    }

    const BARE_US: u64 = 2_500;

    #[test]
    fn what_just_fits_is_within_budget() {
        let weight = Weight { binary_kib: 8_192, zip_kib: 4_096 };
        let bare = figures(BARE_US, 0, 0, 0);
        let just = figures(10_000, 4_000, 40_000, 40_960);
        assert_eq!(excesses(Name::Tasks, weight, &just, &bare), []);
    }

    #[test]
    fn each_that_is_a_little_too_much_is_told_with_what_it_may_be() {
        let weight = Weight { binary_kib: 8_193, zip_kib: 4_097 };
        let bare = figures(BARE_US, 0, 0, 0);
        let much = figures(10_025, 4_001, 40_001, 40_961);

        let over = excesses(Name::Tasks, weight, &much, &bare);

        let told: Vec<_> = over.iter().map(ToString::to_string).collect();
        let expected = [
            "tasks: the binary in KiB is 8193, and may be 8192",
            "tasks: the zip in KiB is 4097, and may be 4096",
            "tasks: the start in µs is 10025, and may be 10000",
            "tasks: the processor's time of the start in µs is 4001, and may be 4000",
            "tasks: the start in hundredths of the bare function's is 401, and may be 400",
            "tasks: the start without AWS in µs is 10025, and may be 10000",
            "tasks: the processor's time of the start without AWS in µs is 4001, and may be 4000",
            "tasks: the first answer in µs is 40001, and may be 40000",
            "tasks: the memory in KiB is 40961, and may be 40960",
        ];
        assert_eq!(told, expected);
        let amounts = |excess: &&Excess| excess.kind() == Kind::Amount;
        let amounts: Vec<_> = over.iter().filter(amounts).map(|excess| excess.is).collect();
        assert_eq!(amounts, [8_193, 4_097, 40_961]);
    }

    #[test]
    fn a_fast_start_is_too_slow_when_the_bare_function_starts_much_faster() {
        let bare = figures(1_000, 0, 0, 0);
        let told = excesses(Name::Auth, Weight::default(), &figures(4_500, 0, 0, 0), &bare);
        let told: Vec<_> = told.iter().map(ToString::to_string).collect();
        let ratio = "auth: the start in hundredths of the bare function's is 450, and may be 400";
        assert_eq!(told, [ratio]);
    }

    #[test]
    fn a_ratio_to_nothing_is_nothing() {
        assert_eq!((ratio(5, 2), ratio(5, 0)), (250, 0));
    }
}
