//! What an operator wants to see at a glance.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::app::App;
use crate::auth::admin::Admin;
use crate::creates::Pace;
use crate::domain::job::{JobRecord, JobState};
use crate::domain::page::PageRequest;
use crate::error::Error;
use crate::store::jobs::SWEEP_MAX;

/// Jobs that the queue should have delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Overdue {
    /// How many.
    pub count: usize,
    /// Whether there may be more.
    pub capped: bool,
    /// When the oldest was due.
    pub oldest_due_at: Option<Timestamp>,
}

/// How the work stands.
#[derive(Debug, Clone)]
pub struct Stock {
    /// Jobs that should have been delivered.
    pub overdue: Overdue,
    /// Jobs that wait for a person, by kind.
    pub dead: BTreeMap<&'static str, u32>,
    /// Whether there are more of those.
    pub dead_capped: bool,
    /// How far ahead moments of creating calls are reserved; none where there are no limits.
    pub pace: Option<Pace>,
}

/// Looks at the jobs, and at the pace of creating calls: three reads at once.
pub async fn take_stock(app: &App, _by: Admin) -> Result<Stock, Error> {
    let (overdue, dead, pace) = tokio::try_join!(
        app.store.overdue_jobs(app.clock.now()),
        app.store.dead_jobs(PageRequest::default()),
        app.creates.pace(),
    )?;
    let mut by_kind = BTreeMap::new();
    for job in &dead.rows {
        *by_kind.entry(job.job.kind()).or_insert(0) += 1;
    }
    let max = usize::try_from(SWEEP_MAX).unwrap_or(usize::MAX);
    let overdue = Overdue {
        count: overdue.len(),
        capped: overdue.len() >= max,
        oldest_due_at: overdue.iter().filter_map(due_at).min(),
    };
    Ok(Stock { overdue, dead: by_kind, dead_capped: dead.next.is_some(), pace })
}

/// When somebody should have taken the job up.
fn due_at(job: &JobRecord) -> Option<Timestamp> {
    match job.state {
        JobState::Waiting { due_at: at } | JobState::Running { until: at } => Some(at),
        JobState::Done | JobState::Dead { .. } => None,
    }
}
