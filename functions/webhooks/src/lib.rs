//! Webhooks of GitHub: taken, and answered at once.

use axum::Json;
use axum::extract::State;
use http::StatusCode;
use serde::Serialize;
use shared::app::App;
use shared::error::Error;
use shared::flows::take_webhook::{Receipt, take_webhook};
use shared::http::routes::Routes;
use shared::http::schema::Problem;
use shared::http::webhook::Webhook;
use shared::operations;
use utoipa::ToSchema;

/// The routes of this group.
pub fn router() -> Routes {
    Routes::new().with(operations!(receive))
}

/// Takes a webhook of GitHub.
///
/// The signature is checked over the body as it came, before anything else of it is looked at. What
/// follows is done in the background; a delivery that comes again changes nothing. Followed are
/// `workflow_run`, `push`, `member`, `repository` and `installation`; any other event is answered
/// alike, and ignored. A body may have 5 MiB. Without a configured secret the route is not there.
#[utoipa::path(
    post, path = "/api/github/webhooks", tag = "webhooks", operation_id = "receiveWebhook",
    security(()),
    params(
        (
            "X-Hub-Signature-256" = String, Header, pattern = "^sha256=[0-9a-f]{64}$",
            description = "The HMAC-SHA256 of the body under the webhook's secret.",
        ),
        ("X-GitHub-Event" = String, Header, description = "The name of the event."),
        (
            "X-GitHub-Delivery" = String, Header,
            pattern = "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
            description = "The delivery; sent again, it is the same.",
        ),
    ),
    request_body(content = Object, description = "The event, as GitHub describes it."),
    responses(
        (status = 202, description = "It was taken.", body = Received),
        (status = 401, description = "The signature is missing or wrong.", body = Problem),
        (status = 404, description = "No secret is configured.", body = Problem),
        (
            status = 422, body = Problem,
            description = "It is signed, but not as GitHub describes the event.",
        ),
    )
)]
async fn receive(
    State(app): State<App>,
    webhook: Webhook,
) -> Result<(StatusCode, Json<Received>), Error> {
    let receipt = take_webhook(&app, webhook.arrival, webhook.heard).await?;
    Ok((StatusCode::ACCEPTED, Json(Received { outcome: receipt.into() })))
}

/// What became of a webhook.
#[derive(Serialize, ToSchema)]
#[schema(as = ReceivedWebhook)]
struct Received {
    outcome: Outcome,
}

/// `accepted` where something follows, `repeated` where the same delivery was accepted before,
/// `ignored` where nothing follows.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WebhookOutcome)]
enum Outcome {
    Accepted,
    Repeated,
    Ignored,
}

impl From<Receipt> for Outcome {
    fn from(receipt: Receipt) -> Self {
        match receipt {
            Receipt::Accepted => Self::Accepted,
            Receipt::Repeated => Self::Repeated,
            Receipt::Ignored => Self::Ignored,
        }
    }
}
