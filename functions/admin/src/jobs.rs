//! Jobs that were given up, or should have been done: looked at, and started again.

mod body;
mod view;

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::auth::admin::Admin;
use shared::error::{Error, Noun};
use shared::flows::once::Once;
use shared::flows::redrive_job::redrive_job;
use shared::flows::redrive_jobs::redrive_jobs;
use shared::http::extract::Keyed;
use shared::http::input::Input;
use shared::http::paging::{Items, Paging};
use shared::http::respond::{Accepted, Listed};
use shared::http::routes::Routes;
use shared::http::schema::{IdempotencyKey, Problem};
use shared::operations;

/// The routes of the jobs.
pub(crate) fn router() -> Routes {
    Routes::new()
        .with(operations!(list))
        .with(operations!(detail))
        .with(operations!(redrive))
        .with(operations!(redrive_many))
}

/// Jobs that were given up, newest first; or those that should have been done.
///
/// A filter by kind applies within a page: it may be short and still have a next one. The list may lag
/// a second behind.
#[utoipa::path(
    get, path = "/api/admin/jobs", tag = "admin", operation_id = "listJobs",
    params(body::FilterDocument, Paging),
    responses(
        (status = 200, description = "The newest jobs.", body = Items<view::Job>),
        (status = 304, description = "As the caller knows it."),
    )
)]
async fn list(
    State(app): State<App>,
    _admin: Admin,
    Input(input): Input<body::Filter>,
) -> Result<Listed<Items<view::Job>>, Error> {
    let body::Filter { state, kind, paging } = &input;
    let page = match state {
        body::State::Dead => app.store.dead_jobs(paging.wanted).await?,
        body::State::Overdue => app.store.overdue_jobs_page(paging.wanted, app.clock.now()).await?,
    };
    let wanted = page.rows.iter().filter(|job| kind.is_none_or(|kind| job.job.kind() == kind));
    let rows = wanted.map(view::Job::from).collect();
    Ok(Listed::new(Items::new(rows, page.next), paging, page.next))
}

/// One job, in whatever state it is. A job that is done is kept for a week.
#[utoipa::path(
    get, path = "/api/admin/jobs/{jobId}", tag = "admin", operation_id = "getJob",
    params(("jobId" = inline(body::IdDocument), Path, description = "The job.")),
    responses(
        (status = 200, description = "The job.", body = view::Job),
        (status = 404, description = "It is not there.", body = Problem),
    )
)]
async fn detail(
    State(app): State<App>,
    _admin: Admin,
    Input(input): Input<body::One>,
) -> Result<Json<view::Job>, Error> {
    let read = app.store.job(input.job).await?.ok_or(Error::NotFound(Noun::Job))?;
    Ok(Json(view::Job::from(&read.value)))
}

/// Starts a job again that was given up, with all its attempts.
///
/// What was recorded for the people concerned when it was given up is undone in the same write, and who
/// did this and why is kept. Where starting it again would not help, `detail` says what would.
#[utoipa::path(
    post, path = "/api/admin/jobs/{jobId}/redrive", tag = "admin", operation_id = "redriveJob",
    params(("jobId" = inline(body::IdDocument), Path, description = "The job."), IdempotencyKey),
    request_body = body::RedriveDocument,
    responses(
        (status = 202, description = "The job, which is about to be done.", body = view::Job),
        (status = 404, description = "It is not there.", body = Problem),
        (
            status = 409, body = Problem,
            description = "It has not been given up, or starting it again would not help.",
        ),
    )
)]
async fn redrive(
    State(app): State<App>,
    admin: Admin,
    Keyed(key): Keyed,
    Input(input): Input<body::Redrive>,
) -> Result<Once<Accepted<view::Job>>, Error> {
    let done = redrive_job(&app, admin, input.job, &input.reason, key.as_ref()).await?;
    Ok(done.map(|job| Accepted(view::Job::from(&job))))
}

/// Starts jobs of one kind again that were given up, newest first.
///
/// Each is started as by `redriveJob`, in a write of its own; those for which that would not help are
/// skipped, and it is told why. Asked again, it goes on: what was started is no longer among them, and
/// `nextCursor` leads past what was skipped.
#[utoipa::path(
    post, path = "/api/admin/jobs/redrive", tag = "admin", operation_id = "redriveJobs",
    request_body = body::RedriveManyDocument,
    responses((status = 200, description = "What became of them.", body = view::Outcome))
)]
async fn redrive_many(
    State(app): State<App>,
    admin: Admin,
    Input(input): Input<body::RedriveMany>,
) -> Result<Json<view::Outcome>, Error> {
    let body::RedriveMany { kind, reason, most, after } = &input;
    let done = redrive_jobs(&app, admin, (kind, reason), *most, *after).await?;
    Ok(Json(view::Outcome::from(done)))
}
