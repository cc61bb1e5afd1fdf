//! A candidate runs the tests: started at once, followed in the background, polled from the table.

use jiff::SignedDuration;
use local::github::runs::RunTiming;
use local::github::templates::TEMPLATES;
use serde_json::{Value, json};
use tests::caller::Caller;
use tests::cost::Cost;
use tests::problem::problem;
use tests::story::Story;

const ADA: &str = "ada@example.com";
/// What the template's tests print before anything is solved.
const STDOUT: &str = "PASS the health check answers\nFAIL the limit can be asked for\nFAIL too many \
                      requests are refused\n";
const STDERR: &str = "the limit can be asked for: `app/main.py` does not contain `/limits`\ntoo many \
                      requests are refused: `app/main.py` does not contain `429`\n";

fn run(task: u64) -> String {
    format!("/api/tasks/{task}/run")
}

async fn started(candidate: &Caller, task: u64) -> u64 {
    let started = candidate.post(&run(task), json!({})).await.expect(200);
    started["runId"].as_u64().unwrap()
}

/// A run of `repository` that is still going on.
fn running(id: u64, repository: &str, poll_after_ms: u64) -> Value {
    json!({
        "status": "running",
        "passed": null,
        "failed": null,
        "total": null,
        "stdout": null,
        "stderr": null,
        "stdoutTruncated": null,
        "stderrTruncated": null,
        "timeout": false,
        "runId": id,
        "workflowRunId": 30_000_000_001_u64,
        "conclusion": null,
        "workflowUrl": format!("https://github.com/{repository}/actions/runs/30000000001"),
        "commitSha": null,
        "pollAfterMs": poll_after_ms,
        "message": "The tests are running.",
    })
}

#[tokio::test]
async fn a_run_is_answered_at_once_and_ends_with_what_the_tests_said() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;

    let (answer, starting) = story.costing(ada.post(&run(task), json!({}))).await;
    let answer = answer.expect(200);
    let id = answer["runId"].as_u64().unwrap();
    assert_eq!(answer, running(id, &repository, 2_000));
    assert_eq!(starting, Cost { table: 3, github: 1 });

    let path = format!("{}/{id}", run(task));
    story.pass(4).await;
    let (poll, polling) = story.costing(ada.get(&path)).await;
    assert_eq!(poll.expect(200), running(id, &repository, 4_000));
    assert_eq!(polling, Cost::of_table(2));

    story.pass(4).await;
    let (poll, polling) = story.costing(ada.get(&path)).await;
    let finished = poll.expect(200);
    let commit = finished["commitSha"].as_str().unwrap();
    assert_eq!(commit.len(), 40);
    let expected = json!({
        "status": "failed",
        "passed": 1,
        "failed": 2,
        "total": 3,
        "stdout": STDOUT,
        "stderr": STDERR,
        "stdoutTruncated": false,
        "stderrTruncated": false,
        "timeout": false,
        "runId": id,
        "workflowRunId": 30_000_000_001_u64,
        "conclusion": "failure",
        "workflowUrl": format!("https://github.com/{repository}/actions/runs/30000000001"),
        "commitSha": commit,
        "pollAfterMs": null,
        "message": null,
    });
    assert_eq!(finished, expected);
    assert_eq!(polling, Cost::of_table(2));
}

#[tokio::test]
async fn the_status_of_a_workspace_shows_its_newest_run() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    started(&ada, task).await;
    story.pass(8).await;
    let commit = story.push_solution(&repository);
    let newest = started(&ada, task).await;
    story.pass(8).await;

    let path = format!("/api/tasks/{task}/codespace/status");
    let (status, cost) = story.costing(ada.get(&path)).await;

    let status = status.expect(200);
    assert_eq!(status["latestCommitSha"], commit);
    assert_eq!(status["lastWorkflowRunId"], "30000000002");
    assert_eq!(status["lastWorkflowConclusion"], "success");
    let summary = &status["lastTestSummary"];
    let expected = json!({
        "status": "passed",
        "runId": 30_000_000_002_u64,
        "conclusion": "success",
        "passed": 3,
        "failed": 0,
        "total": 3,
        "stdout": STDOUT.replace("FAIL", "PASS"),
        "stderr": "",
        "stdoutTruncated": false,
        "stderrTruncated": false,
        "summary": summary["summary"],
    });
    assert_eq!(summary, &expected);
    assert_eq!(summary["summary"]["commit"], commit);
    assert_eq!(cost, Cost::of_table(2));
    let poll = ada.get(&format!("{}/{newest}", run(task))).await.expect(200);
    assert_eq!((&poll["status"], &poll["commitSha"]), (&json!("passed"), &json!(commit)));
}

#[tokio::test]
async fn a_client_is_asked_to_poll_less_often_the_longer_a_run_takes() {
    let story = Story::begin().await;
    let (queued, running) = (SignedDuration::from_secs(1), SignedDuration::from_secs(60));
    story.stack.github.set_timing(RunTiming { queued, running });
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let path = format!("{}/{}", run(task), started(&ada, task).await);

    let mut asked = Vec::new();
    for seconds in [0, 2, 4, 8, 15] {
        story.pass(seconds).await;
        asked.push(ada.get(&path).await.expect(200)["pollAfterMs"].clone());
    }
    assert_eq!(asked, [2_000, 4_000, 8_000, 15_000, 15_000]);

    story.pass(40).await;
    let finished = ada.get(&path).await.expect(200);
    assert_eq!((&finished["status"], &finished["pollAfterMs"]), (&json!("failed"), &json!(null)));
}

#[tokio::test]
async fn polls_cost_github_nothing_however_many_there_are() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let path = format!("{}/{}", run(task), started(&ada, task).await);

    for _ in 0..100 {
        let (_poll, cost) = story.costing(ada.get(&path)).await;
        assert_eq!(cost, Cost::of_table(2));
    }
}

#[tokio::test]
async fn a_run_tests_the_branch_it_was_asked_for() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    let template = TEMPLATES[0];
    let solved = template.solved();
    let push = story.stack.github.push(&repository, "feat/limits", template.source, &solved, "Do");
    let commit = push.unwrap();

    let on_branch = ada.post(&run(task), json!({ "branch": "feat/limits" })).await.expect(200);
    let on_default = ada.post(&run(task), json!({ "branch": "" })).await.expect(200);
    story.pass(8).await;

    let poll = async |run: &Value| {
        ada.get(&format!("/api/tasks/{task}/run/{}", run["runId"])).await.expect(200)
    };
    let (branch, default) = (poll(&on_branch).await, poll(&on_default).await);
    assert_eq!((&branch["status"], &branch["commitSha"]), (&json!("passed"), &json!(commit)));
    assert_eq!(default["status"], "failed");
}

#[tokio::test]
async fn a_branch_name_that_git_would_not_take_is_refused_before_github_is_asked() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let long = "b".repeat(201);
    let expected = problem(400, "Bad Request", "INVALID_BRANCH_NAME", "Invalid branch name");

    for branch in ["a..b", "/a", "a/", "a//b", "a b", "main\n", "-a", "a.lock", "ä", &long] {
        let (refused, cost) =
            story.costing(ada.post(&run(task), json!({ "branch": branch }))).await;
        assert_eq!(refused.problem(), expected, "{branch:?}");
        assert_eq!(cost, Cost::of_table(1));
    }
    let wrong = ada.post(&run(task), json!({ "branch": ["main"] })).await;
    assert_eq!(wrong.pointers(), [("/body/branch".to_owned(), "string_type".to_owned())]);
}

#[tokio::test]
async fn a_branch_that_is_not_there_is_refused_and_nothing_goes_on() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;

    let missing = ada.post(&run(task), json!({ "branch": "no-such" })).await;

    assert_eq!(missing.refusal(), (400, "INVALID_BRANCH_NAME", "Invalid branch name"));
    story.pass(5).await;
    assert_eq!((story.stack.github.dispatches(), story.stack.queue.next_due()), (0, None));
}

#[tokio::test]
async fn a_text_task_has_no_tests_to_run() {
    let story = Story::begin().await;
    let (invited, ada) = story.claimed(ADA).await;
    let first = story.current_task(&ada, invited.session).await;
    let detail = "Run tests is only available for code tasks";
    let expected = problem(400, "Bad Request", "NOT_A_CODE_TASK", detail);

    let started = ada.post(&run(first), json!({ "branch": "a..b" })).await;
    let polled = ada.get(&format!("{}/1", run(first))).await;

    assert_eq!((started.problem(), polled.problem()), (expected.clone(), expected));
    let unknown = ada.post(&run(first + 5), json!({})).await;
    assert_eq!(unknown.refusal(), (404, "TASK_NOT_FOUND", "Task not found"));
}

#[tokio::test]
async fn a_run_of_another_task_or_of_somebody_else_is_not_found() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let (_other, grace, theirs) = story.on_day_two("grace@example.com").await;
    let (mine, foreign) = (started(&ada, task).await, started(&grace, theirs).await);
    let expected = problem(404, "Not Found", "RUN_NOT_FOUND", "Run not found");

    let cases = [(task, foreign), (task + 1, mine), (task, 1), (task, 0), (task, 1 << 53)];
    for (task, id) in cases {
        let refused = ada.get(&format!("{}/{id}", run(task))).await;
        assert_eq!(refused.problem(), expected, "{task} {id}");
    }
    assert_eq!(ada.get(&format!("{}/{mine}", run(task))).await.status, 200);
    let malformed = ada.get(&format!("{}/x", run(task))).await;
    assert_eq!(malformed.pointers(), [("/path/runId".to_owned(), "int_parsing".to_owned())]);
}

#[tokio::test]
async fn a_run_that_github_refuses_is_told_at_once_and_nothing_goes_on() {
    let story = Story::with(&[("TENON_GITHUB_ACTIONS_WORKFLOW_FILE", "missing.yml")]).await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;

    let refused = ada.post(&run(task), json!({})).await;
    story.pass(5).await;

    let detail = "GitHub repository or workflow not found.";
    assert_eq!(refused.problem(), problem(502, "Bad Gateway", "GITHUB_NOT_FOUND", detail));
    let runs = story.items("RUN#").await;
    assert_eq!(runs.len(), 1);
    assert_eq!(runs[0]["state"]["M"]["state"]["S"], "failed");
    let id: u64 = runs[0]["id"]["N"].as_str().unwrap().parse().unwrap();
    let poll = ada.get(&format!("{}/{id}", run(task))).await.expect(200);
    assert_eq!((&poll["status"], &poll["pollAfterMs"]), (&json!("error"), &json!(null)));
    assert_eq!(
        poll["message"],
        "GitHub refused to start the test run. Please run the tests again."
    );
    assert_eq!((story.stack.queue.next_due(), story.stack.github.dispatches()), (None, 0));
}

#[tokio::test]
async fn only_the_day_that_is_worked_on_can_be_run_and_what_ran_before_stays_readable() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let id = started(&ada, task).await;

    let ahead = ada.post(&run(task + 1), json!({})).await;
    assert_eq!(ahead.refusal(), (400, "TASK_OUT_OF_ORDER", "Task out of order"));

    story.hand_in_text(&ada, task).await;
    let (late, cost) = story.costing(ada.post(&run(task), json!({}))).await;
    assert_eq!(late.refusal(), (409, "SUBMISSION_CONFLICT", "Task already submitted"));
    assert_eq!(cost, Cost::of_table(1));
    assert_eq!(ada.get(&format!("{}/{id}", run(task))).await.status, 200);
}
