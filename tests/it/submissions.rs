//! What a recruiter sees of what was handed in: whose, which, in what order.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::cost::Cost;
use tests::problem::problem;
use tests::story::Story;

const ADA: &str = "ada@example.com";

/// The days that `path` lists for recruiter `number`, as candidate's address and day.
async fn listed(story: &Story, number: u8, query: &str) -> Vec<(String, u64)> {
    let path = format!("/api/submissions{query}");
    let listed = story.recruiter(number).get(&path).await.expect(200);
    let row = |item: &Value| {
        (item["inviteEmail"].as_str().unwrap().to_owned(), item["dayIndex"].as_u64().unwrap())
    };
    listed["items"].as_array().unwrap().iter().map(row).collect()
}

fn days(of: &[(&str, u64)]) -> Vec<(String, u64)> {
    of.iter().map(|(email, day)| ((*email).to_owned(), *day)).collect()
}

#[tokio::test]
async fn a_text_is_shown_in_the_list_and_in_full() {
    let story = Story::begin().await;
    let (invited, ada) = story.claimed(ADA).await;
    let task = story.current_task(&ada, invited.session).await;
    story.clock.advance(SignedDuration::from_mins(30));
    let body = json!({ "contentText": " A plan.\n" });
    let submitted = ada.post(&format!("/api/tasks/{task}/submit"), body).await.expect(201);
    let recruiter = story.recruiter(1);
    let simulation = format!("/api/simulations/{}", invited.simulation);
    let simulation = recruiter.get(&simulation).await.expect(200);

    let (list, listing) = story.costing(recruiter.get("/api/submissions")).await;
    let path = format!("/api/submissions/{}", submitted["submissionId"]);
    let (detail, showing) = story.costing(recruiter.get(&path)).await;

    let both = json!({
        "submissionId": submitted["submissionId"],
        "candidateSessionId": invited.session,
        "candidateName": "Ada Example",
        "inviteEmail": ADA,
        "simulationId": invited.simulation,
        "simulationTitle": "Payments API",
        "submittedAt": "2026-03-02T09:30:00Z",
        "workflowUrl": null,
        "commitUrl": null,
        "diffUrl": null,
        "diffSummary": null,
        "testResults": null,
    });
    let with = |more: Value| {
        let mut fields = both.as_object().unwrap().clone();
        fields.extend(more.as_object().unwrap().clone());
        Value::Object(fields)
    };
    let item = with(json!({
        "taskId": task,
        "dayIndex": 1,
        "type": "design",
        "repoFullName": null,
        "repoUrl": null,
        "workflowRunId": null,
        "commitSha": null,
    }));
    assert_eq!(list.expect(200), json!({ "items": [item], "nextCursor": null }));
    let full = with(json!({
        "task": {
            "taskId": task,
            "dayIndex": 1,
            "type": "design",
            "title": "Architecture Plan",
            "prompt": simulation["tasks"][0]["description"],
        },
        "contentText": " A plan.\n",
        "code": null,
        "changedAfterSubmission": null,
        "activity": null,
    }));
    assert_eq!(detail.expect(200), full);
    assert_eq!((listing, showing), (Cost::of_table(1), Cost::of_table(2)));
}

#[tokio::test]
async fn the_newest_submission_of_all_candidates_comes_first() {
    let story = Story::begin().await;
    assert_eq!(listed(&story, 1, "").await, []);
    let (invited, ada) = story.claimed(ADA).await;
    let (other, grace) = story.claimed("grace@example.com").await;
    for (candidate, session) in [(&ada, invited.session), (&grace, other.session)] {
        for _ in 1..=2 {
            story.clock.advance(SignedDuration::from_secs(1));
            let task = story.current_task(candidate, session).await;
            story.hand_in_text(candidate, task).await;
        }
    }
    story.clock.advance(SignedDuration::from_secs(1));
    let third = story.current_task(&ada, invited.session).await;
    story.hand_in_text(&ada, third).await;

    let grace = "grace@example.com";
    let expected = days(&[(ADA, 3), (grace, 2), (grace, 1), (ADA, 2), (ADA, 1)]);
    assert_eq!(listed(&story, 1, "").await, expected);
    assert_eq!(listed(&story, 2, "").await, []);
}

#[tokio::test]
async fn each_filter_has_two_names_and_all_must_agree() {
    let story = Story::begin().await;
    let (ada, _ada, second) = story.on_day_two(ADA).await;
    let (grace, _grace, _second) = story.on_day_two("grace@example.com").await;
    let (session, simulation) = (ada.session, ada.simulation);
    let only = days(&[(ADA, 1)]);

    for query in [
        format!("?candidateSessionId={session}"),
        format!("?candidate_session_id={session}"),
        format!("?simulationId={simulation}"),
        format!("?simulation_id={simulation}"),
        format!("?taskId={}", second - 1),
        format!("?task_id={}", second - 1),
        format!(
            "?candidateSessionId={session}&candidate_session_id={session}\
             &simulationId={simulation}&simulation_id={simulation}&unknown=1"
        ),
    ] {
        assert_eq!(listed(&story, 1, &query).await, only, "{query}");
    }
    let mixed = format!("?candidateSessionId={session}&simulationId={}", grace.simulation);
    assert_eq!(listed(&story, 1, &mixed).await, []);
}

#[tokio::test]
async fn a_filter_that_names_somebody_else_leaves_nothing() {
    let story = Story::begin().await;
    let (invited, _ada, second) = story.on_day_two(ADA).await;

    for query in [
        format!("?candidateSessionId={}", invited.session),
        format!("?simulationId={}", invited.simulation),
        format!("?taskId={}", second - 1),
    ] {
        assert_eq!(listed(&story, 2, &query).await, [], "{query}");
    }
    for query in ["?candidateSessionId=1", "?candidateSessionId=0", "?simulationId=1", "?taskId=1"]
    {
        assert_eq!(listed(&story, 1, query).await, [], "{query}");
    }
}

#[tokio::test]
async fn a_filter_is_a_number() {
    let story = Story::begin().await;
    let recruiter = story.recruiter(1);

    for name in ["candidateSessionId", "candidate_session_id", "simulationId", "taskId"] {
        for value in ["", "x", "-1", "1.0"] {
            let refused = recruiter.get(&format!("/api/submissions?{name}={value}")).await;
            let expected = [(format!("/query/{name}"), "int_parsing".to_owned())];
            assert_eq!(refused.pointers(), expected, "{value}");
        }
    }
}

#[tokio::test]
async fn a_submission_is_shown_only_to_the_recruiter_who_invited() {
    let story = Story::begin().await;
    let (_invited, _ada, _second) = story.on_day_two(ADA).await;
    let own = story.recruiter(1).get("/api/submissions").await.expect(200);
    let id = own["items"][0]["submissionId"].as_u64().unwrap();
    let detail = "Submission not found";
    let expected = problem(404, "Not Found", "SUBMISSION_NOT_FOUND", detail);

    let foreign = story.recruiter(2).get(&format!("/api/submissions/{id}")).await;
    assert_eq!(foreign.problem(), expected);
    for id in [0, 1, 1_u64 << 53] {
        let missing = story.recruiter(1).get(&format!("/api/submissions/{id}")).await;
        assert_eq!(missing.problem(), expected);
    }
    let malformed = story.recruiter(1).get("/api/submissions/x").await;
    let expected = [("/path/submissionId".to_owned(), "int_parsing".to_owned())];
    assert_eq!(malformed.pointers(), expected);
}
