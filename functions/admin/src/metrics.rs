//! How the service fares, at a glance.

use axum::Json;
use axum::extract::State;
use jiff::Timestamp;
use serde::Serialize;
use shared::app::App;
use shared::auth::admin::Admin;
use shared::creates::Pace;
use shared::error::Error;
use shared::flows::take_stock::{Stock, take_stock};
use shared::github::rate_limit::Budget;
use utoipa::ToSchema;

/// Jobs that are late or given up, how far ahead calls to GitHub are reserved, and what it allows.
///
/// Three reads of the table. What has happened over time is in the logs and their metrics.
#[utoipa::path(
    get, path = "/api/admin/metrics", tag = "admin", operation_id = "getMetrics",
    responses((status = 200, description = "How it stands now.", body = Metrics))
)]
pub(crate) async fn metrics(State(app): State<App>, admin: Admin) -> Result<Json<Metrics>, Error> {
    // Three calls at once make a large future.
    let stock = Box::pin(take_stock(&app, admin)).await?;
    Ok(Json(Metrics::new(&app, &stock)))
}

/// How the service fares.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Metrics {
    /// When this was so.
    at: Timestamp,
    overdue_jobs: OverdueJobs,
    dead_jobs: DeadJobs,
    /// How far ahead calls are reserved that create something on GitHub; null where they have no limit.
    creating_calls: Option<CreatingCalls>,
    /// What GitHub last told this process of its hourly limit; null before it called GitHub. Other
    /// processes, those of the jobs above all, hear of it more often: see the metric
    /// `GitHubBudgetLeft`.
    github: Option<GitHubBudget>,
    process: Process,
}

/// Jobs that should have been begun a minute ago, or whose worker died.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct OverdueJobs {
    /// At most 100.
    count: usize,
    /// Whether there may be more.
    capped: bool,
    /// How long ago the oldest was due; null where there is none.
    oldest_seconds: Option<i64>,
}

/// Jobs that were given up.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct DeadJobs {
    /// At most 1,000.
    count: u32,
    /// Whether there are more.
    capped: bool,
    /// The kinds of which there are any.
    by_kind: Vec<DeadJobsOfKind>,
}

/// Jobs of one kind that were given up.
#[derive(Serialize, ToSchema)]
struct DeadJobsOfKind {
    #[schema(example = "send_invite")]
    kind: &'static str,
    count: u32,
}

/// The pace of calls that create something on GitHub.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct CreatingCalls {
    /// Calls whose moment is still to come.
    reserved: u32,
    /// GitHub had too many calls: until then there are none.
    closed_until: Option<Timestamp>,
    /// The next free moment of a call that many make at once; null while too many wait.
    next_bulk_at: Option<Timestamp>,
    /// The next free moment of a call that somebody waits for; null while too many wait.
    next_prompt_at: Option<Timestamp>,
}

/// What GitHub allows.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct GitHubBudget {
    /// Calls in an hour.
    limit: u64,
    /// Those that are left.
    remaining: u64,
    /// When they are renewed.
    renewed_at: Option<Timestamp>,
}

/// The process that answers.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
struct Process {
    #[schema(example = "0.1.0")]
    version: &'static str,
    started_at: Timestamp,
    /// How long ago that was.
    age_seconds: i64,
}

impl Metrics {
    fn new(app: &App, stock: &Stock) -> Self {
        let now = app.clock.now();
        let seconds = |since: Timestamp| now.duration_since(since).as_secs().max(0);
        let by_kind = stock.dead.iter().map(|(kind, count)| (*kind, *count));
        Self {
            at: now,
            overdue_jobs: OverdueJobs {
                count: stock.overdue.count,
                capped: stock.overdue.capped,
                oldest_seconds: stock.overdue.oldest_due_at.map(seconds),
            },
            dead_jobs: DeadJobs {
                count: stock.dead.values().sum(),
                capped: stock.dead_capped,
                by_kind: by_kind.map(|(kind, count)| DeadJobsOfKind { kind, count }).collect(),
            },
            creating_calls: stock.pace.map(CreatingCalls::from),
            github: app.github.budget().map(GitHubBudget::from),
            process: Process {
                version: env!("CARGO_PKG_VERSION"),
                started_at: app.started_at,
                age_seconds: seconds(app.started_at),
            },
        }
    }
}

impl From<Pace> for CreatingCalls {
    fn from(pace: Pace) -> Self {
        Self {
            reserved: pace.reserved,
            closed_until: pace.closed_until,
            next_bulk_at: pace.bulk,
            next_prompt_at: pace.prompt,
        }
    }
}

impl From<Budget> for GitHubBudget {
    fn from(budget: Budget) -> Self {
        Self {
            limit: budget.limit,
            remaining: budget.remaining,
            renewed_at: Timestamp::from_second(budget.renewed_at).ok(),
        }
    }
}
