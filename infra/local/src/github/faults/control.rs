//! `/_faults`: faults from outside, while the stack runs.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde_json::{Value, json};

use crate::github::faults::Fault;
use crate::github::gate::Body;
use crate::github::{GitHub, lock};

/// `POST /_faults` with a [`Fault`]: it befalls calls from now on.
pub(crate) async fn add(State(github): State<GitHub>, Body(fault): Body<Fault>) -> StatusCode {
    github.misbehave(fault);
    StatusCode::NO_CONTENT
}

/// `GET /_faults`: what befalls calls, and how often which fault did.
pub(crate) async fn show(State(github): State<GitHub>) -> Json<Value> {
    let faults = lock(&github.faults().0).faults.clone();
    Json(json!({ "faults": faults, "dealt": github.dealt() }))
}

/// `DELETE /_faults`: takes all of them back.
pub(crate) async fn clear(State(github): State<GitHub>) -> StatusCode {
    github.behave();
    StatusCode::NO_CONTENT
}
