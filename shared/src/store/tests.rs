use std::time::Duration;

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use axum::Json;
use bytes::Bytes;
use http::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

use super::*;
use crate::aws::over::Over;
use crate::config::TlsRoots;
use crate::domain::id::CandidateSessionId;
use crate::domain::page::PageRequest;
use crate::http_client::Http;

/// A table that fails at everything, and is asked again at once.
async fn unwell() -> Store {
    at(axum::Router::new().fallback(async || StatusCode::INTERNAL_SERVER_ERROR)).await
}

/// A table that is empty, and hands over what it is asked.
async fn empty() -> (Store, mpsc::UnboundedReceiver<Value>) {
    let (asked, requests) = mpsc::unbounded_channel();
    let answer = async move |request: Bytes| {
        asked.send(serde_json::from_slice(&request).unwrap()).unwrap();
        Json(json!({ "Items": [], "Count": 0, "ScannedCount": 0 }))
    };
    (at(axum::Router::new().fallback(answer)).await, requests)
}

/// The table that answers as `router` does.
async fn at(router: axum::Router) -> Store {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    let config = config::Builder::new()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::from_static("us-east-1"))
        .credentials_provider(Credentials::new("local", "local", None, None, "local"))
        .http_client(Over(Http::new(TlsRoots::Embedded)))
        .retry_config(RetryConfig::standard().with_initial_backoff(Duration::ZERO))
        .endpoint_url(endpoint);
    Store::new(config, "tenon", Clock::fixed("2026-03-02T09:00:00Z".parse().unwrap()))
}

#[tokio::test]
async fn a_start_asks_a_table_that_fails_once_where_a_request_tries_again() {
    let store = unwell().await;

    store.warm_up().await;
    assert_eq!(store.calls().count(), 1);

    assert!(!store.answers_within(Duration::from_mins(1)).await);
    assert_eq!(store.calls().count(), 1 + 3);
}

#[tokio::test]
async fn a_page_asks_for_what_its_rows_are_read_from_and_for_the_key_that_it_goes_on_from() {
    let (store, mut requests) = empty().await;
    let wanted = PageRequest { limit: None, after: None };
    let mut asked = async |index: Option<&str>| {
        let request = requests.recv().await.unwrap();
        assert_eq!(request.get("IndexName").and_then(Value::as_str), index);
        let expression = request["ProjectionExpression"].as_str().unwrap();
        let names =
            expression.split(", ").map(|name| request["ExpressionAttributeNames"][name].clone());
        Value::Array(names.collect())
    };

    store.sessions_for("ada@example.com", wanted).await.unwrap();
    let expected = json!(["PK", "SK", "body", "id", "candidateCount", "expiresAtEpoch", "GSI2SK"]);
    assert_eq!(asked(Some("GSI2")).await, expected);

    store.submissions_in(CandidateSessionId::new(7), wanted).await.unwrap();
    let expected = json!(["PK", "body", "id", "candidateCount", "expiresAtEpoch", "SK"]);
    assert_eq!(asked(None).await, expected);
}
