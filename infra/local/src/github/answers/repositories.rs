//! Repositories: `minimal-repository`, `repository`, `full-repository`.

use serde_json::{Map, Value, json};

use crate::github::answers::accounts::{by_login, permissions};
use crate::github::answers::links::{API, OF_REPOSITORY, WEB, node_id, time};
use crate::github::repository::{Permission, Repository};
use crate::github::users::UserKind;
use crate::github::world::World;

/// Which of its shapes a repository is shown in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Minimal,
    Full,
}

/// `minimal-repository`, as runs and invitations hold it.
pub(crate) fn minimal(world: &World, repository: &Repository) -> Value {
    Value::Object(shape(world, repository, Shape::Minimal))
}

/// `full-repository`, with the template it came from.
pub(crate) fn full(world: &World, repository: &Repository) -> Value {
    let mut answer = shape(world, repository, Shape::Full);
    let template = repository.template.and_then(|id| world.repository_by_id(id));
    if let Some(template) = template {
        let template = shape(world, template, Shape::Full);
        answer.insert("template_repository".to_owned(), Value::Object(template));
    }
    answer.insert("network_count".to_owned(), json!(0));
    answer.insert("subscribers_count".to_owned(), json!(0));
    if world.user(&repository.owner).is_some_and(|owner| owner.kind == UserKind::Organization) {
        answer.insert("organization".to_owned(), by_login(world, &repository.owner));
    }
    Value::Object(answer)
}

fn shape(world: &World, repository: &Repository, shape: Shape) -> Map<String, Value> {
    let full_name = repository.full_name();
    let mut answer = Map::new();
    let mut put = |name: &str, value: Value| answer.insert(name.to_owned(), value);
    put("id", json!(repository.id));
    put("node_id", json!(node_id("Repository", &repository.id.to_string())));
    put("name", json!(repository.name));
    put("full_name", json!(full_name));
    put("private", json!(repository.is_private()));
    put("owner", by_login(world, &repository.owner));
    put("html_url", json!(format!("{WEB}/{full_name}")));
    put("description", json!(repository.description));
    put("fork", json!(false));
    for (name, rest) in OF_REPOSITORY {
        put(name, json!(format!("{API}/repos/{full_name}{rest}")));
    }
    if shape == Shape::Full {
        answer.append(&mut details(world, repository));
    }
    answer
}

fn details(world: &World, repository: &Repository) -> Map<String, Value> {
    let full_name = repository.full_name();
    let mut details = Map::new();
    let mut put = |name: &str, value: Value| details.insert(name.to_owned(), value);
    put("git_url", json!(format!("git://github.com/{full_name}.git")));
    put("ssh_url", json!(format!("git@github.com:{full_name}.git")));
    put("clone_url", json!(format!("{WEB}/{full_name}.git")));
    put("svn_url", json!(format!("{WEB}/{full_name}")));
    for name in ["mirror_url", "homepage", "language", "license"] {
        put(name, Value::Null);
    }
    for name in [
        "forks_count",
        "forks",
        "stargazers_count",
        "watchers_count",
        "watchers",
        "open_issues_count",
        "open_issues",
    ] {
        put(name, json!(0));
    }
    for name in ["has_issues", "has_projects", "has_wiki", "has_downloads", "allow_forking"] {
        put(name, json!(true));
    }
    for name in ["has_pages", "has_discussions", "disabled"] {
        put(name, json!(false));
    }
    put("archived", json!(repository.archived));
    put("web_commit_signoff_required", json!(false));
    put("size", json!(kilobytes(world, repository)));
    put("default_branch", json!(repository.default_branch));
    put("is_template", json!(repository.is_template));
    put("topics", json!([]));
    put("visibility", json!(repository.visibility));
    put("permissions", permissions(Permission::Admin));
    put("pushed_at", json!(time(repository.pushed_at)));
    put("created_at", json!(time(repository.created_at)));
    put("updated_at", json!(time(repository.pushed_at)));
    details
}

// GitHub's `size` is in kilobytes; ours is that of the files on the default branch, rounded up.
fn kilobytes(world: &World, repository: &Repository) -> usize {
    let Some(head) = repository.branch(&repository.default_branch) else { return 0 };
    let files = world.archive.files_at(head);
    let bytes = |sha| world.archive.blob(sha).map_or(0, <[u8]>::len);
    files.values().map(bytes).sum::<usize>().div_ceil(1024)
}
