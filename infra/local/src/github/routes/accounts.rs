//! People and what they may do: `/user`, `/users`, collaborators, invitations.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use serde::Deserialize;
use serde_json::Value;

use crate::github::GitHub;
use crate::github::answers::accounts as answer;
use crate::github::gate::{Body, Caller, Tenon};
use crate::github::refusal::Refusal;
use crate::github::repository::{Invitation, Permission};
use crate::github::routes::{Page, visible};
use crate::github::users::{BOT_LOGIN, UserKind, is_boss, is_somebody};

#[derive(Debug, Deserialize)]
pub(crate) struct Invite {
    permission: Option<Permission>,
}

/// `GET /user`: the account of the token.
pub(crate) async fn me(State(github): State<GitHub>, _: Tenon) -> Result<Json<Value>, Refusal> {
    let world = github.world();
    let bot = world.user(BOT_LOGIN).ok_or(Refusal::NotFound)?;
    Ok(Json(answer::public(&world, bot)))
}

/// `GET /user/{id}`
pub(crate) async fn by_id(
    State(github): State<GitHub>,
    _: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let world = github.world();
    let id = id.parse().ok();
    let user = id.and_then(|id| world.user_by_id(id)).ok_or(Refusal::NotFound)?;
    Ok(Json(answer::public(&world, user)))
}

/// `GET /users/{login}`
pub(crate) async fn by_login(
    State(github): State<GitHub>,
    _: Caller,
    Path(login): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let now = github.now();
    let mut world = github.world();
    if !is_somebody(&login) {
        return Err(Refusal::NotFound);
    }
    let user = world.mention(&login, UserKind::User, now)?;
    Ok(Json(answer::public(&world, &user)))
}

/// `PUT /repos/{owner}/{repo}/collaborators/{login}`: 201 with an invitation, 204 for who is in
/// already. A second invitation is the first one with the new permission.
pub(crate) async fn invite(
    State(github): State<GitHub>,
    _: Tenon,
    Path((owner, name, login)): Path<(String, String, String)>,
    Body(invite): Body<Invite>,
) -> Result<Response, Refusal> {
    let now = github.now();
    let mut world = github.world();
    let mut repository = visible(&world, Caller::Tenon, (&owner, &name))?.clone();
    repository.writable()?;
    if !is_somebody(&login) {
        return Err(Refusal::NotFound);
    }
    if repository.owner.eq_ignore_ascii_case(&login) {
        return Err(Refusal::OwnerInvited);
    }
    world.mention(&login, UserKind::User, now)?;
    if is_boss(&login) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let key = login.to_ascii_lowercase();
    let permission = invite.permission.unwrap_or(Permission::Push);
    if let Some(granted) = repository.collaborators.get_mut(&key) {
        *granted = permission;
        world.save_repository(repository)?;
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    repository.invitations.retain(|_login, invitation| !invitation.is_expired(now));
    let new = Invitation { id: world.next_invitation_id(), permission, created_at: now };
    let invitation = repository.invitations.entry(key).or_insert(new);
    invitation.permission = permission;
    let invitation = invitation.clone();
    world.save_repository(repository.clone())?;
    let body = answer::invitation(&world, &repository, &login, &invitation);
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// `GET /repos/{owner}/{repo}/collaborators/{login}`: 204 for who is in, 404 for who is not, invited or
/// not.
pub(crate) async fn is_collaborator(
    State(github): State<GitHub>,
    _: Tenon,
    Path((owner, name, login)): Path<(String, String, String)>,
) -> Result<StatusCode, Refusal> {
    let world = github.world();
    let repository = visible(&world, Caller::Tenon, (&owner, &name))?;
    let is_in = repository.collaborators.contains_key(&login.to_ascii_lowercase());
    is_in.then_some(StatusCode::NO_CONTENT).ok_or(Refusal::NotFound)
}

/// `DELETE /repos/{owner}/{repo}/collaborators/{login}`: takes back access and invitation alike; 204
/// also for who had neither.
pub(crate) async fn remove(
    State(github): State<GitHub>,
    _: Tenon,
    Path((owner, name, login)): Path<(String, String, String)>,
) -> Result<StatusCode, Refusal> {
    let mut world = github.world();
    let mut repository = visible(&world, Caller::Tenon, (&owner, &name))?.clone();
    repository.writable()?;
    let key = login.to_ascii_lowercase();
    repository.collaborators.remove(&key);
    repository.invitations.remove(&key);
    world.save_repository(repository)?;
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /repos/{owner}/{repo}/collaborators`
pub(crate) async fn collaborators(
    State(github): State<GitHub>,
    _: Tenon,
    Path((owner, name)): Path<(String, String)>,
    Query(page): Query<Page>,
) -> Result<Json<Vec<Value>>, Refusal> {
    let world = github.world();
    let repository = visible(&world, Caller::Tenon, (&owner, &name))?;
    let collaborators = repository.collaborators.iter();
    let shown = collaborators.filter_map(|(who, what)| answer::collaborator(&world, who, *what));
    Ok(Json(page.of(shown.collect())))
}

/// `GET /repos/{owner}/{repo}/invitations`: those nobody has answered.
pub(crate) async fn invitations(
    State(github): State<GitHub>,
    _: Tenon,
    Path((owner, name)): Path<(String, String)>,
    Query(page): Query<Page>,
) -> Result<Json<Vec<Value>>, Refusal> {
    let world = github.world();
    let repository = visible(&world, Caller::Tenon, (&owner, &name))?;
    let now = github.now();
    let invitations = repository.invitations.iter().filter(|(_, it)| !it.is_expired(now));
    let shown = invitations.map(|(who, it)| answer::invitation(&world, repository, who, it));
    Ok(Json(page.of(shown.collect())))
}
