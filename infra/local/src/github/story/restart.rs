use serde_json::{Value, json};

use crate::documents::Documents;
use crate::github::story::{DISPATCHES, Story, TEMPLATE, WORKSPACE};

async fn everything(story: &Story) -> Vec<Value> {
    let mut seen = Vec::new();
    for path in [
        WORKSPACE.to_owned(),
        TEMPLATE.to_owned(),
        format!("{WORKSPACE}/branches/main"),
        format!("{WORKSPACE}/git/trees/main?recursive=1"),
        format!("{WORKSPACE}/git/ref/tags/v1"),
        format!("{WORKSPACE}/collaborators"),
        format!("{WORKSPACE}/invitations"),
        format!("{WORKSPACE}/actions/workflows/tenon-ci.yml/runs"),
        format!("{WORKSPACE}/actions/runs/30000000001/artifacts"),
        "/users/octocat".to_owned(),
    ] {
        let answer = story.get(&path).await;
        assert_eq!(answer.status(), 200, "{path}");
        seen.push(answer.json());
    }
    seen
}

#[tokio::test]
async fn a_restart_changes_nothing_and_ids_go_on_where_they_were() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("github.db");
    let first = Story::with(Documents::open(&file).unwrap());
    let workspace = json!({ "owner": "acme", "name": "tenon-ws-1", "private": true });
    first.post(&format!("{TEMPLATE}/generate"), workspace).await;
    let sha = first.push("notes.md", "one\n");
    let tag = json!({ "ref": "refs/tags/v1", "sha": sha });
    first.post(&format!("{WORKSPACE}/git/refs"), tag).await;
    first.put(&format!("{WORKSPACE}/collaborators/octocat"), json!({})).await;
    first.post(DISPATCHES, json!({ "ref": "main" })).await;
    first.wait(1_500);

    let second = Story::with(Documents::open(&file).unwrap());
    second.wait(1_500);

    assert_eq!(everything(&second).await, everything(&first).await);
    assert_eq!(second.github.repositories(), ["acme/tenon-ws-1"]);
    assert_eq!(second.github.dispatches(), 1);
    let details = json!({ "ref": "main", "return_run_details": true });
    let next = second.post(DISPATCHES, details).await.json();
    assert_eq!(next["workflow_run_id"], 30_000_000_002_u64);
}
