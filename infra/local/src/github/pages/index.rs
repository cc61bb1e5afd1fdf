//! The list of repositories.

use askama::Template;
use axum::extract::State;
use axum::response::Response;

use crate::github::GitHub;
use crate::github::answers::links::time;
use crate::github::pages::{RunLine, STYLE, page, run_line, visibility};
use crate::github::repository::Repository;

#[derive(Template)]
#[template(
    source = r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Local GitHub</title>
<style>{{ style|safe }}</style>
</head>
<body>
<h1>Local GitHub</h1>
<p>The repositories that were generated here, the youngest first.</p>
{% if repositories.is_empty() %}
<p class="empty">There are none yet. Invite a candidate, and the workspaces appear here.</p>
{% else %}
<table>
<tr><th>Repository</th><th>Last push</th><th>Last run</th></tr>
{% for row in repositories %}
<tr>
<td><a href="/_/{{ row.full_name }}">{{ row.full_name }}</a> <span class="badge">{{ row.visibility }}</span>
<br><small>{{ row.description }}</small></td>
<td><small>{{ row.pushed_at }}</small></td>
<td>{% if let Some(run) = row.last_run %}<span class="badge {{ run.outcome }}">{{ run.outcome }}</span>
{{ run.counts }}<br><small>#{{ run.number }} on {{ run.branch }}</small>{% else %}<small>never</small>{% endif %}</td>
</tr>
{% endfor %}
</table>
{% endif %}
</body>
</html>"##,
    ext = "html"
)]
struct Index {
    style: &'static str,
    repositories: Vec<Row>,
}

struct Row {
    full_name: String,
    description: String,
    visibility: &'static str,
    pushed_at: String,
    last_run: Option<RunLine>,
}

/// `GET /`: the repositories that are no templates, the youngest first.
pub(crate) async fn show(State(github): State<GitHub>) -> Response {
    let now = github.now();
    let world = github.world();
    let shown = world.repositories().rev().filter(|repository| !repository.is_template);
    let row = |repository: &Repository| Row {
        full_name: repository.full_name(),
        description: repository.description.clone().unwrap_or_default(),
        visibility: visibility(repository),
        pushed_at: time(repository.pushed_at),
        last_run: world.runs_of(repository.id).first().map(|run| run_line(&world, run, now)),
    };
    page(&Index { style: STYLE, repositories: shown.map(row).collect() })
}
