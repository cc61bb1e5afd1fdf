//! What our caller is told of GitHub's failures: one of five codes, whether to try again, and when.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use local::stack::routes;
use serde_json::{Value, json};
use shared::app::App;
use shared::config::Config;
use shared::http::serve::service;
use shared::mint::Mint;
use tests::caller::{Answer, Caller};
use tests::story::Story;
use tokio::net::TcpListener;

const UNICORN: &str = "<html><title>Unicorn!</title>s3cret</html>";
const DENIED: &str = r#"{"message": "Resource not accessible by integration: s3cret"}"#;
const SECONDARY: &str = r#"{"message": "You have exceeded a secondary rate limit. s3cret"}"#;

type Said = (u16, Vec<(&'static str, &'static str)>, &'static str);

/// A GitHub that says the same to everybody.
#[derive(Clone)]
struct Stubborn {
    said: Arc<Mutex<Said>>,
    url: String,
}

impl Stubborn {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let said = Arc::new(Mutex::new((500, Vec::new(), "")));
        let stubborn = Self { said, url };
        let copy = stubborn.clone();
        let routes = Router::new().fallback(async move || {
            let (status, headers, body) = copy.said.lock().unwrap().clone();
            let header = |(name, value): (&'static str, &'static str)| {
                (HeaderName::from_static(name), HeaderValue::from_static(value))
            };
            let headers: HeaderMap = headers.into_iter().map(header).collect();
            (StatusCode::from_u16(status).unwrap(), headers, body)
        });
        tokio::spawn(async move { axum::serve(listener, routes).await });
        stubborn
    }

    fn says(&self, said: Said) {
        *self.said.lock().unwrap() = said;
    }
}

/// A candidate on day two whose Tenon talks to another GitHub than it did until now.
async fn on_day_two(github: &Stubborn) -> (Story, Caller, u64) {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two("ada@example.com").await;
    let mut config = Config::clone(&story.stack.app.config);
    config.github.api_base = github.url.parse().unwrap();
    let app = App::new(config, story.clock.clone(), Mint::System).await.unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let api = format!("http://{}", listener.local_addr().unwrap());
    let service = service(routes(), app).into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    (story, ada.at(&api), task)
}

fn told(answer: &Answer) -> (u16, &str, &Value, Option<&str>) {
    let (status, code, _detail) = answer.refusal();
    (status, code, &answer.body["retryable"], answer.header("retry-after"))
}

#[tokio::test]
async fn every_failure_of_github_is_one_of_five_codes_and_says_when_to_try_again() {
    let github = Stubborn::start().await;
    let (_story, ada, task) = on_day_two(&github).await;
    let spent = vec![
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-reset", "1772442090"),
        ("date", "Mon, 02 Mar 2026 09:00:00 GMT"),
    ];
    let left = vec![("x-ratelimit-remaining", "41"), ("x-ratelimit-reset", "1772442090")];
    let elsewhere = vec![("location", "https://api.github.com/repositories/1")];

    for (said, code, retryable, wait) in [
        ((401, vec![], UNICORN), "GITHUB_TOKEN_INVALID", false, None),
        ((403, left.clone(), DENIED), "GITHUB_PERMISSION_DENIED", false, None),
        ((403, spent, "{}"), "GITHUB_RATE_LIMITED", true, Some("90")),
        ((403, left, SECONDARY), "GITHUB_RATE_LIMITED", true, Some("60")),
        ((429, vec![("retry-after", "17")], "{}"), "GITHUB_RATE_LIMITED", true, Some("17")),
        ((404, vec![], "{}"), "GITHUB_NOT_FOUND", false, None),
        ((301, elsewhere.clone(), "{}"), "GITHUB_NOT_FOUND", false, None),
        ((307, elsewhere, "{}"), "GITHUB_NOT_FOUND", false, None),
        ((500, vec![], UNICORN), "GITHUB_UNAVAILABLE", true, None),
        ((502, vec![], UNICORN), "GITHUB_UNAVAILABLE", true, None),
        ((503, vec![("retry-after", "7")], ""), "GITHUB_UNAVAILABLE", true, Some("7")),
    ] {
        github.says(said.clone());
        let answer = ada.post(&format!("/api/tasks/{task}/run"), json!({})).await;
        assert_eq!(told(&answer), (502, code, &json!(retryable), wait), "{said:?}");
        assert!(!answer.body.to_string().contains("s3cret"), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_read_that_fails_is_told_in_the_same_way() {
    let github = Stubborn::start().await;
    let (_story, ada, task) = on_day_two(&github).await;

    for (said, code, wait) in [
        ((200, vec![], UNICORN), "GITHUB_UNAVAILABLE", None),
        ((200, vec![], r#"{"commit": {"sha": "#), "GITHUB_UNAVAILABLE", None),
        ((200, vec![], ""), "GITHUB_UNAVAILABLE", None),
        ((503, vec![("retry-after", "7")], ""), "GITHUB_UNAVAILABLE", Some("7")),
    ] {
        github.says(said.clone());
        let answer = ada.post(&format!("/api/tasks/{task}/submit"), json!({})).await;
        assert_eq!(told(&answer), (502, code, &json!(true), wait), "{said:?}");
        assert!(!answer.body.to_string().contains("s3cret"), "{}", answer.body);
    }
}

#[tokio::test]
async fn a_dispatch_whose_answer_cannot_be_read_may_have_started_a_run() {
    let github = Stubborn::start().await;
    let (_story, ada, task) = on_day_two(&github).await;

    github.says((200, vec![], UNICORN));
    let answer = ada.post(&format!("/api/tasks/{task}/run"), json!({})).await;

    assert_eq!(answer.expect(200)["status"], "running");
}
