//! HTTP: the order of checks, the one error body, and the glue to the runtime.

pub mod address;
pub(crate) mod admin_gate;
mod cors;
pub mod extract;
mod fields;
mod headers;
pub mod input;
mod limited;
mod methods;
pub mod openapi;
pub mod page;
pub mod paging;
pub mod path;
pub mod problem;
pub(crate) mod request_log;
pub mod respond;
pub mod routes;
pub mod schema;
pub mod serve;
mod timeout;
mod unchanged;
pub mod webhook;
