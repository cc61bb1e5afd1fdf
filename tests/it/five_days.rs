//! The whole way: from the simulation to the last submission, with what a recruiter sees of it.

use serde_json::json;
use tests::caller::Caller;
use tests::story::Story;
use tests::work::simulation_body;

#[tokio::test]
async fn a_candidate_works_through_five_days_and_the_recruiter_sees_it_all() {
    whole_way(&Story::begin().await).await;
}

pub(crate) async fn whole_way(story: &Story) {
    let recruiter = story.recruiter(1);

    let made = recruiter.post("/api/simulations", simulation_body()).await.expect(201);
    let simulation = &made["id"];
    let body = json!({ "candidateName": "Ada Example", "inviteEmail": "Ada@Example.com" });
    let invite = format!("/api/simulations/{simulation}/invite");
    let invited = recruiter.post(&invite, body).await.expect(200);
    assert_eq!(invited["outcome"], "created");
    story.settle().await;
    let mails = story.stack.mailbox.mails();
    assert_eq!(mails.len(), 1);
    assert!(mails[0].links().contains(&invited["inviteUrl"].as_str().unwrap().to_owned()));
    assert_eq!(story.stack.github.repositories().len(), 2);

    let token = invited["token"].as_str().unwrap();
    let ada = story.candidate("ada@example.com");
    let session = ada.get(&format!("/api/candidate/session/{token}")).await.expect(200);
    assert_eq!(session["status"], "in_progress");
    let ada = ada.on(session["candidateSessionId"].as_u64().unwrap());
    let first = made["tasks"][0]["id"].as_u64().unwrap();

    let text = json!({ "contentText": "A plan." });
    let one = ada.post(&format!("/api/tasks/{first}/submit"), text.clone()).await.expect(201);
    assert_eq!(one["progress"], json!({ "completed": 1, "total": 5 }));
    for task in [first + 1, first + 2] {
        work_on_code(story, &ada, task).await;
    }
    for day in [4, 5] {
        let task = first + day - 1;
        let done = ada.post(&format!("/api/tasks/{task}/submit"), text.clone()).await.expect(201);
        assert_eq!(done["isComplete"], day == 5);
    }

    let list = format!("/api/submissions?candidateSessionId={}", session["candidateSessionId"]);
    let items = recruiter.get(&list).await.expect(200);
    let days: Vec<_> = items["items"].as_array().unwrap().iter().map(|i| &i["dayIndex"]).collect();
    assert_eq!(days, [5, 4, 3, 2, 1]);
    let rows = recruiter.get(&format!("/api/simulations/{simulation}/candidates")).await;
    let row = rows.expect(200)[0].clone();
    assert_eq!((&row["status"], &row["progress"]["current"]), (&json!("completed"), &json!(5)));
    assert_eq!(story.stack.github.dispatches(), 4);
}

/// One code day: a failing run, a push, a submission that completes in the background.
async fn work_on_code(story: &Story, ada: &Caller, task: u64) {
    let init = format!("/api/tasks/{task}/codespace/init");
    let made = ada.post(&init, json!({ "githubUsername": "ada" })).await.expect(200);
    story.settle().await;
    let repository = made["repoFullName"].as_str().unwrap().to_owned();
    let run = ada.post(&format!("/api/tasks/{task}/run"), json!({})).await.expect(200);
    assert_eq!(run["status"], "running");
    story.pass(8).await;
    let poll = format!("/api/tasks/{task}/run/{}", run["runId"]);
    let finished = ada.get(&poll).await.expect(200);
    assert_eq!((&finished["status"], &finished["total"]), (&json!("failed"), &json!(3)));

    let commit = story.push_solution(&repository);
    let submitted = ada.post(&format!("/api/tasks/{task}/submit"), json!({})).await.expect(201);
    assert_eq!(submitted["commitSha"], commit);
    let path = format!("/api/submissions/{}", submitted["submissionId"]);
    let early = story.recruiter(1).get(&path).await.expect(200);
    assert_eq!(early["testResults"]["status"], "pending");
    story.pass(10).await;
    let late = story.recruiter(1).get(&path).await.expect(200);
    assert_eq!(late["testResults"]["status"], "passed");
    assert_eq!(late["testResults"]["passed"], 3);
    assert_eq!(late["testResults"]["commitSha"], commit);
    assert_eq!(late["diffSummary"]["total_commits"], 1);
    assert!(late["diffSummary"]["files"][0]["patch"].is_string());
}
