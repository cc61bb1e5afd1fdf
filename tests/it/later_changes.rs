//! What happens to a branch after it was handed in is told apart from what was handed in.

use serde_json::{Value, json};
use tests::story::Story;

const ADA: &str = "ada@example.com";

/// Ada hands in the solved template; then `change` is done to her repository, whose first commit it
/// is told, before anything is examined.
async fn detail(change: impl AsyncFn(&Story, &str, &str)) -> Value {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    let first = story.github().get(&format!("/repos/{repository}/branches/main")).await.expect(200);
    story.push_solution(&repository);
    let submitted = ada.post(&format!("/api/tasks/{task}/submit"), json!({})).await.expect(201);
    let first = first["commit"]["sha"].as_str().unwrap();
    change(&story, &repository, first).await;
    story.pass(12).await;
    let path = format!("/api/submissions/{}", submitted["submissionId"]);
    let detail = story.recruiter(1).get(&path).await.expect(200);
    assert_eq!(detail["testResults"]["status"], "passed");
    let names: Vec<_> = detail["diffSummary"]["files"].as_array().unwrap().iter().collect();
    assert_eq!((names.len(), &names[0]["filename"]), (1, &json!("app/main.py")));
    detail["changedAfterSubmission"].clone()
}

#[tokio::test]
async fn nothing_is_told_of_a_branch_that_was_left_alone() {
    assert_eq!(detail(async |_, _, _| ()).await, Value::Null);
}

#[tokio::test]
async fn files_pushed_later_are_named_as_such_and_are_no_part_of_the_difference() {
    let later = detail(async |story, repository, _| {
        story.stack.github.push(repository, "main", "late.txt", "late\n", "Late").unwrap();
    })
    .await;

    let head = later["headSha"].as_str().unwrap();
    let file = json!({
        "filename": "late.txt", "status": "added", "additions": 1, "deletions": 0, "changes": 1,
        "patch": null,
    });
    let expected = json!({
        "branch": "main",
        "change": "advanced",
        "headSha": head,
        "files": [file],
        "truncated": false,
        "seenAt": later["seenAt"],
    });
    assert_eq!((later.clone(), head.len()), (expected, 40));
}

#[tokio::test]
async fn a_branch_that_was_rewritten_is_told() {
    let rewritten = detail(async |story, repository, first| {
        story.stack.github.force_push(repository, "main", first).unwrap();
        story.stack.github.push(repository, "main", "other.txt", "other\n", "Other").unwrap();
    })
    .await;
    assert_eq!(rewritten["change"], "rewritten");
    assert_eq!(rewritten["files"][0]["filename"], "other.txt");
}

#[tokio::test]
async fn a_branch_that_is_gone_is_told() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    story.stack.github.push(&repository, "feat/x", "x.txt", "x\n", "Do").unwrap();
    let body = json!({ "branch": "feat/x" });
    let submitted = ada.post(&format!("/api/tasks/{task}/submit"), body).await.expect(201);
    story.stack.github.delete_branch(&repository, "feat/x").unwrap();
    story.pass(12).await;

    let path = format!("/api/submissions/{}", submitted["submissionId"]);
    let later = story.recruiter(1).get(&path).await.expect(200)["changedAfterSubmission"].clone();

    let expected = json!({
        "branch": "feat/x", "change": "deleted", "headSha": null, "files": [], "truncated": false,
        "seenAt": later["seenAt"],
    });
    assert_eq!(later, expected);
}
