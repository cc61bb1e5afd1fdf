//! Actions: `workflow-run`, `artifact`, `workflow-dispatch-response`.

use aws_lc_rs::digest;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::github::answers::accounts::by_login;
use crate::github::answers::links::{API, WEB, node_id, time};
use crate::github::answers::repositories::minimal;
use crate::github::objects::{Sha, Signature, hex};
use crate::github::repository::Repository;
use crate::github::results::Results;
use crate::github::runs::{Run, RunState, workflow_id, workflow_name};
use crate::github::uploads::{Artifact, Fate};
use crate::github::world::World;

/// `workflow-run` as it stands at `now`.
pub(crate) fn run(world: &World, repository: &Repository, run: &Run, now: Timestamp) -> Value {
    let api = format!("{API}/repos/{}", repository.full_name());
    let url = format!("{api}/actions/runs/{}", run.id);
    let state = run.state(now);
    let conclusion =
        (state == RunState::Completed).then(|| Results::of(run, &world.archive).conclusion);
    let workflow = workflow_id(repository.id, &run.workflow_path);
    let actor = by_login(world, &run.actor);
    let name = workflow_title(world, run);
    let mut answer = json!({
        "id": run.id,
        "name": name,
        "node_id": node_id("WorkflowRun", &run.id.to_string()),
        "head_branch": run.head_branch,
        "head_sha": run.head_sha,
        "path": run.workflow_path,
        "display_title": name,
        "run_number": run.number,
        "run_attempt": run.attempt(),
        "event": "workflow_dispatch",
        "status": state.name(),
        "conclusion": conclusion,
        "workflow_id": workflow,
        "check_suite_id": run.id,
        "check_suite_node_id": node_id("CheckSuite", &run.id.to_string()),
        "pull_requests": [],
        "actor": actor,
        "triggering_actor": actor,
        "referenced_workflows": [],
        "head_commit": head_commit(world, &run.head_sha),
        "repository": minimal(world, repository),
        "head_repository": minimal(world, repository),
    });
    if let (Value::Object(answer), Value::Object(mut links)) = (&mut answer, links(&url)) {
        answer.append(&mut links);
        let mut put = |name: &str, value: Value| answer.insert(name.to_owned(), value);
        put("check_suite_url", json!(format!("{api}/check-suites/{}", run.id)));
        put("workflow_url", json!(format!("{api}/actions/workflows/{workflow}")));
        put("html_url", json!(html_url(repository, run)));
        put("created_at", json!(time(run.created_at)));
        put("run_started_at", json!(time(run.requested_at())));
        put("updated_at", json!(time(run.updated_at(now))));
    }
    answer
}

// A workflow without a name goes by its path.
fn workflow_title(world: &World, run: &Run) -> String {
    let content = world.archive.file_at(&run.head_sha, &run.workflow_path).unwrap_or_default();
    let text = String::from_utf8_lossy(content);
    workflow_name(&text).unwrap_or(&run.workflow_path).to_owned()
}

fn links(url: &str) -> Value {
    json!({
        "url": url,
        "jobs_url": format!("{url}/jobs"),
        "logs_url": format!("{url}/logs"),
        "artifacts_url": format!("{url}/artifacts"),
        "cancel_url": format!("{url}/cancel"),
        "rerun_url": format!("{url}/rerun"),
        "previous_attempt_url": null,
    })
}

// `nullable-simple-commit`.
fn head_commit(world: &World, sha: &Sha) -> Value {
    let who = |who: &Signature| json!({ "name": who.name, "email": who.email });
    let Some(commit) = world.archive.commit(sha) else { return Value::Null };
    json!({
        "id": sha,
        "tree_id": commit.tree,
        "message": commit.message,
        "timestamp": time(commit.committer.at),
        "author": who(&commit.author),
        "committer": who(&commit.committer),
    })
}

/// `workflow-dispatch-response`.
pub(crate) fn dispatched(repository: &Repository, run: &Run) -> Value {
    json!({
        "workflow_run_id": run.id,
        "run_url": format!("{API}/repos/{}/actions/runs/{}", repository.full_name(), run.id),
        "html_url": html_url(repository, run),
    })
}

/// The page of a run on github.com.
pub(crate) fn html_url(repository: &Repository, run: &Run) -> String {
    format!("{WEB}/{}/actions/runs/{}", repository.full_name(), run.id)
}

/// `artifact`.
pub(crate) fn artifact(
    repository: &Repository,
    run: &Run,
    artifact: &Artifact,
    now: Timestamp,
) -> Value {
    let id = artifact.id;
    let url = format!("{API}/repos/{}/actions/artifacts/{id}", repository.full_name());
    let completed_at = time(run.completed_at());
    let digest = hex(digest::digest(&digest::SHA256, &artifact.archive).as_ref());
    json!({
        "id": id,
        "node_id": node_id("Artifact", &id.to_string()),
        "name": artifact.name,
        "size_in_bytes": artifact.archive.len(),
        "url": url,
        "archive_download_url": format!("{url}/zip"),
        "expired": artifact.fate == Fate::Expired || now >= run.artifact_expires_at(),
        "created_at": completed_at,
        "updated_at": completed_at,
        "expires_at": time(run.artifact_expires_at()),
        "digest": format!("sha256:{digest}"),
        "workflow_run": {
            "id": run.id,
            "repository_id": repository.id,
            "head_repository_id": repository.id,
            "head_branch": run.head_branch,
            "head_sha": run.head_sha,
        },
    })
}
