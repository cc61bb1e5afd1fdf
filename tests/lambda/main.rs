//! The functions' own binaries, run by a Lambda Runtime API on this machine.
//!
//! `TENON_FUNCTIONS` names the folder they are in: `target/debug` while working on them,
//! `target/release` in `.ci/lambda`. Without it nothing here can run, and it says so.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail loudly"
)]

mod asked;
mod deadline;
mod folder;
mod front;
mod gate;
mod panics;
mod poison;
mod process;
mod replay;
mod running;
mod secret;
mod shapes;
mod telemetry;
mod throttled;
mod tls;
mod triggers;
mod world;
