//! Tenon.

pub mod auth;
pub mod clock;
pub mod domain;
pub mod email;
pub mod github;
pub mod http_client;
pub mod mint;
pub mod secret;
