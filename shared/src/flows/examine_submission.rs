//! Handed-in code is tagged, tested and compared; the submission is then complete.

use jiff::SignedDuration;

use crate::app::App;
use crate::creates::{Moment, Slot};
use crate::domain::creates::Lane;
use crate::domain::diff::{DiffSummary, LaterChanges};
use crate::domain::id::CandidateSessionId;
use crate::domain::job::Outcome;
use crate::domain::results::Output;
use crate::domain::run::{REFUSALS_MAX, Run, RunFailure, RunState};
use crate::domain::submission::{
    CodeWork, Examination, Findings, HEAD_CHARS_MAX, Results, Submission,
};
use crate::domain::task::Day;
use crate::error::{Error, chain};
use crate::flows::compare_submission::{Compared, compare};
use crate::flows::find_again::{Called, find_again, is_elsewhere};
use crate::flows::follow_run::{Followed, follow, present_name};
use crate::flows::heed_limit::heed_limit;
use crate::flows::join_run::join;
use crate::flows::start_run::accepted;
use crate::github::error::{GitHubError, GitHubFailure};
use crate::store::item::Stored;
use crate::store::runs::RunOutput;
use crate::store::submissions::SubmittedPatches;
use crate::store::transaction::{Transaction, Written};

/// How long a dispatch whose answer was lost may take to show in GitHub's list of runs. Only then is
/// GitHub told to start the tests once more.
const LISTED_WITHIN: SignedDuration = SignedDuration::from_secs(20);
/// The pause before a run that GitHub was just told of is looked at.
const FIRST_LOOK: SignedDuration = SignedDuration::from_secs(2);

/// Moves the examination of a day's code on as far as GitHub has come.
pub async fn examine_submission(
    app: &App,
    session: CandidateSessionId,
    day: Day,
) -> Result<Outcome, Error> {
    let Some(submission) = app.store.submission(session, day).await? else {
        return Ok(Outcome::Hopeless("the submission does not exist".to_owned()));
    };
    let Some(mut code) = submission.value.code.clone() else { return Ok(Outcome::Done) };
    let Some(run) = code.open_run() else { return Ok(Outcome::Done) };
    let Some(mut run) = app.store.run(run).await? else {
        return Ok(Outcome::Hopeless("the submission's run does not exist".to_owned()));
    };
    if let Some(name) = present_name(app, &run.value).await? {
        run.value.repository = name;
    }
    // The run may have been renamed by an earlier turn already.
    code.repository.clone_from(&run.value.repository);
    match &run.value.state {
        RunState::Requested => start(app, &submission, &code, run).await,
        RunState::Accepted | RunState::Dispatched { .. } | RunState::Ended { .. } => {
            Ok(match follow(app, run).await? {
                // Once the run is over there is more to do: the comparison.
                Followed::Over | Followed::Moved => Outcome::Again(SignedDuration::ZERO),
                Followed::TooSoon(pause) | Followed::Underway(pause) => Outcome::Again(pause),
                Followed::Trouble(why, wanted) => Outcome::Failed(why, wanted),
            })
        }
        RunState::Finished { .. } => Box::pin(complete(app, &submission, &code, &run.value)).await,
        RunState::Failed { reason, at } => {
            let failed = Examination::without_run(*reason, *at);
            Box::pin(conclude(app, &submission, &code, failed)).await
        }
    }
}

/// Tags the commit and starts the tests on the tag, each in a moment of its own. Once GitHub was told to
/// start them, a run that is there was started by an attempt whose end was lost; before that, none is
/// ours.
async fn start(
    app: &App,
    submission: &Stored<Submission>,
    code: &CodeWork,
    mut run: Stored<Run>,
) -> Result<Outcome, Error> {
    if !run.value.tagged {
        run = match hold_slot(app, run, Tag::Missing).await? {
            Held::Yes(run) => *run,
            Held::No(outcome) => return Ok(outcome),
        };
        match app.github.create_tag(&code.repository, &run.value.git_ref, &code.commit).await {
            Ok(()) => {}
            Err(error) if error.kind == GitHubFailure::TagElsewhere => {
                let failed = Examination::without_tag(app.clock.now());
                return Box::pin(conclude(app, submission, code, failed)).await;
            }
            Err(error) => {
                used_up(app, &run).await?;
                if is_found(app, &error, Called::from(&run.value)).await? {
                    return Ok(Outcome::Again(SignedDuration::ZERO));
                }
                return failed_to_create(app, &error).await;
            }
        }
        run.value.slot = None;
    }
    if let Some(asked_at) = run.value.asked_at {
        match join(app, &run).await? {
            Ok(Some(_joined)) => return Ok(Outcome::Again(FIRST_LOOK)),
            Ok(None) => {}
            Err(error) if is_found(app, &error, Called::from(&run.value)).await? => {
                return Ok(Outcome::Again(SignedDuration::ZERO));
            }
            Err(error) => return Ok(failed(&error)),
        }
        if app.clock.now().duration_since(asked_at) < LISTED_WITHIN {
            let why = "GitHub does not list the run yet, whose dispatch it did not answer";
            return Ok(Outcome::Failed(why.to_owned(), None));
        }
    }
    match hold_slot(app, run, Tag::There).await? {
        Held::Yes(run) => ask(app, *run).await,
        Held::No(outcome) => Ok(outcome),
    }
}

/// Tells GitHub to start the tests. That it is told is written down before, so that whoever comes
/// after a lost answer knows to look for the run first.
async fn ask(app: &App, run: Stored<Run>) -> Result<Outcome, Error> {
    let asked_before = run.value.asked_at;
    let mut asking = run.value.clone();
    asking.asked_at = Some(app.clock.now());
    // It is used, whatever comes of it: given back, it would be another's as well.
    asking.slot = None;
    let write = Transaction::new().replace(&run, &asking)?;
    if app.store.write(write, &app.mint).await? == Written::Refused {
        return Ok(Outcome::Again(SignedDuration::ZERO));
    }
    let run = run.replaced(asking);
    let file = &app.config.github.workflow_file;
    // In full: a branch of the same name would win over the tag.
    let tag = format!("refs/tags/{}", run.value.git_ref);
    match app.github.dispatch(&run.value.repository, file, &tag).await {
        Ok(details) => {
            accepted(app, run, details).await?;
            Ok(Outcome::Again(FIRST_LOOK))
        }
        Err(error) if error.may_have_happened() => Ok(failed(&error)),
        Err(error) => {
            // An earlier call, whose answer was lost, may have started one all the same.
            let mut refused = Run { asked_at: asked_before, ..run.value.clone() };
            let is_found = is_found(app, &error, Called::from(&run.value)).await?;
            let is_final = !is_found && is_refusal(&error) && {
                refused.refused = refused.refused.saturating_add(1);
                refused.refused >= REFUSALS_MAX
            };
            if is_final {
                refused = refused.failed(RunFailure::Refused, app.clock.now());
            }
            let write = Transaction::new().replace(&run, &refused)?;
            let (Written::Yes | Written::Refused) = app.store.write(write, &app.mint).await?;
            if is_final || is_found {
                return Ok(Outcome::Again(SignedDuration::ZERO));
            }
            failed_to_create(app, &error).await
        }
    }
}

/// Whether a call failed only because the repository that was `called` has another name by now.
async fn is_found(app: &App, error: &GitHubError, called: Called<'_>) -> Result<bool, Error> {
    Ok(is_elsewhere(error) && find_again(app, called).await?.is_some())
}

/// Whether GitHub refuses to run what was handed in: its workflow is not there, or cannot be started.
const fn is_refusal(error: &GitHubError) -> bool {
    matches!(error.kind, GitHubFailure::NotFound | GitHubFailure::Unprocessable)
}

/// Whether the next creating call may be made now.
enum Held {
    Yes(Box<Stored<Run>>),
    No(Outcome),
}

/// Whether the commit is tagged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tag {
    Missing,
    There,
}

/// Reserves the moment of the next creating call, and records with it whether the tag is there.
async fn hold_slot(app: &App, run: Stored<Run>, tag: Tag) -> Result<Held, Error> {
    let with = |moment: Moment| Run {
        tagged: tag == Tag::There,
        slot: Some(moment.at),
        ..run.value.clone()
    };
    let hold = |write: Transaction, moment| write.replace(&run, &with(moment));
    Ok(match app.creates.take(Lane::Prompt, run.value.slot, hold).await? {
        Slot::Open => Held::Yes(Box::new(run)),
        Slot::Reserved(moment) if moment.is_now() => {
            Held::Yes(Box::new(run.replaced(with(moment))))
        }
        Slot::Reserved(moment) => Held::No(Outcome::Again(moment.wait)),
        Slot::Changed => Held::No(Outcome::Again(SignedDuration::ZERO)),
        Slot::Busy(pause) => Held::No(Outcome::Again(pause)),
    })
}

/// Records that the moment of a call that failed was used: given back, it would be another's as well.
async fn used_up(app: &App, run: &Stored<Run>) -> Result<(), Error> {
    if run.value.slot.is_none() {
        return Ok(());
    }
    let after = Run { slot: None, ..run.value.clone() };
    let write = Transaction::new().replace(run, &after)?;
    // Refused, somebody else has the run in hand.
    let (Written::Yes | Written::Refused) = app.store.write(write, &app.mint).await?;
    Ok(())
}

/// A creating call failed; when there were too many of them, all others wait, too.
async fn failed_to_create(app: &App, error: &GitHubError) -> Result<Outcome, Error> {
    heed_limit(app, error).await?;
    Ok(failed(error))
}

/// Compares what was handed in with what the candidate started from, and completes the record.
async fn complete(
    app: &App,
    submission: &Stored<Submission>,
    code: &CodeWork,
    run: &Run,
) -> Result<Outcome, Error> {
    let Compared { diff, tampered, later } = match compare(app, code).await {
        Ok(compared) => compared,
        Err(error) if is_found(app, &error, called_for(submission, code)).await? => {
            return Ok(Outcome::Again(SignedDuration::ZERO));
        }
        Err(error) => return Ok(failed(&error)),
    };
    let output = app.store.run_with_output(run.id).await?.and_then(|(_run, output)| output);
    let Some(results) = results_of(run, output.as_ref()) else {
        return Ok(Outcome::Again(SignedDuration::ZERO));
    };
    let outline = diff.as_ref().map(DiffSummary::without_patches);
    let findings = Findings { results, tampered, diff: outline, at: app.clock.now() };
    let examination = Examination::Complete(Box::new(findings));
    let with = with_patches(app, submission, diff, later).await?;
    write(app, submission, examination, with).await
}

/// Ends an examination that has no results of tests. What was handed in is compared all the same: who
/// takes away what the tests need must not stay unknown. Where GitHub does not let us compare, the
/// failure is told without.
async fn conclude(
    app: &App,
    submission: &Stored<Submission>,
    code: &CodeWork,
    mut examination: Examination,
) -> Result<Outcome, Error> {
    // What an earlier one found is shown still, with its own comparison.
    if let Examination::Complete(_) = code.examination {
        return write(app, submission, examination, Transaction::new()).await;
    }
    let Compared { diff, tampered, later } = match compare(app, code).await {
        Ok(compared) => compared,
        Err(error) if error.retryable() => return Ok(failed(&error)),
        Err(error) if is_found(app, &error, called_for(submission, code)).await? => {
            return Ok(Outcome::Again(SignedDuration::ZERO));
        }
        Err(error) => {
            tracing::warn!(error = chain(&error), "code without results was not compared");
            return write(app, submission, examination, Transaction::new()).await;
        }
    };
    if let Examination::Failed { tampered: told, diff: outline, .. } = &mut examination {
        *told = tampered;
        *outline = diff.as_ref().map(|diff| Box::new(diff.without_patches()));
    }
    let with = with_patches(app, submission, diff, later).await?;
    write(app, submission, examination, with).await
}

fn called_for<'a>(submission: &Stored<Submission>, code: &'a CodeWork) -> Called<'a> {
    Called::of(&submission.value, (code.repository_id, &code.repository))
}

/// A write that stores what was compared, in full, in place of what was before.
async fn with_patches(
    app: &App,
    submission: &Stored<Submission>,
    diff: Option<DiffSummary>,
    later: Option<LaterChanges>,
) -> Result<Transaction, Error> {
    let patches = SubmittedPatches { submission: submission.value.id, diff, later };
    Ok(match app.store.patches(submission.value.id).await? {
        Some(earlier) => Transaction::new().replace(&earlier, &patches)?,
        None => Transaction::new().create(&patches)?,
    })
}

/// What a finished run said.
fn results_of(run: &Run, output: Option<&RunOutput>) -> Option<Results> {
    let RunState::Finished { github_id, attempt, conclusion, report, .. } = run.state.clone()
    else {
        return None;
    };
    let head = |pick: fn(&RunOutput) -> Option<&Output>| {
        output.and_then(pick).map(|output| output.head(HEAD_CHARS_MAX))
    };
    Some(Results {
        github_id,
        attempt,
        conclusion,
        report,
        stdout_head: head(|output| output.stdout.as_ref()),
        stderr_head: head(|output| output.stderr.as_ref()),
        summary: output.and_then(|output| output.summary.clone()),
    })
}

async fn write(
    app: &App,
    submission: &Stored<Submission>,
    examination: Examination,
    with: Transaction,
) -> Result<Outcome, Error> {
    Ok(match record(app, submission, examination, with).await? {
        Written::Yes => Outcome::Done,
        Written::Refused => Outcome::Again(SignedDuration::ZERO),
    })
}

/// Stores what came of the examination. Where it is another run's than the submission's place says,
/// that is mended in the same write.
pub(crate) async fn record(
    app: &App,
    submission: &Stored<Submission>,
    examination: Examination,
    with: Transaction,
) -> Result<Written, Error> {
    let after = submission.value.clone().examined(examination);
    let run = after.code.as_ref().map(|code| code.run);
    let mut write = with.replace(submission, &after)?;
    let place = app.store.submission_place(after.id).await?;
    if let Some(place) = place.filter(|place| place.value.run != run) {
        let mut moved = place.value.clone();
        moved.run = run;
        write = write.replace(&place, &moved)?;
    }
    app.store.write(write, &app.mint).await
}

fn failed(error: &GitHubError) -> Outcome {
    Outcome::Failed(chain(error), error.retry_after)
}
