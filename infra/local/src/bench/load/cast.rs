//! Who is in a scene: recruiters, and candidates at several points of their way.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;
use shared::domain::id::CandidateSessionId;
use shared::domain::invite_token::{InviteClaim, InviteKeys};

use crate::bench::CannotMeasure;
use crate::bench::calls::{Api, Ask, Content, Token, unexpected};
use crate::bench::days::{Candidate, Player, Seen};
use crate::bench::load::copies;
use crate::bench::load::scene::POOL_FROM;
use crate::issuer::{Identity, Role};
use crate::stack::{Stack, StackError};

/// How many people share what each may do only so often.
const CROWD: u32 = 250;
/// Whom the lists of candidates are full of.
const GRACE: &str = "grace@example.com";

/// A candidate's session, and whoever has it.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) session: u64,
    pub(super) token: Token,
    /// What its link says.
    link: InviteClaim,
}

impl Place {
    /// The session of copy `number`.
    pub(super) fn copy(&self, number: u64) -> u64 {
        copies::older(self.session, POOL_FROM + number)
    }
}

/// Everybody.
pub(super) struct Cast {
    pub(super) recruiter: Token,
    /// Owns what the recruiter's lists must not show.
    pub(super) rival: Token,
    /// Many who have an account and nothing else.
    pub(super) recruiters: Vec<Token>,
    pub(super) simulation: u64,
    pub(super) rivals_simulation: u64,
    /// The first task of the simulation; the others follow.
    pub(super) task: u64,
    /// Was invited.
    pub(super) grace: Place,
    /// The same address under many subjects.
    pub(super) graces: Vec<Token>,
    /// Has claimed the invite.
    pub(super) eve: Place,
    /// Has handed in the first day, and run the tests of the second.
    pub(super) ada: Place,
    pub(super) run: u64,
    /// Ada's first.
    pub(super) submission: u64,
    /// A push, as GitHub tells it.
    pub(super) push: Arc<str>,
    keys: InviteKeys,
}

impl Cast {
    /// The token in the link of copy `number` of Grace's session.
    pub(super) fn link(&self, number: u64) -> Option<String> {
        let session = CandidateSessionId::new(self.grace.copy(number));
        let claim = InviteClaim { session, ..self.grace.link };
        Some(self.keys.token(claim)?.expose().to_owned())
    }

    /// The run of copy `number` of Ada's session.
    pub(super) fn run_of(&self, number: u64) -> u64 {
        copies::older(self.run, POOL_FROM + number)
    }

    /// Has everybody come so far.
    pub(super) async fn play(stack: &Stack, api: &Api) -> Result<Self, CannotMeasure> {
        let keys = stack.app.secrets().await.map_err(StackError::Tenon)?.invite_keys.clone();
        let play = Play { stack, api, keys };
        let recruiter = play.token("recruiter1@local.test", Role::Recruiter)?;
        let rival = play.token("recruiter2@local.test", Role::Recruiter)?;
        let (simulation, task) = play.simulation(&recruiter).await?;
        let (rivals_simulation, _task) = play.simulation(&rival).await?;
        let invite = async |email| play.invited((&recruiter, simulation), email).await;
        let grace = invite(GRACE).await?.0;
        let (eve, link) = invite("eve@example.com").await?;
        play.claims(&eve, &link).await?;
        let (ada, link) = invite("ada@example.com").await?;
        play.claims(&ada, &link).await?;
        let (submission, run) = play.works(&ada).await?;
        let push = stack.github.deliveries().into_iter().find(|sent| sent.event == "push");
        let push = push.ok_or_else(|| CannotMeasure::Scene("GitHub told no push".to_owned()))?;
        Ok(Self {
            recruiters: play.crowd().await?,
            graces: play.subjects()?,
            push: Arc::from(push.body),
            keys: play.keys,
            recruiter,
            rival,
            simulation,
            rivals_simulation,
            task,
            grace,
            eve,
            ada,
            run,
            submission,
        })
    }
}

/// The tokens of somebody who has this address.
pub(in crate::bench) fn token(stack: &Stack, who: &Identity) -> Result<Token, CannotMeasure> {
    let told = |_error| CannotMeasure::Scene("no token can be signed".to_owned());
    Ok(Token::from(stack.issuer.token(who).map_err(told)?))
}

/// Makes a simulation; its number, and that of its first task.
pub(in crate::bench) async fn simulation(
    api: &Api,
    recruiter: &Token,
) -> Result<(u64, u64), CannotMeasure> {
    let ask = Ask::post("api/simulations", Content::Json(brief())).by(recruiter);
    let made = api.must(&ask, 201).await?;
    let found = made.number("/id").zip(made.number("/tasks/0/id"));
    found.ok_or_else(|| unexpected(&ask, &made))
}

/// What a recruiter sends to make a simulation.
pub(in crate::bench) fn brief() -> serde_json::Value {
    json!({
        "title": "Rate limits for a small service",
        "role": "Backend Engineer",
        "techStack": "Python, FastAPI",
        "seniority": "Mid",
        "focus": "Clear decisions, small steps, tests that say what is promised.",
        "templateKey": "python-fastapi",
    })
}

struct Play<'a> {
    stack: &'a Stack,
    api: &'a Api,
    keys: InviteKeys,
}

impl Play<'_> {
    fn token(&self, email: &str, role: Role) -> Result<Token, CannotMeasure> {
        token(self.stack, &Identity::new(email, role))
    }

    async fn simulation(&self, recruiter: &Token) -> Result<(u64, u64), CannotMeasure> {
        simulation(self.api, recruiter).await
    }

    /// Invites somebody; their place, and the token in their link.
    async fn invited(
        &self,
        (recruiter, simulation): (&Token, u64),
        email: &str,
    ) -> Result<(Place, String), CannotMeasure> {
        let body = json!({ "candidateName": "Ada Example", "inviteEmail": email });
        let ask = Ask::post(format!("api/simulations/{simulation}/invite"), Content::Json(body));
        let ask = ask.by(recruiter);
        let invited = self.api.must(&ask, 200).await?;
        let found = invited.number("/candidateSessionId").zip(invited.text("/token"));
        let (session, link) = found.ok_or_else(|| unexpected(&ask, &invited))?;
        let said = self.keys.read(&link).ok_or_else(|| unexpected(&ask, &invited))?;
        let place = Place { session, token: self.token(email, Role::Candidate)?, link: said };
        Ok((place, link))
    }

    async fn claims(&self, place: &Place, link: &str) -> Result<(), CannotMeasure> {
        let ask = Ask::get(format!("api/candidate/session/{link}")).by(&place.token);
        self.api.must(&ask, 200).await.map(|_opened| ())
    }

    /// Hands in the first day, and runs the tests of the second; the submission and the run.
    async fn works(&self, place: &Place) -> Result<(u64, u64), CannotMeasure> {
        let seen = Mutex::new(Seen::default());
        let player = Player {
            api: self.api.clone(),
            github: &self.stack.github,
            pace: Duration::from_millis(500),
            patience: Duration::from_secs(30),
            seen: &seen,
        };
        let candidate = Candidate { player: &player, token: &place.token, session: place.session };
        let (submission, _text) = candidate.hands_in_a_text(1).await?;
        let task = candidate.task(2).await?;
        Ok((submission, candidate.runs_the_tests(task).await?))
    }

    /// Recruiters whose accounts are made.
    async fn crowd(&self) -> Result<Vec<Token>, CannotMeasure> {
        let mut crowd = Vec::new();
        for number in 0..CROWD {
            let token = self.token(&format!("crowd{number}@local.test"), Role::Recruiter)?;
            self.api.must(&Ask::get("api/auth/me").by(&token), 200).await?;
            crowd.push(token);
        }
        Ok(crowd)
    }

    /// Grace, as many identity providers know her.
    fn subjects(&self) -> Result<Vec<Token>, CannotMeasure> {
        let named = |number| {
            let who = Identity::new(GRACE, Role::Candidate);
            token(self.stack, &Identity { sub: Some(format!("auth0|grace-{number}")), ..who })
        };
        (0..CROWD).map(named).collect()
    }
}
