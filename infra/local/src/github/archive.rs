//! Every object of every repository, by name, and what can be read off them: the files of a tree,
//! the history of a commit.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::documents::{Documents, DocumentsError};
use crate::github::objects::{Commit, EntryKind, Object, Sha, TreeEntry};

const KIND: &str = "github.object";

/// Paths, `/` between their parts, with the blobs they name.
pub(super) type Files = BTreeMap<String, Sha>;

/// The objects, in memory and in the documents. Nothing is ever removed.
#[derive(Debug)]
pub struct Archive {
    objects: HashMap<Sha, Object>,
    documents: Documents,
}

impl Archive {
    /// Reads back every object that was ever put.
    pub fn load(documents: Documents) -> Result<Self, DocumentsError> {
        let objects = documents
            .all::<Object>(KIND)?
            .into_iter()
            .filter_map(|(key, object)| Some((Sha::parse(&key)?, object)))
            .collect();
        Ok(Self { objects, documents })
    }

    /// Keeps an object and answers its name; one that is known is not written again.
    pub fn put(&mut self, object: Object) -> Result<Sha, DocumentsError> {
        let sha = object.sha();
        if !self.objects.contains_key(&sha) {
            self.documents.put(KIND, sha.as_str(), &object)?;
            self.objects.insert(sha.clone(), object);
        }
        Ok(sha)
    }

    /// Keeps the tree that holds `files`, with the trees of its folders, and answers its name.
    pub fn put_tree(&mut self, files: &Files) -> Result<Sha, DocumentsError> {
        let mut entries = Vec::new();
        let mut folders: BTreeMap<&str, Files> = BTreeMap::new();
        for (path, sha) in files {
            match path.split_once('/') {
                None => entries.push(TreeEntry {
                    kind: EntryKind::File,
                    name: path.clone(),
                    sha: sha.clone(),
                }),
                Some((folder, rest)) => {
                    folders.entry(folder).or_default().insert(rest.to_owned(), sha.clone());
                }
            }
        }
        for (name, files) in folders {
            let sha = self.put_tree(&files)?;
            entries.push(TreeEntry { kind: EntryKind::Folder, name: name.to_owned(), sha });
        }
        self.put(Object::tree(entries))
    }

    pub fn blob(&self, sha: &Sha) -> Option<&[u8]> {
        match self.objects.get(sha)? {
            Object::Blob(content) => Some(content),
            Object::Tree(_) | Object::Commit(_) => None,
        }
    }

    pub fn tree(&self, sha: &Sha) -> Option<&[TreeEntry]> {
        match self.objects.get(sha)? {
            Object::Tree(entries) => Some(entries),
            Object::Blob(_) | Object::Commit(_) => None,
        }
    }

    pub fn commit(&self, sha: &Sha) -> Option<&Commit> {
        match self.objects.get(sha)? {
            Object::Commit(commit) => Some(commit),
            Object::Blob(_) | Object::Tree(_) => None,
        }
    }

    /// Every file under a tree.
    pub fn files(&self, tree: &Sha) -> Files {
        let entries = self.walk(tree);
        entries
            .into_iter()
            .filter(|(_, entry)| entry.kind == EntryKind::File)
            .map(|(path, entry)| (path, entry.sha.clone()))
            .collect()
    }

    /// Every file at a commit; none when there is no such commit.
    pub fn files_at(&self, commit: &Sha) -> Files {
        self.commit(commit).map(|commit| self.files(&commit.tree)).unwrap_or_default()
    }

    /// The content of the file at `path` at a commit.
    pub fn file_at(&self, commit: &Sha, path: &str) -> Option<&[u8]> {
        self.blob(self.files_at(commit).get(path)?)
    }

    /// Everything under a tree with its path, a folder right before what it holds.
    pub fn walk(&self, tree: &Sha) -> Vec<(String, &TreeEntry)> {
        let mut found = Vec::new();
        for entry in self.tree(tree).unwrap_or_default() {
            found.push((entry.name.clone(), entry));
            if entry.kind == EntryKind::Folder {
                let inside = self.walk(&entry.sha).into_iter();
                found.extend(inside.map(|(path, inner)| (format!("{}/{path}", entry.name), inner)));
            }
        }
        found
    }

    /// A commit and all that led to it, newest first.
    pub fn history(&self, head: &Sha) -> Vec<Sha> {
        let mut history = Vec::new();
        let mut next = Some(head.clone());
        while let Some(sha) = next {
            next = self.commit(&sha).and_then(|commit| commit.parent.clone());
            history.push(sha);
        }
        history
    }

    /// The newest commit that led to both; none when they have nothing in common.
    pub fn merge_base(&self, base: &Sha, head: &Sha) -> Option<Sha> {
        let base: BTreeSet<Sha> = self.history(base).into_iter().collect();
        self.history(head).into_iter().find(|sha| base.contains(sha))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::github::objects::Signature;

    fn commit(archive: &mut Archive, parent: Option<&Sha>, message: &str) -> Sha {
        let blob = archive.put(Object::Blob(message.as_bytes().to_vec())).unwrap();
        let files = Files::from([("src/deep/a.txt".to_owned(), blob)]);
        let signature = Signature {
            name: "Tenon".to_owned(),
            email: "bot@tenon.test".to_owned(),
            at: "2026-03-02T09:00:00Z".parse().unwrap(),
        };
        let tree = archive.put_tree(&files).unwrap();
        let parent = parent.cloned();
        let (author, committer, message) = (signature.clone(), signature, message.to_owned());
        archive.put(Object::Commit(Commit { tree, parent, author, committer, message })).unwrap()
    }

    #[test]
    fn two_branches_meet_where_they_parted() {
        let mut archive = Archive::load(Documents::memory().unwrap()).unwrap();
        let first = commit(&mut archive, None, "first");
        let shared = commit(&mut archive, Some(&first), "shared");
        let ours = commit(&mut archive, Some(&shared), "ours");
        let theirs = commit(&mut archive, Some(&shared), "theirs");
        let stranger = commit(&mut archive, None, "stranger");

        assert_eq!(archive.merge_base(&ours, &theirs), Some(shared.clone()));
        assert_eq!(archive.merge_base(&ours, &first), Some(first.clone()));
        assert_eq!(archive.merge_base(&ours, &stranger), None);
        assert_eq!(archive.history(&ours), [ours.clone(), shared, first]);
    }

    #[test]
    fn objects_are_there_after_a_restart() {
        let documents = Documents::memory().unwrap();
        let mut archive = Archive::load(documents.clone()).unwrap();
        let sha = commit(&mut archive, None, "first");

        let again = Archive::load(documents).unwrap();

        assert_eq!(again.file_at(&sha, "src/deep/a.txt"), Some("first".as_bytes()));
        assert_eq!(again.file_at(&sha, "src/deep"), None);
    }
}
