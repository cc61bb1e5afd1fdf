//! Bearer tokens: RS256 access tokens of one issuer for one audience.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;
use jsonwebtoken::{Algorithm, crypto};
use serde::Deserialize;
use serde_json::{Map, Value};
use thiserror::Error;

use crate::auth::claims::{self, ClaimNames, Principal};
use crate::auth::jwks::Jwks;

/// The longest token, in bytes.
const TOKEN_BYTES_MAX: usize = 8 * 1024;
/// The `typ` of an access token; anything else was made for another purpose.
const TYPES: [&str; 3] = ["jwt", "at+jwt", "application/at+jwt"];

/// What a token must say.
#[derive(Debug, Clone)]
pub struct TokenRules {
    /// The exact `iss`, with its trailing slash.
    pub issuer: String,
    /// The audience that `aud` must be or hold.
    pub audience: String,
    /// How far the issuer's clock may be from ours, in seconds.
    pub leeway_seconds: i64,
    /// Where the caller's particulars stand.
    pub claims: ClaimNames,
}

/// Why a token is refused. The text is the `detail` of the answer: 401, or 503 for
/// [`TokenError::ProviderUnavailable`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TokenError {
    /// Not a token, or one we do not read: too long, too many parts, an unknown `crit`.
    #[error("Invalid token header")]
    InvalidHeader,
    /// The header names no key.
    #[error("Token header missing kid")]
    MissingKid,
    /// Signed in another way than RS256.
    #[error("Invalid token algorithm")]
    InvalidAlgorithm,
    /// The provider has no such key.
    #[error("Signing key not found")]
    KeyNotFound,
    /// Its time is over.
    #[error("Token expired")]
    Expired,
    /// Forged, for somebody else, not yet valid, or without what it must say.
    #[error("Invalid token")]
    Invalid,
    /// The provider's keys cannot be had, and none are known.
    #[error("Auth provider unavailable")]
    ProviderUnavailable {
        /// When to ask again, in seconds, at least 1.
        retry_after_seconds: u32,
    },
}

/// Verifies bearer tokens. Cheap to clone; clones share the provider's keys.
#[derive(Debug, Clone)]
pub struct Verifier {
    rules: TokenRules,
    jwks: Jwks,
}

/// The fields of a header that decide anything. Addresses and keys in it (`jku`, `x5u`, `jwk`, `x5c`)
/// are not even read.
#[derive(Deserialize)]
struct Header {
    kid: Option<String>,
    alg: Option<String>,
    typ: Option<String>,
    crit: Option<Value>,
    b64: Option<Value>,
}

impl Verifier {
    /// A verifier of tokens that follow `rules` and are signed with one of the keys in `jwks`.
    pub fn new(rules: TokenRules, jwks: Jwks) -> Self {
        Self { rules, jwks }
    }

    /// The caller whose token `bearer` is at `now`: what follows `Bearer ` in the header.
    pub async fn verify(&self, bearer: &str, now: Timestamp) -> Result<Principal, TokenError> {
        let payload = signed_payload(&self.jwks, bearer, now).await?;
        let claims = serde_json::from_slice(&payload).map_err(|_odd| TokenError::Invalid)?;
        self.rules.check_times(&claims, now)?;
        self.rules.check_parties(&claims)?;
        claims::principal(&claims, &self.rules.claims)
            .map_err(|claims::UnusableClaims| TokenError::Invalid)
    }
}

/// What one of the keys in `jwks` signed, unread: the one way from a token to its claims.
///
/// Errors: any [`TokenError`] but [`TokenError::Expired`].
pub async fn signed_payload(
    jwks: &Jwks,
    bearer: &str,
    now: Timestamp,
) -> Result<Vec<u8>, TokenError> {
    let token = Parts::split(bearer).ok_or(TokenError::InvalidHeader)?;
    let kid = token.kid()?;
    let key = jwks.key(&kid, now).await?;
    match crypto::verify(token.signature, token.signed.as_bytes(), &key, Algorithm::RS256) {
        Ok(true) => decoded(token.payload).ok_or(TokenError::Invalid),
        Ok(false) | Err(_) => Err(TokenError::Invalid),
    }
}

/// The three parts of a token, still encoded.
struct Parts<'a> {
    header: &'a str,
    payload: &'a str,
    signature: &'a str,
    /// Header and payload with the dot between them: what the signature covers.
    signed: &'a str,
}

impl<'a> Parts<'a> {
    fn split(token: &'a str) -> Option<Self> {
        if token.len() > TOKEN_BYTES_MAX {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, payload) = signed.split_once('.')?;
        (!payload.contains('.')).then_some(Self { header, payload, signature, signed })
    }

    /// The id of the key that a well-formed header names.
    fn kid(&self) -> Result<String, TokenError> {
        let header = decoded(self.header).and_then(|json| serde_json::from_slice(&json).ok());
        let header: Header = header.ok_or(TokenError::InvalidHeader)?;
        // We understand no extension, so a critical one, and an unencoded payload, are refused.
        if header.crit.is_some() || header.b64.is_some() {
            return Err(TokenError::InvalidHeader);
        }
        let typ = header.typ.map(|typ| typ.to_ascii_lowercase());
        if typ.is_some_and(|typ| !TYPES.contains(&typ.as_str())) {
            return Err(TokenError::InvalidHeader);
        }
        let kid = header.kid.filter(|kid| !kid.is_empty()).ok_or(TokenError::MissingKid)?;
        if header.alg.as_deref() != Some("RS256") {
            return Err(TokenError::InvalidAlgorithm);
        }
        Ok(kid)
    }
}

fn decoded(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}

impl TokenRules {
    fn check_times(&self, claims: &Map<String, Value>, now: Timestamp) -> Result<(), TokenError> {
        let now = now.as_second();
        let expires = claims.get("exp").and_then(seconds).ok_or(TokenError::Invalid)?;
        for name in ["nbf", "iat"] {
            let Some(value) = claims.get(name) else { continue };
            let starts = seconds(value).ok_or(TokenError::Invalid)?;
            if starts > now.saturating_add(self.leeway_seconds) {
                return Err(TokenError::Invalid);
            }
        }
        if now >= expires.saturating_add(self.leeway_seconds) {
            return Err(TokenError::Expired);
        }
        Ok(())
    }

    fn check_parties(&self, claims: &Map<String, Value>) -> Result<(), TokenError> {
        let is_ours = claims.get("iss").and_then(Value::as_str) == Some(&self.issuer);
        let is_for_us = match claims.get("aud") {
            Some(Value::String(audience)) => *audience == self.audience,
            Some(Value::Array(audiences)) => {
                audiences.iter().all(Value::is_string)
                    && audiences.iter().any(|audience| audience.as_str() == Some(&self.audience))
            }
            _ => false,
        };
        // Only a token about a login, made for a client and not for an API, carries a nonce.
        let is_id_token = claims.contains_key("nonce");
        if is_ours && is_for_us && !is_id_token { Ok(()) } else { Err(TokenError::Invalid) }
    }
}

/// A `NumericDate` of whole seconds between 1970 and 9999.
fn seconds(value: &Value) -> Option<i64> {
    let seconds = value.as_i64().filter(|seconds| *seconds >= 0)?;
    Timestamp::from_second(seconds).ok().map(|_| seconds)
}

#[cfg(test)]
mod tests;
