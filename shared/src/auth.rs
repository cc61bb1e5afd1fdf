//! Who is calling.

pub mod claims;
pub mod jwks;
pub mod token;
