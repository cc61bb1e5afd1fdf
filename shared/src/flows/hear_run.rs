//! GitHub says that a run of some repository began or ended: it is looked at now, and not when its turn
//! would come.

use jiff::SignedDuration;

use crate::app::App;
use crate::domain::job::Outcome;
use crate::error::Error;
use crate::flows::examine_submission::examine_submission;
use crate::flows::follow_run::{Followed, follow};

/// What somebody does who finds the run not as GitHub told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Otherwise {
    /// It leaves the run to the job that follows it.
    Leave,
    /// It looks again after a pause: what GitHub shows lags behind what it tells.
    Look(SignedDuration),
}

/// Looks at the run that GitHub told of, if it is ours and not known to be over. What was told is not
/// believed: GitHub is asked, as often as it may be. A run that nobody has joined yet is left to the
/// job that follows it.
pub async fn hear_run(
    app: &App,
    repository_id: u64,
    github_id: u64,
    otherwise: Otherwise,
) -> Result<Outcome, Error> {
    let Some(place) = app.store.github_run(github_id).await? else { return Ok(Outcome::Done) };
    let run = app.store.run(place.run).await?;
    let Some(run) = run.filter(|run| run.value.repository_id == repository_id) else {
        return Ok(Outcome::Done);
    };
    let (session, day) = (run.value.session, run.value.day);
    let examines = run.value.pinned.is_some();
    if !run.value.is_final() {
        match follow(app, run).await? {
            Followed::Over => {}
            Followed::Moved => return Ok(Outcome::Again(SignedDuration::ZERO)),
            Followed::TooSoon(pause) => return Ok(otherwise.after(pause)),
            Followed::Underway(_) => return Ok(otherwise.after(SignedDuration::ZERO)),
            Followed::Trouble(why, wanted) => return Ok(Outcome::Failed(why, wanted)),
        }
    }
    if examines { examine_submission(app, session, day).await } else { Ok(Outcome::Done) }
}

impl Otherwise {
    /// What comes of a look that may be taken after `pause` at the earliest.
    fn after(self, pause: SignedDuration) -> Outcome {
        match self {
            Self::Leave => Outcome::Done,
            Self::Look(wanted) => Outcome::Again(wanted.max(pause)),
        }
    }
}
