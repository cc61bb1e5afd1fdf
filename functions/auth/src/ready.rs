//! Whether the service can do its work now.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use shared::app::App;
use shared::error::Error;
use shared::http::schema::Problem;
use shared::ready::results_of;
use utoipa::ToSchema;

/// The process can serve: what it cannot do without answers.
///
/// What was found is told again for two seconds. Says nothing but which checks failed.
#[utoipa::path(
    get, path = "/ready", tag = "service", operation_id = "getReadiness", security(()),
    responses(
        (status = 200, description = "It can.", body = Ready),
        (
            status = 503, body = Problem,
            description = "It cannot: `details.checks` says which check failed.",
        ),
    )
)]
pub(crate) async fn ready(State(app): State<App>) -> Result<Json<Ready>, Error> {
    let checks = app.readiness.checks().await?;
    Ok(Json(Ready { status: "ready", checks: results_of(&checks) }))
}

/// The process can serve.
#[derive(Serialize, ToSchema)]
#[schema(as = Readiness)]
pub(crate) struct Ready {
    #[schema(pattern = "^ready$", example = "ready")]
    status: &'static str,
    /// `ok` for each check, by its name.
    #[schema(example = json!({ "table": "ok", "configuration": "ok" }))]
    checks: BTreeMap<&'static str, &'static str>,
}
