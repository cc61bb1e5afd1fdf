//! Workflow runs: what is fixed when one is dispatched, and what time makes of it.

use std::collections::BTreeMap;

use aws_lc_rs::digest;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::github::objects::Sha;
use crate::github::users::BOT_LOGIN;
use crate::github::world::World;

/// Artifacts count from here: their numbers follow from the run's.
const ARTIFACT_ID_STEP: u64 = 26_000_000_000;
/// How far the numbers of two artifacts of one run are apart.
const ARTIFACT_ID_SPAN: u64 = 100_000_000_000;
/// How long GitHub keeps an artifact: 90 days.
const ARTIFACT_KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Where workflows live.
pub const WORKFLOW_FOLDER: &str = ".github/workflows/";

/// How long a run waits and works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunTiming {
    pub queued: SignedDuration,
    pub running: SignedDuration,
}

impl Default for RunTiming {
    /// Half a second in the queue, one second at work.
    fn default() -> Self {
        Self { queued: SignedDuration::from_millis(500), running: SignedDuration::from_secs(1) }
    }
}

/// What one `github.run` document holds: all of it known at dispatch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// From 30,000,000,001 on.
    pub id: u64,
    pub repository: u64,
    /// 1 for the first run of the workflow in its repository.
    pub number: u64,
    /// `.github/workflows/tenon-ci.yml`
    pub workflow_path: String,
    /// The short name of the branch or tag it was dispatched on.
    pub head_branch: String,
    /// What that name stood for at the moment of the dispatch.
    pub head_sha: Sha,
    pub inputs: BTreeMap<String, Value>,
    /// The timing of the day of the dispatch; a later `set_timing` changes later runs only.
    pub timing: RunTiming,
    pub created_at: Timestamp,
    /// Who dispatched it, by login.
    #[serde(default = "bot")]
    pub actor: String,
    /// How often it was started again.
    #[serde(default)]
    pub repeats: u64,
    /// When it was last started again.
    #[serde(default)]
    pub repeated_at: Option<Timestamp>,
}

fn bot() -> String {
    BOT_LOGIN.to_owned()
}

/// Where a run stands at a given time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RunState {
    Queued,
    InProgress,
    Completed,
}

impl RunState {
    /// GitHub's `status`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::InProgress => "in_progress",
            Self::Completed => "completed",
        }
    }
}

impl Run {
    /// When the newest attempt was asked for.
    pub fn requested_at(&self) -> Timestamp {
        self.repeated_at.unwrap_or(self.created_at)
    }

    /// The number of the newest attempt.
    pub fn attempt(&self) -> u64 {
        self.repeats + 1
    }

    pub fn started_at(&self) -> Timestamp {
        later(self.requested_at(), self.timing.queued)
    }

    pub fn completed_at(&self) -> Timestamp {
        later(self.started_at(), self.timing.running)
    }

    pub fn state(&self, now: Timestamp) -> RunState {
        if now >= self.completed_at() {
            RunState::Completed
        } else if now >= self.started_at() {
            RunState::InProgress
        } else {
            RunState::Queued
        }
    }

    /// When it last changed its state.
    pub fn updated_at(&self, now: Timestamp) -> Timestamp {
        match self.state(now) {
            RunState::Queued => self.requested_at(),
            RunState::InProgress => self.started_at(),
            RunState::Completed => self.completed_at(),
        }
    }

    /// The id of its artifact number `index`, from 0 on.
    pub fn artifact_id(&self, index: u64) -> u64 {
        self.id - ARTIFACT_ID_STEP + index * ARTIFACT_ID_SPAN
    }

    /// The run whose artifact has this id.
    pub fn id_of_artifact(artifact: u64) -> u64 {
        artifact % ARTIFACT_ID_SPAN + ARTIFACT_ID_STEP
    }

    pub fn artifact_expires_at(&self) -> Timestamp {
        later(self.completed_at(), ARTIFACT_KEPT)
    }
}

fn later(at: Timestamp, step: SignedDuration) -> Timestamp {
    at.checked_add(step).unwrap_or(Timestamp::MAX)
}

impl World {
    /// The runs of a repository, newest first.
    pub fn runs_of(&self, repository: u64) -> Vec<&Run> {
        self.runs().rev().filter(|run| run.repository == repository).collect()
    }

    /// The path of the workflow that a file name or a workflow id means, when the default branch has it.
    pub fn workflow_path(&self, repository: u64, workflow: &str) -> Option<String> {
        let repository = self.repository_by_id(repository)?;
        let head = repository.branch(&repository.default_branch)?;
        let files = self.archive.files_at(head);
        let mut paths = files.into_keys().filter(|path| path.starts_with(WORKFLOW_FOLDER));
        paths.find(|path| {
            path.strip_prefix(WORKFLOW_FOLDER) == Some(workflow)
                || workflow_id(repository.id, path).to_string() == workflow
        })
    }
}

/// GitHub's number for a workflow: here 48 bits of a hash of the repository and the path.
pub fn workflow_id(repository: u64, path: &str) -> u64 {
    let hash = digest::digest(&digest::SHA256, format!("{repository}/{path}").as_bytes());
    hash.as_ref().iter().take(6).fold(0, |id, byte| id << 8 | u64::from(*byte))
}

/// The name a workflow gives itself.
pub fn workflow_name(workflow: &str) -> Option<&str> {
    workflow.lines().find_map(|line| line.strip_prefix("name:")).map(str::trim)
}

/// Whether a workflow lets itself be dispatched.
pub fn is_dispatchable(workflow: &str) -> bool {
    workflow.lines().any(|line| line.contains("workflow_dispatch") && !is_comment(line))
}

/// The names under the first `inputs:` of a workflow.
pub fn declared_inputs(workflow: &str) -> Vec<&str> {
    let mut lines = workflow.lines().filter(|line| !line.trim().is_empty() && !is_comment(line));
    let Some(inputs) = lines.find(|line| line.trim() == "inputs:") else { return Vec::new() };
    let outside = indent(inputs);
    let block: Vec<&str> = lines.take_while(|line| indent(line) > outside).collect();
    let inside = block.first().map_or(0, |line| indent(line));
    let names = block.into_iter().filter(|line| indent(line) == inside);
    names.filter_map(|line| Some(line.trim().split_once(':')?.0)).collect()
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with('#')
}

#[cfg(test)]
mod tests {
    use super::*;

    const WORKFLOW: &str = "name: CI\non:\n  workflow_dispatch:\n    inputs:\n      # which\n      \
        suite:\n        type: string\n      seed:\n        type: number\njobs:\n  test: {}\n";

    #[test]
    fn a_workflow_tells_which_inputs_it_takes() {
        assert_eq!(declared_inputs(WORKFLOW), ["suite", "seed"]);
        assert_eq!(declared_inputs("on: workflow_dispatch\n"), Vec::<&str>::new());
        assert_eq!(workflow_name(WORKFLOW), Some("CI"));
        assert!(is_dispatchable(WORKFLOW));
        assert!(!is_dispatchable("on: push\n# workflow_dispatch\n"));
    }

    #[test]
    fn a_run_waits_works_and_ends_to_the_millisecond() {
        let created: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        let at = |milliseconds| created + SignedDuration::from_millis(milliseconds);
        let run = Run {
            id: 30_000_000_001,
            repository: 1,
            number: 1,
            workflow_path: ".github/workflows/tenon-ci.yml".to_owned(),
            head_branch: "main".to_owned(),
            head_sha: Sha::parse(&"a".repeat(40)).unwrap(),
            inputs: BTreeMap::new(),
            timing: RunTiming::default(),
            created_at: created,
            actor: bot(),
            repeats: 0,
            repeated_at: None,
        };

        assert_eq!(run.state(created), RunState::Queued);
        assert_eq!(run.state(at(499)), RunState::Queued);
        assert_eq!(run.state(at(500)), RunState::InProgress);
        assert_eq!(run.state(at(1_499)), RunState::InProgress);
        assert_eq!(run.state(at(1_500)), RunState::Completed);
        assert_eq!(run.updated_at(at(9_000)), at(1_500));
        assert_eq!(run.artifact_id(0), 4_000_000_001);
        assert_eq!([0, 1, 7].map(|index| Run::id_of_artifact(run.artifact_id(index))), [run.id; 3]);
    }
}
