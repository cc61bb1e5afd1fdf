//! What a template repository shows without anything being run.

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use reqwest::Method;
use serde::Deserialize;

use crate::domain::repository::RepositoryName;
use crate::github::GitHub;
use crate::github::error::GitHubError;

/// GitHub pads what it encodes; a file without padding is read all the same.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

#[derive(Deserialize)]
struct WireTemplate {
    default_branch: Option<String>,
}

/// A branch; what it holds does not matter, only that it is one.
#[derive(Deserialize)]
struct WireBranch {
    #[serde(rename = "commit")]
    _commit: WireCommit,
}

#[derive(Deserialize)]
struct WireCommit {}

#[derive(Deserialize)]
struct WireFile {
    content: Option<String>,
    encoding: Option<String>,
}

impl GitHub {
    /// The name of the repository's default branch as GitHub tells it; empty where it tells none.
    pub async fn default_branch(&self, repository: &RepositoryName) -> Result<String, GitHubError> {
        let path = ["repos", repository.owner(), repository.name()];
        let answer = self.call("read a repository", Method::GET, &path)?.send().await?;
        let template: WireTemplate = answer.read()?;
        Ok(template.default_branch.unwrap_or_default())
    }

    /// Succeeds when the repository has the branch, and there is a commit on it.
    pub async fn require_branch(
        &self,
        repository: &RepositoryName,
        branch: &str,
    ) -> Result<(), GitHubError> {
        let path = ["repos", repository.owner(), repository.name(), "branches", branch];
        let answer = self.call("read a branch", Method::GET, &path)?.send().await?;
        answer.read::<WireBranch>().map(|_branch| ())
    }

    /// The text of a file of `.github/workflows` on `branch`; none if it is empty, or if what GitHub
    /// sends is no text. A file that is not there is an error.
    pub async fn workflow_text(
        &self,
        repository: &RepositoryName,
        file: &str,
        branch: &str,
    ) -> Result<Option<String>, GitHubError> {
        let (owner, name) = (repository.owner(), repository.name());
        let path = ["repos", owner, name, "contents", ".github", "workflows", file];
        let call = self.call("read a workflow", Method::GET, &path)?.query(&[("ref", branch)]);
        Ok(call.send().await?.read::<WireFile>()?.text())
    }
}

impl WireFile {
    fn text(self) -> Option<String> {
        let content = self.content?;
        let text = match self.encoding.as_deref() {
            None | Some("") => content,
            Some("base64") => {
                let content: String = content.split_whitespace().collect();
                String::from_utf8_lossy(&BASE64.decode(content).ok()?).into_owned()
            }
            Some(_other) => return None,
        };
        (!text.trim().is_empty()).then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(content: Option<&str>, encoding: Option<&str>) -> Option<String> {
        let owned = |text: Option<&str>| text.map(ToOwned::to_owned);
        WireFile { content: owned(content), encoding: owned(encoding) }.text()
    }

    #[test]
    fn a_file_is_read_from_wrapped_base64_and_as_it_is_without_an_encoding() {
        assert_eq!(text(Some("bmFt\nZTog Q0k=\n"), Some("base64")).as_deref(), Some("name: CI"));
        assert_eq!(text(Some("name: CI"), None).as_deref(), Some("name: CI"));
        // A byte that is no UTF-8 costs itself.
        assert_eq!(text(Some("QUL/"), Some("base64")).as_deref(), Some("AB\u{fffd}"));
    }

    #[test]
    fn an_empty_file_and_what_is_no_base64_cannot_be_read() {
        for (content, encoding) in [
            (Some(""), Some("base64")),
            (Some(" \n"), None),
            (Some("bmFt-ZTog"), Some("base64")),
            (Some("b"), Some("base64")),
            (Some("name: CI"), Some("none")),
            (None, Some("base64")),
        ] {
            assert_eq!(text(content, encoding), None, "{content:?} {encoding:?}");
        }
    }
}
