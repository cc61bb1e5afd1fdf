//! How the service fares, at a glance.

use jiff::SignedDuration;
use serde_json::json;
use shared::domain::id::{CandidateSessionId, RunId};
use shared::domain::job::Job;
use tests::cost::Cost;
use tests::story::Story;

const METRICS: &str = "/api/admin/metrics";

#[tokio::test]
async fn a_fresh_process_has_nothing_to_tell_but_itself() {
    let story = Story::operated(&[]).await;
    story.clock.advance(SignedDuration::from_secs(90));

    let (told, cost) = story.costing(story.operator().get(METRICS)).await;

    let expected = json!({
        "at": "2026-03-02T09:01:30Z",
        "overdueJobs": { "count": 0, "capped": false, "oldestSeconds": null },
        "deadJobs": { "count": 0, "capped": false, "byKind": [] },
        "creatingCalls": null,
        "github": null,
        "process": {
            "version": env!("CARGO_PKG_VERSION"),
            "startedAt": "2026-03-02T09:00:00Z",
            "ageSeconds": 90,
        },
    });
    assert_eq!((told.expect(200), cost), (expected, Cost::of_table(2)));
}

#[tokio::test]
async fn jobs_that_are_late_or_dead_and_the_pace_of_creating_calls_are_told() {
    let pace = [("TENON_GITHUB_CREATES_PER_SECOND", "1")];
    let story = Story::operated(&pace).await;
    story.invited("first@example.com").await;
    let told = story.operator().get(METRICS).await.expect(200)["creatingCalls"].clone();
    let ahead = [&told["reserved"], &told["nextBulkAt"]];
    assert_eq!(ahead, [&json!(1), &json!("2026-03-02T09:00:02Z")]);
    story.invited_just_now("second@example.com").await;
    for run in 1..=3 {
        story.dead_job(Job::FollowRun { run: RunId::new(run) }).await;
    }
    story.dead_job(Job::CleanUp { session: CandidateSessionId::new(1) }).await;

    // The messages of three jobs were lost.
    story.clock.advance(SignedDuration::from_millis(59_999));
    let operator = story.operator();
    assert_eq!(operator.get(METRICS).await.expect(200)["overdueJobs"]["count"], 0);
    story.clock.advance(SignedDuration::from_millis(1));
    let (told, cost) = story.costing(operator.get(METRICS)).await;
    let told = told.expect(200);

    assert_eq!(cost, Cost::of_table(3));
    // Three that were never begun, and one that waited a second for its moment.
    let overdue = json!({ "count": 3, "capped": false, "oldestSeconds": 60 });
    assert_eq!(told["overdueJobs"], overdue);
    let dead = json!({
        "count": 4,
        "capped": false,
        "byKind": [{ "kind": "clean_up", "count": 1 }, { "kind": "follow_run", "count": 3 }],
    });
    assert_eq!(told["deadJobs"], dead);
    let pace = json!({
        "reserved": 0,
        "closedUntil": null,
        "nextBulkAt": "2026-03-02T09:01:00Z",
        "nextPromptAt": "2026-03-02T09:01:00Z",
    });
    assert_eq!(told["creatingCalls"], pace);
    let github = &told["github"];
    assert_eq!(github["limit"], 5_000);
    assert!(github["remaining"].as_u64().unwrap() < 5_000, "{github}");
    assert_eq!(github["renewedAt"], "2026-03-02T10:00:00Z");
}

#[tokio::test]
async fn a_thousand_dead_jobs_are_counted_and_it_is_told_when_there_are_more() {
    let story = Story::operated(&[]).await;
    story.dead_job(Job::FollowRun { run: RunId::new(1) }).await;
    let item = story.items("JOB#").await.remove(0);
    let id = item["id"]["S"].as_str().unwrap();
    let copies: Vec<_> = (0..1_000_u32)
        .map(|number| {
            let another = format!("{number:08x}{}", &id[8..]);
            serde_json::from_str(&item.to_string().replace(id, &another)).unwrap()
        })
        .collect();
    let dead = async || story.operator().get(METRICS).await.expect(200)["deadJobs"].clone();

    story.put_items(&copies[..999]);
    let all = json!({
        "count": 1_000, "capped": false, "byKind": [{ "kind": "follow_run", "count": 1_000 }],
    });
    assert_eq!(dead().await, all);
    story.put_items(&copies[999..]);
    let capped = dead().await;
    assert_eq!((&capped["count"], &capped["capped"]), (&json!(1_000), &json!(true)));
}
