//! Repositories that are old: archived, brought back, deleted.

use reqwest::Method;
use serde::Serialize;

use crate::domain::repository::RepositoryName;
use crate::github::GitHub;
use crate::github::error::GitHubError;
use crate::github::repositories::{Repository, WireRepository, unless_missing};

#[derive(Serialize)]
struct Change {
    archived: bool,
}

impl GitHub {
    /// The repository with this number, whatever it is called by now; none when it is gone.
    pub async fn repository_by_id(&self, id: u64) -> Result<Option<Repository>, GitHubError> {
        let path = ["repositories", &id.to_string()];
        let answer = self.call("read a repository", Method::GET, &path)?.send().await;
        let Some(answer) = unless_missing(answer)? else { return Ok(None) };
        answer.read::<WireRepository>().map(|wire| Some(wire.into()))
    }

    /// Makes the repository read-only for everybody. Needs the right to administer it.
    pub async fn archive_repository(&self, repository: &RepositoryName) -> Result<(), GitHubError> {
        self.change("archive a repository", repository, &Change { archived: true }).await
    }

    /// Lets an archived repository be worked on again. Needs the right to administer it.
    pub async fn bring_back(&self, repository: &RepositoryName) -> Result<(), GitHubError> {
        self.change("bring a repository back", repository, &Change { archived: false }).await
    }

    async fn change(
        &self,
        operation: &'static str,
        repository: &RepositoryName,
        change: &Change,
    ) -> Result<(), GitHubError> {
        let path = ["repos", repository.owner(), repository.name()];
        let call = self.call(operation, Method::PATCH, &path)?.json(change);
        call.send().await.map(|_answer| ())
    }

    /// Deletes the repository for good. One that is gone is success. Needs the right to administer it.
    pub async fn delete_repository(&self, repository: &RepositoryName) -> Result<(), GitHubError> {
        let path = ["repos", repository.owner(), repository.name()];
        let answer = self.call("delete a repository", Method::DELETE, &path)?.send().await;
        unless_missing(answer).map(|_answer| ())
    }
}
