//! Test runs and what they printed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::id::RunId;
use crate::domain::results::{Output, TestReport};
use crate::domain::run::Run;
use crate::error::Error;
use crate::store::Store;
use crate::store::item::{Entity, Stored};
use crate::store::keys::{self, Keys};
use crate::store::page::Range;

impl Entity for Run {
    fn keys(&self) -> Keys {
        keys::run(self.id).into()
    }
}

/// Reserves GitHub's run for one run of ours, and says which that is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunPlace {
    /// GitHub's number for it.
    pub github_id: u64,
    /// Ours.
    pub run: RunId,
    /// When a webhook last had us look at it.
    pub looked_at: Option<Timestamp>,
}

impl RunPlace {
    /// GitHub's run `github_id`, which is `run` of ours.
    pub const fn new(github_id: u64, run: RunId) -> Self {
        Self { github_id, run, looked_at: None }
    }
}

impl Entity for RunPlace {
    fn keys(&self) -> Keys {
        keys::github_run(self.github_id).into()
    }
}

/// What a run printed; kept apart from it because it is wide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunOutput {
    /// Which run.
    pub run: RunId,
    /// Standard output.
    pub stdout: Option<Output>,
    /// Standard error.
    pub stderr: Option<Output>,
    /// The report's own summary: the JSON text of an object.
    pub summary: Option<String>,
}

impl RunOutput {
    /// What `report` says that run `run` printed.
    pub fn of(run: RunId, report: &TestReport) -> Self {
        let (stdout, stderr) = (report.stdout.clone(), report.stderr.clone());
        Self { run, stdout, stderr, summary: report.summary.clone() }
    }
}

impl Entity for RunOutput {
    fn keys(&self) -> Keys {
        keys::output(self.run).into()
    }
}

impl Store {
    /// A run.
    pub async fn run(&self, id: RunId) -> Result<Option<Stored<Run>>, Error> {
        self.get(&keys::run(id)).await
    }

    /// Which run of ours GitHub's run `github_id` is.
    pub async fn run_place(&self, github_id: u64) -> Result<Option<Stored<RunPlace>>, Error> {
        self.get(&keys::github_run(github_id)).await
    }

    /// A run and what it printed, once it has: one call.
    pub async fn run_with_output(
        &self,
        id: RunId,
    ) -> Result<Option<(Run, Option<RunOutput>)>, Error> {
        let items = self.items(Range::collection(keys::run(id).pk)).await?;
        let (mut run, mut output) = (None, None);
        for item in items {
            match item.get("SK").and_then(|sk| sk.as_s().ok()).map(String::as_str) {
                Some(keys::RUN_SK) => run = Some(Stored::<Run>::from_item(item)?.value),
                Some(keys::OUTPUT_SK) => output = Some(Stored::<RunOutput>::from_item(item)?.value),
                _ => {}
            }
        }
        Ok(run.map(|run| (run, output)))
    }
}
