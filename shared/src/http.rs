//! HTTP: the order of checks, the one error body, and the glue to the runtime.

pub mod address;
pub mod extract;
pub mod input;
pub mod openapi;
pub mod problem;
pub mod respond;
pub mod schema;
pub mod serve;
