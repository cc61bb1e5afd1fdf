//! What these routes take.

use shared::domain::id::{CandidateSessionId, SimulationId, SubmissionId, TaskId};
use shared::domain::submission::Submission;
use shared::http::input::{Reader, Shape, Told};

/// Which submissions are wanted. The client names each filter in two ways.
pub(crate) struct Filter {
    pub(crate) session: Option<CandidateSessionId>,
    simulation: Option<SimulationId>,
    task: Option<TaskId>,
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
