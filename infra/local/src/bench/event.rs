//! What each function is asked, and whether it answered.

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::bench::binaries::Name;
use crate::bench::scene::{ADMIN_KEY, Scene};
use crate::courier::signature;
use crate::lambda::api::Said;
use crate::lambda::process::Outcome;
use crate::places::WEBHOOK_SECRET;

/// A webhook about which nothing follows.
const PING: &str = r#"{"zen":"Design for failure.","hook_id":1}"#;

/// The event that `name` is measured with: a read by somebody signed in, where it has one.
pub(super) fn event(name: Name, scene: &Scene) -> Bytes {
    let Scene { recruiter, candidate, session, task, .. } = scene;
    let session = session.to_string();
    let event = match name {
        Name::Bare => get("/", vec![]),
        Name::Auth => get("/api/auth/me", vec![bearer(recruiter)]),
        Name::Simulations => get("/api/simulations", vec![bearer(recruiter)]),
        Name::Candidates => get("/api/candidate/invites", vec![bearer(candidate)]),
        Name::Tasks => {
            let path = format!("/api/tasks/{task}/codespace/status");
            get(&path, vec![bearer(candidate), ("x-candidate-session-id", session)])
        }
        Name::Submissions => get("/api/submissions", vec![bearer(recruiter)]),
        Name::Admin => get("/api/admin/companies", vec![("x-admin-key", ADMIN_KEY.to_owned())]),
        Name::Webhooks => ping(),
        Name::Jobs => jobs(),
        Name::Sweep => json!({ "source": "aws.scheduler", "detail-type": "Scheduled Event" }),
    };
    Bytes::from(event.to_string())
}

/// What is wrong with the answer of `name`, if anything is; nothing is told of what it shows.
pub(super) fn wrong(name: Name, outcome: &Outcome) -> Option<String> {
    let said = match outcome {
        Outcome::Said(said) => said,
        Outcome::Died(status) => return Some(format!("it ended: {status}")),
        Outcome::TimedOut => return Some("it took too long".to_owned()),
    };
    let answer = match said.response() {
        Ok(answer) => answer,
        Err(Said::Response(_unreadable)) => return Some("no JSON".to_owned()),
        Err(Said::Error { kind, .. }) => {
            return Some(format!("an error, {}", kind.as_deref().unwrap_or("of no kind")));
        }
    };
    let as_it_must = match name {
        Name::Jobs => answer.get("batchItemFailures") == Some(&json!([])),
        Name::Sweep => answer.get("sent") == Some(&json!(0)),
        _over_http => {
            let status = answer.get("statusCode").and_then(Value::as_u64);
            status.is_some_and(|status| (200..300).contains(&status))
        }
    };
    (!as_it_must).then(|| match answer.get("statusCode") {
        Some(status) => format!("status {status}"),
        None => "an answer that says that something failed".to_owned(),
    })
}

fn bearer(token: &str) -> (&'static str, String) {
    ("authorization", format!("Bearer {token}"))
}

fn get(path: &str, headers: Vec<(&str, String)>) -> Value {
    request(("GET", path), headers, None)
}

fn ping() -> Value {
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("x-github-event", "ping".to_owned()),
        ("x-github-delivery", "5d0f4f0e-6d3d-4f5c-8a53-0c1a1f1f2b11".to_owned()),
        ("x-hub-signature-256", signature(WEBHOOK_SECRET, PING.as_bytes())),
    ];
    request(("POST", "/api/github/webhooks"), headers, Some(PING))
}

/// A request as API Gateway hands it over, payload 2.0.
fn request(
    (method, path): (&str, &str),
    headers: Vec<(&str, String)>,
    body: Option<&str>,
) -> Value {
    let host = "abcdefghij.execute-api.us-east-1.amazonaws.com";
    let mut all: Map<String, Value> =
        headers.into_iter().map(|(name, value)| (name.to_owned(), Value::String(value))).collect();
    all.insert("host".to_owned(), json!(host));
    all.insert("accept".to_owned(), json!("application/json"));
    let length = body.map_or(0, str::len).to_string();
    all.insert("content-length".to_owned(), json!(length));
    json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": all,
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "abcdefghij",
            "domainName": host,
            "domainPrefix": "abcdefghij",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "203.0.113.7",
                "userAgent": "cargo-dev-bench",
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "$default",
            "stage": "$default",
            "time": "02/Mar/2026:09:00:00 +0000",
            "timeEpoch": 1_772_442_000_000_u64,
        },
        "body": body,
        "isBase64Encoded": false,
    })
}

/// A batch of one job that nobody knows: it is looked for in the table, and acknowledged.
fn jobs() -> Value {
    json!({ "Records": [{
        "messageId": "059f36b4-87a3-44ab-83d2-661975830a7d",
        "receiptHandle": "AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a",
        "body": json!({ "jobId": "018f6e6c-0000-7000-8000-000000000000" }).to_string(),
        "attributes": { "ApproximateReceiveCount": "1" },
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:jobs",
        "awsRegion": "us-east-1",
    }] })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(body: &'static str) -> Outcome {
        Outcome::Said(Said::Response(Bytes::from_static(body.as_bytes())))
    }

    #[test]
    fn an_answer_is_what_is_measured_and_a_refusal_is_not() {
        assert_eq!(wrong(Name::Tasks, &said(r#"{"statusCode":200}"#)), None);
        assert_eq!(wrong(Name::Webhooks, &said(r#"{"statusCode":202}"#)), None);
        let refused = wrong(Name::Tasks, &said(r#"{"statusCode":401,"body":"secret"}"#));
        assert_eq!(refused.as_deref(), Some("status 401"));
        assert_eq!(wrong(Name::Tasks, &Outcome::TimedOut).as_deref(), Some("it took too long"));
        let failed = Said::Error { kind: Some("panic".to_owned()), body: Bytes::new() };
        let failed = wrong(Name::Tasks, &Outcome::Said(failed));
        assert_eq!(failed.as_deref(), Some("an error, panic"));
    }

    #[test]
    fn a_batch_with_a_failure_and_a_sweep_that_found_something_are_not_what_is_measured() {
        assert_eq!(wrong(Name::Jobs, &said(r#"{"batchItemFailures":[]}"#)), None);
        let failed = said(r#"{"batchItemFailures":[{"itemIdentifier":"1"}]}"#);
        let told = Some("an answer that says that something failed");
        assert_eq!(wrong(Name::Jobs, &failed).as_deref(), told);
        assert_eq!(wrong(Name::Sweep, &said(r#"{"sent":0}"#)), None);
        assert_eq!(wrong(Name::Sweep, &said(r#"{"sent":1}"#)).as_deref(), told);
    }
}
