//! A repository is not where we take it to be: it is looked for once, by its number. Whoever has
//! webhooks was told before; here it is found out by who needs it.

use crate::app::App;
use crate::domain::id::CandidateSessionId;
use crate::domain::repository::RepositoryName;
use crate::domain::run::Run;
use crate::domain::standing::{Seen, Standing};
use crate::domain::submission::Submission;
use crate::domain::task::Day;
use crate::domain::workspace::Workspace;
use crate::error::{Error, chain};
use crate::flows::change_workspace::{Opened, open_workspace};
use crate::github::error::{GitHubError, GitHubFailure};
use crate::store::transaction::{Transaction, Written};

/// Which repository was called, and by which name.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Called<'a> {
    session: CandidateSessionId,
    day: Day,
    /// GitHub's number for it.
    repository: u64,
    name: &'a RepositoryName,
}

impl<'a> From<&'a Run> for Called<'a> {
    fn from(run: &'a Run) -> Self {
        let Run { session, day, repository_id: repository, repository: name, .. } = run;
        Self { session: *session, day: *day, repository: *repository, name }
    }
}

impl<'a> Called<'a> {
    /// The repository of a `submission`, where that was called by this name.
    pub(crate) fn of(
        submission: &Submission,
        (repository, name): (u64, &'a RepositoryName),
    ) -> Self {
        Self { session: submission.session, day: submission.day, repository, name }
    }
}

/// Whether `error` may mean no more than that the repository has another name by now.
pub(crate) const fn is_elsewhere(error: &GitHubError) -> bool {
    matches!(error.kind, GitHubFailure::NotFound | GitHubFailure::Moved)
}

/// What the repository that was `called` in vain is called now, where that is something else.
pub(crate) async fn find_again(
    app: &App,
    called: Called<'_>,
) -> Result<Option<RepositoryName>, Error> {
    let Some(opened) = open_workspace(app, called.session, called.day).await? else {
        return Ok(None);
    };
    let made = opened.workspace.value.repository.as_ref();
    if made.is_none_or(|made| made.id != called.repository) {
        return Ok(None);
    }
    look_again(app, &opened, called.name).await
}

/// The same for who has the workspace `opened`: what becomes of it is recorded. Where GitHub cannot
/// be asked, nothing is known.
pub(crate) async fn look_again(
    app: &App,
    opened: &Opened,
    called: &RepositoryName,
) -> Result<Option<RepositoryName>, Error> {
    let before = &opened.workspace.value;
    if before.name != *called {
        return Ok(Some(before.name.clone()));
    }
    let seen = match as_seen(app, before).await {
        Ok(seen) => seen,
        Err(error) => {
            tracing::warn!(workspace = %before.id, error = chain(&error), "not looked for");
            return Ok(None);
        }
    };
    // That we are shown nothing is no proof that nobody pushes to it: whoever takes a right back
    // must not take it for one.
    let is_doubtful =
        seen.standing == Standing::Gone && opened.session.value.has_handed_in(seen.day);
    if is_doubtful || seen == *before {
        return Ok(None);
    }
    let (write, after) = opened.replaced(Transaction::new(), seen)?;
    if app.store.write(write, &app.mint).await? == Written::Refused {
        return Ok(None);
    }
    let after = &after.workspace.value;
    tell(after);
    Ok((after.name != *called).then(|| after.name.clone()))
}

/// The workspace as GitHub shows its repository, by its number; as it was, where it has none.
pub(crate) async fn as_seen(app: &App, workspace: &Workspace) -> Result<Workspace, GitHubError> {
    let Some(id) = workspace.repository.as_ref().map(|made| made.id) else {
        return Ok(workspace.clone());
    };
    let there = app.github.repository_by_id(id, workspace.name.owner()).await?;
    let seen = there.as_ref().map(|there| Seen {
        name: &there.name,
        description: there.description.as_deref(),
        default_branch: &there.default_branch,
        archived: there.archived,
    });
    Ok(workspace.clone().seen(seen))
}

/// Tells the log that a repository is not as we left it.
pub(crate) fn tell(workspace: &Workspace) {
    let Workspace { id, name, standing, .. } = workspace;
    tracing::warn!(workspace = %id, %name, ?standing, "a repository changed");
}
