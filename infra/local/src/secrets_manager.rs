//! AWS Secrets Manager, as far as `aws-sdk-secretsmanager` is used: `GetSecretValue` in AWS JSON 1.1.
//!
//! `cargo dev` needs none, because its secrets are in the environment; the tests of what reads one do.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::json;
use tokio::net::TcpListener;

use crate::places::base;

const AWS_JSON: [(header::HeaderName, &str); 1] =
    [(header::CONTENT_TYPE, "application/x-amz-json-1.1")];

/// Secrets by their ARN; clones share them.
#[derive(Debug, Clone, Default)]
pub struct SecretsManager(Arc<Mutex<Kept>>);

#[derive(Debug, Default)]
struct Kept {
    secrets: BTreeMap<String, String>,
    denied: bool,
    reads: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct GetSecretValue {
    secret_id: String,
}

#[derive(Debug, thiserror::Error)]
enum Refusal {
    #[error("The local Secrets Manager knows the action GetSecretValue only.")]
    UnknownAction,
    #[error("The request is not the JSON of a GetSecretValue.")]
    NotJson(#[source] serde_json::Error),
    #[error("User is not authorized to perform: secretsmanager:GetSecretValue on resource: {0}")]
    Denied(String),
    #[error("Secrets Manager can't find the specified secret.")]
    NotFound,
}

impl SecretsManager {
    /// Keeps `text` as the secret `arn`; what it was before is gone.
    pub fn put(&self, arn: &str, text: &str) {
        self.kept().secrets.insert(arn.to_owned(), text.to_owned());
    }

    /// From now on whoever asks is refused.
    pub fn deny(&self) {
        self.kept().denied = true;
    }

    /// From now on whoever asks is answered again.
    pub fn admit(&self) {
        self.kept().denied = false;
    }

    /// How often a secret was asked for.
    pub fn reads(&self) -> usize {
        self.kept().reads
    }

    /// Serves the secrets in the background on a free port, and says where.
    pub async fn serve(&self) -> io::Result<String> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let router = Router::new().fallback(answer).with_state(self.clone());
        tokio::spawn(async move {
            // It listens already, so this ends only with the task.
            let _ended = axum::serve(listener, router).await;
        });
        Ok(base(address))
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn value(&self, headers: &HeaderMap, body: &[u8]) -> Result<Response, Refusal> {
        if headers.get("x-amz-target").is_none_or(|it| it != "secretsmanager.GetSecretValue") {
            return Err(Refusal::UnknownAction);
        }
        let GetSecretValue { secret_id } =
            serde_json::from_slice(body).map_err(Refusal::NotJson)?;
        let mut kept = self.kept();
        kept.reads += 1;
        if kept.denied {
            return Err(Refusal::Denied(secret_id));
        }
        let text = kept.secrets.get(&secret_id).ok_or(Refusal::NotFound)?;
        let body = json!({
            "ARN": secret_id,
            "Name": secret_id.rsplit(':').next(),
            "VersionId": "5d0f4f0e-6d3d-4f5c-8a53-0c1a1f1f2b11",
            "SecretString": text,
            "VersionStages": ["AWSCURRENT"],
            "CreatedDate": 1_772_442_000.0,
        });
        Ok((AWS_JSON, body.to_string()).into_response())
    }
}

async fn answer(
    State(manager): State<SecretsManager>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    manager.value(&headers, &body).unwrap_or_else(IntoResponse::into_response)
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let name = match self {
            Self::UnknownAction => "UnknownOperationException",
            Self::NotJson(_) => "SerializationException",
            Self::Denied(_) => "AccessDeniedException",
            Self::NotFound => "ResourceNotFoundException",
        };
        let body = json!({ "__type": name, "Message": self.to_string() });
        (StatusCode::BAD_REQUEST, AWS_JSON, body.to_string()).into_response()
    }
}
