//! What people may do in a repository, and invitations that change.

use axum::Json;
use axum::extract::{Path, State};
use serde::Deserialize;
use serde_json::Value;

use crate::github::GitHub;
use crate::github::answers::accounts as answer;
use crate::github::gate::{Body, Caller, Tenon};
use crate::github::refusal::Refusal;
use crate::github::repository::Permission;
use crate::github::routes::visible;

/// The names that invitations have for permissions.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    Read,
    Triage,
    Write,
    Maintain,
    Admin,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Change {
    permissions: Option<Role>,
}

/// `GET /repos/{owner}/{repo}/collaborators/{login}/permission`: `none` for who is not in.
pub(crate) async fn permission(
    State(github): State<GitHub>,
    _: Tenon,
    Path((owner, name, login)): Path<(String, String, String)>,
) -> Result<Json<Value>, Refusal> {
    let world = github.world();
    let repository = visible(&world, Caller::Tenon, (&owner, &name))?;
    let given = repository.permission_of(&login);
    answer::permission(&world, &login, given).map(Json).ok_or(Refusal::NotFound)
}

/// `PATCH /repos/{owner}/{repo}/invitations/{invitation}`: another permission for who has yet to
/// accept.
pub(crate) async fn change_invitation(
    State(github): State<GitHub>,
    _: Tenon,
    Path((owner, name, invitation)): Path<(String, String, String)>,
    Body(change): Body<Change>,
) -> Result<Json<Value>, Refusal> {
    let mut world = github.world();
    let mut repository = visible(&world, Caller::Tenon, (&owner, &name))?.clone();
    repository.writable()?;
    let id: Option<u64> = invitation.parse().ok();
    let mut pending = repository.invitations.iter_mut();
    let (login, pending) = pending.find(|(_, it)| Some(it.id) == id).ok_or(Refusal::NotFound)?;
    if let Some(role) = change.permissions {
        pending.permission = role.into();
    }
    let (login, pending) = (login.clone(), pending.clone());
    world.save_repository(repository.clone())?;
    Ok(Json(answer::invitation(&world, &repository, &login, &pending)))
}

impl From<Role> for Permission {
    fn from(role: Role) -> Self {
        match role {
            Role::Read => Self::Pull,
            Role::Triage => Self::Triage,
            Role::Write => Self::Push,
            Role::Maintain => Self::Maintain,
            Role::Admin => Self::Admin,
        }
    }
}
