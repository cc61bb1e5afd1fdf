//! `cargo dev`: the development stack as a program.

mod cli;

use std::process::ExitCode;

use clap::Parser;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = cli::Arguments::parse();
    cli::words::start_logging(&arguments);
    match cli::run(arguments).await {
        Ok(code) => code,
        Err(failure) => {
            cli::complain(&failure);
            ExitCode::FAILURE
        }
    }
}
