//! A test run is followed until its results are stored.

use jiff::SignedDuration;

use crate::app::App;
use crate::domain::id::RunId;
use crate::domain::job::Outcome;
use crate::domain::repository::CommitSha;
use crate::domain::results::{ArtifactProblem, Conclusion, RunPhase};
use crate::domain::run::{LISTING_LIMIT, RUN_LIMIT, Run, RunFailure, RunState};
use crate::domain::workspace::LastRun;
use crate::error::{Error, chain};
use crate::github::actions::WorkflowRun;
use crate::store::item::Stored;
use crate::store::runs::{RunOutput, RunPlace};
use crate::store::transaction::{Transaction, Written};

/// How far GitHub's clock and ours may differ.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(10);

/// Moves run `id` on as far as GitHub has come.
pub async fn follow_run(app: &App, id: RunId) -> Result<Outcome, Error> {
    let Some(run) = app.store.run(id).await? else {
        return Ok(Outcome::Hopeless("the run does not exist".to_owned()));
    };
    if run.value.is_final() { Ok(Outcome::Done) } else { follow(app, &run).await }
}

/// Looks once at GitHub for a run that is not final, and records what is new.
pub(crate) async fn follow(app: &App, run: &Stored<Run>) -> Result<Outcome, Error> {
    let age = app.clock.now().duration_since(run.value.requested_at);
    let Some(github_id) = run.value.github_id() else { return join(app, run, age).await };
    let seen = match app.github.workflow_run(&run.value.repository, github_id).await {
        Ok(Some(seen)) => seen,
        Ok(None) if age > LISTING_LIMIT => return fail(app, run, RunFailure::NeverListed).await,
        Ok(None) => return Ok(Outcome::Again(pause(age))),
        Err(error) => return Ok(Outcome::Failed(chain(&error), error.retry_after)),
    };
    if !is_ours(app, &run.value, &seen) {
        return fail(app, run, RunFailure::NotOurs).await;
    }
    match seen.phase.clone() {
        RunPhase::Underway if age > RUN_LIMIT => fail(app, run, RunFailure::NeverEnded).await,
        RunPhase::Underway => {
            note_phase(app, run, &seen).await?;
            Ok(Outcome::Again(pause(age)))
        }
        RunPhase::Completed(conclusion) => finish(app, run, seen, conclusion).await,
    }
}

/// Finds out which of GitHub's runs is ours when GitHub did not say: the oldest one that was
/// dispatched on our ref since and that no other run of ours has.
async fn join(app: &App, run: &Stored<Run>, age: SignedDuration) -> Result<Outcome, Error> {
    let file = &app.config.github.workflow_file;
    let listed = app.github.workflow_runs(&run.value.repository, file, &run.value.git_ref).await;
    let listed = match listed {
        Ok(listed) => listed,
        Err(error) => return Ok(Outcome::Failed(chain(&error), error.retry_after)),
    };
    for seen in ours(app, &run.value, listed) {
        let mut joined = run.value.clone();
        joined.state = RunState::Dispatched { github_id: seen.id, queued: seen.queued };
        let place = RunPlace::new(seen.id, joined.id);
        let write = Transaction::new().create(&place)?.replace(run, &joined)?;
        if app.store.write(write, &app.mint).await? == Written::Yes {
            return Ok(Outcome::Again(SignedDuration::ZERO));
        }
    }
    if age > LISTING_LIMIT {
        return fail(app, run, RunFailure::NeverListed).await;
    }
    Ok(Outcome::Again(pause(age)))
}

/// Those of GitHub's runs that can be `run`, the oldest first: dispatched since it was asked for, and
/// where and what it was asked for.
pub(crate) fn ours(app: &App, run: &Run, mut listed: Vec<WorkflowRun>) -> Vec<WorkflowRun> {
    let since = run.requested_at - CLOCKS_DIFFER;
    listed.retain(|seen| {
        let dispatched = seen.event == "workflow_dispatch" && seen.created_at >= since;
        dispatched && is_ours(app, run, seen)
    });
    listed.sort_by_key(|seen| (seen.created_at, seen.id));
    listed
}

/// Whether GitHub's run is the one that was asked for: repository, workflow, and commit where it
/// was settled beforehand.
fn is_ours(app: &App, run: &Run, seen: &WorkflowRun) -> bool {
    let workflow = format!(".github/workflows/{}", app.config.github.workflow_file);
    seen.repository_id == run.repository_id
        && seen.path == workflow
        && run.pinned.as_ref().is_none_or(|commit| *commit == seen.head_sha)
}

async fn note_phase(app: &App, run: &Stored<Run>, seen: &WorkflowRun) -> Result<(), Error> {
    let mut after = run.value.clone();
    after.state = RunState::Dispatched { github_id: seen.id, queued: seen.queued };
    if after == run.value {
        return Ok(());
    }
    let write = Transaction::new().replace(run, &after)?;
    match app.store.write(write, &app.mint).await? {
        Written::Yes | Written::Refused => Ok(()),
    }
}

async fn finish(
    app: &App,
    run: &Stored<Run>,
    seen: WorkflowRun,
    conclusion: Conclusion,
) -> Result<Outcome, Error> {
    let report = match app.github.read_report(&run.value.repository, seen.id).await {
        Ok(report) => report,
        Err(error) => return Ok(Outcome::Failed(chain(&error), error.retry_after)),
    };
    // A download that broke off says nothing about the run: it is tried again.
    if matches!(report, Err(ArtifactProblem::DownloadFailed)) {
        return Ok(Outcome::Failed("the results cannot be downloaded".to_owned(), None));
    }
    let ended = (seen.head_sha.clone(), conclusion);
    let known = report.as_ref().map_err(|problem| *problem);
    let after = run.value.clone().finished(seen.id, ended, known, app.clock.now());
    let mut write = Transaction::new().replace(run, &after)?;
    if let Ok(report) = &report {
        write = write.create(&RunOutput::of(after.id, report))?;
    }
    let last = last_run(&after, seen, conclusion);
    if let Some(workspace) = app.store.workspace(after.session, after.day).await? {
        let remembered = workspace.value.clone().with_last_run(last);
        write = write.replace(&workspace, &remembered)?;
    }
    Ok(match app.store.write(write, &app.mint).await? {
        Written::Yes => Outcome::Done,
        Written::Refused => Outcome::Again(SignedDuration::ZERO),
    })
}

fn last_run(run: &Run, seen: WorkflowRun, conclusion: Conclusion) -> LastRun {
    let commit: CommitSha = seen.head_sha;
    LastRun { id: run.id, github_id: seen.id, conclusion, commit }
}

async fn fail(app: &App, run: &Stored<Run>, reason: RunFailure) -> Result<Outcome, Error> {
    let after = run.value.clone().failed(reason, app.clock.now());
    let write = Transaction::new().replace(run, &after)?;
    Ok(match app.store.write(write, &app.mint).await? {
        Written::Yes => Outcome::Done,
        Written::Refused => Outcome::Again(SignedDuration::ZERO),
    })
}

/// How long to leave a run alone: two seconds at first, up to half a minute for a long one.
fn pause(age: SignedDuration) -> SignedDuration {
    SignedDuration::from_secs((age.as_secs() / 10).clamp(2, 30))
}
