//! What somebody was told, and must find.

use shared::domain::id::{CandidateSessionId, RunId, SimulationId, SubmissionId};
use shared::domain::task::Day;

use crate::invariants::broken::Broken;
use crate::invariants::rows::Rows;

/// What was promised to the people of a campaign, and what was taken from Tenon meanwhile.
#[derive(Debug, Clone, Default)]
pub struct Promises {
    /// What was answered with success.
    pub accepted: Vec<Accepted>,
    /// How many answers were lost of calls that had happened: each may cost one mail or one dispatch
    /// more, and nothing else.
    pub lost_answers: u64,
}

/// Something that was answered with success.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Accepted {
    /// A simulation was made.
    Simulation(SimulationId),
    /// A candidate was invited.
    Invite {
        /// To what.
        simulation: SimulationId,
        /// Their session.
        session: CandidateSessionId,
        /// Their address, lower case.
        email: String,
    },
    /// A candidate claimed a session.
    Claim {
        /// Which.
        session: CandidateSessionId,
        /// Who.
        sub: String,
    },
    /// A day was handed in.
    Submission {
        /// Whose.
        session: CandidateSessionId,
        /// Which day.
        day: Day,
        /// Under which number.
        id: SubmissionId,
        /// What was written, where there was something to write.
        text: Option<String>,
    },
    /// A test run was started.
    Run(RunId),
}

pub(super) fn check(promises: &Promises, rows: &Rows, broken: &mut Vec<Broken>) {
    for accepted in &promises.accepted {
        if !is_there(accepted, rows) {
            broken.push(Broken::Lost { promise: named(accepted) });
        }
    }
}

fn is_there(accepted: &Accepted, rows: &Rows) -> bool {
    match accepted {
        Accepted::Simulation(id) => rows.simulations.contains_key(id),
        Accepted::Invite { simulation, session, email } => {
            let session = rows.sessions.get(session);
            session.is_some_and(|session| {
                session.simulation == *simulation && session.invite_email.as_str() == email
            })
        }
        Accepted::Claim { session, sub } => {
            let claim = rows.sessions.get(session).and_then(|session| session.claimed_by());
            claim.is_some_and(|claim| claim.sub == *sub)
        }
        Accepted::Submission { session, day, id, text } => {
            let found = rows.submissions.get(&(*session, *day));
            let written = rows.texts.get(id).map(|text| text.content.as_str());
            found.is_some_and(|found| found.id == *id) && written == text.as_deref()
        }
        Accepted::Run(id) => rows.runs.contains_key(id),
    }
}

fn named(accepted: &Accepted) -> String {
    match accepted {
        Accepted::Simulation(id) => format!("simulation {id}"),
        Accepted::Invite { simulation, session, .. } => {
            format!("session {session} of simulation {simulation}")
        }
        Accepted::Claim { session, .. } => format!("the claim on session {session}"),
        Accepted::Submission { session, day, id, .. } => {
            format!("submission {id} of day {day} of session {session}, as it was sent,")
        }
        Accepted::Run(id) => format!("run {id}"),
    }
}
