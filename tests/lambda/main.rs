//! The functions' own binaries, run by a Lambda Runtime API on this machine.
//!
//! `TENON_FUNCTIONS` names the folder they are in: `target/debug` while working on them,
//! `target/release` in `.ci/lambda`. Without it nothing here can run, and it says so.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

mod asked;
mod folder;
mod front;
mod process;
mod secret;
mod tls;
