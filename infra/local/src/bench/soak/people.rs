//! Who is about while it soaks: candidates who play one after the other, and a recruiter who looks on.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde_json::json;
use shared::domain::id::{CandidateSessionId, RunId, SimulationId, SubmissionId};
use shared::domain::task::Day;
use tokio::task::JoinSet;

use crate::bench::CannotMeasure;
use crate::bench::calls::{Api, Ask, Content, Token};
use crate::bench::days::{Played, Player, Seen, Somebody, pause};
use crate::bench::load::cast::{brief, token};
use crate::github::GitHub;
use crate::invariants::promises::Accepted;
use crate::issuer::{Identity, Issuer, Role};
use crate::stack::Stack;

/// Between two looks at the same thing: twice as often as the web client.
const PACE: Duration = Duration::from_millis(750);
/// Between two looks of the recruiter's.
const LOOKS_EVERY: Duration = Duration::from_millis(250);
/// How long anything may be asked for again.
const PATIENCE: Duration = Duration::from_mins(4);
/// How many candidates a simulation has before the next is made.
const CANDIDATES_EACH: u64 = 10;

/// Everything the people know and have seen.
pub(super) struct Crowd {
    pub(super) api: Api,
    pub(super) github: GitHub,
    recruiter: Token,
    /// When nobody begins anything any more.
    until: Instant,
    begun: AtomicU64,
    /// The simulation that people are invited to.
    simulation: Mutex<(u64, u64)>,
    pub(super) seen: Mutex<Seen>,
    pub(super) told: Mutex<Told>,
}

/// What people were told.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// What was accepted.
    pub(super) accepted: Vec<Accepted>,
    /// Candidates who did all five days.
    pub(super) finished: u64,
    /// What did not go as it must, a sentence each.
    pub(super) failed: Vec<String>,
    /// What the recruiter looked at.
    pub(super) looks: u64,
}

impl Crowd {
    pub(super) fn new(stack: &Stack, api: Api, until: Instant) -> Result<Arc<Self>, CannotMeasure> {
        let recruiter = token(stack, &Identity::new("recruiter1@local.test", Role::Recruiter))?;
        Ok(Arc::new(Self {
            api,
            github: stack.github.clone(),
            recruiter,
            until,
            begun: AtomicU64::new(0),
            simulation: Mutex::default(),
            seen: Mutex::default(),
            told: Mutex::default(),
        }))
    }

    /// Has `count` candidates play at a time, and the recruiter look, until the time is over and those who
    /// began have ended.
    pub(super) async fn play(
        self: &Arc<Self>,
        stack: &Stack,
        count: u32,
    ) -> Result<(), CannotMeasure> {
        self.makes_a_simulation(0).await?;
        let mut all = JoinSet::new();
        for _place in 0..count {
            let crowd = Arc::clone(self);
            let issuer = stack.issuer.clone();
            all.spawn(async move { crowd.one_after_the_other(&issuer).await });
        }
        let crowd = Arc::clone(self);
        all.spawn(async move { crowd.looks().await });
        while all.join_next().await.is_some() {}
        Ok(())
    }

    /// Candidates play, each when the one before has ended.
    async fn one_after_the_other(&self, issuer: &Issuer) {
        while Instant::now() < self.until {
            let number = self.begun.fetch_add(1, Ordering::SeqCst);
            let who = Identity::new(&format!("soak{number}@example.com"), Role::Candidate);
            let Ok(token) = issuer.token(&who) else { continue };
            if let Err(failed) = self.plays(number, &who, Token::from(token)).await {
                self.told().failed.push(format!("candidate {number}: {failed}"));
            }
        }
    }

    fn player(&self) -> Player<'_> {
        let (api, github) = (self.api.clone(), &self.github);
        Player { api, github, pace: PACE, patience: PATIENCE, seen: &self.seen }
    }

    fn told(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn makes_a_simulation(&self, number: u64) -> Result<u64, CannotMeasure> {
        let ask = Ask::post("api/simulations", Content::Json(brief())).by(&self.recruiter);
        let made = self.player().settled(&ask.keyed(format!("simulation-{number}")), 201).await?;
        let id = made.number("/id").unwrap_or(0);
        self.told().accepted.push(Accepted::Simulation(SimulationId::new(id)));
        *self.simulation.lock().unwrap_or_else(PoisonError::into_inner) = (number, id);
        Ok(id)
    }

    async fn plays(&self, number: u64, who: &Identity, token: Token) -> Result<(), CannotMeasure> {
        let (made, simulation) = *self.simulation.lock().unwrap_or_else(PoisonError::into_inner);
        let due = number / CANDIDATES_EACH;
        let simulation = if due > made { self.makes_a_simulation(due).await? } else { simulation };
        let somebody = Somebody { email: who.email.clone(), token };
        let played = self.player().five_days((&self.recruiter, simulation), &somebody).await?;
        let mut told = self.told();
        told.finished += 1;
        told.accepted.extend(promised(&played, simulation, who));
        Ok(())
    }

    /// The recruiter looks at one list after the other, and invites somebody now and then.
    async fn looks(&self) {
        let mut number = 0_u64;
        while Instant::now() < self.until {
            number += 1;
            let (_made, simulation) =
                *self.simulation.lock().unwrap_or_else(PoisonError::into_inner);
            let path = match number % 5 {
                0 => "api/auth/me".to_owned(),
                1 => "api/simulations?limit=50".to_owned(),
                2 => "api/submissions?limit=50".to_owned(),
                3 => format!("api/simulations/{simulation}/candidates?limit=50"),
                _ => self.a_submission(),
            };
            let looked = self.player().settled(&Ask::get(path).by(&self.recruiter), 200).await;
            if let Err(failed) = looked {
                self.told().failed.push(format!("the recruiter: {failed}"));
            }
            self.told().looks += 1;
            if number.is_multiple_of(40) {
                self.invites_somebody_who_never_comes(simulation, number).await;
            }
            pause(LOOKS_EVERY).await;
        }
    }

    /// The path of the submission that was handed in last.
    fn a_submission(&self) -> String {
        let told = self.told();
        let last = told.accepted.iter().rev().find_map(|accepted| match accepted {
            Accepted::Submission { id, .. } => Some(*id),
            _ => None,
        });
        last.map_or_else(|| "api/submissions".to_owned(), |id| format!("api/submissions/{id}"))
    }

    /// Invites, and it stays at that.
    async fn invites_somebody_who_never_comes(&self, simulation: u64, number: u64) {
        let email = format!("late{number}@example.com");
        let body = json!({ "candidateName": "Late", "inviteEmail": email });
        let path = format!("api/simulations/{simulation}/invite");
        let ask = Ask::post(path, Content::Json(body)).by(&self.recruiter);
        let invited = self.player().settled(&ask.keyed(format!("late-{number}")), 200).await;
        match invited.map(|invited| invited.number("/candidateSessionId")) {
            Ok(Some(session)) => self.told().accepted.push(Accepted::Invite {
                simulation: SimulationId::new(simulation),
                session: CandidateSessionId::new(session),
                email,
            }),
            Ok(None) => self.told().failed.push("an invite without a session".to_owned()),
            Err(failed) => self.told().failed.push(format!("the recruiter: {failed}")),
        }
    }
}

/// What somebody who played was promised.
fn promised(played: &Played, simulation: u64, who: &Identity) -> Vec<Accepted> {
    let session = CandidateSessionId::new(played.session);
    let simulation = SimulationId::new(simulation);
    let email = who.email.clone();
    let mut promised = vec![
        Accepted::Invite { simulation, session, email },
        Accepted::Claim { session, sub: who.subject() },
        Accepted::Run(RunId::new(played.run)),
    ];
    let days = Day::ALL.into_iter().zip(&played.submissions);
    promised.extend(days.map(|(day, (id, text))| {
        let (id, text) = (SubmissionId::new(*id), text.clone());
        Accepted::Submission { session, day, id, text }
    }));
    promised
}
