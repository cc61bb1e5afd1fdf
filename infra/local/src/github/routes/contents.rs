//! Files and folders of a repository, and commits of one file.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::github::GitHub;
use crate::github::answers::contents::Place;
use crate::github::answers::events::Moved;
use crate::github::archive::Files;
use crate::github::gate::{Body, Caller, Tenon};
use crate::github::objects::{EntryKind, Object, Sha, Signature};
use crate::github::refusal::Refusal;
use crate::github::routes::visible;
use crate::github::users::BOT_LOGIN;
use crate::github::world::NewCommit;

const RAW: &str = "application/vnd.github.raw";

#[derive(Debug, Deserialize)]
pub(crate) struct At {
    #[serde(rename = "ref")]
    reference: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Write {
    message: String,
    content: String,
    /// The blob that is replaced; needed exactly when the file is there.
    sha: Option<String>,
    branch: Option<String>,
    author: Option<Person>,
    committer: Option<Person>,
}

#[derive(Debug, Deserialize)]
struct Person {
    name: String,
    email: String,
    date: Option<Timestamp>,
}

impl Person {
    fn signature(self, now: Timestamp) -> Signature {
        Signature { name: self.name, email: self.email, at: self.date.unwrap_or(now) }
    }
}

/// `GET /repos/{owner}/{repo}/contents`: the root folder.
pub(crate) async fn root(
    github: State<GitHub>,
    caller: Caller,
    Path((owner, name)): Path<(String, String)>,
    at: Query<At>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    read(github, caller, Path((owner, name, String::new())), at, headers).await
}

/// `GET /repos/{owner}/{repo}/contents/{path}`: a file with its content in base64 (or as it is, for
/// the raw media type), or the list of a folder.
pub(crate) async fn read(
    State(github): State<GitHub>,
    caller: Caller,
    Path((owner, name, path)): Path<(String, String, String)>,
    Query(at): Query<At>,
    headers: HeaderMap,
) -> Result<Response, Refusal> {
    let world = github.world();
    let repository = visible(&world, caller, (&owner, &name))?;
    let reference = at.reference.unwrap_or_else(|| repository.default_branch.clone());
    let commit = repository.resolve(&reference);
    let commit = commit.and_then(|sha| world.archive.commit(&sha));
    let tree = &commit.ok_or_else(|| Refusal::NoCommit(reference.clone()))?.tree;
    let entries = world.archive.walk(tree);

    let path = path.trim_matches('/');
    let place = |path, sha| Place { repository, reference: &reference, path, sha };
    let size = |sha: &Sha| world.archive.blob(sha).map_or(0, <[u8]>::len);
    let exact = entries.iter().find(|(found, _)| found == path);
    if let Some((_, entry)) = exact.filter(|(_, entry)| entry.kind == EntryKind::File) {
        let content = world.archive.blob(&entry.sha).unwrap_or_default();
        if wants_raw(&headers) {
            return Ok(([(CONTENT_TYPE, RAW)], content.to_vec()).into_response());
        }
        return Ok(Json(place(path, &entry.sha).file(content)).into_response());
    }
    if exact.is_none() && !path.is_empty() {
        return Err(Refusal::NotFound);
    }
    let inside = entries.iter().filter(|(found, _)| folder_of(found) == path);
    let list: Value = inside
        .map(|(found, entry)| place(found, &entry.sha).entry(entry.kind, size(&entry.sha)))
        .collect();
    Ok(Json(list).into_response())
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn wants_raw(headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    accepted.is_some_and(|text| text.starts_with(RAW))
}

/// `PUT /repos/{owner}/{repo}/contents/{path}`: a commit that creates (201) or updates (200) one file.
pub(crate) async fn write(
    State(github): State<GitHub>,
    _: Tenon,
    Path((owner, name, path)): Path<(String, String, String)>,
    Body(asked): Body<Write>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let now = github.now();
    let mut world = github.world();
    let repository = visible(&world, Caller::Tenon, (&owner, &name))?.clone();
    repository.writable()?;
    let branch = asked.branch.unwrap_or_else(|| repository.default_branch.clone());
    let head = repository.branch(&branch).ok_or_else(|| Refusal::NoSuchBranch(branch.clone()))?;
    let mut files = world.archive.files_at(head);
    let path = sound_path(&path, &files)?;
    let created = is_creation(files.get(&path), asked.sha.as_deref(), &path)?;

    let content: String = asked.content.split_ascii_whitespace().collect();
    let content = STANDARD.decode(content).map_err(Refusal::NotBase64)?;
    let size = content.len();
    let blob = world.archive.put(Object::Blob(content))?;
    files.insert(path.clone(), blob.clone());
    let bot = world.bot_signature(now);
    let committer = asked.committer.map_or(bot, |person| person.signature(now));
    let author = asked.author.map_or_else(|| committer.clone(), |person| person.signature(now));
    let message = asked.message;
    let new = NewCommit { branch: branch.clone(), files, author, committer, message };
    let before = repository.branch(&branch).cloned();
    let sha = world.commit(repository.clone(), new, now)?;
    let (reference, login) = (format!("refs/heads/{branch}"), BOT_LOGIN.to_owned());
    let moved = Moved { reference, before, after: sha.clone(), login };
    github.tell_push(&world, repository.id, &moved);

    let status = if created { StatusCode::CREATED } else { StatusCode::OK };
    let place = Place { repository: &repository, reference: &branch, path: &path, sha: &blob };
    let shown = world.archive.commit(&sha).map(|commit| place.written(size, &sha, commit));
    Ok((status, Json(shown.ok_or(Refusal::NotFound)?)))
}

fn is_creation(known: Option<&Sha>, given: Option<&str>, path: &str) -> Result<bool, Refusal> {
    match (known, given) {
        (None, None) => Ok(true),
        (Some(known), Some(given)) if known.as_str() == given => Ok(false),
        (Some(_), None) => Err(Refusal::Invalid("\"sha\" wasn't supplied.".to_owned())),
        (Some(_) | None, Some(given)) => {
            Err(Refusal::OtherSha { path: path.to_owned(), sha: given.to_owned() })
        }
    }
}

/// The path of a file that git can hold beside `files`: no empty, `.`, `..` or `.git` part, not a
/// folder that is there, not inside a file that is there.
pub(crate) fn sound_path(path: &str, files: &Files) -> Result<String, Refusal> {
    let sound = |part: &str| {
        !matches!(part, "" | "." | "..")
            && !part.eq_ignore_ascii_case(".git")
            && !part.contains('\0')
    };
    let folder = format!("{path}/");
    let clashes = |known: &String| {
        known.starts_with(&folder)
            || path.strip_prefix(known.as_str()).is_some_and(|rest| rest.starts_with('/'))
    };
    if path.split('/').all(sound) && !files.keys().any(clashes) {
        Ok(path.to_owned())
    } else {
        Err(Refusal::MalformedPath)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_a_path_that_git_can_hold() {
        let blob = Sha::parse(&"a".repeat(40)).unwrap();
        let files = Files::from([("src/a.txt".to_owned(), blob)]);

        for path in ["src/a.txt", "src/b", "README.md", ".github/workflows/x.yml"] {
            assert_eq!(sound_path(path, &files).unwrap(), path);
        }
        for path in ["", "/a", "a/", "a//b", "../a", ".git/config", "src", "src/a.txt/b"] {
            let refusal = sound_path(path, &files).unwrap_err();
            assert_eq!(refusal.to_string(), "path contains a malformed path component", "{path}");
        }
    }
}
