//! What came back, and whether it is what the contract promises.

use std::time::Duration;

use reqwest::header::HeaderMap;
use serde_json::{Value, json};

/// The most of a body that a failed check shows, in characters.
const SHOWN_CHARS_MAX: usize = 500;

/// An answer that is not the expected one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Surprise {
    /// What should have come, to be read after "expected".
    pub(super) expected: String,
}

impl Surprise {
    pub(super) fn new(expected: impl Into<String>) -> Self {
        Self { expected: expected.into() }
    }
}

/// An answer, read to its end.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    /// Null when it is not JSON.
    pub(super) body: Value,
    pub(super) text: String,
    /// From the first byte sent to the last one read.
    pub(super) took: Duration,
}

impl Answer {
    /// The status is `status`.
    pub(super) fn is(&self, status: u16) -> Result<(), Surprise> {
        let is = self.status == status;
        is.then_some(()).ok_or_else(|| Surprise::new(format!("the status {status}")))
    }

    /// The answer says that somebody else is not well, and that the same may succeed later.
    pub(super) fn is_for_the_moment(&self) -> bool {
        self.status >= 500 && self.body.get("retryable") == Some(&Value::Bool(true))
    }

    /// The answer refuses, in the one shape of every error, with this code.
    pub(super) fn refuses(&self, status: u16, code: &str) -> Result<(), Surprise> {
        self.is(status)?;
        self.shows(&json!({ "status": status, "errorCode": code }))?;
        self.text("/detail")?;
        Ok(())
    }

    /// The body has at least these fields with these values, at every depth.
    pub(super) fn shows(&self, fields: &Value) -> Result<(), Surprise> {
        let shows = includes(&self.body, fields);
        shows.then_some(()).ok_or_else(|| Surprise::new(format!("a body with {fields}")))
    }

    /// The number at a JSON pointer.
    pub(super) fn number(&self, pointer: &str) -> Result<u64, Surprise> {
        let number = self.body.pointer(pointer).and_then(Value::as_u64);
        number.ok_or_else(|| Surprise::new(format!("a number at `{pointer}`")))
    }

    /// The text at a JSON pointer; an empty one is none.
    pub(super) fn text(&self, pointer: &str) -> Result<String, Surprise> {
        let text = self.body.pointer(pointer).and_then(Value::as_str);
        let text = text.filter(|text| !text.is_empty());
        text.map(ToOwned::to_owned).ok_or_else(|| Surprise::new(format!("a text at `{pointer}`")))
    }

    /// The elements of the list at a JSON pointer.
    pub(super) fn list(&self, pointer: &str) -> Result<&[Value], Surprise> {
        let list = self.body.pointer(pointer).and_then(Value::as_array);
        list.map(Vec::as_slice).ok_or_else(|| Surprise::new(format!("a list at `{pointer}`")))
    }

    /// The first element of the list at a JSON pointer that has at least these fields.
    pub(super) fn row(&self, pointer: &str, fields: &Value) -> Result<Option<&Value>, Surprise> {
        Ok(self.list(pointer)?.iter().find(|row| includes(row, fields)))
    }

    /// The answer came within `limit`.
    pub(super) fn within(&self, limit: Duration) -> Result<(), Surprise> {
        let ms = limit.as_millis();
        let in_time = self.took < limit;
        in_time.then_some(()).ok_or_else(|| Surprise::new(format!("an answer within {ms} ms")))
    }

    /// The header is there.
    pub(super) fn has_header(&self, name: &str) -> Result<(), Surprise> {
        let has = self.headers.contains_key(name);
        has.then_some(()).ok_or_else(|| Surprise::new(format!("the header `{name}`")))
    }

    /// The web client reads nothing else as JSON.
    pub(super) fn is_json(&self) -> Result<(), Surprise> {
        let kind = self.headers.get("content-type").and_then(|kind| kind.to_str().ok());
        let says_so = kind.is_some_and(|kind| kind.contains("application/json"));
        let reads = says_so && !self.body.is_null();
        reads.then_some(()).ok_or_else(|| Surprise::new("a body that is JSON and says so"))
    }

    /// Status, time and body in one line, as a failed check shows them.
    pub(super) fn in_short(&self) -> String {
        let body: String = self.text.chars().take(SHOWN_CHARS_MAX).collect();
        let cut = if body.len() < self.text.len() { "…" } else { "" };
        format!("{} after {} ms: {body}{cut}", self.status, self.took.as_millis())
    }
}

/// Whether `value` has at least what `part` has; lists have the same length.
pub(super) fn includes(value: &Value, part: &Value) -> bool {
    match (value, part) {
        (Value::Object(value), Value::Object(part)) => part
            .iter()
            .all(|(name, part)| value.get(name).is_some_and(|value| includes(value, part))),
        (Value::Array(value), Value::Array(part)) => {
            value.len() == part.len()
                && value.iter().zip(part).all(|(value, part)| includes(value, part))
        }
        (value, part) => value == part,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &Value) -> Answer {
        Answer {
            status,
            headers: HeaderMap::new(),
            body: body.clone(),
            text: body.to_string(),
            took: Duration::from_millis(12),
        }
    }

    #[test]
    fn an_answer_may_have_more_than_what_is_expected_and_never_less() {
        let body =
            json!({ "id": 7, "progress": { "completed": 1, "total": 5 }, "tasks": [{ "id": 8 }] });
        let answer = answer(200, &body);

        assert_eq!(answer.shows(&json!({ "progress": { "completed": 1 } })), Ok(()));
        assert_eq!(answer.shows(&json!({ "tasks": [{}] })), Ok(()));
        let expected = |text: &str| Err(Surprise::new(text));
        assert_eq!(answer.shows(&json!({ "id": 8 })), expected(r#"a body with {"id":8}"#));
        assert_eq!(answer.shows(&json!({ "tasks": [] })), expected(r#"a body with {"tasks":[]}"#));
        assert_eq!(
            answer.shows(&json!({ "name": null })),
            expected(r#"a body with {"name":null}"#)
        );
    }

    #[test]
    fn a_refusal_has_its_status_its_code_and_a_text_for_people() {
        let body =
            json!({ "status": 404, "errorCode": "TASK_NOT_FOUND", "detail": "Task not found" });

        assert_eq!(answer(404, &body).refuses(404, "TASK_NOT_FOUND"), Ok(()));
        assert_eq!(
            answer(404, &body).refuses(410, "TASK_NOT_FOUND"),
            Err(Surprise::new("the status 410"))
        );
        let listed = json!({ "status": 404, "errorCode": "TASK_NOT_FOUND", "detail": [] });
        assert_eq!(
            answer(404, &listed).refuses(404, "TASK_NOT_FOUND"),
            Err(Surprise::new("a text at `/detail`"))
        );
    }

    #[test]
    fn a_row_is_found_by_what_it_has() {
        let answer = answer(200, &json!({ "items": [{ "id": 1 }, { "id": 2, "day": 5 }] }));

        let found = answer.row("/items", &json!({ "id": 2 })).unwrap();
        assert_eq!(found, Some(&json!({ "id": 2, "day": 5 })));
        assert_eq!(answer.row("/items", &json!({ "id": 3 })), Ok(None));
        assert_eq!(answer.row("", &json!({})), Err(Surprise::new("a list at ``")));
    }

    #[test]
    fn a_long_body_is_cut_where_it_is_shown() {
        let shown = answer(500, &json!("x".repeat(600))).in_short();

        assert_eq!(shown, format!("500 after 12 ms: \"{}…", "x".repeat(499)));
    }
}
