//! Repositories: looking at one, and generating one from a template.

use axum::Json;
use axum::extract::{Path, State};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::github::GitHub;
use crate::github::answers::repositories as answer;
use crate::github::gate::{Body, Caller, Tenon};
use crate::github::refusal::Refusal;
use crate::github::repository::{Repository, Visibility, repository_name};
use crate::github::routes::{sees, visible};
use crate::github::users::{BOT_LOGIN, is_somebody};
use crate::github::world::{NewRepository, World};

#[derive(Debug, Deserialize)]
pub(crate) struct Generate {
    owner: Option<String>,
    name: String,
    description: Option<String>,
    include_all_branches: Option<bool>,
    private: Option<bool>,
}

/// `GET /repos/{owner}/{repo}`
pub(crate) async fn by_name(
    State(github): State<GitHub>,
    caller: Caller,
    Path((owner, name)): Path<(String, String)>,
) -> Result<Json<Value>, Refusal> {
    let world = github.world();
    let repository = visible(&world, caller, (&owner, &name))?;
    Ok(Json(answer::full(&world, repository)))
}

/// `GET /repositories/{id}`
pub(crate) async fn by_id(
    State(github): State<GitHub>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let world = github.world();
    let found = id.parse().ok().and_then(|id| world.repository_by_id(id));
    let repository = found.filter(|it| sees(caller, it)).ok_or(Refusal::NotFound)?;
    Ok(Json(answer::full(&world, repository)))
}

/// `POST /repos/{owner}/{repo}/generate`: a new repository whose branches each hold one commit with
/// the template's files.
pub(crate) async fn generate(
    State(github): State<GitHub>,
    tenon: Tenon,
    Path((owner, name)): Path<(String, String)>,
    Body(asked): Body<Generate>,
) -> Result<(StatusCode, Json<Value>), Refusal> {
    let now = github.now();
    let mut world = github.world();
    let template = visible(&world, Caller::Tenon, (&owner, &name))?;
    if !template.is_template {
        return Err(Refusal::NotFound);
    }
    let owner = asked.owner.unwrap_or_else(|| BOT_LOGIN.to_owned());
    let name = repository_name(&asked.name)
        .ok_or_else(|| Refusal::Invalid("\"name\" is blank or too long.".to_owned()))?;
    if !is_somebody(&owner) {
        return Err(Refusal::NotFound);
    }
    if tenon.account.is_some_and(|account| !account.eq_ignore_ascii_case(&owner)) {
        return Err(Refusal::NotAccessible);
    }
    if world.repository(&owner, &name).is_some() {
        return Err(Refusal::NameTaken);
    }
    let all = asked.include_all_branches == Some(true);
    let private = asked.private == Some(true);
    let new = NewRepository {
        owner,
        name,
        description: asked.description.filter(|text| !text.is_empty()),
        visibility: if private { Visibility::Private } else { Visibility::Public },
        is_template: false,
        template: Some(template.id),
        branches: branches(&world, template)
            .into_iter()
            .filter(|(branch, _)| all || *branch == template.default_branch)
            .collect(),
    };
    let repository = world.create_repository(new, now)?;
    Ok((StatusCode::CREATED, Json(answer::full(&world, &repository))))
}

// The default branch first.
fn branches(world: &World, template: &Repository) -> Vec<(String, crate::github::archive::Files)> {
    let mut branches: Vec<_> = template
        .refs_under("refs/heads/")
        .into_iter()
        .map(|(branch, head)| (branch.to_owned(), world.archive.files_at(head)))
        .collect();
    branches.sort_by_key(|(branch, _)| *branch != template.default_branch);
    branches
}
