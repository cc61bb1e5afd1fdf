//! A candidate says which GitHub account is theirs; its invitations to the repositories follow.

use crate::app::App;
use crate::auth::owned::Owned;
use crate::auth::principal::Candidate;
use crate::domain::job::{Job, JobRecord};
use crate::domain::repository::GitHubUsername;
use crate::error::Error;
use crate::flows::open_desk::open_desk;
use crate::store::sessions::Desk;
use crate::store::transaction::{Transaction, Written, settled};

/// Remembers `username` for the session and has every workspace of it opened to that account. A
/// name that is remembered already changes nothing.
pub async fn name_github_account(
    app: &App,
    candidate: &Candidate,
    desk: Owned<Desk>,
    username: &GitHubUsername,
) -> Result<Owned<Desk>, Error> {
    let id = desk.get().session.value.id;
    if desk.get().session.value.github_username.as_ref() == Some(username) {
        return Ok(desk);
    }
    settled(|| async {
        let desk = open_desk(app, candidate, id).await?;
        let read = &desk.get().session;
        if read.value.github_username.as_ref() == Some(username) {
            return Ok(Some(desk));
        }
        let mut session = read.value.clone();
        session.github_username = Some(username.clone());
        let mut write = Transaction::new().replace(read, &session)?;
        let now = app.clock.now();
        for workspace in &desk.get().workspaces {
            let job = Job::PrepareWorkspace { session: id, day: workspace.value.day };
            write = write.job(&JobRecord::new(app.mint.uuid(), job, now))?;
        }
        Ok(match app.store.write(write, &app.mint).await? {
            Written::Yes => Some(open_desk(app, candidate, id).await?),
            Written::Refused => None,
        })
    })
    .await
}
