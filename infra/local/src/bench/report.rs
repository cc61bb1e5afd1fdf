//! The figures, for people and for programs.

use std::{fmt, io};

use serde::Serialize;

use crate::bench::binaries::{Name, Weight};
use crate::bench::budget::{Excess, excesses, ratio};
use crate::bench::measure::{Counts, Figures};

/// Everything of one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    profile: String,
    counts: Counts,
    functions: Vec<Row>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    name: Name,
    #[serde(flatten)]
    weight: Weight,
    #[serde(flatten)]
    figures: Figures,
    /// The start against the bare function's, in hundredths.
    start_ratio: u64,
}

impl Report {
    /// Of `profile`'s binaries, whose weights and figures come in the same order.
    pub fn new(
        profile: String,
        counts: Counts,
        weights: &[(Name, Weight)],
        figures: &[(Name, Figures)],
    ) -> Self {
        let bare = bare(figures);
        let rows = weights.iter().zip(figures).map(|((name, weight), (_same, figures))| Row {
            name: *name,
            weight: *weight,
            figures: *figures,
            start_ratio: ratio(figures.start.p50_us, bare.start.p50_us),
        });
        Self { profile, counts, functions: rows.collect() }
    }

    /// What is too much, in the order of the functions; the bare one has no budget.
    pub fn over_budget(&self) -> Vec<Excess> {
        let rows = self.functions.iter();
        let bare = rows.clone().find(|row| row.name == Name::Bare);
        let bare = bare.map(|row| row.figures).unwrap_or_default();
        rows.filter(|row| row.name != Name::Bare)
            .flat_map(|row| excesses(row.name, row.weight, &row.figures, &bare))
            .collect()
    }

    /// The same as JSON; times are in microseconds.
    pub fn to_json(&self) -> io::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

fn bare(figures: &[(Name, Figures)]) -> Figures {
    let bare = figures.iter().find(|(name, _figures)| *name == Name::Bare);
    bare.map(|(_name, figures)| *figures).unwrap_or_default()
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Counts { runs, warm } = self.counts;
        writeln!(f, "profile {}, {runs} starts, {warm} requests", self.profile)?;
        writeln!(f, "KiB and ms; of times the middle, in brackets the 95th of a hundred\n")?;
        writeln!(
            f,
            "{:<12}{:>8}{:>8}{:>16}{:>7}{:>7}{:>7}{:>9}{:>7}{:>16}{:>14}{:>7}{:>8}{:>8}",
            "function",
            "binary",
            "zip",
            "start",
            "least",
            "cpu",
            "×bare",
            "cut off",
            "cpu",
            "first",
            "warm",
            "cpu",
            "memory",
            "in end"
        )?;
        self.functions.iter().try_for_each(|row| write!(f, "{row}"))
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, weight, figures, start_ratio } = self;
        let Figures { start, start_cpu, cut_off, first, warm, .. } = figures;
        let both = |p50: u64, p95: u64| format!("{} [{}]", Ms(p50), Ms(p95));
        writeln!(
            f,
            "{name:<12}{:>8}{:>8}{:>16}{:>7}{:>7}{:>7}{:>9}{:>7}{:>16}{:>14}{:>7}{:>8}{:>8}",
            weight.binary_kib,
            weight.zip_kib,
            both(start.p50_us, start.p95_us),
            Ms(start.min_us).to_string(),
            Ms(start_cpu.p50_us).to_string(),
            format!("{}.{:02}", start_ratio / 100, start_ratio % 100),
            Ms(cut_off.p50_us).to_string(),
            Ms(figures.cut_off_cpu.p50_us).to_string(),
            both(first.p50_us, first.p95_us),
            both(warm.p50_us, warm.p95_us),
            Ms(figures.warm_cpu_us).to_string(),
            figures.rss_first_kib,
            figures.rss_end_kib,
        )
    }
}

/// Microseconds, shown as milliseconds with two digits.
struct Ms(u64);

impl fmt::Display for Ms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hundredths = self.0.saturating_add(5) / 10;
        write!(f, "{}.{:02}", hundredths / 100, hundredths % 100)
    }
}

#[cfg(test)]
mod tests;
