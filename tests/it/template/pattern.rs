//! Event patterns, as EventBridge and its pipes read them, as far as ours go: a value is one of a list,
//! or begins with a prefix; what is a list in the event needs one value that does.

use serde_json::Value;

/// Whether `event` matches `pattern`.
pub(super) fn matches(pattern: &Value, event: &Value) -> bool {
    match pattern {
        Value::Object(fields) => fields.iter().all(|(name, inner)| matches(inner, &event[name])),
        Value::Array(choices) => match event {
            Value::Array(values) => values.iter().any(|value| is_one_of(choices, value)),
            value => is_one_of(choices, value),
        },
        other => unreachable!("no pattern: {other}"),
    }
}

fn is_one_of(choices: &[Value], value: &Value) -> bool {
    choices.iter().any(|choice| match choice {
        Value::Object(test) => {
            assert_eq!(test.len(), 1, "{choice}");
            let prefix = test["prefix"].as_str().unwrap();
            value.as_str().is_some_and(|text| text.starts_with(prefix))
        }
        literal => literal == value,
    })
}
