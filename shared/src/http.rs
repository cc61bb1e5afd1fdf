//! HTTP: the order of checks, the one error body, and the glue to the runtime.

pub mod address;
pub(crate) mod admin_gate;
pub mod extract;
pub mod input;
pub mod problem;
pub(crate) mod request_log;
pub mod respond;
pub mod serve;
