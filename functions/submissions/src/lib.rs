//! What candidates handed in, for the recruiter who invited them.

mod body;
mod results;
mod view;

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::auth::principal::Recruiter;
use shared::domain::id::SubmissionId;
use shared::domain::submission::Submission;
use shared::error::{Error, Noun};
use shared::http::input::Input;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this group.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(detail))
}

/// The recruiter's submissions, newest first.
///
/// A filter that names what is not there, or somebody else's, leaves nothing. Each filter may be
/// given under both of its names, with the same value.
#[utoipa::path(
    get, path = "/api/submissions", tag = "submissions", operation_id = "listSubmissions",
    security(("bearer" = ["recruiter:access"])), params(body::FilterDocument),
    responses((status = 200, description = "The newest submissions.", body = view::List))
)]
async fn list(
    State(app): State<App>,
    recruiter: Recruiter,
    Input(filter): Input<body::Filter>,
) -> Result<Json<view::List>, Error> {
    let found = match filter.session {
        Some(session) => app.store.submissions_in(session).await?,
        None => app.store.submissions_of(recruiter.id()).await?,
    };
    let wanted = |submission: &Submission| filter.allows(submission);
    let found = found.into_iter().filter(wanted).filter_map(|found| recruiter.own_listed(found));
    Ok(Json(view::List { items: found.map(|owned| view::Item::from(owned.get())).collect() }))
}

/// One submission in full.
#[utoipa::path(
    get, path = "/api/submissions/{submissionId}", tag = "submissions",
    operation_id = "getSubmission", security(("bearer" = ["recruiter:access"])),
    params(("submissionId" = SubmissionId, Path, description = "The submission.")),
    responses((status = 200, description = "The submission.", body = view::Detail))
)]
async fn detail(
    State(app): State<App>,
    recruiter: Recruiter,
    Input(input): Input<body::One>,
) -> Result<Json<view::Detail>, Error> {
    let found = app.store.whole_submission(input.submission).await?;
    let owned = found.and_then(|whole| recruiter.own_submission(whole));
    let owned = owned.ok_or(Error::NotFound(Noun::Submission))?;
    Ok(Json(view::Detail::from(owned.get())))
}
