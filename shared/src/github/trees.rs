//! The files of a commit.

use reqwest::Method;
use serde::Deserialize;

use crate::domain::repository::{CommitSha, RepositoryName};
use crate::github::GitHub;
use crate::github::error::{Cause, GitHubError};

/// A file of a commit: its path, and the SHA of its content.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Deserialize)]
pub struct TreeEntry {
    /// Its path from the root.
    pub path: String,
    /// The SHA of its content: equal contents, equal SHAs.
    pub sha: CommitSha,
}

/// The longest tree that is read, in bytes: some 30,000 files.
const TREE_BYTES_MAX: usize = 8 * 1024 * 1024;

#[derive(Deserialize)]
struct WireTree {
    tree: Vec<WireTreeEntry>,
    truncated: bool,
}

#[derive(Deserialize)]
struct WireTreeEntry {
    #[serde(rename = "type")]
    kind: String,
    #[serde(flatten)]
    entry: TreeEntry,
}

/// How much of a tree is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    /// What lies in its root.
    Root,
    /// Everything.
    All,
}

impl GitHub {
    /// Every file of `commit` whose path begins with one of `prefixes`. The tree is read at once; one
    /// that is too large for that is read folder by folder, as far as the prefixes lead.
    pub async fn files_under(
        &self,
        repository: &RepositoryName,
        commit: &CommitSha,
        prefixes: &[&str],
    ) -> Result<Vec<TreeEntry>, GitHubError> {
        let wanted =
            |entry: &TreeEntry| prefixes.iter().any(|prefix| entry.path.starts_with(prefix));
        match self.tree(repository, commit, Depth::All).await {
            Ok(entries) => Ok(files(entries).filter(wanted).collect()),
            Err(error) if error.is_too_much() => {
                let mut found: Vec<TreeEntry> = Vec::new();
                for prefix in prefixes {
                    found.extend(self.files_of_folder(repository, commit, prefix).await?);
                }
                Ok(found)
            }
            Err(error) => Err(error),
        }
    }

    /// The files whose paths begin with `prefix`, found by its folders.
    async fn files_of_folder(
        &self,
        repository: &RepositoryName,
        commit: &CommitSha,
        prefix: &str,
    ) -> Result<Vec<TreeEntry>, GitHubError> {
        let (folders, _rest) = prefix.rsplit_once('/').unwrap_or(("", prefix));
        let (mut at, mut path) = (commit.clone(), String::new());
        for folder in folders.split('/').filter(|folder| !folder.is_empty()) {
            let entries = self.tree(repository, &at, Depth::Root).await?;
            let next = entries.into_iter().find(|it| it.kind == "tree" && it.entry.path == folder);
            let Some(next) = next else { return Ok(Vec::new()) };
            at = next.entry.sha;
            path = format!("{path}{folder}/");
        }
        let entries = self.tree(repository, &at, Depth::All).await?;
        let whole = |entry: TreeEntry| TreeEntry { path: format!("{path}{}", entry.path), ..entry };
        Ok(files(entries).map(whole).filter(|entry| entry.path.starts_with(prefix)).collect())
    }

    /// What is in a tree. One that GitHub does not give whole is an error, not a part.
    async fn tree(
        &self,
        repository: &RepositoryName,
        tree: &CommitSha,
        depth: Depth,
    ) -> Result<Vec<WireTreeEntry>, GitHubError> {
        let operation = "read a tree";
        let path = ["repos", repository.owner(), repository.name(), "git", "trees", tree.as_str()];
        let mut call = self.call(operation, Method::GET, &path)?;
        if depth == Depth::All {
            call = call.query(&[("recursive", "1")]);
        }
        let read: WireTree = call.up_to(TREE_BYTES_MAX).send().await?.read()?;
        if read.truncated {
            return Err(GitHubError::new(operation, Cause::Incomplete));
        }
        Ok(read.tree)
    }
}

fn files(entries: Vec<WireTreeEntry>) -> impl Iterator<Item = TreeEntry> {
    entries.into_iter().filter(|it| it.kind != "tree").map(|it| it.entry)
}
