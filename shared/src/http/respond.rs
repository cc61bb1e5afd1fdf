//! Answers that are not plain 200s.

use aws_lc_rs::digest;
use axum::Json;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{CONTENT_TYPE, ETAG, LINK};
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;

use crate::domain::page::Cursor;
use crate::error::Error;
use crate::flows::once::Once;
use crate::http::paging::Paging;

/// Says that an earlier request with the same key did what was asked for.
const REPLAYED: HeaderName = HeaderName::from_static("idempotent-replayed");

/// 201 with what was made.
#[derive(Debug)]
pub struct Created<T>(pub T);

impl<T: Serialize> IntoResponse for Created<T> {
    fn into_response(self) -> Response {
        (StatusCode::CREATED, Json(self.0)).into_response()
    }
}

/// 202 with what was asked for and is yet to be done.
#[derive(Debug)]
pub struct Accepted<T>(pub T);

impl<T: Serialize> IntoResponse for Accepted<T> {
    fn into_response(self) -> Response {
        (StatusCode::ACCEPTED, Json(self.0)).into_response()
    }
}

impl<T: IntoResponse> IntoResponse for Once<T> {
    fn into_response(self) -> Response {
        let mut response = self.value.into_response();
        if self.replayed {
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}

/// 200 with rows of a list; where more follow, the header `Link` leads to them. Its `ETag` lets a
/// caller who asks again learn that nothing changed.
#[derive(Debug)]
pub struct Listed<T> {
    body: T,
    next: Option<HeaderValue>,
}

impl<T> Listed<T> {
    /// `body`, which shows the rows that `paging` asked for, before those after `next`.
    pub fn new(body: T, paging: &Paging, next: Option<Cursor>) -> Self {
        let next = next.and_then(|next| HeaderValue::from_str(&paging.link(next)).ok());
        Self { body, next }
    }
}

impl<T: Serialize> IntoResponse for Listed<T> {
    fn into_response(self) -> Response {
        let body = match serde_json::to_vec(&self.body) {
            Ok(body) => body,
            Err(source) => return Error::internal("writing a list", source).into_response(),
        };
        let tag = digest::digest(&digest::SHA256, &body);
        let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(tag));
        let mut response =
            ([(CONTENT_TYPE, "application/json"), (ETAG, &tag)], body).into_response();
        if let Some(next) = self.next {
            response.headers_mut().insert(LINK, next);
        }
        response
    }
}
