//! A row that cannot be read: lists go on without it, and whoever asks for it is told that we failed.

use serde_json::{Value, json};
use tests::logs::Log;
use tests::problem::problem;
use tests::story::Story;
use tests::table::older_copies;

const ADA: &str = "ada@example.com";

/// The id that `item` holds under `id`.
fn id(item: &Value) -> u64 {
    item["id"]["N"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn one_unreadable_row_is_left_out_of_its_list_and_told_once_in_the_log() {
    let story = Story::begin().await;
    let (invited, ada, _second) = story.on_day_two(ADA).await;
    let simulation = story.item("SIM#", "SIM").await;
    let session = story.item("CS#", "CS").await;
    let submission = story.item("CS#", "SUBMISSION#1").await;
    let made = [
        (older_copies(&simulation, &[id(&simulation)], 1).remove(0), "brief"),
        (older_copies(&session, &[id(&session)], 1).remove(0), "progress"),
        (older_copies(&submission, &[id(&submission), invited.session], 1).remove(0), "taskTitle"),
    ];
    for (mut item, field) in made {
        item[field] = json!({ "BOOL": true });
        story.put_item(&item).await;
    }
    let candidates = format!("/api/simulations/{}/candidates", invited.simulation);
    let log = Log::listen();

    for (path, number, caller) in [
        ("/api/simulations", id(&simulation), story.recruiter(1)),
        (&candidates, id(&session), story.recruiter(1)),
        ("/api/submissions", id(&submission), story.recruiter(1)),
        ("/api/candidate/invites", id(&session), ada),
    ] {
        let name = match path {
            "/api/simulations" => "id",
            "/api/submissions" => "submissionId",
            _ => "candidateSessionId",
        };
        assert_eq!(caller.get(path).await.numbers(name), [number], "{path}");
        let logged = log.take_errors();
        assert_eq!(logged.len(), 1, "{path}: {logged:?}");
        assert!(logged[0].contains("a row cannot be read"), "{logged:?}");
        assert!(!logged[0].contains(ADA), "{logged:?}");

        // A page of nothing but that row is empty, and leads on as any other.
        let pages = caller.pages(&format!("{path}?limit=1")).await;
        let rows: Vec<_> = pages.iter().map(|page| page.rows().len()).collect();
        assert_eq!(rows, [1, 0], "{path}");
        log.take_errors();
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_a_failure_of_ours_when_it_is_asked_for() {
    let story = Story::begin().await;
    let (_invited, _ada, _second) = story.on_day_two(ADA).await;
    let mut simulation = story.item("SIM#", "SIM").await;
    let mut submission = story.item("CS#", "SUBMISSION#1").await;
    simulation["brief"] = json!({ "NULL": true });
    submission["session"] = json!({ "S": "none" });
    story.put_item(&simulation).await;
    story.put_item(&submission).await;
    let recruiter = story.recruiter(1);

    for path in [
        format!("/api/simulations/{}", id(&simulation)),
        format!("/api/simulations/{}/candidates", id(&simulation)),
        format!("/api/submissions/{}", id(&submission)),
    ] {
        let failed = recruiter.get(&path).await.problem();
        let mut expected =
            problem(500, "Internal Server Error", "INTERNAL_ERROR", "Internal Server Error");
        expected["retryable"] = json!(true);
        assert_eq!(failed, expected, "{path}");
    }
}
