//! A workspace's repository is made and opened to its candidate, one recorded step at a time.
//!
//! Several jobs may be about one workspace: a change of the username makes another. Whichever comes
//! does what is missing, and the one that found something to wait for comes back for it.

use jiff::Timestamp;
use tracing::warn;
use uuid::Uuid;

use crate::app::App;
use crate::creates::{Moment, Slot};
use crate::domain::candidate_session::CandidateSession;
use crate::domain::creates::Lane;
use crate::domain::id::CandidateSessionId;
use crate::domain::job::{Job, JobRecord, Outcome};
use crate::domain::task::Day;
use crate::domain::workspace::Workspace;
use crate::domain::workspace::plan::{Next, Step, Taken};
use crate::domain::workspace::trouble::{Reason, Trouble};
use crate::error::Error;
use crate::flows::change_workspace::{Opened, change_workspace, open_workspace};
use crate::flows::close_workspace::close_again;
use crate::flows::find_again::look_again;
use crate::flows::take_step::{Hindrance, take_step};
use crate::store::item::Stored;
use crate::store::sessions::Desk;
use crate::store::transaction::{Transaction, Written};

/// The most steps one attempt takes: five, and as many again when others write in between.
const STEPS_MAX: usize = 10;

/// Takes the steps that are missing, as `job`.
pub async fn prepare_workspace(
    app: &App,
    job: Uuid,
    session: CandidateSessionId,
    day: Day,
) -> Result<Outcome, Error> {
    let Some(mut opened) = open_workspace(app, session, day).await? else {
        return Ok(Outcome::Hopeless("the workspace does not exist".to_owned()));
    };
    for _ in 0..STEPS_MAX {
        if opened.session.value.has_handed_in(day) {
            return close_again(app, opened).await;
        }
        let now = app.clock.now();
        let workspace = &opened.workspace.value;
        let username = opened.session.value.github_username.as_ref();
        let step = match workspace.next(username, now) {
            Next::Nothing => return Ok(Outcome::Done),
            Next::Wait(until) => return Ok(come_back(workspace, job, until, now)),
            Next::Take(step) => step,
        };
        if let Some(lane) = step.lane() {
            let held = match hold_slot(app, opened, (&step, lane), job).await? {
                Held::Yes(held) => *held,
                Held::No(outcome) => return Ok(outcome),
            };
            let Some(announced) = announced(app, held, &step).await? else {
                return Ok(Outcome::Again(jiff::SignedDuration::ZERO));
            };
            opened = announced;
        }
        opened = match take_step(app, &opened.workspace.value, step).await {
            Ok(Taken::Gone) => match missed(app, opened, job).await? {
                Some(opened) => opened,
                None => return Ok(Outcome::Again(jiff::SignedDuration::ZERO)),
            },
            Ok(taken) => {
                let now = app.clock.now();
                let after = |workspace: Workspace| workspace.after(&taken, job, now);
                change_workspace(app, opened, after).await?
            }
            Err(hindrance) => {
                if hindrance.reason == Reason::RepositoryMissing && is_found(app, &opened).await? {
                    use_up(app, opened).await?;
                    return Ok(Outcome::Again(jiff::SignedDuration::ZERO));
                }
                return note(app, opened, hindrance, job).await;
            }
        };
    }
    Ok(Outcome::Again(jiff::SignedDuration::from_secs(1)))
}

/// Whether the repository, which is not where it was, is under another name.
async fn is_found(app: &App, opened: &Opened) -> Result<bool, Error> {
    let workspace = &opened.workspace.value;
    if workspace.repository.is_none() {
        return Ok(false);
    }
    Ok(look_again(app, opened, &workspace.name).await?.is_some())
}

/// The job that waits comes back; any other need not.
fn come_back(workspace: &Workspace, job: Uuid, until: Timestamp, now: Timestamp) -> Outcome {
    if workspace.sleeper.is_none_or(|sleeper| sleeper == job) {
        Outcome::Again(until.duration_since(now))
    } else {
        Outcome::Done
    }
}

/// Whether the next creating call may be made now.
enum Held {
    Yes(Box<Opened>),
    No(Outcome),
}

async fn hold_slot(
    app: &App,
    opened: Opened,
    (step, lane): (&Step, Lane),
    job: Uuid,
) -> Result<Held, Error> {
    let before = opened.workspace.value.slot;
    let with =
        |moment: Moment| opened.workspace.value.clone().with_slot(moment.at, job).about_to(step);
    let reserve = |write, moment| opened.replaced(write, with(moment)).map(|(write, _after)| write);
    Ok(match app.creates.take(lane, before, reserve).await? {
        Slot::Open => Held::Yes(Box::new(opened)),
        Slot::Reserved(moment) if moment.is_now() => {
            let (_write, after) = opened.replaced(Transaction::new(), with(moment))?;
            Held::Yes(Box::new(after))
        }
        Slot::Reserved(moment) => Held::No(Outcome::Again(moment.wait)),
        Slot::Changed => Held::No(Outcome::Again(jiff::SignedDuration::ZERO)),
        Slot::Busy(pause) => Held::No(Outcome::Again(pause)),
    })
}

/// Records what the `step` is about to do, where its moment did not; none when somebody else wrote
/// first: then it may no longer be what is to be done.
async fn announced(app: &App, opened: Opened, step: &Step) -> Result<Option<Opened>, Error> {
    let after = opened.workspace.value.clone().about_to(step);
    written_once(app, opened, after).await
}

/// Records that the repository is nowhere; none when somebody else wrote first. That is said only of
/// what was looked for: the repository may have been found meanwhile, and the day be handed in.
async fn missed(app: &App, opened: Opened, job: Uuid) -> Result<Option<Opened>, Error> {
    let after = opened.workspace.value.clone().after(&Taken::Gone, job, app.clock.now());
    written_once(app, opened, after).await
}

async fn written_once(
    app: &App,
    opened: Opened,
    after: Workspace,
) -> Result<Option<Opened>, Error> {
    if after == opened.workspace.value {
        return Ok(Some(opened));
    }
    let (write, after) = opened.replaced(Transaction::new(), after)?;
    let written = app.store.write(write, &app.mint).await?;
    Ok((written == Written::Yes).then_some(after))
}

/// Records that the moment of a call was used that found nothing under the repository's former name.
/// Who is being invited stays: the call that is made next says it again.
async fn use_up(app: &App, opened: Opened) -> Result<(), Error> {
    let Some(used) = opened.workspace.value.slot else { return Ok(()) };
    let without = |workspace: Workspace| Workspace {
        slot: workspace.slot.filter(|slot| *slot != used),
        ..workspace
    };
    change_workspace(app, opened, without).await?;
    Ok(())
}

/// Records why a step could not be taken, and comes back when it is worth trying again. Should
/// somebody else have taken it meanwhile, the next look at it finds nothing wrong.
async fn note(
    app: &App,
    opened: Opened,
    hindrance: Hindrance,
    job: Uuid,
) -> Result<Outcome, Error> {
    let now = app.clock.now();
    let Hindrance { reason, wait, told } = hindrance;
    if let (Reason::RateLimited, Some(pause)) = (reason, wait) {
        app.creates.close(pause).await?;
    }
    let in_trouble = |workspace: Workspace| {
        let trouble = Trouble::after(workspace.trouble.as_ref(), reason, wait, now);
        workspace.in_trouble(trouble, Some(job))
    };
    let opened = change_workspace(app, opened, in_trouble).await?;
    let trouble = opened.workspace.value.trouble;
    let Some(again_at) = trouble.and_then(|trouble| trouble.again_at) else {
        return Ok(Outcome::Hopeless(told));
    };
    if reason != Reason::NotReadyYet {
        warn!(%job, error = told, %again_at, "a step of a workspace is tried again");
    }
    Ok(Outcome::Again(again_at.duration_since(now)))
}

/// The workspace `read` of `session` when its candidate comes for it, where that changes something.
/// A day that is handed in is not worked on any more: nothing of it is made or brought back.
pub(crate) fn hurried(
    session: &CandidateSession,
    read: &Stored<Workspace>,
    now: Timestamp,
) -> Option<Workspace> {
    let workspace = &read.value;
    if session.has_handed_in(workspace.day) { None } else { workspace.hurried(now) }
}

/// Has the workspaces of `desk` that are in trouble tried at once, where that is worth it, and those
/// that were put away brought back: adds to `write` that they are, and says what their `session` then
/// tells of them, which is not written yet.
pub(crate) fn try_again(
    app: &App,
    desk: &Desk,
    mut session: CandidateSession,
    mut write: Transaction,
    now: Timestamp,
) -> Result<(CandidateSession, Transaction), Error> {
    let mut comes_back = false;
    for workspace in &desk.workspaces {
        if let Some(after) = hurried(&session, workspace, now) {
            let job = Job::PrepareWorkspace { session: after.session, day: after.day };
            let job = JobRecord::new(app.mint.uuid(), job, now);
            write = write.replace(workspace, &after)?.create(&job)?;
            session = session.with_workspace(&after);
            comes_back |= workspace.value.is_put_away();
        }
    }
    if comes_back {
        // What is back is put away another time.
        let job = Job::CleanUp { session: session.id };
        write = write.create(&JobRecord::new(app.mint.uuid(), job, now))?;
    }
    Ok((session, write))
}
