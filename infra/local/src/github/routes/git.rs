//! Git's own things: branches, references, trees.

use axum::Json;
use axum::extract::{Path, Query, State};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::github::GitHub;
use crate::github::answers::commits as answer;
use crate::github::answers::events::Moved;
use crate::github::gate::{Body, Caller, Tenon};
use crate::github::objects::{EntryKind, Sha, TreeEntry};
use crate::github::refusal::Refusal;
use crate::github::repository::{Repository, is_reference_name};
use crate::github::routes::visible;
use crate::github::users::BOT_LOGIN;
use crate::github::world::World;

#[derive(Debug, Deserialize)]
pub(crate) struct NewReference {
    #[serde(rename = "ref")]
    name: String,
    sha: String,
}

/// Any value of `recursive`, `0` and `false` included, makes it recursive, as GitHub says.
#[derive(Debug, Deserialize)]
pub(crate) struct Depth {
    recursive: Option<String>,
}

/// `GET /repos/{owner}/{repo}/branches/{branch}`
pub(crate) async fn branch(
    State(github): State<GitHub>,
    caller: Caller,
    Path((owner, name, branch)): Path<(String, String, String)>,
) -> Result<Json<Value>, Refusal> {
    let world = github.world();
    let repository = visible(&world, caller, (&owner, &name))?;
    let head = repository.branch(&branch).ok_or(Refusal::BranchNotFound)?;
    let shown = answer::branch(&world, repository, &branch, head);
    Ok(Json(shown.ok_or(Refusal::BranchNotFound)?))
}

/// `GET /repos/{owner}/{repo}/git/ref/{ref}`, the name without `refs/`.
pub(crate) async fn reference(
    State(github): State<GitHub>,
    caller: Caller,
    Path((owner, name, reference)): Path<(String, String, String)>,
) -> Result<Json<Value>, Refusal> {
    let world = github.world();
    let repository = visible(&world, caller, (&owner, &name))?;
    let reference = format!("refs/{reference}");
    let sha = repository.refs.get(&reference).ok_or(Refusal::NotFound)?;
    Ok(Json(answer::reference(repository, &reference, sha)))
}

/// `POST /repos/{owner}/{repo}/git/refs`: a new branch or tag on a commit of this repository.
pub(crate) async fn create_reference(
    State(github): State<GitHub>,
    _: Tenon,
    Path((owner, name)): Path<(String, String)>,
    Body(new): Body<NewReference>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let mut world = github.world();
    let mut repository = visible(&world, Caller::Tenon, (&owner, &name))?.clone();
    repository.writable()?;
    if !is_reference_name(&new.name) {
        return Err(Refusal::Invalid(format!("{} is not a valid ref name.", new.name)));
    }
    if repository.refs.contains_key(&new.name) {
        return Err(Refusal::ReferenceExists);
    }
    let sha = Sha::parse(&new.sha).filter(|sha| repository.commits.contains(sha));
    let sha = sha.ok_or(Refusal::UnknownObject)?;
    repository.refs.insert(new.name.clone(), sha.clone());
    let shown = answer::reference(&repository, &new.name, &sha);
    let id = repository.id;
    world.save_repository(repository)?;
    let login = BOT_LOGIN.to_owned();
    let moved = Moved { reference: new.name, before: None, after: sha, login };
    github.tell_push(&world, id, &moved);
    Ok((StatusCode::CREATED, Json(shown)))
}

/// `GET /repos/{owner}/{repo}/git/trees/{tree}`: of a tree, a commit, a branch or a tag.
pub(crate) async fn tree(
    State(github): State<GitHub>,
    caller: Caller,
    Path((owner, name, asked)): Path<(String, String, String)>,
    Query(depth): Query<Depth>,
) -> Result<Json<Value>, Refusal> {
    let world = github.world();
    let repository = visible(&world, caller, (&owner, &name))?;
    let tree = tree_of(&world, repository, &asked).ok_or(Refusal::NotFound)?;
    let entries: Vec<(String, &TreeEntry)> = if depth.recursive.is_some() {
        world.archive.walk(&tree)
    } else {
        let entries = world.archive.tree(&tree).unwrap_or_default();
        entries.iter().map(|entry| (entry.name.clone(), entry)).collect()
    };
    Ok(Json(answer::tree(&world, &repository.full_name(), &tree, &entries)))
}

fn tree_of(world: &World, repository: &Repository, asked: &str) -> Option<Sha> {
    if let Some(commit) = repository.resolve(asked) {
        return Some(world.archive.commit(&commit)?.tree.clone());
    }
    let asked = Sha::parse(asked)?;
    let known = |commit: &Sha| {
        let Some(commit) = world.archive.commit(commit) else { return false };
        let inside = world.archive.walk(&commit.tree);
        commit.tree == asked
            || inside.iter().any(|(_, it)| it.kind == EntryKind::Folder && it.sha == asked)
    };
    repository.commits.iter().any(known).then_some(asked)
}
