//! Jobs.

use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::job::{JobRecord, JobState};
use crate::domain::page::{List, Page, PageRequest, Place};
use crate::error::Error;
use crate::store::Store;
use crate::store::item::{Entity, Stored};
use crate::store::keys::{self, Keys};
use crate::store::page::{Range, Sort};

/// How many jobs one sweep looks at.
pub const SWEEP_MAX: i32 = 100;

impl Entity for JobRecord {
    const FOLLOWS: bool = true;

    fn keys(&self) -> Keys {
        let listed = match (self.sweep_at(), &self.state) {
            (Some(at), _) => Some(keys::due_job(at, self.id)),
            (None, JobState::Dead { at }) => Some(keys::dead_job(*at, self.id)),
            (None, _) => None,
        };
        Keys { primary: keys::job(self.id), gsi1: listed, gsi2: None }
    }
}

impl Store {
    /// A job.
    pub async fn job(&self, id: Uuid) -> Result<Option<Stored<JobRecord>>, Error> {
        self.get(&keys::job(id)).await
    }

    /// Jobs that the queue should have delivered by `now`, longest overdue first; at most 100.
    pub async fn overdue_jobs(&self, now: Timestamp) -> Result<Vec<JobRecord>, Error> {
        let range = Range {
            index: Some("GSI1"),
            partition: keys::DUE.to_owned(),
            sort: Sort::UpTo(keys::due_until(now)),
            newest_first: false,
            limit: SWEEP_MAX,
        };
        let rows = self.rows::<JobRecord>(range).await?;
        Ok(rows.into_iter().map(|row| row.value).collect())
    }

    /// Jobs that wait for a person, newest first: one call.
    pub async fn dead_jobs(&self, wanted: PageRequest) -> Result<Page<JobRecord>, Error> {
        self.page(List::DeadJobs, keys::DEAD.to_owned(), wanted).await
    }

    /// A page of the jobs that the queue should have delivered by `now`, newest first: one call.
    pub async fn overdue_jobs_page(
        &self,
        wanted: PageRequest,
        now: Timestamp,
    ) -> Result<Page<JobRecord>, Error> {
        // Everything of that millisecond, too.
        let end = u64::try_from(now.as_millisecond()).unwrap_or(0) + 1;
        let below = Some(Place::Moment(end, Uuid::nil()));
        self.page_below(List::DueJobs, keys::DUE.to_owned(), wanted, below).await
    }
}
