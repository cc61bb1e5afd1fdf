//! People: `simple-user`, `public-user`, `collaborator`, `repository-invitation`.

use serde_json::{Map, Value, json};

use crate::github::answers::links::{API, OF_USER, WEB, node_id, time};
use crate::github::answers::repositories;
use crate::github::repository::{Invitation, Permission, Repository};
use crate::github::users::{BOT_LOGIN, User};
use crate::github::world::World;

/// `simple-user`.
pub(crate) fn simple(user: &User) -> Map<String, Value> {
    let mut answer = Map::new();
    answer.insert("login".to_owned(), json!(user.login));
    answer.insert("id".to_owned(), json!(user.id));
    answer.insert("node_id".to_owned(), json!(node_id("User", &user.id.to_string())));
    let avatar = format!("https://avatars.githubusercontent.com/u/{}?v=4", user.id);
    answer.insert("avatar_url".to_owned(), json!(avatar));
    answer.insert("gravatar_id".to_owned(), json!(""));
    let page = match user.login.strip_suffix("[bot]") {
        Some(app) => format!("{WEB}/apps/{app}"),
        None => format!("{WEB}/{}", user.login),
    };
    answer.insert("html_url".to_owned(), json!(page));
    let login = user.login.replace('[', "%5B").replace(']', "%5D");
    for (name, rest) in OF_USER {
        answer.insert(name.to_owned(), json!(format!("{API}/users/{login}{rest}")));
    }
    answer.insert("type".to_owned(), json!(user.kind.name()));
    answer.insert("user_view_type".to_owned(), json!("public"));
    answer.insert("site_admin".to_owned(), json!(false));
    answer
}

/// `simple-user` of a login, or null when nobody goes by it.
pub(crate) fn by_login(world: &World, login: &str) -> Value {
    world.user(login).map_or(Value::Null, |user| Value::Object(simple(user)))
}

/// `public-user`.
pub(crate) fn public(world: &World, user: &User) -> Value {
    let mut answer = simple(user);
    for name in ["name", "company", "location", "email", "hireable", "bio", "twitter_username"] {
        answer.insert(name.to_owned(), Value::Null);
    }
    let owned = |repository: &&Repository| {
        !repository.is_private() && repository.owner.eq_ignore_ascii_case(&user.login)
    };
    answer.insert("blog".to_owned(), json!(""));
    answer.insert("public_repos".to_owned(), json!(world.repositories().filter(owned).count()));
    for name in ["public_gists", "followers", "following"] {
        answer.insert(name.to_owned(), json!(0));
    }
    answer.insert("created_at".to_owned(), json!(time(user.created_at)));
    answer.insert("updated_at".to_owned(), json!(time(user.created_at)));
    Value::Object(answer)
}

/// `collaborator`; none when the account is unknown.
pub(crate) fn collaborator(world: &World, login: &str, permission: Permission) -> Option<Value> {
    let mut answer = simple(world.user(login)?);
    answer.insert("permissions".to_owned(), permissions(permission));
    answer.insert("role_name".to_owned(), json!(permission.role()));
    Some(Value::Object(answer))
}

/// `repository-collaborator-permission`; none when the account is unknown.
pub(crate) fn permission(world: &World, login: &str, given: Option<Permission>) -> Option<Value> {
    let mut user = simple(world.user(login)?);
    let nothing = || json!({ "admin": false, "maintain": false, "push": false, "triage": false, "pull": false });
    let switches = given.map_or_else(nothing, permissions);
    let role = given.map_or("", Permission::role);
    user.insert("permissions".to_owned(), switches);
    user.insert("role_name".to_owned(), json!(role));
    // The old word: it knows neither triage nor maintain.
    let permission = match given {
        None => "none",
        Some(Permission::Pull | Permission::Triage) => "read",
        Some(Permission::Push | Permission::Maintain) => "write",
        Some(Permission::Admin) => "admin",
    };
    Some(json!({ "permission": permission, "role_name": role, "user": user }))
}

/// What a permission includes, one switch each.
pub(crate) fn permissions(permission: Permission) -> Value {
    json!({
        "admin": permission >= Permission::Admin,
        "maintain": permission >= Permission::Maintain,
        "push": permission >= Permission::Push,
        "triage": permission >= Permission::Triage,
        "pull": true,
    })
}

/// `repository-invitation`.
pub(crate) fn invitation(
    world: &World,
    repository: &Repository,
    login: &str,
    invitation: &Invitation,
) -> Value {
    let full_name = repository.full_name();
    json!({
        "id": invitation.id,
        "node_id": node_id("RepositoryInvitation", &invitation.id.to_string()),
        "repository": repositories::minimal(world, repository),
        "invitee": by_login(world, login),
        "inviter": by_login(world, BOT_LOGIN),
        "permissions": invitation.permission.role(),
        "created_at": time(invitation.created_at),
        "expired": false,
        "url": format!("{API}/repos/{full_name}/invitations/{}", invitation.id),
        "html_url": format!("{WEB}/{full_name}/invitations"),
    })
}
