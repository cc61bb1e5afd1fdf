//! What the product does, a verb per file: load, decide with pure functions, write once.
//!
//! Nothing comes after the write; what must follow is a job in the same transaction.

pub mod add_company;
pub mod claim_session;
pub mod create_simulation;
pub mod examine_submission;
pub mod follow_run;
pub mod give_up;
mod hear_run;
pub mod heed_github;
pub mod invite_candidate;
pub mod map_domain;
pub mod mark_bounced;
pub mod name_github_account;
pub mod once;
pub mod open_desk;
pub mod open_simulation;
pub mod prepare_workspace;
pub mod resend_invite;
pub mod seed;
pub mod send_invite;
pub mod start_run;
pub mod submit_task;
pub mod take_webhook;
