//! One call: its address, its headers, its deadline, and an answer of bounded length.

use bytes::Bytes;
use reqwest::header::{ACCEPT, ETAG, HeaderValue};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use tokio::time::Instant;
use url::Url;

use crate::github::GitHub;
use crate::github::error::{Cause, GitHubError, GitHubFailure};
use crate::github::exchange::Exchange;
use crate::github::kept::KeptAnswer;

/// The longest answer, in bytes.
const ANSWER_BYTES_MAX: usize = 2 * 1024 * 1024;
/// How much of a refusal is read to tell a rate limit, in bytes.
pub(crate) const REFUSAL_BYTES_MAX: usize = 64 * 1024;
const MEDIA_TYPE: HeaderValue = HeaderValue::from_static("application/vnd.github+json");
const API_VERSION_NAME: &str = "x-github-api-version";
const API_VERSION: HeaderValue = HeaderValue::from_static("2022-11-28");

/// A call that has not been sent.
pub(crate) struct Call {
    github: GitHub,
    operation: &'static str,
    request: RequestBuilder,
    account: String,
    bytes_max: usize,
}

/// An answer of status 200 to 299.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    operation: &'static str,
    body: Bytes,
}

impl GitHub {
    /// A call with our token: an App's is that of its installation for the owner of the repository,
    /// or the organisation, that `path` is about. Each element of `path` becomes one segment,
    /// percent-encoded.
    pub(crate) fn call(
        &self,
        operation: &'static str,
        method: Method,
        path: &[&str],
    ) -> Result<Call, GitHubError> {
        let url =
            address(&self.base, path).ok_or_else(|| GitHubError::new(operation, Cause::Address))?;
        let http = self.http.client();
        let http = http.map_err(|error| GitHubError::new(operation, Cause::Client(error)))?;
        let request = http.request(method, url);
        let request = request.header(ACCEPT, MEDIA_TYPE).header(API_VERSION_NAME, API_VERSION);
        let account = match path {
            ["repos" | "orgs", owner, ..] => owner,
            _ => &*self.home,
        };
        Ok(Call {
            github: self.clone(),
            operation,
            request,
            account: account.to_owned(),
            bytes_max: ANSWER_BYTES_MAX,
        })
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

    /// Makes the call through our App's installation for `account`, where that is not the owner of
    /// what the path names.
    pub(crate) fn for_account(mut self, account: &str) -> Self {
        account.clone_into(&mut self.account);
        self
    }

    /// Sends the call and reads its answer; anything but success is an error. What a read answered
    /// before is answered again without being sent again, once GitHub says that it has not changed.
    pub(crate) async fn send(self) -> Result<Answer, GitHubError> {
        let exchange = self.started().await?;
        let read = exchange.is_read();
        let known = if read { exchange.github.kept.find(exchange.request.url()) } else { None };
        let response = exchange.send(known.as_ref().map(|known| &known.etag)).await?;
        exchange.answer(response, known).await
    }

    /// Sends the call and leaves its answer, whatever the status, to the caller.
    pub(crate) async fn open(self) -> Result<Response, GitHubError> {
        self.started().await?.send(None).await
    }

    /// The call, to be over by `deadline`.
    pub(crate) fn until(self, deadline: Instant) -> Result<Exchange, GitHubError> {
        let Self { github, operation, request, account, bytes_max } = self;
        let request =
            request.build().map_err(|_error| GitHubError::new(operation, Cause::Address))?;
        Ok(Exchange { github, operation, request, account, bytes_max, deadline })
    }

    /// The call, to be over within the limit, which begins when it is known who we are: that is no
    /// business of GitHub's.
    pub(crate) async fn started(self) -> Result<Exchange, GitHubError> {
        let known = self.github.credentials.known().await;
        known.map_err(|problem| GitHubError::new(self.operation, Cause::Secrets(problem)))?;
        let deadline = Instant::now() + self.github.limit;
        self.until(deadline)
    }
}

impl Exchange {
    /// What `response` says, where it is success; what is `known` when it says that this still holds.
    pub(crate) async fn answer(
        &self,
        mut response: Response,
        known: Option<KeptAnswer>,
    ) -> Result<Answer, GitHubError> {
        let (status, operation) = (response.status(), self.operation);
        if let (StatusCode::NOT_MODIFIED, Some(known)) = (status, known) {
            return Ok(Answer { status: StatusCode::OK, operation, body: known.body });
        }
        let (kept, url) = (&self.github.kept, self.request.url());
        if status.is_success() {
            let etag = response.headers().get(ETAG).cloned();
            let body = body(&mut response, self.bytes_max).await;
            let body = Bytes::from(body.map_err(|cause| self.failed(cause))?);
            // One that was cut short on its way would be confirmed as it should have been.
            let whole = serde_json::from_slice::<IgnoredAny>(&body).is_ok();
            if let (StatusCode::OK, true, Some(etag)) = (status, self.is_read() && whole, etag) {
                kept.keep(url, KeptAnswer { etag, body: body.clone() });
            }
            return Ok(Answer { status, operation, body });
        }
        // What cannot be read of a refusal changes nothing but the chance to know a rate limit.
        let text = body(&mut response, REFUSAL_BYTES_MAX).await.unwrap_or_default();
        let refusal = GitHubError::refusal(operation, status, response.headers(), &text);
        if matches!(refusal.kind, GitHubFailure::NotFound | GitHubFailure::PermissionDenied) {
            kept.forget(url);
        }
        Err(refusal)
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
