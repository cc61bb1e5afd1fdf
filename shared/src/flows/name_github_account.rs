//! A candidate comes for the day's workspace, and may say which GitHub account is theirs: its
//! invitations to the repositories follow, and what was given up is tried again.

use crate::app::App;
use crate::auth::owned::Owned;
use crate::auth::principal::Candidate;
use crate::domain::job::{Job, JobRecord};
use crate::domain::repository::{GitHubUsername, github_account};
use crate::error::Error;
use crate::flows::open_desk::open_desk;
use crate::flows::prepare_workspace::{is_abandoned, try_again};
use crate::store::sessions::Desk;
use crate::store::transaction::{Transaction, Written, settled};

/// Remembers `username`, or the one that the candidate's token names where none is known, and has every workspace of the session opened to that
/// account. Without anything to change nothing is written.
pub async fn name_github_account(
    app: &App,
    candidate: &Candidate,
    desk: Owned<Desk>,
    username: Option<&GitHubUsername>,
) -> Result<Owned<Desk>, Error> {
    let username = username.or_else(|| claimed(candidate, desk.get()));
    if !changes(desk.get(), username) {
        return Ok(desk);
    }
    let id = desk.get().session.value.id;
    settled(|| async {
        let desk = open_desk(app, candidate, id).await?;
        if !changes(desk.get(), username) {
            return Ok(Some(desk));
        }
        let write = remembering(app, desk.get(), username)?;
        Ok(match app.store.write(write, &app.mint).await? {
            Written::Yes => Some(open_desk(app, candidate, id).await?),
            Written::Refused => None,
        })
    })
    .await
}

/// The account that the candidate's token names, while none is known. For whoever logged in with
/// GitHub a job asks there.
fn claimed<'a>(candidate: &'a Candidate, desk: &Desk) -> Option<&'a GitHubUsername> {
    let known = desk.session.value.github_username.is_some();
    let asked_for = github_account(candidate.claimant().sub).is_some();
    candidate.github_login().filter(|_login| !known && !asked_for)
}

fn changes(desk: &Desk, username: Option<&GitHubUsername>) -> bool {
    let abandoned = desk.workspaces.iter().any(|workspace| is_abandoned(&workspace.value));
    abandoned || username.is_some_and(|name| is_new(desk, name))
}

/// Whether `username` is not the one that is known.
pub(crate) fn is_new(desk: &Desk, username: &GitHubUsername) -> bool {
    desk.session.value.github_username.as_ref() != Some(username)
}

/// The write that remembers `username` at `desk` and has what follows done.
pub(crate) fn remembering(
    app: &App,
    desk: &Desk,
    username: Option<&GitHubUsername>,
) -> Result<Transaction, Error> {
    let mut write = try_again(app, desk, Transaction::new())?;
    let Some(username) = username.filter(|name| is_new(desk, name)) else { return Ok(write) };
    let mut session = desk.session.value.clone();
    session.github_username = Some(username.clone());
    write = write.replace(&desk.session, &session)?;
    // One that is tried again opens itself to the account.
    for workspace in desk.workspaces.iter().filter(|workspace| !is_abandoned(&workspace.value)) {
        let job = Job::PrepareWorkspace { session: session.id, day: workspace.value.day };
        write = write.create(&JobRecord::new(app.mint.uuid(), job, app.clock.now()))?;
    }
    Ok(write)
}
