//! In front of the admin routes: whoever does not show the key learns nothing of them.

use axum::extract::Request;
use http::request::Parts;
use http::{HeaderMap, HeaderName, Uri};

use crate::app::App;
use crate::auth::admin::Admin;
use crate::error::{Error, Noun, SecretProblem};
use crate::http::address;

const PREFIX: &str = "/api/admin";
/// The header with the admin key.
const KEY: HeaderName = HeaderName::from_static("x-admin-key");
/// A path without a route.
const NOWHERE: &str = "/nowhere";

/// Lets a request for an admin route pass with the proof that it shows the key, and sends any other
/// one astray: it is answered, to the last byte, as a path that does not exist, whatever its method
/// and its body, before anything of it is read. Where the key to compare with cannot be had, whoever shows
/// one is told that instead.
pub(crate) async fn admitted_or_astray(app: &App, request: Request) -> Request {
    let below = request.uri().path().strip_prefix(PREFIX);
    if !below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/')) {
        return request;
    }
    let (mut parts, body) = request.into_parts();
    match admitted(app, &parts).await {
        Ok(Some(admin)) => {
            parts.extensions.insert(admin);
        }
        Ok(None) => parts.uri = Uri::from_static(NOWHERE),
        Err(problem) => {
            parts.extensions.insert(problem);
            parts.uri = Uri::from_static(NOWHERE);
        }
    }
    Request::from_parts(parts, body)
}

/// The proof, for the one right key.
async fn admitted(app: &App, parts: &Parts) -> Result<Option<Admin>, SecretProblem> {
    let Some(key) = shown(&parts.headers) else { return Ok(None) };
    let address = address::client(parts, &app.config.limits.trusted_proxies);
    let Some(admin) = Admin::by_key(app.vault.secrets().await?.admin_key.as_ref(), key) else {
        app.limits.failed_admin_key(address).await;
        return Ok(None);
    };
    let guessed_out = app.limits.is_guessed_out(address).await;
    Ok((!guessed_out).then_some(admin))
}

/// What is answered where there is no route.
pub(crate) async fn nowhere(request: Request) -> Error {
    let untold = request.extensions().get::<SecretProblem>();
    untold.map_or(Error::NotFound(Noun::Route), |problem| Error::Secrets(*problem))
}

/// The one key that is shown.
fn shown(headers: &HeaderMap) -> Option<&[u8]> {
    let mut sent = headers.get_all(KEY).iter();
    match (sent.next(), sent.next()) {
        (Some(only), None) => Some(only.as_bytes()),
        _ => None,
    }
}
