//! Repositories that are old: `PATCH` and `DELETE` of a repository.

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::github::GitHub;
use crate::github::answers::repositories as answer;
use crate::github::gate::{Body, Caller, Tenon};
use crate::github::refusal::Refusal;
use crate::github::routes::visible;

#[derive(Debug, Deserialize)]
pub(crate) struct Change {
    archived: Option<bool>,
    name: Option<String>,
    description: Option<String>,
}

/// `PATCH /repos/{owner}/{repo}`: archives it or brings it back, renames it, describes it anew. An
/// archived one takes nothing but its return.
pub(crate) async fn change(
    State(github): State<GitHub>,
    _: Tenon,
    Path((owner, name)): Path<(String, String)>,
    Body(asked): Body<Change>,
) -> Result<Json<Value>, Refusal> {
    let mut world = github.world();
    let mut repository = visible(&world, Caller::Tenon, (&owner, &name))?.clone();
    repository.administered()?;
    if let Some(archived) = asked.archived {
        repository.archived = archived;
    }
    if asked.name.is_some() || asked.description.is_some() {
        repository.writable()?;
    }
    if let Some(name) = asked.name {
        repository.name = name;
    }
    repository.description = asked.description.or(repository.description);
    world.save_repository(repository.clone())?;
    Ok(Json(answer::full(&world, &repository)))
}

/// `DELETE /repos/{owner}/{repo}`
pub(crate) async fn delete(
    State(github): State<GitHub>,
    _: Tenon,
    Path((owner, name)): Path<(String, String)>,
) -> Result<StatusCode, Refusal> {
    let mut world = github.world();
    let repository = visible(&world, Caller::Tenon, (&owner, &name))?;
    repository.administered()?;
    let id = repository.id;
    world.remove_repository(id)?;
    Ok(StatusCode::NO_CONTENT)
}
