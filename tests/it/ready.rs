//! Whether the service can do its work is told to anybody, and costs next to nothing.

use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::app::App;
use shared::config::Config;
use shared::mint::Mint;
use tests::caller::Answer;
use tests::cost::Cost;
use tests::problem::problem;
use tests::story::Story;
use tests::together::{together, with_status};
use tokio::net::TcpListener;

/// What a process answers that looks for its table at `endpoint`.
async fn with_its_table_at(story: &Story, endpoint: &str) -> Answer {
    let mut settings = story.stack.settings.clone();
    settings.insert("TENON_TABLE_ENDPOINT".to_owned(), endpoint.to_owned());
    let config = Config::from_lookup(&|name| settings.get(name).cloned()).unwrap();
    let app = App::new(config, story.clock.clone(), Mint::System).await.unwrap();
    story.nobody().at(&Story::serve(app).await).get("/ready").await
}

fn not_ready() -> Value {
    let mut expected = problem(503, "Service Unavailable", "NOT_READY", "Not ready");
    expected["retryable"] = json!(true);
    expected["details"] = json!({ "checks": { "table": "failed", "configuration": "ok" } });
    expected
}

#[tokio::test]
async fn a_process_is_ready_when_its_table_answers_and_asks_it_once_in_two_seconds() {
    let story = Story::begin().await;
    let nobody = story.nobody();
    let ready = json!({ "status": "ready", "checks": { "table": "ok", "configuration": "ok" } });

    let (first, cost) = story.costing(nobody.get("/ready")).await;
    assert_eq!((first.status, &first.body, cost), (200, &ready, Cost::of_table(1)));
    assert_eq!(first.header("cache-control"), Some("no-store"));
    story.clock.advance(SignedDuration::from_millis(1_999));
    let (again, cost) = story.costing(nobody.get("/ready/")).await;
    assert_eq!((again.status, again.body, cost), (200, ready, Cost::of_table(0)));
    story.clock.advance(SignedDuration::from_millis(1));
    let (later, cost) = story.costing(nobody.get("/ready")).await;
    assert_eq!((later.status, cost), (200, Cost::of_table(1)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_ask_at_once_have_it_looked_at_once() {
    let story = Story::begin().await;
    let before = story.stack.app.store.calls().count();

    let asking = (0..16).map(|_| {
        let nobody = story.nobody();
        async move { nobody.get("/ready").await }
    });
    let answers = together(asking).await;

    assert_eq!(with_status(&answers, 200), 16);
    assert_eq!(story.stack.app.store.calls().count() - before, 1);
}

#[tokio::test]
async fn a_process_without_its_table_is_not_ready_and_tells_nothing_but_that() {
    let story = Story::begin().await;

    let refused = with_its_table_at(&story, "http://127.0.0.1:9/").await;

    assert_eq!(refused.problem(), not_ready());
    assert_eq!(refused.header("retry-after"), Some("2"));
    let told = refused.body.to_string();
    assert!(!told.contains("127.0.0.1") && !told.contains("tenon"), "{told}");
}

#[tokio::test]
async fn a_table_that_never_answers_is_not_waited_for() {
    let story = Story::begin().await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", silent.local_addr().unwrap());

    let refused = with_its_table_at(&story, &address).await;

    assert_eq!(refused.problem(), not_ready());
}
