//! What kind of value stands where: a number is never a string.

use serde_json::Value;

/// JSON's word for the kind of `value`.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// Each of `fields` is there, as the kind that stands beside it.
pub fn reads(value: &Value, fields: &[(&str, &str)]) {
    let fields = fields.iter().map(|(name, kind)| ((*name).to_owned(), (*kind).to_owned()));
    let expected: Vec<(String, String)> = fields.collect();
    let found = expected.iter().map(|(name, _)| {
        let found = value.get(name).map_or("absent", kind);
        (name.clone(), found.to_owned())
    });
    assert_eq!(found.collect::<Vec<_>>(), expected, "{value:#}");
}
