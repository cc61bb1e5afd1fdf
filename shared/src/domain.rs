//! Rules and values: no I/O, no async, no clock, no JSON values.

pub mod audit;
pub mod candidate_session;
pub mod company;
pub mod diff;
pub mod email_address;
pub mod id;
pub mod idempotency;
pub mod invite_mail;
pub mod invite_token;
pub mod job;
pub mod limit;
pub mod mail_domain;
pub mod page;
pub mod redaction;
pub mod repository;
pub mod results;
pub mod run;
pub mod simulation;
pub mod submission;
pub mod suppression;
pub mod tampering;
pub mod task;
pub mod template;
pub mod text;
pub mod user;
pub mod workspace;
