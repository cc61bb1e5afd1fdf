//! GitHub says that a run of some repository has come to something.

use jiff::SignedDuration;

use crate::app::App;
use crate::domain::job::Outcome;
use crate::error::Error;
use crate::flows::examine_submission::examine_submission;
use crate::flows::follow_run::{Followed, follow};

/// Looks at the run that GitHub told of, if it is ours and not known to be over. What was told is not
/// believed: GitHub is asked, as often as it may be. A run that is still underway is left to the job
/// that follows it; a run that nobody has joined yet, too.
pub async fn hear_run(app: &App, repository_id: u64, github_id: u64) -> Result<Outcome, Error> {
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
            Followed::Underway(_) => return Ok(Outcome::Done),
            Followed::Moved => return Ok(Outcome::Again(SignedDuration::ZERO)),
            Followed::TooSoon(pause) => return Ok(Outcome::Again(pause)),
            Followed::Trouble(why, wanted) => return Ok(Outcome::Failed(why, wanted)),
        }
    }
    if examines { examine_submission(app, session, day).await } else { Ok(Outcome::Done) }
}
