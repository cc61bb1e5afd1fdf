//! A recruiter has the invite mail sent again.

use crate::app::App;
use crate::auth::principal::Recruiter;
use crate::domain::audit::{AuditEntry, Change};
use crate::domain::candidate_session::CandidateSession;
use crate::domain::id::{CandidateSessionId, SimulationId};
use crate::error::{Error, Noun};
use crate::flows::invite_candidate::mail_job;
use crate::flows::open_simulation::open_simulation;
use crate::flows::prepare_workspace::try_again;
use crate::store::sessions::Desk;
use crate::store::transaction::{Transaction, Written, settled_from};

/// A session in a simulation of the recruiter who asks, as it was read.
#[derive(Debug, Clone)]
pub struct OpenedInvite(Desk);

/// The session `id`, if it is in `simulation` and `recruiter` made that; two reads at once.
pub async fn open_invited(
    app: &App,
    recruiter: &Recruiter,
    simulation: SimulationId,
    id: CandidateSessionId,
) -> Result<OpenedInvite, Error> {
    let owned = open_simulation(app, recruiter, simulation);
    let (_owned, desk) = tokio::try_join!(owned, app.store.desk(id))?;
    let desk = desk.filter(|desk| desk.session.value.simulation == simulation);
    desk.map(OpenedInvite).ok_or(Error::NotFound(Noun::CandidateSession))
}

/// Asks for another mail; an expired link is renewed first. Not more often than every 30 seconds,
/// and not once the candidate has completed the simulation.
pub async fn resend_invite(
    app: &App,
    recruiter: &Recruiter,
    opened: OpenedInvite,
) -> Result<CandidateSession, Error> {
    let CandidateSession { id, simulation, .. } = opened.0.session.value;
    let again = || open_invited(app, recruiter, simulation, id);
    settled_from(opened, again, |opened| attempt(app, opened)).await
}

async fn attempt(app: &App, opened: OpenedInvite) -> Result<Option<CandidateSession>, Error> {
    let OpenedInvite(desk) = opened;
    let now = app.clock.now();
    let before = &desk.session.value;
    let version = app.secrets().await?.invite_keys.newest_version();
    let session = before
        .clone()
        .invited_again(before.candidate_name.clone(), version, now)
        .ok_or(Error::CandidateCompleted)?;
    if session.mail.number == before.mail.number {
        return Err(Error::MailTooSoon(before.mail.seconds_left(now)));
    }
    let change = Change::InviteResent { simulation: session.simulation, session: session.id };
    let audit = AuditEntry::by_recruiter(app.mint.uuid(), now, session.recruiter, change);
    let (session, write) = try_again(app, &desk, session, Transaction::new(), now)?;
    let write = write.replace(&desk.session, &session)?.create(&audit)?;
    let write = write.create(&mail_job(app, &session, now))?;
    match app.store.write(write, &app.mint).await? {
        Written::Yes => Ok(Some(session)),
        Written::Refused => Ok(None),
    }
}
