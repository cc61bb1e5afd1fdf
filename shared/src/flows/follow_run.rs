//! A test run is followed until its results are stored.

use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::domain::id::RunId;
use crate::domain::job::Outcome;
use crate::domain::repository::RepositoryName;
use crate::domain::results::{ArtifactProblem, RunPhase, TestReport};
use crate::domain::run::{Ending, LISTING_LIMIT, RUN_LIMIT, Run, RunFailure, RunState};
use crate::domain::workspace::LastRun;
use crate::error::{Error, chain};
use crate::flows::find_again::{Called, find_again, is_elsewhere};
use crate::flows::join_run::{is_ours, join};
use crate::github::actions::WorkflowRun;
use crate::github::error::GitHubError;
use crate::store::item::Stored;
use crate::store::runs::RunOutput;
use crate::store::transaction::{Transaction, Written, settled_from};

/// What came of looking at a run.
#[derive(Debug)]
pub(crate) enum Followed {
    /// GitHub was asked a moment ago: not before this time has passed.
    TooSoon(SignedDuration),
    /// Somebody else wrote down how far it is.
    Moved,
    /// It goes on; the time is when to look again.
    Underway(SignedDuration),
    /// Nothing more will happen to it.
    Over,
    /// GitHub failed us; the time is what it asked for.
    Trouble(String, Option<SignedDuration>),
}

/// Moves run `id` on as far as GitHub has come.
pub async fn follow_run(app: &App, id: RunId) -> Result<Outcome, Error> {
    let Some(run) = app.store.run(id).await? else {
        return Ok(Outcome::Hopeless("the run does not exist".to_owned()));
    };
    if run.value.is_final() {
        return Ok(Outcome::Done);
    }
    Ok(match follow(app, run).await? {
        Followed::Over => Outcome::Done,
        Followed::Moved => Outcome::Again(SignedDuration::ZERO),
        Followed::TooSoon(pause) | Followed::Underway(pause) => Outcome::Again(pause),
        Followed::Trouble(why, wanted) => Outcome::Failed(why, wanted),
    })
}

/// Looks once at GitHub for a run that is not final, and records what is new. That it looks is
/// written down before: of several that would, in whatever processes, one does.
pub(crate) async fn follow(app: &App, run: Stored<Run>) -> Result<Followed, Error> {
    let looking = match run.value.clone().looked_at(app.clock.now()) {
        Ok(looking) => looking,
        Err(pause) => return Ok(Followed::TooSoon(pause)),
    };
    let write = Transaction::new().replace(&run, &looking)?;
    if app.store.write(write, &app.mint).await? == Written::Refused {
        return Ok(Followed::Moved);
    }
    let run = run.replaced(looking);
    let age = app.clock.now().duration_since(run.value.requested_at);
    let found = match run.value.github_id() {
        Some(id) => {
            let seen = app.github.workflow_run(&run.value.repository, id).await;
            seen.map(|seen| seen.map(|seen| (run.clone(), seen)))
        }
        None => join(app, &run).await?,
    };
    match found {
        Ok(Some((run, seen))) => match note_missing(app, run, None).await? {
            Some(run) => advance(app, run, seen).await,
            None => Ok(Followed::Moved),
        },
        Ok(None) if run.value.github_id().is_some() => lost(app, run, pause(age)).await,
        Ok(None) if age > LISTING_LIMIT => fail(app, &run, RunFailure::NeverListed).await,
        Ok(None) => Ok(Followed::Underway(pause(age))),
        Err(error) if is_elsewhere(&error) => match followed(app, &run).await? {
            Some(followed) => Ok(followed),
            None => Ok(trouble(&error)),
        },
        Err(error) => Ok(trouble(&error)),
    }
}

/// GitHub does not have a run that it had: at first its repository is looked for.
async fn lost(app: &App, run: Stored<Run>, pause: SignedDuration) -> Result<Followed, Error> {
    if run.value.missing_since.is_none()
        && let Some(followed) = followed(app, &run).await?
    {
        return Ok(followed);
    }
    missed(app, run, pause).await
}

/// GitHub does not have a run that it had. Once may be a slip of its; for two minutes is for good.
async fn missed(app: &App, run: Stored<Run>, pause: SignedDuration) -> Result<Followed, Error> {
    let now = app.clock.now();
    let since = run.value.missing_since.unwrap_or(now);
    if now.duration_since(since) > LISTING_LIMIT {
        return fail(app, &run, RunFailure::NeverListed).await;
    }
    Ok(match note_missing(app, run, Some(since)).await? {
        Some(_noted) => Followed::Underway(pause),
        None => Followed::Moved,
    })
}

/// Writes down since when GitHub does not have the run, where that is news; none where somebody else
/// wrote.
async fn note_missing(
    app: &App,
    run: Stored<Run>,
    since: Option<Timestamp>,
) -> Result<Option<Stored<Run>>, Error> {
    if run.value.missing_since == since {
        return Ok(Some(run));
    }
    let noted = Run { missing_since: since, ..run.value.clone() };
    let write = Transaction::new().replace(&run, &noted)?;
    Ok(match app.store.write(write, &app.mint).await? {
        Written::Yes => Some(run.replaced(noted)),
        Written::Refused => None,
    })
}

/// Where the repository has another name, the run goes on under it.
async fn followed(app: &App, run: &Stored<Run>) -> Result<Option<Followed>, Error> {
    let Some(repository) = find_again(app, Called::from(&run.value)).await? else {
        return Ok(None);
    };
    let renamed = Run { repository, ..run.value.clone() };
    let write = Transaction::new().replace(run, &renamed)?;
    let (Written::Yes | Written::Refused) = app.store.write(write, &app.mint).await?;
    Ok(Some(Followed::Moved))
}

/// What the run's repository is called now, where that is something else.
pub(crate) async fn present_name(app: &App, run: &Run) -> Result<Option<RepositoryName>, Error> {
    let Some(workspace) = app.store.workspace(run.session, run.day).await? else { return Ok(None) };
    let workspace = workspace.value;
    let is_it = workspace.repository.is_some_and(|it| it.id == run.repository_id);
    Ok((is_it && workspace.name != run.repository).then_some(workspace.name))
}

/// Moves a run on to where GitHub was just seen to be with it.
async fn advance(app: &App, run: Stored<Run>, seen: WorkflowRun) -> Result<Followed, Error> {
    if !is_ours(app, &run.value, &seen) {
        return fail(app, &run, RunFailure::NotOurs).await;
    }
    let age = app.clock.now().duration_since(run.value.requested_at);
    // Answers may come out of order: of an earlier attempt nothing counts once there is a later one.
    if seen.attempt < run.value.attempt() {
        return Ok(Followed::Underway(pause(age)));
    }
    match seen.phase {
        RunPhase::Underway if age > RUN_LIMIT => fail(app, &run, RunFailure::NeverEnded).await,
        RunPhase::Underway => {
            note_phase(app, &run, &seen).await?;
            Ok(Followed::Underway(pause(age)))
        }
        RunPhase::Completed(conclusion) => {
            let WorkflowRun { id: github_id, attempt, head_sha: commit, .. } = seen;
            end(app, run, Ending { github_id, attempt, commit, conclusion }).await
        }
    }
}

async fn note_phase(app: &App, run: &Stored<Run>, seen: &WorkflowRun) -> Result<(), Error> {
    let mut after = run.value.clone();
    let WorkflowRun { id: github_id, attempt, queued, .. } = *seen;
    after.state = RunState::Dispatched { github_id, attempt, queued };
    if after == run.value {
        return Ok(());
    }
    let write = Transaction::new().replace(run, &after)?;
    match app.store.write(write, &app.mint).await? {
        Written::Yes | Written::Refused => Ok(()),
    }
}

/// Reads the results of a run that ended. What only failed on the way is tried again, for a while. That
/// it ended is written down before: to read may take longer than a job lasts.
async fn end(app: &App, run: Stored<Run>, ending: Ending) -> Result<Followed, Error> {
    let run = match run.value.clone().unread(&ending, app.clock.now()) {
        Some(ended) if ended != run.value => {
            let write = Transaction::new().replace(&run, &ended)?;
            if app.store.write(write, &app.mint).await? == Written::Refused {
                return Ok(Followed::Moved);
            }
            run.replaced(ended)
        }
        _ => run,
    };
    let (why, wanted) = match app.github.read_report(&run.value.repository, ending.github_id).await
    {
        Ok(Err(ArtifactProblem::DownloadFailed)) => {
            ("the results cannot be downloaded".to_owned(), None)
        }
        Ok(report) => return finish(app, run, &ending, report).await,
        Err(error) => (chain(&error), error.retry_after),
    };
    if run.value.clone().unread(&ending, app.clock.now()).is_none() {
        return finish(app, run, &ending, Err(ArtifactProblem::DownloadFailed)).await;
    }
    Ok(Followed::Trouble(why, wanted))
}

/// Stores the results with the run, and with the workspace if it has no later run's.
async fn finish(
    app: &App,
    run: Stored<Run>,
    ending: &Ending,
    report: Result<TestReport, ArtifactProblem>,
) -> Result<Followed, Error> {
    let id = run.value.id;
    let again = || async move {
        let run = app.store.run(id).await?;
        run.ok_or_else(|| Error::internal("finishing a run", "the run is gone"))
    };
    let report = &report;
    settled_from(run, again, |run| store(app, run, ending, report)).await
}

async fn store(
    app: &App,
    run: Stored<Run>,
    ending: &Ending,
    report: &Result<TestReport, ArtifactProblem>,
) -> Result<Option<Followed>, Error> {
    if run.value.is_final() {
        return Ok(Some(Followed::Over));
    }
    // It was run again while its results were read.
    if run.value.has_passed(ending) {
        return Ok(Some(Followed::Moved));
    }
    let known = report.as_ref().map_err(|problem| *problem);
    let after = run.value.clone().finished(ending.clone(), known, app.clock.now());
    let mut write = Transaction::new().replace(&run, &after)?;
    if let Ok(report) = report {
        write = write.create(&RunOutput::of(after.id, report))?;
    }
    if let Some(workspace) = app.store.workspace(after.session, after.day).await? {
        let Ending { github_id, conclusion, .. } = *ending;
        let last = LastRun { id: after.id, github_id, conclusion, commit: ending.commit.clone() };
        let remembered = workspace.value.clone().with_last_run(last);
        write = write.replace(&workspace, &remembered)?;
    }
    Ok(match app.store.write(write, &app.mint).await? {
        Written::Yes => Some(Followed::Over),
        Written::Refused => None,
    })
}

async fn fail(app: &App, run: &Stored<Run>, reason: RunFailure) -> Result<Followed, Error> {
    let after = run.value.clone().failed(reason, app.clock.now());
    let write = Transaction::new().replace(run, &after)?;
    Ok(match app.store.write(write, &app.mint).await? {
        Written::Yes => Followed::Over,
        Written::Refused => Followed::Moved,
    })
}

fn trouble(error: &GitHubError) -> Followed {
    Followed::Trouble(chain(error), error.retry_after)
}

/// How long to leave a run alone: two seconds at first, up to half a minute for a long one.
fn pause(age: SignedDuration) -> SignedDuration {
    SignedDuration::from_secs((age.as_secs() / 10).clamp(2, 30))
}
