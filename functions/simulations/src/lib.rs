//! A recruiter's simulations and the candidates invited to them.

mod body;
mod view;

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::auth::principal::Recruiter;
use shared::domain::limit::{INVITE_CREATE, INVITE_RESEND};
use shared::error::Error;
use shared::flows::create_simulation::create_simulation;
use shared::flows::invite_candidate::{invite_candidate, open_guests};
use shared::flows::once::Once;
use shared::flows::open_simulation::open_simulation;
use shared::flows::resend_invite::{open_invited, resend_invite};
use shared::http::extract::Keyed;
use shared::http::input::Input;
use shared::http::respond::Created;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// The routes of this group.
pub fn router() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(detail))
        .routes(routes!(candidates))
        .routes(routes!(invite))
        .routes(routes!(resend))
}

/// The recruiter's simulations, newest first.
#[utoipa::path(get, path = "/api/simulations", tag = "simulations", responses((status = 200)))]
async fn list(State(app): State<App>, recruiter: Recruiter) -> Result<Json<Vec<view::Row>>, Error> {
    let simulations = app.store.simulations_of(recruiter.id()).await?;
    Ok(Json(simulations.iter().map(view::Row::from).collect()))
}

/// A new simulation with its five tasks.
#[utoipa::path(post, path = "/api/simulations", tag = "simulations", responses((status = 201)))]
async fn create(
    State(app): State<App>,
    recruiter: Recruiter,
    Keyed(key): Keyed,
    Input(input): Input<body::Create>,
) -> Result<Once<Created<view::Made>>, Error> {
    let made = create_simulation(&app, &recruiter, &input.brief, key.as_ref()).await?;
    Ok(made.map(|simulation| Created(view::Made::from(&simulation))))
}

/// One simulation with what its tasks ask for.
#[utoipa::path(
    get, path = "/api/simulations/{simulationId}", tag = "simulations",
    params(("simulationId" = u64, Path)), responses((status = 200))
)]
async fn detail(
    State(app): State<App>,
    recruiter: Recruiter,
    Input(input): Input<body::One>,
) -> Result<Json<view::Detail>, Error> {
    let owned = open_simulation(&app, &recruiter, input.simulation).await?;
    Ok(Json(view::Detail::from(owned.get())))
}

/// The candidates invited to a simulation, newest first.
#[utoipa::path(
    get, path = "/api/simulations/{simulationId}/candidates", tag = "simulations",
    params(("simulationId" = u64, Path)), responses((status = 200))
)]
async fn candidates(
    State(app): State<App>,
    recruiter: Recruiter,
    Input(input): Input<body::One>,
) -> Result<Json<Vec<view::Candidate>>, Error> {
    let owned = open_simulation(&app, &recruiter, input.simulation).await?;
    let sessions = app.store.sessions_of(owned.get().id).await?;
    let now = app.clock.now();
    Ok(Json(sessions.iter().map(|session| view::Candidate::new(&app, session, now)).collect()))
}

/// Invites a candidate; the repositories and the mail follow.
#[utoipa::path(
    post, path = "/api/simulations/{simulationId}/invite", tag = "simulations",
    params(("simulationId" = u64, Path)), responses((status = 200))
)]
async fn invite(
    State(app): State<App>,
    recruiter: Recruiter,
    Keyed(key): Keyed,
    Input(input): Input<body::Invite>,
) -> Result<Once<Json<view::Invited>>, Error> {
    let body::Invite { simulation, name, email } = &input;
    let limit = INVITE_CREATE.of(&[&recruiter.id(), email]);
    let guests = open_guests(&app, &recruiter, *simulation, email);
    let guests = app.limits.beside(limit, guests).await?;
    let (who, key) = ((name, email), key.as_ref());
    let invited = invite_candidate(&app, &recruiter, guests, who, key).await?;
    Ok(invited.map(|invited| Json(view::Invited::from(&invited))))
}

/// Has the invite mail sent again.
#[utoipa::path(
    post, tag = "simulations",
    path = "/api/simulations/{simulationId}/candidates/{candidateSessionId}/invite/resend",
    params(("simulationId" = u64, Path), ("candidateSessionId" = u64, Path)),
    responses((status = 200))
)]
async fn resend(
    State(app): State<App>,
    recruiter: Recruiter,
    Input(input): Input<body::Resend>,
) -> Result<Json<view::MailState>, Error> {
    let limit = INVITE_RESEND.of(&[&recruiter.id(), &input.session]);
    let opened = open_invited(&app, &recruiter, input.simulation, input.session);
    let opened = app.limits.beside(limit, opened).await?;
    let session = resend_invite(&app, &recruiter, opened).await?;
    Ok(Json(view::MailState::from(&session)))
}
