//! Who am I, goodbye, and is anybody there; the API document; also every path that nobody else has.

mod docs;
mod file;
mod ready;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, PRAGMA};
use serde::Serialize;
use shared::app::App;
use shared::auth::principal::Recruiter;
use shared::domain::id::UserId;
use shared::domain::limit::AUTH_ME;
use shared::error::Error;
use shared::http::routes::Routes;
use shared::operations;
use utoipa::ToSchema;

/// The routes of this group.
pub fn router() -> Routes {
    Routes::new()
        .with(operations!(health))
        .with(operations!(ready::ready))
        .with(operations!(me))
        .with(operations!(logout))
        .merge(docs::router())
}

/// The process answers.
///
/// Says nothing of what stands behind it.
#[utoipa::path(
    get, path = "/health", tag = "service", operation_id = "getHealth", security(()),
    responses((status = 200, description = "It does.", body = Health))
)]
async fn health() -> Json<Health> {
    Json(Health { status: "ok" })
}

/// The process answers.
#[derive(Serialize, ToSchema)]
struct Health {
    #[schema(pattern = "^ok$", example = "ok")]
    status: &'static str,
}

/// The recruiter's account, made on first sight.
#[utoipa::path(
    get, path = "/api/auth/me", tag = "auth", operation_id = "getMe",
    security(("bearer" = ["recruiter:access"])),
    responses((status = 200, description = "The account.", body = Me))
)]
async fn me(State(app): State<App>, recruiter: Recruiter) -> Result<Json<Me>, Error> {
    let user = recruiter.user();
    let limit = AUTH_ME.of(&[&user.id]);
    app.limits.take(limit).await?;
    Ok(Json(Me {
        id: user.id,
        name: user.name.clone(),
        email: user.email.clone(),
        role: "recruiter",
    }))
}

/// A recruiter's account.
#[derive(Serialize, ToSchema)]
struct Me {
    id: UserId,
    name: String,
    email: String,
    #[schema(pattern = "^recruiter$", example = "recruiter")]
    role: &'static str,
}

/// Says goodbye.
///
/// Ends nothing: tokens end by themselves. The client forgets its own.
#[utoipa::path(
    post, path = "/api/auth/logout", tag = "auth", operation_id = "logOut", security(()),
    responses((status = 204, description = "Nothing more to say."))
)]
async fn logout() -> Response {
    let headers = [(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")];
    (StatusCode::NO_CONTENT, headers).into_response()
}
