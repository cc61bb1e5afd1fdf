//! The one error body.

use serde_json::{Value, json};

use crate::caller::Answer;

/// An error body in full, but for `instance`. Never worth trying again.
pub fn problem(status: u16, title: &str, code: &str, detail: &str) -> Value {
    json!({
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "errorCode": code,
        "retryable": false,
    })
}

impl Answer {
    /// The body of an error without `instance`, which must be the request's id.
    pub fn problem(&self) -> Value {
        let mut body = self.body.clone();
        let instance = body.as_object_mut().and_then(|body| body.remove("instance"));
        let instance = instance.unwrap_or_else(|| panic!("an error names its request: {body:#}"));
        assert_eq!(instance.as_str(), self.header("x-tenon-request-id"));
        body
    }

    /// `pointer` and `code` of every problem of a 422.
    pub fn pointers(&self) -> Vec<(String, String)> {
        assert_eq!(self.status, 422, "{:#}", self.body);
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let errors = self.body["errors"].as_array().unwrap();
        errors.iter().map(|it| (text(&it["pointer"]), text(&it["code"]))).collect()
    }
}
