//! Test runs and what they printed.

use serde::{Deserialize, Serialize};

use crate::domain::id::RunId;
use crate::domain::results::{Output, TestReport};
use crate::domain::run::Run;
use crate::error::Error;
use crate::store::Store;
use crate::store::item::{BODY, Entity, Stored};
use crate::store::keys::{self, Keys};
use crate::store::page::Range;

impl Entity for Run {
    fn keys(&self) -> Keys {
        keys::run(self.id).into()
    }
}

/// Says which run of ours GitHub's run is; there is one for each, so no two of ours share one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GitHubRun {
    /// GitHub's number for the run.
    pub github_id: u64,
    /// Ours.
    pub run: RunId,
}

impl Entity for GitHubRun {
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
    const WIDE: bool = true;

    fn keys(&self) -> Keys {
        keys::output(self.run).into()
    }
}

impl Store {
    /// A run.
    pub async fn run(&self, id: RunId) -> Result<Option<Stored<Run>>, Error> {
        self.get(&keys::run(id)).await
    }

    /// Which run of ours GitHub's run `github_id` is, if it is one.
    pub async fn github_run(&self, github_id: u64) -> Result<Option<GitHubRun>, Error> {
        // A run that tries a template out is reserved by an item that says nothing.
        let key = keys::github_run(github_id);
        let mut found = self.get_all(std::slice::from_ref(&key)).await?;
        let found = found.remove(&key).filter(|item| item.contains_key(BODY));
        let found = found.map(Stored::<GitHubRun>::from_item).transpose()?;
        Ok(found.map(|found| found.value))
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
