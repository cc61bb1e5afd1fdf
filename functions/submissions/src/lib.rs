//! What candidates handed in, for the recruiter who invited them.

mod activity;
mod body;
mod results;
mod view;

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::auth::principal::Recruiter;
use shared::domain::id::SubmissionId;
use shared::domain::limit::EXAMINATION;
use shared::error::{Error, Noun};
use shared::flows::examine_again::{examine_again, open_submission};
use shared::http::input::Input;
use shared::http::paging::{Items, Paging};
use shared::http::respond::{Accepted, Listed};
use shared::http::routes::Routes;
use shared::http::schema::Problem;
use shared::operations;

/// The routes of this group.
pub fn router() -> Routes {
    Routes::new().with(operations!(list)).with(operations!(detail)).with(operations!(examine))
}

/// The recruiter's submissions, newest first.
///
/// A filter that names what is not there, or somebody else's, leaves nothing. Each filter may be
/// given under both of its names, with the same value.
#[utoipa::path(
    get, path = "/api/submissions", tag = "submissions", operation_id = "listSubmissions",
    security(("bearer" = ["recruiter:access"])), params(body::FilterDocument, Paging),
    responses(
        (status = 200, description = "The newest submissions.", body = Items<view::Item>),
        (status = 304, description = "As the caller knows it."),
    )
)]
async fn list(
    State(app): State<App>,
    recruiter: Recruiter,
    Input(filter): Input<body::Filter>,
) -> Result<Listed<Items<view::Item>>, Error> {
    let wanted = filter.paging.wanted;
    let page = match filter.session {
        Some(session) => app.store.submissions_in(session, wanted).await?,
        None => app.store.submissions_of(recruiter.id(), wanted).await?,
    };
    let owned = recruiter.own_listed(page);
    let page = owned.get();
    let items = page.rows.iter().filter(|row| filter.allows(row)).map(view::Item::from).collect();
    let body = Items::new(items, page.next);
    Ok(Listed::new(body, &filter.paging, page.next))
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

/// Has submitted code tagged, tested and compared once more, where that came to nothing before.
///
/// What was found before is shown until then. Results that were read in full are final.
#[utoipa::path(
    post, path = "/api/submissions/{submissionId}/examination", tag = "submissions",
    operation_id = "examineSubmission", security(("bearer" = ["recruiter:access"])),
    params(("submissionId" = SubmissionId, Path, description = "The submission.")),
    responses(
        (status = 202, description = "It is being examined.", body = view::Examining),
        (
            status = 409, body = Problem,
            description = "It is a text, is being examined, or its results are final.",
        ),
    )
)]
async fn examine(
    State(app): State<App>,
    recruiter: Recruiter,
    Input(input): Input<body::One>,
) -> Result<Accepted<view::Examining>, Error> {
    let limit = EXAMINATION.of(&[&recruiter.id(), &input.submission]);
    let opened = open_submission(&app, &recruiter, input.submission);
    let opened = app.limits.beside(limit, opened).await?;
    let submission = examine_again(&app, &recruiter, opened).await?;
    Ok(Accepted(view::Examining::from(&submission)))
}
