//! What a template's test run leaves: held to the letter of what every template promises, and not
//! read with the patience that candidates' work is.

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value};
use tokio::task::spawn_blocking;

use crate::domain::repository::RepositoryName;
use crate::domain::template_health::HealthCode;
use crate::github::error::GitHubError;
use crate::github::{GitHub, archive};

/// How many artifacts are listed: one full page.
const ARTIFACTS_PER_PAGE: &str = "100";
/// The artifact every template promises.
const ARTIFACT: &str = "tenon-test-results";
/// What it was called once.
const LEGACY_ARTIFACT: &str = "simuhire-test-results";
/// The longest artifact name that is kept, in characters.
const NAME_CHARS_MAX: usize = 100;

/// The artifact that results were looked for in, and what is wrong with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TemplateResults {
    /// Its name in its own case, where there is one.
    pub artifact: Option<String>,
    /// What is wrong, if anything is.
    pub error: Option<HealthCode>,
}

#[derive(Deserialize)]
struct WireArtifacts {
    artifacts: Vec<WireArtifact>,
}

#[derive(Deserialize)]
struct WireArtifact {
    id: Option<u64>,
    name: String,
    #[serde(default)]
    expired: bool,
}

impl GitHub {
    /// What the run left of the results that its template promises. An error is that the artifacts
    /// could not be listed, or the one that counts not be downloaded.
    pub async fn template_results(
        &self,
        repository: &RepositoryName,
        run_id: u64,
    ) -> Result<TemplateResults, GitHubError> {
        let (owner, name, id) = (repository.owner(), repository.name(), run_id.to_string());
        let path = ["repos", owner, name, "actions", "runs", &id, "artifacts"];
        let query = [("per_page", ARTIFACTS_PER_PAGE)];
        let call = self.call("list artifacts", Method::GET, &path)?.query(&query);
        let listed: WireArtifacts = call.send().await?.read()?;
        let (artifact, id) = match chosen(listed.artifacts) {
            Chosen::Promised(name, id) => (name, id),
            Chosen::Legacy(name) => {
                let error = Some(HealthCode::ArtifactLegacyNameSimuhire);
                return Ok(TemplateResults { artifact: Some(name), error });
            }
            Chosen::Nothing => {
                let error = Some(HealthCode::ArtifactMissing);
                return Ok(TemplateResults { artifact: None, error });
            }
        };
        let archive = self.download(repository, id).await?;
        // Inflating and parsing is work for the processor, and others share this thread.
        let file = spawn_blocking(move || archive::named_file(&archive).map(|text| judged(&text)));
        let missing = Some(HealthCode::ArtifactZipMissingTestResultsJson);
        let error = file.await.ok().flatten().unwrap_or(missing);
        Ok(TemplateResults { artifact: Some(artifact), error })
    }
}

enum Chosen {
    Promised(String, u64),
    Legacy(String),
    Nothing,
}

/// The artifact that counts; the promised name wins over the old one.
fn chosen(mut artifacts: Vec<WireArtifact>) -> Chosen {
    artifacts.retain(|artifact| !artifact.expired);
    let kept = |name: &str| name.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
    let named = |wanted: &'static str| {
        artifacts.iter().filter(move |it| it.name.eq_ignore_ascii_case(wanted))
    };
    if let Some(found) =
        named(ARTIFACT).find_map(|it| Some(Chosen::Promised(kept(&it.name), it.id?)))
    {
        return found;
    }
    if named(ARTIFACT).next().is_some() {
        return Chosen::Nothing;
    }
    named(LEGACY_ARTIFACT).next().map_or(Chosen::Nothing, |it| Chosen::Legacy(kept(&it.name)))
}

/// What is wrong with the results file, if anything is.
fn judged(text: &str) -> Option<HealthCode> {
    match serde_json::from_str(text) {
        Ok(Value::Object(results)) if fits(&results) => None,
        Ok(Value::Object(_)) => Some(HealthCode::TestResultsJsonInvalidSchema),
        Ok(_) | Err(_) => Some(HealthCode::ArtifactZipMissingTestResultsJson),
    }
}

/// Three integers, two strings, and a summary that is an object where there is one.
fn fits(results: &Map<String, Value>) -> bool {
    let has = |name: &str, like: fn(&Value) -> bool| results.get(name).is_some_and(like);
    let integer = |value: &Value| value.is_i64() || value.is_u64();
    ["passed", "failed", "total"].into_iter().all(|name| has(name, integer))
        && ["stdout", "stderr"].into_iter().all(|name| has(name, Value::is_string))
        && results.get("summary").is_none_or(|summary| summary.is_null() || summary.is_object())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"{"passed": 1, "failed": 0, "total": 1, "stdout": "", "stderr": ""}"#;

    #[test]
    fn results_have_three_integers_two_strings_and_at_most_a_summary_that_is_an_object() {
        assert_eq!(judged(GOOD), None);
        for summary in ["null", "{}", r#"{"suite": 1}"#] {
            let good = GOOD.replace('}', &format!(", \"summary\": {summary}, \"more\": 1}}"));
            assert_eq!(judged(&good), None, "{summary}");
        }
        let wrong = Some(HealthCode::TestResultsJsonInvalidSchema);
        for (from, to) in [
            ("1,", "true,"),
            ("1,", "1.0,"),
            ("1,", "\"1\","),
            ("\"failed\": 0, ", ""),
            ("\"stdout\": \"\"", "\"stdout\": null"),
            ("\"stderr\": \"\"", "\"stderr\": \"\", \"summary\": []"),
        ] {
            assert_eq!(judged(&GOOD.replacen(from, to, 1)), wrong, "{to}");
        }
        assert_eq!(judged("{}"), wrong);
    }

    #[test]
    fn what_is_no_json_object_is_no_results_file() {
        for text in ["", "{", "[]", "null", "\"passed\""] {
            assert_eq!(judged(text), Some(HealthCode::ArtifactZipMissingTestResultsJson), "{text}");
        }
    }

    #[test]
    fn the_promised_artifact_wins_over_the_old_one_and_expired_ones_are_not_there() {
        let artifact =
            |name: &str, id, expired| WireArtifact { id, name: name.to_owned(), expired };
        let told = |artifacts: Vec<WireArtifact>| match chosen(artifacts) {
            Chosen::Promised(name, id) => format!("{name} {id}"),
            Chosen::Legacy(name) => name,
            Chosen::Nothing => String::new(),
        };
        let legacy = || artifact("Simuhire-Test-Results", Some(1), false);

        assert_eq!(
            told(vec![legacy(), artifact("TENON-test-results", Some(2), false)]),
            "TENON-test-results 2"
        );
        assert_eq!(
            told(vec![legacy(), artifact("tenon-test-results", Some(2), true)]),
            "Simuhire-Test-Results"
        );
        assert_eq!(told(vec![artifact("tenon-test-results", None, false), legacy()]), "");
        assert_eq!(told(vec![artifact("test-results", Some(3), false)]), "");
    }
}
