//! What follows from something that GitHub told us of. Deliveries come repeated, late and out of order:
//! each has us look at how things are, and what is known already changes nothing.

use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::domain::activity::{Activity, Push};
use crate::domain::job::Outcome;
use crate::domain::notice::{Notice, RunTurn};
use crate::domain::repository::GitHubUsername;
use crate::domain::workspace::Workspace;
use crate::error::{Error, chain};
use crate::flows::change_workspace::{Opened, change_workspace, open_workspace};
use crate::flows::find_again::{as_seen, tell};
use crate::flows::hear_run::{Otherwise, hear_run};
use crate::store::transaction::{Transaction, Written};

/// How long what we heard of may be ahead of what we are shown: our own index lags, and so does
/// GitHub.
pub(crate) const LAG_MAX: SignedDuration = SignedDuration::from_secs(10);
/// How long to wait until we look again.
pub(crate) const LAG_PAUSE: SignedDuration = SignedDuration::from_secs(2);

/// Does what follows from `notice`, of which we heard at `at`.
pub async fn heed_github(app: &App, notice: &Notice, at: Timestamp) -> Result<Outcome, Error> {
    let repository = match notice {
        Notice::Run { repository, github_id, turn } => {
            // Who follows the run comes anyhow: worth a second look is only an end that we just
            // heard of.
            let is_worth_it = *turn == RunTurn::Ended && is_fresh(app, at);
            let otherwise = if is_worth_it { Otherwise::Look(LAG_PAUSE) } else { Otherwise::Leave };
            return Box::pin(hear_run(app, *repository, *github_id, otherwise)).await;
        }
        Notice::Pushed { repository, .. }
        | Notice::CollaboratorAdded { repository, .. }
        | Notice::RepositoryChanged { repository } => *repository,
    };
    let Some(read) = app.store.workspace_of_repository(repository).await? else {
        // Most often it is no repository of ours: GitHub tells of all that it may.
        return Ok(if is_fresh(app, at) { Outcome::Again(LAG_PAUSE) } else { Outcome::Done });
    };
    // What the index shows may be old.
    let Some(opened) = open_workspace(app, read.value.session, read.value.day).await? else {
        return Ok(Outcome::Done);
    };
    let made = opened.workspace.value.repository.as_ref();
    if made.is_none_or(|made| made.id != repository) {
        // It has another one by now: what becomes of the old one changes nothing.
        return Ok(Outcome::Done);
    }
    match notice {
        Notice::Pushed { push, .. } => note_push(app, &opened, push).await,
        Notice::CollaboratorAdded { username, .. } => note_member(app, opened, username).await,
        Notice::RepositoryChanged { .. } | Notice::Run { .. } => look_again(app, &opened).await,
    }
}

/// Whether we heard of it a moment ago only.
pub(crate) fn is_fresh(app: &App, at: Timestamp) -> bool {
    app.clock.now().duration_since(at) < LAG_MAX
}

/// Puts a push into the timeline, and its time into the recruiter's list. What the repository began
/// with was nobody's work.
async fn note_push(app: &App, opened: &Opened, push: &Push) -> Result<Outcome, Error> {
    let (workspace, owner) = (&opened.workspace.value, &opened.session);
    let Some(base) = &workspace.base else { return Ok(Outcome::Done) };
    if *base == push.head {
        return Ok(Outcome::Done);
    }
    let (session, day) = (workspace.session, workspace.day);
    let known = app.store.activity(session, day).await?;
    let before = known.as_ref().map_or(Activity::none(session, day), |it| it.value.clone());
    let Some(after) = before.with(push.clone()) else { return Ok(Outcome::Done) };
    let mut write = match &known {
        Some(known) => Transaction::new().replace(known, &after)?,
        None => Transaction::new().create(&after)?,
    };
    if let Some(seen) = owner.value.clone().pushed(push.at) {
        write = write.replace(owner, &seen)?;
    }
    // Refused, it is decided anew: somebody else wrote first.
    Ok(match app.store.write(write, &app.mint).await? {
        Written::Yes => Outcome::Done,
        Written::Refused => Outcome::Again(SignedDuration::ZERO),
    })
}

async fn note_member(
    app: &App,
    opened: Opened,
    username: &GitHubUsername,
) -> Result<Outcome, Error> {
    let accepted = |workspace: Workspace| workspace.accepted(username);
    change_workspace(app, opened, accepted).await.map(|_opened| Outcome::Done)
}

/// Has GitHub say what became of a repository. A payload could be overtaken by the next one.
async fn look_again(app: &App, opened: &Opened) -> Result<Outcome, Error> {
    let before = &opened.workspace.value;
    let after = match as_seen(app, before).await {
        Ok(after) => after,
        Err(error) => return Ok(Outcome::Failed(chain(&error), error.retry_after)),
    };
    if after == *before {
        return Ok(Outcome::Done);
    }
    let (write, after) = opened.replaced(Transaction::new(), after)?;
    if app.store.write(write, &app.mint).await? == Written::Refused {
        // Who was faster may have seen what is newer: GitHub is asked anew.
        return Ok(Outcome::Again(SignedDuration::ZERO));
    }
    tell(&after.workspace.value);
    Ok(Outcome::Done)
}
