//! The five days under load: so many candidates at once, from the invite to the end, jobs included.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::task::JoinSet;

use crate::bench::CannotMeasure;
use crate::bench::days::{Player, Seen, Somebody};
use crate::bench::load::cast::token;
use crate::bench::load::cell::Timed;
use crate::bench::load::scene::Scene;
use crate::bench::load::weigh::float;
use crate::bench::spread::microseconds;
use crate::issuer::{Identity, Role};

/// Between two looks at a repository or a run: twice as often as the web client.
const PACE: Duration = Duration::from_millis(750);
/// How long anything of it may take.
const PATIENCE: Duration = Duration::from_mins(5);

/// What was measured of candidates who played.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DaysTimed {
    /// How many at once.
    pub clients: u32,
    /// Rows behind every list meanwhile.
    pub rows: u64,
    /// From the first invite to the last answer, in milliseconds, pauses of the client included.
    pub took_ms: u64,
    /// Of the API's answers.
    #[serde(flatten)]
    pub timed: Timed,
    /// Of a processor for a candidate, jobs included, in milliseconds.
    pub cpu_ms_each: f64,
    /// Calls to the table for a candidate, jobs and sweeps included.
    pub table_calls_each: f64,
    /// Calls to GitHub for a candidate, jobs included.
    pub github_calls_each: f64,
}

/// Has `clients` candidates play at once, and waits for the jobs that follow.
pub(super) async fn measure(
    scene: &Scene,
    clients: u32,
    rows: u64,
) -> Result<DaysTimed, CannotMeasure> {
    let (calls, github) = (scene.apart.table_calls().await?, scene.stack.github.total_calls());
    let (before, began) = (scene.apart.usage()?, Instant::now());
    let seen = Arc::new(Mutex::new(Seen::default()));
    let mut all = JoinSet::new();
    for number in 0..clients {
        let email = format!("days{clients}-{number}@example.com");
        let token = token(&scene.stack, &Identity::new(&email, Role::Candidate))?;
        let (api, github) = (scene.api.clone(), scene.stack.github.clone());
        let (cast, seen) = (Arc::clone(&scene.cast), Arc::clone(&seen));
        all.spawn(async move {
            let player =
                Player { api, github: &github, pace: PACE, patience: PATIENCE, seen: &seen };
            let by = (&cast.rival, cast.rivals_simulation);
            player.five_days(by, &Somebody { email, token }).await
        });
    }
    while let Some(played) = all.join_next().await {
        played.map_err(std::io::Error::other)??;
    }
    let took = began.elapsed();
    scene.quiet().await?;
    let after = scene.apart.usage()?;
    let times = std::mem::take(&mut seen.lock().unwrap_or_else(PoisonError::into_inner).times);
    let each = |count: u64| float(count) / f64::from(clients.max(1));
    let calls = scene.apart.table_calls().await?.saturating_sub(calls);
    let cpu = microseconds(after.cpu.saturating_sub(before.cpu));
    Ok(DaysTimed {
        clients,
        rows,
        took_ms: microseconds(took) / 1_000,
        timed: Timed::of(&times, took, (before, after)),
        cpu_ms_each: each(cpu) / 1_000.0,
        table_calls_each: each(calls),
        github_calls_each: each(scene.stack.github.total_calls().saturating_sub(github)),
    })
}
