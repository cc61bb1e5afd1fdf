use std::io::{Cursor, Read as _};

use axum::body::Body;
use http::{Method, Request};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::github::runs::RunTiming;
use crate::github::story::{DISPATCHES, Story, TOKEN, WORKSPACE, refused};
use crate::github::templates::{SOLUTION, TEMPLATES};

const RUN: &str = "/repos/acme/tenon-ws-1/actions/runs/30000000001";
const RUNS: &str = "/repos/acme/tenon-ws-1/actions/workflows/tenon-ci.yml/runs";

impl Story {
    async fn dispatch(&self, reference: &str) -> Value {
        let body = json!({ "ref": reference, "return_run_details": true });
        let answer = self.post(DISPATCHES, body).await;
        assert_eq!(answer.status(), 200);
        answer.json()
    }

    async fn state(&self) -> (Value, Value) {
        let run = self.get(RUN).await.json();
        (run["status"].clone(), run["conclusion"].clone())
    }

    /// What the artifact of the first run holds.
    async fn results(&self) -> Value {
        let redirect = self.get("/repos/acme/tenon-ws-1/actions/artifacts/4000000001/zip").await;
        let zip = self.stranger(Method::GET, redirect.header("location")).await;
        let mut archive = zip::ZipArchive::new(Cursor::new(zip.bytes)).unwrap();
        let mut text = String::new();
        let mut file = archive.by_name("tenon-test-results.json").unwrap();
        file.read_to_string(&mut text).unwrap();
        serde_json::from_str(&text).unwrap()
    }
}

#[tokio::test]
async fn a_run_is_queued_works_and_completes_as_time_goes_by() {
    let story = Story::with_workspace().await;

    let details = story.dispatch("main").await;

    assert_eq!(
        details,
        json!({
            "workflow_run_id": 30_000_000_001_u64,
            "run_url": "https://api.github.com/repos/acme/tenon-ws-1/actions/runs/30000000001",
            "html_url": "https://github.com/acme/tenon-ws-1/actions/runs/30000000001",
        })
    );
    assert_eq!(story.state().await, (json!("queued"), Value::Null));
    story.wait(500);
    assert_eq!(story.state().await, (json!("in_progress"), Value::Null));
    let early = story.get(&format!("{RUN}/artifacts")).await.json();
    assert_eq!(early, json!({ "total_count": 0, "artifacts": [] }));
    story.wait(1_000);
    assert_eq!(story.state().await, (json!("completed"), json!("failure")));
    let artifacts = story.get(&format!("{RUN}/artifacts")).await.json();
    assert_eq!(artifacts["total_count"], 1);
    assert_eq!(artifacts["artifacts"][0]["name"], "tenon-test-results");
    assert_eq!(artifacts["artifacts"][0]["id"], 4_000_000_001_u64);
}

#[tokio::test]
async fn the_untouched_template_fails_two_of_three_cases() {
    let story = Story::with_workspace().await;
    story.dispatch("main").await;
    story.wait(1_500);
    let head = story.get(RUN).await.json()["head_sha"].clone();

    assert_eq!(
        story.results().await,
        json!({
            "passed": 1,
            "failed": 2,
            "total": 3,
            "stdout": "PASS the health check answers\nFAIL the limit can be asked for\n\
                       FAIL too many requests are refused\n",
            "stderr": "the limit can be asked for: `app/main.py` does not contain `/limits`\n\
                       too many requests are refused: `app/main.py` does not contain `429`\n",
            "summary": {
                "commit": head,
                "inputs": {},
                "cases": [
                    { "name": "the health check answers", "passed": true },
                    { "name": "the limit can be asked for", "passed": false },
                    { "name": "too many requests are refused", "passed": false },
                ],
            },
        })
    );
}

#[tokio::test]
async fn what_the_readme_says_makes_every_case_pass() {
    let story = Story::with_workspace().await;
    let raw = Request::get(format!("{WORKSPACE}/contents/README.md"))
        .header("authorization", format!("Bearer {TOKEN}"))
        .header("accept", "application/vnd.github.raw+json");
    let readme = story.send(raw.body(Body::empty()).unwrap()).await.text();
    let line = readme.split("```").nth(1).unwrap().trim();
    let [template, ..] = TEMPLATES;
    assert_eq!(line, format!("# {SOLUTION}"));
    assert!(template.solved().ends_with(&format!("{line}\n")));

    let sha = story.push(template.source, &template.solved());
    story.dispatch("main").await;
    story.wait(1_500);

    assert_eq!(story.state().await, (json!("completed"), json!("success")));
    assert_eq!(story.get(RUN).await.json()["head_sha"], sha);
    assert_eq!(story.results().await["passed"], 3);
}

#[tokio::test]
async fn a_later_push_does_not_change_what_a_run_judges() {
    let story = Story::with_workspace().await;
    let [template, ..] = TEMPLATES;
    let pinned = story.push(template.source, &template.solved());
    let tag = json!({ "ref": "refs/tags/tenon-day-2", "sha": pinned });
    story.post(&format!("{WORKSPACE}/git/refs"), tag).await;

    story.push(template.source, "spoilt\n");
    story.dispatch("tenon-day-2").await;
    story.push(template.source, "spoilt again\n");
    story.wait(1_500);

    let run = story.get(RUN).await.json();
    assert_eq!((&run["head_branch"], &run["head_sha"]), (&json!("tenon-day-2"), &json!(pinned)));
    assert_eq!(run["conclusion"], "success");
}

#[tokio::test]
async fn a_broken_or_silenced_workflow_leaves_no_artifact() {
    let story = Story::with_workspace().await;
    let list = format!("{RUN}/artifacts");
    story.push("tests/cases.json", "not json");
    story.dispatch("main").await;
    story.wait(1_500);

    assert_eq!(story.state().await, (json!("completed"), json!("failure")));
    assert_eq!(story.get(&list).await.json()["total_count"], 0);
    let zip = story.get("/repos/acme/tenon-ws-1/actions/artifacts/4000000001/zip").await;
    assert_eq!(zip.refusal(), refused(404, "Not Found"));
    let cases = r#"[{ "name": "none", "file": "README.md", "contains": "" }]"#;
    story.push("tests/cases.json", cases);
    story.push(".github/workflows/tenon-ci.yml", "on: workflow_dispatch\n");
    story.dispatch("main").await;
    story.wait(1_500);
    let silenced = RUN.replace("001", "002");
    assert_eq!(story.get(&silenced).await.json()["conclusion"], "success");
    let none = story.get(&format!("{silenced}/artifacts")).await.json();
    assert_eq!(none["total_count"], 0);
}

#[tokio::test]
async fn a_dispatch_needs_a_workflow_a_reference_and_inputs_that_exist() {
    let story = Story::with_workspace().await;
    let unknown = DISPATCHES.replace("tenon-ci.yml", "other.yml");
    let main = json!({ "ref": "main" });

    assert_eq!(story.post(&unknown, main.clone()).await.refusal(), refused(404, "Not Found"));
    let nowhere = story.post(DISPATCHES, json!({ "ref": "none" })).await;
    assert_eq!(nowhere.refusal(), refused(422, "No ref found for: none"));
    let odd = json!({ "ref": "main", "inputs": { "speed": "11" } });
    let odd = story.post(DISPATCHES, odd).await;
    assert_eq!(odd.refusal(), refused(422, "Unexpected inputs provided: [\"speed\"]"));
    story
        .github
        .push(
            "acme/tenon-ws-1",
            "quiet",
            ".github/workflows/tenon-ci.yml",
            "name: Quiet\non: push\n",
            "Quiet",
        )
        .unwrap();
    let quiet = story.post(DISPATCHES, json!({ "ref": "quiet" })).await;
    let message = "Workflow does not have 'workflow_dispatch' trigger";
    assert_eq!(quiet.refusal(), refused(422, message));
    assert_eq!(story.github.dispatches(), 0);

    let plain = story.post(DISPATCHES, main).await;
    assert_eq!((plain.status(), plain.bytes.len()), (204, 0));
    let known = json!({ "ref": "refs/heads/main", "inputs": { "suite": "unit" } });
    assert_eq!(story.post(DISPATCHES, known).await.status(), 204);
    assert_eq!(story.github.dispatches(), 2);
}

#[tokio::test]
async fn runs_are_listed_newest_first_by_branch_event_and_page() {
    let story = Story::with_workspace().await;
    story.github.push("acme/tenon-ws-1", "other", "a", "a", "A").unwrap();
    story.dispatch("main").await;
    story.dispatch("other").await;
    story.dispatch("main").await;
    let list = async |query: &str| {
        let found = story.get(&format!("{RUNS}{query}")).await.json();
        let runs = found["workflow_runs"].as_array().unwrap().iter();
        let numbers: Vec<u64> = runs.map(|run| run["run_number"].as_u64().unwrap()).collect();
        (found["total_count"].as_u64().unwrap(), numbers)
    };

    assert_eq!(list("").await, (3, vec![3, 2, 1]));
    assert_eq!(list("?branch=main&per_page=1").await, (2, vec![3]));
    assert_eq!(list("?branch=main&per_page=1&page=2").await, (2, vec![1]));
    assert_eq!(list("?event=workflow_dispatch&actor=tenon-bot").await, (3, vec![3, 2, 1]));
    assert_eq!(list("?event=push").await, (0, vec![]));
    assert_eq!(list("?status=completed").await, (0, vec![]));
    story.wait(1_500);
    assert_eq!(list("?status=failure").await, (3, vec![3, 2, 1]));
}

#[tokio::test]
async fn an_artifact_is_handed_out_for_a_minute_to_whoever_sends_no_token() {
    let story = Story::with_workspace().await;
    story.dispatch("main").await;
    story.wait(1_500);
    let path = "/repos/acme/tenon-ws-1/actions/artifacts/4000000001/zip";
    let request = |path: &str| {
        Request::get(path)
            .header("authorization", format!("Bearer {TOKEN}"))
            .header("host", "127.0.0.1:9999")
            .body(Body::empty())
            .unwrap()
    };

    let redirect = story.send(request(path)).await;
    let location = redirect.header("location").to_owned();
    let with_token = story.send(request(&location)).await;
    let forged = story.stranger(Method::GET, &location.replace("expires=17", "expires=18")).await;
    story.wait(59_499);
    let good = story.stranger(Method::GET, &location).await;
    story.wait(1);
    let late = story.stranger(Method::GET, &location).await;

    assert_eq!(redirect.status(), 302);
    assert!(location.starts_with("http://127.0.0.1:9999/_archives/4000000001?expires="));
    assert_eq!(with_token.status(), 401);
    assert!(with_token.text().contains("<Code>InvalidAuthenticationInfo</Code>"));
    assert_eq!((forged.status(), late.status()), (403, 403));
    assert_eq!((good.status(), good.header("content-type")), (200, "application/zip"));
    assert_eq!(story.stranger(Method::GET, path).await.status(), 401);
}

#[tokio::test]
async fn an_artifact_is_gone_after_ninety_days() {
    let story = Story::with_workspace().await;
    story.dispatch("main").await;
    story.wait(1_500);
    story.clock.advance(SignedDuration::from_hours(90 * 24));

    let zip = story.get("/repos/acme/tenon-ws-1/actions/artifacts/4000000001/zip").await;

    assert_eq!(zip.refusal(), refused(410, "Artifact has expired"));
    let listed = story.get(&format!("{RUN}/artifacts")).await.json();
    assert_eq!(listed["artifacts"][0]["expired"], true);
}

#[tokio::test]
async fn another_timing_holds_for_later_runs() {
    let story = Story::with_workspace().await;
    story.dispatch("main").await;
    let slow = RunTiming { queued: SignedDuration::ZERO, running: SignedDuration::from_hours(1) };
    story.github.set_timing(slow);
    story.dispatch("main").await;
    story.wait(1_500);

    let second = story.get(&RUN.replace("001", "002")).await.json();

    assert_eq!(story.state().await.0, "completed");
    assert_eq!(second["status"], "in_progress");
}

#[tokio::test]
async fn a_run_belongs_to_its_repository() {
    let story = Story::with_workspace().await;
    story.dispatch("main").await;
    let body = json!({ "owner": "acme", "name": "other" });
    story.post("/repos/tenon-hire-dev/tenon-template-go-gin/generate", body).await;

    assert_eq!(story.get(RUN).await.status(), 200);
    let foreign = story.get(&RUN.replace("tenon-ws-1", "other")).await;
    assert_eq!(foreign.refusal(), refused(404, "Not Found"));
}
