//! Repositories: making them, reading them, letting candidates in, pinning commits.

use reqwest::{Method, StatusCode};
use serde::{Deserialize, Serialize};

use crate::domain::repository::{BranchName, CommitSha, GitHubUsername, RepositoryName};
use crate::github::GitHub;
use crate::github::error::{Cause, GitHubError, GitHubFailure};

/// A repository.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "GitHub tells both apart")]
pub struct Repository {
    /// GitHub's number for it, which survives renaming.
    pub id: u64,
    /// `owner/name`.
    pub name: RepositoryName,
    /// The branch a clone starts on.
    pub default_branch: BranchName,
    /// The line under its name; we put our marker there.
    pub description: Option<String>,
    /// Whether only members see it.
    pub private: bool,
    /// Whether it is read-only for everybody.
    pub archived: bool,
    /// The template it was generated from.
    pub template: Option<RepositoryName>,
    /// Whether others can be generated from it.
    pub is_template: bool,
}

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "the form is GitHub's")]
struct Generate<'a> {
    owner: &'a str,
    name: &'a str,
    description: &'a str,
    private: bool,
    include_all_branches: bool,
}

#[derive(Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "the form is GitHub's")]
pub(crate) struct WireRepository {
    id: u64,
    full_name: RepositoryName,
    default_branch: BranchName,
    description: Option<String>,
    private: bool,
    #[serde(default)]
    archived: bool,
    template_repository: Option<WireTemplate>,
    #[serde(default)]
    is_template: bool,
}

#[derive(Deserialize)]
struct WireTemplate {
    full_name: RepositoryName,
}

#[derive(Deserialize)]
struct WireBranch {
    /// Null while the repository is being filled.
    commit: Option<WireObject>,
}

#[derive(Deserialize)]
struct WireReference {
    object: WireObject,
}

#[derive(Deserialize)]
struct WireObject {
    sha: CommitSha,
}

#[derive(Deserialize)]
struct WireInvitation {
    id: u64,
}

#[derive(Serialize)]
struct Collaborator {
    permission: &'static str,
}

#[derive(Serialize)]
struct CreateReference<'a> {
    #[serde(rename = "ref")]
    reference: String,
    sha: &'a CommitSha,
}

impl From<WireRepository> for Repository {
    fn from(wire: WireRepository) -> Self {
        Self {
            id: wire.id,
            name: wire.full_name,
            default_branch: wire.default_branch,
            description: wire.description,
            private: wire.private,
            archived: wire.archived,
            template: wire.template_repository.map(|template| template.full_name),
            is_template: wire.is_template,
        }
    }
}

impl GitHub {
    /// Makes the private repository `owner/name` from the default branch of `template`. GitHub copies
    /// the content afterwards: [`GitHub::branch_head`] tells when it is there. As an App we do so
    /// through the installation of the new repository's owner, which sees a template of somebody
    /// else's only if it is public.
    ///
    /// A name that is taken is [`GitHubFailure::Unprocessable`].
    pub async fn generate_repository(
        &self,
        template: &RepositoryName,
        owner: &str,
        name: &str,
        description: &str,
    ) -> Result<Repository, GitHubError> {
        let path = ["repos", template.owner(), template.name(), "generate"];
        let body =
            Generate { owner, name, description, private: true, include_all_branches: false };
        let call = self.call("generate a repository", Method::POST, &path)?.for_account(owner);
        call.json(&body).send().await?.read::<WireRepository>().map(Repository::from)
    }

    /// The repository, if it is there and ours to see.
    pub async fn repository(
        &self,
        repository: &RepositoryName,
    ) -> Result<Option<Repository>, GitHubError> {
        let path = ["repos", repository.owner(), repository.name()];
        let answer = self.call("read a repository", Method::GET, &path)?.send().await;
        let Some(answer) = unless_missing(answer)? else { return Ok(None) };
        answer.read::<WireRepository>().map(|wire| Some(wire.into()))
    }

    /// The repository by GitHub's number, whatever it is called by now, if it is there and ours to see.
    /// As an App we ask through the installation of `owner`: no other sees what is private there.
    pub async fn repository_by_id(
        &self,
        id: u64,
        owner: &str,
    ) -> Result<Option<Repository>, GitHubError> {
        let path = ["repositories", &id.to_string()];
        let call = self.call("read a repository", Method::GET, &path)?.for_account(owner);
        let answer = call.send().await;
        let Some(answer) = unless_missing(answer)? else { return Ok(None) };
        answer.read::<WireRepository>().map(|wire| Some(wire.into()))
    }

    /// The commit at the tip of `branch`; none while the repository or the branch is not there or the
    /// repository is still empty.
    pub async fn branch_head(
        &self,
        repository: &RepositoryName,
        branch: &BranchName,
    ) -> Result<Option<CommitSha>, GitHubError> {
        let path = ["repos", repository.owner(), repository.name(), "branches", branch.as_str()];
        let answer = self.call("read a branch", Method::GET, &path)?.send().await;
        match answer {
            Err(error) if error.status() == Some(StatusCode::CONFLICT) => Ok(None),
            answer => match unless_missing(answer)? {
                Some(answer) => {
                    let branch: WireBranch = answer.read()?;
                    Ok(branch.commit.map(|commit| commit.sha))
                }
                None => Ok(None),
            },
        }
    }

    /// Invites `username` to push to the repository: the number of the invitation that is to be
    /// accepted, none for who is in already. Inviting somebody again is success.
    pub async fn add_collaborator(
        &self,
        repository: &RepositoryName,
        username: &GitHubUsername,
    ) -> Result<Option<u64>, GitHubError> {
        self.put_collaborator("add a collaborator", (repository, username), "push").await
    }

    /// Gives `username` exactly `permission`, or invites them to that.
    pub(super) async fn put_collaborator(
        &self,
        operation: &'static str,
        (repository, username): (&RepositoryName, &GitHubUsername),
        permission: &'static str,
    ) -> Result<Option<u64>, GitHubError> {
        let path =
            ["repos", repository.owner(), repository.name(), "collaborators", username.as_str()];
        let call = self.call(operation, Method::PUT, &path)?;
        let answer = call.json(&Collaborator { permission }).send().await?;
        if answer.status != StatusCode::CREATED {
            return Ok(None);
        }
        answer.read::<WireInvitation>().map(|invitation| Some(invitation.id))
    }

    /// Whether `username` is in: an invitation that nobody accepted yet does not count.
    pub async fn is_collaborator(
        &self,
        repository: &RepositoryName,
        username: &GitHubUsername,
    ) -> Result<bool, GitHubError> {
        let path =
            ["repos", repository.owner(), repository.name(), "collaborators", username.as_str()];
        let answer = self.call("look for a collaborator", Method::GET, &path)?.send().await;
        unless_missing(answer).map(|answer| answer.is_some())
    }

    /// Takes access, or the invitation to it, back from `username`. Nothing to take back is success.
    pub async fn remove_collaborator(
        &self,
        repository: &RepositoryName,
        username: &GitHubUsername,
    ) -> Result<(), GitHubError> {
        let path =
            ["repos", repository.owner(), repository.name(), "collaborators", username.as_str()];
        let answer = self.call("remove a collaborator", Method::DELETE, &path)?.send().await;
        unless_missing(answer).map(|_answer| ())
    }

    /// Puts `tag` on `commit`. A tag that is there already is success on the same commit and
    /// [`GitHubFailure::TagElsewhere`] on any other.
    pub async fn create_tag(
        &self,
        repository: &RepositoryName,
        tag: &str,
        commit: &CommitSha,
    ) -> Result<(), GitHubError> {
        let operation = "create a tag";
        let path = ["repos", repository.owner(), repository.name(), "git", "refs"];
        let body = CreateReference { reference: format!("refs/tags/{tag}"), sha: commit };
        let Err(refusal) = self.call(operation, Method::POST, &path)?.json(&body).send().await
        else {
            return Ok(());
        };
        if refusal.status() != Some(StatusCode::UNPROCESSABLE_ENTITY) {
            return Err(refusal);
        }
        match self.tag_target(repository, tag).await? {
            Some(there) if there == *commit => Ok(()),
            Some(_) => Err(GitHubError::new(operation, Cause::TagElsewhere)),
            None => Err(refusal),
        }
    }

    async fn tag_target(
        &self,
        repository: &RepositoryName,
        tag: &str,
    ) -> Result<Option<CommitSha>, GitHubError> {
        let path = ["repos", repository.owner(), repository.name(), "git", "ref", "tags", tag];
        let answer = self.call("read a tag", Method::GET, &path)?.send().await;
        match unless_missing(answer)? {
            Some(answer) => answer.read::<WireReference>().map(|found| Some(found.object.sha)),
            None => Ok(None),
        }
    }
}

/// None in place of a 404.
pub(crate) fn unless_missing<T>(answer: Result<T, GitHubError>) -> Result<Option<T>, GitHubError> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.kind == GitHubFailure::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
