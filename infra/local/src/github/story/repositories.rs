use serde_json::{Value, json};

use crate::github::story::{Story, TEMPLATE, WORKSPACE, refused};
use crate::github::templates::TEMPLATES;

#[tokio::test]
async fn the_fourteen_templates_are_there_with_the_same_commits_everywhere() {
    let story = Story::new();
    for template in TEMPLATES {
        let path = format!("/repos/tenon-hire-dev/{}", template.repository);
        let repository = story.get(&path).await.json();
        assert_eq!(repository["is_template"], true, "{path}");
        assert_eq!(repository["default_branch"], "main", "{path}");
        let source = story.get(&format!("{path}/contents/{}", template.source)).await;
        assert_eq!(source.status(), 200, "{path}");
    }
    let branch = story.get(&format!("{TEMPLATE}/branches/main")).await.json();

    assert_eq!(branch["commit"]["sha"], "6f10c34fe7d92b3161be49945510ff2cbb1bbd92");
    assert_eq!(branch["commit"]["commit"]["author"]["date"], "2025-01-06T09:00:00Z");
    assert_eq!(story.github.repositories(), Vec::<String>::new());
}

#[tokio::test]
async fn a_workspace_is_generated_with_the_files_of_its_template_in_one_commit() {
    let story = Story::new();
    let asked = json!({
        "owner": "acme",
        "name": "tenon ws 1",
        "description": "Day 2",
        "private": true,
    });

    let answer = story.post(&format!("{TEMPLATE}/generate"), asked).await;

    let made = answer.json();
    assert_eq!(answer.status(), 201);
    assert_eq!(made["id"], 3_100_000_015_u64);
    assert_eq!(made["full_name"], "acme/tenon-ws-1");
    assert_eq!(made["owner"]["login"], "acme");
    assert_eq!(made["description"], "Day 2");
    assert_eq!((&made["private"], &made["visibility"]), (&json!(true), &json!("private")));
    assert_eq!(made["is_template"], false);
    assert_eq!(made["created_at"], "2026-03-02T09:00:00Z");
    let origin = "tenon-hire-dev/tenon-template-python-fastapi";
    assert_eq!(made["template_repository"]["full_name"], origin);

    assert_eq!(story.get("/repositories/3100000015").await.json(), made);
    assert_eq!(story.get("/repos/ACME/tenon-ws-1").await.json(), made);
    let theirs = story.get(&format!("{TEMPLATE}/branches/main")).await.json();
    let ours = story.get(&format!("{WORKSPACE}/branches/main")).await.json();
    assert_eq!(ours["commit"]["commit"]["tree"]["sha"], theirs["commit"]["commit"]["tree"]["sha"]);
    assert_ne!(ours["commit"]["sha"], theirs["commit"]["sha"]);
    assert_eq!(ours["commit"]["commit"]["message"], "Initial commit");
    assert_eq!(ours["commit"]["parents"], json!([]));
    assert_eq!(story.github.repositories(), ["acme/tenon-ws-1"]);
}

#[tokio::test]
async fn a_name_is_taken_once_whatever_its_case() {
    let story = Story::with_workspace().await;

    let again = json!({ "owner": "Acme", "name": "TENON-ws-1" });
    let other = json!({ "owner": "acme", "name": "tenon-ws-2" });
    let blank = json!({ "owner": "acme", "name": " " });
    let path = format!("{TEMPLATE}/generate");

    let taken = refused(422, "Could not clone: Name already exists on this account");
    assert_eq!(story.post(&path, again).await.refusal(), taken);
    assert_eq!(story.post(&path, other).await.status(), 201);
    assert_eq!(story.post(&path, blank).await.status(), 422);
}

#[tokio::test]
async fn only_templates_generate() {
    let story = Story::with_workspace().await;
    let body = json!({ "owner": "acme", "name": "tenon-ws-2" });

    for path in [WORKSPACE, "/repos/tenon-hire-dev/tenon-template-none"] {
        let answer = story.post(&format!("{path}/generate"), body.clone()).await;
        assert_eq!(answer.refusal(), refused(404, "Not Found"), "{path}");
    }
}

#[tokio::test]
async fn other_branches_of_a_template_come_along_only_when_asked_for() {
    let story = Story::new();
    let full_name = "tenon-hire-dev/tenon-template-python-fastapi";
    story.github.push(full_name, "extra", "EXTRA.md", "more\n", "Extra").unwrap();
    let path = format!("{TEMPLATE}/generate");

    story.post(&path, json!({ "owner": "acme", "name": "one" })).await;
    let all = json!({ "owner": "acme", "name": "all", "include_all_branches": true });
    story.post(&path, all).await;

    let none = story.get("/repos/acme/one/branches/extra").await;
    assert_eq!(none.refusal(), refused(404, "Branch not found"));
    let extra = story.get("/repos/acme/all/branches/extra").await.json();
    assert_eq!(extra["commit"]["parents"], json!([]));
    assert_eq!(story.get("/repos/acme/all").await.json()["default_branch"], "main");
}

#[tokio::test]
async fn a_tree_is_listed_flat_or_to_its_depths() {
    let story = Story::with_workspace().await;
    let paths = |tree: &Value| -> Vec<String> {
        let entries = tree["tree"].as_array().unwrap().iter();
        entries
            .map(|entry| format!("{} {}", entry["type"], entry["path"]).replace('"', ""))
            .collect()
    };

    let flat = story.get(&format!("{WORKSPACE}/git/trees/main")).await.json();
    let deep = story.get(&format!("{WORKSPACE}/git/trees/main?recursive=1")).await.json();

    assert_eq!(paths(&flat), ["tree .github", "blob README.md", "tree app", "tree tests"]);
    assert_eq!(
        paths(&deep),
        [
            "tree .github",
            "tree .github/workflows",
            "blob .github/workflows/tenon-ci.yml",
            "blob README.md",
            "tree app",
            "blob app/main.py",
            "tree tests",
            "blob tests/cases.json"
        ]
    );
    let app = flat["tree"][2]["sha"].as_str().unwrap();
    let inside = story.get(&format!("{WORKSPACE}/git/trees/{app}")).await.json();
    assert_eq!(paths(&inside), ["blob main.py"]);
    let unknown = format!("{WORKSPACE}/git/trees/{}", "0".repeat(40));
    assert_eq!(story.get(&unknown).await.refusal(), refused(404, "Not Found"));
}

#[tokio::test]
async fn a_tag_is_made_once_on_a_commit_of_the_repository() {
    let story = Story::with_workspace().await;
    let sha = story.push("app/main.py", "pass\n");
    let tag = |sha: &str| json!({ "ref": "refs/tags/tenon-day-2", "sha": sha });
    let path = format!("{WORKSPACE}/git/refs");

    let unknown = story.post(&path, tag(&"0".repeat(40))).await;
    let nameless = story.post(&path, json!({ "ref": "tenon-day-2", "sha": sha })).await;
    let made = story.post(&path, tag(&sha)).await;
    let again = story.post(&path, tag(&sha)).await;
    story.push("app/main.py", "moved on\n");
    let found = story.get(&format!("{WORKSPACE}/git/ref/tags/tenon-day-2")).await;

    assert_eq!(unknown.refusal(), refused(422, "Object does not exist"));
    assert_eq!(nameless.status(), 422);
    assert_eq!(made.status(), 201);
    assert_eq!(made.json()["ref"], "refs/tags/tenon-day-2");
    assert_eq!(made.json()["object"]["sha"], sha);
    assert_eq!(again.refusal(), refused(422, "Reference already exists"));
    assert_eq!(found.json(), made.json());
    let other = story.get(&format!("{WORKSPACE}/git/ref/tags/tenon-day-3")).await;
    assert_eq!(other.refusal(), refused(404, "Not Found"));
}
