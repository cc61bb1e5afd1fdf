//! A call that is passed on to what it was meant for.

use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};

/// What is at `base`, without a `/` at its end, answers `request`. It learns the host that was called, so
/// that what it refers to leads through the same door.
pub(crate) async fn forward(http: &reqwest::Client, base: &str, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.remove(TRANSFER_ENCODING);
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let call = http.request(parts.method, format!("{base}{}", parts.uri));
    let answer = call.headers(parts.headers).body(body).send().await.unwrap();
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    headers.remove(TRANSFER_ENCODING);
    let mut response = Response::new(Body::from(answer.bytes().await.unwrap()));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
