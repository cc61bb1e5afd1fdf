//! The stack that a load is put on, with rows behind every list and copies of candidates for what each can do
//! only once.

use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use reqwest::Client;
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::bench::CannotMeasure;
use crate::bench::apart::{Apart, stack};
use crate::bench::calls::Api;
use crate::bench::days::pause;
use crate::bench::load::cast::Cast;
use crate::bench::load::copies;
use crate::github::runs::RunTiming;
use crate::stack::Stack;

/// Copies that are used up begin here; before it are the rows of lists.
pub(super) const POOL_FROM: u64 = 200_000;
/// How long the stack may take to become quiet.
const PATIENCE: Duration = Duration::from_mins(2);

/// The stack, its functions, and who is in it.
pub(super) struct Scene {
    pub(super) stack: Stack,
    pub(super) apart: Apart,
    pub(super) api: Api,
    pub(super) cast: Arc<Cast>,
    /// How many copies of each candidate there are.
    pub(super) pool: u64,
    /// What the table held when everybody had come so far.
    items: Vec<Value>,
    worker: Option<JoinHandle<()>>,
}

impl Scene {
    /// Starts everything, and puts `rows` rows behind each list.
    pub(super) async fn prepare(rows: u64, http: &Client) -> Result<Self, CannotMeasure> {
        let mut apart = Apart::start(None, http.clone()).await?;
        let timing = RunTiming {
            queued: SignedDuration::from_millis(20),
            running: SignedDuration::from_millis(80),
        };
        let stack = stack(apart.base.clone(), timing).await?;
        apart.tell(&stack.settings).await?;
        let worker = tokio::spawn(Arc::clone(&stack.worker).run());
        let api = Api::new(http.clone(), &apart.base);
        let cast = Arc::new(Cast::play(&stack, &api).await?);
        let (pool, items, worker) = (0, Vec::new(), Some(worker));
        let mut scene = Self { stack, apart, api, cast, pool, items, worker };
        scene.quiet().await?;
        scene.items = copies::all(&scene.stack.table)?;
        scene.fill(rows)?;
        Ok(scene)
    }

    /// Waits until no job is under way or to be done soon.
    pub(super) async fn quiet(&self) -> Result<(), CannotMeasure> {
        let began = Instant::now();
        // What is handed over is hidden that long; what is hidden for longer waits for something else.
        let busy = |due: Timestamp| {
            due.duration_since(self.stack.app.clock.now()) <= SignedDuration::from_secs(61)
        };
        while self.stack.queue.next_due().is_some_and(busy) {
            if began.elapsed() > PATIENCE {
                return Err(CannotMeasure::Scene("the jobs do not come to an end".to_owned()));
            }
            pause(Duration::from_millis(100)).await;
        }
        Ok(())
    }

    /// From now on no job is done.
    pub(super) fn rest(&mut self) {
        if let Some(worker) = self.worker.take() {
            worker.abort();
        }
    }

    /// The routes that were measured before are no burden to the next one.
    pub(super) fn forget_tokens(&self) -> Result<(), CannotMeasure> {
        Ok(self.stack.table.forget_tokens()?)
    }

    fn fill(&self, rows: u64) -> Result<(), CannotMeasure> {
        let Cast { simulation, grace, ada, submission, .. } = &*self.cast;
        let database = self.stack.table.database();
        let made = self.item(&format!("SIM#{simulation:016}"), "SIM")?;
        let invited = self.item(&partition(grace.session), "CS")?;
        let handed_in = self.item(&partition(ada.session), "SUBMISSION#1")?;
        // The originals are rows, too.
        let numbers = || 1..rows;
        copies::put(database, &[made], &[*simulation], numbers())?;
        copies::put(database, &[invited], &[grace.session], numbers())?;
        copies::put(database, &[handed_in], &[*submission, ada.session], numbers())
    }

    /// Puts `count` copies of each candidate, with all that is known of them.
    pub(super) fn fill_pools(&mut self, count: u64) -> Result<(), CannotMeasure> {
        let Cast { grace, eve, ada, run, .. } = &*self.cast;
        let of_ada = [ada.session, *run];
        for ids in [&[grace.session][..], &[eve.session], &of_ada] {
            let of_it = self.items.iter().filter(|item| {
                let partition = key(item, "PK").unwrap_or_default();
                // A run is kept apart from its session, and so is what it printed.
                ids.iter().any(|id| partition.ends_with(&format!("#{id:016}")))
            });
            let of_it: Vec<_> = of_it.collect();
            let numbers = POOL_FROM..POOL_FROM + count;
            copies::put(self.stack.table.database(), &of_it, ids, numbers)?;
        }
        self.pool = count;
        Ok(())
    }

    fn item(&self, partition: &str, sort: &str) -> Result<&Value, CannotMeasure> {
        let mut items = self.items.iter();
        let found =
            items.find(|item| key(item, "PK") == Some(partition) && key(item, "SK") == Some(sort));
        found.ok_or_else(|| CannotMeasure::Scene(format!("there is no item {partition} {sort}")))
    }
}

fn partition(session: u64) -> String {
    format!("CS#{session:016}")
}

fn key<'a>(item: &'a Value, name: &str) -> Option<&'a str> {
    item.get(name)?.get("S")?.as_str()
}
