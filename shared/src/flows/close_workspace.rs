//! A day is handed in: the candidate keeps what they may read and loses what they may write. One
//! recorded step at a time, each of which may be repeated; at the end GitHub is asked.

use jiff::SignedDuration;
use reqwest::StatusCode;

use crate::app::App;
use crate::domain::id::CandidateSessionId;
use crate::domain::job::Outcome;
use crate::domain::repository::GitHubUsername;
use crate::domain::standing::Standing;
use crate::domain::task::Day;
use crate::domain::workspace::closing::ClosingStep;
use crate::domain::workspace::{Collaborator, Right, Workspace};
use crate::error::{Error, chain};
use crate::flows::change_workspace::{Opened, open_workspace};
use crate::flows::find_again::{is_elsewhere, look_again};
use crate::flows::heed_limit::heed_limit;
use crate::github::error::{Cause, GitHubError, GitHubFailure};
use crate::store::transaction::{Transaction, Written, settled};
use crate::telemetry::alarms::{Alarm, alarm};

/// The most steps one attempt takes: four, and as many again when others write in between.
const STEPS_MAX: usize = 8;

/// Takes the right to push back, and makes sure of it.
pub async fn close_workspace(
    app: &App,
    session: CandidateSessionId,
    day: Day,
) -> Result<Outcome, Error> {
    for _ in 0..STEPS_MAX {
        let Some(opened) = open_workspace(app, session, day).await? else {
            return Ok(Outcome::Hopeless("the workspace does not exist".to_owned()));
        };
        let workspace = &opened.workspace.value;
        let username = opened.session.value.github_username.as_ref();
        let Some(step) = workspace.closing_step(username) else { return Ok(Outcome::Done) };
        let verified = matches!(step, ClosingStep::Verify(_));
        let after = match take(app, workspace, step).await {
            Ok(after) => after,
            Err(error) => {
                heed_limit(app, &error).await?;
                let name = &workspace.name;
                if is_elsewhere(&error) && look_again(app, &opened, name).await?.is_some() {
                    continue;
                }
                return Ok(Outcome::Failed(chain(&error), error.retry_after));
            }
        };
        let still = verified && after.collaborator.as_ref().is_some_and(may_push);
        let gives_up = after.cannot_be_closed();
        if !recorded(app, &opened, after).await? || !still {
            continue;
        }
        let told = "GitHub says that the candidate may still push".to_owned();
        return Ok(if gives_up { Outcome::Hopeless(told) } else { Outcome::Failed(told, None) });
    }
    Ok(Outcome::Again(SignedDuration::from_secs(1)))
}

/// The same for whoever was about to let somebody in when the day was handed in: what is recorded may
/// not be what GitHub has.
pub(crate) async fn close_again(app: &App, opened: Opened) -> Result<Outcome, Error> {
    let workspace = &opened.workspace.value;
    let (session, day) = (workspace.session, workspace.day);
    if workspace.is_put_away() {
        return Ok(Outcome::Done);
    }
    if workspace.collaborator.is_some() {
        let unsure = workspace.clone().unsure();
        if unsure != *workspace && !recorded(app, &opened, unsure).await? {
            return Ok(Outcome::Again(SignedDuration::ZERO));
        }
    }
    close_workspace(app, session, day).await
}

fn may_push(given: &Collaborator) -> bool {
    given.right == Right::Push
}

/// Takes one step and says what the workspace is like afterwards.
async fn take(
    app: &App,
    workspace: &Workspace,
    step: ClosingStep,
) -> Result<Workspace, GitHubError> {
    let (github, name) = (&app.github, &workspace.name);
    let after = workspace.clone();
    Ok(match step {
        ClosingStep::Remove(username) => {
            github.remove_collaborator(name, &username).await?;
            after.removed(&username)
        }
        ClosingStep::LetRead(username) => match let_read(app, workspace, &username).await? {
            Some(invitation) => {
                after.lowered(Some(Collaborator { username, right: Right::Read, invitation }))
            }
            None => Workspace { unknown_username: Some(username), ..after },
        },
        ClosingStep::Lower(given) => {
            let invitation = lower(app, workspace, &given).await?;
            after.lowered(Some(Collaborator { invitation, ..given }))
        }
        ClosingStep::Verify(username) => match github.may_push(name, &username).await? {
            Some(true) => after.still_pushed_to(),
            Some(false) => after.closed(app.clock.now()),
            None => {
                seen_or_gone(app, workspace).await?;
                after.closed(app.clock.now())
            }
        },
    })
}

/// Lowers a pending invitation or else the account itself; the invitation that is still pending.
async fn lower(
    app: &App,
    workspace: &Workspace,
    given: &Collaborator,
) -> Result<Option<u64>, GitHubError> {
    if let Some(invitation) = given.invitation {
        if app.github.lower_invitation(&workspace.name, invitation).await? {
            return Ok(Some(invitation));
        }
        // Accepted, declined or run out: who may not push is not invited anew.
        if app.github.may_push(&workspace.name, &given.username).await? != Some(true) {
            return Ok(None);
        }
    }
    lower_member(app, workspace, &given.username).await
}

/// Lets the account read: the invitation to that, if it has to be accepted; none for an account that
/// GitHub does not know.
async fn let_read(
    app: &App,
    workspace: &Workspace,
    username: &GitHubUsername,
) -> Result<Option<Option<u64>>, GitHubError> {
    let refusal = match app.github.let_read(&workspace.name, username).await {
        Ok(invitation) => return Ok(Some(invitation)),
        Err(error) => error,
    };
    if !matches!(refusal.kind, GitHubFailure::NotFound | GitHubFailure::Unprocessable) {
        return Err(refusal);
    }
    // Unless it is the repository that is gone.
    app.github.repository(&workspace.name).await?.map(|_there| None).ok_or(refusal)
}

/// Fails when we are not shown the repository, and nothing says that it is gone: its candidate may
/// push to it unseen.
async fn seen_or_gone(app: &App, workspace: &Workspace) -> Result<(), GitHubError> {
    if workspace.standing == Standing::Gone
        || app.github.repository(&workspace.name).await?.is_some()
    {
        return Ok(());
    }
    Err(GitHubError::new("see the repository", Cause::Status(StatusCode::NOT_FOUND)))
}

async fn lower_member(
    app: &App,
    workspace: &Workspace,
    username: &GitHubUsername,
) -> Result<Option<u64>, GitHubError> {
    match app.github.let_read(&workspace.name, username).await {
        // Neither the account nor the repository can do harm that is not there.
        Err(error) if error.kind == GitHubFailure::NotFound => Ok(None),
        answer => answer,
    }
}

/// Whether the step is recorded; otherwise somebody else wrote first, and the loop reads again.
async fn recorded(app: &App, opened: &Opened, after: Workspace) -> Result<bool, Error> {
    let (write, _after) = opened.replaced(Transaction::new(), after)?;
    Ok(app.store.write(write, &app.mint).await? == Written::Yes)
}

/// Records that the right to push could not be taken back, and raises the alarm.
pub(crate) async fn leave_writable(
    app: &App,
    session: CandidateSessionId,
    day: Day,
) -> Result<(), Error> {
    let now = app.clock.now();
    settled(|| async {
        let Some(opened) = open_workspace(app, session, day).await? else { return Ok(Some(())) };
        let after = opened.workspace.value.clone().left_writable(now);
        let Some(after) = after else { return Ok(Some(())) };
        if !recorded(app, &opened, after).await? {
            return Ok(None);
        }
        alarm(Alarm::WorkspaceStillWritable, now);
        tracing::error!(%session, %day, "the candidate may still push to a day that is handed in");
        Ok(Some(()))
    })
    .await
}
