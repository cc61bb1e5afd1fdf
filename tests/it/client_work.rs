//! The web client, candidate's road: what it sends and what it reads, call by call.

use jiff::SignedDuration;
use serde_json::json;
use tests::kinds::reads;
use tests::story::Story;

const ADA: &str = "ada@example.com";

#[tokio::test]
async fn invites_are_a_bare_array() {
    let story = Story::begin().await;
    let (_invited, ada, _second) = story.on_day_two(ADA).await;

    let list = ada.get("/api/candidate/invites").await.expect(200);

    assert_eq!(list.as_array().unwrap().len(), 1);
    let row = [
        ("candidateSessionId", "number"),
        ("simulationTitle", "string"),
        ("role", "string"),
        ("companyName", "string"),
        ("inviteToken", "string"),
        ("status", "string"),
        ("progress", "object"),
        ("expiresAt", "string"),
        ("lastActivityAt", "string"),
        ("isExpired", "boolean"),
    ];
    reads(&list[0], &row);
    reads(&list[0]["progress"], &[("completed", "number"), ("total", "number")]);
}

#[tokio::test]
async fn following_the_link_claims_and_each_refusal_has_its_status() {
    let story = Story::begin().await;
    let (invited, late) = (story.invited(ADA).await, story.invited("late@example.com").await);
    let path = format!("/api/candidate/session/{}", invited.token);

    let session = story.candidate(ADA).get(&path).await.expect(200);
    let read = [("candidateSessionId", "number"), ("status", "string"), ("simulation", "object")];
    reads(&session, &read);
    reads(&session["simulation"], &[("title", "string"), ("role", "string")]);

    assert_eq!(story.nobody().get(&path).await.status, 401);
    assert_eq!(story.recruiter(1).get(&path).await.status, 403);
    let invalid = format!("/api/candidate/session/{}", "x".repeat(43));
    assert_eq!(story.candidate(ADA).get(&invalid).await.status, 404);
    story.clock.advance(SignedDuration::from_hours(14 * 24 + 1));
    let expired = format!("/api/candidate/session/{}", late.token);
    assert_eq!(story.candidate("late@example.com").get(&expired).await.status, 410);
}

#[tokio::test]
async fn the_current_task_has_a_number() {
    let story = Story::begin().await;
    let (invited, ada) = story.claimed(ADA).await;

    let path = format!("/api/candidate/session/{}/current_task", invited.session);
    let current = ada.get(&path).await.expect(200);

    let read =
        [("isComplete", "boolean"), ("completedTaskIds", "array"), ("currentTask", "object")];
    reads(&current, &read);
    let task = [
        ("id", "number"),
        ("dayIndex", "number"),
        ("title", "string"),
        ("description", "string"),
        ("type", "string"),
    ];
    reads(&current["currentTask"], &task);
}

#[tokio::test]
async fn a_codespace_is_asked_for_and_then_made() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two_just_invited(ADA).await;
    let status = format!("/api/tasks/{task}/codespace/status");
    let links = ["repoUrl", "repoFullName", "codespaceUrl"].map(|name| (name, "string"));

    assert_eq!(ada.get(&status).await.status, 409);
    story.settle().await;
    reads(&ada.get(&status).await.expect(200), &links);
    let init = format!("/api/tasks/{task}/codespace/init");
    reads(&ada.post(&init, json!({})).await.expect(200), &links);
}

#[tokio::test]
async fn a_test_run_is_started_and_asked_after_without_an_error_to_the_end() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;

    let run = ada.post(&format!("/api/tasks/{task}/run"), json!({})).await.expect(200);
    reads(&run, &[("runId", "number")]);

    let path = format!("/api/tasks/{task}/run/{}", run["runId"]);
    let under_way = ada.get(&path).await.expect(200);
    let always = [("status", "string"), ("timeout", "boolean")];
    reads(&under_way, &always);
    reads(&under_way, &[("conclusion", "null"), ("message", "string"), ("passed", "null")]);
    story.pass(8).await;
    let over = ada.get(&path).await.expect(200);
    reads(&over, &always);
    let counts = ["passed", "failed", "total"].map(|name| (name, "number"));
    reads(&over, &counts);
    let texts = ["conclusion", "stdout", "stderr", "workflowUrl", "commitSha"];
    reads(&over, &texts.map(|name| (name, "string")));
    assert_eq!(over["status"], "failed");
}

#[tokio::test]
async fn a_submit_answers_all_that_makes_it_a_success() {
    let story = Story::begin().await;
    let (_invited, ada, second) = story.on_day_two(ADA).await;
    let success = [
        ("submissionId", "number"),
        ("taskId", "number"),
        ("candidateSessionId", "number"),
        ("submittedAt", "string"),
        ("progress", "object"),
        ("isComplete", "boolean"),
    ];

    for (task, body) in [
        (second, json!({})),
        (second + 1, json!({})),
        (second + 2, json!({ "contentText": "A handoff." })),
    ] {
        let answer = ada.post(&format!("/api/tasks/{task}/submit"), body).await.expect(201);
        reads(&answer, &success);
        reads(&answer["progress"], &[("completed", "number"), ("total", "number")]);
    }
}
