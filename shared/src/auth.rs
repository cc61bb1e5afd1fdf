//! Who is calling.

pub mod claims;
pub mod jwks;
#[cfg(test)]
mod provider;
pub mod token;
