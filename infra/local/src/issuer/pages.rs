//! The issuer over HTTP: what the API fetches, and the form that mints tokens by hand.

use std::sync::atomic::Ordering;

use askama::Template;
use axum::extract::{FromRequest, Request, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Form, Json, Router};
use http::{HeaderMap, StatusCode, header};
use jsonwebtoken::jwk::JwkSet;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::issuer::{Identity, Issuer, IssuerError, LIFE_MINUTES, LIFE_MINUTES_MAX, Role};

/// What a token is asked for with, as a form or as JSON.
#[derive(Deserialize)]
struct Wish {
    email: String,
    role: Role,
    #[serde(default = "life_minutes")]
    minutes: u32,
    /// Else what stands before the `@` of the address.
    name: Option<String>,
}

#[derive(Debug, thiserror::Error)]
enum MintError {
    #[error("an e-mail address, a role (recruiter or candidate) and minutes are needed: {0}")]
    Unreadable(String),
    #[error("`{0}` is not an e-mail address")]
    NotAnAddress(String),
    #[error("a token lives from 1 to {LIFE_MINUTES_MAX} minutes")]
    BadLife,
    #[error("the token could not be signed")]
    Issuer(#[from] IssuerError),
    #[error("the page could not be written")]
    Page(#[from] askama::Error),
}

#[derive(Template)]
#[template(path = "mint.html")]
struct Page<'a> {
    issuer: &'a str,
    life_minutes: u32,
    life_minutes_max: u32,
    minted: Option<Minted<'a>>,
    problem: Option<String>,
}

struct Minted<'a> {
    email: &'a str,
    role: &'static str,
    minutes: u32,
    token: &'a str,
    claims: String,
    command: String,
}

fn life_minutes() -> u32 {
    LIFE_MINUTES
}

pub(super) fn router(issuer: Issuer) -> Router {
    Router::new()
        .route("/.well-known/openid-configuration", get(configuration))
        .route("/.well-known/jwks.json", get(keys))
        .route("/mint", get(form).post(mint))
        .with_state(issuer)
}

async fn configuration(State(issuer): State<Issuer>) -> Json<Value> {
    let name = issuer.name();
    Json(json!({
        "issuer": name,
        "jwks_uri": format!("{name}.well-known/jwks.json"),
        "authorization_endpoint": format!("{name}mint"),
        "token_endpoint": format!("{name}mint"),
        "response_types_supported": ["token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
    }))
}

async fn keys(State(issuer): State<Issuer>) -> Json<JwkSet> {
    issuer.requests_for_keys.fetch_add(1, Ordering::SeqCst);
    Json(issuer.jwks())
}

async fn form(State(issuer): State<Issuer>) -> Result<Html<String>, MintError> {
    html(&issuer, None, None)
}

async fn mint(State(issuer): State<Issuer>, request: Request) -> Result<Response, MintError> {
    if is_json(request.headers()) {
        let Json(wish) = Json::<Wish>::from_request(request, &())
            .await
            .map_err(|rejection| MintError::Unreadable(rejection.body_text()))?;
        let (_, token) = token(&issuer, &wish)?;
        return Ok(Json(json!({ "token": token, "tokenType": "Bearer" })).into_response());
    }
    match Form::<Wish>::from_request(request, &()).await {
        Ok(Form(wish)) => minted(&issuer, &wish),
        Err(rejection) => Err(MintError::Unreadable(rejection.body_text())),
    }
    .or_else(|error| {
        Ok((error.status(), html(&issuer, None, Some(error.to_string()))?).into_response())
    })
}

fn is_json(headers: &HeaderMap) -> bool {
    headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|kind| kind.starts_with("application/json"))
}

fn token(issuer: &Issuer, wish: &Wish) -> Result<(Identity, String), MintError> {
    let email = wish.email.trim();
    if !email.split_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
    {
        return Err(MintError::NotAnAddress(wish.email.clone()));
    }
    if !(1..=LIFE_MINUTES_MAX).contains(&wish.minutes) {
        return Err(MintError::BadLife);
    }
    let mut who = Identity::new(email, wish.role);
    if let Some(name) = wish.name.as_deref().map(str::trim).filter(|name| !name.is_empty()) {
        name.clone_into(&mut who.name);
    }
    let token = issuer.token_for(&who, wish.minutes)?;
    Ok((who, token))
}

fn minted(issuer: &Issuer, wish: &Wish) -> Result<Response, MintError> {
    let (who, token) = token(issuer, wish)?;
    let api = issuer.settings.api.trim_end_matches('/');
    let path = match who.role {
        Role::Recruiter => "/api/auth/me",
        Role::Candidate => "/api/candidate/invites",
    };
    let minted = Minted {
        email: &who.email,
        role: who.role.name(),
        minutes: wish.minutes,
        token: &token,
        claims: format!("{:#}", issuer.claims(&who, wish.minutes)),
        command: format!("curl -H 'Authorization: Bearer {token}' {api}{path}"),
    };
    Ok(html(issuer, Some(minted), None)?.into_response())
}

fn html(
    issuer: &Issuer,
    minted: Option<Minted<'_>>,
    problem: Option<String>,
) -> Result<Html<String>, MintError> {
    let page = Page {
        issuer: issuer.name(),
        life_minutes: LIFE_MINUTES,
        life_minutes_max: LIFE_MINUTES_MAX,
        minted,
        problem,
    };
    Ok(Html(page.render()?))
}

impl MintError {
    fn status(&self) -> StatusCode {
        match self {
            Self::Unreadable(_) | Self::NotAnAddress(_) | Self::BadLife => StatusCode::BAD_REQUEST,
            Self::Issuer(_) | Self::Page(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

impl IntoResponse for MintError {
    fn into_response(self) -> Response {
        (self.status(), Json(json!({ "error": self.to_string() }))).into_response()
    }
}
