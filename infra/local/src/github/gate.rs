//! Who calls, with what, and how often: authentication, bodies and the count of calls.

use axum::extract::{FromRequest, FromRequestParts, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::MethodRouter;
use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::github::GitHub;
use crate::github::refusal::Refusal;

/// Who calls. A wrong token is refused (401); none makes a stranger, who sees public repositories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    Stranger,
    Tenon,
}

/// The proof that the caller brought the token; without it 401.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tenon;

/// A JSON body: 400 when it is no JSON, 422 when it is not what the operation takes.
#[derive(Debug)]
pub(super) struct Body<T>(pub T);

impl FromRequestParts<GitHub> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, github: &GitHub) -> Result<Self, Refusal> {
        let Some(header) = parts.headers.get(AUTHORIZATION) else { return Ok(Self::Stranger) };
        let (scheme, token) =
            header.to_str().ok().and_then(|text| text.split_once(' ')).unwrap_or_default();
        let known = scheme.eq_ignore_ascii_case("bearer") || scheme.eq_ignore_ascii_case("token");
        if known && token.trim() == github.token() {
            Ok(Self::Tenon)
        } else {
            Err(Refusal::BadCredentials)
        }
    }
}

impl FromRequestParts<GitHub> for Tenon {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, github: &GitHub) -> Result<Self, Refusal> {
        match Caller::from_request_parts(parts, github).await? {
            Caller::Tenon => Ok(Self),
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
    /// Counts every call of these routes under `operation`, and lets it take as long as calls take.
    pub(crate) fn call(
        &self,
        operation: &'static str,
        routes: MethodRouter<Self>,
    ) -> MethodRouter<Self> {
        routes.route_layer(from_fn_with_state((self.clone(), operation), count))
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
