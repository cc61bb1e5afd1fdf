//! Handed-in code is tagged, tested and compared; the submission is then complete.

use jiff::SignedDuration;

use crate::app::App;
use crate::creates::Slot;
use crate::domain::creates::Lane;
use crate::domain::diff::DiffSummary;
use crate::domain::id::CandidateSessionId;
use crate::domain::job::Outcome;
use crate::domain::results::Output;
use crate::domain::run::{Run, RunState};
use crate::domain::submission::{
    CodeWork, Examination, Files, Findings, HEAD_CHARS_MAX, Results, Submission, tampered_files,
};
use crate::domain::task::Day;
use crate::error::{Error, chain};
use crate::flows::follow_run::{follow, ours};
use crate::flows::start_run::accepted;
use crate::github::actions::DispatchedRun;
use crate::github::error::{GitHubError, GitHubFailure};
use crate::github::repositories::TreeEntry;
use crate::store::item::Stored;
use crate::store::runs::RunOutput;
use crate::store::submissions::SubmittedPatches;
use crate::store::transaction::{Transaction, Written};

/// Moves the examination of a day's code on as far as GitHub has come.
pub async fn examine_submission(
    app: &App,
    session: CandidateSessionId,
    day: Day,
) -> Result<Outcome, Error> {
    let Some(submission) = app.store.submission(session, day).await? else {
        return Ok(Outcome::Hopeless("the submission does not exist".to_owned()));
    };
    let Some(code) = submission.value.code.clone() else { return Ok(Outcome::Done) };
    if !code.examination.is_open() {
        return Ok(Outcome::Done);
    }
    let Some(run) = app.store.run(code.run).await? else {
        return Ok(Outcome::Hopeless("the submission's run does not exist".to_owned()));
    };
    match &run.value.state {
        RunState::Requested => start(app, &submission, &code, run).await,
        RunState::Accepted | RunState::Dispatched { .. } => {
            // Once the run is over there is more to do: the comparison.
            Ok(match follow(app, &run).await? {
                Outcome::Done => Outcome::Again(SignedDuration::ZERO),
                outcome => outcome,
            })
        }
        RunState::Finished { .. } => complete(app, &submission, &code, &run.value).await,
        RunState::Failed { reason, at } => {
            let failed = Examination::without_run(*reason, *at);
            write(app, &submission, failed, Transaction::new()).await
        }
    }
}

/// Tags the commit and starts the tests on the tag, each in a moment of its own.
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
                return write(app, submission, failed, Transaction::new()).await;
            }
            Err(error) => return failed_to_create(app, &error).await,
        }
        run.value.slot = None;
    }
    let run = match hold_slot(app, run, Tag::There).await? {
        Held::Yes(run) => *run,
        Held::No(outcome) => return Ok(outcome),
    };
    match dispatch(app, code, &run.value).await {
        Ok(details) => {
            accepted(app, run, details).await?;
            Ok(Outcome::Again(SignedDuration::from_secs(2)))
        }
        Err(error) => failed_to_create(app, &error).await,
    }
}

/// A run of ours that is there already was started by an attempt whose end was lost.
async fn dispatch(
    app: &App,
    code: &CodeWork,
    run: &Run,
) -> Result<Option<DispatchedRun>, GitHubError> {
    let (tag, file) = (&run.git_ref, &app.config.github.workflow_file);
    let listed = app.github.workflow_runs(&code.repository, file, tag).await?;
    if let Some(seen) = ours(app, run, listed).into_iter().next() {
        return Ok(Some(DispatchedRun { id: seen.id }));
    }
    // In full: a branch of the same name would win over the tag.
    app.github.dispatch(&code.repository, file, &format!("refs/tags/{tag}")).await
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
    let with = |slot| Run { tagged: tag == Tag::There, slot: Some(slot), ..run.value.clone() };
    let hold = |write: Transaction, slot| write.replace(&run, &with(slot));
    let now = app.clock.now();
    Ok(match app.creates.take(Lane::Prompt, run.value.slot, hold).await? {
        Slot::Open => Held::Yes(Box::new(run)),
        Slot::Reserved(slot) if slot > now => Held::No(Outcome::Again(slot.duration_since(now))),
        Slot::Reserved(slot) => Held::Yes(Box::new(run.replaced(with(slot)))),
        Slot::Changed => Held::No(Outcome::Again(SignedDuration::ZERO)),
        Slot::Busy(pause) => Held::No(Outcome::Again(pause)),
    })
}

/// A creating call failed; when there were too many of them, all others wait, too.
async fn failed_to_create(app: &App, error: &GitHubError) -> Result<Outcome, Error> {
    if let (GitHubFailure::RateLimited, Some(pause)) = (error.kind, error.retry_after) {
        app.creates.close(pause).await?;
    }
    Ok(failed(error))
}

/// Compares what was handed in with what the candidate started from, and completes the record.
async fn complete(
    app: &App,
    submission: &Stored<Submission>,
    code: &CodeWork,
    run: &Run,
) -> Result<Outcome, Error> {
    let (diff, tampered) = match compare(app, code).await {
        Ok(compared) => compared,
        Err(error) => return Ok(failed(&error)),
    };
    let output = app.store.run_with_output(run.id).await?.and_then(|(_run, output)| output);
    let RunState::Finished { github_id, conclusion, report, .. } = run.state.clone() else {
        return Ok(Outcome::Again(SignedDuration::ZERO));
    };
    let head = |pick: fn(&RunOutput) -> Option<&Output>| {
        output.as_ref().and_then(pick).map(|output| output.head(HEAD_CHARS_MAX))
    };
    let results = Results {
        github_id,
        conclusion,
        report,
        stdout_head: head(|output| output.stdout.as_ref()),
        stderr_head: head(|output| output.stderr.as_ref()),
        summary: output.as_ref().and_then(|output| output.summary.clone()),
    };
    let outline = diff.as_ref().map(DiffSummary::without_patches);
    let findings = Findings { results, tampered, diff: outline, at: app.clock.now() };
    let examination = Examination::Complete(Box::new(findings));
    let id = submission.value.id;
    let patches = diff.map(|diff| SubmittedPatches { submission: id, diff });
    let with = match &patches {
        Some(patches) => Transaction::new().create(patches)?,
        None => Transaction::new(),
    };
    write(app, submission, examination, with).await
}

/// What was changed, and which of it should not have been. The trees decide on the latter: the list
/// of changes has a limit behind which a change could hide.
async fn compare(
    app: &App,
    code: &CodeWork,
) -> Result<(Option<DiffSummary>, Vec<String>), GitHubError> {
    let (github, repository) = (&app.github, &code.repository);
    let (diff, base, handed_in) = tokio::join!(
        github.compare(repository, &code.base, &code.commit),
        github.tree(repository, &code.base),
        github.tree(repository, &code.commit),
    );
    let diff = match diff {
        Ok(diff) => Some(diff),
        // Commits without a common ancestor, or a comparison past all limits: that will not change.
        Err(error)
            if matches!(error.kind, GitHubFailure::NotFound | GitHubFailure::Unprocessable) =>
        {
            None
        }
        Err(error) => return Err(error),
    };
    let files = |tree: Vec<TreeEntry>| -> Files {
        tree.into_iter().map(|entry| (entry.path, entry.sha.to_string())).collect()
    };
    let protected = &app.config.github.protected_paths;
    Ok((diff, tampered_files(&files(base?), &files(handed_in?), protected)))
}

async fn write(
    app: &App,
    submission: &Stored<Submission>,
    examination: Examination,
    with: Transaction,
) -> Result<Outcome, Error> {
    let after = submission.value.clone().examined(examination);
    Ok(match app.store.write(with.replace(submission, &after)?, &app.mint).await? {
        Written::Yes => Outcome::Done,
        Written::Refused => Outcome::Again(SignedDuration::ZERO),
    })
}

fn failed(error: &GitHubError) -> Outcome {
    Outcome::Failed(chain(error), error.retry_after)
}
