//! A call on its way: the token it carries, one deadline for all that it takes, and its second try.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderValue, IF_NONE_MATCH, RETRY_AFTER};
use reqwest::{Method, Request, Response, StatusCode};
use tokio::time::Instant;
use tracing::Instrument;
use tracing::field::Empty;

use crate::github::error::{Cause, GitHubError};
use crate::github::{Credential, GitHub};
use crate::ledger;
use crate::secret::Secret;
use crate::telemetry::TRACES;

/// What must be left of the deadline for a second try to make sense.
const SECOND_TRY_LEAST: Duration = Duration::from_millis(300);

/// A call with its deadline.
pub(crate) struct Exchange {
    pub(crate) github: GitHub,
    pub(crate) operation: &'static str,
    pub(crate) request: Request,
    /// Through whose installation an App calls.
    pub(crate) account: String,
    pub(crate) bytes_max: usize,
    pub(crate) deadline: Instant,
}

impl Exchange {
    /// Sends the call under our token, and says that we know its answer as of `etag`. Whatever the
    /// status, it is the caller's to judge.
    ///
    /// A token of an installation that GitHub does not take is replaced by a fresh one, once: it may
    /// have been revoked, and a call that was refused for its token has done nothing.
    pub(crate) async fn send(&self, etag: Option<&HeaderValue>) -> Result<Response, GitHubError> {
        let known = self.github.credentials.known().await;
        let tokens = match known.map_err(|problem| self.failed(Cause::Secrets(problem)))? {
            Credential::Token(token) => return self.send_as(token, etag).await,
            Credential::App(tokens) => tokens,
        };
        let token = tokens.token(self, None).await.map_err(GitHubError::unsent)?;
        let response = self.send_as(&token, etag).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        let fresh = tokens.token(self, Some(&token)).await.map_err(GitHubError::unsent)?;
        self.send_as(&fresh, etag).await
    }

    /// Sends the call under `bearer`. A read whose way fails (no connection, a gateway's 502, 503 or
    /// 504) is tried once more at once, if the deadline allows; whatever changes something is not.
    pub(crate) async fn send_as(
        &self,
        bearer: &Secret,
        etag: Option<&HeaderValue>,
    ) -> Result<Response, GitHubError> {
        let first = self.once(bearer, etag).await;
        let again = self.is_read() && may_pass(&first) && self.left() >= SECOND_TRY_LEAST;
        if again { self.once(bearer, etag).await } else { first }
    }

    /// Whether the call changes nothing.
    pub(crate) fn is_read(&self) -> bool {
        self.request.method() == Method::GET
    }

    /// The call's error for `cause`.
    pub(crate) fn failed(&self, cause: Cause) -> GitHubError {
        GitHubError::new(self.operation, cause)
    }

    async fn once(
        &self,
        bearer: &Secret,
        etag: Option<&HeaderValue>,
    ) -> Result<Response, GitHubError> {
        let left = self.left();
        if left.is_zero() {
            return Err(self.failed(Cause::Late));
        }
        let mut request = self.request.try_clone().ok_or_else(|| self.failed(Cause::Address))?;
        *request.timeout_mut() = Some(left);
        let bearer = HeaderValue::try_from(format!("Bearer {}", bearer.expose()));
        let mut bearer = bearer.map_err(|_error| self.failed(Cause::Address))?;
        bearer.set_sensitive(true);
        let headers = request.headers_mut();
        headers.insert(AUTHORIZATION, bearer);
        if let Some(etag) = etag {
            headers.insert(IF_NONE_MATCH, etag.clone());
        }
        let http = self.github.http.client();
        let http = http.map_err(|error| self.failed(Cause::Client(error)))?;
        ledger::github_call();
        let span = tracing::info_span!(
            target: TRACES, "github", otel.name = self.operation, otel.kind = "client",
            http.response.status_code = Empty,
        );
        let response = http.execute(request).instrument(span.clone()).await;
        if let Ok(response) = &response {
            span.record("http.response.status_code", i64::from(response.status().as_u16()));
        }
        let response =
            response.map_err(|error| self.failed(Cause::Network(error.without_url())))?;
        self.github.watch.note(response.headers());
        Ok(response)
    }

    fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }
}

/// Whether the same call may succeed at once. A gateway that says how long to wait is believed.
fn may_pass(outcome: &Result<Response, GitHubError>) -> bool {
    match outcome {
        Err(error) => matches!(error.cause, Cause::Network(_)),
        Ok(response) => {
            let gateway = matches!(
                response.status(),
                StatusCode::BAD_GATEWAY
                    | StatusCode::SERVICE_UNAVAILABLE
                    | StatusCode::GATEWAY_TIMEOUT
            );
            gateway && !response.headers().contains_key(RETRY_AFTER)
        }
    }
}
