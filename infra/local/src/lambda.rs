//! Lambda as a function's process sees it: the Runtime API it takes its events from, and what happens
//! to a process that dies or is late.
//!
//! [`process::Function`] starts a function's binary and hands it events; [`api`] is the service that it
//! talks to; [`usage`] tells what its process has taken of the machine.

pub mod api;
pub mod process;
pub mod usage;
