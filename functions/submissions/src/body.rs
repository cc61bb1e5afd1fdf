//! What these routes take.

use shared::domain::id::{CandidateSessionId, SimulationId, SubmissionId, TaskId};
use shared::domain::submission::Submission;
use shared::http::input::{Reader, Shape, Told};
use utoipa::IntoParams;

/// Which submissions are wanted. The client names each filter in two ways.
pub(crate) struct Filter {
    pub(crate) session: Option<CandidateSessionId>,
    simulation: Option<SimulationId>,
    task: Option<TaskId>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query, rename_all = "camelCase")]
#[expect(dead_code, reason = "tells the document what `Filter` reads")]
pub(crate) struct FilterDocument {
    /// Only of this session.
    candidate_session_id: Option<CandidateSessionId>,
    /// The same as `candidateSessionId`.
    #[param(rename = "candidate_session_id")]
    candidate_session_id_too: Option<CandidateSessionId>,
    /// Only of this simulation.
    simulation_id: Option<SimulationId>,
    /// The same as `simulationId`.
    #[param(rename = "simulation_id")]
    simulation_id_too: Option<SimulationId>,
    /// Only of this task.
    task_id: Option<TaskId>,
    /// The same as `taskId`.
    #[param(rename = "task_id")]
    task_id_too: Option<TaskId>,
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
        Ok(Self { session: session?, simulation: simulation?, task: task? })
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
