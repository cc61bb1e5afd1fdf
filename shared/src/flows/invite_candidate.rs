//! A recruiter invites a candidate: the session, its plan, both workspaces and the jobs that make
//! them are one write; the answer does not wait for GitHub or for the mail.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::auth::owned::Owned;
use crate::auth::principal::Recruiter;
use crate::domain::audit::{AuditEntry, Change};
use crate::domain::candidate_session::{CandidateName, CandidateSession, Plan};
use crate::domain::email_address::EmailAddress;
use crate::domain::id::{CandidateSessionId, SimulationId};
use crate::domain::idempotency::{IdempotencyKey, Operation};
use crate::domain::invite_token::{InviteKeys, InviteToken};
use crate::domain::job::{Job, JobRecord};
use crate::domain::repository::RepositoryName;
use crate::domain::simulation::Simulation;
use crate::domain::standing::Standing;
use crate::domain::task::Task;
use crate::domain::workspace::Workspace;
use crate::domain::workspace::closing::Closing;
use crate::domain::workspace::upkeep::Upkeep;
use crate::error::{Error, Noun};
use crate::flows::once::{Once, Receipt, Start, keyed, start};
use crate::flows::prepare_workspace::try_again;
use crate::store::clean_ups::CleanUpEntry;
use crate::store::keys;
use crate::store::simulations::{CANDIDATE_COUNT, InviteGuard};
use crate::store::transaction::{Transaction, Written, settled_from};

/// What became of an invite.
#[derive(Debug, Clone)]
pub struct Invited {
    /// The candidate's session.
    pub session: CandidateSession,
    /// The link's token.
    pub token: InviteToken,
    /// Where the link leads.
    pub url: String,
    /// Whether the link is new; otherwise the candidate had it before.
    pub created: bool,
}

/// What the record of a key keeps of an invite: never its token.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    session: CandidateSessionId,
    created: bool,
}

/// A simulation of the recruiter who invites, and the session that an address was invited to in it,
/// as they were read.
#[derive(Debug, Clone)]
pub struct Guests {
    simulation: Owned<Simulation>,
    invited: Option<CandidateSessionId>,
}

/// The simulation `id`, if `recruiter` made it, and whether `email` was invited to it; one read.
pub async fn open_guests(
    app: &App,
    recruiter: &Recruiter,
    id: SimulationId,
    email: &EmailAddress,
) -> Result<Guests, Error> {
    let found = app.store.simulation_and_invited(id, email).await?;
    let guests = found.and_then(|(simulation, invited)| {
        Some(Guests { simulation: recruiter.own(simulation)?, invited })
    });
    guests.ok_or(Error::NotFound(Noun::Simulation))
}

/// Invites `name` at `email`, whom `guests` was read for; an address that was invited before gets
/// the same session again. Under a `key` that was used before nothing is done: the answer has that
/// invite's outcome, and the link that is valid now.
pub async fn invite_candidate(
    app: &App,
    recruiter: &Recruiter,
    guests: Guests,
    (name, email): (&CandidateName, &EmailAddress),
    key: Option<&IdempotencyKey>,
) -> Result<Once<Invited>, Error> {
    // Before anything is written: without them there is no link to answer with.
    let keys = &app.secrets().await?.invite_keys;
    let id = guests.simulation.get().id;
    let request = keyed(key, &recruiter.user().sub, Operation::Invite(id), &(name, email))?;
    match start(app, request).await? {
        Start::Before(Kept { session, created }) => {
            let session = app.store.session(session).await?;
            let gone = || Error::internal("answering again", "the session is gone");
            let session = session.ok_or_else(gone)?.value;
            Ok(Once::replayed(invited(app, keys, (session, created))?))
        }
        Start::Now(receipt) => {
            let again = || open_guests(app, recruiter, id, email);
            let attempt = |guests| attempt(app, guests, (name, email), &receipt);
            let stored = settled_from(guests, again, attempt).await;
            let stored = stored.and_then(|stored| invited(app, keys, stored));
            receipt.close(app, stored).await
        }
    }
}

fn invited(
    app: &App,
    keys: &InviteKeys,
    (session, created): (CandidateSession, bool),
) -> Result<Invited, Error> {
    let (token, url) = link(app, keys, &session)?;
    Ok(Invited { session, token, url, created })
}

/// The token of a session's invite under one of `keys`, and the link that holds it.
pub fn link(
    app: &App,
    keys: &InviteKeys,
    session: &CandidateSession,
) -> Result<(InviteToken, String), Error> {
    let token = keys.token(session.invite_claim()).ok_or_else(|| {
        Error::internal("making an invite token", "its key version is no longer configured")
    })?;
    let url = format!("{}/candidate/session/{}", app.config.portal_base_url, token.expose());
    Ok((token, url))
}

async fn attempt(
    app: &App,
    guests: Guests,
    (name, email): (&CandidateName, &EmailAddress),
    receipt: &Receipt<Kept>,
) -> Result<Option<(CandidateSession, bool)>, Error> {
    match guests.invited {
        Some(session) => again(app, session, name, receipt).await,
        None => first(app, guests.simulation.get(), (name, email), receipt).await,
    }
}

async fn first(
    app: &App,
    simulation: &Simulation,
    (name, email): (&CandidateName, &EmailAddress),
    receipt: &Receipt<Kept>,
) -> Result<Option<(CandidateSession, bool)>, Error> {
    let now = app.clock.now();
    let id = CandidateSessionId::new(app.mint.id(now));
    let version = app.secrets().await?.invite_keys.newest_version();
    let who = (name.clone(), email.clone());
    let mut session = CandidateSession::invited(id, simulation, who, version, now);
    let guard = InviteGuard { simulation: simulation.id, email: email.clone(), session: id };
    let plan = Plan { session: id, tasks: simulation.tasks() };
    let mut write = Transaction::new()
        .create(&guard)?
        .create(&plan)?
        .count(&keys::simulation(simulation.id), CANDIDATE_COUNT)
        .create(&CleanUpEntry::of(&session, app.config.github.cleanup.archive_after_days))?
        .create(&audit(app, &session, now))?
        .create(&mail_job(app, &session, now))?;
    for task in &plan.tasks {
        if let Some(template) = &task.template {
            let workspace = workspace(app, &session, (task, template), now)?;
            let job = Job::PrepareWorkspace { session: id, day: task.day };
            write = write.create(&workspace)?.create(&JobRecord::new(app.mint.uuid(), job, now))?;
            session = session.with_workspace(&workspace);
        }
    }
    let write = write.create(&session)?;
    let write = receipt.sign(write, Kept { session: id, created: true })?;
    match app.store.write(write, &app.mint).await? {
        Written::Yes => Ok(Some((session, true))),
        Written::Refused => Ok(None),
    }
}

async fn again(
    app: &App,
    id: CandidateSessionId,
    name: &CandidateName,
    receipt: &Receipt<Kept>,
) -> Result<Option<(CandidateSession, bool)>, Error> {
    let Some(desk) = app.store.desk(id).await? else { return Ok(None) };
    let now = app.clock.now();
    let version = app.secrets().await?.invite_keys.newest_version();
    let before = &desk.session.value;
    let session = before
        .clone()
        .invited_again(name.clone(), version, now)
        .ok_or(Error::CandidateCompleted)?;
    let renewed = session.invite.generation != before.invite.generation;
    let write = receipt.sign(Transaction::new(), Kept { session: id, created: renewed })?;
    let (session, mut write) = try_again(app, &desk, session, write, now)?;
    if session != *before {
        write = write.replace(&desk.session, &session)?.create(&audit(app, &session, now))?;
    }
    if session.mail.number != before.mail.number {
        write = write.create(&mail_job(app, &session, now))?;
    }
    match app.store.write(write, &app.mint).await? {
        Written::Yes => Ok(Some((session, renewed))),
        Written::Refused => Ok(None),
    }
}

fn audit(app: &App, session: &CandidateSession, now: Timestamp) -> AuditEntry {
    let change = Change::CandidateInvited { simulation: session.simulation, session: session.id };
    AuditEntry::by_recruiter(app.mint.uuid(), now, session.recruiter, change)
}

/// The job that sends the newest mail of `session`.
pub(crate) fn mail_job(app: &App, session: &CandidateSession, now: Timestamp) -> JobRecord {
    let job = Job::SendInvite { session: session.id, number: session.mail.number };
    JobRecord::new(app.mint.uuid(), job, now)
}

fn workspace(
    app: &App,
    session: &CandidateSession,
    (task, template): (&Task, &RepositoryName),
    now: Timestamp,
) -> Result<Workspace, Error> {
    let github = &app.config.github;
    let owner = github.organization.as_deref().unwrap_or(template.owner());
    let name = format!("{}{}-task{}", github.repository_prefix, session.id, task.id);
    let name = RepositoryName::new(owner, &name)
        .map_err(|source| Error::internal("naming a workspace's repository", source))?;
    Ok(Workspace {
        id: app.mint.uuid(),
        session: session.id,
        task: task.id,
        day: task.day,
        template: template.clone(),
        name,
        repository: None,
        former: None,
        base: None,
        collaborator: None,
        inviting: None,
        invitation: None,
        unknown_username: None,
        slot: None,
        sleeper: None,
        trouble: None,
        last_run: None,
        closing: Closing::Open,
        upkeep: Upkeep::default(),
        standing: Standing::There,
        created_at: now,
    })
}
