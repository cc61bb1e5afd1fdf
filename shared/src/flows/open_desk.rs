//! A candidate comes to work: their session, its plan and workspaces, and the task they mean.

use crate::app::App;
use crate::auth::owned::Owned;
use crate::auth::principal::Candidate;
use crate::domain::id::{CandidateSessionId, TaskId};
use crate::domain::task::{Task, day_of};
use crate::error::{Error, Noun};
use crate::store::sessions::Desk;

/// The session `id` with all that belongs to it, if `candidate` claimed it; one read.
pub async fn open_desk(
    app: &App,
    candidate: &Candidate,
    id: CandidateSessionId,
) -> Result<Owned<Desk>, Error> {
    let desk = app.store.desk(id).await?;
    desk.and_then(|desk| candidate.own(desk)).ok_or(Error::NotFound(Noun::CandidateSession))
}

/// The task `id` of the session at this desk.
pub fn task_of(desk: &Desk, id: TaskId) -> Result<&Task, Error> {
    day_of(desk.session.value.first_task, id)
        .and_then(|day| desk.task(day))
        .ok_or(Error::NotFound(Noun::Task))
}

/// The code task `id` of the session at this desk.
pub fn code_task_of(desk: &Desk, id: TaskId) -> Result<&Task, Error> {
    let task = task_of(desk, id)?;
    if task.day.kind().is_code() { Ok(task) } else { Err(Error::NotCodeTask) }
}
