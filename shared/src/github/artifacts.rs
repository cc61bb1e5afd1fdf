//! From a finished run to the report in one of its artifacts.

use std::time::Duration;

use reqwest::header::LOCATION;
use reqwest::{Method, Response, StatusCode};
use serde::Deserialize;
use tokio::task::spawn_blocking;
use tokio::time::timeout;
use url::Url;

use crate::config::is_loopback;
use crate::domain::repository::RepositoryName;
use crate::domain::results::{ArtifactProblem, TestReport};
use crate::github::call::REFUSAL_BYTES_MAX;
use crate::github::error::{Cause, GitHubError, GitHubFailure};
use crate::github::{GitHub, archive, call};

/// The deadline of one download from storage.
const DOWNLOAD_TIMEOUT: Duration = Duration::from_secs(10);
/// The deadline of all downloads for one report.
const REPORT_TIMEOUT: Duration = Duration::from_secs(25);
/// The largest archive, in bytes.
const ARCHIVE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// The most artifacts of a run that are opened.
const ARTIFACTS_TRIED_MAX: usize = 5;
/// How many artifacts a full page lists.
const ARTIFACTS_PER_PAGE: usize = 100;
/// The most pages that are read.
const PAGES_MAX: usize = 5;
/// The names that are tried first, in this order.
const LIKELY_NAMES: [&str; 3] = ["tenon-test-results", "test-results", "junit"];
/// The longest artifact name that is kept, in characters.
const NAME_CHARS_MAX: usize = 100;
/// Where GitHub stores artifacts.
const STORAGE_HOSTS: [&str; 3] =
    [".blob.core.windows.net", ".actions.githubusercontent.com", ".githubusercontent.com"];

#[derive(Deserialize)]
struct WireArtifacts {
    artifacts: Vec<WireArtifact>,
}

#[derive(Deserialize)]
struct WireArtifact {
    id: u64,
    name: String,
    // Older servers leave these two out.
    #[serde(default)]
    size_in_bytes: u64,
    #[serde(default)]
    expired: bool,
}

impl GitHub {
    /// The report of a finished run: the first of its artifacts that holds one.
    ///
    /// The outer error is that the artifacts could not be listed, or that GitHub wants us to wait before
    /// they are downloaded; the inner one that none of them gave a report. Of several problems the one
    /// that may pass is told.
    pub async fn read_report(
        &self,
        repository: &RepositoryName,
        run_id: u64,
    ) -> Result<Result<TestReport, ArtifactProblem>, GitHubError> {
        let artifacts = self.artifacts(repository, run_id).await?;
        let report = self.first_report(repository, artifacts);
        timeout(REPORT_TIMEOUT, report).await.unwrap_or(Ok(Err(ArtifactProblem::DownloadFailed)))
    }

    /// The artifacts worth opening, the likeliest first. Of several with one name the newest counts:
    /// the others are of earlier attempts at the run.
    async fn artifacts(
        &self,
        repository: &RepositoryName,
        run_id: u64,
    ) -> Result<Vec<WireArtifact>, GitHubError> {
        let mut artifacts: Vec<WireArtifact> = Vec::new();
        for page in 1..=PAGES_MAX {
            let listed = self.artifacts_page(repository, run_id, page).await?;
            let is_last = listed.len() < ARTIFACTS_PER_PAGE;
            keep_newest(&mut artifacts, listed);
            if is_last {
                break;
            }
        }
        artifacts.sort_by_key(|artifact| {
            LIKELY_NAMES
                .iter()
                .position(|likely| artifact.name.eq_ignore_ascii_case(likely))
                .unwrap_or(LIKELY_NAMES.len())
        });
        artifacts.truncate(ARTIFACTS_TRIED_MAX);
        Ok(artifacts)
    }

    async fn artifacts_page(
        &self,
        repository: &RepositoryName,
        run_id: u64,
        page: usize,
    ) -> Result<Vec<WireArtifact>, GitHubError> {
        let (owner, name, id) = (repository.owner(), repository.name(), run_id.to_string());
        let path = ["repos", owner, name, "actions", "runs", &id, "artifacts"];
        let (length, number) = (ARTIFACTS_PER_PAGE.to_string(), page.to_string());
        let mut query = vec![("per_page", length.as_str())];
        if page > 1 {
            query.push(("page", number.as_str()));
        }
        let call = self.call("list artifacts", Method::GET, &path)?.query(&query);
        let listed: WireArtifacts = call.send().await?.read()?;
        Ok(listed.artifacts)
    }

    async fn first_report(
        &self,
        repository: &RepositoryName,
        artifacts: Vec<WireArtifact>,
    ) -> Result<Result<TestReport, ArtifactProblem>, GitHubError> {
        let mut problem = ArtifactProblem::Missing;
        for artifact in artifacts {
            match self.report_in(repository, artifact).await? {
                Ok(report) => return Ok(Ok(report)),
                Err(next) => problem = weightier(problem, next),
            }
        }
        Ok(Err(problem))
    }

    async fn report_in(
        &self,
        repository: &RepositoryName,
        artifact: WireArtifact,
    ) -> Result<Result<TestReport, ArtifactProblem>, GitHubError> {
        if usize::try_from(artifact.size_in_bytes).is_ok_and(|size| size > ARCHIVE_BYTES_MAX) {
            return Ok(Err(ArtifactProblem::Unavailable));
        }
        let archive = match self.download(repository, artifact.id).await {
            Ok(archive) => archive,
            // The next one would meet the same limit.
            Err(error) if error.kind == GitHubFailure::RateLimited => return Err(error),
            Err(error) => return Ok(Err(problem_of(&error))),
        };
        let name: String =
            artifact.name.chars().filter(|char| !char.is_control()).take(NAME_CHARS_MAX).collect();
        // Inflating and parsing is work for the processor, and other requests share this thread.
        let read = spawn_blocking(move || archive::read_report(&archive, name)).await;
        Ok(read.unwrap_or(Err(ArtifactProblem::Corrupt)))
    }

    /// The archive's bytes. GitHub answers with a redirect to its storage, which is followed once, by
    /// hand and without our token: storage refuses tokens, and nobody else may see ours.
    pub(super) async fn download(
        &self,
        repository: &RepositoryName,
        artifact_id: u64,
    ) -> Result<Vec<u8>, GitHubError> {
        let operation = "download an artifact";
        let fail = |cause| GitHubError::new(operation, cause);
        let (owner, name, id) = (repository.owner(), repository.name(), artifact_id.to_string());
        let path = ["repos", owner, name, "actions", "artifacts", &id, "zip"];
        let mut response = self.call(operation, Method::GET, &path)?.open().await?;
        if response.status().is_redirection() {
            let url = self.storage_address(&response).ok_or_else(|| fail(Cause::Address))?;
            let http = self.http.client().map_err(|error| fail(Cause::Client(error)))?;
            let request = http.get(url).timeout(DOWNLOAD_TIMEOUT);
            let sent = request.send().await;
            response = sent.map_err(|error| fail(Cause::Network(error.without_url())))?;
            // What storage says of an address is about the address, which is a new one every time.
            if response.status() != StatusCode::OK {
                return Err(fail(Cause::Storage(response.status())));
            }
        }
        if response.status() != StatusCode::OK {
            let text = call::body(&mut response, REFUSAL_BYTES_MAX).await.unwrap_or_default();
            let (status, headers) = (response.status(), response.headers());
            return Err(GitHubError::refusal(operation, status, headers, &text));
        }
        let told = response.content_length().and_then(|length| usize::try_from(length).ok());
        if told.is_some_and(|length| length > ARCHIVE_BYTES_MAX) {
            return Err(fail(Cause::TooLong(ARCHIVE_BYTES_MAX)));
        }
        let archive = call::body(&mut response, ARCHIVE_BYTES_MAX).await.map_err(fail)?;
        // No archive is empty: what was sent is lost.
        if archive.is_empty() { Err(fail(Cause::Incomplete)) } else { Ok(archive) }
    }

    /// Where the redirect leads, if that is a place we go to.
    fn storage_address(&self, redirect: &Response) -> Option<Url> {
        let location = redirect.headers().get(LOCATION)?.to_str().ok()?;
        let url = redirect.url().join(location).ok()?;
        may_follow(&url, &self.base).then_some(url)
    }
}

/// What it means for the report that an artifact was not downloaded.
fn problem_of(error: &GitHubError) -> ArtifactProblem {
    match &error.cause {
        // Too large; or it expired, or was deleted, since it was listed, and will not come back.
        Cause::TooLong(_) | Cause::Status(StatusCode::GONE | StatusCode::NOT_FOUND) => {
            ArtifactProblem::Unavailable
        }
        cause => {
            tracing::warn!(error = %error, cause = %cause, "an artifact was not downloaded");
            ArtifactProblem::DownloadFailed
        }
    }
}

/// Adds what was listed and has not expired; of one name only the newest is kept.
fn keep_newest(artifacts: &mut Vec<WireArtifact>, listed: Vec<WireArtifact>) {
    for artifact in listed.into_iter().filter(|artifact| !artifact.expired) {
        match artifacts.iter_mut().find(|known| known.name == artifact.name) {
            Some(known) if known.id < artifact.id => *known = artifact,
            Some(_) => {}
            None => artifacts.push(artifact),
        }
    }
}

/// Https to GitHub's storage, or whatever the interface itself is on; plain http only on loopback.
fn may_follow(url: &Url, base: &Url) -> bool {
    if !url.username().is_empty() || url.password().is_some() {
        return false;
    }
    if url.origin() == base.origin() {
        return url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url));
    }
    let is_storage = url
        .domain()
        .is_some_and(|domain| STORAGE_HOSTS.iter().any(|suffix| domain.ends_with(suffix)));
    is_storage && url.scheme() == "https" && url.port().is_none()
}

/// The problem that says more: one that may pass before one that stays, any before none.
fn weightier(one: ArtifactProblem, other: ArtifactProblem) -> ArtifactProblem {
    let weight = |problem| match problem {
        ArtifactProblem::Missing => 0,
        ArtifactProblem::Unavailable => 1,
        ArtifactProblem::Corrupt => 2,
        ArtifactProblem::DownloadFailed => 3,
    };
    if weight(other) > weight(one) { other } else { one }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follows(url: &str, base: &str) -> bool {
        may_follow(&url.parse().unwrap(), &base.parse().unwrap())
    }

    #[test]
    fn a_redirect_is_followed_to_storage_or_to_the_interface_itself() {
        let github = "https://api.github.com";

        assert!(follows("https://productionresultssa1.blob.core.windows.net/x?sig=1", github));
        assert!(follows("https://pipelines.actions.githubusercontent.com/x", github));
        assert!(follows("https://api.github.com/elsewhere", github));
        assert!(follows("http://127.0.0.1:9999/zip", "http://127.0.0.1:9999/api"));
        assert!(follows("http://[::1]:9/zip", "http://[::1]:9"));
    }

    #[test]
    fn a_redirect_anywhere_else_is_not_followed() {
        let github = "https://api.github.com";

        for url in [
            "http://x.blob.core.windows.net/x",
            "https://x.blob.core.windows.net:8443/x",
            "https://user@x.blob.core.windows.net/x",
            "https://blob.core.windows.net.evil.example/x",
            "https://evilblob.core.windows.net/x",
            "https://169.254.169.254/latest",
            "https://evil.example/x",
            "https://github.com/x",
            "file:///etc/passwd",
        ] {
            assert!(!follows(url, github), "{url}");
        }
        assert!(!follows("http://127.0.0.1:1/x", "http://127.0.0.1:2"));
        assert!(!follows("http://ghe.example/x", "http://ghe.example"));
    }

    #[test]
    fn of_several_problems_the_one_that_may_pass_is_told() {
        use ArtifactProblem::{Corrupt, DownloadFailed, Missing, Unavailable};

        assert_eq!(weightier(Missing, Unavailable), Unavailable);
        assert_eq!(weightier(DownloadFailed, Corrupt), DownloadFailed);
        assert_eq!(weightier(Corrupt, Unavailable), Corrupt);
    }
}
