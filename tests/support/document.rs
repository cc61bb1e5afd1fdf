//! The API document as a judge: every answer that a story gets must be as it says.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::{Map, Value};

/// The document as the code makes it.
pub static DOCUMENT: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(&local::document::text().unwrap()).unwrap());

/// What says nothing about a value's validity.
const SILENT: [&str; 5] = ["description", "example", "examples", "title", "default"];

/// What is wrong with the answer to `method path`, by the document. A path that the document does not
/// know is not ours to judge, but for its errors.
pub fn judge(method: &str, path: &str, status: u16, body: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let operation = item(path).and_then(|item| item.get(method.to_lowercase()));
    let Some(operation) = operation else {
        if body.get("errorCode").is_some() {
            check(&reference("Problem"), body, "", &mut wrong);
        }
        return wrong;
    };
    let Some(answer) = operation["responses"].get(status.to_string()) else {
        return vec![format!("status {status} is not in the document")];
    };
    match resolved(answer)["content"].get("application/json") {
        Some(content) => check(&content["schema"], body, "", &mut wrong),
        None if body.is_null() => {}
        None => wrong.push("has a JSON body, and the document knows none".to_owned()),
    }
    wrong
}

/// The names of all operations whose method lets them change something, in the document's order.
pub fn changing_operations() -> Vec<String> {
    let items = DOCUMENT["paths"].as_object().unwrap().values();
    let operations = items.flat_map(|item| item.as_object().unwrap());
    let changing =
        operations.filter(|(method, _)| ["post", "put", "delete"].contains(&method.as_str()));
    changing.map(|(_, it)| it["operationId"].as_str().unwrap().to_owned()).collect()
}

/// The path of the document that `path` is an instance of.
fn item(path: &str) -> Option<&'static Value> {
    let parts: Vec<_> = path.trim_end_matches('/').split('/').collect();
    let fits = |template: &str| {
        let wanted: Vec<_> = template.split('/').collect();
        let mut pairs = wanted.iter().zip(&parts);
        wanted.len() == parts.len() && pairs.all(|(part, is)| part.starts_with('{') || part == is)
    };
    let found = DOCUMENT["paths"].as_object().unwrap().iter().filter(|(path, _)| fits(path));
    // `…/openapi.json` before `…/{file}`.
    found.min_by_key(|(path, _)| path.matches('{').count()).map(|(_, item)| item)
}

fn reference(name: &str) -> Value {
    serde_json::json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// What `value` refers to, where it refers to something.
fn resolved(value: &Value) -> &Value {
    match value.get("$ref").and_then(Value::as_str) {
        Some(to) => resolved(DOCUMENT.pointer(to.strip_prefix('#').unwrap()).unwrap()),
        None => value,
    }
}

/// Checks `value` against `schema`, and that it has no field that the document does not know.
fn check(schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
    let known = fields(schema);
    if let (Value::Object(object), false) = (value, known.is_empty()) {
        let strange = object.keys().filter(|name| !known.contains(*name));
        wrong.extend(strange.map(|name| format!("{at}/{name} is not in the document")));
    }
    conform(schema, value, at, wrong);
}

/// Every field that `schema` knows.
fn fields(schema: &Value) -> BTreeSet<String> {
    let schema = resolved(schema);
    let own = schema["properties"].as_object().into_iter().flat_map(|own| own.keys().cloned());
    let parts = ["allOf", "oneOf"].iter().filter_map(|word| schema[*word].as_array());
    own.chain(parts.flatten().flat_map(fields)).collect()
}

fn conform(schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
    let schema = resolved(schema).as_object().unwrap();
    for (word, rule) in schema {
        if !holds(word, rule, value, at, wrong) {
            wrong.push(format!("{at}: {value} breaks {word} {rule}"));
        }
    }
}

/// Whether one rule of a schema holds; what is wrong deeper inside is told in `wrong`.
fn holds(word: &str, rule: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) -> bool {
    let number = || rule.as_f64().unwrap();
    let count = || usize::try_from(rule.as_u64().unwrap()).unwrap();
    let text = value.as_str();
    match word {
        "type" => match rule {
            Value::Array(kinds) => kinds.iter().any(|kind| is(kind, value)),
            kind => is(kind, value),
        },
        "enum" => rule.as_array().unwrap().contains(value),
        "minimum" => value.as_f64().is_none_or(|value| value >= number()),
        "maximum" => value.as_f64().is_none_or(|value| value <= number()),
        "minLength" => text.is_none_or(|text| text.chars().count() >= count()),
        "maxLength" => text.is_none_or(|text| text.chars().count() <= count()),
        "minItems" => value.as_array().is_none_or(|items| items.len() >= count()),
        "maxItems" => value.as_array().is_none_or(|items| items.len() <= count()),
        "pattern" => {
            text.is_none_or(|text| Regex::new(rule.as_str().unwrap()).unwrap().is_match(text))
        }
        "format" => text.is_none_or(|text| has_format(rule.as_str().unwrap(), text)),
        "required" => value.as_object().is_none_or(|object| has_all(rule, object)),
        "properties" => {
            let rules = rule.as_object().unwrap().iter();
            let pairs = rules.filter_map(|(name, rule)| Some((name, rule, value.get(name)?)));
            pairs
                .for_each(|(name, rule, value)| check(rule, value, &format!("{at}/{name}"), wrong));
            true
        }
        "propertyNames" => value.as_object().is_none_or(|_names| rule["type"] == "string"),
        "additionalProperties" => {
            let values = value.as_object().into_iter().flatten();
            values.for_each(|(name, it)| check(rule, it, &format!("{at}/{name}"), wrong));
            true
        }
        "items" => {
            let items = value.as_array().into_iter().flatten().enumerate();
            items.for_each(|(n, item)| check(rule, item, &format!("{at}/{n}"), wrong));
            true
        }
        "allOf" => {
            rule.as_array().unwrap().iter().for_each(|part| conform(part, value, at, wrong));
            true
        }
        "oneOf" => {
            let fits = |part: &&Value| {
                let mut inside = Vec::new();
                check(part, value, at, &mut inside);
                inside.is_empty()
            };
            rule.as_array().unwrap().iter().filter(fits).count() == 1
        }
        silent => {
            assert!(SILENT.contains(&silent), "teach the judge what `{silent}` means");
            true
        }
    }
}

fn is(kind: &Value, value: &Value) -> bool {
    match kind.as_str().unwrap() {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("teach the judge what a {other} is"),
    }
}

fn has_all(names: &Value, object: &Map<String, Value>) -> bool {
    names.as_array().unwrap().iter().all(|name| object.contains_key(name.as_str().unwrap()))
}

fn has_format(format: &str, text: &str) -> bool {
    match format {
        "date-time" => text.ends_with('Z') && text.parse::<jiff::Timestamp>().is_ok(),
        "uuid" => text.len() == 36 && text.matches('-').count() == 4,
        "uri" => reqwest::Url::parse(text).is_ok(),
        other => panic!("teach the judge the format {other}"),
    }
}
