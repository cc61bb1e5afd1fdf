//! One repository.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;

use crate::github::GitHub;
use crate::github::answers::links::time;
use crate::github::objects::Sha;
use crate::github::pages::{RunLine, STYLE, page, run_line, short, visibility};
use crate::github::repository::Repository;
use crate::github::world::World;

/// Commits shown.
const COMMITS_MAX: usize = 50;

#[derive(Template)]
#[template(
    source = r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ full_name }} - Local GitHub</title>
<style>{{ style|safe }}</style>
</head>
<body>
<small><a href="/">All repositories</a></small>
<h1>{{ full_name }} <span class="badge">{{ visibility }}</span></h1>
<p>{{ description }}{% if let Some(name) = template %} Generated from <a href="/_/{{ name }}">{{ name }}</a>.{% endif %}</p>

<h2>Runs</h2>
{% if runs.is_empty() %}
<p class="empty">No workflow has run.</p>
{% else %}
<table>
<tr><th>Run</th><th>State</th><th>Results</th><th>Dispatched</th></tr>
{% for run in runs %}
<tr>
<td>#{{ run.number }}<br><small>{{ run.id }}</small></td>
<td><span class="badge {{ run.outcome }}">{{ run.outcome }}</span></td>
<td>{{ run.counts }}{% if !run.lines.is_empty() %}<pre>{% for line in run.lines %}{{ line }}
{% endfor %}</pre>{% endif %}</td>
<td>{{ run.branch }} <code>{{ run.sha }}</code><br><small>{{ run.at }}</small></td>
</tr>
{% endfor %}
</table>
{% endif %}

<h2>Branches and tags</h2>
<table>
<tr><th>Name</th><th>Kind</th><th>Commit</th></tr>
{% for branch in branches %}
<tr><td>{{ branch.name }}</td><td>{% if branch.is_default %}default branch{% else %}branch{% endif %}</td><td><code>{{ branch.sha }}</code></td></tr>
{% endfor %}
{% for tag in tags %}
<tr><td>{{ tag.name }}</td><td>tag</td><td><code>{{ tag.sha }}</code></td></tr>
{% endfor %}
</table>

<h2>Commits</h2>
<table>
<tr><th>Commit</th><th>Message</th><th>Author</th><th>Date</th></tr>
{% for commit in commits %}
<tr><td><code>{{ commit.sha }}</code></td><td>{{ commit.message }}</td><td>{{ commit.author }}</td><td><small>{{ commit.at }}</small></td></tr>
{% endfor %}
</table>

<h2>People</h2>
<table>
<tr><th>Login</th><th>Role</th><th>State</th></tr>
{% for person in people %}
<tr><td>{{ person.login }}</td><td>{{ person.role }}</td><td>{{ person.state }}</td></tr>
{% endfor %}
</table>
</body>
</html>"##,
    ext = "html"
)]
struct Page {
    style: &'static str,
    full_name: String,
    description: String,
    visibility: &'static str,
    template: Option<String>,
    branches: Vec<RefLine>,
    tags: Vec<RefLine>,
    commits: Vec<CommitLine>,
    people: Vec<PersonLine>,
    runs: Vec<RunLine>,
}

struct RefLine {
    name: String,
    sha: String,
    is_default: bool,
}

struct CommitLine {
    sha: String,
    message: String,
    author: String,
    at: String,
}

struct PersonLine {
    login: String,
    role: &'static str,
    state: &'static str,
}

/// `GET /_/{owner}/{repository}`: templates have a page too.
pub(crate) async fn show(
    State(github): State<GitHub>,
    Path((owner, name)): Path<(String, String)>,
) -> Response {
    let now = github.now();
    let world = github.world();
    let Some(repository) = world.repository(&owner, &name) else {
        return (StatusCode::NOT_FOUND, "There is no such repository.").into_response();
    };
    let template = repository.template.and_then(|id| world.repository_by_id(id));
    let runs = world.runs_of(repository.id).into_iter();
    page(&Page {
        style: STYLE,
        full_name: repository.full_name(),
        description: repository.description.clone().unwrap_or_default(),
        visibility: visibility(repository),
        template: template.map(Repository::full_name),
        branches: references(repository, "refs/heads/"),
        tags: references(repository, "refs/tags/"),
        commits: repository
            .commits
            .iter()
            .rev()
            .take(COMMITS_MAX)
            .filter_map(|sha| commit_line(&world, sha))
            .collect(),
        people: people(&world, repository),
        runs: runs.map(|run| run_line(&world, run, now)).collect(),
    })
}

fn references(repository: &Repository, prefix: &str) -> Vec<RefLine> {
    let line = |(name, sha): (&str, &Sha)| RefLine {
        name: name.to_owned(),
        sha: short(sha),
        is_default: name == repository.default_branch,
    };
    repository.refs_under(prefix).into_iter().map(line).collect()
}

fn commit_line(world: &World, sha: &Sha) -> Option<CommitLine> {
    let commit = world.archive.commit(sha)?;
    Some(CommitLine {
        sha: short(sha),
        message: commit.message.lines().next().unwrap_or_default().to_owned(),
        author: commit.author.name.clone(),
        at: time(commit.author.at),
    })
}

fn people(world: &World, repository: &Repository) -> Vec<PersonLine> {
    let login =
        |key: &String| world.user(key).map_or_else(|| key.clone(), |user| user.login.clone());
    let members = repository.collaborators.iter().map(|(key, permission)| PersonLine {
        login: login(key),
        role: permission.role(),
        state: "collaborator",
    });
    let invited = repository.invitations.iter().map(|(key, invitation)| PersonLine {
        login: login(key),
        role: invitation.permission.role(),
        state: "invited",
    });
    members.chain(invited).collect()
}
