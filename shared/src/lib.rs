//! Tenon: everything that is not a route or a trigger.

pub mod domain;

pub mod error;

pub mod clock;
pub mod config;
pub mod mint;
pub mod secret;
pub mod telemetry;

pub mod email;
pub mod github;
pub mod http_client;
pub mod queue;
pub mod store;

pub mod auth;

pub mod app;

pub mod flows;
pub mod jobs;

pub mod http;
