//! Secrets that a candidate commits or prints: gone before anything is stored.

use serde_json::{Value, json};
use tests::story::Story;

const ADA: &str = "ada@example.com";
const CASES: &str = "tests/cases.json";
/// Enough to see that a secret is left of it.
const SECRETS: [&str; 5] = ["0123456789", "hunter2", "s3cr3t", "c2VjcmV0", "xyzzy"];

/// Every way in which a test may print a secret.
const PRINTED: &str = "ghr_0123456789 password=hunter2 {\"token\": \"s3cr3t\"} \
                       Authorization: Bearer c2VjcmV0 X-Admin-Key: xyzzy";
const CLEAN: &str = "[redacted] password=[redacted] {\"token\": \"[redacted]\"} \
                     Authorization: Bearer [redacted] X-Admin-Key: [redacted]";

#[tokio::test]
async fn no_secret_that_a_candidate_commits_or_prints_reaches_the_table_or_a_recruiter() {
    let story = Story::begin().await;
    let (invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    let cases = json!([{ "name": PRINTED, "file": "app/main.py", "contains": "nothing there" }]);
    for (path, content) in [
        (CASES, cases.to_string()),
        ("tests/ghp_0123456789.txt", "plain\n".to_owned()),
        (".github/workflows/gho_0123456789.yml", "plain\n".to_owned()),
        ("notes.md", PRINTED.to_owned()),
    ] {
        story.stack.github.push(&repository, "main", path, &content, "Change").unwrap();
    }
    let submitted = ada.post(&format!("/api/tasks/{task}/submit"), json!({})).await.expect(201);
    story.pass(12).await;

    let recruiter = story.recruiter(1);
    let path = format!("/api/submissions/{}", submitted["submissionId"]);
    let detail = recruiter.get(&path).await.expect(200);
    let path = format!("/api/submissions?candidateSessionId={}", invited.session);
    let list = recruiter.get(&path).await.expect(200);

    for results in [&detail["testResults"], &list["items"][0]["testResults"]] {
        assert_eq!(results["stdout"], format!("FAIL {CLEAN}\n"));
        assert_eq!(results["summary"]["cases"][0]["name"], CLEAN);
        let stderr = results["stderr"].as_str().unwrap();
        assert!(stderr.starts_with(CLEAN), "{stderr}");
        let tampered = json!([CASES, ".github/workflows/[redacted].yml", "tests/[redacted].txt"]);
        assert_eq!(results["tamperedFiles"], tampered);
    }
    assert_eq!(detail["testResults"]["output"]["stdout"], detail["testResults"]["stdout"]);
    let files = detail["diffSummary"]["files"].as_array().unwrap();
    let patch_of = |name: &str| {
        let file = files.iter().find(|file| file["filename"] == name).unwrap();
        file["patch"].as_str().unwrap().to_owned()
    };
    assert!(patch_of("notes.md").contains(&format!("+{CLEAN}")));
    assert_eq!(patch_of("tests/[redacted].txt").lines().last(), Some("+plain"));

    let stored: Vec<Value> = story.items("").await;
    let everything = format!("{detail}{list}{}", json!(stored));
    for secret in SECRETS {
        assert!(!everything.contains(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_text_is_kept_as_it_was_sent() {
    let story = Story::begin().await;
    let (invited, ada) = story.claimed(ADA).await;
    let task = story.current_task(&ada, invited.session).await;
    let body = json!({ "contentText": PRINTED });
    let submitted = ada.post(&format!("/api/tasks/{task}/submit"), body).await.expect(201);

    let path = format!("/api/submissions/{}", submitted["submissionId"]);
    let detail = story.recruiter(1).get(&path).await.expect(200);

    assert_eq!(detail["contentText"], PRINTED);
}
