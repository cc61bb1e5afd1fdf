//! Answers that are not plain 200s.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::LINK;
use http::{HeaderName, HeaderValue, StatusCode};
use serde::Serialize;

use crate::domain::page::Cursor;
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

impl<T: IntoResponse> IntoResponse for Once<T> {
    fn into_response(self) -> Response {
        let mut response = self.value.into_response();
        if self.replayed {
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
        }
        response
    }
}

/// 200 with rows of a list; where more follow, the header `Link` leads to them.
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
        let mut response = Json(self.body).into_response();
        if let Some(next) = self.next {
            response.headers_mut().insert(LINK, next);
        }
        response
    }
}
