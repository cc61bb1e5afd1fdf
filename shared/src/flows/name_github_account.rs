//! A candidate comes for the day's workspace, and may say which GitHub account is theirs: its
//! invitations to the repositories follow, and what is in trouble is tried at once.

use crate::app::App;
use crate::auth::owned::Owned;
use crate::auth::principal::Candidate;
use crate::domain::job::{Job, JobRecord};
use crate::domain::repository::{GitHubUsername, github_account};
use crate::domain::workspace::Workspace;
use crate::error::Error;
use crate::flows::open_desk::open_desk;
use crate::flows::prepare_workspace::{hurried, try_again};
use crate::store::item::Stored;
use crate::store::sessions::Desk;
use crate::store::transaction::{Transaction, Written, settled};

/// Remembers `username`, or the one that the candidate's token names where none is known, and has
/// every workspace of the session opened to that account. Without anything to change nothing is written.
pub async fn name_github_account(
    app: &App,
    candidate: &Candidate,
    desk: Owned<Desk>,
    username: Option<&GitHubUsername>,
) -> Result<Owned<Desk>, Error> {
    let username = username.or_else(|| claimed(candidate, desk.get()));
    if !changes(app, desk.get(), username) {
        return Ok(desk);
    }
    let id = desk.get().session.value.id;
    settled(|| async {
        let desk = open_desk(app, candidate, id).await?;
        if !changes(app, desk.get(), username) {
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

fn changes(app: &App, desk: &Desk, username: Option<&GitHubUsername>) -> bool {
    let now = app.clock.now();
    let session = &desk.session.value;
    let in_trouble = desk.workspaces.iter().any(|read| hurried(session, read, now).is_some());
    in_trouble || username.is_some_and(|name| is_news(desk, name))
}

/// Whether the account is another than the one that is known, or one that could not be invited:
/// whoever insists on it may have opened it meanwhile.
pub(crate) fn is_news(desk: &Desk, username: &GitHubUsername) -> bool {
    let failed = |read: &Stored<Workspace>| {
        read.value.unknown_username.as_ref().is_some_and(|name| name.is_same_account(username))
    };
    desk.session.value.github_username.as_ref() != Some(username)
        || desk.workspaces.iter().any(failed)
}

/// The write that remembers `username` at `desk` and has what follows done.
pub(crate) fn remembering(
    app: &App,
    desk: &Desk,
    username: Option<&GitHubUsername>,
) -> Result<Transaction, Error> {
    let before = &desk.session.value;
    let now = app.clock.now();
    let write = Transaction::new();
    let (mut session, mut write) = try_again(app, desk, before.clone(), write, now)?;
    if let Some(username) = username.filter(|name| is_news(desk, name)) {
        session.github_username = Some(username.clone());
        // One that is tried again opens itself to the account.
        let others = desk.workspaces.iter().filter(|read| hurried(before, read, now).is_none());
        for read in others {
            let job = Job::PrepareWorkspace { session: session.id, day: read.value.day };
            write = write.create(&JobRecord::new(app.mint.uuid(), job, now))?;
            if read.value.unknown_username.is_some() {
                let after = Workspace { unknown_username: None, ..read.value.clone() };
                write = write.replace(read, &after)?;
                session = session.with_workspace(&after);
            }
        }
    }
    if session == *before { Ok(write) } else { write.replace(&desk.session, &session) }
}
