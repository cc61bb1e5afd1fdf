//! A request with an idempotency key is held up, or dies, while it is at work.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::StatusCode;
use jiff::SignedDuration;
use local::issuer::{Identity, Role};
use serde_json::{Value, json};
use shared::app::App;
use shared::config::Config;
use shared::http::serve::service;
use shared::mint::Mint;
use tests::caller::{Answer, Caller};
use tests::story::Story;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tower::ServiceExt;

const ADA: &str = "ada@example.com";

/// Ada on day two, and another process on the same table, whose calls to GitHub wait.
struct Held {
    story: Story,
    ada: Caller,
    path: String,
    request: Request,
    process: Router,
    answer_now: Arc<Notify>,
}

impl Held {
    async fn begin() -> Self {
        let story = Story::begin().await;
        let (invited, ada, task) = story.on_day_two(ADA).await;
        let answer_now = Arc::new(Notify::new());
        let github = slow_github(&story, Arc::clone(&answer_now)).await;
        let mut settings = story.stack.settings.clone();
        settings.insert("TENON_GITHUB_API_BASE".to_owned(), github);
        let config = Config::from_lookup(&|name| settings.get(name).cloned()).unwrap();
        let app = App::new(config, story.clock.clone(), Mint::System).await.unwrap();
        // Its calls may wait longer than a request's, so that no machine is too slow for this test.
        let process = service(local::stack::routes(), app.patient());
        let token = story.stack.issuer.token(&Identity::new(ADA, Role::Candidate)).unwrap();
        let path = format!("/api/tasks/{task}/submit");
        let request = Request::post(&path)
            .header("authorization", format!("Bearer {token}"))
            .header("x-candidate-session-id", invited.session)
            .header("idempotency-key", "k");
        let request = request.body(Body::from("{}")).unwrap();
        Self { story, ada, path, request, process, answer_now }
    }

    /// The request, at work in the other process.
    async fn at_work(&mut self) -> JoinHandle<StatusCode> {
        let request = std::mem::take(&mut self.request);
        let process = self.process.clone();
        let work = tokio::spawn(async move { process.oneshot(request).await.unwrap().status() });
        while self.story.items("IDEMPOTENCY#").await.is_empty() {
            tokio::task::yield_now().await;
        }
        work
    }

    /// The same request, sent to a process that works.
    async fn sent_again(&self) -> Answer {
        let request = self.ada.request(http::Method::POST, &self.path);
        self.ada.send(request.header("idempotency-key", "k").json(&json!({}))).await
    }

    async fn days_handed_in(&self) -> usize {
        let listed = self.story.recruiter(1).get("/api/submissions").await.expect(200);
        listed["items"].as_array().map_or(0, Vec::len)
    }
}

/// The local GitHub behind a door that opens when it is told.
async fn slow_github(story: &Story, open: Arc<Notify>) -> String {
    let base = story.stack.places.github.clone();
    let http = shared::http_client::build().unwrap();
    let door = Router::new().fallback(async move |request: Request| {
        open.notified().await;
        let path = request.uri().path().trim_start_matches('/').to_owned();
        let authorization = request.headers()["authorization"].clone();
        let call = http.get(format!("{base}{path}")).header("authorization", authorization);
        let answer = call.send().await.unwrap();
        let status = answer.status();
        let mut response = Response::new(Body::from(answer.bytes().await.unwrap()));
        *response.status_mut() = status;
        response
    });
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, door).await });
    format!("http://{address}/")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_request_is_at_work_the_same_one_is_told_to_wait() {
    let mut held = Held::begin().await;
    let work = held.at_work().await;

    let waiting = held.sent_again().await;
    held.answer_now.notify_one();
    let done = work.await.unwrap();
    let after = held.sent_again().await;

    let detail = "A request with this Idempotency-Key is still being worked on";
    assert_eq!(waiting.refusal(), (409, "IDEMPOTENCY_IN_FLIGHT", detail));
    assert_eq!(waiting.header("retry-after"), Some("1"));
    assert_eq!(waiting.body["retryable"], true);
    assert_eq!((done, after.status), (StatusCode::CREATED, 201));
    assert_eq!(after.header("idempotent-replayed"), Some("true"));
    assert_eq!(held.days_handed_in().await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_dies_at_work_is_done_once_when_it_is_sent_again() {
    let mut held = Held::begin().await;
    let work = held.at_work().await;

    work.abort();
    assert!(work.await.unwrap_err().is_cancelled());
    held.story.clock.advance(SignedDuration::from_secs(29));
    let too_soon = held.sent_again().await;
    held.story.clock.advance(SignedDuration::from_secs(1));
    let done = held.sent_again().await;
    let again = held.sent_again().await;

    assert_eq!(too_soon.refusal().1, "IDEMPOTENCY_IN_FLIGHT");
    assert_eq!((done.status, done.header("idempotent-replayed")), (201, None));
    assert_eq!((&again.body, again.header("idempotent-replayed")), (&done.body, Some("true")));
    assert_eq!(held.days_handed_in().await, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_wakes_up_too_late_changes_nothing() {
    let mut held = Held::begin().await;
    let work = held.at_work().await;

    held.story.clock.advance(SignedDuration::from_secs(30));
    let done = held.sent_again().await;
    held.answer_now.notify_one();
    let late = tokio::time::timeout(Duration::from_secs(10), work).await.unwrap().unwrap();
    let again = held.sent_again().await;

    assert_eq!((done.status, late), (201, StatusCode::CONFLICT));
    assert_eq!((&again.body, again.header("idempotent-replayed")), (&done.body, Some("true")));
    assert_eq!(held.days_handed_in().await, 2);
    let records = held.story.items("IDEMPOTENCY#").await;
    let state = |record: &Value| record["progress"]["M"]["state"]["S"].clone();
    assert_eq!(records.iter().map(state).collect::<Vec<_>>(), [json!("done")]);
}
