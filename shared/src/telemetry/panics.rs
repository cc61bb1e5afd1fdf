//! Panics are told: where, and never what they say, which may quote what was being handled.

use std::panic::{PanicHookInfo, set_hook};

use super::alarms::{Alarm, alarm};
use crate::clock::Clock;

/// Has every panic of this process told in the log, in place of standard error.
pub(super) fn heed() {
    set_hook(Box::new(tell));
}

fn tell(panic: &PanicHookInfo<'_>) {
    let place = panic.location().map(|place| format!("{}:{}", place.file(), place.line()));
    tracing::error!(place, "the code panicked");
    alarm(Alarm::Panicked, Clock::System.now());
}
