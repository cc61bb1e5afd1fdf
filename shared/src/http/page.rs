//! A page for people, the one kind of answer beside `/docs` that is no JSON.

use axum::response::{IntoResponse, Response};
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, StatusCode};

/// A page: HTML that runs nothing, loads nothing, and posts to nobody but us.
#[derive(Debug)]
pub struct Page {
    /// The status, which may be that of a refusal: its body stays this page.
    pub status: StatusCode,
    /// The document.
    pub html: String,
    /// What its one style element carries: not to be guessed, and new with every page.
    pub nonce: String,
    /// When it makes sense to come back.
    pub retry_after: Option<u32>,
}

/// The mark of an answer whose body is for people, whatever its status is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct ForPeople;

impl IntoResponse for Page {
    fn into_response(self) -> Response {
        let policy = format!(
            "default-src 'none'; style-src 'nonce-{}'; form-action 'self'; base-uri 'none'; \
             frame-ancestors 'none'",
            self.nonce
        );
        let mut response = (self.status, self.html).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        headers.extend(HeaderValue::from_str(&policy).map(|it| (CONTENT_SECURITY_POLICY, it)));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, seconds.into());
        }
        response.extensions_mut().insert(ForPeople);
        response
    }
}
