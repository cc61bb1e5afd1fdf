//! HTTP: the order of checks, the one error body, and the glue to the runtime.

pub mod address;
mod cors;
pub mod extract;
mod fields;
mod headers;
pub mod input;
mod methods;
pub mod paging;
mod path;
pub mod problem;
pub mod respond;
pub mod serve;
mod timeout;
