//! Pages for people: every repository with its last run, and one repository with all it holds.

use askama::Template;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use jiff::Timestamp;

use crate::github::answers::links::time;
use crate::github::objects::Sha;
use crate::github::repository::Repository;
use crate::github::results::Results;
use crate::github::runs::{Run, RunState};
use crate::github::world::World;

pub(super) mod index;
pub(super) mod repository;

const STYLE: &str = include_str!("pages/style.css");

/// A run, as both pages show it.
struct RunLine {
    id: u64,
    number: u64,
    /// `queued`, `in_progress`, `success` or `failure`: a class of the style sheet too.
    outcome: &'static str,
    branch: String,
    sha: String,
    counts: String,
    at: String,
    lines: Vec<String>,
}

fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            let error: &dyn std::error::Error = &error;
            tracing::error!(error, "a page cannot be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

fn visibility(repository: &Repository) -> &'static str {
    if repository.is_private() { "private" } else { "public" }
}

fn run_line(world: &World, run: &Run, now: Timestamp) -> RunLine {
    let state = run.state(now);
    let results = (state == RunState::Completed).then(|| Results::of(run, &world.archive));
    let artifact = results.as_ref().and_then(|results| results.artifact.as_ref());
    let number = |name: &str| artifact.and_then(|it| it.get(name)?.as_u64());
    let counts = number("passed").zip(number("total"));
    let stdout = artifact.and_then(|it| it.get("stdout")?.as_str()).unwrap_or_default();
    RunLine {
        id: run.id,
        number: run.number,
        outcome: results.as_ref().map_or(state.name(), |results| results.conclusion),
        branch: run.head_branch.clone(),
        sha: short(&run.head_sha),
        counts: counts.map(|(passed, total)| format!("{passed} of {total}")).unwrap_or_default(),
        at: time(run.created_at),
        lines: stdout.lines().map(ToOwned::to_owned).collect(),
    }
}

fn short(sha: &Sha) -> String {
    sha.as_str().chars().take(7).collect()
}
