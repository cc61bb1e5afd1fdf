//! The page behind the link of an invite mail where a candidate says which GitHub account is theirs.
//! The token in the path opens it: nobody need be logged in, and no script runs.
//!
//! What the page decides is answered with a page. A fault of ours, and what is refused before the page
//! is reached, is answered as everywhere.

use axum::body::Body;
use axum::extract::rejection::RawPathParamsRejection;
use axum::extract::{RawPathParams, State};
use axum::response::{IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use shared::app::App;
use shared::domain::invite_token::InviteClaim;
use shared::domain::limit::GITHUB_USERNAME;
use shared::domain::repository::GitHubUsername;
use shared::error::{Error, Noun};
use shared::flows::name_by_invite::{name_by_invite, open_by_invite};
use shared::store::sessions::Desk;

use crate::form::{Sent, is_cross_site, is_form, username};
use crate::pages;

/// The longest form, in bytes.
const FORM_BYTES_MAX: usize = 4 * 1024;

type Params = Result<RawPathParams, RawPathParamsRejection>;

/// The page where a candidate says which GitHub account is theirs.
///
/// The invite token in the path opens it. It has one form, which posts to the same address.
#[utoipa::path(
    get, path = "/api/candidate/github/{token}", tag = "candidates",
    operation_id = "getUsernamePage", security(()),
    params(("token" = String, Path, description = "The invite token of the link.")),
    responses(
        (status = 200, description = "The page.", body = String, content_type = "text/html"),
        (status = 404, description = "The link leads nowhere: a page.", body = String, content_type = "text/html"),
        (status = 410, description = "The invite has expired: a page.", body = String, content_type = "text/html"),
        (status = 429, description = "Too many requests: a page.", body = String, content_type = "text/html"),
    )
)]
pub(crate) async fn show(State(app): State<App>, params: Params) -> Response {
    let opened = open(&app, params).await;
    let answer =
        opened.and_then(|(_claim, desk)| pages::form(&app, desk.into(), pages::State::Asked));
    answer.unwrap_or_else(|error| pages::refusal(&app, error))
}

/// Remembers which GitHub account is the candidate's; GitHub's invitations follow.
#[utoipa::path(
    post, path = "/api/candidate/github/{token}", tag = "candidates",
    operation_id = "giveUsername", security(()),
    params(("token" = String, Path, description = "The invite token of the link.")),
    request_body(content = inline(Sent), content_type = "application/x-www-form-urlencoded"),
    responses(
        (status = 200, description = "It is remembered: a page.", body = String, content_type = "text/html"),
        (status = 400, description = "That is no username: the page again.", body = String, content_type = "text/html"),
        (status = 403, description = "Another website's form sent it: a page.", body = String, content_type = "text/html"),
        (status = 404, description = "The link leads nowhere: a page.", body = String, content_type = "text/html"),
        (status = 409, description = "All days are handed in: a page.", body = String, content_type = "text/html"),
        (status = 410, description = "The invite has expired: a page.", body = String, content_type = "text/html"),
        (status = 415, description = "No form sent it: a page.", body = String, content_type = "text/html"),
        (status = 429, description = "Too many requests: a page.", body = String, content_type = "text/html"),
    )
)]
pub(crate) async fn give(
    State(app): State<App>,
    params: Params,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let given = given(&app, params, &headers, body).await;
    given.unwrap_or_else(|error| pages::refusal(&app, error))
}

async fn given(
    app: &App,
    params: Params,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Error> {
    if is_cross_site(headers) {
        return pages::told(app, StatusCode::FORBIDDEN, pages::CROSS_SITE);
    }
    if !is_form(headers) {
        return pages::told(app, StatusCode::UNSUPPORTED_MEDIA_TYPE, pages::NO_FORM);
    }
    let form = match Limited::new(body, FORM_BYTES_MAX).collect().await {
        Ok(form) => form.to_bytes(),
        Err(error) if error.is::<LengthLimitError>() => {
            return Ok(Error::BodyTooLarge.into_response());
        }
        Err(_broken_off) => bytes::Bytes::new(),
    };
    let (claim, desk) = open(app, params).await?;
    let Ok(username) = GitHubUsername::parse(&username(&form)) else {
        return pages::form(app, desk.into(), pages::State::Malformed);
    };
    let desk = name_by_invite(app, claim, desk, &username).await?;
    pages::form(app, desk.into(), pages::State::Saved)
}

/// What the token in the path opens. A forged one costs no read.
async fn open(app: &App, params: Params) -> Result<(InviteClaim, Desk), Error> {
    let unknown = || Error::NotFound(Noun::InviteToken);
    let params = params.map_err(|_not_utf8| unknown())?;
    let token = params.iter().find(|(name, _)| *name == "token").map(|(_, token)| token);
    let keys = &app.secrets().await?.invite_keys;
    let claim = token.and_then(|token| keys.read(token)).ok_or_else(unknown)?;
    let limit = GITHUB_USERNAME.of(&[&claim.session]);
    let desk = app.limits.beside(limit, open_by_invite(app, claim)).await?;
    Ok((claim, desk))
}
