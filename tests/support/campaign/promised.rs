//! What an answer promises: it must be found in the end, exactly as it was promised.

use local::invariants::promises::Accepted;
use reqwest::Url;
use serde_json::Value;
use shared::domain::id::{CandidateSessionId, RunId, SimulationId, SubmissionId};
use shared::domain::task::Day;

use crate::campaign::flow::Flow;
use crate::campaign::scene::{ADA, Asking};

/// What whoever asked may rely on after this `answer`.
pub(super) fn promised(flow: Flow, asking: &Asking, answer: &Value) -> Vec<Accepted> {
    let number = |name: &str| answer.get(name).and_then(Value::as_u64);
    let accepted = match flow {
        Flow::CreateSimulation => {
            number("id").map(|id| Accepted::Simulation(SimulationId::new(id)))
        }
        Flow::Invite | Flow::InviteWithoutKey => number("candidateSessionId").map(|session| {
            let simulation = SimulationId::new(third_segment(asking.request.url()));
            let session = CandidateSessionId::new(session);
            Accepted::Invite { simulation, session, email: ADA.to_owned() }
        }),
        Flow::StartRun => number("runId").map(|id| Accepted::Run(RunId::new(id))),
        Flow::SubmitText | Flow::SubmitLastDay | Flow::SubmitCode | Flow::SubmitCodeWithoutKey => {
            let ids = number("submissionId").zip(number("candidateSessionId"));
            ids.map(|(id, session)| Accepted::Submission {
                session: CandidateSessionId::new(session),
                day: day_of(flow),
                id: SubmissionId::new(id),
                text: text_of(asking),
            })
        }
        _ => None,
    };
    accepted.into_iter().collect()
}

/// The number in `/api/simulations/{number}/…`.
fn third_segment(url: &Url) -> u64 {
    url.path().split('/').nth(3).unwrap().parse().unwrap()
}

const fn day_of(flow: Flow) -> Day {
    let [first, second, _third, _fourth, fifth] = Day::ALL;
    match flow {
        Flow::SubmitText => first,
        Flow::SubmitLastDay => fifth,
        _ => second,
    }
}

fn text_of(asking: &Asking) -> Option<String> {
    let sent = asking.request.body()?.as_bytes()?;
    let sent: Value = serde_json::from_slice(sent).ok()?;
    sent["contentText"].as_str().map(str::to_owned)
}
