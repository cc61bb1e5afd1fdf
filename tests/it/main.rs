//! Stories, told over HTTP against a whole stack in this process.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

mod auth;
mod bodies;
mod candidates;
mod claims;
mod client;
mod client_work;
mod code_submits;
mod cors;
mod examinations;
mod five_days;
mod headers;
mod hostile;
mod idempotency;
mod interrupted;
mod invites;
mod invites_again;
mod jobs;
mod lists;
mod problems;
mod redaction;
mod runs;
mod simulations;
mod strangers;
mod submissions;
mod submits;
mod ten_thousand;
mod tidy;
mod unreadable;
mod workspaces;
