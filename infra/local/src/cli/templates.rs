//! `cargo dev templates`, between the environment and the terminal.

use std::io::stdout;
use std::process::ExitCode;

use local::template_check::{self, Asked, Ended};

use crate::cli::{Failure, complain, file, overrides, signal};

/// Checks what is asked for, and says with what the program ends.
pub(super) async fn check(asked: &Asked) -> ExitCode {
    match checked(asked).await {
        Ok(ended) => ExitCode::from(ended.code()),
        Err(failure) => {
            complain(&failure);
            ExitCode::from(template_check::CANNOT_BEGIN)
        }
    }
}

async fn checked(asked: &Asked) -> Result<Ended, Failure> {
    let settings = overrides(file()?.as_deref())?;
    Ok(template_check::run(asked, &settings, &mut stdout(), signal()).await?)
}
