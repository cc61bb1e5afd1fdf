//! One call: its address, its headers, its deadline, and an answer of bounded length.

use reqwest::header::{ACCEPT, HeaderValue};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::config::GitHubIdentity;
use crate::github::GitHub;
use crate::github::error::{Cause, GitHubError};
use crate::ledger;

/// The longest answer, in bytes.
const ANSWER_BYTES_MAX: usize = 2 * 1024 * 1024;
/// How much of a refusal is read to tell a rate limit, in bytes.
const REFUSAL_BYTES_MAX: usize = 64 * 1024;
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/vnd.github+json");
const API_VERSION: HeaderValue = HeaderValue::from_static("2022-11-28");

/// A call that has not been sent.
pub(crate) struct Call {
    operation: &'static str,
    request: RequestBuilder,
    bytes_max: usize,
}

/// An answer of status 200 to 299.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    operation: &'static str,
    body: Vec<u8>,
}

impl GitHub {
    /// A call with our token. Each element of `path` becomes one segment, percent-encoded.
    pub(crate) fn call(
        &self,
        operation: &'static str,
        method: Method,
        path: &[&str],
    ) -> Result<Call, GitHubError> {
        let url = address(&self.settings.base, path)
            .ok_or_else(|| GitHubError::new(operation, Cause::Address))?;
        let request = self
            .http
            .request(method, url)
            .timeout(self.limit)
            .bearer_auth(self.token(operation)?)
            .header(ACCEPT, MEDIA_TYPE)
            .header("x-github-api-version", API_VERSION);
        Ok(Call { operation, request, bytes_max: ANSWER_BYTES_MAX })
    }
}

impl GitHub {
    fn token(&self, operation: &'static str) -> Result<&str, GitHubError> {
        match &self.settings.identity {
            GitHubIdentity::Token(token) => Ok(token.expose()),
            GitHubIdentity::App { .. } => Err(GitHubError::new(operation, Cause::Address)),
        }
    }
}

/// The address under `base`; none for a segment that would not stay one.
fn address(base: &Url, path: &[&str]) -> Option<Url> {
    if path.iter().any(|segment| matches!(*segment, "" | "." | "..")) {
        return None;
    }
    let mut url = base.clone();
    url.path_segments_mut().ok()?.pop_if_empty().extend(path);
    Some(url)
}

impl Call {
    pub(crate) fn query(mut self, pairs: &[(&str, &str)]) -> Self {
        self.request = self.request.query(pairs);
        self
    }

    pub(crate) fn json<T: Serialize>(mut self, body: &T) -> Self {
        self.request = self.request.json(body);
        self
    }

    pub(crate) fn up_to(mut self, bytes_max: usize) -> Self {
        self.bytes_max = bytes_max;
        self
    }

    /// Sends the call and reads its answer; anything but success is an error.
    pub(crate) async fn send(self) -> Result<Answer, GitHubError> {
        let (operation, bytes_max) = (self.operation, self.bytes_max);
        let mut response = self.open().await?;
        let status = response.status();
        if status.is_success() {
            let body = body(&mut response, bytes_max)
                .await
                .map_err(|cause| GitHubError::new(operation, cause))?;
            return Ok(Answer { status, operation, body });
        }
        // What cannot be read of a refusal changes nothing but the chance to know a rate limit.
        let text = body(&mut response, REFUSAL_BYTES_MAX).await.unwrap_or_default();
        Err(GitHubError::refusal(operation, status, response.headers(), &text))
    }

    /// Sends the call and leaves its answer, whatever the status, to the caller.
    pub(crate) async fn open(self) -> Result<Response, GitHubError> {
        let operation = self.operation;
        ledger::github_call();
        self.request
            .send()
            .await
            .map_err(|error| GitHubError::new(operation, Cause::Network(error.without_url())))
    }
}

impl Answer {
    /// The answer's JSON.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, GitHubError> {
        serde_json::from_slice(&self.body).map_err(|error| {
            // The error's own text quotes the answer.
            let (line, column) = (error.line(), error.column());
            GitHubError::new(self.operation, Cause::Form { line, column })
        })
    }
}

/// The body of `response`, or an error as soon as it is longer than `bytes_max`.
pub(crate) async fn body(response: &mut Response, bytes_max: usize) -> Result<Vec<u8>, Cause> {
    let mut body = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if body.len() + chunk.len() > bytes_max => {
                return Err(Cause::TooLong(bytes_max));
            }
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) => return Ok(body),
            Err(error) => return Err(Cause::Network(error.without_url())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_one_segment_and_below_the_base() {
        let base: Url = "https://ghe.example/api/v3/".parse().unwrap();

        let url = address(&base, &["repos", "a", "b", "branches", "feature/x y%2F?#"]).unwrap();
        assert_eq!(
            url.as_str(),
            "https://ghe.example/api/v3/repos/a/b/branches/feature%2Fx%20y%252F%3F%23"
        );
        for segment in ["", ".", ".."] {
            assert_eq!(address(&base, &["repos", segment]), None, "{segment:?}");
        }
    }
}
