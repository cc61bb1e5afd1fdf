//! The development stack: everything Tenon talks to, on one machine.

pub mod documents;
pub mod github;
