//! What these routes answer: exactly the contract's fields.
#![expect(clippy::struct_field_names, reason = "the contract names the fields")]

use jiff::Timestamp;
use serde::Serialize;
use shared::app::App;
use shared::auth::principal::Candidate;
use shared::domain::candidate_session::CandidateSession;
use shared::domain::task::{DAYS, Day, Task};
use shared::flows::invite_candidate::link;
use shared::store::sessions::Desk;

#[derive(Serialize)]
pub(crate) struct Progress {
    completed: u8,
    total: u8,
}

impl Progress {
    const fn new(completed: u8) -> Self {
        Self { completed, total: DAYS }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Invite {
    candidate_session_id: u64,
    simulation_id: u64,
    simulation_title: String,
    role: String,
    company_name: String,
    status: &'static str,
    progress: Progress,
    last_activity_at: Option<Timestamp>,
    invite_created_at: Timestamp,
    expires_at: Timestamp,
    invite_token: Option<String>,
    is_expired: bool,
}

impl Invite {
    pub(crate) fn new(app: &App, candidate: &Candidate, session: &CandidateSession) -> Self {
        let expired = session.is_expired(app.clock.now());
        let who = candidate.claimant();
        // The token opens the session: only for whom it would open.
        let opens = match session.claimed_by() {
            Some(claim) => claim.sub == who.sub,
            None => who.verified && !expired,
        };
        let token = link(app, session).ok().filter(|_link| opens);
        Self {
            candidate_session_id: session.id.get(),
            simulation_id: session.simulation.get(),
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

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Session {
    candidate_session_id: u64,
    status: &'static str,
    started_at: Option<Timestamp>,
    completed_at: Option<Timestamp>,
    candidate_name: String,
    simulation: SessionSimulation,
}

#[derive(Serialize)]
struct SessionSimulation {
    id: u64,
    title: String,
    role: String,
}

impl From<&CandidateSession> for Session {
    fn from(session: &CandidateSession) -> Self {
        Self {
            candidate_session_id: session.id.get(),
            status: session.status(),
            started_at: session.started_at(),
            completed_at: session.completed_at(),
            candidate_name: session.candidate_name.as_str().to_owned(),
            simulation: SessionSimulation {
                id: session.simulation.get(),
                title: session.simulation_title.as_str().to_owned(),
                role: session.role.as_str().to_owned(),
            },
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct CurrentTask {
    candidate_session_id: u64,
    status: &'static str,
    current_day_index: Option<u8>,
    current_task: Option<TaskView>,
    completed_task_ids: Vec<u64>,
    progress: Progress,
    is_complete: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct TaskView {
    id: u64,
    day_index: u8,
    title: String,
    r#type: &'static str,
    description: String,
}

impl From<&Desk> for CurrentTask {
    fn from(desk: &Desk) -> Self {
        let session = &desk.session.value;
        let day = session.current_day();
        Self {
            candidate_session_id: session.id.get(),
            status: session.status(),
            current_day_index: day.map(Day::number),
            current_task: day.and_then(|day| desk.task(day)).map(TaskView::from),
            completed_task_ids: session.completed_tasks().iter().map(|id| id.get()).collect(),
            progress: Progress::new(session.days_submitted()),
            is_complete: day.is_none(),
        }
    }
}

impl From<&Task> for TaskView {
    fn from(task: &Task) -> Self {
        Self {
            id: task.id.get(),
            day_index: task.day.number(),
            title: task.title.clone(),
            r#type: task.day.kind().as_str(),
            description: task.description.clone(),
        }
    }
}
