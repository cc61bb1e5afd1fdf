//! Whether a template repository can do what a simulation needs of it: be copied, be tested, and
//! leave results that can be read.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::template::TemplateKey;

/// How long a result that will not change by itself is shown again.
const KEPT: SignedDuration = SignedDuration::from_mins(5);
/// How long a result is shown again that may be another one soon: GitHub was away, slow or had had
/// enough of us.
const KEPT_BRIEFLY: SignedDuration = SignedDuration::from_secs(30);

/// What a template's workflow must mention: the action that keeps results, a name they go by, and the
/// file they are in. Case does not matter.
const UPLOAD_ACTION: &str = "actions/upload-artifact";
const ARTIFACT_NAMES: [&str; 3] = ["tenon-test-results", "test-results", "junit"];
const RESULTS_FILE: &str = "tenon-test-results.json";

/// What is wrong with a template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthCode {
    GithubForbidden,
    GithubRateLimited,
    RepoNotFound,
    RepoUnreachable,
    DefaultBranchMissing,
    DefaultBranchUnusable,
    WorkflowFileMissing,
    WorkflowFileUnreadable,
    WorkflowMissingUploadArtifact,
    WorkflowMissingArtifactName,
    WorkflowMissingTestResultsJson,
    WorkflowDispatchFailed,
    WorkflowRunTimeout,
    ArtifactMissing,
    ArtifactLegacyNameSimuhire,
    ArtifactZipMissingTestResultsJson,
    TestResultsJsonInvalidSchema,
    WorkflowRunNotSuccess,
}

impl HealthCode {
    /// The code as it is answered and printed.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GithubForbidden => "github_forbidden",
            Self::GithubRateLimited => "github_rate_limited",
            Self::RepoNotFound => "repo_not_found",
            Self::RepoUnreachable => "repo_unreachable",
            Self::DefaultBranchMissing => "default_branch_missing",
            Self::DefaultBranchUnusable => "default_branch_unusable",
            Self::WorkflowFileMissing => "workflow_file_missing",
            Self::WorkflowFileUnreadable => "workflow_file_unreadable",
            Self::WorkflowMissingUploadArtifact => "workflow_missing_upload_artifact",
            Self::WorkflowMissingArtifactName => "workflow_missing_artifact_name",
            Self::WorkflowMissingTestResultsJson => "workflow_missing_test_results_json",
            Self::WorkflowDispatchFailed => "workflow_dispatch_failed",
            Self::WorkflowRunTimeout => "workflow_run_timeout",
            Self::ArtifactMissing => "artifact_missing",
            Self::ArtifactLegacyNameSimuhire => "artifact_legacy_name_simuhire",
            Self::ArtifactZipMissingTestResultsJson => "artifact_zip_missing_test_results_json",
            Self::TestResultsJsonInvalidSchema => "test_results_json_invalid_schema",
            Self::WorkflowRunNotSuccess => "workflow_run_not_success",
        }
    }
}

impl fmt::Display for HealthCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How far an inspection came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Reached {
    /// Nothing was found.
    Nothing,
    /// The repository is there.
    Repository,
    /// Its default branch is there, too.
    Branch,
    /// And so is the workflow's file.
    WorkflowFile,
    /// Whose text was read.
    WorkflowText,
}

/// Whether looking again soon may find something else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Certainty {
    /// It stays as it is until somebody changes the template.
    Settled,
    /// GitHub was away, slow or had had enough of us.
    MayHeal,
}

/// What was found by looking at a template, without running anything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inspection {
    /// How far it came.
    pub reached: Reached,
    /// The default branch as GitHub names it, whether it can be used or not.
    pub default_branch: Option<String>,
    /// What is wrong; nothing is wrong with a template that has none.
    pub errors: Vec<HealthCode>,
    /// Whether looking again may help.
    pub certainty: Certainty,
}

impl Inspection {
    /// An inspection before it has found anything.
    pub const fn begun() -> Self {
        let (reached, certainty) = (Reached::Nothing, Certainty::Settled);
        Self { reached, default_branch: None, errors: Vec::new(), certainty }
    }

    /// The inspection when it has come this far.
    pub fn at(mut self, reached: Reached) -> Self {
        self.reached = reached;
        self
    }

    /// The inspection when it ends here because of `error`.
    pub fn failed(mut self, error: HealthCode, certainty: Certainty) -> Self {
        self.errors = vec![error];
        self.certainty = certainty;
        self
    }

    /// The inspection after the workflow's text was read: all three rules are looked at.
    pub fn judged(mut self, workflow: &str) -> Self {
        let workflow = workflow.to_lowercase();
        let mut missing = |found: bool, error| {
            if !found {
                self.errors.push(error);
            }
        };
        missing(workflow.contains(UPLOAD_ACTION), HealthCode::WorkflowMissingUploadArtifact);
        let named = ARTIFACT_NAMES.iter().any(|name| workflow.contains(name));
        missing(named, HealthCode::WorkflowMissingArtifactName);
        missing(workflow.contains(RESULTS_FILE), HealthCode::WorkflowMissingTestResultsJson);
        self.reached = Reached::WorkflowText;
        self
    }

    /// The default branch, if a workflow can run on it.
    pub fn usable_branch(&self) -> Option<&str> {
        self.default_branch.as_deref().filter(|_| self.reached >= Reached::Branch)
    }

    /// Whether the workflow's text was read and is not found wanting in this.
    pub fn workflow_is_free_of(&self, error: HealthCode) -> bool {
        self.reached == Reached::WorkflowText && !self.errors.contains(&error)
    }

    /// How long the result is shown again.
    const fn kept(&self) -> SignedDuration {
        match self.certainty {
            Certainty::Settled => KEPT,
            Certainty::MayHeal => KEPT_BRIEFLY,
        }
    }
}

/// What was found of one template, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Inspected {
    /// Which template.
    pub template: TemplateKey,
    /// When it was looked at.
    pub at: Timestamp,
    /// What was found.
    pub inspection: Inspection,
}

impl Inspected {
    /// Whether this may be shown again at `now`: 5 minutes, or 30 seconds when it may heal.
    pub fn is_fresh(&self, now: Timestamp) -> bool {
        now.duration_since(self.at) < self.inspection.kept()
    }
}

/// What is known of all templates, as looked at for one workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HealthReport {
    /// The file in `.github/workflows` that was looked for.
    pub workflow_file: String,
    /// Every template that was looked at, in catalog order.
    pub templates: Vec<Inspected>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(workflow: &str) -> Vec<&'static str> {
        let judged = Inspection::begun().judged(workflow);
        judged.errors.into_iter().map(HealthCode::as_str).collect()
    }

    #[test]
    fn a_workflow_must_keep_its_results_name_them_and_write_the_file() {
        let good = "uses: Actions/Upload-Artifact@v4\nname: JUnit\npath: TENON-TEST-RESULTS.JSON";
        assert_eq!(codes(good), Vec::<&str>::new());
        let all = [
            "workflow_missing_upload_artifact",
            "workflow_missing_artifact_name",
            "workflow_missing_test_results_json",
        ];
        assert_eq!(codes("name: CI"), all);
        assert_eq!(codes("actions/upload-artifact test-results"), all[2..]);
        assert_eq!(codes("actions/upload-artifact junit tenon-test-results.json"), [""; 0]);
        // The file's own name is one of the names.
        assert_eq!(codes("tenon-test-results.json"), all[..1]);
    }

    #[test]
    fn a_branch_can_be_used_once_it_was_found() {
        let mut inspection = Inspection::begun().at(Reached::Repository);
        inspection.default_branch = Some("main".to_owned());
        assert_eq!(inspection.usable_branch(), None);
        assert_eq!(inspection.at(Reached::Branch).usable_branch(), Some("main"));
    }

    #[test]
    fn a_result_is_shown_again_for_five_minutes_and_one_that_may_heal_for_half_of_one() {
        let at: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        let fresh_until = |certainty| {
            let inspection = Inspection::begun().failed(HealthCode::RepoUnreachable, certainty);
            let result = Inspected { template: TemplateKey::GoGin, at, inspection };
            let fresh = |seconds: &i64| result.is_fresh(at + SignedDuration::from_secs(*seconds));
            (0..=600).filter(fresh).max()
        };
        assert_eq!(fresh_until(Certainty::Settled), Some(299));
        assert_eq!(fresh_until(Certainty::MayHeal), Some(29));
    }

    #[test]
    fn every_code_is_stored_as_it_is_answered() {
        for code in [
            HealthCode::GithubForbidden,
            HealthCode::RepoNotFound,
            HealthCode::WorkflowMissingTestResultsJson,
            HealthCode::ArtifactLegacyNameSimuhire,
            HealthCode::ArtifactZipMissingTestResultsJson,
            HealthCode::TestResultsJsonInvalidSchema,
            HealthCode::WorkflowRunNotSuccess,
        ] {
            assert_eq!(serde_json::to_string(&code).unwrap(), format!("\"{code}\""));
        }
    }
}
