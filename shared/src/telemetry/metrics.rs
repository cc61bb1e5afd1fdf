//! Every metric there is, declared once. A field of an event that is named as a metric is one: `CloudWatch`
//! reads it out of the log line, by what the line says under `_aws` (its embedded metric format).

use serde_json::{Value, json};

/// The namespace of our metrics.
pub const NAMESPACE: &str = "Tenon";

/// A metric.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Metric {
    /// Its name.
    pub name: &'static str,
    /// What it counts in.
    pub unit: Unit,
    /// By what it is told apart: members of the same line, all of few values.
    pub dimensions: &'static [&'static str],
    /// What it means, in a sentence.
    pub meaning: &'static str,
}

/// What a metric counts in, as `CloudWatch` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Things.
    Count,
    /// Time.
    Milliseconds,
    /// Longer time.
    Seconds,
}

impl Unit {
    /// `CloudWatch`'s name of it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Count => "Count",
            Self::Milliseconds => "Milliseconds",
            Self::Seconds => "Seconds",
        }
    }
}

const fn count(
    name: &'static str,
    dimensions: &'static [&'static str],
    meaning: &'static str,
) -> Metric {
    Metric { name, unit: Unit::Count, dimensions, meaning }
}

/// All of them.
pub const ALL: [Metric; 14] = [
    count("ColdStart", &["service", "function_name"], "A process began its first invocation."),
    Metric {
        name: "Latency",
        unit: Unit::Milliseconds,
        dimensions: &["service", "route"],
        meaning: "How long a request took, without what the gateway adds.",
    },
    count(
        "Requests",
        &["service", "route", "outcome"],
        "A request: `ok` (below 400), `refused` (4xx) or `failed` (5xx).",
    ),
    count(
        "Jobs",
        &["kind", "outcome"],
        "An attempt at a job: `done`, `waits` for its moment, `failed` and comes back, or `given_up`.",
    ),
    Metric {
        name: "QueueAge",
        unit: Unit::Seconds,
        dimensions: &[],
        meaning: "How long the oldest message of a batch had waited when it was first received.",
    },
    count("GitHubBudgetLeft", &[], "Calls that GitHub still allows us until it renews its limit."),
    count(
        "Mails",
        &["outcome"],
        "A mail: `sent`, `failed` (an attempt), `rate_limited`, `suppressed`, `bounced` or `complained`.",
    ),
    count("WorkspaceStillWritable", &[], "A candidate may still push to a day that is handed in."),
    count("JobGivenUp", &[], "A job failed too often: it waits for a person."),
    count("SecretUnreachable", &[], "The secret could not be read."),
    count("TableUnavailable", &[], "The table refused a call for its load, or was not reached."),
    count(
        "DeadlineNear",
        &[],
        "Work was cut off or not begun because its invocation's time was nearly over.",
    ),
    count("Panicked", &[], "The code panicked."),
    count("PoisonMessage", &[], "A message that names no job and no mail."),
];

/// What a line with these `members` says under `_aws`: that those named as metrics are metrics, as of
/// `at_ms`, in milliseconds since 1970. `None` when none is. A metric whose dimensions the line does not
/// name, or that is no number, is left out: `CloudWatch` would drop the whole line.
pub(super) fn embedded(members: &[(&'static str, Value)], at_ms: i64) -> Option<Value> {
    let member = |name: &str| members.iter().find(|(known, _value)| *known == name);
    let told: Vec<&Metric> = ALL
        .iter()
        .filter(|metric| member(metric.name).is_some_and(|(_name, value)| value.is_number()))
        .filter(|metric| {
            let mut dimensions = metric.dimensions.iter();
            dimensions.all(|name| member(name).is_some_and(|(_name, value)| value.is_string()))
        })
        .collect();
    let mut directives: Vec<(&[&str], Vec<Value>)> = Vec::new();
    for metric in told {
        let definition = json!({ "Name": metric.name, "Unit": metric.unit.as_str() });
        match directives.iter_mut().find(|(dimensions, _metrics)| *dimensions == metric.dimensions)
        {
            Some((_dimensions, metrics)) => metrics.push(definition),
            None => directives.push((metric.dimensions, vec![definition])),
        }
    }
    let directives: Vec<Value> = directives
        .into_iter()
        .map(|(dimensions, metrics)| {
            json!({ "Namespace": NAMESPACE, "Dimensions": [dimensions], "Metrics": metrics })
        })
        .collect();
    let none = directives.is_empty();
    (!none).then(|| json!({ "Timestamp": at_ms, "CloudWatchMetrics": directives }))
}
