//! One line in the log for every attempt at a job, which is its metric too.

use std::time::Duration;

use jiff::Timestamp;
use tracing::{Span, error, info, warn};

use crate::domain::job::{JobRecord, JobState};
use crate::ledger;
use crate::telemetry::alarms::{Alarm, alarm};

/// What the log calls the work: the request that it follows from, else the job itself.
pub(super) fn cause(job: &JobRecord) -> String {
    job.cause.clone().unwrap_or_else(|| job.id.to_string())
}

/// Where whatever is logged of an attempt belongs.
pub(super) fn span(job: &JobRecord, cause: &str) -> Span {
    let kind = job.job.kind();
    tracing::error_span!(
        "job",
        job = %job.id,
        kind,
        correlation_id = cause,
        otel.name = kind,
        otel.kind = "consumer",
    )
}

/// Writes what became of a job, after an attempt that `took` so long.
pub(super) fn write(after: &JobRecord, took: Duration, now: Timestamp) {
    let failures = after.failures;
    let duration_ms = (took.as_secs_f64() * 1_000_000.0).round() / 1_000.0;
    let budget = ledger::so_far().github_remaining;
    match (&after.state, &after.last_error) {
        (JobState::Dead { .. }, reason) => {
            error!(
                outcome = "given_up",
                failures,
                duration_ms,
                error = reason,
                Jobs = 1,
                GitHubBudgetLeft = budget,
                "a job is given up"
            );
            alarm(Alarm::JobGivenUp, now);
        }
        (JobState::Waiting { due_at }, Some(reason)) => warn!(
            outcome = "failed", failures, duration_ms, error = reason, %due_at,
            Jobs = 1, GitHubBudgetLeft = budget, "a job comes back"
        ),
        (JobState::Waiting { due_at }, None) => info!(
            outcome = "waits", failures, duration_ms, %due_at,
            Jobs = 1, GitHubBudgetLeft = budget, "a job waits"
        ),
        (JobState::Done, _) => info!(
            outcome = "done",
            failures,
            duration_ms,
            Jobs = 1,
            GitHubBudgetLeft = budget,
            "a job is done"
        ),
        (JobState::Running { .. }, _) => {}
    }
}
