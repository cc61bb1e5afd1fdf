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

/// The most jobs of one request.
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
/// [`JOBS_MAX`], of the newest 1,000 dead jobs, or of the 200 after a cursor.
pub async fn redrive_jobs(
    app: &App,
    by: Admin,
    kind: &str,
    reason: &Reason,
    after: Option<Cursor>,
) -> Result<Redriven, Error> {
    let began = app.clock.now();
    let wanted = PageRequest { limit: None, after };
    let page = app.store.dead_jobs(wanted).await?;
    let mut jobs = page.rows.iter().filter(|job| job.job.kind() == kind).peekable();
    let mut done = Redriven::default();
    let mut reached = None;
    for job in jobs.by_ref().take(JOBS_MAX) {
        match Box::pin(redrive(app, by, job.id, reason)).await {
            Ok(started) => done.started.push(started.id),
            Err(error) => done.skipped.push((job.id, error)),
        }
        reached = place(job);
        if app.clock.now().duration_since(began) >= TIME_MAX {
            break;
        }
    }
    done.next = match jobs.peek() {
        Some(_more) => reached.map(|place| Cursor::after_place(List::DeadJobs, place)),
        None => page.next,
    };
    Ok(done)
}

/// Where a dead job stands in its list.
fn place(job: &JobRecord) -> Option<Place> {
    let JobState::Dead { at } = job.state else { return None };
    Some(Place::Moment(u64::try_from(at.as_millisecond()).ok()?, job.id))
}
