//! What AWS and GitHub say when something goes wrong, as they say it.

use axum::body::Body;
use axum::response::Response;
use http_body_util::Limited;
use serde_json::{Value, json};

use crate::faulty::{Call, Callee};

/// How long GitHub asks to be left alone, in seconds.
const LIMITED_SECONDS: &str = "7";

/// Nothing was done.
pub(super) fn refusal(call: &Call) -> Response {
    match call.callee {
        Callee::Table => aws(500, &error("InternalServerError")),
        Callee::Queue => aws(503, &error("ServiceUnavailable")),
        Callee::Mail => named(500, "InternalServiceErrorException"),
        Callee::GitHub => answer(503, &[], "<html>Unicorn!</html>"),
    }
}

/// Nothing was done, because there were too many calls.
pub(super) fn throttle(call: &Call) -> Response {
    match (call.callee, call.name.as_str()) {
        (Callee::Table, "TransactWriteItems") => aws(400, &cancelled("ThrottlingError")),
        (Callee::Table, _) => aws(400, &error("ProvisionedThroughputExceededException")),
        (Callee::Queue, _) => aws(400, &error("RequestThrottled")),
        (Callee::Mail, _) => named(429, "TooManyRequestsException"),
        (Callee::GitHub, _) => {
            let body = json!({ "message": "You have exceeded a secondary rate limit." });
            answer(429, &[("retry-after", LIMITED_SECONDS)], &body.to_string())
        }
    }
}

/// Nothing was done, because another transaction was under way on the same item.
pub(super) fn conflict(call: &Call) -> Response {
    match call.name.as_str() {
        "TransactWriteItems" => aws(400, &cancelled("TransactionConflict")),
        _ => aws(400, &error("TransactionConflictException")),
    }
}

/// An answer that ends before it has begun.
pub(super) fn broken_off() -> Response {
    // More comes than may.
    Response::new(Body::new(Limited::new(Body::from("lost answer"), 4)))
}

fn error(code: &str) -> Value {
    json!({ "__type": format!("com.amazonaws#{code}"), "message": "no" })
}

fn cancelled(reason: &str) -> Value {
    let reasons = json!([{ "Code": reason, "Message": "no" }]);
    let mut told = error("TransactionCanceledException");
    told["CancellationReasons"] = reasons;
    told
}

/// The SDK is told that it need not wait before it tries again.
fn aws(status: u16, body: &Value) -> Response {
    let content = ("content-type", "application/x-amz-json-1.0");
    answer(status, &[content, ("x-amz-retry-after", "0")], &body.to_string())
}

fn named(status: u16, code: &str) -> Response {
    answer(status, &[("content-type", "application/json"), ("x-amzn-errortype", code)], "{}")
}

fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Response {
    let mut response = Response::builder().status(status);
    for (name, value) in headers {
        response = response.header(*name, *value);
    }
    response.body(Body::from(body.to_owned())).unwrap()
}
