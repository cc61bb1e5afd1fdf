//! Who am I, goodbye, and is anybody there; also every path that nobody else has.

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{CACHE_CONTROL, PRAGMA};
use serde::Serialize;
use shared::app::App;
use shared::auth::principal::Recruiter;
use shared::domain::limit::AUTH_ME;
use shared::error::Error;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this group.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(health)).routes(routes!(me)).routes(routes!(logout))
}

/// The process answers. Says nothing of what stands behind it.
#[utoipa::path(get, path = "/health", tag = "auth", responses((status = 200)))]
async fn health() -> Json<Health> {
    Json(Health { status: "ok" })
}

#[derive(Serialize)]
struct Health {
    status: &'static str,
}

/// The recruiter's account, made on first sight.
#[utoipa::path(get, path = "/api/auth/me", tag = "auth", responses((status = 200)))]
async fn me(State(app): State<App>, recruiter: Recruiter) -> Result<Json<Me>, Error> {
    let user = recruiter.user();
    let limit = AUTH_ME.of(&[&user.id]);
    app.limits.take(limit).await?;
    Ok(Json(Me {
        id: user.id.get(),
        name: user.name.clone(),
        email: user.email.clone(),
        role: "recruiter",
    }))
}

#[derive(Serialize)]
struct Me {
    id: u64,
    name: String,
    email: String,
    role: &'static str,
}

/// Ends nothing: tokens end by themselves. The client forgets its own.
#[utoipa::path(post, path = "/api/auth/logout", tag = "auth", responses((status = 204)))]
async fn logout() -> Response {
    let headers = [(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")];
    (StatusCode::NO_CONTENT, headers).into_response()
}
