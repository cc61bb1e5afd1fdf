//! In front of the admin routes: whoever does not show the key learns nothing of them.

use axum::extract::Request;
use http::{HeaderMap, HeaderName, Uri};

use crate::app::App;
use crate::auth::admin::Admin;
use crate::http::address;

const PREFIX: &str = "/api/admin";
/// The header with the admin key.
const KEY: HeaderName = HeaderName::from_static("x-admin-key");
/// A path without a route.
const NOWHERE: &str = "/nowhere";

/// Lets a request for an admin route pass with the proof that it shows the key, and sends any other
/// one astray: it is answered, to the last byte, as a path that does not exist, whatever its method
/// and its body, before anything of it is read.
pub(crate) async fn admitted_or_astray(app: &App, request: Request) -> Request {
    let below = request.uri().path().strip_prefix(PREFIX);
    if !below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
        return request;
    }
    let (mut parts, body) = request.into_parts();
    let key = shown(&parts.headers);
    let address = address::client(&parts, &app.config.limits.trusted_proxies);
    let admin = key.and_then(|key| Admin::by_key(app.config.admin_key.as_ref(), key));
    let admitted = match admin {
        Some(admin) if !app.limits.is_guessed_out(address).await => Some(admin),
        Some(_) => None,
        None => {
            if key.is_some() {
                app.limits.failed_admin_key(address).await;
            }
            None
        }
    };
    if let Some(admin) = admitted {
        parts.extensions.insert(admin);
    } else {
        parts.uri = Uri::from_static(NOWHERE);
    }
    Request::from_parts(parts, body)
}

/// The one key that is shown.
fn shown(headers: &HeaderMap) -> Option<&[u8]> {
    let mut sent = headers.get_all(KEY).iter();
    match (sent.next(), sent.next()) {
        (Some(only), None) => Some(only.as_bytes()),
        _ => None,
    }
}
