//! Template repositories are tried out: in the background, while whoever asked waits or does not.

use std::time::Duration;

use http::Method;
use local::github::runs::RunTiming;
use local::github::templates::TEMPLATES;
use serde_json::{Value, json};
use tests::caller::Answer;
use tests::cost::Cost;
use tests::problem::problem;
use tests::story::Story;

const KEY: &str = "an admin key of the tests, long enough";
const RUN: &str = "/api/admin/templates/health/run";
const DISPATCHES: &str = "actions/workflows/tenon-ci.yml/dispatches";

async fn begin() -> Story {
    Story::with(&[("TENON_ADMIN_API_KEY", KEY)]).await
}

async fn post(story: &Story, body: Value) -> Answer {
    let nobody = story.nobody();
    let request = nobody.request(Method::POST, RUN).header("x-admin-key", KEY);
    nobody.send(request.json(&body)).await
}

/// Asks for `keys` to be tried out without waiting; the number of the request.
async fn asked(story: &Story, keys: &[&str]) -> u64 {
    let told = post(story, json!({ "templateKeys": keys, "waitSeconds": 0 })).await.expect(202);
    told["id"].as_u64().unwrap()
}

async fn tried(story: &Story, id: u64) -> Answer {
    let nobody = story.nobody();
    let request = nobody.request(Method::GET, &format!("{RUN}s/{id}"));
    nobody.send(request.header("x-admin-key", KEY)).await
}

/// `field` of every template, in their order.
fn each<'a>(health: &'a Value, field: &str) -> Vec<&'a Value> {
    health["templates"].as_array().unwrap().iter().map(|template| &template[field]).collect()
}

/// Makes all tests of a template pass; its full name.
fn solve(story: &Story, key: &str) -> String {
    let name = format!("tenon-template-{key}");
    let template = TEMPLATES.into_iter().find(|it| it.repository == name).unwrap();
    let repository = format!("tenon-hire-dev/{name}");
    let solved = template.solved();
    story.stack.github.push(&repository, "main", template.source, &solved, "Solve").unwrap();
    repository
}

#[tokio::test]
async fn what_is_done_while_the_request_waits_is_its_answer() {
    let story = begin().await;
    solve(&story, "go-gin");

    let keys = json!({ "templateKeys": ["go-gin", "node-nest-ts"], "timeoutSeconds": "60" });
    let work = async {
        while story.stack.worker.settle().await.unwrap() == 0 {
            tokio::task::yield_now().await;
        }
        story.pass(10).await;
    };
    let (answer, ()) = tokio::join!(post(&story, keys), work);

    let health = answer.expect(200);
    assert_eq!((&health["ok"], &health["status"]), (&json!(false), &json!("complete")));
    assert_eq!(each(&health, "templateKey"), [&json!("go-gin"), &json!("node-nest-ts")]);
    let go = &health["templates"][0];
    let checks = json!({
        "repoReachable": true,
        "defaultBranch": "main",
        "defaultBranchUsable": true,
        "workflowFileExists": true,
        "workflowHasUploadArtifact": true,
        "workflowHasArtifactName": true,
        "workflowHasTestResultsJson": true,
    });
    let expected = json!({
        "templateKey": "go-gin",
        "repoFullName": "tenon-hire-dev/tenon-template-go-gin",
        "workflowFile": "tenon-ci.yml",
        "defaultBranch": "main",
        "ok": true,
        "errors": [],
        "checks": checks,
        "mode": "live",
        "workflowRunId": 30_000_000_001_u64,
        "workflowConclusion": "success",
        "artifactNameFound": "tenon-test-results",
        "status": "complete",
        "checkedAt": go["checkedAt"],
        "ageSeconds": go["ageSeconds"],
    });
    assert_eq!(*go, expected);
    let nest = &health["templates"][1];
    assert_eq!(nest["errors"], json!(["workflow_run_not_success"]));
    assert_eq!(nest["workflowConclusion"], "failure");
}

#[tokio::test]
async fn what_is_not_done_in_time_goes_on_and_is_found_under_its_number() {
    let story = begin().await;
    let body = json!({ "templateKeys": ["go-gin"], "waitSeconds": 0 });

    let (answer, cost) = story.costing(post(&story, body)).await;
    let told =
        [answer.header("location"), answer.header("retry-after")].map(|it| it.unwrap().to_owned());
    let begun = answer.expect(202);
    let id = begun["id"].as_u64().unwrap();
    assert_eq!(cost, Cost::of_table(1));
    assert_eq!(told, [format!("runs/{id}"), "2".to_owned()]);
    assert_eq!((&begun["ok"], &begun["status"]), (&json!(false), &json!("running")));
    assert_eq!(each(&begun, "status"), [&json!("waiting")]);

    story.settle().await;
    let (running, cost) = story.costing(tried(&story, id)).await;
    let running = running.expect(200);
    assert_eq!(cost, Cost::of_table(1));
    let template = &running["templates"][0];
    assert_eq!((&template["status"], &template["checkedAt"]), (&json!("running"), &Value::Null));
    assert_eq!(template["workflowRunId"], 30_000_000_001_u64);

    story.pass(10).await;
    let done = tried(&story, id).await.expect(200);
    assert_eq!((&done["status"], &done["ok"]), (&json!("complete"), &json!(false)));
    assert_eq!(done["templates"][0]["errors"], json!(["workflow_run_not_success"]));
    // Three to look, one to list, one to start, two looks at the run, its artifacts, the archive.
    assert_eq!(story.stack.github.total_calls(), 9);
    assert_eq!(tried(&story, id).await.expect(200)["id"], id);
}

#[tokio::test]
async fn a_template_that_is_named_twice_is_tried_twice_and_as_many_at_a_time_as_was_asked_for() {
    let story = begin().await;
    let keys = ["go-gin", "go-gin", "node-nest-ts"];
    let body = json!({ "templateKeys": keys, "waitSeconds": 0, "concurrency": 1 });
    let id = post(&story, body).await.expect(202)["id"].as_u64().unwrap();

    story.settle().await;
    assert_eq!(story.stack.github.dispatches(), 1);
    let statuses = tried(&story, id).await.expect(200);
    assert_eq!(each(&statuses, "status"), ["running", "waiting", "waiting"]);
    story.pass(30).await;

    let done = tried(&story, id).await.expect(200);
    assert_eq!(each(&done, "status"), ["complete"; 3]);
    let runs = [30_000_000_001_u64, 30_000_000_002, 30_000_000_003];
    assert_eq!(each(&done, "workflowRunId"), runs);
    assert_eq!(story.stack.github.dispatches(), 3);
}

#[tokio::test]
async fn nothing_is_run_in_a_template_in_which_something_is_wrong_already() {
    let story = begin().await;
    let repository = "tenon-hire-dev/tenon-template-go-gin";
    story.stack.github.remove_file(repository, ".github/workflows/tenon-ci.yml").unwrap();

    let id = asked(&story, &["go-gin"]).await;
    story.settle().await;

    let done = tried(&story, id).await.expect(200);
    assert_eq!(done["templates"][0]["errors"], json!(["workflow_file_missing"]));
    assert_eq!(
        (done["templates"][0]["mode"].clone(), story.stack.github.dispatches()),
        (json!("live"), 0)
    );
}

#[tokio::test]
async fn a_run_without_results_and_a_run_without_an_end_are_told() {
    let story = begin().await;
    let repository = solve(&story, "go-gin");
    story.stack.github.remove_file(&repository, "tests/cases.json").unwrap();
    let id = asked(&story, &["go-gin"]).await;
    story.pass(10).await;
    let done = tried(&story, id).await.expect(200);
    let expected = json!(["artifact_missing", "workflow_run_not_success"]);
    assert_eq!(done["templates"][0]["errors"], expected);

    let long = jiff::SignedDuration::from_hours(1);
    story.stack.github.set_timing(RunTiming { queued: long, running: long });
    let body = json!({ "templateKeys": ["go-gin"], "waitSeconds": 0, "timeoutSeconds": 5 });
    let id = post(&story, body).await.expect(202)["id"].as_u64().unwrap();
    story.pass(7).await;
    let done = tried(&story, id).await.expect(200);
    assert_eq!(done["templates"][0]["errors"], json!(["workflow_run_timeout"]));
    assert_eq!(done["templates"][0]["workflowRunId"], 30_000_000_002_u64);
}

#[tokio::test]
async fn a_check_whose_time_is_up_as_its_run_becomes_known_begins_the_next() {
    let story = begin().await;
    let body =
        json!({ "templateKeys": ["go-gin", "node-nest-ts"], "waitSeconds": 0, "concurrency": 1 });
    let id = post(&story, body).await.expect(202)["id"].as_u64().unwrap();
    // GitHub was away for as long as the check had.
    let mut item = story.item(&format!("TEMPLATECHECK#{id:016}"), "POSITION#00").await;
    item["beganAt"] = json!({ "S": "2026-03-02T00:00:00Z" });
    story.put_item(&item).await;

    story.pass(12).await;

    let done = tried(&story, id).await.expect(200);
    assert_eq!(done["status"], "complete");
    let runs = [30_000_000_001_u64, 30_000_000_002].map(|run| json!(run));
    assert_eq!(each(&done, "workflowRunId"), runs.each_ref());
    assert_eq!(done["templates"][0]["errors"], json!(["workflow_run_timeout"]));
}

#[tokio::test]
async fn a_job_that_died_after_it_asked_github_finds_its_run_and_asks_for_no_other() {
    let story = begin().await;
    let id = asked(&story, &["go-gin"]).await;
    let partition = format!("TEMPLATECHECK#{id:016}");
    let untouched = story.item(&partition, "POSITION#00").await;
    story.settle().await;
    // As it was when GitHub had been asked and nothing of the answer was recorded.
    let mut item = story.item(&partition, "POSITION#00").await;
    let mut state = item["state"]["M"].clone();
    assert_eq!(state["state"]["S"], "running");
    state["state"]["S"] = json!("asked");
    state["newestBefore"] = json!({ "NULL": true });
    state.as_object_mut().unwrap().remove("run");
    item["state"]["M"] = state;
    story.put_item(&item).await;
    story.forget("GITHUBRUN#30000000001", "GITHUBRUN").await;

    story.pass(10).await;

    let done = tried(&story, id).await.expect(200);
    assert_eq!(done["templates"][0]["workflowRunId"], 30_000_000_001_u64);
    assert_eq!(done["status"], "complete");
    assert_eq!(story.stack.github.dispatches(), 1);
    // A message that comes again does nothing any more.
    let calls = story.stack.github.total_calls();
    for message in redelivered(&story).await {
        story.stack.queue.push(&message, Duration::ZERO);
    }
    story.settle().await;
    assert_eq!(
        (story.stack.github.total_calls(), untouched["state"]["M"]["state"]["S"].clone()),
        (calls, json!("waiting"))
    );
}

/// The messages of all jobs there ever were.
async fn redelivered(story: &Story) -> Vec<String> {
    let jobs = story.items("JOB#").await;
    jobs.iter().map(|job| json!({ "jobId": job["id"]["S"] }).to_string()).collect()
}

#[tokio::test]
async fn of_two_checks_no_one_takes_the_run_of_the_other() {
    let story = begin().await;
    let id = asked(&story, &["go-gin", "go-gin"]).await;
    let repository = "/repos/tenon-hire-dev/tenon-template-go-gin";
    let partition = format!("TEMPLATECHECK#{id:016}");
    let inspection = story.stack.worker.settle().await;
    inspection.unwrap();
    // Both had asked, GitHub began both, and neither heard its number.
    for position in ["POSITION#00", "POSITION#01"] {
        let mut item = story.item(&partition, position).await;
        let at = item["state"]["M"]["at"].clone();
        let name = json!({ "S": "accepted" });
        item["state"] =
            json!({ "M": { "state": name, "at": at, "newestBefore": { "NULL": true } } });
        story.put_item(&item).await;
    }
    story.forget("GITHUBRUN#30000000001", "GITHUBRUN").await;
    story.forget("GITHUBRUN#30000000002", "GITHUBRUN").await;

    story.pass(12).await;

    let done = tried(&story, id).await.expect(200);
    let mut runs: Vec<_> = each(&done, "workflowRunId").into_iter().map(Value::as_u64).collect();
    runs.sort_unstable();
    assert_eq!(runs, [Some(30_000_000_001), Some(30_000_000_002)]);
    assert_eq!(
        story.stack.github.calls().get("POST dispatches"),
        Some(&2),
        "{repository}/{DISPATCHES}"
    );
}

#[tokio::test]
async fn who_had_templates_tried_out_is_recorded_with_it() {
    let story = begin().await;
    let id = asked(&story, &["go-gin", "go-gin"]).await;

    let entries = story.items("AUDIT#").await;

    assert_eq!(entries.len(), 1);
    let entry = &entries[0];
    assert_eq!(
        (&entry["change"]["S"], &entry["by"]["S"]),
        (&json!("templatesChecked"), &json!("adminKey"))
    );
    assert_eq!(entry["check"]["N"], id.to_string());
    assert_eq!(entry["templates"]["L"], json!([{ "S": "go-gin" }, { "S": "go-gin" }]));
}

#[tokio::test]
async fn what_is_asked_for_wrongly_is_refused_in_the_contracts_words_and_order() {
    let story = begin().await;
    let refused =
        |detail: &str| problem(422, "Unprocessable Entity", "INVALID_TEMPLATE_CHECK", detail);
    let six = vec!["nope"; 6];
    for (body, detail, pointer) in [
        (
            json!({ "mode": "static", "templateKeys": [] }),
            "Only live mode is supported for this endpoint",
            "/body/mode",
        ),
        (json!({ "templateKeys": [] }), "templateKeys is required", "/body/templateKeys"),
        (
            json!({ "templateKeys": six }),
            "templateKeys must include 5 or fewer items",
            "/body/templateKeys",
        ),
        (
            json!({ "templateKeys": ["go-gin", " go-gin "] }),
            "Invalid templateKeys",
            "/body/templateKeys/1",
        ),
    ] {
        let (answer, cost) = story.costing(post(&story, body)).await;
        let mut told = answer.problem();
        let errors = told.as_object_mut().unwrap().remove("errors").unwrap();
        told.as_object_mut().unwrap().remove("details");
        assert_eq!((told, &errors[0]["pointer"]), (refused(detail), &json!(pointer)));
        assert_eq!(cost, Cost::of_table(0));
    }
    let unknown = post(&story, json!({ "templateKeys": ["nope"] })).await;
    assert_eq!(unknown.body["details"]["allowed"].as_array().unwrap().len(), 14);
}

#[tokio::test]
async fn values_of_the_wrong_kind_are_told_together() {
    let story = begin().await;
    for (keys, code) in [
        (Value::Null, "list_type"),
        (json!("go-gin"), "list_type"),
        (json!(["go-gin", 7]), "string_type"),
    ] {
        let body = json!({
            "mode": "both", "templateKeys": keys, "timeoutSeconds": "soon", "concurrency": 1.5,
            "waitSeconds": null,
        });
        let told = post(&story, body).await.pointers();
        let told: Vec<_> = told.iter().map(|(at, code)| (at.as_str(), code.as_str())).collect();
        let expected = [
            ("/body/mode", "literal_error"),
            ("/body/templateKeys", code),
            ("/body/timeoutSeconds", "int_parsing"),
            ("/body/concurrency", "int_parsing"),
            ("/body/waitSeconds", "int_parsing"),
        ];
        assert_eq!(told, expected);
    }
    let missing = post(&story, json!({})).await.pointers();
    assert_eq!(missing, [("/body/templateKeys".to_owned(), "missing".to_owned())]);
}

#[tokio::test]
async fn numbers_are_brought_into_their_ranges_and_may_be_written_as_text() {
    let story = begin().await;
    for (seconds, concurrency, stored) in [
        (json!(0), json!("9"), ("1", "5")),
        (json!("-7"), json!(0), ("1", "1")),
        (json!(601), json!(1e30), ("600", "5")),
        (json!(" 30 "), json!(2.0), ("30", "2")),
    ] {
        let body = json!({
            "mode": "live", "templateKeys": ["go-gin"], "timeoutSeconds": seconds,
            "concurrency": concurrency, "waitSeconds": -1,
        });
        let id = post(&story, body).await.expect(202)["id"].as_u64().unwrap();
        let item = story.item(&format!("TEMPLATECHECK#{id:016}"), "POSITION#00").await;
        let told = (item["timeoutSeconds"]["N"].as_str(), item["concurrency"]["N"].as_str());
        assert_eq!(told, (Some(stored.0), Some(stored.1)));
    }
}

#[tokio::test]
async fn a_request_that_never_was_is_not_found_and_what_is_no_number_is_told() {
    let story = begin().await;
    let (missing, cost) = story.costing(tried(&story, 7)).await;
    let detail = "Template check not found";
    assert_eq!(missing.problem(), problem(404, "Not Found", "TEMPLATE_CHECK_NOT_FOUND", detail));
    assert_eq!(cost, Cost::of_table(1));
    let nobody = story.nobody();
    let request = nobody.request(Method::GET, &format!("{RUN}s/x")).header("x-admin-key", KEY);
    let wrong = nobody.send(request).await.pointers();
    assert_eq!(wrong, [("/path/checkId".to_owned(), "int_parsing".to_owned())]);
}
