//! The issuer of identities: it vouches for whoever you say you are, in tokens as Auth0 makes them.

pub(crate) mod key;
mod pages;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use jiff::SignedDuration;
use jsonwebtoken::jwk::JwkSet;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use shared::clock::Clock;

use crate::documents::{Documents, DocumentsError};
use crate::issuer::key::SigningKey;

/// How long a token lives when nobody says: a working day.
pub const LIFE_MINUTES: u32 = 8 * 60;
/// The longest life of a token that can be asked for: a year.
pub const LIFE_MINUTES_MAX: u32 = 366 * 24 * 60;

/// Why the issuer cannot work.
#[derive(Debug, thiserror::Error)]
pub enum IssuerError {
    #[error("cannot keep the issuer's signing key")]
    Documents(#[source] DocumentsError),
    #[error("cannot make a signing key")]
    Generate(#[source] aws_lc_rs::error::Unspecified),
    #[error("cannot use the issuer's signing key")]
    Key(#[source] jsonwebtoken::errors::Error),
    #[error("cannot sign a token")]
    Sign(#[source] jsonwebtoken::errors::Error),
}

/// What the issuer calls itself and whom its tokens are for.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The address the issuer is served at; a missing `/` at its end is added.
    pub issuer: String,
    /// The audience the API expects.
    pub audience: String,
    /// The address of the API, for the command the form shows.
    pub api: String,
}

/// What somebody may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Recruiter,
    Candidate,
}

impl Role {
    /// The role's name in a token.
    pub fn name(self) -> &'static str {
        match self {
            Self::Recruiter => "recruiter",
            Self::Candidate => "candidate",
        }
    }

    /// The permission the role brings.
    pub fn permission(self) -> &'static str {
        match self {
            Self::Recruiter => "recruiter:access",
            Self::Candidate => "candidate:access",
        }
    }
}

/// Addresses of the development seed, whose accounts are bound to the subject `dev|<e-mail>`.
const SEEDED_DOMAIN: &str = "@local.test";

/// Whom a token is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub email: String,
    pub name: String,
    pub role: Role,
    /// Told in the token only when it is not so, as Auth0's rule does.
    pub email_verified: bool,
    /// The subject, when it is not the one that follows from the e-mail address.
    pub sub: Option<String>,
}

impl Identity {
    /// Somebody whose name is what stands before the `@` and whose address is verified.
    pub fn new(email: &str, role: Role) -> Self {
        let name = email.split('@').next().unwrap_or(email).to_owned();
        Self { email: email.to_owned(), name, role, email_verified: true, sub: None }
    }

    /// The subject of the tokens: the same for the same address in any case, unless it was given.
    pub fn subject(&self) -> String {
        let email = self.email.trim().to_lowercase();
        let seeded = email.ends_with(SEEDED_DOMAIN);
        self.sub.clone().unwrap_or_else(|| {
            if seeded { format!("dev|{email}") } else { format!("auth0|{:x}", md5::compute(email)) }
        })
    }
}

/// The issuer; clones share its key and its count.
#[derive(Clone)]
pub struct Issuer {
    settings: Settings,
    clock: Clock,
    key: Arc<SigningKey>,
    requests_for_keys: Arc<AtomicU64>,
}

impl Issuer {
    /// An issuer that signs with the key kept in `documents`, made at the first start. Tokens
    /// outlive a restart exactly when the documents do.
    pub fn open(
        documents: &Documents,
        clock: Clock,
        mut settings: Settings,
    ) -> Result<Self, IssuerError> {
        if !settings.issuer.ends_with('/') {
            settings.issuer.push('/');
        }
        let key = Arc::new(SigningKey::kept_in(documents)?);
        Ok(Self { settings, clock, key, requests_for_keys: Arc::default() })
    }

    /// The discovery document, the keys, and the form that mints tokens, all under `/`.
    pub fn router(&self) -> Router {
        pages::router(self.clone())
    }

    /// The issuer's name, as tokens give it: an address that ends in `/`.
    pub fn name(&self) -> &str {
        &self.settings.issuer
    }

    /// A token about `who` that lives for [`LIFE_MINUTES`].
    pub fn token(&self, who: &Identity) -> Result<String, IssuerError> {
        self.token_for(who, LIFE_MINUTES)
    }

    /// A token about `who` that lives for `minutes`.
    pub fn token_for(&self, who: &Identity, minutes: u32) -> Result<String, IssuerError> {
        self.token_with(&self.claims(who, minutes))
    }

    /// A token with exactly these claims, signed as any other. For tests of what must be refused.
    pub fn token_with(&self, claims: &Value) -> Result<String, IssuerError> {
        self.key.sign(claims)
    }

    /// The claims of a token about `who`, with the names and shapes that Auth0 gives them.
    pub fn claims(&self, who: &Identity, minutes: u32) -> Value {
        let issuer = &self.settings.issuer;
        let now = self.clock.now().as_second();
        let permissions = [who.role.permission()];
        let life = SignedDuration::from_mins(i64::from(minutes));
        let mut claims = json!({
            "iss": issuer,
            "sub": who.subject(),
            "aud": [self.settings.audience, format!("{issuer}userinfo")],
            "iat": now,
            "exp": now.saturating_add(life.as_secs()),
            "https://tenon.ai/email": who.email,
            "https://tenon.ai/name": who.name,
            "https://tenon.ai/roles": [who.role.name()],
            "https://tenon.ai/permissions": permissions,
            "permissions": permissions,
        });
        if let (false, Some(claims)) = (who.email_verified, claims.as_object_mut()) {
            claims.insert("email_verified".to_owned(), Value::Bool(false));
        }
        claims
    }

    /// The public half of the key, as `/.well-known/jwks.json` gives it.
    pub fn jwks(&self) -> JwkSet {
        JwkSet { keys: vec![self.key.public().clone()] }
    }

    /// How often the keys were fetched over HTTP since the start.
    pub fn requests_for_keys(&self) -> u64 {
        self.requests_for_keys.load(Ordering::SeqCst)
    }
}

#[cfg(test)]
mod tests;
