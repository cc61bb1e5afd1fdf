//! Whoever holds an invite says which GitHub account is the candidate's. The token in the link is the
//! proof; nobody need be logged in.

use crate::app::App;
use crate::domain::candidate_session::SessionStatus;
use crate::domain::invite_token::InviteClaim;
use crate::domain::repository::GitHubUsername;
use crate::error::{Error, Noun};
use crate::flows::name_github_account::{is_news, remembering};
use crate::store::sessions::Desk;
use crate::store::transaction::{Written, settled_from};

/// What the invite that a genuine token claims is for: one read. A link of an earlier generation leads
/// nowhere, and one that nobody claimed in time has expired.
pub async fn open_by_invite(app: &App, claim: InviteClaim) -> Result<Desk, Error> {
    let desk = app.store.desk(claim.session).await?;
    let desk = desk.filter(|desk| desk.session.value.invite_claim() == claim);
    let desk = desk.ok_or(Error::NotFound(Noun::InviteToken))?;
    let session = &desk.session.value;
    if session.claimed_by().is_none() && session.is_expired(app.clock.now()) {
        return Err(Error::InviteExpired);
    }
    Ok(desk)
}

/// Remembers `username` for the session at `desk`, which was opened by `claim`, and has every workspace
/// opened to that account: one write, and none when it is known. Refused once all days are handed in.
pub async fn name_by_invite(
    app: &App,
    claim: InviteClaim,
    desk: Desk,
    username: &GitHubUsername,
) -> Result<Desk, Error> {
    let again = || open_by_invite(app, claim);
    settled_from(desk, again, |desk| attempt(app, desk, username)).await
}

async fn attempt(app: &App, desk: Desk, username: &GitHubUsername) -> Result<Option<Desk>, Error> {
    if desk.session.value.status() == SessionStatus::Completed {
        return Err(Error::SimulationCompleted);
    }
    if !is_news(&desk, username) {
        return Ok(Some(desk));
    }
    let write = remembering(app, &desk, Some(username))?;
    if app.store.write(write, &app.mint).await? == Written::Refused {
        return Ok(None);
    }
    let mut session = desk.session.value.clone();
    session.github_username = Some(username.clone());
    Ok(Some(Desk { session: desk.session.replaced(session), ..desk }))
}
