//! How a deed is done: what is asked, and what is made of the answer.

use http::Method;
use jiff::SignedDuration;
use local::courier::signature;
use local::queue::Message;
use serde_json::{Value, json};
use shared::jobs;
use tests::caller::{Answer, Caller};
use tests::turns::Process;
use tests::webhooks::SECRET;

use super::deed::{Actor, Age, Deed, Guest, Which};
use super::model::{Asked, Row, Said};
use super::stage::{Stage, generation, token_of};

/// How long an invocation has for a job.
const INVOCATION: SignedDuration = SignedDuration::from_millis(9_500);

/// What a deed comes to.
pub(super) enum Came {
    /// An answer.
    Answer(Answer),
    /// A job was done, or its message comes again.
    Job(Message, Result<(), String>),
    /// The sweeper has looked.
    Swept,
}

/// Work that can begin.
pub(super) type Work = std::pin::Pin<Box<dyn Future<Output = Came> + Send>>;

/// What `actor` asks when it does `deed` now, where somebody is asked; none where there is nothing to do.
pub(super) fn prepared(
    stage: &mut Stage,
    (actor, deed): (Actor, Deed),
    process: &Process,
) -> Option<(Option<Asked>, Work)> {
    let caller = stage.caller(actor, &process.api);
    match deed {
        Deed::Invite(_) | Deed::Resend(_) | Deed::Rows => {
            Some(of_recruiter(stage, actor, deed, caller))
        }
        Deed::Claim(guest, age) => {
            let token = stage.known.link(guest, age)?;
            let generation = generation(&token);
            let asked = Asked::Claim { account: actor.account(), guest, generation };
            let path = format!("/api/candidate/session/{token}");
            Some((Some(asked), got(caller, path)))
        }
        Deed::Tell(which) => told(stage, which, caller),
        Deed::Work(which, age) => {
            let message = message(stage, which, age)?;
            Some((None, worked(process.clone(), message)))
        }
        Deed::Sweep => {
            let app = process.app.clone();
            Some((
                None,
                Box::pin(async move {
                    jobs::sweep(&app).await.unwrap();
                    Came::Swept
                }),
            ))
        }
        _ => Some(of_candidate(stage, actor, deed, &caller)),
    }
}

fn got(caller: Caller, path: String) -> Work {
    Box::pin(async move { Came::Answer(caller.get(&path).await) })
}

fn posted(caller: Caller, path: String, body: Value) -> Work {
    Box::pin(async move { Came::Answer(caller.post(&path, body).await) })
}

fn of_recruiter(stage: &Stage, actor: Actor, deed: Deed, caller: Caller) -> (Option<Asked>, Work) {
    let owner = actor.is_owner();
    let simulation = format!("/api/simulations/{}", stage.simulation);
    match deed {
        Deed::Invite(guest) => {
            let body = json!({ "candidateName": "Ada Example", "inviteEmail": guest.address() });
            let work = posted(caller, format!("{simulation}/invite"), body);
            (Some(Asked::Invite { owner, guest }), work)
        }
        Deed::Resend(guest) => {
            let session = stage.known.session(guest);
            let path = format!("{simulation}/candidates/{session}/invite/resend");
            let asked = Asked::Resend { owner, guest, session };
            let work = async move { Came::Answer(caller.post_nothing(&path).await) };
            (Some(asked), Box::pin(work))
        }
        _ => (Some(Asked::Rows { owner }), got(caller, format!("{simulation}/candidates"))),
    }
}

fn of_candidate(stage: &Stage, actor: Actor, deed: Deed, caller: &Caller) -> (Option<Asked>, Work) {
    let (account, session) = (actor.account(), stage.known.session(actor.guest()));
    let caller = caller.on(session);
    let on = |which: Which| {
        let day = stage.known.day(session, which);
        (day, format!("/api/tasks/{}", stage.task(day)))
    };
    match deed {
        Deed::Init(which) => {
            let (day, task) = on(which);
            let body = json!({ "githubUsername": "ada" });
            let work = posted(caller, format!("{task}/codespace/init"), body);
            (Some(Asked::Init { account, session, day }), work)
        }
        Deed::Status(which) => {
            let (day, task) = on(which);
            let work = got(caller, format!("{task}/codespace/status"));
            (Some(Asked::Status { account, session, day }), work)
        }
        Deed::Run(which) => {
            let (day, task) = on(which);
            let work = posted(caller, format!("{task}/run"), json!({}));
            (Some(Asked::Run { account, session, day }), work)
        }
        Deed::Submit(which) => {
            let (day, task) = on(which);
            let body = json!({ "contentText": "Well thought out." });
            let work = posted(caller, format!("{task}/submit"), body);
            (Some(Asked::Submit { account, session, day }), work)
        }
        Deed::Poll => {
            let runs = stage.known.runs.get(&session);
            let (run, day) = runs.and_then(|runs| runs.last().copied()).unwrap_or((1, 2));
            let work = got(caller, format!("/api/tasks/{}/run/{run}", stage.task(day)));
            (Some(Asked::Poll { account, session, run }), work)
        }
        _ => {
            let path = format!("/api/candidate/session/{session}/current_task");
            (Some(Asked::Current { account, session }), got(caller, path))
        }
    }
}

/// One of the things that happened on GitHub, told again or for the first time.
fn told(stage: &mut Stage, which: u8, caller: Caller) -> Option<(Option<Asked>, Work)> {
    stage.known.deliveries.extend(stage.story.stack.github.take_deliveries());
    let delivery = chosen(&stage.known.deliveries, which)?.clone();
    let request = caller
        .request(Method::POST, "/api/github/webhooks")
        .header("content-type", "application/json")
        .header("x-github-event", delivery.event)
        .header("x-github-delivery", delivery.id.to_string())
        .header("x-hub-signature-256", signature(SECRET, delivery.body.as_bytes()))
        .body(delivery.body);
    let asked = Asked::Tell { delivery: delivery.id };
    Some((Some(asked), Box::pin(async move { Came::Answer(caller.send(request).await) })))
}

fn chosen<T>(all: &[T], which: u8) -> Option<&T> {
    all.get(usize::from(which).checked_rem(all.len())?)
}

/// A message that has come, or one that somebody has already, who may be at work on it: a queue may deliver
/// it again.
fn message(stage: &mut Stage, which: u8, age: Age) -> Option<Message> {
    stage.take_messages();
    let known = &mut stage.known;
    if age == Age::Old && !known.delivered.is_empty() {
        return chosen(&known.delivered, which).cloned();
    }
    let at = usize::from(which).checked_rem(known.waiting.len())?;
    let message = known.waiting.remove(at);
    known.delivered.push(message.clone());
    Some(message)
}

impl Stage {
    /// Takes all messages that are due from the queue: from now on the case delivers them.
    pub(super) fn take_messages(&mut self) {
        self.story.stack.worker.pump().unwrap();
        for message in self.story.stack.queue.take_due(usize::MAX) {
            self.story.stack.queue.delete(&message.id);
            self.known.waiting.push(message);
        }
    }
}

/// Does the job that `message` names.
fn worked(process: Process, message: Message) -> Work {
    Box::pin(async move {
        let named: Value = serde_json::from_str(&message.body).unwrap();
        let job = named["jobId"].as_str().unwrap().parse().unwrap();
        let until = process.app.clock.now() + INVOCATION;
        let done = Box::pin(jobs::run(&process.app, job, until)).await;
        Came::Job(message, done.map_err(|error| error.chain()))
    })
}

/// What was said to `asked`, and takes note of it for those who act.
pub(super) fn heard(stage: &mut Stage, asked: Asked, answer: &Answer) -> Said {
    let body = &answer.body;
    if answer.status >= 400 {
        return Said::Refused(answer.status, body["errorCode"].as_str().unwrap().to_owned());
    }
    let number = |name: &str| body[name].as_u64().unwrap();
    match asked {
        Asked::Invite { guest, .. } => {
            let (session, token) = (number("candidateSessionId"), body["token"].as_str().unwrap());
            stage.known.invited(guest, session, token);
            let created = body["outcome"] == "created";
            Said::Invited { session, created, generation: generation(token) }
        }
        Asked::Resend { guest, session, .. } => {
            assert_eq!(stage.known.session(guest), session);
            Said::MailAsked
        }
        Asked::Rows { .. } => Said::Rows(body.as_array().unwrap().iter().map(row).collect()),
        Asked::Claim { .. } => Said::Claimed { completed: body["status"] == "completed" },
        Asked::Current { session, .. } => {
            let done = u8::try_from(body["progress"]["completed"].as_u64().unwrap()).unwrap();
            stage.known.has_done(session, done);
            Said::Current { done }
        }
        Asked::Init { .. } | Asked::Status { .. } => Said::Made,
        Asked::Run { session, day, .. } => {
            let run = number("runId");
            stage.known.runs.entry(session).or_default().push((run, day));
            Said::Started { run }
        }
        Asked::Poll { .. } => Said::Polled { over: body["status"] != "running" },
        Asked::Submit { session, day, .. } => {
            stage.known.has_done(session, day);
            let done = body["progress"]["completed"].as_u64().unwrap();
            Said::Submitted { done: u8::try_from(done).unwrap() }
        }
        Asked::Tell { .. } => Said::Taken(body["outcome"].as_str().unwrap().to_owned()),
    }
}

fn row(row: &Value) -> Row {
    let ready = row["workspaces"].as_array().unwrap().iter().map(|it| it["state"] == "ready");
    Row {
        session: row["candidateSessionId"].as_u64().unwrap(),
        status: row["status"].as_str().unwrap().to_owned(),
        verified: row["verified"].as_bool().unwrap(),
        done: u8::try_from(row["progress"]["current"].as_u64().unwrap()).unwrap(),
        generation: generation(&token_of(&row["inviteUrl"])),
        ready: ready.collect(),
    }
}

/// Everybody who reads in the end, and what.
pub(super) fn readers() -> Vec<(Actor, Deed)> {
    let current = [Actor::Ada, Actor::Double, Actor::Ben].map(|actor| (actor, Deed::Current));
    let status = (Actor::Ada, Deed::Status(Which::Present));
    let claim = (Actor::Ada, Deed::Claim(Guest::Ada, Age::New));
    let rows = (Actor::Owner, Deed::Rows);
    [vec![rows], current.to_vec(), vec![claim, status, rows]].concat()
}
