use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::github::story::{Story, WORKSPACE, refused};

fn encoded(text: &str) -> String {
    STANDARD.encode(text)
}

fn decoded(file: &Value) -> String {
    let lines = file["content"].as_str().unwrap();
    assert!(lines.lines().all(|line| line.len() <= 60), "GitHub wraps base64");
    String::from_utf8(STANDARD.decode(lines.replace('\n', "")).unwrap()).unwrap()
}

#[tokio::test]
async fn a_file_is_created_and_then_updated_by_who_knows_what_it_replaces() {
    let story = Story::with_workspace().await;
    let path = format!("{WORKSPACE}/contents/docs/notes.md");
    let body =
        |text: &str| json!({ "message": "Notes", "content": encoded(text), "branch": "main" });

    let created = story.put(&path, body("one\n")).await;
    let blind = story.put(&path, body("two\n")).await;
    let mut update = body("two\n");
    update["sha"] = json!("0".repeat(40));
    let stale = story.put(&path, update.clone()).await;
    update["sha"] = created.json()["content"]["sha"].clone();
    let updated = story.put(&path, update).await;
    let read = story.get(&path).await.json();

    assert_eq!(created.status(), 201);
    assert_eq!(created.json()["content"]["sha"], "5626abf0f72e58d7a153368ba57db4c673c0e171");
    assert_eq!(blind.refusal(), refused(422, "Invalid request.\n\n\"sha\" wasn't supplied."));
    let zeros = "0".repeat(40);
    assert_eq!(stale.refusal(), refused(409, &format!("docs/notes.md does not match {zeros}")));
    assert_eq!(updated.status(), 200);
    let first = &created.json()["commit"]["sha"];
    assert_eq!(&updated.json()["commit"]["parents"][0]["sha"], first);
    assert_eq!((decoded(&read), &read["size"]), ("two\n".to_owned(), &json!(4)));
}

#[tokio::test]
async fn a_file_that_cannot_be_is_refused() {
    let story = Story::with_workspace().await;
    let write = async |path: &str, content: &str, branch: &str| {
        let body = json!({ "message": "x", "content": content, "branch": branch });
        story.put(&format!("{WORKSPACE}/contents/{path}"), body).await.refusal()
    };

    assert_eq!(write("a", "?", "main").await, refused(422, "content is not valid Base64"));
    assert_eq!(write("a", "", "none").await, refused(404, "Branch none not found"));
    let malformed = refused(422, "path contains a malformed path component");
    assert_eq!(write("app", "", "main").await, malformed);
}

#[tokio::test]
async fn contents_are_read_at_any_reference_as_file_folder_or_raw() {
    let story = Story::with_workspace().await;
    let before = story.get(&format!("{WORKSPACE}/branches/main")).await.json();
    let before = before["commit"]["sha"].as_str().unwrap().to_owned();
    story.push("app/main.py", "print(1)\n");
    let file = format!("{WORKSPACE}/contents/app/main.py");

    let now = story.get(&file).await.json();
    let then = story.get(&format!("{file}?ref={before}")).await.json();
    let root = story.get(&format!("{WORKSPACE}/contents")).await.json();

    assert_eq!(decoded(&now), "print(1)\n");
    assert!(decoded(&then).starts_with("from fastapi import FastAPI\n"));
    let kinds: Vec<(&str, &str)> = root
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| (entry["type"].as_str().unwrap(), entry["name"].as_str().unwrap()))
        .collect();
    assert_eq!(
        kinds,
        [("dir", ".github"), ("file", "README.md"), ("dir", "app"), ("dir", "tests")]
    );
    assert_eq!(story.get(&format!("{file}x")).await.refusal(), refused(404, "Not Found"));
    let nowhere = story.get(&format!("{file}?ref=none")).await.refusal();
    assert_eq!(nowhere, refused(404, "No commit found for the ref none"));
}

#[tokio::test]
async fn a_comparison_counts_commits_and_shows_hunks() {
    let story = Story::with_workspace().await;
    let base =
        story.get(&format!("{WORKSPACE}/branches/main")).await.json()["commit"]["sha"].clone();
    let base = base.as_str().unwrap();
    story.push("notes.md", "one\ntwo\n");
    let head = story.push("notes.md", "one\n2\n");

    let ahead = story.get(&format!("{WORKSPACE}/compare/{base}...main")).await.json();

    assert_eq!(ahead["status"], "ahead");
    assert_eq!((&ahead["ahead_by"], &ahead["behind_by"]), (&json!(2), &json!(0)));
    assert_eq!(ahead["total_commits"], 2);
    assert_eq!(ahead["merge_base_commit"]["sha"], base);
    assert_eq!(ahead["commits"][1]["sha"], head);
    assert_eq!(ahead["files"].as_array().unwrap().len(), 1);
    let file = &ahead["files"][0];
    assert_eq!((&file["filename"], &file["status"]), (&json!("notes.md"), &json!("added")));
    assert_eq!((&file["additions"], &file["deletions"]), (&json!(2), &json!(0)));
    assert_eq!(file["changes"], 2);
    assert_eq!(file["patch"], "@@ -0,0 +1,2 @@\n+one\n+2");

    let behind = story.get(&format!("{WORKSPACE}/compare/main...{base}")).await.json();
    assert_eq!((&behind["status"], &behind["files"]), (&json!("behind"), &json!([])));
    let same = story.get(&format!("{WORKSPACE}/compare/main...{head}")).await.json();
    assert_eq!((&same["status"], &same["total_commits"]), (&json!("identical"), &json!(0)));
}

#[tokio::test]
async fn branches_that_parted_are_compared_from_where_they_did() {
    let story = Story::with_workspace().await;
    story.github.push("acme/tenon-ws-1", "feature/x", "x.md", "x\n", "X").unwrap();
    story.push("main.md", "m\n");

    let found = story.get(&format!("{WORKSPACE}/compare/main...feature/x")).await.json();
    let encoded = story.get(&format!("{WORKSPACE}/branches/feature%2Fx")).await;
    let unknown = story.get(&format!("{WORKSPACE}/compare/main...none")).await;

    assert_eq!(found["status"], "diverged");
    assert_eq!((&found["ahead_by"], &found["behind_by"]), (&json!(1), &json!(1)));
    assert_eq!(found["files"][0]["filename"], "x.md");
    assert_eq!(found["files"][1], Value::Null);
    assert_eq!(encoded.json()["name"], "feature/x");
    assert_eq!(unknown.refusal(), refused(404, "Not Found"));
}
