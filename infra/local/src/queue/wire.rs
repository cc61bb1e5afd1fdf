//! SQS on the wire, as far as `aws-sdk-sqs` is used: `SendMessage` in AWS JSON 1.0.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use serde::{Deserialize, Serialize};

use crate::queue::Queue;

/// SQS's limit on a message, in bytes.
const MESSAGE_BYTES_MAX: usize = 1024 * 1024;
/// A body is JSON text in JSON, where each byte may take six.
const REQUEST_BYTES_MAX: usize = 7 * MESSAGE_BYTES_MAX;
/// SQS's limit on a delay: 15 minutes.
const DELAY_SECONDS_MAX: i64 = 900;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct SendMessage {
    queue_url: String,
    message_body: String,
    delay_seconds: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Sent {
    message_id: String,
    #[serde(rename = "MD5OfMessageBody")]
    md5_of_message_body: String,
}

#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("The local queue knows the action SendMessage only.")]
    UnknownAction,
    #[error("The request is not the JSON of a SendMessage.")]
    NotJson(#[source] serde_json::Error),
    #[error("The specified queue does not exist.")]
    NoSuchQueue,
    #[error("The message has no body, or a character that XML does not allow.")]
    BadBody,
    #[error(
        "One or more parameters are invalid. Reason: Message must be shorter than {MESSAGE_BYTES_MAX} bytes."
    )]
    TooLong,
    #[error(
        "Value {0} for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= {DELAY_SECONDS_MAX}."
    )]
    BadDelay(i64),
}

pub(super) fn router(queue: Queue) -> Router {
    Router::new().fallback(answer).layer(DefaultBodyLimit::max(REQUEST_BYTES_MAX)).with_state(queue)
}

async fn answer(State(queue): State<Queue>, headers: HeaderMap, body: Bytes) -> Response {
    match send(&queue, &headers, &body) {
        Ok(sent) => (AWS_JSON, axum::Json(sent)).into_response(),
        Err(refusal) => refusal.into_response(),
    }
}

const AWS_JSON: [(header::HeaderName, &str); 1] =
    [(header::CONTENT_TYPE, "application/x-amz-json-1.0")];

fn send(queue: &Queue, headers: &HeaderMap, body: &[u8]) -> Result<Sent, Refusal> {
    if headers.get("x-amz-target").is_none_or(|target| target != "AmazonSQS.SendMessage") {
        return Err(Refusal::UnknownAction);
    }
    let request: SendMessage = serde_json::from_slice(body).map_err(Refusal::NotJson)?;
    if request.queue_url.rsplit('/').next() != Some(queue.name.as_str()) {
        return Err(Refusal::NoSuchQueue);
    }
    if request.message_body.is_empty() || request.message_body.contains(not_in_xml) {
        return Err(Refusal::BadBody);
    }
    if request.message_body.len() > MESSAGE_BYTES_MAX {
        return Err(Refusal::TooLong);
    }
    let delay = delay(request.delay_seconds.unwrap_or(0))?;
    Ok(Sent {
        message_id: queue.push(&request.message_body, delay),
        md5_of_message_body: format!("{:x}", md5::compute(&request.message_body)),
    })
}

fn delay(seconds: i64) -> Result<Duration, Refusal> {
    if !(0..=DELAY_SECONDS_MAX).contains(&seconds) {
        return Err(Refusal::BadDelay(seconds));
    }
    Ok(Duration::from_secs(seconds.unsigned_abs()))
}

fn not_in_xml(character: char) -> bool {
    matches!(character, '\u{0}'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}')
        || matches!(character, '\u{fffe}' | '\u{ffff}')
}

impl Refusal {
    /// The name in the JSON protocol and the one of the older query protocol, which the SDK prefers.
    fn names(&self) -> (&'static str, &'static str) {
        match self {
            Self::UnknownAction => {
                ("UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation")
            }
            Self::NotJson(_) => ("SerializationException", "SerializationException"),
            Self::NoSuchQueue => ("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"),
            Self::BadBody => ("InvalidMessageContents", "InvalidMessageContents"),
            Self::TooLong | Self::BadDelay(_) => ("InvalidParameterValue", "InvalidParameterValue"),
        }
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let (name, query_name) = self.names();
        let body = serde_json::json!({
            "__type": format!("com.amazonaws.sqs#{name}"),
            "message": self.to_string(),
        });
        let query_error = [("x-amzn-query-error", format!("{query_name};Sender"))];
        (StatusCode::BAD_REQUEST, AWS_JSON, query_error, body.to_string()).into_response()
    }
}
