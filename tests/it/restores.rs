//! The table is lost, or spoiled, and restored as it was at a moment. GitHub and the mailbox are ahead of it.
//! What was accepted before the moment is there and goes on; what was made after it is found and not made
//! again; what people did after it is gone.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use local::invariants::promises::{Accepted, Promises};
use serde_json::{Value, json};
use shared::domain::id::{CandidateSessionId, RunId, SimulationId};
use tests::caller::Caller;
use tests::doomed::Fate;
use tests::restored::Restored;
use tests::story::Story;
use tests::work::Invited;

use crate::killed::{PREPARING, live};

const ADA: &str = "ada@example.com";
const BEN: &str = "ben@example.com";
const CLEO: &str = "cleo@example.com";
const DAN: &str = "dan@example.com";
const EVE: &str = "eve@example.com";
/// As many as it takes until nothing is left to do; each is a minute.
const ROUNDS: usize = 12;

/// A candidate and what they work on.
struct Working {
    invited: Invited,
    caller: Caller,
    task: u64,
}

/// What is only in the table that is lost.
struct After {
    /// An invite.
    eve: Invited,
    /// A test run of Ada's.
    run: u64,
}

/// Everybody at the moment that the table is restored to.
struct Town {
    story: Story,
    /// On day 2, with a test run that goes on.
    ada: Working,
    run: u64,
    /// Invited a moment ago: no mail and no repository yet.
    ben: Invited,
    /// Has handed in day 2, which nobody has examined yet.
    cleo: Working,
    /// Whose first repository is made, and the process that made it was killed before it wrote that down.
    dan: Invited,
    items: Vec<Value>,
}

impl Town {
    async fn at_the_moment() -> Self {
        let story = Story::begin().await;
        let dan = story.invited_just_now(DAN).await;
        assert_eq!(live(&story, PREPARING, 2).await, Fate::Killed);
        assert_eq!(story.stack.github.repositories().len(), 1);
        let ada = working(&story, ADA).await;
        let cleo = working(&story, CLEO).await;
        // What was to be done for Dan was lost with the process; it is done after the moment.
        let run = ada.run().await;
        let ben = story.invited_just_now(BEN).await;
        cleo.submit(&cleo.caller).await;
        let items = story.all_items().await;
        Self { story, ada, run, ben, cleo, dan, items }
    }

    /// An hour of work after the moment, all of it in the table that is lost.
    async fn goes_on(&self) -> After {
        let Self { story, ada, .. } = self;
        self.run_dry(&story.stack.worker).await;
        let ben = story.candidate(BEN);
        ben.get(&format!("/api/candidate/session/{}", self.ben.token)).await.expect(200);
        let first = story.current_task(&ben.on(self.ben.session), self.ben.session).await;
        story.hand_in_text(&ben.on(self.ben.session), first).await;
        story.push_solution(&story.repository(&ada.caller, ada.task).await);
        let run = ada.run().await;
        ada.submit(&ada.caller).await;
        let eve = story.invited(EVE).await;
        self.run_dry(&story.stack.worker).await;
        After { eve, run }
    }

    /// Jobs and sweeps until nothing is to be done, in the table that `worker` works on.
    async fn run_dry(&self, worker: &local::worker::Worker) {
        for _ in 0..ROUNDS {
            self.story.clock.advance(SignedDuration::from_mins(1));
            worker.sweep().await.unwrap();
            worker.settle().await.unwrap();
            self.story.accept_invitations("ada");
        }
        assert_eq!(self.story.stack.github.violations(), Vec::<String>::new());
    }

    async fn restored(&self) -> Restored {
        let restored = Box::pin(self.story.restored(&self.items)).await;
        self.run_dry(&restored.worker).await;
        restored
    }

    /// How often each mail went out, by whose it is.
    fn mails(&self) -> BTreeMap<String, usize> {
        let mut sent = BTreeMap::new();
        for mail in self.story.stack.mailbox.mails() {
            let name = mail.content.to[0].split('@').next().unwrap().to_owned();
            *sent.entry(name).or_default() += 1;
        }
        sent
    }

    /// What had been accepted at the moment.
    fn accepted(&self) -> Vec<Accepted> {
        let invite = |invited: &Invited, email: &str| Accepted::Invite {
            simulation: SimulationId::new(invited.simulation),
            session: CandidateSessionId::new(invited.session),
            email: email.to_owned(),
        };
        vec![
            invite(&self.ada.invited, ADA),
            invite(&self.ben, BEN),
            invite(&self.cleo.invited, CLEO),
            invite(&self.dan, DAN),
            Accepted::Run(RunId::new(self.run)),
        ]
    }
}

impl Working {
    async fn run(&self) -> u64 {
        let path = format!("/api/tasks/{}/run", self.task);
        let run = self.caller.post(&path, json!({})).await.expect(200);
        run["runId"].as_u64().unwrap()
    }

    async fn submit(&self, caller: &Caller) -> Value {
        let path = format!("/api/tasks/{}/submit", self.task);
        caller.post(&path, json!({})).await.expect(201)
    }
}

async fn working(story: &Story, email: &str) -> Working {
    let (invited, caller, task) = story.on_day_two(email).await;
    Working { invited, caller, task }
}

fn states(restored: &Restored) -> BTreeMap<String, usize> {
    let mut states = BTreeMap::new();
    for job in restored.items("JOB") {
        *states.entry(job["state"]["M"]["state"]["S"].as_str().unwrap().to_owned()).or_default() +=
            1;
    }
    states
}

#[tokio::test]
async fn a_restored_table_goes_on_from_its_moment_and_adopts_what_was_made_after_it() {
    let town = Town::at_the_moment().await;
    let After { eve, .. } = town.goes_on().await;
    let github = &town.story.stack.github;
    let before = (github.repositories(), github.dispatches(), town.mails());
    let five: Vec<_> = ["ada", "ben", "cleo", "dan", "eve"].map(|it| (it.to_owned(), 1)).into();
    assert_eq!((before.0.len(), before.1, &before.2), (10, 4, &five.into_iter().collect()));

    let restored = Box::pin(town.restored()).await;

    assert_eq!(states(&restored).into_keys().collect::<Vec<_>>(), ["done"]);
    // Nothing is made again, neither Dan's, which was made before the moment, nor Ben's.
    assert_eq!(github.repositories(), before.0);
    assert_eq!(repositories_of(&town, &restored, &town.ben).await, 2);
    assert_eq!(repositories_of(&town, &restored, &town.dan).await, 2);
    // Whose mail had not gone out at the moment gets it a second time, and nobody a third.
    let mut mails = before.2;
    for name in ["ben", "dan"] {
        *mails.get_mut(name).unwrap() += 1;
    }
    assert_eq!(town.mails(), mails);
    // Cleo's tests were started after the moment. Nobody knows, so they are started once more, on the tag
    // that is found; Ada's run is followed by its number.
    assert_eq!(github.dispatches(), before.1 + 1);

    let mut evidence = restored.evidence(&town.story);
    evidence.github.repositories.retain(|it| !it.name.contains(&format!("{}-task", eve.session)));
    evidence.mails.retain(|mail| mail.content.to[0] != EVE);
    let promises = Promises { accepted: town.accepted(), lost_answers: 4 };
    assert_eq!(evidence.broken(&promises), vec![]);
}

/// How many repositories of `whose` are ready in the restored table.
async fn repositories_of(town: &Town, restored: &Restored, whose: &Invited) -> usize {
    let path = format!("/api/simulations/{}/candidates", whose.simulation);
    let rows = town.story.recruiter(1).at(&restored.api).get(&path).await.expect(200);
    let mut rows = rows.as_array().unwrap().iter();
    let row = rows.find(|row| row["candidateSessionId"] == whose.session).unwrap();
    let made = row["workspaces"].as_array().unwrap().iter();
    made.filter(|it| it["state"] == "ready").count()
}

#[tokio::test]
async fn what_people_did_after_the_moment_is_gone_and_can_be_done_again() {
    let town = Town::at_the_moment().await;
    let After { eve, run: later } = town.goes_on().await;
    let restored = Box::pin(town.restored()).await;
    let (story, api) = (&town.story, restored.api.as_str());

    // Eve's invite is not there: nothing of it opens anything. Invited again she has another session.
    let link = format!("/api/candidate/session/{}", eve.token);
    let refused = story.candidate(EVE).at(api).get(&link).await;
    assert_eq!(refused.refusal(), (404, "INVITE_TOKEN_INVALID", "Invalid invite token"));
    // Ben claims a second time with the same link, and is where he was before he did.
    let ben = story.candidate(BEN).at(api);
    let claimed = ben.get(&format!("/api/candidate/session/{}", town.ben.token)).await.expect(200);
    assert_eq!(claimed["candidateSessionId"], town.ben.session);
    let current = format!("/api/candidate/session/{}/current_task", town.ben.session);
    assert_eq!(ben.get(&current).await.expect(200)["completedTaskIds"], json!([]));
    // Ada's run is there with its end, and her day is to be handed in again: on the same commit.
    let run = |id: u64| format!("/api/tasks/{}/run/{id}", town.ada.task);
    let ada = town.ada.caller.at(api);
    assert_eq!(ada.get(&run(town.run)).await.expect(200)["status"], "failed");
    assert_eq!(ada.get(&run(later)).await.refusal(), (404, "RUN_NOT_FOUND", "Run not found"));
    let submitted = town.ada.submit(&ada).await;
    town.run_dry(&restored.worker).await;
    let path = format!("/api/submissions/{}", submitted["submissionId"]);
    let results = story.recruiter(1).at(api).get(&path).await.expect(200);
    assert_eq!(results["testResults"]["status"], "passed");
    // Cleo's, handed in before the moment, is examined; she cannot hand it in twice.
    let path = format!("/api/tasks/{}/submit", town.cleo.task);
    let twice = town.cleo.caller.at(api).post(&path, json!({})).await;
    assert_eq!(twice.refusal(), (409, "SUBMISSION_CONFLICT", "Task already submitted"));
}

#[tokio::test]
async fn messages_of_jobs_that_are_not_in_the_restored_table_are_acknowledged() {
    let town = Town::at_the_moment().await;
    let eve = town.story.invited_just_now(EVE).await;
    town.story.stack.worker.pump().unwrap();

    let restored = Box::pin(town.restored()).await;

    assert_eq!(town.story.stack.queue.next_due(), None);
    assert_eq!(town.story.stack.queue.dead_letters(), vec![]);
    let mailed = town.mails();
    assert_eq!((mailed.get("ben"), mailed.get("eve")), (Some(&1), None));
    let session = format!("CS#{:016}", eve.session);
    assert!(restored.items("CS").iter().all(|item| item["PK"]["S"] != session));
}
