//! A place where an identity provider's keys are published, and which may be away.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use http::StatusCode;
use serde_json::Value;
use tokio::net::TcpListener;

/// Serves one document at every path.
#[derive(Debug, Clone)]
pub struct KeyServer {
    /// Where it is.
    pub url: String,
    answer: Arc<Mutex<(StatusCode, String)>>,
    asked: Arc<AtomicU64>,
}

impl KeyServer {
    /// A server that has nothing to publish yet.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        let answer = Arc::new(Mutex::new((StatusCode::NOT_FOUND, String::new())));
        let server = Self { url, answer, asked: Arc::default() };
        let copy = server.clone();
        let routes = Router::new().fallback(async move || {
            copy.asked.fetch_add(1, Ordering::SeqCst);
            copy.answer.lock().unwrap().clone()
        });
        tokio::spawn(async move { axum::serve(listener, routes).await });
        server
    }

    /// Publishes `document` from now on.
    pub fn publish(&self, document: &Value) {
        *self.answer.lock().unwrap() = (StatusCode::OK, document.to_string());
    }

    /// Answers 503 from now on.
    pub fn go_away(&self) {
        *self.answer.lock().unwrap() = (StatusCode::SERVICE_UNAVAILABLE, String::new());
    }

    /// How often the document was asked for.
    pub fn asked(&self) -> u64 {
        self.asked.load(Ordering::SeqCst)
    }
}
