//! What a workflow run finds out: a function of the repository's content at the run's commit.
//!
//! `tests/cases.json` lists the cases; a case passes when its file contains its text.

use std::io::{Cursor, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use zip::ZipWriter;
use zip::result::ZipError;
use zip::write::SimpleFileOptions;

use crate::github::archive::Archive;
use crate::github::runs::Run;
use crate::github::uploads::Upload;

/// Where the cases are.
pub(super) const CASES_PATH: &str = "tests/cases.json";
/// The artifact a template's workflow uploads.
const ARTIFACT_NAME: &str = "tenon-test-results";
/// The file inside it.
const RESULTS_FILE: &str = "tenon-test-results.json";

/// One line of `tests/cases.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Case {
    pub name: String,
    pub file: String,
    pub contains: String,
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Results {
    /// GitHub's `conclusion`.
    pub conclusion: &'static str,
    /// What `tenon-test-results.json` holds; none when the run broke before it could write it, or
    /// when its workflow does not upload it.
    pub artifact: Option<Value>,
}

impl Results {
    /// What this run finds.
    pub(super) fn of(run: &Run, archive: &Archive) -> Self {
        let text = |path: &str| {
            let content = archive.file_at(&run.head_sha, path)?;
            Some(String::from_utf8_lossy(content).into_owned())
        };
        let workflow = text(&run.workflow_path).unwrap_or_default();
        let cases =
            text(CASES_PATH).and_then(|cases| serde_json::from_str::<Vec<Case>>(&cases).ok());
        let Some(cases) = cases else { return Self { conclusion: "failure", artifact: None } };

        let passes =
            |case: &Case| text(&case.file).is_some_and(|file| file.contains(&case.contains));
        let judged: Vec<(Case, bool)> =
            cases.into_iter().map(|case| (case.clone(), passes(&case))).collect();
        let uploads = workflow.contains("actions/upload-artifact");
        Self {
            conclusion: if judged.iter().all(|(_, passed)| *passed) {
                "success"
            } else {
                "failure"
            },
            artifact: uploads.then(|| report(&judged, run)),
        }
    }
}

impl Results {
    /// What the run uploads.
    pub(super) fn uploads(&self) -> Result<Vec<Upload>, ZipError> {
        let upload = |results| Ok(Upload::new(ARTIFACT_NAME, zipped(results)?));
        self.artifact.iter().map(upload).collect()
    }
}

fn report(judged: &[(Case, bool)], run: &Run) -> Value {
    let passed = judged.iter().filter(|(_, passed)| *passed).count();
    let verdict = |passed: &bool| if *passed { "PASS" } else { "FAIL" };
    let line = |(case, passed): &(Case, bool)| {
        format!(
            "{} {}
",
            verdict(passed),
            case.name
        )
    };
    let stdout: String = judged.iter().map(line).collect();
    let stderr: String =
        judged.iter().filter(|(_, passed)| !passed).map(|(case, _)| why(case)).collect();
    let cases: Vec<Value> = judged
        .iter()
        .map(|(case, passed)| json!({ "name": case.name, "passed": passed }))
        .collect();
    json!({
        "passed": passed,
        "failed": judged.len() - passed,
        "total": judged.len(),
        "stdout": stdout,
        "stderr": stderr,
        "summary": { "commit": run.head_sha, "inputs": run.inputs, "cases": cases },
    })
}

fn why(case: &Case) -> String {
    format!("{}: `{}` does not contain `{}`\n", case.name, case.file, case.contains)
}

/// The zip of the artifact, the same bytes for the same results.
fn zipped(results: &Value) -> Result<Vec<u8>, ZipError> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(RESULTS_FILE, SimpleFileOptions::default())?;
    zip.write_all(format!("{results:#}\n").as_bytes())?;
    Ok(zip.finish()?.into_inner())
}
