//! What the product does, a verb per file: load, decide with pure functions, write once.
//!
//! Nothing comes after the write; what must follow is a job in the same transaction.

pub mod add_company;
pub mod await_workspace;
pub(crate) mod change_workspace;
pub mod check_template;
pub mod check_templates;
pub mod claim_session;
pub mod clean_up;
pub mod close_workspace;
mod compare_submission;
pub mod create_simulation;
pub mod examine_again;
pub mod examine_submission;
pub(crate) mod find_again;
pub mod follow_run;
pub mod give_up;
pub mod hear_run;
pub mod heed_github;
mod heed_limit;
pub mod inspect_template;
pub mod invite_candidate;
mod join_run;
pub mod learn_username;
pub(crate) mod look_at_invitation;
pub mod map_domain;
pub mod mark_bounced;
pub mod name_by_invite;
pub mod name_github_account;
pub mod once;
pub mod open_desk;
pub mod open_simulation;
pub mod prepare_workspace;
pub mod redrive_job;
pub mod redrive_jobs;
pub mod resend_invite;
pub mod seed;
pub mod send_invite;
pub mod start_run;
pub mod submit_task;
pub(crate) mod take_step;
pub mod take_stock;
mod take_up;
pub mod take_webhook;
pub mod try_template;
pub mod try_templates;
