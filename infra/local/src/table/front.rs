//! The table's front when its indexes lag: each request goes to the table or to its lagging copy.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use jiff::Timestamp;
use shared::clock::Clock;

use crate::table::TableError;
use crate::table::replica::Replica;

/// DynamoDB's own limit on a request, in bytes.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How long the table, in this same process, may take for one request.
const TIMEOUT: Duration = Duration::from_secs(30);

/// What a request is decided on and forwarded with.
#[derive(Clone)]
pub(super) struct Front {
    /// The address of the table itself.
    pub(super) table: String,
    /// The address of the copy whose indexes lag.
    pub(super) indexes: String,
    pub(super) replica: Arc<Replica>,
    pub(super) lag: Duration,
    pub(super) clock: Clock,
    pub(super) client: reqwest::Client,
}

/// A failure of the front itself: the answers of the table pass through unchanged.
#[derive(Debug, thiserror::Error)]
enum FrontError {
    #[error("cannot bring the lagging indexes forward")]
    Replica(#[from] TableError),
    #[error("cannot forward the request to the table")]
    Forward(#[from] reqwest::Error),
}

impl Front {
    pub(super) fn router(self) -> Router {
        Router::new().fallback(answer).layer(DefaultBodyLimit::max(BODY_BYTES_MAX)).with_state(self)
    }

    async fn read_index(&self, headers: HeaderMap, body: Bytes) -> Result<Response, FrontError> {
        let now = self.clock.now();
        self.replica.observe(now)?;
        self.replica.apply_until(now.checked_sub(self.lag).unwrap_or(Timestamp::MIN))?;
        Ok(self.forward(&self.indexes, headers, body).await?)
    }

    async fn ask_table(&self, headers: HeaderMap, body: Bytes) -> Result<Response, FrontError> {
        let response = self.forward(&self.table, headers, body).await?;
        self.replica.observe(self.clock.now())?;
        Ok(response)
    }

    async fn forward(
        &self,
        to: &str,
        mut headers: HeaderMap,
        body: Bytes,
    ) -> Result<Response, reqwest::Error> {
        for name in [header::HOST, header::CONTENT_LENGTH, header::TRANSFER_ENCODING] {
            headers.remove(name);
        }
        let answer = self.client.post(to).headers(headers).body(body).send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut response = Response::new(Body::from(answer.bytes().await?));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

/// The client that forwards: without TLS connections, but it does not build without a provider.
pub(super) fn client() -> Result<reqwest::Client, reqwest::Error> {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Refused when another thread was faster, which is as good.
        drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    }
    reqwest::Client::builder().no_proxy().timeout(TIMEOUT).build()
}

async fn answer(State(front): State<Front>, headers: HeaderMap, body: Bytes) -> Response {
    let answer = if reads_an_index(&headers, &body) {
        front.read_index(headers, body).await
    } else {
        front.ask_table(headers, body).await
    };
    answer.unwrap_or_else(|error| {
        let cause: &dyn std::error::Error = &error;
        tracing::error!(error = cause, "the table did not answer");
        (StatusCode::INTERNAL_SERVER_ERROR, axum::Json(internal_server_error())).into_response()
    })
}

fn reads_an_index(headers: &HeaderMap, body: &[u8]) -> bool {
    let target = headers.get("x-amz-target").and_then(|value| value.to_str().ok());
    matches!(target, Some("DynamoDB_20120810.Query" | "DynamoDB_20120810.Scan"))
        && serde_json::from_slice::<serde_json::Value>(body)
            .is_ok_and(|request| request.get("IndexName").is_some())
}

fn internal_server_error() -> serde_json::Value {
    serde_json::json!({
        "__type": "com.amazonaws.dynamodb.v20120810#InternalServerError",
        "message": "The local table did not answer",
    })
}
