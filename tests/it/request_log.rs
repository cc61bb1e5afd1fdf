//! What the log tells of requests, and what it never tells.

use axum::body::Body;
use axum::routing::get;
use http::{Method, Request};
use local::issuer::{Identity, Role};
use serde_json::{Value, json};
use shared::error::Error;
use shared::http::routes::Routes;
use shared::http::serve::service;
use tests::logs::Log;
use tests::story::Story;
use tests::work::simulation_body;
use tower::ServiceExt;

const REQUEST_ID: &str = "x-tenon-request-id";
const ADA: &str = "ada@example.com";

/// A line's fields beside those that every event has.
fn fields(line: &Value) -> Vec<&str> {
    let usual = ["timestamp", "level", "location", "message", "service"];
    let fields = line.as_object().unwrap().keys().map(String::as_str);
    fields.filter(|name| !usual.contains(name)).collect()
}

#[tokio::test]
async fn a_request_is_one_line_with_its_route_and_nothing_of_what_was_sent() {
    let log = Log::listen();
    let story = Story::begin().await;
    let named = "0c9a3f6e-5b1d-4c7a-9e2f-1a2b3c4d5e6f";
    let recruiter = story.recruiter(1);

    let request = recruiter.request(Method::GET, "/api/simulations/7?secret=s3cret");
    recruiter.send(request.header(REQUEST_ID, named).header("x-other", "s3cret")).await;

    let lines = log.requests();
    assert_eq!(lines.len(), 1, "{lines:?}");
    let line = &lines[0];
    let told =
        [&line["level"], &line["method"], &line["route"], &line["status"], &line["request_id"]];
    let route = "GET /api/simulations/{simulationId}";
    assert_eq!(told, [&json!("INFO"), &json!("GET"), &json!(route), &json!(404), &json!(named)]);
    assert_eq!([&line["correlation_id"], &line["outcome"]], [&json!(named), &json!("refused")]);
    assert!(line["duration_ms"].as_f64().unwrap() > 0.0);
    let mut told = fields(line);
    told.sort_unstable();
    let ours =
        ["correlation_id", "duration_ms", "method", "outcome", "request_id", "route", "status"];
    let metrics = ["Latency", "Requests", "_aws"];
    assert_eq!(told, [&metrics[..], &ours].concat());
    assert!(!log.text().contains("s3cret"), "{}", log.text());
}

#[tokio::test]
async fn the_line_names_the_request_as_the_answer_and_its_error_do() {
    let log = Log::listen();
    let story = Story::begin().await;
    let nobody = story.nobody();

    let lost = nobody.get("/api/nothing/ada@example.com").await;
    let odd = nobody.send(nobody.request(Method::from_bytes(b"ADA").unwrap(), "/health")).await;

    let lines = log.requests();
    assert_eq!([&lines[0]["route"], &lines[0]["status"]], [&json!("GET unmatched"), &json!(404)]);
    assert_eq!(lines[0]["request_id"], lost.body["instance"]);
    assert_eq!(lines[0]["request_id"].as_str(), lost.header(REQUEST_ID));
    let told = [&lines[1]["method"], &lines[1]["route"], &lines[1]["status"]];
    assert_eq!(told, [&json!("other"), &json!("other /health"), &json!(405)]);
    assert_eq!(lines[1]["request_id"], odd.body["instance"]);
}

#[tokio::test]
async fn what_goes_wrong_is_told_under_the_id_of_its_request() {
    let log = Log::listen();
    let story = Story::begin().await;
    let broken = get(async || -> Result<(), Error> { Err(Error::internal("trying", "a cause")) });
    let routes = Routes::new().route("/broken", broken);
    let named = "0c9a3f6e-5b1d-4c7a-9e2f-1a2b3c4d5e6f";

    let request = Request::get("/broken").header(REQUEST_ID, named).body(Body::empty()).unwrap();
    let answer = service(routes, story.stack.app.clone()).oneshot(request).await.unwrap();

    assert_eq!(answer.status(), 500);
    let mut events = log.events().into_iter();
    let error = events.find(|event| event["level"] == "ERROR").unwrap();
    assert_eq!(error["error"], "trying failed: a cause");
    assert_eq!(error["request_id"], named);
}

#[tokio::test]
async fn the_line_tells_calls_and_their_time_when_it_is_asked_to() {
    let log = Log::listen();
    let story = Story::with(&[("TENON_DEBUG_PERF", "1")]).await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let (run, cost) = story.costing(ada.post(&format!("/api/tasks/{task}/run"), json!({}))).await;
    story.nobody().get("/health").await;

    assert_eq!(run.status, 200);
    let lines = log.requests();
    let line = &lines[lines.len() - 2];
    assert_eq!(line["route"], "POST /api/tasks/{taskId}/run");
    assert_eq!(
        [&line["table_calls"], &line["github_calls"]],
        [cost.table, cost.github].map(|n| json!(n)).each_ref()
    );
    assert!(cost.table > 0 && cost.github > 0, "{cost:?}");
    assert!(line["table_time_ms"].as_f64().unwrap() > 0.0);
    let health = lines.last().unwrap();
    let spent = [&health["table_calls"], &health["github_calls"], &health["table_time_ms"]];
    assert_eq!(spent, [&json!(0), &json!(0), &json!(0.0)]);
}

#[tokio::test]
async fn from_an_invite_to_a_submission_the_log_has_no_token_and_nobodys_address() {
    let log = Log::listen();
    let story =
        Story::with(&[("TENON_DEBUG_PERF", "1"), ("TENON_ADMIN_API_KEY", "the-admin-key")]).await;
    let mint = |email: &str, role| story.stack.issuer.token(&Identity::new(email, role)).unwrap();
    let bearers = [mint("recruiter1@local.test", Role::Recruiter), mint(ADA, Role::Candidate)];
    let [recruiter, ada] = bearers.each_ref().map(|token| story.bearing(token));

    let made = recruiter.post("/api/simulations", simulation_body()).await.expect(201);
    let body = json!({ "candidateName": "Ada Lovelace", "inviteEmail": ADA });
    let invited = recruiter.post(&format!("/api/simulations/{}/invite", made["id"]), body).await;
    let invited = invited.expect(200);
    story.settle().await;
    let token = invited["token"].as_str().unwrap();
    story.nobody().get(&format!("/api/candidate/session/{token}?email={ADA}")).await;
    ada.get(&format!("/api/candidate/session/{token}")).await.expect(200);
    let ada = ada.on(invited["candidateSessionId"].as_u64().unwrap());
    let first = made["tasks"][0]["id"].as_u64().unwrap();
    let second = story.hand_in_text(&ada, first).await;
    ada.post(&format!("/api/tasks/{second}/submit"), json!({})).await.expect(201);
    story.pass(15).await;
    let nobody = story.nobody();
    let guess = nobody.request(Method::GET, "/api/admin/companies");
    nobody.send(guess.header("x-admin-key", "the-admin-key")).await.expect(200);

    let text = log.text();
    assert_eq!(log.requests().len(), 7, "{text}");
    assert!(text.contains("a job is done"), "jobs are heard too: {text}");
    let github = local::places::GITHUB_TOKEN;
    let secret = [token, &bearers[0], &bearers[1], github, "the-admin-key", "Well thought out"];
    let personal = ["ada", "Ada", "Lovelace", "@", "recruiter1", "127.0.0.1", "?", "Bearer"];
    for word in secret.iter().chain(&personal) {
        assert!(!text.contains(word), "{word} is in the log:\n{text}");
    }
}

#[tokio::test]
async fn what_a_path_knows_is_logged_as_it_is_answered() {
    let log = Log::listen();
    let story = Story::begin().await;
    let nobody = story.nobody();

    let asked = nobody.send(nobody.request(Method::OPTIONS, "/health")).await;
    let wrong = nobody.send(nobody.request(Method::DELETE, "/health")).await;

    assert_eq!((asked.status, wrong.status), (204, 405));
    let told: Vec<_> = log
        .requests()
        .iter()
        .map(|line| [&line["route"], &line["status"], &line["outcome"]].map(Value::clone))
        .collect();
    let options = [json!("OPTIONS /health"), json!(204), json!("ok")];
    let delete = [json!("DELETE /health"), json!(405), json!("refused")];
    assert_eq!(told, [options, delete]);
}

#[tokio::test]
async fn jobs_are_called_as_the_request_that_they_follow_from() {
    let log = Log::listen();
    let story = Story::begin().await;
    let simulation = story.simulation().await;
    let named = "0c9a3f6e-5b1d-4c7a-9e2f-1a2b3c4d5e6f";
    let recruiter = story.recruiter(1);
    let path = format!("/api/simulations/{simulation}/invite");
    let body = json!({ "candidateName": "Ada Example", "inviteEmail": ADA });
    let request = recruiter.request(Method::POST, &path).header(REQUEST_ID, named).json(&body);
    recruiter.send(request).await.expect(200);
    story.settle().await;

    let events = log.events();
    let jobs: Vec<&Value> = events.iter().filter(|it| it["message"] == "a job is done").collect();
    let mut kinds: Vec<&str> = jobs.iter().map(|job| job["kind"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["prepare_workspace", "prepare_workspace", "send_invite"]);
    for job in &jobs {
        assert_eq!([&job["correlation_id"], &job["outcome"]], [&json!(named), &json!("done")]);
        assert_eq!([&job["Jobs"], &job["failures"]], [&json!(1), &json!(0)]);
        assert!(job["job"].is_string() && job["duration_ms"].is_f64(), "{job}");
        let metrics = &job["_aws"]["CloudWatchMetrics"][0];
        assert_eq!(metrics["Dimensions"], json!([["kind", "outcome"]]));
    }
    let mut mails = events.iter().filter(|it| it["Mails"] == 1);
    let sent = mails.next().unwrap();
    assert_eq!([&sent["outcome"], &sent["correlation_id"]], [&json!("sent"), &json!(named)]);
    assert_eq!(sent["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"], "Mails");
    assert_eq!(mails.count(), 0);
}
