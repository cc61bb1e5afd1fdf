//! Git's objects: blobs, trees and commits under the very SHA-1 names git gives them.

use std::fmt;
use std::fmt::Write;

use aws_lc_rs::digest;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The name of an object: 40 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sha(String);

/// What git stores.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Object {
    /// The content of a file.
    Blob(#[serde(with = "base64_text")] Vec<u8>),
    /// A folder, in git's order: a folder sorts as if its name ended in `/`.
    Tree(Vec<TreeEntry>),
    /// A state of the root folder and how it came about.
    Commit(Commit),
}

/// One name in a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TreeEntry {
    pub kind: EntryKind,
    pub name: String,
    pub sha: Sha,
}

/// What a name in a folder stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum EntryKind {
    File,
    Folder,
}

/// A commit without a signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    pub tree: Sha,
    /// None for the first commit; no call of this GitHub makes merges, so never more than one.
    pub parent: Option<Sha>,
    pub author: Signature,
    pub committer: Signature,
    pub message: String,
}

/// Who and when. Git keeps whole seconds; the offset is always UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    pub name: String,
    pub email: String,
    pub at: Timestamp,
}

impl Sha {
    /// A full name; abbreviations and capitals are none.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        (text.len() == 40 && digits).then(|| Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of(kind: &str, content: &[u8]) -> Self {
        let mut hash = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
        hash.update(format!("{kind} {}\0", content.len()).as_bytes());
        hash.update(content);
        Self(hex(hash.finish().as_ref()))
    }

    // A tree holds names as 20 bytes; a name that is not hexadecimal cannot be constructed.
    fn bytes(&self) -> Vec<u8> {
        let digits: Vec<u32> = self.0.chars().filter_map(|digit| digit.to_digit(16)).collect();
        let pairs = digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |sum, d| sum * 16 + d));
        pairs.filter_map(|byte| u8::try_from(byte).ok()).collect()
    }
}

impl fmt::Display for Sha {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Object {
    /// The name git gives this object.
    pub fn sha(&self) -> Sha {
        match self {
            Self::Blob(content) => Sha::of("blob", content),
            Self::Tree(entries) => {
                let mut content = Vec::new();
                for entry in entries {
                    let mode = match entry.kind {
                        EntryKind::File => "100644",
                        EntryKind::Folder => "40000",
                    };
                    content.extend_from_slice(format!("{mode} {}\0", entry.name).as_bytes());
                    content.extend_from_slice(&entry.sha.bytes());
                }
                Sha::of("tree", &content)
            }
            Self::Commit(commit) => Sha::of("commit", commit.text().as_bytes()),
        }
    }

    /// A folder with its entries put into git's order.
    pub fn tree(mut entries: Vec<TreeEntry>) -> Self {
        entries.sort_by_cached_key(|entry| match entry.kind {
            EntryKind::File => entry.name.clone(),
            EntryKind::Folder => format!("{}/", entry.name),
        });
        Self::Tree(entries)
    }
}

impl Commit {
    fn text(&self) -> String {
        let mut text = format!("tree {}\n", self.tree);
        if let Some(parent) = &self.parent {
            let _ = writeln!(text, "parent {parent}");
        }
        let _ = writeln!(text, "author {}", self.author.text());
        let _ = writeln!(text, "committer {}", self.committer.text());
        let _ = write!(text, "\n{}", self.message);
        text
    }
}

impl Signature {
    fn text(&self) -> String {
        format!("{} <{}> {} +0000", self.name, self.email, self.at.as_second())
    }
}

/// Lower-case hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

mod base64_text {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(content: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(content))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(from)?).map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, content: &str) -> TreeEntry {
        let sha = Object::Blob(content.as_bytes().to_vec()).sha();
        TreeEntry { kind: EntryKind::File, name: name.to_owned(), sha }
    }

    fn folder(name: &str, entries: Vec<TreeEntry>) -> TreeEntry {
        let sha = Object::tree(entries).sha();
        TreeEntry { kind: EntryKind::Folder, name: name.to_owned(), sha }
    }

    fn signature(name: &str, email: &str, at: &str) -> Signature {
        Signature { name: name.to_owned(), email: email.to_owned(), at: at.parse().unwrap() }
    }

    // Made with `git write-tree` and `git commit-tree`, git 2.39.
    #[test]
    fn objects_have_the_names_that_git_gives_them() {
        let tree = Object::tree(vec![
            folder("src", vec![file("a.txt", "one\n")]),
            folder("tests", vec![file("cases.json", "[]\n")]),
            file("src-b.txt", "x\n"),
            file("README.md", "Hello, world\n"),
        ]);
        let bot = signature("Tenon", "bot@tenon.test", "2026-03-02T09:00:00Z");
        let first = Object::Commit(Commit {
            tree: tree.sha(),
            parent: None,
            author: bot.clone(),
            committer: bot.clone(),
            message: "Initial commit\n".to_owned(),
        });
        let second = Object::Commit(Commit {
            tree: tree.sha(),
            parent: Some(first.sha()),
            author: signature("Zoë", "z@x.test", "2026-03-02T09:00:00Z"),
            committer: signature("Tenon", "bot@tenon.test", "2026-03-02T09:01:00Z"),
            message: "Second\n".to_owned(),
        });

        assert_eq!(
            Object::Blob(b"Hello, world\n".to_vec()).sha().as_str(),
            "a5c19667710254f835085b99726e523457150e03"
        );
        assert_eq!(tree.sha().as_str(), "d9df5feed0171ff410d0d76dc5d7ec749a6c6b58");
        assert_eq!(first.sha().as_str(), "2a6ec528315d0552e2add756eab0d1adda146f8e");
        assert_eq!(second.sha().as_str(), "696597d01b1d70207ceb53ec50f8b9bda1651605");
    }

    #[test]
    fn a_name_is_forty_small_hexadecimal_digits_and_nothing_else() {
        let name = "2a6ec528315d0552e2add756eab0d1adda146f8e";

        assert_eq!(Sha::parse(name).unwrap().as_str(), name);
        assert_eq!(Sha::parse(&name.to_uppercase()), None);
        assert_eq!(Sha::parse("2a6ec52"), None);
        assert_eq!(Sha::parse(&"g".repeat(40)), None);
    }

    #[test]
    fn every_object_comes_back_from_json_as_it_was() {
        let blob = Object::Blob(vec![0, 159, 255]);

        let text = serde_json::to_string(&blob).unwrap();

        assert_eq!(text, r#"{"Blob":"AJ//"}"#);
        assert_eq!(serde_json::from_str::<Object>(&text).unwrap(), blob);
    }
}
