//! One step of a workspace is taken on GitHub. Any step may be repeated: a repository that is provably
//! ours is adopted, and GitHub takes an invitation twice.

use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::domain::repository::GitHubUsername;
use crate::domain::workspace::plan::{Step, Taken};
use crate::domain::workspace::trouble::Reason;
use crate::domain::workspace::{Found, Repository, Workspace};
use crate::error::chain;
use crate::github::error::{GitHubError, GitHubFailure};
use crate::github::repositories;

/// How long one attempt to delete a repository may take at most.
const DELETING_MAX: SignedDuration = SignedDuration::from_mins(2);

/// Why a step could not be taken.
#[derive(Debug)]
pub(crate) struct Hindrance {
    /// As people are told.
    pub(crate) reason: Reason,
    /// How long GitHub asked to be left alone.
    pub(crate) wait: Option<SignedDuration>,
    /// For the log.
    pub(crate) told: String,
}

impl Hindrance {
    fn new(reason: Reason, error: &GitHubError) -> Self {
        Self { reason, wait: error.retry_after, told: chain(error) }
    }

    fn without_error(reason: Reason) -> Self {
        Self { reason, wait: None, told: reason.sentence().to_owned() }
    }
}

impl From<GitHubError> for Hindrance {
    fn from(error: GitHubError) -> Self {
        let reason = match error.kind {
            GitHubFailure::TokenInvalid => Reason::CredentialsRefused,
            GitHubFailure::PermissionDenied => Reason::PermissionMissing,
            GitHubFailure::NotFound | GitHubFailure::Moved => Reason::RepositoryMissing,
            GitHubFailure::RateLimited => Reason::RateLimited,
            GitHubFailure::Unavailable => Reason::GithubAway,
            GitHubFailure::Unprocessable | GitHubFailure::TagElsewhere => Reason::GithubRefused,
        };
        Self::new(reason, &error)
    }
}

/// Takes one step and says what it brought.
pub(crate) async fn take_step(
    app: &App,
    workspace: &Workspace,
    step: Step,
) -> Result<Taken, Hindrance> {
    let (github, name) = (&app.github, &workspace.name);
    match step {
        Step::MakeRepository => make(app, workspace).await.map(Taken::Repository),
        Step::BringBack => bring_back(app, workspace).await,
        Step::ResolveBase(repository) => {
            // GitHub copies a template in the background: at first the branch is not there.
            match github.branch_head(name, &repository.default_branch).await? {
                Some(head) => Ok(Taken::Base(head)),
                None => Err(missing_branch(app, workspace).await?),
            }
        }
        Step::RemoveCollaborator(username) => {
            github.remove_collaborator(name, &username).await?;
            Ok(Taken::Removed(username))
        }
        Step::InviteCollaborator(username) => invite(app, workspace, username).await,
        Step::LookAtInvitation(username) => {
            let accepted = github.is_collaborator(name, &username).await?;
            Ok(if accepted { Taken::Accepted(username) } else { Taken::NotAccepted(username) })
        }
    }
}

/// Looks for the repository, and takes it out of the archive, whatever it is called by now, if it is still ours.
async fn bring_back(app: &App, workspace: &Workspace) -> Result<Taken, Hindrance> {
    let Some(id) = workspace.repository.as_ref().map(|repository| repository.id) else {
        return Ok(Taken::Gone);
    };
    let Some(there) = app.github.repository_by_id(id, workspace.name.owner()).await? else {
        return Ok(Taken::Gone);
    };
    if !workspace.is_still(there.id, &found(&there)) {
        return Err(Hindrance::without_error(Reason::NameTaken));
    }
    if there.archived {
        app.github.bring_back(&there.name).await?;
    }
    Ok(Taken::BroughtBack(there.name, there.default_branch))
}

async fn make(app: &App, workspace: &Workspace) -> Result<Repository, Hindrance> {
    let (name, marker) = (&workspace.name, workspace.marker());
    let made = app
        .github
        .generate_repository(&workspace.template, name.owner(), name.name(), &marker)
        .await;
    match made {
        Ok(made) => Ok(repository(made)),
        Err(error) if is_about_names(&error) => adopt(app, workspace, &error).await,
        Err(error) => Err(error.into()),
    }
}

/// Whether one of the two names is not what we take it for: a redirect is a repository that was
/// renamed.
fn is_about_names(error: &GitHubError) -> bool {
    matches!(
        error.kind,
        GitHubFailure::Unprocessable | GitHubFailure::NotFound | GitHubFailure::Moved
    )
}

/// The repository that has the name already, if it is the one we would have made. If there is none,
/// the template is what is wrong.
async fn adopt(
    app: &App,
    workspace: &Workspace,
    refusal: &GitHubError,
) -> Result<Repository, Hindrance> {
    let Some(there) = app.github.repository(&workspace.name).await? else {
        return Err(about_template(app, workspace, refusal).await);
    };
    if !workspace.owns(&found(&there)) {
        return Err(Hindrance::new(Reason::NameTaken, refusal));
    }
    if there.archived {
        if is_being_deleted(workspace, app.clock.now()) {
            return Err(Hindrance::new(Reason::NotReadyYet, refusal));
        }
        app.github.bring_back(&there.name).await?;
    }
    Ok(repository(there))
}

/// Whether an archived repository of ours may be about to be deleted: it was asked back a moment ago.
/// Who was killed before deleting it does not come back for it.
fn is_being_deleted(workspace: &Workspace, now: Timestamp) -> bool {
    let asked = workspace.upkeep.returned_at;
    asked.is_some_and(|asked| now.duration_since(asked) < DELETING_MAX)
}

fn found(there: &repositories::Repository) -> Found<'_> {
    Found {
        name: &there.name,
        description: there.description.as_deref(),
        template: there.template.as_ref(),
    }
}

async fn about_template(app: &App, workspace: &Workspace, refusal: &GitHubError) -> Hindrance {
    let reason = match app.github.repository(&workspace.template).await {
        Ok(None) => Reason::TemplateMissing,
        Ok(Some(template)) if !template.name.is_same(&workspace.template) => {
            Reason::TemplateMissing
        }
        Ok(Some(template)) if !template.is_template => Reason::TemplateNotATemplate,
        // What is there and does not let itself be copied is kept from us.
        Ok(Some(_)) if refusal.kind == GitHubFailure::NotFound => Reason::PermissionMissing,
        Ok(Some(_)) => Reason::GithubRefused,
        Err(error) if is_about_names(&error) => Reason::TemplateMissing,
        Err(error) => return error.into(),
    };
    Hindrance::new(reason, refusal)
}

/// Why the repository has no first commit: it is being copied, or gone.
async fn missing_branch(app: &App, workspace: &Workspace) -> Result<Hindrance, Hindrance> {
    let there = app.github.repository(&workspace.name).await?.is_some();
    let reason = if there { Reason::NotReadyYet } else { Reason::RepositoryMissing };
    Ok(Hindrance::without_error(reason))
}

async fn invite(
    app: &App,
    workspace: &Workspace,
    username: GitHubUsername,
) -> Result<Taken, Hindrance> {
    match app.github.add_collaborator(&workspace.name, &username).await {
        Ok(invitation) => Ok(Taken::Invited(username, invitation)),
        Err(error) if is_about_names(&error) => {
            // A name that nobody has, unless it is the repository that is gone.
            match app.github.repository(&workspace.name).await? {
                Some(_) => Ok(Taken::Unknown(username)),
                None => Err(Hindrance::new(Reason::RepositoryMissing, &error)),
            }
        }
        Err(error) => Err(error.into()),
    }
}

fn repository(made: repositories::Repository) -> Repository {
    Repository { id: made.id, default_branch: made.default_branch }
}
