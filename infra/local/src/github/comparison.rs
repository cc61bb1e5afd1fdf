//! What lies between two commits: `base...head`, as GitHub compares them.

use crate::github::archive::{Archive, Files};
use crate::github::diff::Difference;
use crate::github::objects::Sha;

/// Commits one side has and the other has not, and the files that changed since they parted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comparison {
    pub merge_base: Sha,
    /// The commits of `head` that `base` lacks, oldest first.
    pub ahead: Vec<Sha>,
    /// How many commits of `base` are missing from `head`.
    pub behind: usize,
    /// From the merge base to `head`, in the order of their paths.
    pub files: Vec<ChangedFile>,
}

/// A file that is not the same on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ChangedFile {
    pub path: String,
    pub change: Change,
    /// The blob at `head`, or at the merge base when it is gone.
    pub blob: Sha,
    /// None for a file that is not text.
    pub difference: Option<Difference>,
}

/// What happened to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    Added,
    Removed,
    Modified,
    /// The same content under another path.
    Renamed {
        from: String,
    },
}

impl Change {
    /// GitHub's `status` of a file.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Modified => "modified",
            Self::Renamed { .. } => "renamed",
        }
    }
}

impl Comparison {
    /// Compares two commits of the archive; none when they have no common ancestor.
    pub(super) fn between(archive: &Archive, base: &Sha, head: &Sha) -> Option<Self> {
        let merge_base = archive.merge_base(base, head)?;
        let since = |commit| {
            let history = archive.history(commit).into_iter();
            history.take_while(|sha| *sha != merge_base).collect::<Vec<Sha>>()
        };
        let mut ahead = since(head);
        ahead.reverse();
        let behind = since(base).len();
        let (old, new) = (archive.files_at(&merge_base), archive.files_at(head));
        Some(Self { files: changes(archive, &old, &new), merge_base, ahead, behind })
    }

    /// GitHub's `status` of a comparison.
    pub(super) fn status(&self) -> &'static str {
        match (self.ahead.is_empty(), self.behind == 0) {
            (true, true) => "identical",
            (false, true) => "ahead",
            (true, false) => "behind",
            (false, false) => "diverged",
        }
    }
}

fn changes(archive: &Archive, old: &Files, new: &Files) -> Vec<ChangedFile> {
    let mut gone: Vec<(&String, &Sha)> =
        old.iter().filter(|(path, _)| !new.contains_key(*path)).collect();
    let mut files: Vec<ChangedFile> = Vec::new();
    for (path, blob) in new {
        let before = old.get(path);
        if before == Some(blob) {
            continue;
        }
        let source = before.is_none().then(|| gone.iter().position(|(_, sha)| *sha == blob));
        let change = match (before, source.flatten()) {
            (Some(_), _) => Change::Modified,
            (None, None) => Change::Added,
            (None, Some(at)) => Change::Renamed { from: gone.remove(at).0.clone() },
        };
        let before = if matches!(change, Change::Renamed { .. }) { Some(blob) } else { before };
        let difference = difference(archive, before, Some(blob));
        files.push(ChangedFile { path: path.clone(), change, blob: blob.clone(), difference });
    }
    files.extend(gone.into_iter().map(|(path, blob)| ChangedFile {
        path: path.clone(),
        change: Change::Removed,
        blob: blob.clone(),
        difference: difference(archive, Some(blob), None),
    }));
    files.sort_by(|a, b| a.path.cmp(&b.path));
    files
}

fn difference(archive: &Archive, old: Option<&Sha>, new: Option<&Sha>) -> Option<Difference> {
    let text = |sha: Option<&Sha>| match sha {
        None => Some(""),
        Some(sha) => archive.blob(sha).filter(|content| !content.contains(&0)).and_then(utf8),
    };
    Some(Difference::between(text(old)?, text(new)?))
}

fn utf8(content: &[u8]) -> Option<&str> {
    std::str::from_utf8(content).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::documents::Documents;
    use crate::github::objects::Object;

    fn files(archive: &mut Archive, contents: &[(&str, &[u8])]) -> Files {
        let put = |(path, content): &(&str, &[u8])| {
            ((*path).to_owned(), archive.put(Object::Blob(content.to_vec())).unwrap())
        };
        contents.iter().map(put).collect()
    }

    #[test]
    fn every_changed_file_says_what_happened_to_it() {
        let mut archive = Archive::load(Documents::memory().unwrap()).unwrap();
        let old =
            files(&mut archive, &[("a", b"1\n"), ("b", b"2\n"), ("c", b"3\n"), ("d", b"4\n")]);
        let new = files(
            &mut archive,
            &[("a", b"1\n"), ("b", b"2\nmore\n"), ("e/c", b"3\n"), ("f", b"new\n"), ("g", b"\0")],
        );

        let changes = changes(&archive, &old, &new);

        let told: Vec<_> = changes
            .iter()
            .map(|file| {
                let counts = file.difference.as_ref().map(|it| (it.additions, it.deletions));
                (file.path.as_str(), file.change.name(), counts)
            })
            .collect();
        assert_eq!(
            told,
            [
                ("b", "modified", Some((1, 0))),
                ("d", "removed", Some((0, 1))),
                ("e/c", "renamed", Some((0, 0))),
                ("f", "added", Some((1, 0))),
                ("g", "added", None),
            ]
        );
        assert_eq!(changes[2].change, Change::Renamed { from: "c".to_owned() });
    }
}
