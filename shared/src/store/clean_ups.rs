//! When the repositories of each session are to be looked at.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::candidate_session::CandidateSession;
use crate::domain::id::CandidateSessionId;
use crate::domain::page::{Limit, List, Page, PageRequest};
use crate::domain::task::Day;
use crate::domain::workspace::Workspace;
use crate::error::Error;
use crate::store::Store;
use crate::store::item::{Entity, Item, Stored};
use crate::store::keys::{self, Keys};
use crate::store::page::{Range, Sort};

/// How many sessions one sweep takes up: GitHub makes more than 80 changes a minute slow.
const DUE_MAX: i32 = 10;
/// The most sessions of one page: with two repositories each they are one batch of the table.
pub const SESSIONS_MAX: &str = "33";

/// When to look whether repositories of a session are to be put away. It stands by itself, so that
/// neither the session nor its workspaces need an index more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CleanUpEntry {
    /// Whose repositories.
    pub session: CandidateSessionId,
    /// When; none while a job looks, and once all are gone.
    pub look_at: Option<Timestamp>,
}

impl CleanUpEntry {
    /// The entry of a session that was just made. What the candidate does meanwhile puts the date off;
    /// whoever looks finds out.
    pub fn of(session: &CandidateSession, archive_after_days: u32) -> Self {
        let days = SignedDuration::from_hours(i64::from(archive_after_days) * 24);
        let at = session.invite.expires_at.checked_add(days).unwrap_or(Timestamp::MAX);
        Self { session: session.id, look_at: Some(at) }
    }
}

impl Entity for CleanUpEntry {
    fn keys(&self) -> Keys {
        Keys {
            primary: keys::clean_up(self.session),
            gsi1: Some(keys::listed_clean_up(self.session)),
            gsi2: self.look_at.map(|at| keys::due_clean_up(at, self.session)),
        }
    }
}

/// A session and its workspaces.
#[derive(Debug, Clone)]
pub struct SessionWithWorkspaces {
    /// The session.
    pub session: CandidateSession,
    /// Its workspaces, by day.
    pub workspaces: Vec<Workspace>,
}

impl Store {
    /// When to look at a session.
    pub async fn clean_up(
        &self,
        session: CandidateSessionId,
    ) -> Result<Option<Stored<CleanUpEntry>>, Error> {
        self.get(&keys::clean_up(session)).await
    }

    /// The sessions that are to be looked at by `now`, longest due first; at most ten.
    pub async fn clean_ups_due(&self, now: Timestamp) -> Result<Vec<Stored<CleanUpEntry>>, Error> {
        let range = Range {
            index: Some("GSI2"),
            partition: keys::CLEAN_UP_DUE.to_owned(),
            sort: Sort::UpTo(keys::due_until(now)),
            newest_first: false,
            limit: DUE_MAX,
        };
        self.rows(range).await
    }

    /// All sessions with their workspaces, newest first, at most [`SESSIONS_MAX`] of them: two calls.
    pub async fn clean_ups(
        &self,
        wanted: PageRequest,
    ) -> Result<Page<SessionWithWorkspaces>, Error> {
        let most = Limit::parse(SESSIONS_MAX).ok();
        let wanted_rows = most.filter(|most| most.get() < wanted.rows_max()).or(wanted.limit);
        let wanted = PageRequest { limit: wanted_rows, ..wanted };
        let page: Page<CleanUpEntry> =
            self.page(List::CleanUps, keys::CLEAN_UPS.to_owned(), wanted).await?;
        let sessions: Vec<_> = page.rows.into_iter().map(|entry| entry.session).collect();
        Ok(Page { rows: self.with_workspaces(&sessions).await?, next: page.next })
    }

    /// These sessions, with their workspaces, as they are now. One that cannot be read is left out.
    async fn with_workspaces(
        &self,
        sessions: &[CandidateSessionId],
    ) -> Result<Vec<SessionWithWorkspaces>, Error> {
        if sessions.is_empty() {
            return Ok(Vec::new());
        }
        let of = |id: &CandidateSessionId| {
            let id = *id;
            let days = Day::CODE.into_iter().map(move |day| keys::workspace(id, day));
            std::iter::once(keys::session(id)).chain(days)
        };
        let wanted: Vec<_> = sessions.iter().flat_map(of).collect();
        let mut items = self.get_all(&wanted).await?;
        let rows = sessions.iter().filter_map(|id| {
            let session = readable(items.remove(&keys::session(*id))?)?;
            let days = Day::CODE.into_iter().map(|day| keys::workspace(*id, day));
            let workspaces = days.filter_map(|key| readable(items.remove(&key)?)).collect();
            Some(SessionWithWorkspaces { session, workspaces })
        });
        Ok(rows.collect())
    }
}

fn readable<T: Entity>(item: Item) -> Option<T> {
    Stored::from_item(item)
        .inspect_err(|error| tracing::error!(error = %error.chain(), "a row cannot be read"))
        .ok()
        .map(|read| read.value)
}
