//! Carries webhooks from the local GitHub to the API, signed as GitHub signs them.

use std::fmt::Write;
use std::time::Duration;

use aws_lc_rs::hmac;
use tokio::time::{MissedTickBehavior, interval};
use tracing::warn;

use crate::github::GitHub;
use crate::github::hooks::Delivery;

/// How often GitHub is asked for news. The real one takes a second or two.
const NEWS_EVERY: Duration = Duration::from_millis(50);

/// Carries webhooks.
#[derive(Clone)]
pub struct Courier {
    github: GitHub,
    http: reqwest::Client,
    address: String,
    secret: String,
}

impl Courier {
    /// A courier from `github` to the API at `api`, which ends in `/`.
    pub fn new(github: GitHub, http: reqwest::Client, api: &str, secret: String) -> Self {
        Self { github, http, address: format!("{api}api/github/webhooks"), secret }
    }

    /// Delivers what there is, one after the other; says how many. What is refused is told and, as on
    /// GitHub, not sent again.
    pub async fn deliver(&self) -> usize {
        let deliveries = self.github.take_deliveries();
        for delivery in &deliveries {
            let Delivery { id, event, .. } = delivery;
            match self.send(delivery).await {
                Ok(status) if status.is_success() => {}
                Ok(status) => warn!(%id, event, %status, "a webhook was refused"),
                Err(error) => warn!(%id, event, %error, "a webhook could not be delivered"),
            }
        }
        deliveries.len()
    }

    async fn send(&self, delivery: &Delivery) -> reqwest::Result<reqwest::StatusCode> {
        let request = self
            .http
            .post(&self.address)
            .header("content-type", "application/json")
            .header("user-agent", "GitHub-Hookshot/tenon")
            .header("x-github-event", delivery.event)
            .header("x-github-delivery", delivery.id.to_string())
            .header("x-hub-signature-256", signature(&self.secret, delivery.body.as_bytes()))
            .body(delivery.body.clone());
        Ok(request.send().await?.status())
    }

    /// Delivers for ever.
    pub async fn run(self) {
        let mut news = interval(NEWS_EVERY);
        news.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            news.tick().await;
            self.deliver().await;
        }
    }
}

/// The value of `X-Hub-Signature-256` for `body`.
pub fn signature(secret: &str, body: &[u8]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, body);
    tag.as_ref().iter().fold("sha256=".to_owned(), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_signed_as_in_the_example_that_github_publishes() {
        let signed = signature("It's a Secret to Everybody", b"Hello, World!");
        let digits = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        assert_eq!(signed, format!("sha256={digits}"));
    }
}
