//! Webhooks, as GitHub sends them.

use http::Method;
use local::courier::signature;
use reqwest::RequestBuilder;
use serde_json::Value;
use shared::mint::Mint;
use uuid::Uuid;

use crate::caller::Answer;
use crate::story::Story;

/// What they are signed with: the secret of GitHub's own example.
pub const SECRET: &str = "It's a Secret to Everybody";
/// The setting that has the local GitHub send them, and Tenon take them.
pub const TOLD: [(&str, &str); 1] = [("TENON_GITHUB_WEBHOOK_SECRETS", SECRET)];

impl Story {
    /// A webhook with this body and without a signature.
    pub fn unsigned_webhook(&self, event: &str, delivery: Uuid, body: &str) -> RequestBuilder {
        let request = self.nobody().request(Method::POST, "/api/github/webhooks");
        let request = request.header("content-type", "application/json");
        let request = request.header("x-github-event", event);
        request.header("x-github-delivery", delivery.to_string()).body(body.to_owned())
    }

    /// The same with the signature that GitHub gives it.
    pub fn signed_webhook(&self, event: &str, delivery: Uuid, body: &str) -> RequestBuilder {
        let request = self.unsigned_webhook(event, delivery, body);
        request.header("x-hub-signature-256", signature(SECRET, body.as_bytes()))
    }

    /// GitHub delivers an event for the first time.
    pub async fn webhook(&self, event: &str, payload: &Value) -> Answer {
        let request = self.signed_webhook(event, Mint::System.uuid(), &payload.to_string());
        self.nobody().send(request).await
    }
}
