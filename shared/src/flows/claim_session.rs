//! A candidate claims an invite: one read and one conditional write. Where the token tells of a GitHub
//! account, a job finds out which.

use crate::app::App;
use crate::auth::principal::Candidate;
use crate::domain::candidate_session::CandidateSession;
use crate::domain::invite_token::InviteClaim;
use crate::domain::job::{Job, JobRecord};
use crate::domain::repository::github_account;
use crate::error::{Error, Noun};
use crate::store::item::Stored;
use crate::store::transaction::{Transaction, Written, settled_from};

/// The session that a genuine token is for, as it was read.
#[derive(Debug, Clone)]
pub struct Invite {
    claim: InviteClaim,
    session: Stored<CandidateSession>,
}

/// What `token` invites to; one read, and none for a forged token.
pub async fn open_invite(app: &App, token: &str) -> Result<Invite, Error> {
    let keys = &app.secrets().await?.invite_keys;
    let claim = keys.read(token).ok_or(Error::NotFound(Noun::InviteToken))?;
    invite_of(app, claim).await
}

/// Claims the session of `invite`. Whoever has claimed it may come back at any time.
pub async fn claim_session(
    app: &App,
    candidate: &Candidate,
    invite: Invite,
) -> Result<CandidateSession, Error> {
    let claim = invite.claim;
    let again = || invite_of(app, claim);
    settled_from(invite, again, |invite| attempt(app, candidate, invite)).await
}

async fn invite_of(app: &App, claim: InviteClaim) -> Result<Invite, Error> {
    let read = app.store.session(claim.session).await?;
    // A renewed invite has another generation: its old links are dead.
    let read = read.filter(|read| read.value.invite_claim() == claim);
    let session = read.ok_or(Error::NotFound(Noun::InviteToken))?;
    Ok(Invite { claim, session })
}

async fn attempt(
    app: &App,
    candidate: &Candidate,
    invite: Invite,
) -> Result<Option<CandidateSession>, Error> {
    let read = invite.session;
    let session = read.value.clone().claim(candidate.claimant(), app.clock.now())?;
    if session == read.value {
        return Ok(Some(session));
    }
    let mut write = Transaction::new().replace(&read, &session)?;
    let claimed = candidate.github_login();
    let told = claimed.is_some() || github_account(candidate.claimant().sub).is_some();
    if told && session.github_username.is_none() {
        let job = Job::LearnUsername { session: session.id, claimed: claimed.cloned() };
        write = write.create(&JobRecord::new(app.mint.uuid(), job, app.clock.now()))?;
    }
    match app.store.write(write, &app.mint).await? {
        Written::Yes => Ok(Some(session)),
        Written::Refused => Ok(None),
    }
}
