//! A report's own summary: an object of whatever the tests like to say, kept without secrets.

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::domain::redaction::{REDACTED, names_secret, redact};
use crate::domain::results::SUMMARY_BYTES_MAX;

/// The text of the summary without secrets, if it is an object of at most 4,096 bytes.
///
/// It is read before it is redacted: in the text an escape (`\u0067hp_…`) would hide a secret that
/// stands there for every reader.
pub(crate) fn clean(value: &RawValue) -> Option<String> {
    if value.get().len() > SUMMARY_BYTES_MAX {
        return None;
    }
    let object: Map<String, Value> = serde_json::from_str(value.get()).ok()?;
    let text = serde_json::to_string(&without_secrets(object, Told::Openly)).ok()?;
    (text.len() <= SUMMARY_BYTES_MAX).then_some(text)
}

/// Under what name a value stands.
#[derive(Clone, Copy)]
enum Told {
    Openly,
    /// Under the name of a secret, near or far above it.
    AsSecret,
}

fn without_secrets(object: Map<String, Value>, told: Told) -> Map<String, Value> {
    let clean = object.into_iter().map(|(name, value)| {
        let told = if names_secret(&name) { Told::AsSecret } else { told };
        (redact(&name), cleaned(value, told))
    });
    clean.collect()
}

fn cleaned(value: Value, told: Told) -> Value {
    match (value, told) {
        (Value::Object(object), told) => Value::Object(without_secrets(object, told)),
        (Value::Array(values), told) => {
            Value::Array(values.into_iter().map(|value| cleaned(value, told)).collect())
        }
        (Value::String(_) | Value::Number(_), Told::AsSecret) => REDACTED.into(),
        (Value::String(text), Told::Openly) => redact(&text).into(),
        (value @ (Value::Null | Value::Bool(_) | Value::Number(_)), _) => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned_text(text: &str) -> Option<String> {
        clean(&RawValue::from_string(text.to_owned()).unwrap())
    }

    fn check(cases: &[(&str, &str)]) {
        for (text, expected) in cases {
            assert_eq!(cleaned_text(text).as_deref(), Some(*expected), "{text}");
        }
    }

    #[test]
    fn secrets_go_from_every_depth_from_names_and_from_behind_escapes() {
        check(&[
            (r#"{"a":[{"b":"x ghp_0123456789"}]}"#, r#"{"a":[{"b":"x [redacted]"}]}"#),
            (r#"{"a":"\u0067hp_0123456789"}"#, r#"{"a":"[redacted]"}"#),
            (r#"{"\u0067ithub_pat_0123456789":1}"#, r#"{"[redacted]":1}"#),
            (r#"{"env":"{\"token\": \"a\"}"}"#, r#"{"env":"{\"token\": \"[redacted]\"}"}"#),
            (r#"{"env":"PASSWORD=hunter2"}"#, r#"{"env":"PASSWORD=[redacted]"}"#),
        ]);
    }

    #[test]
    fn what_has_the_name_of_a_secret_goes_whatever_it_looks_like() {
        check(&[
            (r#"{"password":1234,"token":null}"#, r#"{"password":"[redacted]","token":null}"#),
            (r#"{"Api_Key":["a",{"b":"c"}]}"#, r#"{"Api_Key":["[redacted]",{"b":"[redacted]"}]}"#),
            (r#"{"client\u0053ecret":"x"}"#, r#"{"clientSecret":"[redacted]"}"#),
        ]);
    }

    #[test]
    fn honest_words_and_numbers_stay() {
        let honest = r#"{"cases":[{"name":"tokens are counted","passed":true}],"tokens":12}"#;
        assert_eq!(cleaned_text(honest).as_deref(), Some(honest));
    }

    #[test]
    fn what_is_no_object_is_too_long_or_nests_too_deep_is_left_out() {
        assert_eq!(cleaned_text("[1]"), None);
        let of = |length: usize| cleaned_text(&format!(r#"{{"text":"{}"}}"#, "x".repeat(length)));
        assert_eq!(of(4_086), None);
        assert_eq!(of(4_085).map(|text| text.len()), Some(4_096));
        let deep = format!(r#"{{"a":{}{}}}"#, "[".repeat(200), "]".repeat(200));
        assert_eq!(cleaned_text(&deep), None);
    }
}
