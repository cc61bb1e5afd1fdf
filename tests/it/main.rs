//! Stories, told over HTTP against a whole stack in this process.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

mod auth;
mod bodies;
mod candidates;
mod claims;
mod code_submits;
mod cors;
mod dev_identities;
mod examinations;
mod fields;
mod five_days;
mod headers;
mod hostile;
mod idempotency;
mod interrupted;
mod invites;
mod invites_again;
mod jobs;
mod keys;
mod limits;
mod limits_of_failures;
mod limits_shared;
mod mail_events;
mod mails;
mod problems;
mod runs;
mod simulations;
mod strangers;
mod submissions;
mod submits;
mod tidy;
mod tokens;
mod verified_emails;
mod workspaces;
mod wycheproof;
