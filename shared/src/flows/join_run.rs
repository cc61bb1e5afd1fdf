//! Which of GitHub's runs is ours, when GitHub did not say, or its answer was lost.

use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::domain::run::{Run, RunState};
use crate::error::Error;
use crate::github::actions::WorkflowRun;
use crate::github::error::GitHubError;
use crate::store::item::Stored;
use crate::store::runs::GitHubRun;
use crate::store::transaction::{Transaction, Written};

/// How far GitHub's clock and ours may differ.
const CLOCKS_DIFFER: SignedDuration = SignedDuration::from_secs(10);

/// How long after a candidate's run was asked for GitHub may have created it: the call is over within
/// seconds, and a later run is another one's.
const STARTED_WITHIN: SignedDuration = SignedDuration::from_secs(30);

/// Lists the runs on the run's branch or tag and takes the first that can be it, that we started and
/// that no other run of ours is: the run as joined, and what GitHub says of it.
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
    let mut possible = possible(app, &run.value, listed);
    if possible.is_empty() {
        return Ok(Ok(None));
    }
    // Who cannot be told from another is waited for: a run that is taken is taken for good.
    let own = match app.github.own_login().await {
        Ok(own) => own,
        Err(error) => return Ok(Err(error)),
    };
    possible.retain(|seen| seen.is_of(own));
    for seen in possible {
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

/// Those of GitHub's runs that can be `run`, whoever started them, the likeliest first: dispatched
/// since it was asked for, and where and what it was asked for.
///
/// On a branch the oldest comes first: later ones belong to later runs. On a submission's tag all
/// test the same commit for the same run of ours, so the newest does: an earlier one is there only
/// because the answer to its dispatch was lost.
fn possible(app: &App, run: &Run, mut listed: Vec<WorkflowRun>) -> Vec<WorkflowRun> {
    listed.retain(|seen| {
        let dispatched = seen.event == "workflow_dispatch" && is_of_its_time(run, seen.created_at);
        dispatched && is_ours(app, run, seen)
    });
    listed.sort_by_key(|seen| (seen.created_at, seen.id));
    if run.pinned.is_some() {
        listed.reverse();
    }
    listed
}

/// Whether what GitHub created then may have been asked for by `run`. A submission's is asked for
/// again after a while, and when GitHub took a run and did not say which, it may be slow.
fn is_of_its_time(run: &Run, created_at: Timestamp) -> bool {
    let bounded = run.pinned.is_none() && run.state == RunState::Requested;
    created_at >= run.requested_at - CLOCKS_DIFFER
        && (!bounded || created_at <= run.requested_at + STARTED_WITHIN)
}

/// Whether GitHub's run is the one that was asked for: repository, workflow, and commit where it
/// was settled beforehand.
pub(crate) fn is_ours(app: &App, run: &Run, seen: &WorkflowRun) -> bool {
    let workflow = format!(".github/workflows/{}", app.config.github.workflow_file);
    seen.repository_id == run.repository_id
        && seen.path == workflow
        && run.pinned.as_ref().is_none_or(|commit| *commit == seen.head_sha)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::repository::CommitSha;
    use crate::domain::run::tests::run;

    #[test]
    fn a_run_that_nothing_is_known_of_does_not_take_one_that_was_started_much_later() {
        let asked = run();
        let after = |run: &Run, seconds| {
            is_of_its_time(run, asked.requested_at + SignedDuration::from_secs(seconds))
        };

        assert_eq!([-11, -10, 30, 31].map(|at| after(&asked, at)), [false, true, true, false]);
        let accepted = Run { state: RunState::Accepted, ..asked.clone() };
        let pinned = Some(CommitSha::parse(&"a".repeat(40)).unwrap());
        let pinned = Run { pinned, ..asked.clone() };
        assert_eq!([&accepted, &pinned].map(|run| after(run, 31)), [true, true]);
    }
}
