//! A panic is a fault of ours that a person is woken up for, wherever in the process it happens.

use std::panic::set_hook;

use crate::clock::Clock;
use crate::telemetry::alarms::{Alarm, alarm};

/// From now on every panic of this process is an alarm, and a line that says where it was. What it said
/// is not repeated: it may hold what a candidate wrote.
pub fn tell(clock: Clock) {
    set_hook(Box::new(move |panic| {
        let place = panic.location();
        let (file, line) = place.map_or(("unknown", 0), |place| (place.file(), place.line()));
        tracing::error!(file, line, "our code panicked");
        alarm(Alarm::Panicked, clock.now());
    }));
}
