//! What every report of a test run keeps to, whatever it was read from.

use shared::domain::redaction::redact;
use shared::domain::results::{OUTPUT_CHARS_MAX, Output, SUMMARY_BYTES_MAX, TestReport};

/// Fails on a report that breaks a limit, that holds a secret, or that the table could not give back.
pub fn check(report: &TestReport) {
    for output in [&report.stdout, &report.stderr].into_iter().flatten() {
        assert!(output.text.chars().count() <= OUTPUT_CHARS_MAX);
        check_clean(output);
    }
    if let Some(summary) = &report.summary {
        assert!(summary.len() <= SUMMARY_BYTES_MAX);
        let value: serde_json::Value = serde_json::from_str(summary).expect("a summary is JSON");
        assert!(value.is_object());
    }
    let kept = serde_json::to_string(report).expect("a report can be kept");
    assert_eq!(
        &serde_json::from_str::<TestReport>(&kept).expect("a report can be read again"),
        report
    );
}

/// Fails on an output in which there is still a token of GitHub's.
fn check_clean(output: &Output) {
    check_redacted(&output.text);
}

/// Fails on a text in which there is still a token of GitHub's after it was redacted.
pub fn check_redacted(text: &str) {
    let bytes = text.as_bytes();
    for (at, window) in bytes.windows(14).enumerate() {
        let [b'g', b'h', kind, b'_', rest @ ..] = window else { continue };
        let is_token = b"pousr".contains(kind) && rest.iter().all(u8::is_ascii_alphanumeric);
        assert!(!is_token, "a token stands at {at} of {text:?}");
    }
    // What is clean stays as it is: redacting twice is redacting once.
    let again = redact(text);
    assert_eq!(redact(&again), again);
}
