//! A request as an HTTP API of API Gateway hands it on: payload format 2.0, in the order in which AWS
//! writes its fields.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use crate::events::examples::{Example, Form};

const HOST: &str = "abcdefghij.execute-api.us-east-1.amazonaws.com";
const CLIENT: &str = "203.0.113.7";
const AGENT: &str = "tenon-web";
/// What a client may call the request.
const REQUEST_ID: &str = "5d0f4f0e-6d3d-4f5c-8a53-0c1a1f1f2b11";
/// The stage in the path, where one is.
const STAGE: &str = "prod";
/// What a function has to itself: `/api/<group>`, and everything below it.
const GROUPS: [&str; 6] = ["admin", "auth", "candidate", "simulations", "submissions", "tasks"];

/// An event.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    version: &'static str,
    route_key: String,
    raw_path: String,
    raw_query_string: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    cookies: Option<[&'static str; 2]>,
    headers: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    query_string_parameters: BTreeMap<&'static str, &'static str>,
    request_context: Context,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    path_parameters: BTreeMap<&'static str, String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
    is_base64_encoded: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Context {
    account_id: &'static str,
    api_id: &'static str,
    domain_name: &'static str,
    domain_prefix: &'static str,
    http: Http,
    request_id: &'static str,
    route_key: String,
    stage: &'static str,
    time: &'static str,
    time_epoch: i64,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Http {
    method: &'static str,
    path: String,
    protocol: &'static str,
    source_ip: &'static str,
    user_agent: &'static str,
}

impl Event {
    /// The event of `example`.
    pub(super) fn of(example: &Example) -> Self {
        let (method, target) = example.call.split_once(' ').unwrap_or(("GET", example.call));
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let (route_key, proxy) = route(path);
        let staged = example.form == Form::Staged;
        let raw_path = if staged { format!("/{STAGE}{path}") } else { path.to_owned() };
        let encoded = example.form == Form::Encoded;
        let body = if encoded { STANDARD.encode(example.body) } else { example.body.to_owned() };
        let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        Self {
            version: "2.0",
            route_key: route_key.clone(),
            raw_path: raw_path.clone(),
            raw_query_string: query.to_owned(),
            cookies: (example.form == Form::WithCookies)
                .then_some(["theme=dark", "consent=necessary"]),
            headers: headers(example),
            query_string_parameters: pairs.collect(),
            request_context: Context {
                account_id: "000000000000",
                api_id: "abcdefghij",
                domain_name: HOST,
                domain_prefix: "abcdefghij",
                http: Http {
                    method,
                    path: raw_path,
                    protocol: "HTTP/1.1",
                    source_ip: CLIENT,
                    user_agent: AGENT,
                },
                request_id: "JKJaXmPLvHcESHA=",
                route_key,
                stage: if staged { STAGE } else { "$default" },
                time: "02/Mar/2026:09:00:00 +0000",
                time_epoch: 1_772_442_000_000,
            },
            path_parameters: proxy.map(|proxy| ("proxy", proxy)).into_iter().collect(),
            body: Some(body).filter(|body| !body.is_empty()),
            is_base64_encoded: encoded,
        }
    }
}

/// The gateway's route for `path`, and what stands for its `{proxy+}`.
fn route(path: &str) -> (String, Option<String>) {
    let below = path.strip_prefix("/api/").unwrap_or_default();
    let (group, rest) = match below.split_once('/') {
        Some((group, rest)) => (group, Some(rest.to_owned())),
        None => (below, None),
    };
    if !GROUPS.contains(&group) {
        return ("$default".to_owned(), None);
    }
    let proxy = if rest.is_some() { "/{proxy+}" } else { "" };
    (format!("ANY /api/{group}{proxy}"), rest)
}

/// Every header by its name in small letters, as the gateway writes them.
fn headers(example: &Example) -> BTreeMap<&'static str, String> {
    let usual = [
        ("accept", "application/json"),
        ("host", HOST),
        ("user-agent", AGENT),
        ("x-forwarded-for", CLIENT),
        ("x-forwarded-port", "443"),
        ("x-forwarded-proto", "https"),
        ("x-tenon-request-id", REQUEST_ID),
    ];
    let length = (!example.body.is_empty()).then(|| example.body.len().to_string());
    let kind = length.as_ref().map(|_length| ("content-type", "application/json".to_owned()));
    let told =
        usual.iter().chain(example.headers).map(|(name, value)| (*name, (*value).to_owned()));
    let length = length.map(|length| ("content-length", length));
    kind.into_iter().chain(told).chain(length).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_of_a_group_has_the_groups_route_and_any_other_the_last() {
        let proxied = |path: &str| route(path).1;

        assert_eq!(route("/api/tasks/7/run").0, "ANY /api/tasks/{proxy+}");
        assert_eq!(proxied("/api/tasks/7/run"), Some("7/run".to_owned()));
        assert_eq!(route("/api/simulations"), ("ANY /api/simulations".to_owned(), None));
        for path in ["/", "/health", "/docs/start.js", "/api/openapi.json", "/api/nothing/1"] {
            assert_eq!(route(path), ("$default".to_owned(), None), "{path}");
        }
    }
}
