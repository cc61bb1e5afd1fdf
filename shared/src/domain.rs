//! Rules and values: no I/O, no async, no clock, no JSON values.

pub mod diff;
pub mod redaction;
pub mod repository;
pub mod results;
