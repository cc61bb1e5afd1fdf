//! What a recruiter sees of handed-in code: pending, passed, failed, tampered with, unreadable.

use local::github::templates::TEMPLATES;
use serde_json::{Value, json};
use tests::caller::Caller;
use tests::cost::Cost;
use tests::story::Story;
use tests::work::Invited;

const ADA: &str = "ada@example.com";
const STDOUT: &str = "PASS the health check answers\nPASS the limit can be asked for\nPASS too many \
                      requests are refused\n";
const WORKFLOW: &str = ".github/workflows/tenon-ci.yml";

/// Ada on day 2, who hands in whatever her repository holds.
struct Day {
    story: Story,
    invited: Invited,
    ada: Caller,
    task: u64,
    repository: String,
}

impl Day {
    async fn begin() -> Self {
        Self::of(Story::begin().await).await
    }

    async fn of(story: Story) -> Self {
        let (invited, ada, task) = story.on_day_two(ADA).await;
        let repository = story.repository(&ada, task).await;
        Self { story, invited, ada, task, repository }
    }

    fn push(&self, path: &str, content: &str) -> String {
        self.story.stack.github.push(&self.repository, "main", path, content, "Change").unwrap()
    }

    async fn submit(&self) -> u64 {
        let path = format!("/api/tasks/{}/submit", self.task);
        let submitted = self.ada.post(&path, json!({})).await.expect(201);
        submitted["submissionId"].as_u64().unwrap()
    }

    async fn detail(&self, submission: u64) -> Value {
        let path = format!("/api/submissions/{submission}");
        let (detail, cost) = self.story.costing(self.story.recruiter(1).get(&path)).await;
        assert_eq!(cost, Cost::of_table(2));
        detail.expect(200)
    }

    async fn item(&self, submission: u64) -> Value {
        let path = format!("/api/submissions?candidateSessionId={}", self.invited.session);
        let (listed, cost) = self.story.costing(self.story.recruiter(1).get(&path)).await;
        assert_eq!(cost, Cost::of_table(1));
        let listed = listed.expect(200);
        let mut items = listed["items"].as_array().unwrap().iter();
        items.find(|item| item["submissionId"] == submission).unwrap().clone()
    }

    fn url(&self, rest: &str) -> String {
        format!("https://github.com/{}{rest}", self.repository)
    }
}

/// The test results of a submission that nothing is known of yet.
fn pending(day: &Day, commit: &str, run_status: &str) -> Value {
    json!({
        "status": "pending",
        "passed": null,
        "failed": null,
        "total": null,
        "runId": null,
        "conclusion": null,
        "timeout": null,
        "stdout": null,
        "stderr": null,
        "summary": null,
        "runStatus": run_status,
        "stdoutTruncated": null,
        "stderrTruncated": null,
        "artifactName": null,
        "artifactPresent": null,
        "artifactErrorCode": null,
        "message": null,
        "tamperedFiles": [],
        "examinationPending": true,
        "runAttempt": null,
        "lastRunAt": "2026-03-02T09:00:00Z",
        "workflowRunId": null,
        "commitSha": commit,
        "workflowUrl": null,
        "commitUrl": day.url(&format!("/commit/{commit}")),
    })
}

/// The test results of the solved template, but for `output`.
fn passed(day: &Day, commit: &str) -> Value {
    let case = |name: &str| json!({ "name": name, "passed": true });
    json!({
        "status": "passed",
        "passed": 3,
        "failed": 0,
        "total": 3,
        "runId": 30_000_000_001_u64,
        "conclusion": "success",
        "timeout": false,
        "stdout": STDOUT,
        "stderr": "",
        "summary": {
            "commit": commit,
            "inputs": {},
            "cases": [
                case("the health check answers"),
                case("the limit can be asked for"),
                case("too many requests are refused"),
            ],
        },
        "runStatus": "completed",
        "stdoutTruncated": false,
        "stderrTruncated": false,
        "artifactName": "tenon-test-results",
        "artifactPresent": true,
        "artifactErrorCode": null,
        "message": null,
        "tamperedFiles": [],
        "examinationPending": false,
        "runAttempt": 1,
        "lastRunAt": "2026-03-02T09:00:00Z",
        "workflowRunId": "30000000001",
        "commitSha": commit,
        "workflowUrl": day.url("/actions/runs/30000000001"),
        "commitUrl": day.url(&format!("/commit/{commit}")),
    })
}

/// `results` with what a detail shows besides: the raw values once more.
fn with_output(mut results: Value) -> Value {
    let mut output = json!({});
    for field in [
        "passed",
        "failed",
        "total",
        "runId",
        "conclusion",
        "timeout",
        "stdout",
        "stderr",
        "summary",
    ] {
        output[field] = results[field].clone();
    }
    results["output"] = output;
    results
}

#[tokio::test]
async fn until_it_is_examined_handed_in_code_is_pending() {
    let day = Day::begin().await;
    let commit = day.story.push_solution(&day.repository);
    let id = day.submit().await;

    let (detail, item) = (day.detail(id).await, day.item(id).await);
    assert_eq!(detail["testResults"], with_output(pending(&day, &commit, "queued")));
    assert_eq!(item["testResults"], pending(&day, &commit, "pending"));
    assert_eq!((&detail["diffSummary"], &item["diffSummary"]), (&json!(null), &json!(null)));
    let base = detail["diffUrl"].as_str().unwrap();
    assert!(base.starts_with(&day.url("/compare/")) && base.ends_with(&format!("...{commit}")));

    day.story.pass(3).await;
    assert_eq!(day.detail(id).await["testResults"]["runStatus"], "in_progress");
    assert_eq!(day.item(id).await["testResults"]["status"], "pending");
}

/// The patch of the first changed file.
fn patch_of(detail: &Value) -> &str {
    let patch = detail["diffSummary"]["files"][0]["patch"].as_str().unwrap();
    assert!(patch.starts_with("@@ ") && patch.contains("\n+# "), "{patch}");
    patch
}

#[tokio::test]
async fn code_that_passes_is_shown_with_its_results_and_changes() {
    let day = Day::begin().await;
    let commit = day.story.push_solution(&day.repository);
    let id = day.submit().await;
    day.story.pass(12).await;

    let detail = day.detail(id).await;

    let base = detail["diffSummary"]["base"].as_str().unwrap();
    let patch = patch_of(&detail);
    let diff = |patch: Value| {
        json!({
            "ahead_by": 1,
            "behind_by": 0,
            "total_commits": 1,
            "base": base,
            "head": commit,
            "files": [{
                "filename": TEMPLATES[0].source,
                "status": "modified",
                "additions": 2,
                "deletions": 0,
                "changes": 2,
                "patch": patch,
            }],
            "truncated": false,
        })
    };
    let expected = json!({
        "submissionId": id,
        "candidateSessionId": day.invited.session,
        "candidateName": "Ada Example",
        "inviteEmail": ADA,
        "simulationId": day.invited.simulation,
        "simulationTitle": "Payments API",
        "submittedAt": "2026-03-02T09:00:00Z",
        "workflowUrl": day.url("/actions/runs/30000000001"),
        "commitUrl": day.url(&format!("/commit/{commit}")),
        "diffUrl": day.url(&format!("/compare/{base}...{commit}")),
        "task": {
            "taskId": day.task,
            "dayIndex": 2,
            "type": "code",
            "title": "Feature Implementation",
            "prompt": detail["task"]["prompt"],
        },
        "contentText": null,
        "code": {
            "repoPath": day.repository, "repoFullName": day.repository,
            "repoUrl": day.url(""), "repoState": "there",
        },
        "activity": { "lastPushAt": null, "pushes": [] },
        "testResults": with_output(passed(&day, &commit)),
        "diffSummary": diff(json!(patch)),
        "changedAfterSubmission": null,
    });
    assert_eq!(detail, expected);

    // The list has the same, without patches and raw values.
    let item = day.item(id).await;
    assert_eq!(item["testResults"], passed(&day, &commit));
    assert_eq!(item["diffSummary"], diff(json!(null)));
    let names = ["repoFullName", "repoUrl", "workflowRunId", "commitSha"];
    let expected = [&day.repository, &day.url(""), "30000000001", &commit];
    assert_eq!(names.map(|name| item[name].as_str().unwrap()), expected);
}

#[tokio::test]
async fn code_that_fails_is_shown_with_what_failed() {
    let day = Day::begin().await;
    let commit = day.push("notes.md", "Nothing done.\n");
    let id = day.submit().await;
    day.story.pass(12).await;

    let detail = day.detail(id).await;

    let results = &detail["testResults"];
    let counts = ["status", "conclusion", "passed", "failed", "total", "commitSha"];
    let expected = [json!("failed"), json!("failure"), json!(1), json!(2), json!(3), json!(commit)];
    assert_eq!(counts.map(|name| results[name].clone()), expected);
    let stderr = results["stderr"].as_str().unwrap();
    assert!(stderr.contains("`app/main.py` does not contain `/limits`"), "{stderr}");
    let file = &detail["diffSummary"]["files"][0];
    assert_eq!((&file["filename"], &file["status"]), (&json!("notes.md"), &json!("added")));
}

#[tokio::test]
async fn code_handed_in_unchanged_has_an_empty_difference() {
    let day = Day::begin().await;
    let id = day.submit().await;
    day.story.pass(12).await;

    let diff = day.detail(id).await["diffSummary"].clone();

    assert_eq!((&diff["total_commits"], &diff["files"]), (&json!(0), &json!([])));
    assert_eq!(diff["base"], diff["head"]);
}

#[tokio::test]
async fn a_changed_workflow_is_reported_whatever_the_tests_say() {
    let day = Day::begin().await;
    day.story.push_solution(&day.repository);
    let workflow = "on:\n  workflow_dispatch:\njobs:\n  test:\n    steps:\n      - uses: \
                    actions/upload-artifact@v4\n";
    day.push(WORKFLOW, workflow);
    let id = day.submit().await;
    day.story.pass(12).await;

    for results in [&day.detail(id).await["testResults"], &day.item(id).await["testResults"]] {
        assert_eq!(results["status"], "tampered");
        assert_eq!(results["tamperedFiles"], json!([WORKFLOW]));
        assert_eq!((&results["conclusion"], &results["passed"]), (&json!("success"), &json!(3)));
    }
}

#[tokio::test]
async fn a_changed_test_is_reported_however_many_files_stand_before_it() {
    let day = Day::begin().await;
    for number in 0..301 {
        day.push(&format!("!{number:03}.txt"), "noise");
    }
    day.push("tests/cases.json", "[]");
    day.push("tests/test_more.py", "def test_more(): pass");
    day.push("tests/conftest.py", "import sys");
    let id = day.submit().await;
    day.story.pass(12).await;

    let detail = day.detail(id).await;

    assert_eq!(detail["testResults"]["status"], "tampered");
    assert_eq!(
        detail["testResults"]["tamperedFiles"],
        json!(["tests/cases.json", "tests/conftest.py"])
    );
    assert_eq!(detail["diffSummary"]["truncated"], true);
}

#[tokio::test]
async fn a_run_without_a_report_is_an_error_and_not_a_pass() {
    let unprotected = ("TENON_GITHUB_PROTECTED_PATHS", ".github/workflows/");
    let day = Day::of(Story::with(&[unprotected]).await).await;
    day.push("tests/cases.json", "no JSON any more");
    let id = day.submit().await;
    day.story.pass(12).await;

    let results = day.detail(id).await["testResults"].clone();

    let fields = ["status", "runStatus", "conclusion", "artifactErrorCode", "artifactPresent"];
    let expected = ["error", "completed", "failure", "artifact_missing"].map(|word| json!(word));
    assert_eq!(fields[..4].iter().map(|name| results[name].clone()).collect::<Vec<_>>(), expected);
    assert_eq!((&results["artifactPresent"], &results["passed"]), (&json!(false), &json!(null)));
}

#[tokio::test]
async fn who_breaks_or_deletes_the_workflow_is_reported_and_the_changes_are_shown() {
    for deletes in [false, true] {
        let day = Day::begin().await;
        if deletes {
            day.story.stack.github.remove_file(&day.repository, WORKFLOW).unwrap();
        } else {
            day.push(WORKFLOW, "on:\n  push:\n");
        }
        let id = day.submit().await;
        day.story.pass(40).await;

        let (detail, item) = (day.detail(id).await, day.item(id).await);
        for shown in [&detail, &item] {
            let results = &shown["testResults"];
            assert_eq!(results["status"], "tampered");
            assert_eq!(results["tamperedFiles"], json!([WORKFLOW]));
            assert_eq!(results["artifactErrorCode"], "run_refused");
            assert_eq!(shown["diffSummary"]["files"][0]["filename"], WORKFLOW);
        }
        assert!(detail["diffSummary"]["files"][0]["patch"].is_string());
    }
}
