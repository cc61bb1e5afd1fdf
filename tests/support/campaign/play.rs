//! One flow is played, and something may go wrong in it.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use http::StatusCode;
use jiff::SignedDuration;
use local::invariants::promises::Promises;
use local::stack::routes;
use serde_json::{Value, json};
use shared::http::serve::service;
use tower::ServiceExt;

use crate::campaign::flow::Flow;
use crate::campaign::promised::promised;
use crate::campaign::recovery::run_dry;
use crate::campaign::scene::{Act, Asking, Scene};
use crate::campaign::visible::{seen, tells_of_failure};
use crate::document::judge;
use crate::faulty::{Call, Callee, Fault, Victim};
use crate::story::Story;

/// How often a client asks again before it gives up.
const ASKED_AGAIN_MAX: usize = 40;
/// How often the victim comes back to its job before others take over.
const TURNS_MAX: usize = 30;
/// The longest that the victim waits for its job: what is due later is others' work.
const WAITS_MAX: SignedDuration = SignedDuration::from_secs(30);

/// What came of a flow.
#[derive(Debug)]
pub struct Played {
    /// The calls of the process in which something may have gone wrong.
    pub calls: Vec<Call>,
    /// Whether it did.
    pub befallen: bool,
    /// How whoever asked fared.
    pub reply: Reply,
    /// What people see in the end.
    pub visible: Vec<String>,
    /// What is wrong all the same.
    pub broken: Vec<String>,
}

/// How whoever asked fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reply {
    /// They were answered as ever, or nobody asked.
    AsEver,
    /// They had to ask again.
    AskedAgain,
}

/// How a flow ended in which something went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Outcome {
    /// Nobody noticed.
    AsEver,
    /// Whoever asked had to ask again, and all was as it should be.
    AskedAgain,
    /// Somebody is told that it failed.
    VisibleFailure,
}

/// Plays `flow` with this fault, or without any.
pub async fn play(flow: Flow, fault: Option<Fault>) -> Played {
    let scene = flow.scene().await;
    let victim = scene.story.victim(fault).await;
    let (reply, answer, mut broken) = Box::pin(perform(&scene, &victim)).await;
    victim.doors.calm_down();
    let (calls, befallen) = (victim.doors.seen(), victim.doors.has_befallen());
    let lost_answers = victim.doors.lost_answers() + unrecorded_mails(&calls, fault);
    drop(victim);
    let Scene { story, act } = scene;
    if !run_dry(&story).await {
        broken.push("there is no end to its jobs".to_owned());
    }
    let (followed, accepted) = match &act {
        Act::Ask(asking) => (asking.followed(&answer), promised(flow, asking, &answer)),
        _ => (None, Vec::new()),
    };
    let visible = seen(&story, followed).await;
    broken.extend(story.broken(&Promises { accepted, lost_answers }));
    Played { calls, befallen, reply, visible, broken }
}

/// What is wrong about `played`, or how it ended, where `undisturbed` is how it should.
pub fn judged(played: &Played, undisturbed: &Played) -> Result<Outcome, Vec<String>> {
    let mut wrong = played.broken.clone();
    let lacks = |of: &Played, from: &Played| -> Vec<String> {
        of.visible.iter().filter(|line| !from.visible.contains(line)).cloned().collect()
    };
    let (gone, new) = (lacks(undisturbed, played), lacks(played, undisturbed));
    let differs = played.visible != undisturbed.visible;
    if differs && !tells_of_failure(&new) {
        wrong.push(format!("instead of {gone:#?} people see {new:#?}"));
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    Ok(match (differs, played.reply) {
        (true, _) => Outcome::VisibleFailure,
        (false, Reply::AskedAgain) => Outcome::AskedAgain,
        (false, Reply::AsEver) => Outcome::AsEver,
    })
}

/// How many mails went out before something went wrong. A mail is the one thing that cannot be settled:
/// one that went out and could not be recorded goes out once more.
fn unrecorded_mails(calls: &[Call], fault: Option<Fault>) -> u64 {
    let before = fault.map_or(0, |(at, _injection)| at - 1);
    let mails = calls.iter().take(before).filter(|call| call.callee == Callee::Mail);
    u64::try_from(mails.count()).unwrap()
}

async fn perform(scene: &Scene, victim: &Victim) -> (Reply, Value, Vec<String>) {
    match &scene.act {
        Act::Ask(asking) => ask(&scene.story, asking, victim).await,
        Act::Work(kind) => {
            work(&scene.story, kind, victim).await;
            (Reply::AsEver, Value::Null, Vec::new())
        }
        Act::Listen => {
            victim.does(victim.worker.settle()).await;
            (Reply::AsEver, Value::Null, Vec::new())
        }
        Act::Sweep => {
            // A sweep that fails is the next one's work.
            let _ = Box::pin(victim.does(victim.worker.sweep())).await;
            (Reply::AsEver, Value::Null, Vec::new())
        }
    }
}

/// Asks the victim, and then, until it is done, those who are well.
async fn ask(story: &Story, asking: &Asking, victim: &Victim) -> (Reply, Value, Vec<String>) {
    let mut broken = Vec::new();
    let first = victim.does(answered(asking, victim, &mut broken)).await;
    victim.doors.calm_down();
    if let Some((status, body)) = first
        && status < 400
    {
        return (Reply::AsEver, body, broken);
    }
    if let Some((path, text)) = &asking.look {
        let listed = story.operator().get(path).await.expect(200);
        if listed.to_string().contains(text) {
            return (Reply::AskedAgain, listed, broken);
        }
    }
    for _ in 0..ASKED_AGAIN_MAX {
        let http = story.http.execute(asking.at(&story.stack.places.api)).await.unwrap();
        let status = http.status().as_u16();
        let wait = http.headers().get("retry-after").and_then(|wait| wait.to_str().ok());
        let wait = wait.and_then(|wait| wait.parse().ok()).unwrap_or(1);
        let bytes = http.bytes().await.unwrap();
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let waits = body["errorCode"] == "IDEMPOTENCY_IN_FLIGHT";
        if asking.done.contains(&status) && !waits {
            return (Reply::AskedAgain, body, broken);
        }
        if body["retryable"] == json!(false) {
            broken.push(format!("asked again, the client is told {status} {body}"));
            return (Reply::AskedAgain, body, broken);
        }
        story.clock.advance(SignedDuration::from_secs(wait));
    }
    broken.push("the client asks again and again in vain".to_owned());
    (Reply::AskedAgain, Value::Null, broken)
}

/// What the victim answers; what is wrong about the answer is told.
async fn answered(asking: &Asking, victim: &Victim, broken: &mut Vec<String>) -> (u16, Value) {
    let request = &asking.request;
    let path = request.url().path().to_owned();
    let mut asked = http::Request::builder().method(request.method()).uri(&path);
    for (name, value) in request.headers() {
        asked = asked.header(name, value);
    }
    let body = request.body().and_then(|body| body.as_bytes()).unwrap_or_default().to_vec();
    let asked = asked.body(Body::from(body)).unwrap();
    let response = service(routes(), victim.app.clone()).oneshot(asked).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(Body::new(body), usize::MAX).await.unwrap();
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
    let status = parts.status.as_u16();
    let method = request.method().as_str();
    let wrong = judge(method, &path, status, &body);
    broken.extend(wrong.into_iter().map(|wrong| format!("{method} {path}: {status} {wrong}")));
    if status == StatusCode::INTERNAL_SERVER_ERROR && victim.doors.has_befallen() {
        broken.push(format!("what goes wrong elsewhere is told as our fault: {body}"));
    }
    if status >= 500 && body["retryable"] != json!(true) && body != Value::Null {
        broken.push(format!("the client is not told to ask again: {body}"));
    }
    (status, body)
}

/// The victim works on the job of this `kind`, about the second day where it is about one, until it is
/// done, or has gone wrong.
async fn work(story: &Story, kind: &str, victim: &Victim) {
    story.stack.worker.pump().unwrap();
    for message in story.stack.queue.take_due(100) {
        story.stack.queue.delete(&message.id);
    }
    let jobs = story.items("JOB#").await;
    let job = jobs.iter().find(|job| {
        let (of, state) = (&job["job"]["M"], &job["state"]["M"]["state"]["S"]);
        let of_day_two = of["day"].is_null() || of["day"]["N"] == "2";
        of["kind"]["S"] == kind && of_day_two && *state == "waiting"
    });
    let message = json!({ "jobId": job.unwrap_or_else(|| panic!("no {kind}"))["id"]["S"] });
    story.stack.queue.push(&message.to_string(), Duration::ZERO);
    for _ in 0..TURNS_MAX {
        let alive = victim.does(victim.worker.settle()).await;
        story.accept_invitations("ada");
        let Some(next) = story.stack.queue.next_due() else { return };
        let far = next.duration_since(story.now()) > WAITS_MAX;
        if alive.is_none() || victim.doors.has_befallen() || far {
            return;
        }
        story.clock.set(next.max(story.now()));
    }
}
