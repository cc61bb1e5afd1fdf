//! The development stack: everything Tenon talks to, on one machine.

pub mod documents;
pub mod issuer;
pub mod mailbox;
pub mod page;
pub mod queue;
pub mod stream;
pub mod table;
