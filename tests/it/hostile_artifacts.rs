//! Whatever a candidate's run uploads, everybody else is served and the candidate learns what to do.

use std::io::{Cursor, Write as _};

use local::github::uploads::Upload;
use serde_json::{Value, json};
use tests::story::Story;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const ADA: &str = "ada@example.com";

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// What a candidate is told of a run, and a recruiter of a submission, that left `uploads`.
async fn told(uploads: Vec<Upload>) -> (Value, Value) {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    story.stack.github.leave(&repository, uploads).unwrap();
    let run = ada.post(&format!("/api/tasks/{task}/run"), json!({})).await.expect(200);
    story.pass(8).await;
    let run = ada.get(&format!("/api/tasks/{task}/run/{}", run["runId"])).await.expect(200);
    let submitted = ada.post(&format!("/api/tasks/{task}/submit"), json!({})).await.expect(201);
    story.pass(12).await;
    let path = format!("/api/submissions/{}", submitted["submissionId"]);
    (run, story.recruiter(1).get(&path).await.expect(200)["testResults"].clone())
}

#[tokio::test]
async fn a_bomb_is_an_error_that_both_sides_read() {
    let bomb = zipped(&[("tenon-test-results.json", &vec![b' '; 6 << 20])]);
    let (run, results) = told(vec![Upload::new("tenon-test-results", bomb)]).await;

    assert_eq!((&run["status"], &run["passed"]), (&json!("error"), &json!(null)));
    let hint = "The test results artifact is missing or unreadable. Please run the tests again.";
    assert_eq!(run["stderr"], hint);
    assert_eq!(
        (&results["status"], &results["artifactErrorCode"]),
        (&json!("error"), &json!("artifact_corrupt"))
    );
}

#[tokio::test]
async fn of_many_artifacts_the_likely_one_is_read_and_its_suites_are_added_up() {
    let suite = |cases: &str| format!("<testsuite>{cases}</testsuite>");
    let (unit, web) = (suite("<testcase/><testcase/>"), suite("<testcase><skipped/></testcase>"));
    let files: [(&str, &[u8]); 3] = [
        ("coverage.xml", b"<coverage/>"),
        ("unit.xml", unit.as_bytes()),
        ("web/junit.xml", web.as_bytes()),
    ];
    let other = zipped(&[("a.json", br#"{"passed":9,"failed":9,"total":18}"#)]);
    let (run, results) =
        told(vec![Upload::new("other", other), Upload::new("JUnit", zipped(&files))]).await;

    let counts = |of: &Value| ["passed", "failed", "total"].map(|name| of[name].clone());
    assert_eq!(counts(&run), [2, 0, 3].map(|count| json!(count)));
    assert_eq!(counts(&results), counts(&run));
    assert_eq!(results["summary"], json!({ "format": "junit", "skipped": 1 }));
    assert_eq!(results["artifactName"], "JUnit");
    // The local GitHub's conclusion is still that of the template's own tests.
    let disagree = "The conclusion of the run and the counts of its report disagree.";
    assert_eq!((&results["status"], &results["message"]), (&json!("failed"), &json!(disagree)));
}

#[tokio::test]
async fn long_output_is_cut_and_said_to_be_and_its_secrets_are_gone() {
    let text = format!("ghp_0123456789abcdef {}", "é".repeat(20_000));
    let report = json!({ "passed": 1, "failed": 0, "total": 1, "stdout": text }).to_string();
    let archive = zipped(&[("tenon-test-results.json", report.as_bytes())]);
    let (run, results) = told(vec![Upload::new("tenon-test-results", archive)]).await;

    let stdout = run["stdout"].as_str().unwrap();
    assert!(stdout.starts_with("[redacted] éé"));
    assert_eq!((stdout.chars().count(), &run["stdoutTruncated"]), (20_000, &json!(true)));
    assert_eq!(results["stdoutTruncated"], true);
}
