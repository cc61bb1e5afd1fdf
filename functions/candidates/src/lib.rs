//! A candidate's invites, the way into a session, and the page for the GitHub username.

mod body;
mod form;
mod pages;
mod username;
mod view;

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::auth::principal::Candidate;
use shared::domain::id::CandidateSessionId;
use shared::domain::limit::{CANDIDATE_CLAIM, CANDIDATE_CURRENT_TASK, CANDIDATE_INVITES};
use shared::error::Error;
use shared::flows::claim_session::{claim_session, open_invite};
use shared::flows::open_desk::open_desk;
use shared::http::input::Input;
use shared::http::paging::Paging;
use shared::http::respond::Listed;
use shared::http::routes::Routes;
use shared::http::schema::Problem;
use shared::operations;

/// The routes of this group.
pub fn router() -> Routes {
    Routes::new()
        .with(operations!(invites))
        .with(operations!(resolve))
        .with(operations!(claim))
        .with(operations!(current_task))
        .with(operations!(username::show, username::give))
}

/// What the candidate's address was invited to, newest first.
#[utoipa::path(
    get, path = "/api/candidate/invites", tag = "candidates", operation_id = "listInvites",
    security(("bearer" = ["candidate:access"])),
    params(Paging), responses(
        (status = 200, description = "The newest invites.", body = Vec<view::Invite>),
        (status = 304, description = "As the caller knows it."),
    )
)]
async fn invites(
    State(app): State<App>,
    candidate: Candidate,
    Input(input): Input<body::Invites>,
) -> Result<Listed<Vec<view::Invite>>, Error> {
    let who = candidate.claimant();
    let limit = CANDIDATE_INVITES.of(&[&who.sub]);
    let page = app.store.sessions_for(who.email, input.paging.wanted);
    let page = app.limits.beside(limit, page).await?;
    let mut rows = Vec::with_capacity(page.rows.len());
    for session in &page.rows {
        // Without an invite there is nothing to make a token for.
        let keys = &app.secrets().await?.invite_keys;
        rows.push(view::Invite::new(&app, keys, &candidate, session));
    }
    Ok(Listed::new(rows, &input.paging, page.next))
}

/// Claims the invite: the client follows the link with a GET.
///
/// Does the same as the POST. Whoever has claimed it before is answered the same again.
#[utoipa::path(
    get, path = "/api/candidate/session/{token}", tag = "candidates",
    operation_id = "resolveInvite", security(("bearer" = ["candidate:access"])),
    params(("token" = inline(body::TokenText), Path, description = "The invite token of the link.")),
    responses(
        (status = 200, description = "The session, now the caller's.", body = view::Session),
        (status = 410, description = "The invite has expired.", body = Problem),
    )
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
    operation_id = "claimInvite", security(("bearer" = ["candidate:access"])),
    params(("token" = inline(body::TokenText), Path, description = "The invite token of the link.")),
    responses(
        (status = 200, description = "The session, now the caller's.", body = view::Session),
        (status = 410, description = "The invite has expired.", body = Problem),
    )
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
    operation_id = "getCurrentTask", security(("bearer" = ["candidate:access"])),
    params(("candidateSessionId" = CandidateSessionId, Path, description = "The session.")),
    responses((status = 200, description = "How far, and what next.", body = view::CurrentTask))
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
