//! One figure of the table: a route, so many clients, so many rows.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::task::JoinSet;

use crate::bench::CannotMeasure;
use crate::bench::calls::Api;
use crate::bench::load::cast::Cast;
use crate::bench::load::routes::Route;
use crate::bench::load::scene::Scene;
use crate::bench::load::weigh::float;
use crate::bench::spread::{microseconds, nearest};
use crate::lambda::usage::Usage;

/// How long a cell is measured, whatever comes first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) time: Duration,
    pub(super) requests: u64,
}

/// What was measured of a cell.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Timed {
    /// Requests that were answered, all as they must be: another answer ends the benchmark.
    pub requests: u64,
    /// In a second.
    pub per_second: f64,
    /// Half of the answers did not take longer, in microseconds.
    pub p50_us: u64,
    /// 95 of a hundred.
    pub p95_us: u64,
    /// 99 of a hundred.
    pub p99_us: u64,
    /// Of a processor for a request, in microseconds: of the functions' process alone.
    pub cpu_us: u64,
    /// Memory of the functions' process afterwards, in KiB.
    pub rss_kib: u64,
}

impl Timed {
    /// Of answers that took `times`, all together `took`, while the process went from one usage to another.
    pub(super) fn of(times: &[Duration], took: Duration, (before, after): (Usage, Usage)) -> Self {
        let mut sorted: Vec<_> = times.iter().copied().map(microseconds).collect();
        sorted.sort_unstable();
        let requests = u64::try_from(times.len()).unwrap_or(u64::MAX);
        let cpu = microseconds(after.cpu.saturating_sub(before.cpu));
        Self {
            requests,
            per_second: float(requests) / took.as_secs_f64().max(f64::EPSILON),
            p50_us: nearest(&sorted, 50),
            p95_us: nearest(&sorted, 95),
            p99_us: nearest(&sorted, 99),
            cpu_us: cpu.checked_div(requests).unwrap_or(0),
            rss_kib: after.rss_kib,
        }
    }
}

/// Somebody who asks again and again.
struct Client {
    api: Api,
    cast: Arc<Cast>,
    next: Arc<AtomicU64>,
    route: Route,
    /// The number of the first request that nobody makes any more.
    end: u64,
    pool: u64,
}

impl Client {
    /// How long each answer took.
    async fn asks_until(self, end: Instant) -> Result<Vec<Duration>, CannotMeasure> {
        let Self { api, cast, next, route, .. } = &self;
        let mut times = Vec::new();
        while Instant::now() < end {
            let number = next.fetch_add(1, Ordering::SeqCst);
            if number >= self.end {
                break;
            }
            // Copies that are not used up are asked for again.
            let again = route.needs_copies() && !route.uses_up();
            let number = if again { number % self.pool } else { number };
            let ask = route.ask(cast, number);
            times.push(api.must(&ask, route.expected()).await?.took);
        }
        Ok(times)
    }
}

/// Has `clients` ask for `route` again and again; `next` counts its requests.
pub(super) async fn measure(
    scene: &Scene,
    route: Route,
    clients: u32,
    bounds: Bounds,
    next: &Arc<AtomicU64>,
) -> Result<Timed, CannotMeasure> {
    let first = next.load(Ordering::SeqCst);
    let enough = first + bounds.requests;
    let end = if route.uses_up() { enough.min(scene.pool) } else { enough };
    let (before, began) = (scene.apart.usage()?, Instant::now());
    let mut all = JoinSet::new();
    for _client in 0..clients {
        let (api, cast, next) = (scene.api.clone(), Arc::clone(&scene.cast), Arc::clone(next));
        let client = Client { api, cast, next, route, end, pool: scene.pool.max(1) };
        all.spawn(client.asks_until(began + bounds.time));
    }
    let mut times = Vec::new();
    while let Some(client) = all.join_next().await {
        times.extend(client.map_err(std::io::Error::other)??);
    }
    // Clients that found nothing left had counted on.
    next.store(next.load(Ordering::SeqCst).min(end), Ordering::SeqCst);
    Ok(Timed::of(&times, began.elapsed(), (before, scene.apart.usage()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage(cpu_ms: u64, rss_kib: u64) -> Usage {
        Usage { cpu: Duration::from_millis(cpu_ms), rss_kib, rss_max_kib: rss_kib }
    }

    #[test]
    fn a_hundred_answers_have_their_ranks_and_share_the_processor() {
        let times: Vec<_> = (1..=100).rev().map(Duration::from_millis).collect();
        let usages = (usage(500, 9_000), usage(600, 10_000));
        let figures = Timed::of(&times, Duration::from_secs(4), usages);

        let expected = Timed {
            requests: 100,
            per_second: 25.0,
            p50_us: 50_000,
            p95_us: 95_000,
            p99_us: 99_000,
            cpu_us: 1_000,
            rss_kib: 10_000,
        };
        assert_eq!(figures, expected);
    }

    #[test]
    fn nothing_that_was_answered_is_nothing() {
        let figures = Timed::of(&[], Duration::ZERO, (usage(1, 2), usage(1, 2)));
        assert_eq!(figures, Timed { rss_kib: 2, ..Timed::default() });
    }
}
