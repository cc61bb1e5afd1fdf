//! The development stack: everything Tenon talks to, on one machine.
//!
//! `stack` puts the parts together, `worker` carries jobs between them as the Pipe, the queue and the
//! Scheduler do, `courier` webhooks, `demo` plays the five days over HTTP, `environment` reads what replaces the stack's
//! own settings, `events` holds a recorded event of every route, `lambda` runs a function's own binary as Lambda does,
//! `bench` measures what that takes, and what a load and a quarter of an hour with faults do, `door` stands between
//! Tenon and a part of the stack, `invariants` says what of all that is not as it must be.

pub mod bench;
pub mod courier;
pub mod demo;
pub mod document;
pub mod documents;
pub mod door;
pub mod environment;
pub mod events;
pub mod gateway;
pub mod generated;
pub mod github;
pub mod invariants;
pub mod issuer;
pub mod lambda;
pub mod mailbox;
pub mod opened;
pub mod page;
pub mod places;
pub mod queue;
pub mod secrets_manager;
pub mod settings;
pub mod stack;
pub mod stream;
pub mod table;
pub mod template_check;
pub mod worker;
