//! Stories, told over HTTP against a whole stack in this process.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

mod auth;
mod bodies;
mod candidates;
mod claims;
mod five_days;
mod invites;
mod invites_again;
mod simulations;
mod tidy;
mod workspaces;
