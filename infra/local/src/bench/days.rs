//! The five days of one candidate, from the invite to the end, as the web client calls for them.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::bench::CannotMeasure;
use crate::bench::calls::{Api, Ask, Content, Reply, Token, unexpected};
use crate::github::GitHub;
use crate::github::templates::TEMPLATES;

/// The longest that a `Retry-After` is heeded, in seconds.
const HEEDED_SECONDS_MAX: u64 = 5;
/// The account that every candidate of a measurement has on GitHub.
const ACCOUNT: &str = "ada";

/// What was seen of the API while people played.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// How long each answer took.
    pub(super) times: Vec<Duration>,
    /// Answers that asked to come again later, connections that broke among them.
    pub(super) put_off: u64,
}

/// Somebody who plays.
#[derive(Debug, Clone)]
pub(super) struct Somebody {
    pub(super) email: String,
    pub(super) token: Token,
}

/// A submission that was accepted, and what was written, where that is what was handed in.
pub(super) type HandedIn = (u64, Option<String>);

/// What somebody was told is there now.
#[derive(Debug, Clone)]
pub(super) struct Played {
    pub(super) session: u64,
    pub(super) run: u64,
    /// By day, 1 to 5.
    pub(super) submissions: Vec<HandedIn>,
}

/// How people play.
pub(super) struct Player<'a> {
    pub(super) api: Api,
    pub(super) github: &'a GitHub,
    /// Between two looks at the same thing.
    pub(super) pace: Duration,
    /// How long anything may be asked for again.
    pub(super) patience: Duration,
    pub(super) seen: &'a Mutex<Seen>,
}

/// Whoever is on their way through a session.
pub(super) struct Candidate<'a> {
    pub(super) player: &'a Player<'a>,
    pub(super) token: &'a Token,
    pub(super) session: u64,
}

impl Player<'_> {
    /// Invites `who` to `simulation`, and plays all five days.
    pub(super) async fn five_days(
        &self,
        (recruiter, simulation): (&Token, u64),
        who: &Somebody,
    ) -> Result<Played, CannotMeasure> {
        let body = json!({ "candidateName": "Ada Example", "inviteEmail": who.email });
        let invite = Ask::post(format!("api/simulations/{simulation}/invite"), Content::Json(body));
        let invite = invite.by(recruiter).keyed(format!("invite-{}", who.email));
        let invited = self.settled(&invite, 200).await?;
        let found = invited.number("/candidateSessionId").zip(invited.text("/token"));
        let (session, link) = found.ok_or_else(|| unexpected(&invite, &invited))?;
        let claim = Ask::get(format!("api/candidate/session/{link}")).by(&who.token);
        self.settled(&claim, 200).await?;
        let candidate = Candidate { player: self, token: &who.token, session };
        let plan = candidate.hands_in_a_text(1).await?;
        let task = candidate.task(2).await?;
        let run = candidate.runs_the_tests(task).await?;
        let feature = candidate.hands_in(task, json!({})).await?;
        let task = candidate.task(3).await?;
        candidate.pushes(task).await?;
        let repair = candidate.hands_in(task, json!({})).await?;
        let handoff = candidate.hands_in_a_text(4).await?;
        let documentation = candidate.hands_in_a_text(5).await?;
        candidate.has_finished().await?;
        let submissions = vec![plan, (feature, None), (repair, None), handoff, documentation];
        Ok(Played { session, run, submissions })
    }

    /// The answer to a call that must come to `status`; what is refused for the moment is asked for again.
    pub(super) async fn settled(&self, ask: &Ask, status: u16) -> Result<Reply, CannotMeasure> {
        self.until(ask, |reply| (reply.status == status).then_some(true)).await
    }

    /// Asks until `check` says that it is so: `None` is an answer that may not come, `false` is not yet.
    async fn until(
        &self,
        ask: &Ask,
        check: impl Fn(&Reply) -> Option<bool>,
    ) -> Result<Reply, CannotMeasure> {
        let began = Instant::now();
        loop {
            let patient = began.elapsed() < self.patience;
            let wait = match self.api.send(ask).await {
                Err(broken) if !patient => return Err(broken.into()),
                Err(_broken) => {
                    self.put_off();
                    self.pace
                }
                Ok(reply) => {
                    self.saw(&reply);
                    match check(&reply) {
                        Some(true) => return Ok(reply),
                        Some(false) if patient => self.pace,
                        None if patient && reply.is_for_the_moment() => self.told_to_wait(&reply),
                        _ => return Err(unexpected(ask, &reply)),
                    }
                }
            };
            pause(wait).await;
        }
    }

    /// How long to wait before what `reply` refused is asked for again.
    fn told_to_wait(&self, reply: &Reply) -> Duration {
        self.put_off();
        let seconds = reply.retry_after.unwrap_or(0).min(HEEDED_SECONDS_MAX);
        Duration::from_secs(seconds).max(self.pace)
    }

    fn saw(&self, reply: &Reply) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).times.push(reply.took);
    }

    fn put_off(&self) {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).put_off += 1;
    }
}

impl Candidate<'_> {
    fn get(&self, path: String) -> Ask {
        Ask::get(path).by(self.token).within(self.session)
    }

    fn post(&self, path: String, body: serde_json::Value) -> Ask {
        Ask::post(path, Content::Json(body)).by(self.token).within(self.session)
    }

    /// The task of `day`, which is the one to do now.
    pub(super) async fn task(&self, day: u64) -> Result<u64, CannotMeasure> {
        let ask = self.get(format!("api/candidate/session/{}/current_task", self.session));
        let reply = self.player.settled(&ask, 200).await?;
        let is_now = reply.number("/currentDayIndex") == Some(day);
        let task = reply.number("/currentTask/id").filter(|_task| is_now);
        task.ok_or_else(|| unexpected(&ask, &reply))
    }

    async fn hands_in(&self, task: u64, body: serde_json::Value) -> Result<u64, CannotMeasure> {
        let ask = self.post(format!("api/tasks/{task}/submit"), body);
        let ask = ask.keyed(format!("submit-{}-{task}", self.session));
        let reply = self.player.settled(&ask, 201).await?;
        reply.number("/submissionId").ok_or_else(|| unexpected(&ask, &reply))
    }

    pub(super) async fn hands_in_a_text(&self, day: u64) -> Result<HandedIn, CannotMeasure> {
        let task = self.task(day).await?;
        let text = format!(
            "# Day {day} of {}\n\nA client may ask 60 times a minute; then it is told to wait.\n",
            self.session
        );
        let submission = self.hands_in(task, json!({ "contentText": text })).await?;
        Ok((submission, Some(text)))
    }

    /// The repository of a code day, once it is made.
    async fn repository(&self, task: u64) -> Result<String, CannotMeasure> {
        let path = format!("api/tasks/{task}/codespace");
        let check = |reply: &Reply| match reply.status {
            200 => Some(true),
            409 => {
                let code = reply.text("/errorCode");
                (code.as_deref() == Some("WORKSPACE_NOT_READY")).then_some(false)
            }
            _ => None,
        };
        let init = self.post(format!("{path}/init"), json!({ "githubUsername": ACCOUNT }));
        // The name is kept, whether the repository is there or not.
        self.player.until(&init, |reply| check(reply).map(|_ready| true)).await?;
        let status = self.get(format!("{path}/status"));
        let reply = self.player.until(&status, check).await?;
        reply.text("/repoFullName").ok_or_else(|| unexpected(&status, &reply))
    }

    /// Accepts the invitation, and pushes what makes the tests pass.
    async fn pushes(&self, task: u64) -> Result<(), CannotMeasure> {
        let repository = self.repository(task).await?;
        // It may not have come yet: then it is accepted when somebody looks again, or never.
        let _accepted = self.player.github.accept_invitation(&repository, ACCOUNT);
        let [template, ..] = TEMPLATES;
        let (path, text) = (template.source, template.solved());
        let pushed = self.player.github.push(&repository, "main", path, &text, "Solve");
        let told = |refusal| CannotMeasure::Scene(format!("nobody can push: {refusal:?}"));
        pushed.map(|_commit| ()).map_err(told)
    }

    /// Pushes, starts the tests, and waits until they are over; the run.
    pub(super) async fn runs_the_tests(&self, task: u64) -> Result<u64, CannotMeasure> {
        self.pushes(task).await?;
        let path = format!("api/tasks/{task}/run");
        let ask = self.post(path.clone(), json!({}));
        let started = self.player.settled(&ask, 200).await?;
        let run = started.number("/runId").ok_or_else(|| unexpected(&ask, &started))?;
        let poll = self.get(format!("{path}/{run}"));
        let over = |reply: &Reply| {
            let status = reply.text("/status").filter(|_status| reply.status == 200)?;
            Some(status != "running")
        };
        self.player.until(&poll, over).await?;
        Ok(run)
    }

    async fn has_finished(&self) -> Result<(), CannotMeasure> {
        let ask = self.get(format!("api/candidate/session/{}/current_task", self.session));
        let reply = self.player.settled(&ask, 200).await?;
        let done = reply.body().get("isComplete") == Some(&serde_json::Value::Bool(true));
        if done { Ok(()) } else { Err(unexpected(&ask, &reply)) }
    }
}

/// Lets time pass between two looks.
#[expect(clippy::disallowed_methods, reason = "the web client waits between two looks, too")]
pub(super) async fn pause(time: Duration) {
    tokio::time::sleep(time).await;
}
