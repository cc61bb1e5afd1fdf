//! What these routes take.

use shared::domain::id::{CandidateSessionId, SimulationId, SubmissionId, TaskId};
use shared::domain::page::List;
use shared::domain::submission::Submission;
use shared::http::input::{Reader, Shape, Told};
use shared::http::paging::Paging;
use shared::http::schema::AnyId;
use utoipa::IntoParams;

/// What a list is filtered by, each in both of the spellings that the client sends.
const FILTERS: [&str; 6] = [
    "candidateSessionId",
    "candidate_session_id",
    "simulationId",
    "simulation_id",
    "taskId",
    "task_id",
];

/// Which submissions are wanted.
pub(crate) struct Filter {
    pub(crate) session: Option<CandidateSessionId>,
    simulation: Option<SimulationId>,
    task: Option<TaskId>,
    pub(crate) paging: Paging,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(dead_code, reason = "tells the document what `Filter` reads")]
pub(crate) struct FilterDocument {
    /// Only of this session.
    #[param(inline)]
    candidate_session_id: Option<AnyId>,
    /// The same as `candidateSessionId`.
    #[param(inline, rename = "candidate_session_id")]
    candidate_session_id_too: Option<AnyId>,
    /// Only of this simulation.
    #[param(inline)]
    simulation_id: Option<AnyId>,
    /// The same as `simulationId`.
    #[param(inline, rename = "simulation_id")]
    simulation_id_too: Option<AnyId>,
    /// Only of this task.
    #[param(inline)]
    task_id: Option<AnyId>,
    /// The same as `taskId`.
    #[param(inline, rename = "task_id")]
    task_id_too: Option<AnyId>,
}

impl Filter {
    pub(crate) fn allows(&self, submission: &Submission) -> bool {
        self.session.is_none_or(|wanted| wanted == submission.session)
            && self.simulation.is_none_or(|wanted| wanted == submission.simulation)
            && self.task.is_none_or(|wanted| wanted == submission.task)
    }
}

impl Shape for Filter {
    fn read(reader: &mut Reader) -> Result<Self, Told> {
        let session = ["candidateSessionId", "candidate_session_id"];
        let session = reader.query(&session, CandidateSessionId::parse);
        let simulation = reader.query(&["simulationId", "simulation_id"], SimulationId::parse);
        let task = reader.query(&["taskId", "task_id"], TaskId::parse);
        let list = match session {
            Ok(None) => List::Submissions,
            Ok(Some(_)) | Err(Told) => List::SessionSubmissions,
        };
        let paging = Paging::read(reader, list, &FILTERS);
        Ok(Self { session: session?, simulation: simulation?, task: task?, paging: paging? })
    }
}

pub(crate) struct One {
    pub(crate) submission: SubmissionId,
}

impl Shape for One {
    fn read(reader: &mut Reader) -> Result<Self, Told> {
        Ok(Self { submission: reader.path("submissionId", SubmissionId::parse)? })
    }
}
