use std::time::Duration;

use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use http::StatusCode;
use tokio::net::TcpListener;

use super::*;
use crate::aws::over::Over;
use crate::config::TlsRoots;
use crate::http_client::Http;

/// A table that fails at everything, and is asked again at once.
async fn unwell() -> Store {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let unwell = axum::Router::new().fallback(async || StatusCode::INTERNAL_SERVER_ERROR);
    tokio::spawn(async move { axum::serve(listener, unwell).await });
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
