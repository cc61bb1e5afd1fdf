//! Tenon.

pub mod auth;
pub mod clock;
pub mod domain;
pub mod email;
pub mod github;
pub mod mint;
pub mod secret;
