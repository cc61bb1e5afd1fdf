//! The figures of a load, for people and for programs, and what of them is too much.

use std::{fmt, io};

use serde::Serialize;

use crate::bench::load::cell::Timed;
use crate::bench::load::days::DaysTimed;
use crate::bench::load::routes::{Kind, Route};
use crate::bench::load::weigh::{Weight, float};

/// What a read may take in the middle, with one client, in microseconds.
const READ_US: u64 = 3_000;
/// What a write may take.
const WRITE_US: u64 = 6_000;
/// What 99 of a hundred webhooks may take, with any number of clients.
const WEBHOOK_P99_US: u64 = 50_000;
/// What the functions may have of memory, in KiB: all of them in one process here.
const RSS_KIB: u64 = 40 * 1024;
/// How much longer it may take with the most rows behind it than with the fewest, in hundredths.
const GROWTH: u64 = 120;

/// A route, so many rows, so many clients, and what came of it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// What was asked.
    pub route: Route,
    /// Rows behind the list.
    pub rows: u64,
    /// Clients at once.
    pub clients: u32,
    /// How fast it was.
    #[serde(flatten)]
    pub timed: Timed,
    /// What one request cost.
    #[serde(flatten)]
    pub weight: Weight,
}

/// Everything of one run.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Report {
    /// Routes.
    pub cells: Vec<Cell>,
    /// The five days.
    pub days: Vec<DaysTimed>,
}

/// How a route grows with what is behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Growth {
    route: Route,
    fewest: (u64, u64),
    most: (u64, u64),
}

impl Growth {
    /// The middle with the most rows in hundredths of that with the fewest.
    fn ratio(self) -> u64 {
        self.most.1.saturating_mul(100).checked_div(self.fewest.1).unwrap_or(0)
    }

    /// Whether the same amount is shown, however much is behind it.
    fn compares(self) -> bool {
        match self.route {
            Route::CandidatesWhole => false,
            Route::Simulations | Route::Candidates | Route::Submissions | Route::Invites => {
                self.fewest.0 >= 50
            }
            _ => self.fewest.0 >= 10,
        }
    }
}

impl Report {
    /// The same as JSON; times are in microseconds where their name does not say otherwise.
    pub fn to_json(&self) -> io::Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// What is too much, a sentence each. Of a build that is not optimised only what does not depend on that.
    pub fn over_budget(&self) -> Vec<String> {
        let mut over = Vec::new();
        if is_optimised() {
            over.extend(self.cells.iter().filter_map(slow));
            let grown = self.growth().into_iter().filter(|growth| growth.compares());
            over.extend(grown.filter(|growth| growth.ratio() > GROWTH).map(|growth| {
                let (few, many) = (growth.fewest.0, growth.most.0);
                let percent = growth.ratio();
                let name = growth.route.name();
                format!("{name}: {percent} % with {many} rows of what it takes with {few}")
            }));
        }
        let memory = self.cells.iter().map(|cell| cell.timed.rss_kib).max().unwrap_or(0);
        if memory > RSS_KIB {
            over.push(format!("the memory in KiB is {memory}, and may be {RSS_KIB}"));
        }
        over
    }

    /// With the fewest clients, from the fewest rows to the most.
    fn growth(&self) -> Vec<Growth> {
        let clients = self.cells.iter().map(|cell| cell.clients).min().unwrap_or(1);
        let of = |route| {
            let cells = self.cells.iter().filter(|cell| cell.route == route);
            let mut found: Vec<_> = cells
                .filter(|cell| cell.clients == clients)
                .map(|cell| (cell.rows, cell.timed.p50_us))
                .collect();
            found.sort_unstable();
            let most = *found.last()?;
            // A page of 50 is compared where there are 50 rows, should that be measured.
            let all = found.iter().map(|fewest| Growth { route, fewest: *fewest, most });
            let comparable = all.clone().find(|growth| growth.compares());
            let growth = comparable.or_else(|| all.clone().next())?;
            (growth.fewest.0 < most.0).then_some(growth)
        };
        Route::ALL.into_iter().filter_map(of).collect()
    }
}

fn slow(cell: &Cell) -> Option<String> {
    let (is, may) = match cell.route.kind() {
        Kind::Webhook => (cell.timed.p99_us, WEBHOOK_P99_US),
        Kind::Read if cell.clients == 1 => (cell.timed.p50_us, READ_US),
        Kind::Write if cell.clients == 1 => (cell.timed.p50_us, WRITE_US),
        _ => return None,
    };
    let name = cell.route.name();
    let rows = cell.rows;
    (is > may).then(|| format!("{name} with {rows} rows takes {is} µs, and may take {may}"))
}

const fn is_optimised() -> bool {
    !cfg!(debug_assertions)
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let build =
            if is_optimised() { "an optimised build" } else { "a build that is not optimised" };
        writeln!(
            f,
            "{build}; ms, of a processor too; memory in MiB; units and calls for a request\n"
        )?;
        writeln!(
            f,
            "{:<34}{:>7}{:>8}{:>9}{:>9}{:>9}{:>9}{:>9}{:>8}{:>8}{:>7}{:>9}{:>7}{:>7}{:>7}",
            "route",
            "rows",
            "clients",
            "requests",
            "a second",
            "p50",
            "p95",
            "p99",
            "cpu",
            "memory",
            "calls",
            "in table",
            "RCU",
            "WCU",
            "GitHub"
        )?;
        self.cells.iter().try_for_each(|cell| write!(f, "{cell}"))?;
        if !self.days.is_empty() {
            writeln!(f, "\nthe five days, jobs included; cpu, table and GitHub for a candidate")?;
        }
        self.days.iter().try_for_each(|days| write_days(f, days))?;
        let growth = self.growth();
        if !growth.is_empty() {
            writeln!(f, "\np50 with the most rows against the fewest that fill the page")?;
        }
        growth.into_iter().try_for_each(|growth| write_growth(f, growth))
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { route, rows, clients, timed, weight } = self;
        writeln!(
            f,
            "{:<34}{rows:>7}{clients:>8}{:>9}{:>9.0}{:>9.2}{:>9.2}{:>9.2}{:>8.2}{:>8.1}{:>7.1}{:>9.2}{:>7.1}{:>7.1}{:>7.1}",
            route.name(),
            timed.requests,
            timed.per_second,
            ms(timed.p50_us),
            ms(timed.p95_us),
            ms(timed.p99_us),
            ms(timed.cpu_us),
            float(timed.rss_kib) / 1024.0,
            weight.table_calls,
            weight.table_us / 1_000.0,
            weight.read_units,
            weight.write_units,
            weight.github_calls,
        )
    }
}

fn write_days(f: &mut fmt::Formatter<'_>, days: &DaysTimed) -> fmt::Result {
    let DaysTimed { clients, rows, timed, .. } = days;
    writeln!(
        f,
        "{:<34}{rows:>7}{clients:>8}{:>9}{:>9.0}{:>9.2}{:>9.2}{:>9.2}{:>8.1}{:>8.1}{:>7.0}{:>21.1}",
        format!("five days, {:.1} s", float(days.took_ms) / 1_000.0),
        timed.requests,
        timed.per_second,
        ms(timed.p50_us),
        ms(timed.p95_us),
        ms(timed.p99_us),
        days.cpu_ms_each,
        float(timed.rss_kib) / 1024.0,
        days.table_calls_each,
        days.github_calls_each,
    )
}

fn write_growth(f: &mut fmt::Formatter<'_>, growth: Growth) -> fmt::Result {
    let Growth { route, fewest, most } = growth;
    let note = if growth.compares() { "" } else { "   shows more" };
    writeln!(
        f,
        "{:<34}{:>7} → {:<7}{:>7.2} → {:<7.2}{:>6} %{note}",
        route.name(),
        fewest.0,
        most.0,
        ms(fewest.1),
        ms(most.1),
        growth.ratio(),
    )
}

fn ms(microseconds: u64) -> f64 {
    float(microseconds) / 1_000.0
}

#[cfg(test)]
mod tests;
