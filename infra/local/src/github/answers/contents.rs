//! Files and folders: `content-file`, `content-directory`, `file-commit`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::github::answers::commits::{parents, signature, unsigned};
use crate::github::answers::links::{API, WEB, node_id};
use crate::github::objects::{Commit, EntryKind, Sha};
use crate::github::repository::Repository;

/// GitHub wraps the content of a file in lines of this many characters.
const BASE64_LINE_CHARACTERS: usize = 60;
/// A larger file is answered without its content.
const CONTENT_BYTES_MAX: usize = 1_048_576;

/// Where something is in a repository.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place<'a> {
    pub repository: &'a Repository,
    /// The branch, tag or SHA it was asked at.
    pub reference: &'a str,
    pub path: &'a str,
    pub sha: &'a Sha,
}

impl Place<'_> {
    /// One entry of `content-directory`, with a size of 0 for a folder.
    pub(crate) fn entry(self, kind: EntryKind, size: usize) -> Value {
        let Self { repository, reference, path, sha } = self;
        let full_name = repository.full_name();
        let url = format!("{API}/repos/{full_name}/contents/{path}?ref={reference}");
        let (kind, objects, page) = match kind {
            EntryKind::File => ("file", "blobs", "blob"),
            EntryKind::Folder => ("dir", "trees", "tree"),
        };
        let git_url = format!("{API}/repos/{full_name}/git/{objects}/{sha}");
        let html_url = format!("{WEB}/{full_name}/{page}/{reference}/{path}");
        let raw = format!("https://raw.githubusercontent.com/{full_name}/{reference}/{path}");
        json!({
            "name": path.rsplit('/').next(),
            "path": path,
            "sha": sha,
            "size": size,
            "url": url,
            "html_url": html_url,
            "git_url": git_url,
            "download_url": (kind == "file").then_some(raw),
            "type": kind,
            "_links": { "self": url, "git": git_url, "html": html_url },
        })
    }

    /// `content-file`.
    pub(crate) fn file(self, content: &[u8]) -> Value {
        let mut answer = self.entry(EntryKind::File, content.len());
        let fits = content.len() <= CONTENT_BYTES_MAX;
        if let Value::Object(answer) = &mut answer {
            let text = if fits { wrapped(content) } else { String::new() };
            answer.insert("content".to_owned(), json!(text));
            answer.insert("encoding".to_owned(), json!(if fits { "base64" } else { "none" }));
        }
        answer
    }

    /// `file-commit`: the file after the commit that wrote it.
    pub(crate) fn written(self, size: usize, sha: &Sha, commit: &Commit) -> Value {
        let full_name = self.repository.full_name();
        let api = format!("{API}/repos/{full_name}/git");
        json!({
            "content": self.entry(EntryKind::File, size),
            "commit": {
                "sha": sha,
                "node_id": node_id("Commit", sha.as_str()),
                "url": format!("{api}/commits/{sha}"),
                "html_url": format!("{WEB}/{full_name}/commit/{sha}"),
                "author": signature(&commit.author),
                "committer": signature(&commit.committer),
                "message": commit.message,
                "tree": { "sha": commit.tree, "url": format!("{api}/trees/{}", commit.tree) },
                "parents": parents(&full_name, commit),
                "verification": unsigned(),
            },
        })
    }
}

fn wrapped(content: &[u8]) -> String {
    let mut text = String::new();
    for (at, character) in STANDARD.encode(content).chars().enumerate() {
        if at > 0 && at % BASE64_LINE_CHARACTERS == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}
