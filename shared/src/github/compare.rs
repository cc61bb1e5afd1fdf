//! What changed between two commits.

use reqwest::Method;
use serde::Deserialize;

use crate::domain::diff::{ChangedFile, DiffSummary, FILES_MAX};
use crate::domain::repository::{CommitSha, RepositoryName};
use crate::github::GitHub;
use crate::github::error::{Cause, GitHubError};

/// The longest comparison that is read, in bytes.
const COMPARISON_BYTES_MAX: usize = 8 * 1024 * 1024;

#[derive(Deserialize)]
struct WireComparison {
    ahead_by: u64,
    behind_by: u64,
    total_commits: u64,
    // Left out when the commits have the same content.
    #[serde(default)]
    files: Vec<WireFile>,
}

#[derive(Deserialize)]
struct WireFile {
    filename: String,
    status: String,
    additions: u64,
    deletions: u64,
    changes: u64,
    patch: Option<String>,
}

impl From<WireFile> for ChangedFile {
    fn from(wire: WireFile) -> Self {
        Self {
            filename: wire.filename,
            status: wire.status,
            additions: wire.additions,
            deletions: wire.deletions,
            changes: wire.changes,
            patch: wire.patch,
        }
    }
}

/// How far a comparison is read.
enum Part {
    /// The files, and counts.
    Files,
    /// Counts alone.
    Counts,
}

impl GitHub {
    /// The changes from `base` to `head`, within the limits of [`DiffSummary::bounded`]. GitHub lists
    /// at most 300 files of a comparison, all on its first page; that many are flagged as truncated,
    /// because there may be more. Where even those are too long to be read, none are listed, which is
    /// flagged, too.
    pub async fn compare(
        &self,
        repository: &RepositoryName,
        base: &CommitSha,
        head: &CommitSha,
    ) -> Result<DiffSummary, GitHubError> {
        let range = (base, head);
        let (wire, unread) = match self.comparison(repository, range, &Part::Files).await {
            Err(GitHubError { cause: Cause::TooLong(_), .. }) => {
                (self.comparison(repository, range, &Part::Counts).await?, true)
            }
            read => (read?, false),
        };
        let diff = DiffSummary {
            ahead_by: wire.ahead_by,
            behind_by: wire.behind_by,
            total_commits: wire.total_commits,
            base: base.clone(),
            head: head.clone(),
            truncated: unread || wire.files.len() >= FILES_MAX,
            files: wire.files.into_iter().map(ChangedFile::from).collect(),
        };
        Ok(diff.bounded())
    }

    async fn comparison(
        &self,
        repository: &RepositoryName,
        (base, head): (&CommitSha, &CommitSha),
        part: &Part,
    ) -> Result<WireComparison, GitHubError> {
        let range = format!("{base}...{head}");
        let path = ["repos", repository.owner(), repository.name(), "compare", &range];
        // Pages are pages of commits, of which we want only the number; the first has the files.
        let page = match part {
            Part::Files => "1",
            Part::Counts => "2",
        };
        let query = [("per_page", "1"), ("page", page)];
        let call = self.call("compare commits", Method::GET, &path)?.query(&query);
        call.up_to(COMPARISON_BYTES_MAX).send().await?.read()
    }
}
