//! Stories, told over HTTP against a whole stack in this process.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

mod auth;
mod bodies;
mod candidates;
mod claims;
mod code_submits;
mod examinations;
mod five_days;
mod hostile;
mod invites;
mod invites_again;
mod jobs;
mod openapi;
mod runs;
mod simulations;
mod strangers;
mod submissions;
mod submits;
mod tidy;
mod workspaces;
