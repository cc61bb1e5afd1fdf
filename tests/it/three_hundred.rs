//! Three hundred candidates are invited at once, and GitHub keeps to its limits: none is lost, none is
//! made twice, and no call is one too many.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::caller::Answer;
use tests::story::Story;
use tests::together::{all_of, together, with_status};

const MANY: usize = 300;

/// The settings' own pace, on a stack whose GitHub enforces its limits.
async fn limited() -> Story {
    let pace = [
        ("TENON_GITHUB_CREATES_PER_SECOND", "1"),
        ("TENON_GITHUB_CREATES_PER_MINUTE", "60"),
        ("TENON_GITHUB_CREATES_PER_HOUR", "450"),
    ];
    let story = Story::with(&pace).await;
    story.stack.github.enforce_limits();
    story
}

/// Does what is due now, by several workers at the same time.
async fn settle_together(story: &Story) {
    let workers = (0..4).map(|_| {
        let worker = Arc::clone(&story.stack.worker);
        async move { worker.settle().await.is_ok() }
    });
    assert_eq!(all_of(workers).await, [true; 4]);
}

async fn rows(story: &Story, simulation: u64) -> Vec<Value> {
    let path = format!("/api/simulations/{simulation}/candidates");
    let listed = story.recruiter(1).get(&path).await.expect(200);
    listed.as_array().unwrap().clone()
}

/// The states of all workspaces.
fn states(rows: &[Value]) -> Vec<&str> {
    let workspaces = rows.iter().flat_map(|row| row["workspaces"].as_array().unwrap());
    workspaces.map(|workspace| workspace["state"].as_str().unwrap()).collect()
}

/// Recruiter 1 invites candidate `number`.
fn invited(story: &Story, simulation: u64, number: usize) -> impl Future<Output = Answer> + use<> {
    let recruiter = story.recruiter(1);
    let email = format!("candidate{number}@example.com");
    let body = json!({ "candidateName": "Candidate", "inviteEmail": email });
    async move { recruiter.post(&format!("/api/simulations/{simulation}/invite"), body).await }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_hundred_invites_at_once_are_made_as_fast_as_github_allows_and_never_faster() {
    let story = limited().await;
    let (github, queue) = (&story.stack.github, &story.stack.queue);
    let simulation = story.simulation().await;
    let begun = story.now();
    // One moment of the clock; no more at a time than a slow machine answers before they give up.
    for many in (0..MANY).collect::<Vec<_>>().chunks(20) {
        let invites = many.iter().map(|number| invited(&story, simulation, *number));
        assert_eq!(with_status(&together(invites).await, 200), many.len());
    }

    settle_together(&story).await;
    let mut first = None;
    while let Some(due) = queue.next_due() {
        story.clock.set(due.max(story.now()));
        settle_together(&story).await;
        if first.is_none() && !github.repositories().is_empty() {
            first = Some(story.now().duration_since(begun));
        }
    }

    let took = story.now().duration_since(begun);
    assert!(first.unwrap() <= SignedDuration::from_secs(5), "{first:?}");
    // 450 an hour, of which a sixth is left to others: 375 in the first hour, 225 in the second.
    assert!(took <= SignedDuration::from_mins(67), "{took}");
    assert_eq!(github.limited(), []);
    let rows = rows(&story, simulation).await;
    assert_eq!((rows.len(), states(&rows)), (MANY, vec!["ready"; 2 * MANY]));
    let made = github.repositories();
    let names: BTreeSet<_> = made.iter().collect();
    assert_eq!((made.len(), names.len()), (2 * MANY, 2 * MANY));
    assert_eq!(github.calls()["POST generate"], 600);
    assert_eq!(story.stack.mailbox.mails().len(), MANY);
}
