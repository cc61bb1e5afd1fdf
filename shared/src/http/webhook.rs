//! Webhooks of GitHub, at the door: nothing of a body is looked at before its signature was.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::{HeaderMap, HeaderName};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use uuid::Uuid;

use crate::app::App;
use crate::auth::webhook::Signed;
use crate::config::Config;
use crate::error::{Error, Noun, Problem};
use crate::github::webhook::{Arrival, Heard, read};
use crate::http::input::require_json;

/// The route, which has a size limit of its own.
pub const WEBHOOKS: &str = "/api/github/webhooks";

/// The largest body of a webhook, in bytes. GitHub sends up to 25 MB, but what invokes a function is at
/// most 6 MB, body and all: more than this cannot arrive. What is above it is answered 413 by us
/// or by the gateway; GitHub shows that in its list of deliveries, and what we would have heard is found
/// by the jobs that ask.
const BYTES_MAX: usize = 5 * 1024 * 1024;

const SIGNATURE: HeaderName = HeaderName::from_static("x-hub-signature-256");
const EVENT: HeaderName = HeaderName::from_static("x-github-event");
const DELIVERY: HeaderName = HeaderName::from_static("x-github-delivery");

/// The largest body of a request for `route`, in bytes.
pub(crate) fn bytes_max(config: &Config, route: Option<&str>) -> usize {
    let configured = config.body_bytes_max;
    if route == Some(WEBHOOKS) { configured.max(BYTES_MAX) } else { configured }
}

/// A webhook that GitHub signed with one of our secrets, and what it says.
///
/// Without a secret there is no such route: 404. Then the size is checked (413), the signature (401),
/// the content type (415), and what it says (422). Neither table nor GitHub is asked.
#[derive(Debug)]
pub struct Webhook {
    /// Which delivery, and when.
    pub arrival: Arrival,
    /// What it says.
    pub heard: Heard,
}

impl FromRequest<App> for Webhook {
    type Rejection = Error;

    async fn from_request(request: Request, app: &App) -> Result<Self, Error> {
        let secrets = &app.secrets().await?.webhook_keys;
        if secrets.is_empty() {
            return Err(Error::NotFound(Noun::Route));
        }
        let (parts, body) = request.into_parts();
        let headers = parts.headers;
        let body = whole(body, bytes_max(&app.config, Some(WEBHOOKS))).await?;
        let signature = only(&headers, &SIGNATURE).unwrap_or_default();
        let signed = Signed::with(secrets, signature, &body).ok_or(Error::SignatureRefused)?;
        require_json(&headers)?;
        let delivery = only(&headers, &DELIVERY).and_then(|text| Uuid::try_parse(text).ok());
        let (event, delivery) = match (only(&headers, &EVENT), delivery) {
            (Some(event), Some(delivery)) => (event, delivery),
            (None, _) => return Err(wrong("/header/x-github-event", "is required")),
            (_, None) => return Err(wrong("/header/x-github-delivery", "must be a UUID")),
        };
        let arrival = Arrival { delivery, at: app.clock.now() };
        let heard = read(event, arrival, signed.body()).map_err(|error| {
            // The words of the error would repeat what was sent.
            let place = (error.line(), error.column());
            tracing::error!(%delivery, ?place, "a webhook is not as GitHub describes it");
            wrong("/body", "is not as GitHub describes this event")
        })?;
        Ok(Self { arrival, heard })
    }
}

async fn whole(body: Body, bytes_max: usize) -> Result<Bytes, Error> {
    match Limited::new(body, bytes_max).collect().await {
        Ok(body) => Ok(body.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Error::BodyTooLarge),
        // A body that broke off cannot be the one that was signed.
        Err(_broken) => Err(Error::SignatureRefused),
    }
}

/// The value of a header that is there once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut sent = headers.get_all(name).iter();
    match (sent.next(), sent.next()) {
        (Some(only), None) => only.to_str().ok(),
        _ => None,
    }
}

fn wrong(pointer: &str, message: &str) -> Error {
    let (pointer, message) = (pointer.to_owned(), message.to_owned());
    Error::Invalid(vec![Problem { pointer, message, code: "value_error" }])
}
