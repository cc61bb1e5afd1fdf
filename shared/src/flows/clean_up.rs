//! Repositories of work that ended long ago are archived, and later deleted; nothing is touched that
//! GitHub does not show to be ours at that moment.

use crate::app::App;
use crate::domain::clean_up::{self, EndOfWork, PutAway};
use crate::domain::id::CandidateSessionId;
use crate::domain::job::{Job, JobRecord, Outcome};
use crate::domain::workspace::upkeep::{Kept, Obstacle};
use crate::domain::workspace::{Found, Workspace};
use crate::error::{Error, chain};
use crate::flows::change_workspace::Opened;
use crate::flows::heed_limit::heed_limit;
use crate::github::error::{GitHubError, GitHubFailure};
use crate::store::clean_ups::CleanUpEntry;
use crate::store::item::Stored;
use crate::store::sessions::Desk;
use crate::store::transaction::{Transaction, Written};

/// The most steps one attempt takes: two for each repository, and as many again when others write in
/// between.
const STEPS_MAX: usize = 8;
/// How long a session is left alone whose job died.
const PAUSE_AFTER_DEATH: jiff::SignedDuration = jiff::SignedDuration::from_hours(24);

/// Puts away what is due of a session, and records when to look at it again.
pub async fn clean_up(app: &App, session: CandidateSessionId) -> Result<Outcome, Error> {
    for _ in 0..STEPS_MAX {
        // Read before what the next date follows from: a date that is newer than that stays.
        let entry = app.store.clean_up(session).await?;
        let Some(desk) = app.store.desk(session).await? else {
            return Ok(Outcome::Hopeless("the session does not exist".to_owned()));
        };
        let Some((workspace, step)) = due(app, &desk) else {
            return look_again(app, &desk, entry).await;
        };
        let after = match put_away(app, &workspace.value, step).await {
            Ok(after) => after,
            Err(error) => {
                heed_limit(app, &error).await?;
                return Ok(Outcome::Failed(chain(&error), error.retry_after));
            }
        };
        // What the session tells of it changes with it: one that is put away is not missed any more.
        let opened = Opened { workspace: workspace.clone(), session: desk.session.clone() };
        let (write, _after) = opened.replaced(Transaction::new(), after)?;
        match app.store.write(write, &app.mint).await? {
            Written::Yes | Written::Refused => {}
        }
    }
    Ok(Outcome::Again(jiff::SignedDuration::from_secs(1)))
}

/// The first thing that is to be done now. Where cleaning up is switched off nothing is.
fn due<'a>(app: &App, desk: &'a Desk) -> Option<(&'a Stored<Workspace>, PutAway)> {
    let now = app.clock.now();
    let mut steps = steps(app, desk).filter(|_step| app.config.github.cleanup.enabled);
    let (workspace, step, _at) = steps.find(|(_, _, at)| *at <= now)?;
    Some((workspace, step))
}

fn steps<'a>(
    app: &App,
    desk: &'a Desk,
) -> impl Iterator<Item = (&'a Stored<Workspace>, PutAway, jiff::Timestamp)> {
    let settings = app.config.github.cleanup;
    let end = EndOfWork::of(&desk.session.value);
    let after = (settings.archive_after_days, settings.delete_after_days);
    desk.workspaces.iter().filter_map(move |workspace| {
        let (step, at) = clean_up::next(&workspace.value, end, after)?;
        Some((workspace, step, at))
    })
}

/// Does one step, if GitHub has our repository there, and says what the workspace is like afterwards.
async fn put_away(
    app: &App,
    workspace: &Workspace,
    step: PutAway,
) -> Result<Workspace, GitHubError> {
    let (now, after) = (app.clock.now(), workspace.clone());
    let Some(id) = workspace.repository.as_ref().map(|repository| repository.id) else {
        return Ok(after);
    };
    if let (PutAway::Delete, Kept::Archived { at }) = (step, &workspace.upkeep.state) {
        // Recorded first: whoever wants it back from now on has it made anew.
        return Ok(after.kept(Kept::Deleting { archived_at: *at }));
    }
    let Some(there) = app.github.repository_by_id(id, workspace.name.owner()).await? else {
        return Ok(after.kept(Kept::Deleted { at: now }));
    };
    let found = Found {
        name: &there.name,
        description: there.description.as_deref(),
        template: there.template.as_ref(),
    };
    if !workspace.is_still(there.id, &found) {
        tracing::error!(
            workspace = %workspace.id, repository = id,
            "a repository that should be put away does not carry our marker: it is left alone"
        );
        return Ok(not_put_away(after, Obstacle::NotOurs, now));
    }
    if step == PutAway::Delete && !there.archived {
        // Somebody took it out of the archive to keep it.
        return Ok(after.returned(now));
    }
    // By the name it has now: a renamed one is ours all the same.
    let (done, state) = match step {
        PutAway::Archive if there.archived => (Ok(()), Kept::Archived { at: now }),
        PutAway::Archive => {
            (app.github.archive_repository(&there.name).await, Kept::Archived { at: now })
        }
        PutAway::Delete => {
            (app.github.delete_repository(&there.name).await, Kept::Deleted { at: now })
        }
    };
    match done {
        Ok(()) => Ok(after.kept(state)),
        Err(error) if error.kind == GitHubFailure::PermissionDenied => {
            tracing::error!(
                workspace = %workspace.id, step = step.as_str(), error = %chain(&error),
                "a repository cannot be put away"
            );
            Ok(not_put_away(after, Obstacle::PermissionMissing, now))
        }
        Err(error) => Err(error),
    }
}

/// The workspace whose repository could not be put away: one that is not deleted is still archived.
fn not_put_away(workspace: Workspace, why: Obstacle, now: jiff::Timestamp) -> Workspace {
    let workspace = match workspace.upkeep.state {
        Kept::Deleting { archived_at } => workspace.kept(Kept::Archived { at: archived_at }),
        _ => workspace,
    };
    workspace.not_put_away(why, now)
}

/// Records when the next thing is to be done for the session; never, when all is done.
async fn look_again(
    app: &App,
    desk: &Desk,
    entry: Option<Stored<CleanUpEntry>>,
) -> Result<Outcome, Error> {
    let look_at = steps(app, desk).map(|(_, _, at)| at).min();
    Ok(match plan(app, desk.session.value.id, entry, look_at).await? {
        Written::Yes => Outcome::Done,
        Written::Refused => Outcome::Again(jiff::SignedDuration::ZERO),
    })
}

async fn plan(
    app: &App,
    session: CandidateSessionId,
    before: Option<Stored<CleanUpEntry>>,
    look_at: Option<jiff::Timestamp>,
) -> Result<Written, Error> {
    let entry = CleanUpEntry { session, look_at };
    let write = match before {
        Some(read) => Transaction::new().replace(&read, &entry)?,
        None => Transaction::new().create(&entry)?,
    };
    app.store.write(write, &app.mint).await
}

/// Looks at a session again in a day, whose job died.
pub(crate) async fn put_off(app: &App, session: CandidateSessionId) -> Result<(), Error> {
    let look_at = app.clock.now() + PAUSE_AFTER_DEATH;
    let entry = app.store.clean_up(session).await?;
    // A refusal means that somebody else has planned when to look.
    let (Written::Yes | Written::Refused) = plan(app, session, entry, Some(look_at)).await?;
    Ok(())
}

/// Starts the jobs of sessions that are due to be looked at; says how many. Where cleaning up is
/// switched off the table is not asked.
pub async fn start_clean_ups(app: &App) -> Result<usize, Error> {
    if !app.config.github.cleanup.enabled {
        return Ok(0);
    }
    let now = app.clock.now();
    let mut started = 0;
    for read in app.store.clean_ups_due(now).await? {
        let session = read.value.session;
        let job = JobRecord::new(app.mint.uuid(), Job::CleanUp { session }, now);
        let entry = CleanUpEntry { session, look_at: None };
        let write = Transaction::new().replace(&read, &entry)?.create(&job)?;
        match app.store.write(write, &app.mint).await {
            Ok(Written::Yes) => started += 1,
            // Another sweep was faster, or the index had not heard of it.
            Ok(Written::Refused) => {}
            // The next sweep tries again; the others need not wait for that.
            Err(error) => tracing::error!(%session, error = %error.chain(), "not cleaned up"),
        }
    }
    Ok(started)
}
