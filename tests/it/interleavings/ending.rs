//! How a case ends: everything that waits is done, and nothing may be missing or there twice.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use local::invariants::promises::{Accepted, Promises};
use serde_json::Value;
use shared::domain::id::{CandidateSessionId, RunId, SimulationId};
use tests::story::Story;

use super::deed::Messages;
use super::model::{Asked, CODE_DAYS, Said, State};
use super::order::{Done, explain};
use super::perform::readers;
use super::play::Play;

/// More rounds than any ending needs; each is a minute.
const ROUNDS_MAX: usize = 40;

/// Plays what is left to its end, and says what is wrong.
pub(super) async fn judged(play: &mut Play, messages: Messages) -> Vec<String> {
    let mut wrong = run_dry(play, messages).await;
    play.in_turn(readers()).await;
    let promises = Promises { accepted: promised(play, usize::MAX), lost_answers: 0 };
    wrong.extend(play.broken.iter().cloned());
    wrong.extend(play.stage.story.broken(&promises));
    match explain(&play.history) {
        Ok(state) => wrong.extend(counted(play, &state).await),
        Err(best) => wrong.push(unexplained(&play.history, &best)),
    }
    wrong
}

/// What was answered with success until a step.
pub(super) fn promised(play: &Play, step: usize) -> Vec<Accepted> {
    let simulation = SimulationId::new(play.stage.simulation);
    let promise = |done: &Done| match (done.asked, &done.said) {
        (Asked::Invite { guest, .. }, Said::Invited { session, .. }) => Some(Accepted::Invite {
            simulation,
            session: CandidateSessionId::new(*session),
            email: guest.address().to_owned(),
        }),
        (_, Said::Started { run }) => Some(Accepted::Run(RunId::new(*run))),
        _ => None,
    };
    play.history.iter().filter(|done| done.until <= step).filter_map(promise).collect()
}

/// What no order explains.
fn unexplained(history: &[Done], best: &[usize]) -> String {
    let told = |at: usize| {
        let Done { asked, said, from, until, .. } = &history[at];
        format!("  [{from:3} to {until:3}] {asked:?} -> {said:?}")
    };
    let explained: Vec<_> = best.iter().map(|at| told(*at)).collect();
    let rest = (0..history.len()).filter(|at| !best.contains(at));
    let rest: Vec<_> = rest.map(told).collect();
    let (explained, rest) = (explained.join("\n"), rest.join("\n"));
    format!("no order explains the answers; at best\n{explained}\nand then none of\n{rest}")
}

/// What GitHub has to tell comes late, and so do messages, unless they are lost; then the sweeper and the
/// jobs go on until nothing is left.
async fn run_dry(play: &mut Play, messages: Messages) -> Vec<String> {
    play.stage.take_messages();
    let late = play.stage.known.waiting.split_off(0);
    let story = &play.stage.story;
    if messages == Messages::ComeLate {
        for message in late {
            story.stack.queue.push(&message.body, std::time::Duration::ZERO);
        }
    }
    for _ in 0..ROUNDS_MAX {
        story.stack.worker.sweep().await.unwrap();
        story.settle().await;
        story.accept_invitations("ada");
        let jobs = story.items("JOB#").await;
        if jobs.iter().all(|job| state_of(job) == "done") {
            return Vec::new();
        }
        story.clock.advance(SignedDuration::from_mins(1));
    }
    let jobs = story.items("JOB#").await.into_iter().filter(|job| state_of(job) != "done");
    jobs.map(|job| format!("a job has no end: {job}")).collect()
}

fn state_of(job: &Value) -> &str {
    job["state"]["M"]["state"]["S"].as_str().unwrap()
}

/// What was done must be there once.
async fn counted(play: &Play, state: &State) -> Vec<String> {
    let story = &play.stage.story;
    let mut wrong = Vec::new();
    let mut is = |what: &str, found: usize, wanted: usize| {
        if found != wanted {
            wrong.push(format!("{what}: {found} and not {wanted}"));
        }
    };
    let sessions: Vec<_> = state.sessions().collect();
    let github = &story.stack.github;
    is("repositories", github.repositories().len(), sessions.len() * CODE_DAYS.len());
    is("sessions", of_kind(story, "CS#", "CS").await, sessions.len());
    is("candidateCount", count(play).await, sessions.len());

    let handed_in = |day: u8| sessions.iter().filter(|it| it.done >= day).count();
    let submissions = (1..=5).map(handed_in).sum();
    let examined = CODE_DAYS.into_iter().map(handed_in).sum::<usize>();
    let started = play.history.iter().filter(|it| matches!(it.said, Said::Started { .. })).count();
    let stored: Vec<_> = story.items("CS#").await;
    let is_submission =
        |item: &&Value| item["SK"]["S"].as_str().unwrap().starts_with("SUBMISSION#");
    is("submissions", stored.iter().filter(is_submission).count(), submissions);
    is("runs", of_kind(story, "RUN#", "RUN").await, examined + started);
    let dispatches = usize::try_from(github.dispatches()).unwrap();
    is("runs on GitHub", dispatches, examined + started);

    let accepted = Said::Taken("accepted".to_owned());
    let told = |it: &&Done| matches!(it.asked, Asked::Tell { .. }) && it.said == accepted;
    let heeded = play.history.iter().filter(told).count();
    let deliveries = of_kind(story, "DELIVERY#", "DELIVERY").await;
    if deliveries < heeded {
        wrong.push(format!("{heeded} deliveries were taken, and {deliveries} are known"));
    }
    let mails = sent(story);
    for session in sessions {
        for number in 1..=session.mails {
            let sent = mails.get(&format!("{}-{number}", session.id)).copied().unwrap_or(0);
            // A newer mail takes the place of one that nobody has sent yet.
            if sent > 1 || (number == session.mails && sent == 0) {
                wrong.push(format!("mail {number} of {} was sent {sent} times", session.mails));
            }
        }
    }
    wrong
}

/// How often each mail was sent, by the name that it has with whoever sends it.
pub(super) fn sent(story: &Story) -> BTreeMap<String, usize> {
    let mut sent = BTreeMap::new();
    for mail in story.stack.mailbox.mails() {
        let key = mail.content.tags.iter().find(|tag| tag.name == "key").unwrap();
        *sent.entry(key.value.clone()).or_default() += 1;
    }
    sent
}

async fn of_kind(story: &Story, partition: &str, sort: &str) -> usize {
    let items = story.items(partition).await;
    items.iter().filter(|item| item["SK"]["S"] == sort).count()
}

/// How many candidates the simulation says it has.
async fn count(play: &Play) -> usize {
    let rows = play.stage.story.recruiter(1).get("/api/simulations").await.expect(200);
    let mut rows = rows.as_array().unwrap().iter();
    let row = rows.find(|row| row["id"] == play.stage.simulation).unwrap();
    usize::try_from(row["candidateCount"].as_u64().unwrap()).unwrap()
}
