//! Time passes, jobs and the sweeper run dry, candidates accept what they are invited to.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::story::Story;

/// More rounds than any recovery needs; in each something becomes due.
const ROUNDS_MAX: usize = 60;
/// How often the schedule has the sweeper look.
const SWEPT_EVERY: SignedDuration = SignedDuration::from_mins(1);
/// After how long the sweeper looks for a job that was due.
const LOST_AFTER: SignedDuration = SignedDuration::from_secs(61);

/// Lets healthy processes do all there is to be done; whether that has an end. The schedule comes round
/// at least once.
pub(super) async fn run_dry(story: &Story) -> bool {
    story.settle().await;
    story.clock.advance(SWEPT_EVERY);
    sweep(story).await;
    for _ in 0..ROUNDS_MAX {
        for login in ["ada", "countess"] {
            story.accept_invitations(login);
        }
        let Some(next) = next(story).await else { return true };
        story.clock.set(next.max(story.now()));
        story.settle().await;
        if self::next(story).await == Some(next) {
            // Its message was lost: the sweeper finds it.
            story.clock.set((next + LOST_AFTER).max(story.now()));
            sweep(story).await;
        }
    }
    false
}

async fn sweep(story: &Story) {
    story.stack.worker.sweep().await.unwrap();
    story.settle().await;
}

/// When something goes on: a job that is not over, or a message that nobody could deal with.
async fn next(story: &Story) -> Option<Timestamp> {
    let jobs = story.items("JOB#").await;
    let messages = story.stack.queue.next_due();
    jobs.iter().filter_map(due).chain(messages).min()
}

/// When a job that is not over goes on.
fn due(job: &Value) -> Option<Timestamp> {
    let state = &job["state"]["M"];
    let at = ["dueAt", "until"].iter().find_map(|name| state[*name]["S"].as_str());
    at.map(|at| at.parse().unwrap())
}
