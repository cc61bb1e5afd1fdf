//! An admin starts many jobs of one kind again that were given up.

use jiff::SignedDuration;
use uuid::Uuid;

use crate::app::App;
use crate::auth::admin::Admin;
use crate::domain::audit::Reason;
use crate::domain::job::{JobRecord, JobState};
use crate::domain::page::{Cursor, List, PageRequest, Place};
use crate::error::Error;
use crate::flows::redrive_job::redrive;

/// The most jobs that one request may ask for.
pub const JOBS_MAX: usize = 100;
/// No further job is begun once a request has taken so long.
const TIME_MAX: SignedDuration = SignedDuration::from_secs(10);

/// What became of the jobs.
#[derive(Debug, Default)]
pub struct Redriven {
    /// Those that were started again.
    pub started: Vec<Uuid>,
    /// Those that were not, and why.
    pub skipped: Vec<(Uuid, Error)>,
    /// Where to go on: there may be more of the kind.
    pub next: Option<Cursor>,
}

/// Starts the newest jobs of `kind` again, from after a cursor on, each in a write of its own; at most
/// `most`, of the newest 1,000 dead jobs, or of the 200 after a cursor.
pub async fn redrive_jobs(
    app: &App,
    by: Admin,
    (kind, reason): (&str, &Reason),
    most: usize,
    after: Option<Cursor>,
) -> Result<Redriven, Error> {
    let began = app.clock.now();
    let wanted = PageRequest { limit: None, after };
    let page = app.store.dead_jobs(wanted).await?;
    let of_kind = |job: &JobRecord| (job.job.kind() == kind).then(|| (job.id, place(job)));
    let jobs: Vec<_> = page.rows.iter().filter_map(of_kind).collect();
    let mut done = Redriven { next: page.next, ..Redriven::default() };
    for (count, (id, place)) in jobs.iter().enumerate() {
        match Box::pin(redrive(app, by, *id, reason)).await {
            Ok(started) => done.started.push(started.id),
            Err(error) => done.skipped.push((*id, error)),
        }
        let late = app.clock.now().duration_since(began) >= TIME_MAX;
        let more = count + 1 < jobs.len();
        if more && (late || count + 1 >= most) {
            done.next = place.map(|place| Cursor::after_place(List::DeadJobs, place));
            break;
        }
    }
    Ok(done)
}

/// Where a dead job stands in its list.
fn place(job: &JobRecord) -> Option<Place> {
    let JobState::Dead { at } = job.state else { return None };
    Some(Place::Moment(u64::try_from(at.as_millisecond()).ok()?, job.id))
}
