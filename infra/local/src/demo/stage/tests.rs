use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Router;
use axum::response::IntoResponse;
use axum::routing::get;
use http::StatusCode;

use super::*;
use crate::demo::play;

/// A stack of which only one route of the API is there, on a free port.
async fn stack(path: &str, route: axum::routing::MethodRouter) -> SocketAddr {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = Router::new().route(path, route);
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

fn places(address: SocketAddr) -> Places {
    let url: Url = format!("http://{address}/").parse().unwrap();
    Places {
        api: url.clone(),
        mailbox: url.clone(),
        issuer: url.clone(),
        github: url,
        github_token: "secret".to_owned(),
    }
}

/// Looks again at once, and gives up after one look.
const HASTY: Options = Options {
    poll: Duration::ZERO,
    patience: Duration::ZERO,
    run_takes: Duration::from_secs(1),
    tries_again: false,
};

fn json_answer(status: StatusCode, body: &'static str) -> impl IntoResponse + Clone {
    (status, [("content-type", "application/json")], body)
}

#[tokio::test]
async fn the_first_answer_that_is_not_as_promised_ends_the_demo_and_is_shown() {
    let broken = json_answer(StatusCode::SERVICE_UNAVAILABLE, r#"{"detail":"Not now."}"#);
    let places = places(stack("/health", get(broken)).await);
    let mut printed = Vec::new();

    let ended = play(&places, &HASTY, &mut printed).await;

    let DemoFailed::Unexpected { step, call, expected, came } = ended.unwrap_err() else {
        panic!("another error")
    };
    assert_eq!((step, call.as_str(), expected.as_str()), (1, "GET /health", "the status 200"));
    assert!(came.starts_with("503 after "), "{came}");
    let printed = String::from_utf8(printed).unwrap();
    let lines: Vec<_> = printed.lines().collect();
    assert!(lines[0].starts_with("[  1] before nobody    GET  /health "), "{printed}");
    assert!(lines[0].ends_with(" ms  FAILED"), "{printed}");
    assert_eq!(lines[1], "      expected  the status 200");
    assert!(lines[2].ends_with(r#" ms: {"detail":"Not now."}"#), "{printed}");
}

#[tokio::test]
async fn an_answer_that_the_web_client_could_not_read_is_no_good() {
    let places = places(stack("/health", get(r#"{"status":"ok"}"#)).await);

    let ended = play(&places, &HASTY, &mut Vec::new()).await;

    let DemoFailed::Unexpected { expected, .. } = ended.unwrap_err() else {
        panic!("another error")
    };
    assert_eq!(expected, "a body that is JSON and says so");
}

#[tokio::test]
async fn a_stack_that_is_not_there_is_told_without_its_address() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nobody_here = listener.local_addr().unwrap();
    drop(listener);

    let ended = play(&places(nobody_here), &HASTY, &mut Vec::new()).await.unwrap_err();

    assert_eq!(ended.to_string(), "step 1: `GET /health` got no answer");
}

#[tokio::test]
async fn what_takes_its_time_is_looked_at_until_it_is_there() {
    let (places, looks) = counting_stack().await;
    let options = Options { patience: Duration::from_mins(1), ..HASTY };
    let mut printed = Vec::new();
    let mut stage = Stage::new(&places, &options, &mut printed).unwrap();

    let third = stage.until("a third look", &Person::nobody().get("/looks"), third_look).await;

    assert_eq!(third.unwrap(), 3);
    assert_eq!(looks.load(Ordering::SeqCst), 3);
    let printed = String::from_utf8(printed).unwrap();
    assert!(printed.contains(" ms  the third look (3 looks, "), "{printed}");
}

#[tokio::test]
async fn patience_ends() {
    let (places, looks) = counting_stack().await;
    let mut printed = Vec::new();
    let mut stage = Stage::new(&places, &HASTY, &mut printed).unwrap();

    let third = stage.until("a third look", &Person::nobody().get("/looks"), third_look).await;

    let DemoFailed::Unexpected { expected, .. } = third.unwrap_err() else {
        panic!("another error")
    };
    assert_eq!(expected, "a third look within 0 s");
    assert_eq!(looks.load(Ordering::SeqCst), 1);
}

/// A stack that answers how often it was asked.
async fn counting_stack() -> (Places, Arc<AtomicU32>) {
    let looks = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&looks);
    let answer = move || {
        let looks = counted.fetch_add(1, Ordering::SeqCst) + 1;
        async move { axum::Json(json!({ "looks": looks })) }
    };
    (places(stack("/looks", get(answer)).await), looks)
}

fn third_look(answer: &Answer) -> SeenYet<u64> {
    let looks = answer.number("/looks")?;
    Ok((looks == 3).then(|| (looks, "the third look".to_owned())))
}
