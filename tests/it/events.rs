//! Every route has a recorded event, and every recorded request is one for a route.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use http::Method;
use local::events::PLACEHOLDERS;
use serde_json::Value;
use tests::document::DOCUMENT;

/// Requests that are about no route: a path that nobody has, and a browser's question.
const ELSEWHERE: [&str; 2] = ["GET /favicon.ico", "OPTIONS /api/simulations"];

/// Every recorded event, by its name, with its text.
fn recorded() -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let named = |path: std::path::PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap();
        (name.strip_suffix(".json").unwrap().to_owned(), fs::read_to_string(&path).unwrap())
    };
    files.map(named).collect()
}

/// The recorded requests, as the gateway hands them on.
fn requests() -> BTreeMap<String, Value> {
    let events =
        recorded().into_iter().map(|(name, text)| (name, serde_json::from_str(&text).unwrap()));
    events.filter(|(_name, event): &(String, Value)| event["requestContext"].is_object()).collect()
}

/// Method and path of a request, below its stage.
fn call(event: &Value) -> String {
    let context = &event["requestContext"];
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    assert_eq!(context["http"]["path"], event["rawPath"]);
    assert_eq!(context["routeKey"], event["routeKey"]);
    let path = text(&event["rawPath"]);
    let below = path.strip_prefix(&format!("/{}", text(&context["stage"])));
    format!("{} {}", text(&context["http"]["method"]), below.unwrap_or(&path))
}

/// Every operation of the document, with the function that serves it.
fn operations() -> BTreeMap<String, String> {
    let paths = DOCUMENT["paths"].as_object().unwrap().iter();
    let each = |(path, item): (&String, &Value)| {
        let methods = item.as_object().unwrap().iter();
        let told = methods.map(|(method, operation)| {
            let tag = operation["tags"][0].as_str().unwrap();
            let function = if tag == "service" { "auth" } else { tag };
            (format!("{} {path}", method.to_uppercase()), function.to_owned())
        });
        told.collect::<Vec<_>>()
    };
    paths.flat_map(each).collect()
}

/// The operation that `call` is one of: the one with the fewest parameters.
fn operation_of<'a>(
    operations: &'a BTreeMap<String, String>,
    call: &str,
) -> Option<(&'a String, &'a String)> {
    let is: Vec<_> = call.split('/').collect();
    let fits = |operation: &str| {
        let wanted: Vec<_> = operation.split('/').collect();
        let mut pairs = wanted.iter().zip(&is);
        wanted.len() == is.len() && pairs.all(|(part, is)| part.starts_with('{') || part == is)
    };
    operations
        .iter()
        .filter(|(operation, _)| fits(operation))
        .min_by_key(|(it, _)| it.matches('{').count())
}

#[test]
fn every_route_has_an_event_of_its_own_function_and_every_event_a_route() {
    let operations = operations();
    let mut called = BTreeSet::new();

    for (name, event) in requests() {
        let call = call(&event);
        let Some((operation, function)) = operation_of(&operations, &call) else {
            assert!(ELSEWHERE.contains(&call.as_str()), "{name}: `{call}` is no route");
            continue;
        };
        assert_eq!(name.split('.').next(), Some(function.as_str()), "{name}: {operation}");
        called.insert(operation.clone());
    }
    let all: BTreeSet<String> = operations.into_keys().collect();
    assert_eq!(called, all, "add what is missing to infra/local/src/events/examples.rs");
}

#[test]
fn a_recorded_request_is_as_the_gateway_writes_it() {
    for (name, event) in requests() {
        assert_eq!(event["version"], "2.0", "{name}");
        let headers = event["headers"].as_object().unwrap();
        assert!(headers.keys().all(|header| *header == header.to_lowercase()), "{name}");
        let context = &event["requestContext"];
        for field in
            ["accountId", "apiId", "domainName", "domainPrefix", "requestId", "stage", "time"]
        {
            assert!(context[field].is_string(), "{name}: {field}");
        }
        assert!(context["timeEpoch"].is_i64(), "{name}");
        let method = context["http"]["method"].as_str().unwrap();
        assert!(method.parse::<Method>().is_ok(), "{name}");
        // What stands for `{proxy+}` is the end of the path.
        let key = event["routeKey"].as_str().unwrap();
        let proxy = event["pathParameters"]["proxy"].as_str();
        assert_eq!(key.ends_with("/{proxy+}"), proxy.is_some(), "{name}");
        let path = event["rawPath"].as_str().unwrap();
        assert!(proxy.is_none_or(|proxy| path.ends_with(proxy)), "{name}");
    }
}

#[test]
fn every_word_in_capitals_is_a_placeholder_and_every_placeholder_is_used() {
    let words = regex_lite::Regex::new("[A-Z]+_[A-Z_]*[A-Z]").unwrap();
    let known: BTreeSet<&str> = PLACEHOLDERS.iter().map(|(name, _what)| *name).collect();
    let mut used = BTreeSet::from(["TOKEN".to_owned()]);

    for (name, event) in requests() {
        let text = event.to_string();
        for word in words.find_iter(&text).map(|found| found.as_str().to_owned()) {
            assert!(known.contains(word.as_str()), "{name}: {word}");
            used.insert(word);
        }
    }
    assert_eq!(used.iter().map(String::as_str).collect::<BTreeSet<_>>(), known);
}

#[test]
fn the_readme_names_events_that_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let mention = regex_lite::Regex::new(r"events/([a-z.-]+)\.json").unwrap();
    let there = recorded();

    let names: Vec<_> = mention.captures_iter(&readme).map(|found| found[1].to_owned()).collect();
    assert!(names.len() >= 5, "{names:?}");
    for name in names {
        assert!(there.contains_key(&name), "{name}");
    }
}
