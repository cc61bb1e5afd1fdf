//! Which methods a path knows: `Allow`, and OPTIONS, which asks for nothing else.

use axum::body::Body;
use axum::response::Response;
use http::header::{ALLOW, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Method, StatusCode};

/// Completes what the router says of a path: every path knows OPTIONS too, and answers it 204.
///
/// The router adds `Allow` to whatever is answered in its name; it stays only where it was asked
/// for, so that no other refusal tells of a path that it is there.
pub(crate) fn with_options(asked: &Method, mut response: Response) -> Response {
    let known = response.headers_mut().remove(ALLOW);
    if response.status() != StatusCode::METHOD_NOT_ALLOWED {
        return response;
    }
    let known = known.as_ref().and_then(|allow| allow.to_str().ok()).unwrap_or_default();
    let mut methods: Vec<_> = known.split(',').map(str::trim).collect();
    methods.retain(|method| !method.is_empty());
    methods.push("OPTIONS");
    methods.sort_unstable();
    if let Ok(allow) = HeaderValue::from_str(&methods.join(", ")) {
        response.headers_mut().insert(ALLOW, allow);
    }
    if asked == Method::OPTIONS {
        *response.status_mut() = StatusCode::NO_CONTENT;
        *response.body_mut() = Body::empty();
        response.headers_mut().remove(CONTENT_TYPE);
        response.headers_mut().remove(CONTENT_LENGTH);
    }
    response
}
