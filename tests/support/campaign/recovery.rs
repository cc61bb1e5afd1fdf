//! Time passes, jobs and the sweeper run dry, candidates accept what they are invited to.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::story::Story;

/// More rounds than any recovery needs; in each something becomes due.
const ROUNDS_MAX: usize = 60;
/// After how long the sweeper looks for a job that was due.
const LOST_AFTER: SignedDuration = SignedDuration::from_secs(61);

/// Lets healthy processes do all there is to be done; whether that has an end.
pub(super) async fn run_dry(story: &Story) -> bool {
    story.settle().await;
    for _ in 0..ROUNDS_MAX {
        for login in ["ada", "countess"] {
            story.accept_invitations(login);
        }
        let jobs = story.items("JOB#").await;
        let Some(next) = jobs.iter().filter_map(due).min() else { return true };
        // Either its message comes, or the sweeper finds that it is lost.
        story.clock.set(next.max(story.now()));
        story.settle().await;
        if story.items("JOB#").await.iter().filter_map(due).min() == Some(next) {
            story.clock.set((next + LOST_AFTER).max(story.now()));
            story.stack.worker.sweep().await.unwrap();
            story.settle().await;
        }
    }
    false
}

/// When a job that is not over goes on.
fn due(job: &Value) -> Option<Timestamp> {
    let state = &job["state"]["M"];
    let at = ["dueAt", "until"].iter().find_map(|name| state[*name]["S"].as_str());
    at.map(|at| at.parse().unwrap())
}
