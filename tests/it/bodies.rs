//! What a request body may be: its form and its size, on every route alike.

use http::Method;
use local::issuer::{Identity, Role};
use serde_json::Value;
use tests::problem::problem;
use tests::story::Story;
use tests::work::simulation_body;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const LIMIT: usize = 2_000;

async fn small() -> Story {
    Story::with(&[("TENON_MAX_REQUEST_BODY_BYTES", "2000")]).await
}

/// A body of exactly `length` bytes that makes a simulation.
fn padded(length: usize) -> String {
    let body = simulation_body().to_string();
    format!("{body}{}", " ".repeat(length - body.len()))
}

#[tokio::test]
async fn a_body_that_is_no_json_object_is_refused_with_the_reason() {
    let story = Story::begin().await;
    let recruiter = story.recruiter(1);
    let cases: [(&[u8], &str); 7] = [
        (b"", "missing"),
        (b"{\"title\": \"evil", "json_invalid"),
        (b"{\"title\": \"a\0b\"}", "json_invalid"),
        (b"{\"title\": \"\xff\"}", "json_invalid"),
        (b"{\"title\": \"\\ud800\"}", "json_invalid"),
        (b"[1]", "object_type"),
        (b"null", "object_type"),
    ];

    for (body, code) in cases {
        let request = recruiter.request(Method::POST, "/api/simulations").body(body.to_vec());
        let request = request.header("content-type", "application/json");
        let refused = recruiter.send(request).await;

        assert_eq!(refused.pointers(), [("/body".to_owned(), code.to_owned())]);
        assert!(!refused.body.to_string().contains("evil"));
    }
    assert_eq!(story.items("SIM#").await, Vec::<Value>::new());
}

#[tokio::test]
async fn a_body_of_another_content_type_is_refused() {
    let story = Story::begin().await;
    let recruiter = story.recruiter(1);

    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", ""] {
        let request = recruiter.request(Method::POST, "/api/simulations");
        let request = request.header("content-type", kind).body(simulation_body().to_string());
        let refused = recruiter.send(request).await;

        let (title, code) = ("Unsupported Media Type", "UNSUPPORTED_MEDIA_TYPE");
        let detail = "Content-Type must be application/json";
        assert_eq!(refused.problem(), problem(415, title, code, detail), "{kind}");
    }
    assert_eq!(story.items("SIM#").await, Vec::<Value>::new());
}

#[tokio::test]
async fn json_by_any_of_its_names_or_by_none_is_taken() {
    let story = Story::begin().await;
    let recruiter = story.recruiter(1);

    for kind in ["application/json; charset=utf-8", "Application/JSON", "application/x+json"] {
        let request = recruiter.request(Method::POST, "/api/simulations");
        let request = request.header("content-type", kind).body(simulation_body().to_string());
        assert_eq!(recruiter.send(request).await.status, 201, "{kind}");
    }
    let request = recruiter.request(Method::POST, "/api/simulations");
    let untyped = recruiter.send(request.body(simulation_body().to_string())).await;
    assert_eq!(untyped.status, 201);
}

#[tokio::test]
async fn a_body_at_the_limit_is_taken_and_one_byte_more_is_refused_before_all_else() {
    let story = small().await;
    let (recruiter, nobody) = (story.recruiter(1), story.nobody());
    let detail = "Request body too large";
    let too_large = problem(413, "Payload Too Large", "BODY_TOO_LARGE", detail);

    let request = recruiter.request(Method::POST, "/api/simulations");
    let request = request.header("content-type", "application/json");
    let taken = recruiter.send(request.body(padded(LIMIT))).await;
    let request = recruiter.request(Method::POST, "/api/simulations");
    let refused = recruiter.send(request.body(padded(LIMIT + 1))).await;
    let request = nobody.request(Method::POST, "/api/nothing");
    let unknown = nobody.send(request.body(padded(LIMIT + 1))).await;

    assert_eq!(taken.status, 201);
    assert_eq!(refused.problem(), too_large);
    assert_eq!(unknown.problem(), too_large);
    assert_eq!(story.items("SIM#").await.len(), 1);
}

#[tokio::test]
async fn a_body_that_does_not_say_its_length_is_measured_as_it_comes() {
    let story = small().await;
    let recruiter = Identity::new("recruiter1@local.test", Role::Recruiter);
    let token = story.stack.issuer.token(&recruiter).unwrap();

    let accepted = chunked(&story, &token, &padded(LIMIT)).await;
    let refused = chunked(&story, &token, &padded(LIMIT + 1)).await;

    assert!(accepted.starts_with("HTTP/1.1 201 "), "{accepted}");
    assert!(refused.starts_with("HTTP/1.1 413 "), "{refused}");
    assert!(refused.contains("\"errorCode\":\"BODY_TOO_LARGE\""), "{refused}");
    assert_eq!(story.items("SIM#").await.len(), 1);
}

/// The whole answer to a simulation posted in one chunk.
async fn chunked(story: &Story, token: &str, body: &str) -> String {
    let host = story.stack.places.api.trim_start_matches("http://").trim_end_matches('/');
    let request = format!(
        "POST /api/simulations HTTP/1.1\r\nhost: {host}\r\nauthorization: Bearer {token}\r\n\
         content-type: application/json\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n\
         {:x}\r\n{body}\r\n0\r\n\r\n",
        body.len(),
    );
    let mut socket = TcpStream::connect(host).await.unwrap();
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    answer
}
