//! What webhooks carry: `webhook-push`, `webhook-workflow-run-…`, `webhook-member-added`,
//! `webhook-repository-…`, `webhook-ping`.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use crate::github::answers::accounts::by_login;
use crate::github::answers::links::{API, WEB, node_id, time};
use crate::github::answers::{actions, repositories};
use crate::github::objects::{Commit, Sha, Signature};
use crate::github::repository::Repository;
use crate::github::runs::{Run, workflow_id};
use crate::github::users::BOT_LOGIN;
use crate::github::world::World;

/// GitHub's number of the one webhook there is.
const HOOK_ID: u64 = 109_948_940;
/// What stands for a reference that is not there.
const NO_SHA: &str = "0000000000000000000000000000000000000000";

/// A reference that moved.
#[derive(Debug, Clone)]
pub(crate) struct Moved {
    /// `refs/heads/main`
    pub(crate) reference: String,
    pub(crate) before: Option<Sha>,
    pub(crate) after: Sha,
    /// Who moved it.
    pub(crate) login: String,
}

/// What every event of a repository says beside its own.
fn event(world: &World, repository: &Repository, login: &str, own: Value) -> Value {
    let mut event = match own {
        Value::Object(own) => own,
        _ => Map::new(),
    };
    let shown = repositories::full(world, repository);
    if let Some(organization) = shown.get("organization") {
        let (login, id) = (organization.get("login"), organization.get("id"));
        let organization = json!({ "login": login, "id": id });
        event.insert("organization".to_owned(), organization);
    }
    event.insert("repository".to_owned(), shown);
    event.insert("sender".to_owned(), by_login(world, login));
    Value::Object(event)
}

/// `webhook-push`.
pub(crate) fn push(world: &World, repository: &Repository, moved: &Moved) -> Value {
    let Moved { reference, before, after, login } = moved;
    let web = format!("{WEB}/{}", repository.full_name());
    let head = world.archive.commit(after).map(|head| commit(&web, after, head));
    let is_tag = reference.starts_with("refs/tags/");
    // One commit at a time is made here, and none by a tag.
    let commits: Vec<&Value> = head.iter().filter(|_| !is_tag).collect();
    let own = json!({
        "ref": reference,
        "before": before.as_ref().map_or(NO_SHA, Sha::as_str),
        "after": after,
        "created": before.is_none(),
        "deleted": false,
        "forced": false,
        "base_ref": null,
        "compare": format!("{web}/compare/{after}"),
        "commits": commits,
        "head_commit": head,
        "pusher": { "name": login, "email": format!("{login}@users.noreply.github.com") },
    });
    let mut payload = event(world, repository, login, own);
    // In this one event, and in no other, GitHub writes these as numbers.
    for (name, at) in [("created_at", repository.created_at), ("pushed_at", repository.pushed_at)] {
        if let Some(place) = payload.pointer_mut(&format!("/repository/{name}")) {
            *place = json!(at.as_second());
        }
    }
    payload
}

fn commit(web: &str, sha: &Sha, commit: &Commit) -> Value {
    let who = |who: &Signature| json!({ "name": who.name, "email": who.email });
    json!({
        "id": sha,
        "tree_id": commit.tree,
        "distinct": true,
        "message": commit.message,
        "timestamp": time(commit.committer.at),
        "url": format!("{web}/commit/{sha}"),
        "author": who(&commit.author),
        "committer": who(&commit.committer),
        "added": [],
        "removed": [],
        "modified": [],
    })
}

/// `webhook-workflow-run-requested`, `-in-progress` and `-completed`, as the run stood `at` that time.
pub(crate) fn workflow_run(
    world: &World,
    repository: &Repository,
    run: &Run,
    (action, at): (&str, Timestamp),
) -> Value {
    let path = &run.workflow_path;
    let id = workflow_id(repository.id, path);
    let api = format!("{API}/repos/{}/actions/workflows/{id}", repository.full_name());
    let shown = actions::run(world, repository, run, at);
    let workflow = json!({
        "id": id,
        "node_id": node_id("Workflow", &id.to_string()),
        "name": shown.get("name"),
        "path": path,
        "state": "active",
        "created_at": time(repository.created_at),
        "updated_at": time(repository.created_at),
        "url": api,
        "html_url": format!("{WEB}/{}/blob/main/{path}", repository.full_name()),
        "badge_url": format!("{WEB}/{}/workflows/badge.svg", repository.full_name()),
    });
    let own = json!({ "action": action, "workflow": workflow, "workflow_run": shown });
    event(world, repository, BOT_LOGIN, own)
}

/// `webhook-member-added`.
pub(crate) fn member_added(world: &World, repository: &Repository, login: &str) -> Value {
    let own = json!({
        "action": "added",
        "member": by_login(world, login),
        "changes": { "permission": { "to": "write" } },
    });
    event(world, repository, login, own)
}

/// `webhook-repository-renamed` and its kin; `changes` where GitHub tells any.
pub(crate) fn repository(
    world: &World,
    repository: &Repository,
    action: &str,
    changes: Option<Value>,
) -> Value {
    let mut own = json!({ "action": action });
    if let (Value::Object(own), Some(changes)) = (&mut own, changes) {
        own.insert("changes".to_owned(), changes);
    }
    event(world, repository, BOT_LOGIN, own)
}

/// `webhook-ping`, which GitHub sends to a new webhook.
pub(crate) fn ping(world: &World) -> Value {
    json!({
        "zen": "Speak like a human.",
        "hook_id": HOOK_ID,
        "hook": {
            "type": "App",
            "id": HOOK_ID,
            "name": "web",
            "active": true,
            "events": ["workflow_run", "push", "member", "repository"],
            "config": { "content_type": "json", "insecure_ssl": "0" },
        },
        "sender": by_login(world, BOT_LOGIN),
    })
}
