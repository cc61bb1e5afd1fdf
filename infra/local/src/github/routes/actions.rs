//! GitHub Actions: dispatching a workflow, its runs, their artifacts.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::github::answers::actions as answer;
use crate::github::app::ACTOR;
use crate::github::gate::{Body, Caller, Tenon};
use crate::github::objects::Sha;
use crate::github::refusal::Refusal;
use crate::github::repository::{Permission, Repository};
use crate::github::results::Results;
use crate::github::routes::{Page, visible};
use crate::github::runs::{Run, RunState, declared_inputs, is_dispatchable};
use crate::github::uploads::Artifact;
use crate::github::users::{BOT_LOGIN, UserKind};
use crate::github::world::World;
use crate::github::{GitHub, named};

/// GitHub's limit of inputs.
const INPUTS_MAX: usize = 25;

#[derive(Debug, Deserialize)]
pub(crate) struct Dispatch {
    #[serde(rename = "ref")]
    reference: String,
    inputs: Option<BTreeMap<String, Value>>,
    return_run_details: Option<bool>,
}

/// What a list of runs is narrowed to; `status` may be a conclusion.
#[derive(Debug, Deserialize)]
pub(crate) struct Filter {
    actor: Option<String>,
    branch: Option<String>,
    event: Option<String>,
    status: Option<String>,
    head_sha: Option<String>,
}

/// `name` of artifacts.
#[derive(Debug, Deserialize)]
pub(crate) struct Named {
    name: Option<String>,
}

/// `POST /repos/{owner}/{repo}/actions/workflows/{workflow}/dispatches`: fixes the commit that the
/// branch or tag stands for now. 204, or 200 with the run when its details are asked for.
pub(crate) async fn dispatch(
    State(github): State<GitHub>,
    tenon: Tenon,
    Path((owner, name, workflow)): Path<(String, String, String)>,
    Body(asked): Body<Dispatch>,
) -> Result<Response, Refusal> {
    let mut world = github.world();
    let repository = visible(&world, Caller::Tenon, (&owner, &name))?.clone();
    let actor = if tenon.account.is_some() { ACTOR } else { BOT_LOGIN };
    let details = asked.return_run_details == Some(true);
    let run = start(&github, &mut world, &repository, (&workflow, asked), actor)?;
    if details {
        return Ok(Json(answer::dispatched(&repository, &run)).into_response());
    }
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// A run of `workflow`, as it is `asked` for by whoever goes by the login `actor`.
fn start(
    github: &GitHub,
    world: &mut World,
    repository: &Repository,
    (workflow, asked): (&str, Dispatch),
    actor: &str,
) -> Result<Run, Refusal> {
    let now = github.now();
    let path = world.workflow_path(repository.id, workflow).ok_or(Refusal::NotFound)?;
    let (head_branch, head_sha) = head(repository, &asked.reference)
        .ok_or_else(|| Refusal::UnknownRef(asked.reference.clone()))?;
    let inputs = asked.inputs.unwrap_or_default();
    check_workflow(world.archive.file_at(&head_sha, &path), &inputs)?;
    world.mention(actor, if actor == ACTOR { UserKind::Bot } else { UserKind::User }, now)?;
    let earlier =
        world.runs().filter(|it| it.repository == repository.id && it.workflow_path == path);
    let run = Run {
        id: world.next_run_id(),
        repository: repository.id,
        number: earlier.map(|it| it.number + 1).max().unwrap_or(1),
        workflow_path: path,
        head_branch,
        head_sha,
        inputs,
        timing: github.timing(),
        created_at: now,
        actor: actor.to_owned(),
        repeats: 0,
        repeated_at: None,
    };
    world.save_run(run.clone())?;
    Ok(run)
}

impl GitHub {
    /// Somebody who may push has a workflow run on a branch or tag of `repository` (`owner/name`): the
    /// number of the run.
    pub fn dispatch_as(
        &self,
        login: &str,
        repository: &str,
        (workflow, reference): (&str, &str),
    ) -> Result<u64, Refusal> {
        let mut world = self.world();
        let repository = named(&world, repository)?.clone();
        if repository.permission_of(login) < Some(Permission::Push) {
            return Err(Refusal::NotFound);
        }
        let reference = reference.to_owned();
        let asked = Dispatch { reference, inputs: None, return_run_details: None };
        start(self, &mut world, &repository, (workflow, asked), login).map(|run| run.id)
    }
}

// A branch wins over a tag of the same name; a SHA is no reference.
fn head(repository: &Repository, reference: &str) -> Option<(String, Sha)> {
    let branch = reference.strip_prefix("refs/heads/");
    let tag = reference.strip_prefix("refs/tags/");
    let (name, sha) = match (branch, tag) {
        (Some(branch), _) => (branch, repository.branch(branch)),
        (None, Some(tag)) => (tag, repository.tag(tag)),
        (None, None) => (reference, repository.branch(reference).or(repository.tag(reference))),
    };
    Some((name.to_owned(), sha?.clone()))
}

fn check_workflow(content: Option<&[u8]>, inputs: &BTreeMap<String, Value>) -> Result<(), Refusal> {
    let workflow = String::from_utf8_lossy(content.unwrap_or_default());
    if !is_dispatchable(&workflow) {
        return Err(Refusal::NotDispatchable);
    }
    if inputs.len() > INPUTS_MAX {
        let most = format!("No more than {INPUTS_MAX} properties are allowed in \"inputs\".");
        return Err(Refusal::Invalid(most));
    }
    let declared = declared_inputs(&workflow);
    let unexpected = |name: &&String| !declared.contains(&name.as_str());
    let unexpected: Vec<String> = inputs.keys().filter(unexpected).cloned().collect();
    if unexpected.is_empty() { Ok(()) } else { Err(Refusal::UnexpectedInputs(unexpected)) }
}

/// `GET /repos/{owner}/{repo}/actions/workflows/{workflow}/runs`, newest first.
pub(crate) async fn workflow_runs(
    State(github): State<GitHub>,
    caller: Caller,
    Path((owner, name, workflow)): Path<(String, String, String)>,
    Query(filter): Query<Filter>,
    Query(page): Query<Page>,
) -> Result<Json<Value>, Refusal> {
    let now = github.now();
    let world = github.world();
    let repository = visible(&world, caller, (&owner, &name))?;
    let path = world.workflow_path(repository.id, &workflow).ok_or(Refusal::NotFound)?;
    let mut runs = world.runs_of(repository.id);
    runs.retain(|run| run.workflow_path == path && filter.takes(&world, run, now));
    let total_count = runs.len();
    let shown = page.of(runs).into_iter().map(|run| answer::run(&world, repository, run, now));
    Ok(Json(json!({ "total_count": total_count, "workflow_runs": shown.collect::<Value>() })))
}

impl Filter {
    fn takes(&self, world: &World, run: &Run, now: Timestamp) -> bool {
        let is = |asked: &Option<String>, actual: &str| {
            asked.as_ref().is_none_or(|asked| asked.is_empty() || asked == actual)
        };
        let status = |status: &String| {
            let state = run.state(now);
            let ended = state == RunState::Completed;
            state.name() == status || ended && Results::of(run, &world.archive).conclusion == status
        };
        is(&self.branch, &run.head_branch)
            && is(&self.event, "workflow_dispatch")
            && is(&self.actor, &run.actor)
            && is(&self.head_sha, run.head_sha.as_str())
            && self.status.as_ref().is_none_or(status)
    }
}

/// `GET /repos/{owner}/{repo}/actions/runs/{run}`
pub(crate) async fn run(
    State(github): State<GitHub>,
    caller: Caller,
    Path((owner, name, run)): Path<(String, String, String)>,
) -> Result<Json<Value>, Refusal> {
    let world = github.world();
    let repository = visible(&world, caller, (&owner, &name))?;
    let run = run_of(&world, repository, run.parse().ok()).ok_or(Refusal::NotFound)?;
    Ok(Json(answer::run(&world, repository, run, github.now())))
}

/// The run of this repository with this id.
pub(crate) fn run_of<'world>(
    world: &'world World,
    repository: &Repository,
    id: Option<u64>,
) -> Option<&'world Run> {
    world.run(id?).filter(|run| run.repository == repository.id)
}

/// `GET /repos/{owner}/{repo}/actions/runs/{run}/artifacts`: none before the run is completed.
pub(crate) async fn artifacts(
    State(github): State<GitHub>,
    caller: Caller,
    Path((owner, name, run)): Path<(String, String, String)>,
    Query(named): Query<Named>,
    Query(page): Query<Page>,
) -> Result<Json<Value>, Refusal> {
    let now = github.now();
    let world = github.world();
    let repository = visible(&world, caller, (&owner, &name))?;
    let run = run_of(&world, repository, run.parse().ok()).ok_or(Refusal::NotFound)?;
    let mut artifacts = artifacts_of(&github, &world, run)?;
    artifacts.retain(|artifact| named.name.as_ref().is_none_or(|name| *name == artifact.name));
    let total_count = artifacts.len();
    let shown =
        page.of(artifacts).into_iter().map(|it| answer::artifact(repository, run, &it, now));
    Ok(Json(json!({ "total_count": total_count, "artifacts": shown.collect::<Value>() })))
}

/// What a run has uploaded by now.
pub(crate) fn artifacts_of(
    github: &GitHub,
    world: &World,
    run: &Run,
) -> Result<Vec<Artifact>, Refusal> {
    if run.state(github.now()) != RunState::Completed {
        return Ok(Vec::new());
    }
    let uploads = match github.uploads(run.repository) {
        Some(uploads) => uploads,
        None => Results::of(run, &world.archive).uploads()?,
    };
    let numbered = (0..).zip(uploads);
    Ok(numbered.map(|(index, upload)| upload.numbered(run.artifact_id(index))).collect())
}
