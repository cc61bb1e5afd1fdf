use std::io::{self, Write};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tracing::subscriber::with_default;

use super::*;

/// A log to read.
#[derive(Clone, Default)]
struct Page(Arc<Mutex<Vec<u8>>>);

impl Write for Page {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What `work` has the function `auth` write, a value a line, where `filter` lets it pass.
fn written(filter: &str, work: impl FnOnce()) -> Vec<Value> {
    let page = Page::default();
    let to = page.clone();
    with_default(log("auth", filter.parse().unwrap(), move || to.clone()), work);
    let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn levels_are_read_by_target_and_what_cannot_be_read_is_as_if_nothing_were_asked() {
    let told = |levels, target, level| read(levels, usual()).would_enable(target, &level);
    let asked = Some("warn,shared::store=debug");

    assert!(told(asked, "shared::store::keys", Level::DEBUG));
    assert!(told(asked, "hyper", Level::WARN));
    assert!(!told(asked, "hyper", Level::INFO));
    assert!(!told(Some("off"), "shared", Level::ERROR));
    for unread in [None, Some(""), Some(" "), Some("shared=loud"), Some("a=b=c")] {
        assert!(told(unread, "shared", Level::INFO), "{unread:?}");
        assert!(!told(unread, "shared", Level::DEBUG), "{unread:?}");
    }
}

#[test]
fn an_alarm_is_a_line_that_cloud_watch_reads_as_a_metric() {
    let mut lines = written("info", || {
        let at = "2026-03-02T09:00:00Z".parse().unwrap();
        alarms::alarm(alarms::Alarm::WorkspaceStillWritable, at);
        tracing::info!("afterwards");
    });

    let line = lines[0].as_object_mut().unwrap();
    for varying in ["location", "timestamp"] {
        assert!(line.remove(varying).unwrap().is_string());
    }
    let metric = json!({
        "_aws": {
            "Timestamp": 1_772_442_000_000_i64,
            "CloudWatchMetrics": [{
                "Namespace": "Tenon",
                "Dimensions": [[]],
                "Metrics": [{ "Name": "WorkspaceStillWritable", "Unit": "Count" }],
            }],
        },
        "level": "ERROR",
        "service": "auth",
        "message": "alarm",
        "WorkspaceStillWritable": 1,
    });
    assert_eq!(lines[0], metric);
    assert_eq!(lines[1]["message"], "afterwards");
    assert_eq!(lines[1].get("_aws"), None);
}

#[test]
fn no_setting_makes_the_runtime_write_down_whole_events() {
    let lines = written("trace", || {
        tracing::trace!(target: "lambda_runtime::layers", body = "Bearer x", "raw event");
        tracing::debug!(target: "aws_smithy_runtime::client", "request: Bearer y");
        let invoke = tracing::info_span!(target: "lambda_runtime", "invoke", requestId = "Bearer");
        invoke.in_scope(|| tracing::info!(target: "lambda_runtime", "one"));
        tracing::trace!(target: "shared::store", "two");
    });

    let messages: Vec<&Value> = lines.iter().map(|line| &line["message"]).collect();
    assert_eq!(messages, ["one", "two"]);
    assert!(lines.iter().all(|line| line.get("requestId").is_none()), "{lines:?}");
}

#[test]
fn a_line_begins_as_powertools_has_it_then_come_its_fields_then_those_of_its_spans() {
    let page = Page::default();
    let to = page.clone();
    with_default(log("auth", usual(), move || to.clone()), || {
        let outer = tracing::error_span!("outer", cold_start = true, depth = 1, far = "yes");
        outer.in_scope(|| {
            let inner =
                tracing::error_span!("inner", correlation_id = "c", depth = 2, otel.name = "x");
            inner.in_scope(|| tracing::warn!(depth = 3, near = 1.5, "told"));
        });
    });

    let text = String::from_utf8(page.0.lock().unwrap().clone()).unwrap();
    let line: Value = serde_json::from_str(&text).unwrap();
    let members = [
        "level",
        "location",
        "message",
        "timestamp",
        "service",
        "cold_start",
        "correlation_id",
        "depth",
        "near",
        "far",
    ];
    let mut places: Vec<usize> =
        members.iter().map(|name| text.find(&format!("\"{name}\":")).unwrap()).collect();
    assert!(places.is_sorted(), "{text}");
    places.dedup();
    assert_eq!((places.len(), line.as_object().unwrap().len()), (10, 10));
    assert_eq!(
        [&line["depth"], &line["near"], &line["far"]],
        [&json!(3), &json!(1.5), &json!("yes")]
    );
    assert!(line["location"].as_str().unwrap().starts_with("shared::telemetry::tests:"), "{line}");
    let told: jiff::Timestamp = line["timestamp"].as_str().unwrap().parse().unwrap();
    assert_eq!(format!("{told:.3}"), line["timestamp"].as_str().unwrap());
}

#[test]
fn a_field_named_as_a_metric_is_one_where_its_dimensions_are_told() {
    let lines = written("info", || {
        tracing::info!(route = "GET /health", outcome = "ok", Latency = 1.5, Requests = 1, "all");
        tracing::info!(Latency = 1.5, Requests = 1, GitHubBudgetLeft = 4_999, "without a route");
        tracing::info!(Mails = "one", outcome = "sent", "no number");
    });

    let directives = |line: &Value| line["_aws"]["CloudWatchMetrics"].clone();
    let latency = json!({
        "Namespace": "Tenon",
        "Dimensions": [["service", "route"]],
        "Metrics": [{ "Name": "Latency", "Unit": "Milliseconds" }],
    });
    let requests = json!({
        "Namespace": "Tenon",
        "Dimensions": [["service", "route", "outcome"]],
        "Metrics": [{ "Name": "Requests", "Unit": "Count" }],
    });
    let budget = json!({
        "Namespace": "Tenon",
        "Dimensions": [[]],
        "Metrics": [{ "Name": "GitHubBudgetLeft", "Unit": "Count" }],
    });
    assert_eq!(directives(&lines[0]), json!([latency, requests]));
    assert_eq!(directives(&lines[1]), json!([budget]));
    assert_eq!(lines[2].get("_aws"), None);
    let told = jiff::Timestamp::from_millisecond(lines[0]["_aws"]["Timestamp"].as_i64().unwrap());
    assert_eq!(format!("{:.3}", told.unwrap()), lines[0]["timestamp"].as_str().unwrap());
}

#[test]
fn metrics_are_named_once_and_told_apart_by_little() {
    let mut names: Vec<&str> = metrics::ALL.iter().map(|metric| metric.name).collect();
    names.sort_unstable();
    let all = names.len();
    names.dedup();
    assert_eq!((names.len(), all < 100), (all, true));
    for metric in metrics::ALL {
        let few = ["service", "function_name", "route", "outcome", "kind"];
        assert!(metric.dimensions.iter().all(|name| few.contains(name)), "{}", metric.name);
    }
}
