//! The App: `integration`, `installation`, `installation-token`.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::github::answers::accounts;
use crate::github::answers::links::{API, WEB, node_id, time};
use crate::github::app::{APP_ID, CLIENT_ID, Grant, SLUG, granted};
use crate::github::installations::{Installation, Standing};
use crate::github::users::{TEMPLATE_OWNER, UserKind};
use crate::github::world::World;

/// `integration`. The App is the templates' owner's, and as old as the account.
pub(crate) fn integration(world: &World) -> Value {
    let since = world.user(TEMPLATE_OWNER).map_or(Timestamp::UNIX_EPOCH, |owner| owner.created_at);
    json!({
        "id": APP_ID,
        "slug": SLUG,
        "node_id": node_id("Integration", &APP_ID.to_string()),
        "client_id": CLIENT_ID,
        "owner": accounts::by_login(world, TEMPLATE_OWNER),
        "name": "Tenon (local)",
        "description": null,
        "external_url": "http://localhost:3000",
        "html_url": format!("{WEB}/apps/{SLUG}"),
        "created_at": time(since),
        "updated_at": time(since),
        "permissions": granted(),
        "events": [],
    })
}

/// `installation`.
pub(crate) fn installation(world: &World, it: &Installation) -> Value {
    let account = world.user(&it.account);
    let kind = account.map_or(UserKind::Organization, |account| account.kind);
    let suspended = it.standing == Standing::Suspended;
    json!({
        "id": it.id,
        "account": accounts::by_login(world, &it.account),
        "repository_selection": "all",
        "access_tokens_url": format!("{API}/app/installations/{}/access_tokens", it.id),
        "repositories_url": format!("{API}/installation/repositories"),
        "html_url": format!("{WEB}/organizations/{}/settings/installations/{}", it.account, it.id),
        "app_id": APP_ID,
        "client_id": CLIENT_ID,
        "app_slug": SLUG,
        "target_id": account.map(|account| account.id),
        "target_type": kind.name(),
        "permissions": granted(),
        "events": [],
        "created_at": time(it.created_at),
        "updated_at": time(it.created_at),
        "single_file_name": null,
        "suspended_by": suspended.then(|| accounts::by_login(world, &it.account)),
        "suspended_at": suspended.then(|| time(it.created_at)),
    })
}

/// `installation-token`.
pub(crate) fn token(token: &str, grant: &Grant) -> Value {
    let expires_at = Timestamp::from_second(grant.expires_at).unwrap_or(Timestamp::MAX);
    json!({
        "token": token,
        "expires_at": time(expires_at),
        "permissions": grant.permissions,
        "repository_selection": "all",
    })
}
