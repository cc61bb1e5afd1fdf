//! What these routes answer: exactly the contract's fields.
#![expect(clippy::struct_field_names, reason = "the contract names the fields")]

use jiff::Timestamp;
use serde::Serialize;
use shared::app::App;
use shared::auth::principal::Candidate;
use shared::domain::candidate_session::{CandidateSession, SessionStatus};
use shared::domain::id::{CandidateSessionId, SimulationId, TaskId};
use shared::domain::invite_token::InviteKeys;
use shared::domain::task::{DAYS, Day, Task, TaskKind};
use shared::flows::invite_candidate::link;
use shared::store::sessions::Desk;
use utoipa::ToSchema;

/// Days handed in, of all there are.
#[derive(Serialize, ToSchema)]
pub(crate) struct Progress {
    #[schema(maximum = 5)]
    completed: u8,
    #[schema(minimum = 5, maximum = 5)]
    total: u8,
}

impl Progress {
    const fn new(completed: u8) -> Self {
        Self { completed, total: DAYS }
    }
}

/// An invite, as the candidate sees it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Invite {
    candidate_session_id: CandidateSessionId,
    simulation_id: SimulationId,
    simulation_title: String,
    role: String,
    company_name: String,
    status: SessionStatus,
    progress: Progress,
    last_activity_at: Option<Timestamp>,
    invite_created_at: Timestamp,
    expires_at: Timestamp,
    /// Opens the session. Null when it would not open it for this candidate.
    #[schema(min_length = 43, max_length = 43)]
    invite_token: Option<String>,
    is_expired: bool,
}

impl Invite {
    /// An invite of `candidate`, its token made with one of `keys`.
    pub(crate) fn new(
        app: &App,
        keys: &InviteKeys,
        candidate: &Candidate,
        session: &CandidateSession,
    ) -> Self {
        let expired = session.is_expired(app.clock.now());
        let who = candidate.claimant();
        // The token opens the session: only for whom it would open.
        let opens = match session.claimed_by() {
            Some(claim) => claim.sub == who.sub,
            None => who.verified && !expired,
        };
        let token = link(app, keys, session).ok().filter(|_link| opens);
        Self {
            candidate_session_id: session.id,
            simulation_id: session.simulation,
            simulation_title: session.simulation_title.as_str().to_owned(),
            role: session.role.as_str().to_owned(),
            company_name: session.company_name.clone(),
            status: session.status(),
            progress: Progress::new(session.days_submitted()),
            last_activity_at: session.last_activity_at(),
            invite_created_at: session.invite.created_at,
            expires_at: session.invite.expires_at,
            invite_token: token.map(|(token, _url)| token.expose().to_owned()),
            is_expired: expired,
        }
    }
}

/// A claimed session.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Session {
    candidate_session_id: CandidateSessionId,
    status: SessionStatus,
    started_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
    candidate_name: String,
    simulation: SessionSimulation,
}

/// What the session is for.
#[derive(Serialize, ToSchema)]
struct SessionSimulation {
    id: SimulationId,
    title: String,
    role: String,
}

impl From<&CandidateSession> for Session {
    fn from(session: &CandidateSession) -> Self {
        Self {
            candidate_session_id: session.id,
            status: session.status(),
            started_at: session.started_at(),
            completed_at: session.completed_at(),
            candidate_name: session.candidate_name.as_str().to_owned(),
            simulation: SessionSimulation {
                id: session.simulation,
                title: session.simulation_title.as_str().to_owned(),
                role: session.role.as_str().to_owned(),
            },
        }
    }
}

/// How far the candidate is, and what comes next.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CurrentTask {
    candidate_session_id: CandidateSessionId,
    status: SessionStatus,
    /// Null once everything is handed in.
    current_day_index: Option<Day>,
    /// Null once everything is handed in.
    current_task: Option<TaskView>,
    /// Ascending.
    #[schema(max_items = 5)]
    completed_task_ids: Vec<TaskId>,
    progress: Progress,
    is_complete: bool,
}

/// A day's task, as the candidate reads it.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Task)]
struct TaskView {
    id: TaskId,
    day_index: Day,
    title: String,
    r#type: TaskKind,
    description: String,
}

impl From<&Desk> for CurrentTask {
    fn from(desk: &Desk) -> Self {
        let session = &desk.session.value;
        let day = session.current_day();
        Self {
            candidate_session_id: session.id,
            status: session.status(),
            current_day_index: day,
            current_task: day.and_then(|day| desk.task(day)).map(TaskView::from),
            completed_task_ids: session.completed_tasks(),
            progress: Progress::new(session.days_submitted()),
            is_complete: day.is_none(),
        }
    }
}

impl From<&Task> for TaskView {
    fn from(task: &Task) -> Self {
        Self {
            id: task.id,
            day_index: task.day,
            title: task.title.clone(),
            r#type: task.day.kind(),
            description: task.description.clone(),
        }
    }
}
