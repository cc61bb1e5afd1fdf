//! How the template repositories stand: looked at, or tried out.

pub(crate) mod body;
pub(crate) mod view;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use http::header::{LOCATION, RETRY_AFTER};
use shared::app::App;
use shared::auth::admin::Admin;
use shared::error::Error;
use shared::flows::check_templates::check_templates;
use shared::flows::try_templates::{tried_templates, try_templates};
use shared::http::input::Input;
use shared::http::routes::Routes;
use shared::http::schema::{AnyId, Problem};
use shared::operations;

use self::view::Health;

/// Seconds until it makes sense to ask for checks that go on.
const ASK_AGAIN_SECONDS: u32 = 2;

/// The routes of the templates.
pub(crate) fn router() -> Routes {
    Routes::new().with(operations!(health)).with(operations!(run)).with(operations!(tried))
}

/// How all templates stand, in catalog order, by looking at them.
///
/// What was found in the last five minutes is answered again, and what may heal by itself for half a
/// minute; `checkedAt` and `ageSeconds` tell how old it is. What GitHub has not answered within ten
/// seconds is reported by its code. What is wrong with a template never changes the status.
#[utoipa::path(
    get, path = "/api/admin/templates/health", tag = "admin", operation_id = "getTemplateHealth",
    params(body::HealthQuery),
    responses(
        (status = 200, description = "All templates.", body = Health),
        (status = 400, description = "`mode` is `live`: that is another route.", body = Problem),
    )
)]
async fn health(
    State(app): State<App>,
    admin: Admin,
    Input(input): Input<body::Look>,
) -> Result<Json<Health>, Error> {
    let found = check_templates(&app, admin, input.known()?).await?;
    Ok(Json(Health::looked_at(&found, &app.config.github.workflow_file, app.clock.now())))
}

/// Tries templates out: runs the workflow of each, and reads what it leaves.
///
/// Answers 200 when all are done within `waitSeconds`. Else 202: the checks go on, and the header
/// `Location` leads to how they stand. A template that is named twice is tried twice.
#[utoipa::path(
    post, path = "/api/admin/templates/health/run", tag = "admin", operation_id = "tryTemplates",
    request_body = body::TryDocument,
    responses(
        (status = 200, description = "All are done, in the order of `templateKeys`.", body = Health),
        (
            status = 202, body = Health,
            description = "Some go on.",
            headers(
                ("Location" = String, description = "How they stand: relative to this address."),
                ("Retry-After" = u32, description = "Seconds until it makes sense to look."),
            ),
        ),
    )
)]
async fn run(
    State(app): State<App>,
    admin: Admin,
    Input(input): Input<body::Try>,
) -> Result<Response, Error> {
    let (request, wait_seconds) = input.parse()?;
    let checks = try_templates(&app, admin, &request, wait_seconds).await?;
    let answer = Json(Health::tried(&checks, app.clock.now()));
    let Some(open) = checks.iter().find(|check| !check.is_over()) else {
        return Ok(answer.into_response());
    };
    let headers = [
        // Relative, so that a stage of the gateway is kept.
        (LOCATION, format!("runs/{}", open.check)),
        (RETRY_AFTER, ASK_AGAIN_SECONDS.to_string()),
    ];
    Ok((StatusCode::ACCEPTED, headers, answer).into_response())
}

/// How templates that are tried out stand. Kept for 30 days.
#[utoipa::path(
    get, path = "/api/admin/templates/health/runs/{checkId}", tag = "admin",
    operation_id = "getTriedTemplates",
    params(("checkId" = inline(AnyId), Path, description = "The `id` that `tryTemplates` told.")),
    responses(
        (status = 200, description = "The templates, in their order.", body = Health),
        (status = 404, description = "There was no such request.", body = Problem),
    )
)]
async fn tried(
    State(app): State<App>,
    admin: Admin,
    Input(input): Input<body::Tried>,
) -> Result<Json<Health>, Error> {
    let checks = tried_templates(&app, admin, input.check).await?;
    Ok(Json(Health::tried(&checks, app.clock.now())))
}
