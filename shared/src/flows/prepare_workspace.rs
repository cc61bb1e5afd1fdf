//! A workspace's repository is made, one recorded step at a time. Any step may be repeated: a
//! repository that is provably ours is adopted, and GitHub takes an invitation twice.

use crate::app::App;
use crate::domain::id::CandidateSessionId;
use crate::domain::job::{Job, JobRecord, Outcome};
use crate::domain::task::Day;
use crate::domain::workspace::upkeep::Kept;
use crate::domain::workspace::{Collaborator, Found, Repository, Right, Step, Workspace};
use crate::error::{Error, chain};
use crate::flows::close_workspace::close_again;
use crate::github::error::{GitHubError, GitHubFailure};
use crate::github::repositories;
use crate::store::item::Stored;
use crate::store::sessions::Desk;
use crate::store::transaction::{Transaction, Written};

/// The most steps one attempt takes: four, and as many again when others write in between.
const STEPS_MAX: usize = 8;

/// Takes the steps that are missing.
pub async fn prepare_workspace(
    app: &App,
    session: CandidateSessionId,
    day: Day,
) -> Result<Outcome, Error> {
    for _ in 0..STEPS_MAX {
        let (read, owner) =
            tokio::try_join!(app.store.workspace(session, day), app.store.session(session))?;
        let (Some(read), Some(owner)) = (read, owner) else {
            return Ok(Outcome::Hopeless("the workspace does not exist".to_owned()));
        };
        if owner.value.has_handed_in(day) {
            return close_again(app, read).await;
        }
        let steps = read.value.missing_steps(owner.value.github_username.as_ref());
        let Some(step) = steps.into_iter().next() else { return Ok(Outcome::Done) };
        match take(app, &read.value, step).await {
            Ok(workspace) => record(app, &read, &workspace).await?,
            Err(trouble) => {
                note_trouble(app, &read, &trouble).await?;
                return Ok(Outcome::Failed(trouble.told, trouble.pause));
            }
        }
    }
    Ok(Outcome::Again(jiff::SignedDuration::from_secs(1)))
}

/// Why a step could not be taken.
struct Trouble {
    told: String,
    pause: Option<jiff::SignedDuration>,
}

impl Trouble {
    fn new(told: impl Into<String>) -> Self {
        Self { told: told.into(), pause: None }
    }
}

impl From<GitHubError> for Trouble {
    fn from(error: GitHubError) -> Self {
        Self { told: chain(&error), pause: error.retry_after }
    }
}

/// Takes one step and says what the workspace is like afterwards.
async fn take(app: &App, workspace: &Workspace, step: Step) -> Result<Workspace, Trouble> {
    let mut after = workspace.clone();
    after.trouble = None;
    match step {
        Step::BringBack => {
            app.github.bring_back(&workspace.name).await?;
            after = after.kept(Kept::AsMade);
        }
        Step::MakeRepository => after.repository = Some(make(app, workspace).await?),
        Step::ResolveBase(repository) => {
            let head = app.github.branch_head(&workspace.name, &repository.default_branch).await?;
            // GitHub copies a template in the background: at first the branch is not there.
            after.base = Some(head.ok_or_else(|| Trouble::new("GitHub still makes the copy"))?);
        }
        Step::RemoveCollaborator(username) => {
            app.github.remove_collaborator(&workspace.name, &username).await?;
            after.collaborator = None;
        }
        Step::InviteCollaborator(username) => {
            let invitation = app.github.add_collaborator(&workspace.name, &username).await?;
            after.collaborator = Some(Collaborator { username, right: Right::Push, invitation });
        }
    }
    Ok(after)
}

async fn make(app: &App, workspace: &Workspace) -> Result<Repository, Trouble> {
    let (name, marker) = (&workspace.name, workspace.marker());
    let made = app
        .github
        .generate_repository(&workspace.template, name.owner(), name.name(), &marker)
        .await;
    match made {
        Ok(made) => Ok(repository(made)),
        Err(error) if error.kind == GitHubFailure::Unprocessable => {
            adopt(app, workspace).await?.ok_or_else(|| error.into())
        }
        Err(error) => Err(error.into()),
    }
}

/// The repository that has the name already, if it is the one we would have made.
async fn adopt(app: &App, workspace: &Workspace) -> Result<Option<Repository>, Trouble> {
    let Some(there) = app.github.repository(&workspace.name).await? else { return Ok(None) };
    let found = Found {
        name: &there.name,
        description: there.description.as_deref(),
        template: there.template.as_ref(),
    };
    if workspace.owns(&found) {
        Ok(Some(repository(there)))
    } else {
        Err(Trouble::new("another repository has the name"))
    }
}

fn repository(made: repositories::Repository) -> Repository {
    Repository { id: made.id, default_branch: made.default_branch }
}

/// Records a step. A refusal means that somebody else recorded one: the loop reads again.
async fn record(app: &App, read: &Stored<Workspace>, after: &Workspace) -> Result<(), Error> {
    let write = Transaction::new().replace(read, after)?;
    match app.store.write(write, &app.mint).await? {
        Written::Yes | Written::Refused => Ok(()),
    }
}

/// Keeps why a step could not be taken. Should somebody else have taken it meanwhile, there is no
/// trouble any more.
async fn note_trouble(app: &App, read: &Stored<Workspace>, trouble: &Trouble) -> Result<(), Error> {
    let mut after = read.value.clone();
    after.trouble = Some(trouble.told.clone());
    record(app, read, &after).await
}

/// Adds to `write` that the workspaces of `desk` that were given up are tried again, and that those
/// that were put away come back.
pub(crate) fn try_again(
    app: &App,
    desk: &Desk,
    mut write: Transaction,
) -> Result<Transaction, Error> {
    let now = app.clock.now();
    for workspace in desk.workspaces.iter().filter(|workspace| is_abandoned(&workspace.value)) {
        let mut after = workspace.value.clone().wanted_back(now);
        after.given_up = false;
        let job = Job::PrepareWorkspace { session: after.session, day: after.day };
        let job = JobRecord::new(app.mint.uuid(), job, now);
        write = write.replace(workspace, &after)?.create(&job)?;
    }
    if desk.workspaces.iter().any(|workspace| workspace.value.is_put_away()) {
        // What is back is put away another time.
        let job = Job::CleanUp { session: desk.session.value.id };
        write = write.create(&JobRecord::new(app.mint.uuid(), job, now))?;
    }
    Ok(write)
}

/// Whether nobody works on it any more although somebody may want it: it was given up, or put away.
pub(crate) const fn is_abandoned(workspace: &Workspace) -> bool {
    workspace.given_up || workspace.is_put_away()
}
