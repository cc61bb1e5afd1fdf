//! Who calls, with what, and how often: authentication, bodies and the count of calls.

use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::MethodRouter;
use bytes::Bytes;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::github::faults::act::befall;
use crate::github::judge::judged;
use crate::github::refusal::Refusal;
use crate::github::{GitHub, headers, permissions};

/// Who calls. A wrong or expired token is refused (401); none makes a stranger, who sees public repositories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    Stranger,
    Tenon,
}

/// The proof that the caller brought our token, or one of the App's installations; without it 401.
#[derive(Debug, Clone)]
pub(super) struct Tenon {
    /// The one account whose repositories an installation's token is for.
    pub account: Option<String>,
}

/// A JSON body: 400 when it is no JSON, 422 when it is not what the operation takes.
#[derive(Debug)]
pub(super) struct Body<T>(pub T);

impl FromRequestParts<GitHub> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, github: &GitHub) -> Result<Self, Refusal> {
        if !parts.headers.contains_key(AUTHORIZATION) {
            return Ok(Self::Stranger);
        }
        let token = bearer(&parts.headers).ok_or(Refusal::BadCredentials)?;
        if token == github.token() || github.grant(token).is_some() {
            Ok(Self::Tenon)
        } else {
            Err(Refusal::BadCredentials)
        }
    }
}

/// The token that the caller shows.
pub(super) fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let known = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token");
    known.then_some(token.trim())
}

impl FromRequestParts<GitHub> for Tenon {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, github: &GitHub) -> Result<Self, Refusal> {
        match Caller::from_request_parts(parts, github).await? {
            Caller::Tenon => {
                let grant = bearer(&parts.headers).and_then(|token| github.grant(token));
                Ok(Self { account: grant.map(|grant| grant.account) })
            }
            Caller::Stranger => Err(Refusal::Anonymous),
        }
    }
}

impl<T: DeserializeOwned> FromRequest<GitHub> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, github: &GitHub) -> Result<Self, Refusal> {
        let bytes = Bytes::from_request(request, github)
            .await
            .map_err(|refusal| Refusal::Invalid(refusal.body_text()))?;
        // A body nobody sent is an empty object: some operations need nothing.
        let content: &[u8] = if bytes.is_empty() { b"{}" } else { &bytes };
        let value: Value = serde_json::from_slice(content).map_err(Refusal::NotJson)?;
        let body = serde_json::from_value(value);
        Ok(Self(body.map_err(|error| Refusal::Invalid(error.to_string()))?))
    }
}

impl GitHub {
    /// Counts every call of these routes under `operation`, lets it take as long as calls take and
    /// meet what befalls it, and has it judged.
    pub(crate) fn call(
        &self,
        operation: &'static str,
        routes: MethodRouter<Self>,
    ) -> MethodRouter<Self> {
        let named = (self.clone(), operation);
        routes
            .route_layer(from_fn_with_state(named.clone(), permissions::check))
            .route_layer(from_fn_with_state(self.clone(), judged))
            .route_layer(from_fn_with_state(self.clone(), headers::stamp))
            .route_layer(from_fn_with_state(named.clone(), befall))
            .route_layer(from_fn_with_state(named, count))
    }
}

async fn count(
    State((github, operation)): State<(GitHub, &'static str)>,
    request: Request,
    next: Next,
) -> Response {
    github.count(operation);
    let _underway = match github.admit(request.method()) {
        Ok(underway) => underway,
        Err(excess) => return excess.refusal(),
    };
    if !github.latency().is_zero() {
        #[expect(clippy::disallowed_methods, reason = "the way to the real GitHub takes time too")]
        tokio::time::sleep(github.latency()).await;
    }
    next.run(request).await
}
