//! `cargo dev bench`, between the command line and the terminal.

use std::io::{stderr, stdout};
use std::process::ExitCode;

use clap::Subcommand;
use local::bench::{Asked, Ended, cold};

use crate::cli::Failure;

/// What can be measured.
#[derive(Debug, Subcommand)]
pub(super) enum Bench {
    /// Build the release binaries, start each again and again as Lambda does, and tell what that takes.
    ///
    /// Size, start, first answer, later ones and memory of each function, beside a function that does nothing.
    Cold(Asked),
}

/// Measures, and says with what the program ends.
pub(super) async fn measure(asked: &Bench) -> Result<ExitCode, Failure> {
    let Bench::Cold(asked) = asked;
    match cold(asked, &mut stdout(), &mut stderr()).await? {
        Ended::Measured => Ok(ExitCode::SUCCESS),
        Ended::OverBudget => Ok(ExitCode::FAILURE),
    }
}
