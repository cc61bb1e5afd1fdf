//! Which GitHub account a candidate has who claimed an invite: GitHub is asked about whoever logged in
//! with it, and else the token is believed.

use crate::app::App;
use crate::domain::id::CandidateSessionId;
use crate::domain::job::Outcome;
use crate::domain::repository::{GitHubUsername, github_account};
use crate::error::{Error, chain};
use crate::flows::name_github_account::remembering;
use crate::store::transaction::{Written, settled};

/// Remembers the account, unless one is known already: what the candidate says counts before it.
pub async fn learn_username(
    app: &App,
    session: CandidateSessionId,
    claimed: Option<&GitHubUsername>,
) -> Result<Outcome, Error> {
    let Some(read) = app.store.session(session).await? else {
        return Ok(Outcome::Hopeless("the session does not exist".to_owned()));
    };
    if read.value.github_username.is_some() {
        return Ok(Outcome::Done);
    }
    let account = read.value.claimed_by().and_then(|claim| github_account(&claim.sub));
    let login = match account {
        None => None,
        Some(account) => match app.github.login(account).await {
            Ok(login) => login,
            Err(error) => return Ok(Outcome::Failed(chain(&error), error.retry_after)),
        },
    };
    assume(app, session, login.as_ref().or(claimed)).await?;
    Ok(Outcome::Done)
}

/// Remembers `username` where no account is known.
pub(crate) async fn assume(
    app: &App,
    session: CandidateSessionId,
    username: Option<&GitHubUsername>,
) -> Result<(), Error> {
    let Some(username) = username else { return Ok(()) };
    settled(|| async {
        let desk = app.store.desk(session).await?;
        let desk = desk.filter(|desk| desk.session.value.github_username.is_none());
        let Some(desk) = desk else { return Ok(Some(())) };
        let write = remembering(app, &desk, Some(username))?;
        Ok((app.store.write(write, &app.mint).await? == Written::Yes).then_some(()))
    })
    .await
}
