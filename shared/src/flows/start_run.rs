//! A candidate runs the tests: the run is recorded, then GitHub is asked to start it. Nobody waits
//! for it to end.

use jiff::SignedDuration;

use crate::app::App;
use crate::auth::owned::Owned;
use crate::domain::id::{RunId, TaskId};
use crate::domain::job::{Job, JobRecord};
use crate::domain::repository::BranchName;
use crate::domain::run::{Run, RunFailure, RunState};
use crate::domain::workspace::Workspace;
use crate::error::Error;
use crate::flows::find_again::{Called, find_again, is_elsewhere};
use crate::flows::heed_limit::heed_limit;
use crate::flows::open_desk::code_task_of;
use crate::github::actions::DispatchedRun;
use crate::github::error::GitHubFailure;
use crate::store::item::Stored;
use crate::store::runs::GitHubRun;
use crate::store::sessions::Desk;
use crate::store::transaction::{Transaction, Written, settled};

/// How long a run is left alone before its state is first looked at.
const FIRST_LOOK: SignedDuration = SignedDuration::from_secs(2);

/// Starts a test run of `branch`, or of the repository's default branch, on the day that is worked
/// on: what was handed in stays as it was, and a later day has not begun.
pub async fn start_run(
    app: &App,
    desk: &Owned<Desk>,
    task: TaskId,
    branch: Option<&str>,
) -> Result<Run, Error> {
    let task = code_task_of(desk.get(), task)?;
    desk.get().session.value.may_submit(task.day)?;
    let workspace = desk.get().workspace(task.day);
    let workspace = &workspace.ok_or(Error::WorkspaceMissing { on_status: false })?.value;
    let branch = branch_of(workspace, branch)?;
    let mut run = settled(|| request(app, workspace, &branch)).await?;
    let file = &app.config.github.workflow_file;
    let mut answer = app.github.dispatch(&workspace.name, file, branch.as_str()).await;
    if answer.as_ref().is_err_and(is_elsewhere)
        && let Some(name) = find_again(app, Called::from(&run.value)).await?
    {
        run.value.repository = name;
        answer = app.github.dispatch(&run.value.repository, file, branch.as_str()).await;
    }
    match answer {
        Ok(details) => accepted(app, run, details).await,
        // GitHub may have started it: the job finds out.
        Err(error) if error.is_unanswered() => Ok(run.value),
        // The same; but who asked is told that GitHub is not well.
        Err(error) if error.may_have_happened() => Err(error.into()),
        Err(error) => {
            heed_limit(app, &error).await?;
            let failed = run.value.clone().failed(RunFailure::Refused, app.clock.now());
            let write = Transaction::new().replace(&run, &failed)?;
            // Should the job have moved on in between, GitHub's refusal is the answer all the same.
            let (Written::Yes | Written::Refused) = app.store.write(write, &app.mint).await?;
            // GitHub refuses a ref that is not there: the branch that was named is wrong.
            Err(match error.kind {
                GitHubFailure::Unprocessable => Error::InvalidBranch,
                _ => error.into(),
            })
        }
    }
}

/// The branch to work on, once there is a repository to work in.
pub(crate) fn branch_of(workspace: &Workspace, wanted: Option<&str>) -> Result<BranchName, Error> {
    let (repository, _base) = workspace.ready().ok_or(Error::WorkspaceNotReady)?;
    match wanted.filter(|text| !text.is_empty()) {
        None => Ok(repository.default_branch.clone()),
        Some(text) => BranchName::parse(text).map_err(|_why| Error::InvalidBranch),
    }
}

/// Records the run and the job that follows it, before GitHub hears of it.
async fn request(
    app: &App,
    workspace: &Workspace,
    branch: &BranchName,
) -> Result<Option<Stored<Run>>, Error> {
    let (repository, _base) = workspace.ready().ok_or(Error::WorkspaceNotReady)?;
    let now = app.clock.now();
    let run = Run {
        id: RunId::new(app.mint.id(now)),
        session: workspace.session,
        task: workspace.task,
        day: workspace.day,
        repository: workspace.name.clone(),
        repository_id: repository.id,
        git_ref: branch.as_str().to_owned(),
        pinned: None,
        requested_at: now,
        tagged: false,
        slot: None,
        asked_at: None,
        looked_at: None,
        refused: 0,
        missing_since: None,
        state: RunState::Requested,
    };
    let job = Job::FollowRun { run: run.id };
    let job = JobRecord::after_pause(app.mint.uuid(), job, FIRST_LOOK, now);
    let write = Transaction::new().create(&run)?.create(&job)?;
    Ok(match app.store.write(write, &app.mint).await? {
        Written::Yes => Some(Stored::created(run)),
        Written::Refused => None,
    })
}

/// Records what GitHub said when it took the run. Where the job was faster, its word stands.
pub(crate) async fn accepted(
    app: &App,
    run: Stored<Run>,
    details: Option<DispatchedRun>,
) -> Result<Run, Error> {
    let mut after = run.value.clone();
    // A submission's run may be asked for long after it was recorded, when GitHub was away.
    after.requested_at = app.clock.now();
    let mut write = Transaction::new();
    after.state = RunState::Accepted;
    if let Some(details) = details {
        after.state = RunState::Dispatched { github_id: details.id, attempt: 1, queued: true };
        write = write.create(&GitHubRun { github_id: details.id, run: after.id })?;
    }
    let write = write.replace(&run, &after)?;
    Ok(match app.store.write(write, &app.mint).await? {
        Written::Yes => after,
        Written::Refused => run.value,
    })
}
