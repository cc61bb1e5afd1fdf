//! A candidate's invites, and the way into a session.

mod body;
mod view;

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::auth::principal::Candidate;
use shared::domain::limit::{CANDIDATE_CLAIM, CANDIDATE_CURRENT_TASK, CANDIDATE_INVITES};
use shared::error::Error;
use shared::flows::claim_session::{claim_session, open_invite};
use shared::flows::open_desk::open_desk;
use shared::http::input::Input;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this group.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(invites))
        .routes(routes!(resolve))
        .routes(routes!(claim))
        .routes(routes!(current_task))
}

/// What the candidate's address was invited to, newest first.
#[utoipa::path(get, path = "/api/candidate/invites", tag = "candidates", responses((status = 200)))]
async fn invites(
    State(app): State<App>,
    candidate: Candidate,
) -> Result<Json<Vec<view::Invite>>, Error> {
    let who = candidate.claimant();
    let limit = CANDIDATE_INVITES.of(&[&who.sub]);
    let sessions = app.limits.beside(limit, app.store.sessions_for(who.email)).await?;
    let seen = |session| view::Invite::new(&app, &candidate, session);
    Ok(Json(sessions.iter().map(seen).collect()))
}

/// Claims the invite: the client follows the link with a GET.
#[utoipa::path(
    get, path = "/api/candidate/session/{token}", tag = "candidates",
    params(("token" = String, Path)), responses((status = 200))
)]
async fn resolve(
    app: State<App>,
    candidate: Candidate,
    input: Input<body::Token>,
) -> Result<Json<view::Session>, Error> {
    claim(app, candidate, input).await
}

/// Claims the invite.
#[utoipa::path(
    post, path = "/api/candidate/session/{token}/claim", tag = "candidates",
    params(("token" = String, Path)), responses((status = 200))
)]
async fn claim(
    State(app): State<App>,
    candidate: Candidate,
    Input(input): Input<body::Token>,
) -> Result<Json<view::Session>, Error> {
    let limit = CANDIDATE_CLAIM.of(&[&candidate.claimant().sub, &input.token]);
    let invite = app.limits.beside(limit, open_invite(&app, &input.token)).await?;
    let session = claim_session(&app, &candidate, invite).await?;
    Ok(Json(view::Session::from(&session)))
}

/// What the candidate is to do now.
#[utoipa::path(
    get, path = "/api/candidate/session/{token}/current_task", tag = "candidates",
    params(("token" = u64, Path, description = "The candidate session's number.")),
    responses((status = 200))
)]
async fn current_task(
    State(app): State<App>,
    candidate: Candidate,
    Input(input): Input<body::Session>,
) -> Result<Json<view::CurrentTask>, Error> {
    let limit = CANDIDATE_CURRENT_TASK.of(&[&candidate.claimant().sub, &input.session]);
    let desk = app.limits.beside(limit, open_desk(&app, &candidate, input.session)).await?;
    Ok(Json(view::CurrentTask::from(desk.get())))
}
