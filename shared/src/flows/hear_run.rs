//! GitHub says that a run began or ended: it is looked at now, and not when its turn would come.

use jiff::{SignedDuration, Timestamp};

use crate::app::App;
use crate::domain::job::Outcome;
use crate::domain::notice::RunTurn;
use crate::domain::run::Run;
use crate::error::Error;
use crate::flows::examine_submission::examine_submission;
use crate::flows::follow_run::follow;
use crate::flows::heed_github::{LAG_PAUSE, is_fresh};
use crate::store::item::Stored;
use crate::store::runs::RunPlace;
use crate::store::transaction::{Transaction, Written};

/// How long a run is left alone after a webhook had us look at it.
const LOOKS_APART: SignedDuration = SignedDuration::from_secs(2);
/// What there is to do once a submission's run is over, at most: results, comparison.
const STEPS_MAX: usize = 4;

/// Follows the run of ours that GitHub calls `github_id`, of which we heard at `at`. What a webhook
/// says of the run itself counts for nothing: GitHub is asked, so a webhook that is late, repeated or
/// about another attempt does no harm. A run that nobody has joined yet is left to who follows it.
pub(crate) async fn hear_run(
    app: &App,
    github_id: u64,
    turn: RunTurn,
    at: Timestamp,
) -> Result<Outcome, Error> {
    let Some(place) = app.store.run_place(github_id).await? else { return Ok(Outcome::Done) };
    let Some(run) = app.store.run(place.value.run).await? else { return Ok(Outcome::Done) };
    if run.value.is_final() {
        return Ok(Outcome::Done);
    }
    // Who follows the run comes anyhow: worth a second look is only an end that we just heard of.
    let is_worth_it = turn == RunTurn::Ended && is_fresh(app, at);
    let not_yet = if is_worth_it { Outcome::Again(LAG_PAUSE) } else { Outcome::Done };
    if !is_my_look(app, &place).await? {
        return Ok(not_yet);
    }
    Ok(match look(app, &run).await? {
        Outcome::Again(_) => not_yet,
        outcome => outcome,
    })
}

/// Whether the run was left alone for long enough, and nobody else takes this look.
async fn is_my_look(app: &App, place: &Stored<RunPlace>) -> Result<bool, Error> {
    let now = app.clock.now();
    let looked_at = place.value.looked_at;
    if looked_at.is_some_and(|last| now.duration_since(last) < LOOKS_APART) {
        return Ok(false);
    }
    let mine = RunPlace { looked_at: Some(now), ..place.value.clone() };
    let write = Transaction::new().replace(place, &mine)?;
    Ok(app.store.write(write, &app.mint).await? == Written::Yes)
}

/// Moves the run on, and the submission that it examines.
async fn look(app: &App, run: &Stored<Run>) -> Result<Outcome, Error> {
    let Run { session, day, pinned, .. } = &run.value;
    if pinned.is_none() {
        return follow(app, run).await;
    }
    for _ in 0..STEPS_MAX {
        match examine_submission(app, *session, *day).await? {
            Outcome::Again(pause) if pause.is_zero() => {}
            outcome => return Ok(outcome),
        }
    }
    Ok(Outcome::Again(LAG_PAUSE))
}
