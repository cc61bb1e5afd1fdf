//! The one error body, whatever goes wrong and wherever.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::routing::get;
use http::{HeaderMap, Method, Request};
use lambda_http::RequestExt;
use serde_json::{Value, json};
use shared::http::serve::service;
use tests::caller::Answer;
use tests::problem::problem;
use tests::story::Story;
use tests::work::simulation_body;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tower::ServiceExt;

#[expect(clippy::panic, reason = "what a panic comes to is tested")]
async fn panics() -> &'static str {
    panic!("a secret of ours")
}

/// The service with two routes more: one panics, one never ends.
fn with_faults(story: &Story) -> Router {
    let hangs = get(async || std::future::pending::<&'static str>().await);
    let routes = local::stack::routes().route("/panics", get(panics)).route("/hangs", hangs);
    service(routes, story.stack.app.clone())
}

async fn answer(service: &Router, request: Request<Body>) -> Answer {
    let answer = service.clone().oneshot(request).await.unwrap();
    let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
    let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    Answer { status, headers, body: serde_json::from_slice(&body).unwrap() }
}

fn content_type(headers: &HeaderMap) -> &str {
    headers["content-type"].to_str().unwrap()
}

/// Sends `request` as it is, which no client would, and reads until the end.
async fn raw(story: &Story, request: &[u8]) -> String {
    let host = story.stack.places.api.trim_start_matches("http://").trim_end_matches('/');
    let mut socket = TcpStream::connect(host).await.unwrap();
    socket.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    socket.read_to_end(&mut answer).await.unwrap();
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn a_panic_is_a_plain_500_that_a_page_may_read() {
    let story = Story::begin().await;
    let request = Request::get("/panics").header("origin", "http://localhost:3000");

    let answer = answer(&with_faults(&story), request.body(Body::empty()).unwrap()).await;

    let mut expected =
        problem(500, "Internal Server Error", "INTERNAL_ERROR", "Internal Server Error");
    expected["retryable"] = json!(true);
    assert_eq!(answer.problem(), expected);
    assert_eq!(content_type(&answer.headers), "application/json");
    assert_eq!(answer.header("access-control-allow-origin"), Some("http://localhost:3000"));
    assert_eq!(answer.header("cache-control"), Some("no-store"));
}

#[tokio::test]
async fn a_request_that_outlives_its_invocation_is_told_to_try_again() {
    let story = Story::begin().await;
    let mut context = lambda_http::Context::default();
    // Half a second is kept for the answer: nothing is left.
    context.deadline = u64::try_from(story.now().as_millisecond()).unwrap() + 500;
    let request = Request::get("/hangs").header("origin", "http://localhost:3000");
    let request = request.body(Body::empty()).unwrap().with_lambda_context(context);

    let answer = answer(&with_faults(&story), request).await;

    let detail = "The request took too long. Please try again.";
    let mut expected = problem(503, "Service Unavailable", "TIMED_OUT", detail);
    expected["retryable"] = json!(true);
    assert_eq!(answer.problem(), expected);
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("http://localhost:3000"));
}

#[tokio::test]
async fn problem_json_is_served_to_those_who_name_it() {
    let story = Story::begin().await;
    let nobody = story.nobody();

    for (accept, expected) in [
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        ("application/problem+json", "application/problem+json"),
        ("application/json, application/problem+json;q=1.0", "application/problem+json"),
        ("application/problem+json;q=0", "application/json"),
        ("text/html", "application/json"),
    ] {
        let request = nobody.request(Method::GET, "/api/simulations").header("accept", accept);
        let refused = nobody.send(request).await;
        assert_eq!((refused.status, content_type(&refused.headers)), (401, expected), "{accept}");
    }
    let health = nobody.request(Method::GET, "/health").header("accept", "text/html");
    assert_eq!(content_type(&nobody.send(health).await.headers), "application/json");
}

#[tokio::test]
async fn a_path_in_any_disguise_is_unknown_or_malformed() {
    let story = Story::begin().await;
    let recruiter = story.recruiter(1);
    let simulation = story.simulation().await;
    let token = token(&recruiter);

    for (path, status, code) in [
        ("//api/simulations", 404, "NOT_FOUND"),
        ("/api//simulations", 404, "NOT_FOUND"),
        ("/api/simulations//", 404, "NOT_FOUND"),
        ("/api/./simulations", 404, "NOT_FOUND"),
        ("/api/simulations/../simulations", 404, "NOT_FOUND"),
        ("/api/simulations/..", 422, "VALIDATION_ERROR"),
        ("/api%2Fsimulations", 404, "NOT_FOUND"),
        ("/API/SIMULATIONS", 404, "NOT_FOUND"),
        ("/api/simulations/1%2Fcandidates", 422, "VALIDATION_ERROR"),
        ("/api/simulations/%ff%fe", 422, "VALIDATION_ERROR"),
        ("/api/simulations/%zz", 422, "VALIDATION_ERROR"),
        ("/api/simulations/%", 422, "VALIDATION_ERROR"),
        ("/api/simulations/%00", 422, "VALIDATION_ERROR"),
        ("/api/simulations/\u{661}", 422, "VALIDATION_ERROR"),
        ("/api/simulations/0", 404, "SIMULATION_NOT_FOUND"),
        ("/api/simulations/9007199254740992", 404, "SIMULATION_NOT_FOUND"),
        ("/api/simulations/12345678901234567890", 422, "VALIDATION_ERROR"),
        ("/api/simulations/%31", 404, "SIMULATION_NOT_FOUND"),
        ("/", 404, "NOT_FOUND"),
    ] {
        let request = format!(
            "GET {path} HTTP/1.1\r\nhost: x\r\nauthorization: {token}\r\nconnection: close\r\n\r\n"
        );
        let answer = raw(&story, request.as_bytes()).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{path}: {answer}");
        assert!(answer.contains(&format!("\"errorCode\":\"{code}\"")), "{path}: {answer}");
    }
    let plain = recruiter.get(&format!("/api/simulations/{simulation}")).await;
    assert_eq!(plain.status, 200);
}

/// What `caller` shows to be let in.
fn token(caller: &tests::caller::Caller) -> String {
    let request = caller.request(Method::GET, "/").build().unwrap();
    request.headers()["authorization"].to_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_body_that_could_be_read_in_two_ways_or_in_none_is_refused() {
    let story = Story::begin().await;
    let recruiter = story.recruiter(1);
    let good = simulation_body().to_string();
    let inside = |more: &str| good.replacen('{', &format!("{{{more},"), 1).into_bytes();
    let with_bom = [b"\xef\xbb\xbf", good.as_bytes()].concat();
    let deep = format!("\"x\":{}1{}", "[".repeat(200), "]".repeat(200));

    for (what, body, code) in [
        ("a mark of the byte order", with_bom, "json_invalid"),
        ("nested too deep", inside(&deep), "json_invalid"),
        ("a number too large", inside("\"x\":1e999"), "json_invalid"),
        ("a name twice", inside("\"title\":\"evil\""), "duplicate_field"),
        (
            "a name twice, written differently",
            inside("\"titl\\u0065\":\"evil\""),
            "duplicate_field",
        ),
        ("half a pair", inside("\"x\":\"\\udc00\""), "json_invalid"),
        ("a control character", inside("\"x\":\"\u{1}\""), "json_invalid"),
        ("two bodies", [good.as_bytes(), b"{}"].concat(), "json_invalid"),
        ("UTF-16", good.encode_utf16().flat_map(u16::to_le_bytes).collect(), "json_invalid"),
    ] {
        let request = recruiter.request(Method::POST, "/api/simulations").body(body);
        let refused = recruiter.send(request).await;
        assert_eq!(refused.pointers(), [("/body".to_owned(), code.to_owned())], "{what}");
        assert!(!refused.body.to_string().contains("evil"), "{what}");
    }
    // Numbers and nesting that are only large are somebody's extra fields.
    let extra = inside("\"x\":123456789012345678901234567890,\"y\":[[[[[[[[1]]]]]]]]");
    let taken = recruiter.request(Method::POST, "/api/simulations").body(extra);
    assert_eq!(recruiter.send(taken).await.status, 201);
    assert_eq!(story.items("SIM#").await.len(), 1);
}

#[tokio::test]
async fn a_body_that_breaks_off_is_told_so() {
    let story = Story::begin().await;
    let token = token(&story.recruiter(1));

    let request = format!(
        "POST /api/simulations HTTP/1.1\r\nhost: x\r\nauthorization: {token}\r\n\
         transfer-encoding: chunked\r\nconnection: close\r\n\r\n5\r\n{{\"tit\r\nzz\r\n"
    );
    let answer = raw(&story, request.as_bytes()).await;

    assert!(answer.starts_with("HTTP/1.1 422 "), "{answer}");
    assert!(answer.contains("\"code\":\"json_invalid\""), "{answer}");
    assert_eq!(story.items("SIM#").await, Vec::<Value>::new());
}

/// What `docs/errors.md` says of the server on a developer's machine.
#[tokio::test]
async fn what_is_hardly_http_is_refused_by_the_server_itself() {
    let story = Story::begin().await;
    let many = "x: y\r\n".repeat(100);
    let long = "x".repeat(65_535);

    for (request, status) in [
        ("nonsense\r\n\r\n".to_owned(), "400 Bad Request"),
        ("GET /health HTTP/1.1\r\nbad header: x\r\n\r\n".to_owned(), "400 Bad Request"),
        (format!("GET /{long} HTTP/1.1\r\nhost: x\r\n\r\n"), "414 URI Too Long"),
        (
            format!("GET /health HTTP/1.1\r\nhost: x\r\n{many}\r\n"),
            "431 Request Header Fields Too Large",
        ),
    ] {
        let answer = raw(&story, request.as_bytes()).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status}\r\n")), "{answer}");
        assert!(answer.ends_with("\r\n\r\n"), "{answer}");
    }
}

#[tokio::test]
async fn every_problem_of_path_header_query_and_body_is_told_in_one_answer() {
    let story = Story::begin().await;
    let (recruiter, ada) = (story.recruiter(1), story.candidate("ada@example.com"));

    let body = json!({ "candidateName": "", "inviteEmail": "no address" });
    let invite = recruiter.post("/api/simulations/x/invite", body).await;
    let submit = ada.request(Method::POST, "/api/tasks/x/submit");
    let submit = submit.header("x-candidate-session-id", "0");
    let submit = ada.send(submit.json(&json!({ "contentText": "a\0b", "branch": 7 }))).await;
    let list = recruiter.get("/api/submissions?taskId=x&candidateSessionId=-1").await;

    let pointers = |answer: &Answer| {
        let told = answer.pointers();
        told.into_iter().map(|(pointer, _code)| pointer).collect::<Vec<_>>()
    };
    let expected = ["/path/simulationId", "/body/candidateName", "/body/inviteEmail"];
    assert_eq!(pointers(&invite), expected);
    let expected =
        ["/header/x-candidate-session-id", "/path/taskId", "/body/contentText", "/body/branch"];
    assert_eq!(pointers(&submit), expected);
    assert_eq!(list.pointers().len(), 2);
}
