//! A candidate hands in a code day: the commit of that moment, tested once, whatever comes later.

use local::github::templates::TEMPLATES;
use serde_json::{Value, json};
use tests::cost::Cost;
use tests::problem::problem;
use tests::story::Story;
use tests::together::{together, with_status};

const ADA: &str = "ada@example.com";

fn submit(task: u64) -> String {
    format!("/api/tasks/{task}/submit")
}

/// The test results of a submission as its recruiter reads them.
async fn results_of(story: &Story, submitted: &Value) -> Value {
    let path = format!("/api/submissions/{}", submitted["submissionId"]);
    story.recruiter(1).get(&path).await.expect(200)["testResults"].clone()
}

#[tokio::test]
async fn code_is_handed_in_with_one_read_one_question_to_github_and_one_write() {
    let story = Story::begin().await;
    let (invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    let commit = story.push_solution(&repository);

    let (submitted, cost) = story.costing(ada.post(&submit(task), json!({}))).await;

    let submitted = submitted.expect(201);
    let expected = json!({
        "submissionId": submitted["submissionId"].as_u64().unwrap(),
        "taskId": task,
        "candidateSessionId": invited.session,
        "submittedAt": "2026-03-02T09:00:00Z",
        "progress": { "completed": 2, "total": 5 },
        "isComplete": false,
        "commitSha": commit,
    });
    assert_eq!(submitted, expected);
    assert_eq!(cost, Cost { table: 2, github: 1 });
    assert_eq!(story.stack.github.dispatches(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_ten_submits_at_once_one_is_stored_and_tested_once() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;

    let submits = (0..10).map(|_| {
        let (ada, path) = (ada.clone(), submit(task));
        async move { ada.post(&path, json!({})).await }
    });
    let answers = together(submits).await;
    story.pass(12).await;

    assert_eq!((with_status(&answers, 201), with_status(&answers, 409)), (1, 9), "{answers:?}");
    for refused in answers.iter().filter(|answer| answer.status == 409) {
        let expected = (409, "SUBMISSION_CONFLICT", "Task already submitted");
        assert_eq!(refused.refusal(), expected);
    }
    assert_eq!(story.stack.github.dispatches(), 1);
    let stored = answers.iter().find(|answer| answer.status == 201).unwrap();
    assert_eq!(results_of(&story, &stored.body).await["status"], "failed");
}

#[tokio::test]
async fn what_is_pushed_after_the_submit_does_not_count() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    let handed_in = story.push_solution(&repository);
    let submitted = ada.post(&submit(task), json!({})).await.expect(201);

    let github = &story.stack.github;
    let source = TEMPLATES[0].source;
    let later = github.push(&repository, "main", source, "broken = True\n", "Break").unwrap();
    story.pass(12).await;

    assert_ne!(later, handed_in);
    let results = results_of(&story, &submitted).await;
    assert_eq!(results["commitSha"], handed_in);
    let counts = (&results["status"], &results["passed"], &results["total"]);
    assert_eq!(counts, (&json!("passed"), &json!(3), &json!(3)));
}

#[tokio::test]
async fn a_run_before_the_submit_is_not_taken_for_its_examination() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    ada.post(&format!("/api/tasks/{task}/run"), json!({})).await.expect(200);
    let commit = story.push_solution(&repository);
    let submitted = ada.post(&submit(task), json!({})).await.expect(201);

    story.pass(12).await;

    let results = results_of(&story, &submitted).await;
    assert_eq!((&results["status"], &results["commitSha"]), (&json!("passed"), &json!(commit)));
    assert_eq!(results["workflowRunId"], "30000000002");
    assert_eq!(story.stack.github.dispatches(), 2);
}

#[tokio::test]
async fn the_head_of_the_named_branch_is_handed_in_and_a_text_beside_it_is_kept() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    let template = TEMPLATES[0];
    let solved = template.solved();
    let pushed = story.stack.github.push(&repository, "feat/x", template.source, &solved, "Do");
    let commit = pushed.unwrap();

    let body = json!({ "branch": "feat/x", "contentText": "See the branch." });
    let submitted = ada.post(&submit(task), body).await.expect(201);
    story.pass(12).await;

    assert_eq!(submitted["commitSha"], commit);
    let path = format!("/api/submissions/{}", submitted["submissionId"]);
    let detail = story.recruiter(1).get(&path).await.expect(200);
    assert_eq!(detail["contentText"], "See the branch.");
    assert_eq!(detail["testResults"]["status"], "passed");
}

#[tokio::test]
async fn a_branch_that_cannot_be_or_is_not_there_is_refused_and_the_day_stays_open() {
    let story = Story::begin().await;
    let (invited, ada, task) = story.on_day_two(ADA).await;

    let (malformed, cost) =
        story.costing(ada.post(&submit(task), json!({ "branch": "a..b" }))).await;
    let expected = problem(400, "Bad Request", "INVALID_BRANCH_NAME", "Invalid branch name");
    assert_eq!((malformed.problem(), cost), (expected, Cost::of_table(1)));

    let missing = ada.post(&submit(task), json!({ "branch": "no-such" })).await;
    let expected = problem(400, "Bad Request", "INVALID_BRANCH_NAME", "Invalid branch name");
    assert_eq!(missing.problem(), expected);
    assert_eq!(story.current_task(&ada, invited.session).await, task);
    assert_eq!(story.items("RUN#").await, Vec::<Value>::new());
    assert_eq!(ada.post(&submit(task), json!({})).await.status, 201);
}

#[tokio::test]
async fn an_examination_that_github_refuses_ends_in_an_error_that_the_recruiter_sees() {
    let story = Story::with(&[("TENON_GITHUB_ACTIONS_WORKFLOW_FILE", "missing.yml")]).await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let submitted = ada.post(&submit(task), json!({})).await.expect(201);

    // Five attempts, the pauses between them growing to sixteen seconds.
    story.pass(40).await;

    let results = results_of(&story, &submitted).await;
    assert_eq!((&results["status"], &results["runStatus"]), (&json!("error"), &json!("completed")));
    assert_eq!(results["artifactErrorCode"], "run_refused");
    assert_eq!((&results["passed"], &results["workflowRunId"]), (&json!(null), &json!(null)));
    assert_eq!(story.stack.queue.next_due(), None);
}
