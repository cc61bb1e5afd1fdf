//! `cargo dev bench`, between the command line and the terminal.

use std::io::{stderr, stdout};
use std::process::ExitCode;

use clap::Subcommand;
use local::bench::load::{self, load};
use local::bench::served::serve;
use local::bench::soak::{self, soak};
use local::bench::{Asked, Ended, apart, cold};

use crate::cli::Failure;

/// What can be measured.
#[derive(Debug, Subcommand)]
pub(super) enum Bench {
    /// Build the release binaries, start each again and again as Lambda does, and tell what that takes.
    ///
    /// Size, start, first answer, later ones and memory of each function, beside a function that does nothing.
    Cold(Asked),
    /// Put every route and the five days under load, and tell how fast they are and what they cost.
    ///
    /// The functions run in a process apart, so that processor and memory are theirs alone.
    Load(load::Asked),
    /// Play for minutes while faults befall table, queue and GitHub, and tell whether anything is lost or grows.
    Soak(soak::Asked),
    /// Be the process of the functions that the others measure.
    #[command(name = apart::COMMAND, hide = true)]
    Functions,
}

/// Measures, and says with what the program ends.
pub(super) async fn measure(asked: &Bench) -> Result<ExitCode, Failure> {
    let ended = match asked {
        Bench::Cold(asked) => cold(asked, &mut stdout(), &mut stderr()).await?,
        Bench::Load(asked) => load(asked, &mut stdout(), &mut stderr()).await?,
        Bench::Soak(asked) => soak(asked, &mut stdout(), &mut stderr()).await?,
        Bench::Functions => {
            serve().await?;
            Ended::Measured
        }
    };
    match ended {
        Ended::Measured => Ok(ExitCode::SUCCESS),
        Ended::OverBudget => Ok(ExitCode::FAILURE),
    }
}
