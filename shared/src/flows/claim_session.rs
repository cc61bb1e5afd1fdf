//! A candidate claims an invite: one read and one conditional write.

use crate::app::App;
use crate::auth::principal::Candidate;
use crate::domain::candidate_session::CandidateSession;
use crate::domain::invite_token::InviteClaim;
use crate::error::{Error, Noun};
use crate::store::transaction::{Transaction, Written, settled};

/// Claims the session that `token` is for. Whoever has claimed it may come back at any time.
pub async fn claim_session(
    app: &App,
    candidate: &Candidate,
    token: &str,
) -> Result<CandidateSession, Error> {
    let claim = app.config.invite_keys.read(token).ok_or(Error::NotFound(Noun::InviteToken))?;
    settled(|| attempt(app, candidate, claim)).await
}

async fn attempt(
    app: &App,
    candidate: &Candidate,
    claim: InviteClaim,
) -> Result<Option<CandidateSession>, Error> {
    let read = app.store.session(claim.session).await?;
    // A renewed invite has another generation: its old links are dead.
    let read = read
        .filter(|read| read.value.invite_claim() == claim)
        .ok_or(Error::NotFound(Noun::InviteToken))?;
    let session = read.value.clone().claim(candidate.claimant(), app.clock.now())?;
    if session == read.value {
        return Ok(Some(session));
    }
    let write = Transaction::new().replace(&read, &session)?;
    match app.store.write(write, &app.mint).await? {
        Written::Yes => Ok(Some(session)),
        Written::Refused => Ok(None),
    }
}
