//! What a candidate changed, small enough to keep.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::redaction::redact;
use crate::domain::repository::{BranchName, CommitSha};
use crate::domain::results::Output;

/// The most files of a diff that are kept.
pub const FILES_MAX: usize = 300;
/// The longest patch of one file, in characters.
pub const PATCH_CHARS_MAX: usize = 20_000;
/// The most text of all files together, in bytes.
pub const DIFF_BYTES_MAX: usize = 200_000;
/// The most bytes that the list of files takes where patches are left out.
pub const OUTLINE_BYTES_MAX: usize = 24_000;
/// What a file costs besides its name and patch, in bytes.
const FILE_BYTES: usize = 100;

/// The difference between two commits, in snake case as recruiters have always read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DiffSummary {
    /// Commits that `head` has and `base` lacks.
    pub ahead_by: u64,
    /// Commits that `base` has and `head` lacks.
    pub behind_by: u64,
    /// Commits between the two.
    pub total_commits: u64,
    /// Where the comparison starts.
    pub base: CommitSha,
    /// Where it ends.
    pub head: CommitSha,
    /// The changed files, at most 300 of them.
    pub files: Vec<ChangedFile>,
    /// Whether files or parts of patches were left out.
    pub truncated: bool,
}

/// One changed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ChangedFile {
    /// Its path in the repository, without secrets: the candidate chose it.
    pub filename: String,
    /// GitHub's word: `added`, `modified`, `removed`, `renamed`, …
    pub status: String,
    /// Lines added.
    pub additions: u64,
    /// Lines deleted.
    pub deletions: u64,
    /// Lines touched.
    pub changes: u64,
    /// The patch without secrets; none for binary and for very large files.
    pub patch: Option<String>,
}

/// What became of a branch after it was handed in. Nothing of it counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LaterChanges {
    /// The branch.
    pub branch: BranchName,
    /// What was done to it.
    pub change: BranchChange,
    /// Where it ends now; none where it is gone.
    pub head: Option<CommitSha>,
    /// The files that differ from what was handed in, without patches.
    pub files: Vec<ChangedFile>,
    /// Whether files were left out.
    pub truncated: bool,
    /// When this was seen.
    pub seen_at: Timestamp,
}

/// What was done to a branch after it was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BranchChange {
    /// Commits were added.
    Advanced,
    /// What was handed in is no longer part of it.
    Rewritten,
    /// It is gone.
    Deleted,
}

impl LaterChanges {
    /// What a branch that ends at the head of `diff` has become since it ended at its base.
    pub fn between(branch: BranchName, diff: &DiffSummary, now: Timestamp) -> Self {
        let outline = diff.without_patches();
        let rewritten = diff.behind_by > 0;
        Self {
            branch,
            change: if rewritten { BranchChange::Rewritten } else { BranchChange::Advanced },
            head: Some(outline.head),
            files: outline.files,
            truncated: outline.truncated,
            seen_at: now,
        }
    }

    /// A branch that cannot be compared: it ends elsewhere, or is gone.
    pub const fn apart(branch: BranchName, head: Option<CommitSha>, now: Timestamp) -> Self {
        let change = match head {
            Some(_) => BranchChange::Rewritten,
            None => BranchChange::Deleted,
        };
        Self { branch, change, head, files: Vec::new(), truncated: false, seen_at: now }
    }
}

impl DiffSummary {
    /// This summary within its limits: [`FILES_MAX`] files, [`PATCH_CHARS_MAX`] characters a patch and
    /// [`DIFF_BYTES_MAX`] bytes in all, names and patches redacted, `truncated` set when anything was left out.
    pub fn bounded(mut self) -> Self {
        self.truncated |= self.files.len() > FILES_MAX;
        let files = std::mem::take(&mut self.files);
        let mut left = DIFF_BYTES_MAX;
        for file in files.into_iter().take(FILES_MAX) {
            let (mut file, was_cut) = file.redacted();
            self.truncated |= was_cut;
            if left < file.bytes() && file.patch.take().is_some() {
                self.truncated = true;
            }
            if left < file.bytes() {
                self.truncated = true;
                break;
            }
            left -= file.bytes();
            self.files.push(file);
        }
        self
    }

    /// The summary without its patches, at most [`OUTLINE_BYTES_MAX`] bytes of it.
    pub fn without_patches(&self) -> Self {
        let mut outline = Self { files: Vec::new(), ..self.clone() };
        let mut left = OUTLINE_BYTES_MAX;
        for file in &self.files {
            let file = ChangedFile { patch: None, ..file.clone() };
            if left < file.bytes() {
                outline.truncated = true;
                break;
            }
            left -= file.bytes();
            outline.files.push(file);
        }
        outline
    }
}

impl ChangedFile {
    /// The file with its name and patch redacted and the patch cut, and whether it was cut.
    fn redacted(mut self) -> (Self, bool) {
        self.filename = redact(&self.filename);
        let patch = self.patch.take().map(|patch| Output::cut(&patch, PATCH_CHARS_MAX));
        let was_cut = patch.as_ref().is_some_and(|patch| patch.truncated);
        self.patch = patch.map(|patch| patch.text);
        (self, was_cut)
    }

    fn bytes(&self) -> usize {
        FILE_BYTES + self.filename.len() + self.patch.as_ref().map_or(0, String::len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, patch: Option<String>) -> ChangedFile {
        ChangedFile {
            filename: name.to_owned(),
            status: "modified".to_owned(),
            additions: 1,
            deletions: 0,
            changes: 1,
            patch,
        }
    }

    fn diff(files: Vec<ChangedFile>) -> DiffSummary {
        DiffSummary {
            ahead_by: 1,
            behind_by: 0,
            total_commits: 1,
            base: CommitSha::parse(&"a".repeat(40)).unwrap(),
            head: CommitSha::parse(&"b".repeat(40)).unwrap(),
            files,
            truncated: false,
        }
    }

    #[test]
    fn a_small_diff_stays_whole_but_loses_its_secrets() {
        let named = file("ghp_0123456789.txt", None);
        let secret = file("a.env", Some("+password=abc".to_owned()));
        let diff = diff(vec![secret, file("b.png", None), named]);

        let bounded = diff.clone().bounded();

        assert!(!bounded.truncated);
        assert_eq!(bounded.files[0].patch.as_deref(), Some("+password=[redacted]"));
        assert_eq!(bounded.files[1], diff.files[1]);
        assert_eq!(bounded.files[2].filename, "[redacted].txt");
        assert_eq!(bounded.without_patches().files[2].filename, "[redacted].txt");
    }

    #[test]
    fn a_long_patch_is_cut_and_flagged() {
        let bounded = diff(vec![file("a", Some("x".repeat(20_001)))]).bounded();

        assert!(bounded.truncated);
        assert_eq!(bounded.files[0].patch, Some("x".repeat(20_000)));
    }

    #[test]
    fn patches_beyond_the_budget_are_dropped_and_their_files_stay() {
        let files = (0..12).map(|n| file(&n.to_string(), Some("x".repeat(20_000)))).collect();

        let bounded = diff(files).bounded();

        assert!(bounded.truncated);
        assert_eq!(bounded.files.len(), 12);
        assert_eq!(bounded.files.iter().filter(|file| file.patch.is_some()).count(), 9);
    }

    #[test]
    fn at_most_three_hundred_files_are_kept() {
        let names = |count: usize| (0..count).map(|n| file(&n.to_string(), None)).collect();

        assert!(!diff(names(300)).bounded().truncated);
        let bounded = diff(names(301)).bounded();
        assert!(bounded.truncated);
        assert_eq!(bounded.files.len(), 300);
    }

    #[test]
    fn it_is_stored_under_the_keys_recruiters_read() {
        let stored = serde_json::to_value(diff(vec![file("a", None)])).unwrap();

        let keys: Vec<_> = stored.as_object().unwrap().keys().cloned().collect();
        assert_eq!(
            keys,
            ["ahead_by", "base", "behind_by", "files", "head", "total_commits", "truncated"]
        );
    }
}
