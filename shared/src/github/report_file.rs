//! A report as JSON: `passed`, `failed`, `total`, and if it likes `stdout`, `stderr`, `summary`.

use std::fmt;

use serde::de::{Error, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::domain::results::{OUTPUT_CHARS_MAX, Output, TestReport};
use crate::github::archive::Corrupt;
use crate::github::summary;

/// The fields, still as text: an odd one is then told apart from a missing one, and whatever else the
/// file holds is skipped without being built.
#[derive(Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    passed: Option<&'a RawValue>,
    #[serde(borrow)]
    failed: Option<&'a RawValue>,
    #[serde(borrow)]
    total: Option<&'a RawValue>,
    #[serde(borrow)]
    stdout: Option<&'a RawValue>,
    #[serde(borrow)]
    stderr: Option<&'a RawValue>,
    #[serde(borrow)]
    summary: Option<&'a RawValue>,
}

/// The report in the file that bears the agreed name, where a missing count is 0. None if the file is
/// no object or an empty one; corrupt if a count is anything but an integer of 0 to 2^32 − 1.
pub fn named(text: &str) -> Result<Option<TestReport>, Corrupt> {
    fields(text).map(|fields| fields.report()).transpose()
}

/// The report in a file of any name, if it has all three counts.
pub fn with_all_counts(text: &str) -> Result<Option<TestReport>, Corrupt> {
    fields(text)
        .filter(|fields| {
            fields.passed.is_some() && fields.failed.is_some() && fields.total.is_some()
        })
        .map(|fields| fields.report())
        .transpose()
}

fn fields(text: &str) -> Option<Fields<'_>> {
    let inside = text.trim().strip_prefix('{')?;
    if inside.trim_start().starts_with('}') {
        return None;
    }
    serde_json::from_str(text.trim()).ok()
}

impl Fields<'_> {
    fn report(&self) -> Result<TestReport, Corrupt> {
        Ok(TestReport {
            passed: count(self.passed)?,
            failed: count(self.failed)?,
            total: count(self.total)?,
            stdout: self.stdout.and_then(output),
            stderr: self.stderr.and_then(output),
            summary: self.summary.and_then(summary::clean),
            artifact_name: String::new(),
        })
    }
}

fn count(value: Option<&RawValue>) -> Result<u32, Corrupt> {
    let Some(value) = value else { return Ok(0) };
    serde_json::from_str(value.get()).map_err(|_not_a_count| Corrupt)
}

/// The stream, if it is a string.
fn output(value: &RawValue) -> Option<Output> {
    let text: AnyText = serde_json::from_str(value.get()).ok()?;
    Some(Output::cut(&text.0, OUTPUT_CHARS_MAX))
}

/// A JSON string that may hold half of a surrogate pair, as Python writes for bytes it could not
/// decode; such a half becomes a replacement character.
struct AnyText(String);

impl<'de> Deserialize<'de> for AnyText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Bytes;

        impl Visitor<'_> for Bytes {
            type Value = AnyText;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a string")
            }

            fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<AnyText, E> {
                Ok(AnyText(String::from_utf8_lossy(bytes).into_owned()))
            }
        }

        deserializer.deserialize_bytes(Bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(text: &str) -> Result<Option<(u32, u32, u32)>, Corrupt> {
        named(text).map(|report| report.map(|report| (report.passed, report.failed, report.total)))
    }

    #[test]
    fn a_full_report_is_read_whole() {
        let text = r#" {"passed": 3, "failed": 1, "total": 4, "stdout": "ok\n",
            "stderr": "token=abc", "summary": {"suite": "api"}, "more": [1, {"passed": 9}]}"#;

        let expected = TestReport {
            passed: 3,
            failed: 1,
            total: 4,
            stdout: Some(Output { text: "ok\n".to_owned(), truncated: false }),
            stderr: Some(Output { text: "token=[redacted]".to_owned(), truncated: false }),
            summary: Some(r#"{"suite":"api"}"#.to_owned()),
            artifact_name: String::new(),
        };
        assert_eq!(named(text), Ok(Some(expected)));
    }

    #[test]
    fn a_missing_count_is_zero_in_the_named_file_and_disqualifies_any_other() {
        assert_eq!(counts(r#"{"passed": 2, "failed": null}"#), Ok(Some((2, 0, 0))));
        assert_eq!(with_all_counts(r#"{"passed": 2, "failed": 0}"#), Ok(None));
        assert!(with_all_counts(r#"{"passed": 2, "failed": 0, "total": 2}"#).unwrap().is_some());
    }

    #[test]
    fn what_is_no_filled_object_is_no_report() {
        for text in
            ["", "{", "{}", "{ }", "[1,2,3,4,5,6]", "null", "3", r#"{"passed":1,"passed":2}"#]
        {
            assert_eq!(named(text), Ok(None), "{text}");
        }
    }

    #[test]
    fn a_count_that_is_no_whole_number_makes_the_report_corrupt() {
        for odd in ["-1", "1.0", "1.9", "1e3", "true", r#""3""#, "[1]", "{}", "4294967296"] {
            assert_eq!(counts(&format!(r#"{{"passed": {odd}}}"#)), Err(Corrupt), "{odd}");
        }
        assert_eq!(counts(r#"{"total": 4294967295}"#), Ok(Some((0, 0, 4_294_967_295))));
        assert_eq!(counts(r#"{"total": NaN}"#), Ok(None));
    }

    #[test]
    fn odd_streams_are_left_out() {
        let report = named(r#"{"total": 1, "stdout": 7, "stderr": null}"#).unwrap().unwrap();
        assert_eq!((report.stdout, report.stderr), (None, None));
    }

    #[test]
    fn half_a_surrogate_pair_does_not_cost_the_stream() {
        let report = named(r#"{"total": 1, "stdout": "a\ud800b"}"#).unwrap().unwrap();

        assert!(report.stdout.unwrap().text.starts_with('a'));
    }
}
