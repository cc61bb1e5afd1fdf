//! Traces go to whoever collects them, whole and without anything of what was sent; without a collector
//! there are none.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::routing::post;
use http::{HeaderMap, Method, StatusCode};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;
use serde_json::json;
use shared::config::TlsRoots;
use shared::telemetry::traces::Traces;
use tests::canary::offences;
use tests::story::Story;
use tokio::net::TcpListener;
use tracing::subscriber::{DefaultGuard, set_default};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry;

/// Somebody who collects traces.
#[derive(Clone, Default)]
struct Collector(Arc<Mutex<Vec<Bytes>>>);

impl Collector {
    /// Where it is, with what it keeps.
    async fn begin(answers: StatusCode) -> (String, Self) {
        let collector = Self::default();
        let take = async move |State(kept): State<Self>, headers: HeaderMap, body: Bytes| {
            assert_eq!(headers["content-type"], "application/x-protobuf");
            kept.0.lock().unwrap().push(body);
            answers
        };
        let routes = Router::new().route("/v1/traces", post(take)).with_state(collector.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        (address, collector)
    }

    fn calls(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// All spans that came.
    fn spans(&self) -> Vec<Span> {
        let kept = self.0.lock().unwrap();
        let requests =
            kept.iter().map(|body| ExportTraceServiceRequest::decode(body.clone()).unwrap());
        let resources = requests.flat_map(|request| request.resource_spans);
        resources.flat_map(|it| it.scope_spans).flat_map(|it| it.spans).collect()
    }
}

/// Traces of this thread, while the guard lives.
fn traced(to: &str) -> (Traces, DefaultGuard) {
    let traces = Traces::new("tests", to, TlsRoots::Embedded);
    let guard = set_default(registry().with(traces.layer()));
    (traces, guard)
}

fn attribute(span: &Span, name: &str) -> Option<Value> {
    let found = span.attributes.iter().find(|it| it.key == name)?;
    found.value.as_ref()?.value.clone()
}

#[tokio::test]
async fn a_request_its_calls_and_its_jobs_are_spans_of_one_trace_that_tell_nothing_sent() {
    let (address, collector) = Collector::begin(StatusCode::OK).await;
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two("ada@example.com").await;
    let (traces, _guard) = traced(&address);

    let request = ada.request(Method::POST, &format!("/api/tasks/{task}/run?secret=s3cret"));
    let parent = "00-5759e988bd862e3fe1be46a994272793-53995c3f42cd8ad8-01";
    let request = request.header("traceparent", parent).json(&json!({}));
    assert_eq!(ada.send(request).await.status, 200);
    story.settle().await;
    traces.export().await;

    let spans = collector.spans();
    let named = |name: &'static str| spans.iter().filter(move |span| span.name == name);
    let request = named("POST /api/tasks/{taskId}/run").next().unwrap();
    let told = |name| attribute(request, name);
    assert_eq!(told("http.route"), Some(Value::StringValue("/api/tasks/{taskId}/run".to_owned())));
    assert_eq!(told("http.response.status_code"), Some(Value::IntValue(200)));
    let trace = 0x5759_e988_bd86_2e3f_e1be_46a9_9427_2793_u128.to_be_bytes();
    assert_eq!(request.trace_id, trace);
    assert_eq!(request.parent_span_id, 0x5399_5c3f_42cd_8ad8_u64.to_be_bytes());
    let inside = |span: &&Span| span.parent_span_id == request.span_id;
    assert!(named("TransactWriteItems").any(|span| inside(&span)), "{spans:#?}");
    assert!(named("GetItem").chain(named("Query")).any(|span| inside(&span)), "{spans:#?}");
    let dispatch = spans.iter().filter(inside).find(|span| span.name.contains("workflow"));
    let dispatch = dispatch.unwrap_or_else(|| panic!("{spans:#?}"));
    assert!(attribute(dispatch, "http.response.status_code").is_some());
    assert_eq!(named("follow_run").count(), 1, "{spans:#?}");
    let all = format!("{spans:?}");
    assert!(!all.contains("s3cret") && !all.contains("127.0.0.1"), "{all}");
    assert_eq!(offences(&all), []);
}

#[tokio::test]
async fn a_collector_that_refuses_or_is_gone_or_silent_costs_200_ms_at_most_and_one_warning() {
    let (refusing, collector) = Collector::begin(StatusCode::SERVICE_UNAVAILABLE).await;
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let silent = format!("http://{}", silent.local_addr().unwrap());
    for address in [refusing.as_str(), "http://127.0.0.1:1", &silent] {
        let (traces, _guard) = traced(address);
        for _ in 0..2 {
            drop(tracing::info_span!(target: "tenon::trace", "table", otel.name = "GetItem"));
            let export = traces.export();
            tokio::time::timeout(Duration::from_secs(2), export).await.expect("it ends by itself");
        }
    }
    assert_eq!(collector.calls(), 2);
}

#[tokio::test]
async fn without_anything_to_tell_nobody_is_called_and_nothing_is_begun() {
    let (address, collector) = Collector::begin(StatusCode::OK).await;
    let (traces, _guard) = traced(&address);
    let tasks = tokio::runtime::Handle::current().metrics().num_alive_tasks();

    tracing::info!("an event is no span");
    drop(tracing::info_span!(target: "lambda_runtime", "Lambda runtime invoke", requestId = "x"));
    traces.export().await;

    assert_eq!(collector.calls(), 0);
    assert_eq!(tokio::runtime::Handle::current().metrics().num_alive_tasks(), tasks);
}
