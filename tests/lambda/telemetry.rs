//! What a process on Lambda tells of itself: of its first invocation, its later ones, its panics and to
//! whoever collects traces.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::routing::post;
use local::lambda::process::{Function, Outcome, Setup, invocation};
use serde_json::{Value, json};
use shared::clock::Clock;
use tests::canary::assert_innocent;
use tests::story::Story;
use tokio::net::TcpListener;
use tokio::time::timeout;

use crate::folder::binary;

const XRAY: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
const LIMIT: Duration = Duration::from_secs(10);

/// A process of `name` on the table of `story`.
async fn started(story: &Story, name: &str, more: &[(&str, &str)]) -> Function {
    let more = more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let environment: BTreeMap<_, _> =
        story.stack.settings.clone().into_iter().chain(more).collect();
    let setup = Setup { name: name.to_owned(), binary: binary(name), memory_mb: 256, environment };
    Function::start(&setup).await.unwrap()
}

/// A request through the gateway, whose client calls it `named` or does not call it anything.
fn request(path: &str, named: Option<&str>) -> Bytes {
    let event = include_str!("../../events/simulations.list.json");
    let mut event: Value = serde_json::from_str(event).unwrap();
    let headers = event["headers"].as_object_mut().unwrap();
    headers.remove("x-tenon-request-id");
    headers.extend(named.map(|named| ("x-tenon-request-id".to_owned(), json!(named))));
    event["rawPath"] = json!(path);
    event["requestContext"]["http"]["path"] = json!(path);
    event["requestContext"]["requestId"] = json!("JKJaXmPLvHcESHA=");
    event.to_string().into()
}

/// The line with this message that `function` writes of an invocation with `event`.
async fn line(function: &mut Function, id: &str, event: Bytes, message: &str) -> Value {
    let before = function.log().len();
    let now = Clock::System.now();
    let mut invocation = invocation(id, event, now, LIMIT);
    invocation.trace_id = Some(XRAY.to_owned());
    let outcome = function.invoke(invocation, now).await;
    assert!(matches!(outcome, Outcome::Said(_)), "{outcome:?}");
    // What was written before the answer may be read after it.
    let written = async {
        loop {
            let log = function.log();
            assert_innocent(&log);
            let mut lines =
                log.iter().skip(before).filter_map(|line| serde_json::from_str(line).ok());
            match lines.find(|line: &Value| line["message"] == message) {
                Some(line) => return line,
                None => tokio::task::yield_now().await,
            }
        }
    };
    timeout(LIMIT, written).await.expect("an invocation is told of")
}

/// The names of the metrics of a line.
fn metrics(line: &Value) -> Vec<&str> {
    let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap().iter();
    let metrics = directives.flat_map(|it| it["Metrics"].as_array().unwrap());
    metrics.map(|metric| metric["Name"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_first_request_of_a_process_says_so_and_every_line_names_its_invocation() {
    let story = Story::begin().await;
    let mut auth = started(&story, "auth", &[]).await;

    let named = "0c9a3f6e-5b1d-4c7a-9e2f-1a2b3c4d5e6f";
    let first = line(&mut auth, "one", request("/health", None), "request").await;
    let second = line(&mut auth, "two", request("/health", Some(named)), "request").await;

    assert_eq!(metrics(&first), ["ColdStart", "Latency", "Requests"]);
    assert_eq!(metrics(&second), ["Latency", "Requests"]);
    assert_eq!([&first["cold_start"], &second["cold_start"]], [&json!(true), &json!(false)]);
    let arn = "arn:aws:lambda:us-east-1:000000000000:function:auth";
    for (line, id, called) in [(&first, "one", "JKJaXmPLvHcESHA="), (&second, "two", named)] {
        let told = json!({
            "level": "INFO", "message": "request", "service": "auth", "function_name": "auth",
            "function_memory_size": 256, "function_arn": arn, "function_request_id": id,
            "xray_trace_id": "1-5759e988-bd862e3fe1be46a994272793",
            "correlation_id": called, "route": "GET /health", "status": 200,
        });
        for (name, value) in told.as_object().unwrap() {
            assert_eq!(&line[name], value, "{name}: {line}");
        }
    }
}

#[tokio::test]
async fn a_batch_is_one_line_with_the_age_of_the_queue() {
    let story = Story::begin().await;
    let mut jobs = started(&story, "jobs", &[]).await;
    let mut event: Value =
        serde_json::from_str(include_str!("../../events/jobs.sqs.json")).unwrap();
    let attributes = &mut event["Records"][0]["attributes"];
    attributes["ApproximateReceiveCount"] = json!("1");
    attributes["SentTimestamp"] = json!("1772442000000");

    let batch = line(&mut jobs, "one", event.to_string().into(), "a batch").await;

    assert_eq!([&batch["messages"], &batch["service"]], [&json!(1), &json!("jobs")]);
    assert_eq!(metrics(&batch), ["ColdStart", "QueueAge"]);
    assert!(batch["QueueAge"].as_f64().unwrap() > 0.0);
    assert_eq!(batch["function_request_id"], "one");
}

#[tokio::test]
async fn traces_leave_before_the_answer_does_and_only_where_somebody_collects_them() {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let take = async move || {
        counted.fetch_add(1, Ordering::SeqCst);
        StatusCode::OK
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let collector = format!("http://{}", listener.local_addr().unwrap());
    let routes = Router::new().route("/v1/traces", post(take));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let story = Story::begin().await;

    let mut untold = started(&story, "auth", &[]).await;
    line(&mut untold, "one", request("/health", None), "request").await;
    assert_eq!(calls.load(Ordering::SeqCst), 0);

    let told = [("OTEL_EXPORTER_OTLP_ENDPOINT", collector.as_str())];
    let mut auth = started(&story, "auth", &told).await;
    for (id, calls_then) in [("one", 1), ("two", 2)] {
        line(&mut auth, id, request("/health", None), "request").await;
        assert_eq!(calls.load(Ordering::SeqCst), calls_then);
    }
}
