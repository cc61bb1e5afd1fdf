//! `cargo dev bench`: what a function costs when it starts, and while it serves; what all of them do under load,
//! and over time.
//!
//! `load` and `soak` run the functions in a process apart, which is `served` there and `apart` here, and call
//! them by `calls`; `days` plays a candidate's five days. For cold starts `binaries` builds them and weighs them, `scene` prepares a stack they can answer from, `event` says
//! what each is asked, `measure` starts and asks them, `spread` and `budget` judge, `report` tells.

pub mod apart;
pub mod binaries;
pub mod budget;
mod calls;
mod days;
mod event;
pub mod load;
pub mod measure;
pub mod report;
mod scene;
pub mod served;
pub mod soak;

pub mod spread;

use std::fmt;
use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use crate::bench::binaries::{Binaries, BinaryError, Name};
use crate::bench::budget::Kind;
use crate::bench::measure::{Counts, measure};
use crate::bench::report::Report;
use crate::bench::scene::Scene;
use crate::lambda::process::StartError;
use crate::stack::StackError;
use crate::table::TableError;

/// What is to be measured of cold starts.
#[derive(Debug, Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of the command line")]
pub struct Asked {
    /// Measure this function; several by repeating it. Without it all nine are measured.
    #[arg(long = "function", value_name = "NAME", value_enum)]
    functions: Vec<Name>,
    /// The profile they are built with.
    #[arg(long, value_name = "NAME", default_value = "release")]
    profile: String,
    /// Where Cargo builds them; `target` of the repository, unless it is said.
    #[arg(long, value_name = "DIR")]
    target_dir: Option<PathBuf>,
    /// Measure the binaries that are there.
    #[arg(long)]
    no_build: bool,
    /// How often each is started, after a start that is not measured.
    #[arg(long, value_name = "COUNT", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    runs: u32,
    /// How many requests one process of each serves; the first 50 tell how fast.
    #[arg(long, value_name = "COUNT", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(2..=1_000_000))]
    warm: u32,
    /// Write the figures to this file, too.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// End with 1 when a function takes more than it may, saying which and what.
    #[arg(long)]
    budget: bool,
    /// Of the budgets judge size and memory alone: times depend on what else the machine does.
    #[arg(long, requires = "budget")]
    untimed: bool,
}

/// Nothing could be measured.
#[derive(Debug, thiserror::Error)]
pub enum CannotMeasure {
    /// A binary is not there.
    #[error(transparent)]
    Binary(#[from] BinaryError),
    /// There is no stack for the functions to answer from.
    #[error("the stack did not start")]
    Stack(#[from] StackError),
    /// The stack cannot be prepared.
    #[error("the stack cannot be prepared: {0}")]
    Scene(String),
    /// Its table cannot be copied.
    #[error("the table cannot be prepared")]
    Table(#[from] TableError),
    /// The stack cannot be reached.
    #[error("the stack does not answer")]
    Call(#[from] reqwest::Error),
    /// A function does not start.
    #[error("`{function}` does not start")]
    Start {
        /// Which.
        function: Name,
        /// Why.
        source: StartError,
    },
    /// A function's answer is not the one that is measured.
    #[error("`{function}` did not answer as it must: {came}")]
    Answer {
        /// Which.
        function: Name,
        /// What came instead, without what an answer shows.
        came: String,
    },
    /// An answer is not the one that is measured.
    #[error("`{call}` was answered {came}")]
    Unexpected {
        /// Method and path, without secrets.
        call: String,
        /// Status and body.
        came: String,
    },
    /// A process ended while it was looked at.
    #[error("the process of `{function}` is gone")]
    Gone {
        /// Which.
        function: Name,
        /// Why.
        source: io::Error,
    },
    /// The figures cannot be told.
    #[error("cannot write the figures")]
    Write(#[from] io::Error),
}

/// How it ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All was measured, and nothing judged or nothing too much.
    Measured,
    /// A function takes more than it may.
    OverBudget,
}

/// Measures what is asked for. The figures go to `out`, and `progress` is told what is being done.
pub async fn cold(
    asked: &Asked,
    out: &mut impl Write,
    progress: &mut impl Write,
) -> Result<Ended, CannotMeasure> {
    let functions = Name::asked(&asked.functions);
    let binaries = Binaries::new(asked.target_dir.clone(), &asked.profile);
    if !asked.no_build {
        writeln!(progress, "building {} binaries ({})", functions.len(), asked.profile)?;
        binaries.build(&functions).await?;
    }
    // Before anything is started: one that is missing is told at once.
    let weights = binaries.weigh(&functions)?;
    writeln!(progress, "preparing the stack")?;
    let scene = Scene::prepare().await?;
    let counts = Counts { runs: asked.runs, warm: asked.warm };
    let figures = measure(&scene, &binaries, &functions, counts, progress).await?;
    let report = Report::new(asked.profile.clone(), counts, &weights, &figures);
    write!(out, "{report}")?;
    if let Some(file) = &asked.json {
        std::fs::write(file, report.to_json()?)?;
    }
    if !asked.budget {
        return Ok(Ended::Measured);
    }
    let mut over = report.over_budget();
    over.retain(|excess| !asked.untimed || excess.kind() == Kind::Amount);
    judge(&over, out)
}

fn judge(excesses: &[impl fmt::Display], out: &mut impl Write) -> Result<Ended, CannotMeasure> {
    if excesses.is_empty() {
        writeln!(out, "\nEvery budget is kept.")?;
        return Ok(Ended::Measured);
    }
    writeln!(out, "\nOver budget:")?;
    for excess in excesses {
        writeln!(out, "  {excess}")?;
    }
    Ok(Ended::OverBudget)
}
