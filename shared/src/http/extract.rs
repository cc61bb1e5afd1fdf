//! Who is calling, as an argument: a handler that forgets to ask does not compile.

use axum::extract::FromRequestParts;
use http::header::AUTHORIZATION;
use http::request::Parts;

use crate::app::App;
use crate::auth::admin::Admin;
use crate::auth::dev::{DevIdentities, Shown};
use crate::auth::principal::{Candidate, Recruiter};
use crate::config::Environment;
use crate::domain::idempotency::IdempotencyKey;
use crate::error::{Error, Noun};
use crate::http::address;

/// The header with which a candidate says which session a task call is for.
pub const SESSION_HEADER: &str = "x-candidate-session-id";
/// The header that names a recruiter in development.
const DEV_USER_HEADER: &str = "x-dev-user-email";

/// The header that makes a request one that is done once.
pub const KEY_HEADER: &str = "idempotency-key";

impl FromRequestParts<App> for Recruiter {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        match app.gate.recruiter(shown(parts, app), app.clock.now()).await {
            Ok(entered) => Ok(entered),
            Err(refusal) => Err(turned_away(parts, app, refusal).await),
        }
    }
}

impl FromRequestParts<App> for Candidate {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        match app.gate.candidate(shown(parts, app), app.clock.now()).await {
            Ok(entered) => Ok(entered),
            Err(refusal) => Err(turned_away(parts, app, refusal).await),
        }
    }
}

impl FromRequestParts<App> for Admin {
    type Rejection = Error;

    /// The proof that the gate in front of the admin routes made.
    async fn from_request_parts(parts: &mut Parts, _app: &App) -> Result<Self, Error> {
        parts.extensions.get().copied().ok_or(Error::NotFound(Noun::Route))
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

/// What is answered to somebody who was not let in. Who showed no good token is counted by address.
async fn turned_away(parts: &Parts, app: &App, refusal: Error) -> Error {
    match refusal {
        Error::NotAuthenticated | Error::TokenRefused(_) => {
            let address = address::client(parts, &app.config.limits.trusted_proxies);
            app.limits.failed_login(address, refusal).await
        }
        other => other,
    }
}

fn shown<'a>(parts: &'a Parts, app: &App) -> Shown<'a> {
    let dev_user = parts.headers.get(DEV_USER_HEADER);
    // What is no text is nobody's address.
    let dev_user = dev_user.map(|value| std::str::from_utf8(value.as_bytes()).unwrap_or("?"));
    Shown {
        bearer: bearer(parts),
        dev_user: dev_user.filter(|text| !text.trim().is_empty()),
        dev_identities: dev_identities(parts, app),
    }
}

/// Three conditions at once, so that none of them can be got wrong alone.
fn dev_identities(parts: &Parts, app: &App) -> DevIdentities {
    if !app.config.dev_identities || app.config.environment != Environment::Local {
        DevIdentities::Worthless
    } else if address::is_loopback(parts) {
        DevIdentities::Believed
    } else {
        DevIdentities::OnlyFromHere
    }
}

/// The one bearer token of a request.
fn bearer(parts: &Parts) -> Option<&str> {
    let mut sent = parts.headers.get_all(AUTHORIZATION).iter();
    let (Some(only), None) = (sent.next(), sent.next()) else { return None };
    let (scheme, token) = only.to_str().ok()?.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
