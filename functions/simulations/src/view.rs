//! What these routes answer: exactly the contract's fields.
#![expect(
    clippy::struct_field_names,
    clippy::struct_excessive_bools,
    reason = "the contract names the fields"
)]

use jiff::Timestamp;
use serde::Serialize;
use shared::app::App;
use shared::domain::candidate_session::CandidateSession;
use shared::domain::repository::RepositoryName;
use shared::domain::simulation::{SCENARIO, Simulation};
use shared::domain::task::{DAYS, Task};
use shared::flows::invite_candidate::{self, link};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Row {
    id: u64,
    title: String,
    role: String,
    tech_stack: String,
    template_key: &'static str,
    created_at: Timestamp,
    num_candidates: u64,
    candidate_count: u64,
}

impl From<&Simulation> for Row {
    fn from(simulation: &Simulation) -> Self {
        let brief = &simulation.brief;
        Self {
            id: simulation.id.get(),
            title: brief.title.as_str().to_owned(),
            role: brief.role.as_str().to_owned(),
            tech_stack: brief.tech_stack.as_str().to_owned(),
            template_key: brief.template_key.as_str(),
            created_at: simulation.created_at,
            num_candidates: simulation.candidate_count,
            candidate_count: simulation.candidate_count,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Made {
    id: u64,
    title: String,
    role: String,
    tech_stack: String,
    seniority: String,
    focus: String,
    template_key: &'static str,
    tasks: Vec<MadeTask>,
}

/// The one answer with a snake-case field; the client depends on it.
#[derive(Serialize)]
struct MadeTask {
    id: u64,
    day_index: u8,
    r#type: &'static str,
    title: String,
}

impl From<&Simulation> for Made {
    fn from(simulation: &Simulation) -> Self {
        let brief = &simulation.brief;
        let task = |task: Task| MadeTask {
            id: task.id.get(),
            day_index: task.day.number(),
            r#type: task.day.kind().as_str(),
            title: task.title,
        };
        Self {
            id: simulation.id.get(),
            title: brief.title.as_str().to_owned(),
            role: brief.role.as_str().to_owned(),
            tech_stack: brief.tech_stack.as_str().to_owned(),
            seniority: brief.seniority.as_str().to_owned(),
            focus: brief.focus.as_str().to_owned(),
            template_key: brief.template_key.as_str(),
            tasks: simulation.tasks().into_iter().map(task).collect(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Detail {
    id: u64,
    title: String,
    template_key: &'static str,
    role: String,
    tech_stack: String,
    focus: String,
    scenario: &'static str,
    tasks: Vec<DetailTask>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DetailTask {
    id: u64,
    day_index: u8,
    title: String,
    r#type: &'static str,
    description: String,
    /// Always null: nothing fills it, and the client shows that there is none.
    rubric: Option<()>,
    #[serde(skip_serializing_if = "Option::is_none")]
    template_repo_full_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repo_full_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    repo_url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    codespace_url: Option<String>,
    /// Whether every candidate finds the repository made; code days only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pre_provisioned: Option<bool>,
}

impl From<&Simulation> for Detail {
    fn from(simulation: &Simulation) -> Self {
        let brief = &simulation.brief;
        Self {
            id: simulation.id.get(),
            title: brief.title.as_str().to_owned(),
            template_key: brief.template_key.as_str(),
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
            id: task.id.get(),
            day_index: task.day.number(),
            r#type: task.day.kind().as_str(),
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

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Candidate {
    candidate_session_id: u64,
    invite_email: String,
    candidate_name: String,
    status: &'static str,
    started_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
    has_fit_profile: bool,
    has_report: bool,
    verified: bool,
    progress: RowProgress,
    expires_at: Timestamp,
    invite_url: Option<String>,
    invite_email_status: &'static str,
    invite_email_sent_at: Option<Timestamp>,
    invite_email_error: Option<String>,
}

#[derive(Serialize)]
struct RowProgress {
    current: u8,
    total: u8,
}

impl Candidate {
    pub(crate) fn new(app: &App, session: &CandidateSession, now: Timestamp) -> Self {
        let unclaimed = session.claimed_by().is_none();
        let expired = unclaimed && session.is_expired(now);
        Self {
            candidate_session_id: session.id.get(),
            invite_email: session.invite_email.as_str().to_owned(),
            candidate_name: session.candidate_name.as_str().to_owned(),
            status: if expired { "expired" } else { session.status() },
            started_at: session.started_at(),
            completed_at: session.completed_at(),
            has_fit_profile: false,
            has_report: false,
            verified: !unclaimed,
            progress: RowProgress { current: session.days_submitted(), total: DAYS },
            expires_at: session.invite.expires_at,
            // A link whose key is gone is told as no link: one row never fails the list.
            invite_url: link(app, session).ok().map(|(_token, url)| url),
            invite_email_status: session.mail.status.as_str(),
            invite_email_sent_at: session.mail.sent_at,
            invite_email_error: session.mail.error.clone(),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Invited {
    candidate_session_id: u64,
    token: String,
    invite_url: String,
    outcome: &'static str,
}

impl From<&invite_candidate::Invited> for Invited {
    fn from(invited: &invite_candidate::Invited) -> Self {
        Self {
            candidate_session_id: invited.session.id.get(),
            token: invited.token.expose().to_owned(),
            invite_url: invited.url.clone(),
            outcome: if invited.created { "created" } else { "resent" },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MailState {
    invite_email_status: &'static str,
    invite_email_sent_at: Option<Timestamp>,
    invite_email_error: Option<String>,
}

impl From<&CandidateSession> for MailState {
    fn from(session: &CandidateSession) -> Self {
        Self {
            invite_email_status: session.mail.status.as_str(),
            invite_email_sent_at: session.mail.sent_at,
            invite_email_error: session.mail.error.clone(),
        }
    }
}
