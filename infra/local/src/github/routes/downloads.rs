//! Downloading an artifact: a redirect to a signed address that is good for a minute and wants no
//! token, as the storage behind the real GitHub has it.

use aws_lc_rs::hmac;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::header::{AUTHORIZATION, CONTENT_DISPOSITION, CONTENT_TYPE, HOST, LOCATION};
use http::{HeaderMap, StatusCode};
use serde::Deserialize;

use crate::github::GitHub;
use crate::github::gate::{Caller, Tenon};
use crate::github::objects::hex;
use crate::github::refusal::Refusal;
use crate::github::routes::actions::{artifacts_of, run_of};
use crate::github::routes::visible;
use crate::github::runs::Run;
use crate::github::uploads::Fate;

/// How long a signed address is good for.
const SIGNED_SECONDS: i64 = 60;

#[derive(Debug, Deserialize)]
pub(crate) struct Signed {
    /// Seconds since 1970.
    expires: i64,
    signature: String,
}

/// `GET /repos/{owner}/{repo}/actions/artifacts/{artifact}/zip`: 302, or 410 after 90 days.
pub(crate) async fn redirect(
    State(github): State<GitHub>,
    _: Tenon,
    Path((owner, name, artifact)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let now = github.now();
    let world = github.world();
    let repository = visible(&world, Caller::Tenon, (&owner, &name))?;
    let artifact: u64 = artifact.parse().map_err(|_no_number| Refusal::NotFound)?;
    let run = run_of(&world, repository, Some(Run::id_of_artifact(artifact)));
    let run = run.ok_or(Refusal::NotFound)?;
    let found = artifacts_of(&github, &world, run)?.into_iter().find(|it| it.id == artifact);
    match found.ok_or(Refusal::NotFound)?.fate {
        Fate::Expired | Fate::Gone => return Err(Refusal::Expired),
        Fate::Kept if now >= run.artifact_expires_at() => return Err(Refusal::Expired),
        Fate::Kept | Fate::OutOfReach => {}
    }
    let expires = now.as_second() + SIGNED_SECONDS;
    let signature = sign(&github, artifact, expires);
    // Without a host, as in tests that use no socket, the address is relative.
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    let origin = host.map(|host| format!("http://{host}")).unwrap_or_default();
    let query = format!("expires={expires}&signature={signature}");
    let location = format!("{origin}/_archives/{artifact}?{query}");
    Ok((StatusCode::FOUND, [(LOCATION, location)]).into_response())
}

/// `GET /_archives/{artifact}`: the zip, for whoever holds the signed address and sends no token.
pub(crate) async fn archive(
    State(github): State<GitHub>,
    Path(artifact): Path<u64>,
    Query(signed): Query<Signed>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    if headers.contains_key(AUTHORIZATION) {
        return Ok(refused(StatusCode::UNAUTHORIZED, "InvalidAuthenticationInfo"));
    }
    let now = github.now();
    let genuine = signed.signature == sign(&github, artifact, signed.expires);
    if !genuine || now.as_second() >= signed.expires {
        return Ok(refused(StatusCode::FORBIDDEN, "AuthenticationFailed"));
    }
    let world = github.world();
    let run = world.run(Run::id_of_artifact(artifact)).ok_or(Refusal::NotFound)?;
    let found = artifacts_of(&github, &world, run)?.into_iter().find(|it| it.id == artifact);
    let found = found.ok_or(Refusal::NotFound)?;
    if found.fate == Fate::OutOfReach {
        return Ok(refused(StatusCode::SERVICE_UNAVAILABLE, "ServerBusy"));
    }
    let name = "attachment; filename=\"tenon-test-results.zip\"";
    Ok(([(CONTENT_TYPE, "application/zip"), (CONTENT_DISPOSITION, name)], found.archive)
        .into_response())
}

// Azure's way to say no.
fn refused(status: StatusCode, code: &str) -> Response {
    let message = "Server failed to authenticate the request.";
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?><Error><Code>{code}</Code>\
         <Message>{message}</Message></Error>"
    );
    (status, [(CONTENT_TYPE, "application/xml")], body).into_response()
}

fn sign(github: &GitHub, artifact: u64, expires: i64) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, github.token().as_bytes());
    hex(hmac::sign(&key, format!("{artifact}:{expires}").as_bytes()).as_ref())
}
