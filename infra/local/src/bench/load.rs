//! `cargo dev bench load`: how fast every route is, and what it costs, with few and many rows behind it and few
//! and many clients before it.
//!
//! Three parties share the machine: this process with the clients, the embedded table and the local GitHub;
//! the process of the functions, whose processor and memory are told; and nobody else.

pub(super) mod cast;
mod cell;
mod copies;
mod days;
pub mod report;
pub mod routes;
mod scene;
pub(super) mod weigh;

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use clap::Args;
use reqwest::Client;

use crate::bench::load::cell::Bounds;
use crate::bench::load::report::{Cell, Report};
use crate::bench::load::routes::Route;
use crate::bench::load::scene::Scene;
use crate::bench::load::weigh::Weighing;
use crate::bench::{CannotMeasure, Ended, judge};

/// What is left over of copies when every client has had its requests: those that are weighed.
const SPARE: u64 = 16;

/// What is to be measured under load.
#[derive(Debug, Args)]
pub struct Asked {
    /// Clients at once.
    #[arg(long, value_name = "COUNTS", value_delimiter = ',', default_value = "1,8,32",
        value_parser = clap::value_parser!(u32).range(1..=256))]
    clients: Vec<u32>,
    /// Rows behind every list.
    #[arg(long, value_name = "COUNTS", value_delimiter = ',', default_value = "10,1000,10000",
        value_parser = clap::value_parser!(u64).range(2..=100_000))]
    rows: Vec<u64>,
    /// How long each is measured at most, in seconds.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u64).range(1..=60))]
    seconds: u64,
    /// By how many requests at most. With many more somebody reaches a limit of the product, which ends the
    /// benchmark.
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u64).range(1..=3_000))]
    requests: u64,
    /// Measure this route; several by repeating it. Without it all are measured, and the five days.
    #[arg(long = "route", value_name = "NAME", value_enum)]
    routes: Vec<Route>,
    /// Write the figures to this file, too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// End with 1 when something takes more than it may, saying what. Times are judged in an optimised build only.
    #[arg(long)]
    budget: bool,
}

/// Measures what is asked for. The figures go to `out`, and `progress` is told what is being done.
pub async fn load(
    asked: &Asked,
    out: &mut impl Write,
    progress: &mut impl Write,
) -> Result<Ended, CannotMeasure> {
    let http = shared::http_client::build()?;
    let mut report = Report::default();
    let measured = Box::pin(measure(asked, (&http, &mut report), progress)).await;
    // What was measured before something went wrong is worth knowing, too.
    report.cells.sort_by_key(|cell| cell.rows);
    write!(out, "{report}")?;
    if let Some(file) = &asked.json {
        std::fs::write(file, report.to_json()?)?;
    }
    measured?;
    if !asked.budget {
        return Ok(Ended::Measured);
    }
    judge(&report.over_budget(), out)
}

/// A stack with so many rows behind every list.
struct Stage {
    rows: u64,
    scene: Scene,
    weighing: Weighing,
}

impl Stage {
    /// Prepares it, and measures the five days there unless single routes are asked for.
    async fn set(
        asked: &Asked,
        rows: u64,
        (http, report): (&Client, &mut Report),
        progress: &mut impl Write,
    ) -> Result<Self, CannotMeasure> {
        writeln!(progress, "preparing a stack with {rows} rows behind every list")?;
        let mut scene = Scene::prepare(rows, http).await?;
        writeln!(progress, "its functions are process {}", scene.apart.id())?;
        if asked.routes.is_empty() {
            for clients in &asked.clients {
                report.days.push(days::measure(&scene, *clients, rows).await?);
                writeln!(progress, "{rows} rows, {clients} clients: the five days")?;
            }
        }
        scene.quiet().await?;
        scene.rest();
        let weighing = Weighing::open(&scene, http).await?;
        Ok(Self { rows, scene, weighing })
    }
}

/// A route is measured on all stacks in turn: how fast the machine is changes within minutes, and would pass
/// for growth.
async fn measure(
    asked: &Asked,
    (http, report): (&Client, &mut Report),
    progress: &mut impl Write,
) -> Result<(), CannotMeasure> {
    let mut stages = Vec::new();
    for rows in &asked.rows {
        stages.push(Box::pin(Stage::set(asked, *rows, (http, &mut *report), progress)).await?);
    }
    let bounds = Bounds { time: Duration::from_secs(asked.seconds), requests: asked.requests };
    for route in Route::ALL {
        if !asked.routes.is_empty() && !asked.routes.contains(&route) {
            continue;
        }
        let mut weighed = Vec::new();
        for Stage { scene, weighing, .. } in &mut stages {
            if route.needs_copies() && scene.pool == 0 {
                let rounds = u64::try_from(asked.clients.len()).unwrap_or(1);
                scene.fill_pools(asked.requests * rounds + SPARE)?;
            }
            if route.writes() {
                scene.forget_tokens()?;
            }
            let (weight, used) = weighing.weigh(scene, route, 0).await?;
            weighed.push((weight, Arc::new(AtomicU64::new(used))));
        }
        for clients in &asked.clients {
            for (Stage { rows, scene, .. }, (weight, next)) in stages.iter().zip(&weighed) {
                let timed = cell::measure(scene, route, *clients, bounds, next).await?;
                let count = next.load(Ordering::SeqCst);
                writeln!(progress, "{rows} rows, {clients} clients: {} ({count})", route.name())?;
                let (rows, clients, weight) = (*rows, *clients, *weight);
                report.cells.push(Cell { route, rows, clients, timed, weight });
            }
        }
    }
    Ok(())
}
