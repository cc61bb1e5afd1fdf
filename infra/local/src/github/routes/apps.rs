//! The App itself, under its own signature: who it is, where it is installed, tokens.

use axum::extract::{FromRequestParts, Path, State};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use http::request::Parts;
use serde::Deserialize;
use serde_json::Value;

use crate::github::GitHub;
use crate::github::answers::apps as answer;
use crate::github::app::Permissions;
use crate::github::gate::{Body, bearer};
use crate::github::installations::Standing;
use crate::github::refusal::Refusal;
use crate::github::users::{UserKind, is_somebody};

/// The proof that the App signed the call; without it 401.
#[derive(Debug)]
pub(crate) struct Signed;

impl FromRequestParts<GitHub> for Signed {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, github: &GitHub) -> Result<Self, Refusal> {
        let app = github.0.app.get().ok_or(Refusal::UnknownApp)?;
        let token = bearer(&parts.headers).ok_or(Refusal::Undecodable)?;
        app.signed(token, github.now())?;
        Ok(Self)
    }
}

/// What a token is asked for; everything where nothing is said.
#[derive(Debug, Deserialize)]
pub(crate) struct Scope {
    permissions: Option<Permissions>,
}

/// `GET /app`
pub(crate) async fn itself(State(github): State<GitHub>, _: Signed) -> Json<Value> {
    Json(answer::integration(&github.world()))
}

/// `GET /orgs/{org}/installation`
pub(crate) async fn of_organization(
    State(github): State<GitHub>,
    _: Signed,
    Path(login): Path<String>,
) -> Result<Json<Value>, Refusal> {
    of_account(&github, &login, UserKind::Organization)
}

/// `GET /users/{username}/installation`
pub(crate) async fn of_user(
    State(github): State<GitHub>,
    _: Signed,
    Path(login): Path<String>,
) -> Result<Json<Value>, Refusal> {
    of_account(&github, &login, UserKind::User)
}

/// `GET /repos/{owner}/{repo}/installation`
pub(crate) async fn of_repository(
    State(github): State<GitHub>,
    _: Signed,
    Path((owner, name)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    github.world().repository(&owner, &name).ok_or(Refusal::NotFound)?;
    of_account(&github, &owner, UserKind::Organization)
}

fn of_account(github: &GitHub, login: &str, kind: UserKind) -> Result<Json<Value>, Refusal> {
    let now = github.now();
    let mut world = github.world();
    if !is_somebody(login) {
        return Err(Refusal::NotFound);
    }
    let account = world.mention(login, kind, now)?;
    if account.kind != kind {
        return Err(Refusal::NotFound);
    }
    let installation = world.installations.of(&account.login, now)?.ok_or(Refusal::NotFound)?;
    Ok(Json(answer::installation(&world, &installation)))
}

/// `POST /app/installations/{installation_id}/access_tokens`
pub(crate) async fn create_token(
    State(github): State<GitHub>,
    _: Signed,
    Path(id): Path<String>,
    Body(scope): Body<Scope>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let now = github.now();
    let app = github.0.app.get().ok_or(Refusal::UnknownApp)?;
    let world = github.world();
    let installation = id.parse().ok().and_then(|id| world.installations.by_id(id));
    let installation = installation.ok_or(Refusal::NotFound)?;
    if installation.standing == Standing::Suspended {
        return Err(Refusal::Suspended);
    }
    let (token, grant) = app.grant(installation, scope.permissions, now)?;
    Ok((StatusCode::CREATED, Json(answer::token(&token, &grant))))
}

impl GitHub {
    /// The routes of this file.
    pub(in crate::github) fn app_routes(&self) -> Router<Self> {
        let tokens = self.call("POST access_tokens", post(create_token));
        let of = |handler| self.call("GET installation", handler);
        Router::new()
            .route("/app", self.call("GET app", get(itself)))
            .route("/app/installations/{id}/access_tokens", tokens)
            .route("/orgs/{org}/installation", of(get(of_organization)))
            .route("/users/{login}/installation", of(get(of_user)))
            .route("/repos/{owner}/{repository}/installation", of(get(of_repository)))
    }
}
