use std::collections::HashMap;
use std::io::{Cursor, Write};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;
use crate::config::secrets::GitHubIdentity;
use crate::domain::id::TemplateCheckId;
use crate::domain::live_check::CheckRequest;
use crate::domain::template::TemplateKey;
use crate::github::Settings;
use crate::http_client;
use crate::secret::Secret;

const REPOSITORY: &str = "GET ";
const BRANCH: &str = "GET /branches/main";
const FILE: &str = "GET /contents/.github/workflows/tenon-ci.yml";
const RUNS: &str = "GET /actions/workflows/tenon-ci.yml/runs";
const DISPATCH: &str = "POST /actions/workflows/tenon-ci.yml/dispatches";
const ME: &str = "GET /user";
const RUN: &str = "GET /actions/runs/7";
const ARTIFACTS: &str = "GET /actions/runs/7/artifacts";
const ZIP: &str = "GET /actions/artifacts/9/zip";
const WORKFLOW: &str = "actions/upload-artifact tenon-test-results tenon-test-results.json";
const RESULTS: &str = r#"{"passed": 1, "failed": 0, "total": 1, "stdout": "", "stderr": ""}"#;

type Answer = (u16, Vec<u8>);

/// A GitHub with one template, which is well until a test says otherwise. Of several answers to a
/// call each is given once, and the last one for ever.
#[derive(Clone)]
struct Script {
    answers: Arc<Mutex<HashMap<String, Vec<Answer>>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

async fn answer(State(script): State<Script>, request: Request) -> Response {
    let path = request.uri().path();
    let path = path.strip_prefix("/repos/tenon-hire-dev/tenon-template-go-gin").unwrap_or(path);
    let line = format!("{} {path}", request.method());
    script.asked.lock().unwrap().push(line.clone());
    let mut answers = script.answers.lock().unwrap();
    let Some(answers) = answers.get_mut(&line) else {
        return (StatusCode::NOT_IMPLEMENTED, line).into_response();
    };
    let (status, body) = if answers.len() > 1 { answers.remove(0) } else { answers[0].clone() };
    (StatusCode::from_u16(status).unwrap(), body).into_response()
}

fn run(id: u64, status: &str, conclusion: Option<&str>) -> Value {
    json!({
        "id": id, "head_sha": "a".repeat(40), "event": "workflow_dispatch",
        "path": ".github/workflows/tenon-ci.yml", "repository": { "id": 1 },
        "actor": { "login": "tenon-bot" },
        "status": status, "conclusion": conclusion, "created_at": "2026-03-02T09:00:00Z",
    })
}

fn artifact(name: &str) -> Value {
    json!({ "artifacts": [{ "id": 9, "name": name, "expired": false, "size_in_bytes": 1 }] })
}

fn zipped(name: &str, content: &str) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(name, SimpleFileOptions::default()).unwrap();
    zip.write_all(content.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

impl Script {
    async fn start() -> (Self, Trial) {
        let script = Self { answers: Arc::default(), asked: Arc::default() };
        script.json(REPOSITORY, 200, &json!({ "default_branch": "main" }));
        script.json(BRANCH, 200, &json!({ "commit": { "sha": "a".repeat(40) } }));
        script.json(FILE, 200, &json!({ "content": WORKFLOW }));
        script.json(RUNS, 200, &json!({ "workflow_runs": [] }));
        script.json(DISPATCH, 200, &json!({ "workflow_run_id": 7 }));
        script.json(ME, 200, &json!({ "login": "Tenon-Bot" }));
        script.json(RUN, 200, &run(7, "completed", Some("success")));
        script.json(ARTIFACTS, 200, &artifact("tenon-test-results"));
        script.says(ZIP, vec![(200, zipped("out/tenon-test-results.json", RESULTS))]);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
        let routes = Router::new().fallback(answer).with_state(script.clone());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        let identity = GitHubIdentity::Token(Secret::new("ghs_token")).into();
        let settings = Settings { base, identity, home: "acme".to_owned() };
        let clock = Clock::fixed("2026-03-02T09:00:00Z".parse().unwrap());
        let github = GitHub::new(http_client::build().unwrap(), settings, clock.clone());
        (script, Trial { github, clock })
    }

    fn says(&self, line: &str, answers: Vec<Answer>) {
        self.answers.lock().unwrap().insert(line.to_owned(), answers);
    }

    fn json(&self, line: &str, status: u16, body: &Value) {
        self.says(line, vec![(status, body.to_string().into_bytes())]);
    }

    fn asked(&self, line: &str) -> usize {
        self.asked.lock().unwrap().iter().filter(|asked| *asked == line).count()
    }
}

fn check() -> LiveCheck {
    let templates = vec![TemplateKey::GoGin];
    let request = CheckRequest { templates, timeout_seconds: 60, concurrency: 1 };
    let now = "2026-03-02T09:00:00Z".parse().unwrap();
    LiveCheck::all_of(&request, TemplateCheckId::new(1), "tenon-ci.yml", now).remove(0)
}

/// What comes of trying the template out.
async fn verdict(trial: &Trial) -> Verdict {
    match trial.to_the_end(check()).await.state {
        LiveState::Over { verdict, .. } => verdict,
        open => panic!("{open:?}"),
    }
}

/// The codes when GitHub answers one call like this.
async fn codes(line: &str, status: u16, body: Value) -> Vec<&'static str> {
    let (script, trial) = Script::start().await;
    script.json(line, status, &body);
    verdict(&trial).await.errors.into_iter().map(HealthCode::as_str).collect()
}

#[tokio::test]
async fn a_template_that_is_well_costs_eight_calls() {
    let (script, trial) = Script::start().await;
    let expected = Verdict {
        run: Some(7),
        conclusion: Some(Conclusion::Success),
        artifact: Some("tenon-test-results".to_owned()),
        errors: Vec::new(),
    };
    assert_eq!(verdict(&trial).await, expected);
    assert_eq!(script.asked.lock().unwrap().len(), 8);
}

#[tokio::test]
async fn each_stage_of_looking_has_its_codes_and_ends_at_the_first_that_fails() {
    let nothing = || json!({});
    for (line, status, body, code) in [
        (REPOSITORY, 403, nothing(), "github_forbidden"),
        (REPOSITORY, 429, nothing(), "github_rate_limited"),
        (REPOSITORY, 403, json!({ "message": "API rate limit exceeded" }), "github_rate_limited"),
        (REPOSITORY, 404, nothing(), "repo_not_found"),
        (REPOSITORY, 401, nothing(), "repo_unreachable"),
        (REPOSITORY, 503, nothing(), "repo_unreachable"),
        (REPOSITORY, 200, nothing(), "default_branch_missing"),
        (REPOSITORY, 200, json!({ "default_branch": " " }), "default_branch_missing"),
        (BRANCH, 403, nothing(), "github_forbidden"),
        (BRANCH, 429, nothing(), "github_rate_limited"),
        (BRANCH, 404, nothing(), "default_branch_unusable"),
        (BRANCH, 200, json!({ "commit": null }), "default_branch_unusable"),
        (FILE, 404, nothing(), "workflow_file_missing"),
        (FILE, 403, nothing(), "github_forbidden"),
        (FILE, 429, nothing(), "github_rate_limited"),
        (FILE, 200, json!({ "content": "!", "encoding": "base64" }), "workflow_file_unreadable"),
        (FILE, 200, json!([{ "name": "a folder" }]), "workflow_file_unreadable"),
        (FILE, 500, nothing(), "workflow_file_unreadable"),
        (
            FILE,
            200,
            json!({ "content": "junit tenon-test-results.json" }),
            "workflow_missing_upload_artifact",
        ),
    ] {
        assert_eq!(codes(line, status, body).await, [code], "{line} {status}");
    }
    let all = [
        "workflow_missing_upload_artifact",
        "workflow_missing_artifact_name",
        "workflow_missing_test_results_json",
    ];
    assert_eq!(codes(FILE, 200, json!({ "content": "name: CI" })).await, all);
}

#[tokio::test]
async fn each_step_of_a_run_has_its_codes() {
    let nothing = || json!({});
    let not_ours = json!({ "artifacts": [{ "id": 9, "name": "coverage" }] });
    for (line, status, body, code) in [
        (DISPATCH, 403, nothing(), "github_forbidden"),
        (DISPATCH, 429, nothing(), "github_rate_limited"),
        (DISPATCH, 404, nothing(), "workflow_dispatch_failed"),
        (DISPATCH, 422, nothing(), "workflow_dispatch_failed"),
        (RUNS, 403, nothing(), "github_forbidden"),
        (RUNS, 404, nothing(), "workflow_dispatch_failed"),
        (RUN, 403, nothing(), "github_forbidden"),
        (RUN, 429, nothing(), "github_rate_limited"),
        (RUN, 200, run(7, "in_progress", None), "workflow_run_timeout"),
        (RUN, 404, nothing(), "workflow_run_timeout"),
        (ARTIFACTS, 403, nothing(), "github_forbidden"),
        (ARTIFACTS, 429, nothing(), "github_rate_limited"),
        (ARTIFACTS, 404, nothing(), "artifact_missing"),
        (ARTIFACTS, 500, nothing(), "artifact_missing"),
        (ARTIFACTS, 200, json!({ "artifacts": [] }), "artifact_missing"),
        (ARTIFACTS, 200, not_ours, "artifact_missing"),
        (ARTIFACTS, 200, artifact("SimuHire-test-results"), "artifact_legacy_name_simuhire"),
        (ZIP, 403, nothing(), "github_forbidden"),
        (ZIP, 410, nothing(), "artifact_missing"),
        (ZIP, 200, json!("no zip"), "artifact_zip_missing_test_results_json"),
    ] {
        assert_eq!(codes(line, status, body).await, [code], "{line} {status}");
    }
}

#[tokio::test]
async fn the_results_file_is_held_to_its_form() {
    for (name, content, code) in [
        ("tenon-test-results.json", "{}", "test_results_json_invalid_schema"),
        ("tenon-test-results.json", "[]", "artifact_zip_missing_test_results_json"),
        ("tenon-test-results.json", "{", "artifact_zip_missing_test_results_json"),
        ("results.json", RESULTS, "artifact_zip_missing_test_results_json"),
    ] {
        let (script, trial) = Script::start().await;
        script.says(ZIP, vec![(200, zipped(name, content))]);
        let errors: Vec<_> = verdict(&trial).await.errors;
        assert_eq!(
            errors.iter().map(|code| code.as_str()).collect::<Vec<_>>(),
            [code],
            "{content}"
        );
    }
}

#[tokio::test]
async fn a_run_that_did_not_succeed_is_told_in_addition() {
    let (script, trial) = Script::start().await;
    script.json(RUN, 200, &run(7, "completed", Some("failure")));
    script.json(ARTIFACTS, 200, &json!({ "artifacts": [] }));

    let told = verdict(&trial).await;

    assert_eq!(told.errors, [HealthCode::ArtifactMissing, HealthCode::WorkflowRunNotSuccess]);
    assert_eq!((told.run, told.conclusion), (Some(7), Some(Conclusion::Failure)));
}

#[tokio::test]
async fn a_run_that_takes_too_long_is_still_named() {
    let (script, trial) = Script::start().await;
    script.json(RUN, 200, &run(7, "in_progress", None));
    let told = verdict(&trial).await;
    assert_eq!((told.run, told.errors), (Some(7), vec![HealthCode::WorkflowRunTimeout]));
    // 2, 3, 4.5, 6.75, then every 8 seconds, and once more at the end of the minute.
    assert_eq!(script.asked(RUN), 10);
}

#[tokio::test]
async fn a_github_that_is_away_for_a_moment_costs_time_and_nothing_else() {
    for line in [REPOSITORY, RUNS, RUN, ARTIFACTS] {
        let (script, trial) = Script::start().await;
        let good = script.answers.lock().unwrap()[line][0].clone();
        script.says(line, vec![(503, vec![]), (503, vec![]), good]);
        assert_eq!(verdict(&trial).await.errors, [], "{line}");
        assert_eq!(script.asked(DISPATCH), 1, "{line}");
    }
}

#[tokio::test]
async fn a_run_that_github_does_not_name_is_found_among_those_that_were_not_there_before() {
    let (script, trial) = Script::start().await;
    script.says(DISPATCH, vec![(204, vec![])]);
    let before = run(6, "completed", Some("success"));
    let listed =
        |runs: Vec<Value>| (200, json!({ "workflow_runs": runs }).to_string().into_bytes());
    let mut pushed = run(8, "queued", None);
    pushed["event"] = json!("push");
    let ours = run(7, "queued", None);
    let later = vec![pushed.clone(), ours, before.clone()];
    script.says(
        RUNS,
        vec![listed(vec![before.clone()]), listed(vec![pushed, before]), listed(later)],
    );

    assert_eq!(verdict(&trial).await.run, Some(7));
    assert_eq!((script.asked(DISPATCH), script.asked(RUNS)), (1, 3));
}

#[tokio::test]
async fn a_dispatch_that_failed_is_looked_for_before_it_is_sent_again() {
    let (script, trial) = Script::start().await;
    let good = script.answers.lock().unwrap()[DISPATCH][0].clone();
    script.says(DISPATCH, vec![(502, vec![]), good]);

    assert_eq!(verdict(&trial).await.errors, []);
    assert_eq!(script.asked(DISPATCH), 2);
    // Before the first, then after 2, 5, 9.5 and 16.25 seconds: ten must have passed.
    assert_eq!(script.asked(RUNS), 5);
}

#[tokio::test]
async fn nothing_is_asked_once_the_time_is_up() {
    let (script, trial) = Script::start().await;
    let github = &trial.github;
    let now = Instant::now();
    let found = inspect_template(github, TemplateKey::GoGin, "tenon-ci.yml", now).await;
    assert_eq!(found.errors, [HealthCode::RepoUnreachable]);
    assert_eq!((found.certainty, script.asked(REPOSITORY)), (Certainty::MayHeal, 0));
}
