//! Which of GitHub's runs is ours, when GitHub did not say, or its answer was lost.

use jiff::SignedDuration;

use crate::app::App;
use crate::domain::repository::GitHubUsername;
use crate::domain::run::{Run, RunState};
use crate::error::Error;
use crate::github::actions::WorkflowRun;
use crate::github::error::GitHubError;
use crate::store::item::Stored;
use crate::store::runs::GitHubRun;
use crate::store::transaction::{Transaction, Written};

/// How far GitHub's clock and ours may differ.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(10);

/// Lists the runs on the run's branch or tag and takes the first that can be it and that no other
/// run of ours is: the run as joined, and what GitHub says of it.
pub(crate) async fn join(
    app: &App,
    run: &Stored<Run>,
) -> Result<Result<Option<(Stored<Run>, WorkflowRun)>, GitHubError>, Error> {
    let file = &app.config.github.workflow_file;
    let (repository, git_ref) = (&run.value.repository, &run.value.git_ref);
    let listed = match app.github.workflow_runs(repository, file, git_ref).await {
        Ok(listed) => listed,
        Err(error) => return Ok(Err(error)),
    };
    if listed.is_empty() {
        return Ok(Ok(None));
    }
    let workspace = app.store.workspace(run.value.session, run.value.day).await?;
    let candidate = workspace.and_then(|read| read.value.collaborator);
    let candidate = candidate.as_ref().map(|collaborator| &collaborator.username);
    for seen in possible(app, &run.value, listed, candidate) {
        if let Some(joined) = take(app, run, &seen).await? {
            return Ok(Ok(Some((joined, seen))));
        }
    }
    Ok(Ok(None))
}

/// Makes GitHub's run ours, unless it is another run of ours.
async fn take(
    app: &App,
    run: &Stored<Run>,
    seen: &WorkflowRun,
) -> Result<Option<Stored<Run>>, Error> {
    let WorkflowRun { id: github_id, attempt, queued, .. } = *seen;
    let mut joined = run.value.clone();
    joined.state = RunState::Dispatched { github_id, attempt, queued };
    let place = GitHubRun { github_id, run: joined.id };
    let write = Transaction::new().create(&place)?.replace(run, &joined)?;
    Ok(match app.store.write(write, &app.mint).await? {
        Written::Yes => Some(run.replaced(joined)),
        Written::Refused => None,
    })
}

/// Those of GitHub's runs that can be `run`, the likeliest first: dispatched since it was asked for,
/// by somebody else than the candidate, and where and what it was asked for.
///
/// On a branch the oldest comes first: later ones belong to later runs. On a submission's tag all
/// test the same commit for the same run of ours, so the newest does: an earlier one is there only
/// because the answer to its dispatch was lost.
fn possible(
    app: &App,
    run: &Run,
    mut listed: Vec<WorkflowRun>,
    candidate: Option<&GitHubUsername>,
) -> Vec<WorkflowRun> {
    let since = run.requested_at - CLOCKS_DIFFER;
    let by_candidate = |seen: &WorkflowRun| {
        let actor = seen.actor.as_deref();
        candidate.is_some_and(|name| {
            actor.is_some_and(|actor| name.as_str().eq_ignore_ascii_case(actor))
        })
    };
    listed.retain(|seen| {
        let dispatched = seen.event == "workflow_dispatch" && seen.created_at >= since;
        dispatched && !by_candidate(seen) && is_ours(app, run, seen)
    });
    listed.sort_by_key(|seen| (seen.created_at, seen.id));
    if run.pinned.is_some() {
        listed.reverse();
    }
    listed
}

/// Whether GitHub's run is the one that was asked for: repository, workflow, and commit where it
/// was settled beforehand.
pub(crate) fn is_ours(app: &App, run: &Run, seen: &WorkflowRun) -> bool {
    let workflow = format!(".github/workflows/{}", app.config.github.workflow_file);
    seen.repository_id == run.repository_id
        && seen.path == workflow
        && run.pinned.as_ref().is_none_or(|commit| *commit == seen.head_sha)
}
