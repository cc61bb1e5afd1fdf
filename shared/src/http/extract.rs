//! Who is calling, as an argument: a handler that forgets to ask does not compile.

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;

use crate::app::App;
use crate::auth::principal::{Candidate, Recruiter};
use crate::domain::idempotency::IdempotencyKey;
use crate::error::Error;

/// The header with which a candidate says which session a task call is for.
pub const SESSION_HEADER: &str = "x-candidate-session-id";

/// The header that makes a request one that is done once.
pub const KEY_HEADER: &str = "idempotency-key";

impl FromRequestParts<App> for Recruiter {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        app.gate.recruiter(bearer(parts)?, app.clock.now()).await
    }
}

impl FromRequestParts<App> for Candidate {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        app.gate.candidate(bearer(parts)?, app.clock.now()).await
    }
}

/// A candidate who names a session. Without the header the answer is 401, before any other check
/// of the request; which session it names is read with the rest of the input.
#[derive(Debug)]
pub struct SeatedCandidate(pub Candidate);

impl FromRequestParts<App> for SeatedCandidate {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let candidate = Candidate::from_request_parts(parts, app).await?;
        if parts.headers.contains_key(SESSION_HEADER) {
            Ok(Self(candidate))
        } else {
            Err(Error::SessionHeaderMissing)
        }
    }
}

/// The key under which a request is done once, if it has one. Its place after the caller makes
/// authentication come first.
#[derive(Debug)]
pub struct Keyed(pub Option<IdempotencyKey>);

impl<S: Sync> FromRequestParts<S> for Keyed {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Error> {
        let mut sent = parts.headers.get_all(KEY_HEADER).iter();
        let text = match (sent.next(), sent.next()) {
            (None, _) => return Ok(Self(None)),
            (Some(only), None) => only.to_str().unwrap_or_default(),
            (Some(_), Some(_)) => "",
        };
        let key = IdempotencyKey::parse(text);
        key.map(Some).map(Self).map_err(|_malformed| Error::IdempotencyKeyMalformed)
    }
}

/// The one bearer token of a request.
fn bearer(parts: &Parts) -> Result<&str, Error> {
    let mut sent = parts.headers.get_all(AUTHORIZATION).iter();
    let (Some(only), None) = (sent.next(), sent.next()) else {
        return Err(Error::NotAuthenticated);
    };
    let text = only.to_str().map_err(|_not_ascii| Error::NotAuthenticated)?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            let token = token.trim();
            if token.is_empty() { Err(Error::NotAuthenticated) } else { Ok(token) }
        }
        _ => Err(Error::NotAuthenticated),
    }
}
