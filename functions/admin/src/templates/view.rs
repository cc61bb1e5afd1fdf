//! What the routes of the templates answer.

use jiff::Timestamp;
use serde::Serialize;
use shared::domain::id::TemplateCheckId;
use shared::domain::live_check::{LiveCheck, LiveState, Verdict};
use shared::domain::results::Conclusion;
use shared::domain::template::TemplateKey;
use shared::domain::template_health::{HealthCode, Inspected, Inspection, Reached};
use utoipa::ToSchema;

/// How templates stand.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TemplateHealth)]
pub(crate) struct Health {
    /// Whether all templates are.
    ok: bool,
    mode: Mode,
    /// Of a request to try templates out, its number.
    id: Option<TemplateCheckId>,
    /// `complete`, or `running` while some are still tried out.
    status: Progress,
    templates: Vec<Examined>,
}

/// How templates are checked.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = TemplateHealthMode)]
enum Mode {
    Static,
    Live,
}

/// How far a check is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = TemplateHealthStatus)]
enum Progress {
    Waiting,
    Running,
    Complete,
}

/// How one template stands.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TemplateHealthItem)]
struct Examined {
    template_key: TemplateKey,
    repo_full_name: String,
    workflow_file: String,
    /// The default branch, if it can be used.
    default_branch: Option<String>,
    /// Whether nothing is wrong; false while that is not known.
    ok: bool,
    /// What is wrong.
    errors: Vec<HealthCode>,
    checks: Checks,
    mode: Mode,
    /// GitHub's number for the run.
    workflow_run_id: Option<u64>,
    /// How the run ended.
    workflow_conclusion: Option<Conclusion>,
    /// The artifact that the results were looked for in, in its own case.
    artifact_name_found: Option<String>,
    status: Progress,
    /// When this was found.
    checked_at: Option<Timestamp>,
    /// How long ago that is.
    age_seconds: Option<u64>,
}

/// What was found by looking at a template.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = TemplateHealthChecks)]
#[expect(clippy::struct_excessive_bools, reason = "the form is the contract's")]
struct Checks {
    repo_reachable: bool,
    /// The default branch as GitHub names it, whether it can be used or not.
    default_branch: Option<String>,
    default_branch_usable: bool,
    workflow_file_exists: bool,
    workflow_has_upload_artifact: bool,
    workflow_has_artifact_name: bool,
    workflow_has_test_results_json: bool,
}

impl Health {
    /// Templates that were looked at for `workflow_file`, as is told at `now`.
    pub(crate) fn looked_at(found: &[Inspected], workflow_file: &str, now: Timestamp) -> Self {
        let item = |found: &Inspected| Examined {
            errors: found.inspection.errors.clone(),
            ok: found.inspection.errors.is_empty(),
            checked_at: Some(found.at),
            age_seconds: Some(age(found.at, now)),
            ..Examined::new(found.template, workflow_file, &found.inspection)
        };
        let templates: Vec<_> = found.iter().map(item).collect();
        Self::of(templates, Mode::Static, None)
    }

    /// Templates that are tried out, as is told at `now`.
    pub(crate) fn tried(checks: &[LiveCheck], now: Timestamp) -> Self {
        let templates: Vec<_> = checks.iter().map(|check| Examined::tried(check, now)).collect();
        Self::of(templates, Mode::Live, checks.first().map(|check| check.check))
    }

    fn of(templates: Vec<Examined>, mode: Mode, id: Option<TemplateCheckId>) -> Self {
        let complete = templates.iter().all(|template| template.status == Progress::Complete);
        Self {
            ok: templates.iter().all(|template| template.ok),
            mode,
            id,
            status: if complete { Progress::Complete } else { Progress::Running },
            templates,
        }
    }
}

impl Examined {
    /// A template that was looked at, and of which nothing else is said yet.
    fn new(template: TemplateKey, workflow_file: &str, inspection: &Inspection) -> Self {
        Self {
            template_key: template,
            repo_full_name: template.repository().to_string(),
            workflow_file: workflow_file.to_owned(),
            default_branch: inspection.usable_branch().map(ToOwned::to_owned),
            ok: false,
            errors: Vec::new(),
            checks: Checks::from(inspection),
            mode: Mode::Static,
            workflow_run_id: None,
            workflow_conclusion: None,
            artifact_name_found: None,
            status: Progress::Complete,
            checked_at: None,
            age_seconds: None,
        }
    }

    fn tried(check: &LiveCheck, now: Timestamp) -> Self {
        let template = Self {
            mode: Mode::Live,
            workflow_run_id: check.run(),
            ..Self::new(check.template, &check.workflow_file, &check.inspection)
        };
        match &check.state {
            LiveState::Waiting if check.began_at.is_none() => {
                Self { status: Progress::Waiting, ..template }
            }
            LiveState::Waiting
            | LiveState::Asked { .. }
            | LiveState::Accepted { .. }
            | LiveState::Running { .. } => Self { status: Progress::Running, ..template },
            LiveState::Over { at, verdict } => {
                let Verdict { conclusion, artifact, errors, .. } = verdict;
                Self {
                    ok: errors.is_empty(),
                    errors: errors.clone(),
                    workflow_conclusion: *conclusion,
                    artifact_name_found: artifact.clone(),
                    checked_at: Some(*at),
                    age_seconds: Some(age(*at, now)),
                    ..template
                }
            }
        }
    }
}

impl From<&Inspection> for Checks {
    fn from(found: &Inspection) -> Self {
        Self {
            repo_reachable: found.reached >= Reached::Repository,
            default_branch: found.default_branch.clone(),
            default_branch_usable: found.reached >= Reached::Branch,
            workflow_file_exists: found.reached >= Reached::WorkflowFile,
            workflow_has_upload_artifact: found
                .workflow_is_free_of(HealthCode::WorkflowMissingUploadArtifact),
            workflow_has_artifact_name: found
                .workflow_is_free_of(HealthCode::WorkflowMissingArtifactName),
            workflow_has_test_results_json: found
                .workflow_is_free_of(HealthCode::WorkflowMissingTestResultsJson),
        }
    }
}

/// Whole seconds from `at` until `now`.
fn age(at: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(now.duration_since(at).as_secs()).unwrap_or(0)
}
