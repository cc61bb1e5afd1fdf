//! What wakes people, and what the code tells.

use std::collections::BTreeSet;

use serde_json::Value;
use shared::telemetry::metrics::{ALL, Metric};
use tests::template::{ROOT, read, resources};

/// What a person is woken up for by the functions themselves: what is counted by nothing.
fn alarms() -> Vec<&'static str> {
    let mut alarms: Vec<_> = ALL.iter().filter(|it| is_alarm(it)).map(|it| it.name).collect();
    alarms.sort_unstable();
    alarms
}

/// Whether a metric counts only that something happened which should not.
fn is_alarm(metric: &Metric) -> bool {
    !["QueueAge", "GitHubBudgetLeft"].contains(&metric.name) && metric.dimensions.is_empty()
}

/// The metrics of our own that alarms of `template` look at, none with a dimension.
fn watched(template: &Value) -> Vec<String> {
    let mut watched = Vec::new();
    for (name, alarm) in resources(template, "AWS::CloudWatch::Alarm") {
        let alarm = &alarm["Properties"];
        let parts = alarm["Metrics"].as_array().into_iter().flatten();
        let parts = parts.map(|part| &part["MetricStat"]["Metric"]);
        for metric in parts.chain([alarm]).filter(|metric| metric["Namespace"] == "Tenon") {
            assert_eq!(metric["Dimensions"], Value::Null, "{name}");
            watched.push(metric["MetricName"].as_str().unwrap().to_owned());
        }
    }
    watched.sort_unstable();
    watched
}

fn dashboard() -> Value {
    let observability = read("infra/observability.yaml");
    let dashboard = &observability["Resources"]["Dashboard"]["Properties"]["DashboardBody"];
    serde_json::from_str(dashboard["Fn::Sub"].as_str().unwrap()).unwrap()
}

#[test]
fn every_alarm_that_the_code_raises_wakes_somebody_and_no_other_is_waited_for() {
    let observability = read("infra/observability.yaml");

    assert_eq!(watched(&observability), alarms());
    assert_eq!(watched(&read(ROOT)), ["Panicked"]);
}

#[test]
fn the_dashboard_shows_every_metric_of_our_own_under_its_own_dimensions() {
    let mut shown = BTreeSet::new();
    for widget in dashboard()["widgets"].as_array().unwrap() {
        let mut namespace = "";
        for metric in widget["properties"]["metrics"].as_array().unwrap() {
            if let Some(search) = metric[0]["expression"].as_str() {
                let of = search.strip_prefix("SEARCH('{Tenon,").unwrap();
                let (dimensions, rest) = of.split_once("} MetricName=\"").unwrap();
                let name = rest.split('"').next().unwrap();
                shown.insert((name.to_owned(), dimensions.to_owned()));
                continue;
            }
            namespace = metric[0].as_str().filter(|it| !it.starts_with('.')).unwrap_or(namespace);
            if namespace == "Tenon" {
                shown.insert((metric[1].as_str().unwrap().to_owned(), String::new()));
            }
        }
    }
    let wanted = ALL.iter().map(|it| (it.name.to_owned(), it.dimensions.join(",")));
    assert_eq!(shown, wanted.collect());
}

#[test]
fn every_alarm_tells_somebody_and_says_what_it_is_about() {
    let observability = read("infra/observability.yaml");
    let topic = serde_json::json!([{ "Ref": "Topic" }]);
    let alarms = resources(&observability, "AWS::CloudWatch::Alarm");

    let mut names = BTreeSet::new();
    for (id, alarm) in &alarms {
        let alarm = &alarm["Properties"];
        assert_eq!((&alarm["AlarmActions"], &alarm["OKActions"]), (&topic, &topic), "{id}");
        assert!(alarm["AlarmDescription"].as_str().is_some_and(|text| text.ends_with('.')), "{id}");
        names.insert(alarm["AlarmName"]["Fn::Sub"].as_str().unwrap());
    }
    assert_eq!(names.len(), alarms.len());
}
