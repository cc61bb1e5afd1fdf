//! Metrics as `CloudWatch` reads them out of the log, and as the README lists them.

use serde_json::{Value, json};
use shared::telemetry::metrics::{ALL, NAMESPACE};
use tests::logs::Log;
use tests::story::Story;

/// What AWS's specification of the embedded metric format asks for under `_aws`.
fn schema() -> Value {
    let text = |max: u32| json!({ "type": "string", "minLength": 1, "maxLength": max });
    let metric = json!({
        "type": "object",
        "required": ["Name"],
        "additionalProperties": false,
        "properties": { "Name": text(1_024), "Unit": { "enum": ["Count", "Milliseconds", "Seconds"] } },
    });
    let dimensions = json!({ "type": "array", "maxItems": 30, "items": text(250) });
    let directive = json!({
        "type": "object",
        "required": ["Namespace", "Dimensions", "Metrics"],
        "additionalProperties": false,
        "properties": {
            "Namespace": text(1_024),
            "Dimensions": { "type": "array", "minItems": 1, "items": dimensions },
            "Metrics": { "type": "array", "minItems": 1, "maxItems": 100, "items": metric },
        },
    });
    json!({
        "type": "object",
        "required": ["_aws"],
        "properties": { "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "additionalProperties": false,
            "properties": {
                "Timestamp": { "type": "integer", "minimum": 0 },
                "CloudWatchMetrics": { "type": "array", "minItems": 1, "items": directive },
            },
        } },
    })
}

/// The metrics that `CloudWatch` reads by one `directive` of `line`.
fn read(line: &Value, directive: &Value) -> Vec<&'static str> {
    assert_eq!(directive["Namespace"], NAMESPACE);
    let metrics = directive["Metrics"].as_array().unwrap().iter();
    let known = metrics.map(|metric| {
        let name = metric["Name"].as_str().unwrap();
        let known = ALL.iter().find(|known| known.name == name).unwrap();
        assert!(line[name].is_number(), "{name}: {line}");
        assert_eq!(metric["Unit"], known.unit.as_str());
        assert_eq!(directive["Dimensions"], json!([known.dimensions]));
        assert!(known.dimensions.iter().all(|it| line[*it].is_string()), "{line}");
        known.name
    });
    known.collect()
}

#[tokio::test]
async fn every_line_with_metrics_is_one_that_cloud_watch_can_read() {
    let log = Log::listen();
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two("ada@example.com").await;
    ada.post(&format!("/api/tasks/{task}/run"), json!({})).await.expect(200);
    story.pass(10).await;

    let schema = jsonschema::validator_for(&schema()).unwrap();
    let lines: Vec<Value> =
        log.events().into_iter().filter(|line| line.get("_aws").is_some()).collect();
    let mut told = Vec::new();
    for line in &lines {
        assert!(schema.is_valid(line), "{line}");
        let directives = line["_aws"]["CloudWatchMetrics"].as_array().unwrap().iter();
        told.extend(directives.flat_map(|directive| read(line, directive)));
    }
    told.sort_unstable();
    told.dedup();
    assert_eq!(told, ["GitHubBudgetLeft", "Jobs", "Latency", "Mails", "Requests"]);
}

#[test]
fn the_readme_lists_every_metric_and_no_other() {
    let readme = include_str!("../../README.md");
    let rows: Vec<String> = ALL
        .iter()
        .map(|metric| {
            let dimensions = metric.dimensions.join(", ");
            let (name, unit) = (metric.name, metric.unit.as_str());
            format!("| `{name}` | {unit} | {dimensions} | {} |", metric.meaning)
        })
        .collect();
    let head = "| metric | unit | dimensions | meaning |\n| --- | --- | --- | --- |\n";
    let (_before, table) = readme.split_once(head).unwrap();
    let listed: Vec<&str> = table.lines().take_while(|line| line.starts_with('|')).collect();
    assert_eq!(listed, rows);
}
