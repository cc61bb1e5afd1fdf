//! Who is calling: tokens are verified, proofs of identity and ownership are made.

pub mod admin;
pub mod claims;
pub mod dev;
pub mod jwks;
pub mod owned;
pub mod principal;
#[cfg(test)]
mod provider;
pub mod token;
pub mod webhook;
