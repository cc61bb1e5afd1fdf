//! What these routes answer: exactly the contract's fields.
#![expect(
    clippy::struct_field_names,
    clippy::struct_excessive_bools,
    reason = "the contract names the fields"
)]

mod workspace;

use jiff::Timestamp;
use serde::Serialize;
use shared::app::App;
use shared::domain::candidate_session::{CandidateSession, SessionStatus};
use shared::domain::id::{CandidateSessionId, SimulationId, TaskId};
use shared::domain::invite_mail::MailStatus;
use shared::domain::invite_token::InviteKeys;
use shared::domain::repository::RepositoryName;
use shared::domain::simulation::{SCENARIO, Simulation};
use shared::domain::task::{DAYS, Day, Task, TaskKind};
use shared::domain::template::TemplateKey;
use shared::flows::invite_candidate::{self, link};
use utoipa::ToSchema;

use crate::view::workspace::Workspace;

/// A simulation in the list.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SimulationRow)]
pub(crate) struct Row {
    id: SimulationId,
    title: String,
    role: String,
    tech_stack: String,
    template_key: TemplateKey,
    created_at: Timestamp,
    /// How many candidates were invited; the older name of `candidateCount`.
    num_candidates: u64,
    /// How many candidates were invited.
    candidate_count: u64,
}

impl From<&Simulation> for Row {
    fn from(simulation: &Simulation) -> Self {
        let brief = &simulation.brief;
        Self {
            id: simulation.id,
            title: brief.title.as_str().to_owned(),
            role: brief.role.as_str().to_owned(),
            tech_stack: brief.tech_stack.as_str().to_owned(),
            template_key: brief.template_key,
            created_at: simulation.created_at,
            num_candidates: simulation.candidate_count,
            candidate_count: simulation.candidate_count,
        }
    }
}

/// A new simulation.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = NewSimulation)]
pub(crate) struct Made {
    id: SimulationId,
    title: String,
    role: String,
    tech_stack: String,
    seniority: String,
    focus: String,
    template_key: TemplateKey,
    #[schema(min_items = 5, max_items = 5)]
    tasks: Vec<MadeTask>,
}

/// A day of a new simulation: the one answer with a snake-case field; the client depends on it.
#[derive(Serialize, ToSchema)]
#[schema(as = NewSimulationTask)]
struct MadeTask {
    id: TaskId,
    day_index: Day,
    r#type: TaskKind,
    title: String,
}

impl From<&Simulation> for Made {
    fn from(simulation: &Simulation) -> Self {
        let brief = &simulation.brief;
        let task = |task: Task| MadeTask {
            id: task.id,
            day_index: task.day,
            r#type: task.day.kind(),
            title: task.title,
        };
        Self {
            id: simulation.id,
            title: brief.title.as_str().to_owned(),
            role: brief.role.as_str().to_owned(),
            tech_stack: brief.tech_stack.as_str().to_owned(),
            seniority: brief.seniority.as_str().to_owned(),
            focus: brief.focus.as_str().to_owned(),
            template_key: brief.template_key,
            tasks: simulation.tasks().into_iter().map(task).collect(),
        }
    }
}

/// A simulation with its plan.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Simulation)]
pub(crate) struct Detail {
    id: SimulationId,
    title: String,
    template_key: TemplateKey,
    role: String,
    tech_stack: String,
    focus: String,
    scenario: &'static str,
    #[schema(min_items = 5, max_items = 5)]
    tasks: Vec<DetailTask>,
}

/// A day of the plan. The repository's fields are there on code days only.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = SimulationTask)]
struct DetailTask {
    id: TaskId,
    day_index: Day,
    title: String,
    r#type: TaskKind,
    description: String,
    /// Always null: nothing fills it, and the client shows that there is none.
    #[schema(value_type = Option<Object>)]
    rubric: Option<()>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    template_repo_full_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    repo_full_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, format = "uri")]
    repo_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false, format = "uri")]
    codespace_url: Option<String>,
    /// Whether every candidate finds the repository made; code days only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = bool, required = false)]
    pre_provisioned: Option<bool>,
}

impl From<&Simulation> for Detail {
    fn from(simulation: &Simulation) -> Self {
        let brief = &simulation.brief;
        Self {
            id: simulation.id,
            title: brief.title.as_str().to_owned(),
            template_key: brief.template_key,
            role: brief.role.as_str().to_owned(),
            tech_stack: brief.tech_stack.as_str().to_owned(),
            focus: brief.focus.as_str().to_owned(),
            scenario: SCENARIO,
            tasks: simulation.tasks().into_iter().map(DetailTask::from).collect(),
        }
    }
}

impl From<Task> for DetailTask {
    fn from(task: Task) -> Self {
        let template = task.template.as_ref();
        Self {
            id: task.id,
            day_index: task.day,
            r#type: task.day.kind(),
            title: task.title,
            description: task.description,
            rubric: None,
            template_repo_full_name: template.map(ToString::to_string),
            repo_full_name: template.map(ToString::to_string),
            repo_url: template.map(RepositoryName::url),
            codespace_url: template.map(RepositoryName::codespace_url),
            // An invite makes the repository of every task that has a template.
            pre_provisioned: template.map(|_| true),
        }
    }
}

/// An invited candidate, as the recruiter sees it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = CandidateRow)]
pub(crate) struct Candidate {
    candidate_session_id: CandidateSessionId,
    invite_email: String,
    candidate_name: String,
    status: CandidateStatus,
    started_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
    has_fit_profile: bool,
    has_report: bool,
    verified: bool,
    progress: RowProgress,
    expires_at: Timestamp,
    #[schema(format = "uri")]
    invite_url: Option<String>,
    invite_email_status: InviteEmailStatus,
    invite_email_sent_at: Option<Timestamp>,
    /// Why the newest mail failed, in words.
    invite_email_error: Option<String>,
    /// The repositories of the code days, by day.
    workspaces: Vec<Workspace>,
    /// The last thing the candidate did here or, as far as GitHub told us, pushed there.
    last_activity_at: Option<Timestamp>,
}

/// How far a candidate is; `expired` when the invite can no longer be claimed.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum CandidateStatus {
    NotStarted,
    InProgress,
    Completed,
    Expired,
}

/// Days handed in, of all there are.
#[derive(Serialize, ToSchema)]
#[schema(as = CandidateRowProgress)]
struct RowProgress {
    #[schema(maximum = 5)]
    current: u8,
    #[schema(minimum = 5, maximum = 5)]
    total: u8,
}

impl Candidate {
    /// A candidate as of `now`, the link made with one of `keys`.
    pub(crate) fn new(
        app: &App,
        keys: &InviteKeys,
        session: &CandidateSession,
        now: Timestamp,
    ) -> Self {
        let unclaimed = session.claimed_by().is_none();
        let status = match session.status() {
            SessionStatus::NotStarted if unclaimed && session.is_expired(now) => {
                CandidateStatus::Expired
            }
            SessionStatus::NotStarted => CandidateStatus::NotStarted,
            SessionStatus::InProgress => CandidateStatus::InProgress,
            SessionStatus::Completed => CandidateStatus::Completed,
        };
        Self {
            candidate_session_id: session.id,
            invite_email: session.invite_email.as_str().to_owned(),
            candidate_name: session.candidate_name.as_str().to_owned(),
            status,
            started_at: session.started_at(),
            completed_at: session.completed_at(),
            has_fit_profile: false,
            has_report: false,
            verified: !unclaimed,
            progress: RowProgress { current: session.days_submitted(), total: DAYS },
            expires_at: session.invite.expires_at,
            // A link whose key is gone is told as no link: one row never fails the list.
            invite_url: link(app, keys, session).ok().map(|(_token, url)| url),
            invite_email_status: session.mail.status.into(),
            invite_email_sent_at: session.mail.sent_at,
            invite_email_error: session.mail.error.clone(),
            workspaces: Workspace::all_of(session),
            last_activity_at: session.last_seen_at(),
        }
    }
}

/// What became of an invite.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Invited {
    candidate_session_id: CandidateSessionId,
    #[schema(min_length = 43, max_length = 43)]
    token: String,
    #[schema(format = "uri")]
    invite_url: String,
    outcome: Outcome,
}

/// Whether the invite is new or was there before.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = InviteOutcome)]
enum Outcome {
    Created,
    Resent,
}

impl From<&invite_candidate::Invited> for Invited {
    fn from(invited: &invite_candidate::Invited) -> Self {
        Self {
            candidate_session_id: invited.session.id,
            token: invited.token.expose().to_owned(),
            invite_url: invited.url.clone(),
            outcome: if invited.created { Outcome::Created } else { Outcome::Resent },
        }
    }
}

/// Where the newest invite mail is. `failed` and `rate_limited` may still become `sent`: a provider
/// that fails or takes no more for the moment is asked again.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum InviteEmailStatus {
    Queued,
    Sent,
    RateLimited,
    Failed,
    Bounced,
    Complained,
}

impl From<MailStatus> for InviteEmailStatus {
    fn from(status: MailStatus) -> Self {
        match status {
            MailStatus::Queued | MailStatus::Sending => Self::Queued,
            MailStatus::Sent => Self::Sent,
            MailStatus::RateLimited => Self::RateLimited,
            MailStatus::Retrying | MailStatus::Failed => Self::Failed,
            MailStatus::Bounced => Self::Bounced,
            MailStatus::Complained => Self::Complained,
        }
    }
}

/// How the newest invite mail fares.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = InviteMail)]
pub(crate) struct MailState {
    invite_email_status: InviteEmailStatus,
    invite_email_sent_at: Option<Timestamp>,
    /// Why the newest mail failed, in words.
    invite_email_error: Option<String>,
}

impl From<&CandidateSession> for MailState {
    fn from(session: &CandidateSession) -> Self {
        Self {
            invite_email_status: session.mail.status.into(),
            invite_email_sent_at: session.mail.sent_at,
            invite_email_error: session.mail.error.clone(),
        }
    }
}
