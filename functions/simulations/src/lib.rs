//! A recruiter's simulations and the candidates invited to them.

mod body;
mod view;

use axum::Json;
use axum::extract::State;
use shared::app::App;
use shared::auth::principal::Recruiter;
use shared::domain::id::{CandidateSessionId, SimulationId};
use shared::domain::limit::{INVITE_CREATE, INVITE_RESEND};
use shared::error::Error;
use shared::flows::create_simulation::create_simulation;
use shared::flows::invite_candidate::{invite_candidate, open_guests};
use shared::flows::once::Once;
use shared::flows::open_simulation::open_simulation;
use shared::flows::resend_invite::{open_invited, resend_invite};
use shared::http::extract::Keyed;
use shared::http::input::Input;
use shared::http::paging::Paging;
use shared::http::respond::{Created, Listed};
use shared::http::routes::Routes;
use shared::http::schema::{IdempotencyKey, Problem};
use shared::operations;

/// The routes of this group.
pub fn router() -> Routes {
    Routes::new()
        .with(operations!(list, create))
        .with(operations!(detail))
        .with(operations!(candidates))
        .with(operations!(invite))
        .with(operations!(resend))
}

/// The recruiter's simulations, newest first.
#[utoipa::path(
    get, path = "/api/simulations", tag = "simulations", operation_id = "listSimulations",
    security(("bearer" = ["recruiter:access"])),
    params(Paging), responses(
        (status = 200, description = "The newest simulations.", body = Vec<view::Row>),
        (status = 304, description = "As the caller knows it."),
    )
)]
async fn list(
    State(app): State<App>,
    recruiter: Recruiter,
    Input(input): Input<body::All>,
) -> Result<Listed<Vec<view::Row>>, Error> {
    let page = app.store.simulations_of(recruiter.id(), input.paging.wanted).await?;
    let rows = page.rows.iter().map(view::Row::from).collect();
    Ok(Listed::new(rows, &input.paging, page.next))
}

/// Makes a simulation with its five tasks.
#[utoipa::path(
    post, path = "/api/simulations", tag = "simulations", operation_id = "createSimulation",
    security(("bearer" = ["recruiter:access"])), params(IdempotencyKey),
    request_body = body::CreateDocument,
    responses((status = 201, description = "The simulation.", body = view::Made))
)]
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
    operation_id = "getSimulation", security(("bearer" = ["recruiter:access"])),
    params(("simulationId" = SimulationId, Path, description = "The simulation.")),
    responses((status = 200, description = "The simulation.", body = view::Detail))
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
    operation_id = "listCandidates", security(("bearer" = ["recruiter:access"])),
    params(("simulationId" = SimulationId, Path, description = "The simulation."), Paging),
    responses(
        (status = 200, description = "The newest candidates.", body = Vec<view::Candidate>),
        (status = 304, description = "As the caller knows it."),
    )
)]
async fn candidates(
    State(app): State<App>,
    recruiter: Recruiter,
    Input(input): Input<body::Candidates>,
) -> Result<Listed<Vec<view::Candidate>>, Error> {
    let owned = open_simulation(&app, &recruiter, input.simulation);
    let page = app.store.sessions_of(input.simulation, input.paging.wanted);
    let (_owned, page) = tokio::try_join!(owned, page)?;
    let now = app.clock.now();
    let mut rows = Vec::with_capacity(page.rows.len());
    for session in &page.rows {
        // Without a candidate there is no link to make.
        let keys = &app.secrets().await?.invite_keys;
        rows.push(view::Candidate::new(&app, keys, session, now));
    }
    Ok(Listed::new(rows, &input.paging, page.next))
}

/// Invites a candidate; the repositories and the mail follow.
///
/// Who is invited again keeps the session; after its end the invite is renewed, with another link.
#[utoipa::path(
    post, path = "/api/simulations/{simulationId}/invite", tag = "simulations",
    operation_id = "inviteCandidate", security(("bearer" = ["recruiter:access"])),
    params(("simulationId" = SimulationId, Path, description = "The simulation."), IdempotencyKey),
    request_body = body::InviteDocument,
    responses(
        (status = 200, description = "The invite.", body = view::Invited),
        (
            status = 409, body = Problem,
            description = "The candidate has completed the simulation, as `error` says.",
        ),
    )
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
///
/// An invite that has ended is renewed, with another link. Within 30 s of the last mail the answer is
/// 429 with `retryAfterSeconds`.
#[utoipa::path(
    post, tag = "simulations",
    path = "/api/simulations/{simulationId}/candidates/{candidateSessionId}/invite/resend",
    operation_id = "resendInvite", security(("bearer" = ["recruiter:access"])),
    params(
        ("simulationId" = SimulationId, Path, description = "The simulation."),
        ("candidateSessionId" = CandidateSessionId, Path, description = "The candidate's session."),
    ),
    responses(
        (status = 200, description = "How the mail fares.", body = view::MailState),
        (status = 409, description = "The candidate has completed the simulation.", body = Problem),
    )
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
