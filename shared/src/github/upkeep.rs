//! Repositories that are old: archived, brought back, deleted.

use reqwest::Method;
use serde::Serialize;

use crate::domain::repository::RepositoryName;
use crate::github::GitHub;
use crate::github::error::GitHubError;
use crate::github::repositories::unless_missing;

#[derive(Serialize)]
struct Change {
    archived: bool,
}

impl GitHub {
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
