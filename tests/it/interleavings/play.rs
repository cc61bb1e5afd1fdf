//! A case is played: step by step somebody begins, or one call is let go.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::{SignedDuration, Timestamp};
use local::invariants::Evidence;
use local::invariants::broken::Broken;
use local::invariants::promises::Promises;
use serde_json::Value;
use tests::story::Story;
use tests::turns::Stand;
use tokio::task::JoinHandle;

use super::deed::{Actor, Case, Deed};
use super::model::Asked;
use super::order::Done;
use super::perform::{Came, heard, prepared};
use super::stage::Stage;

/// What every write of the table is.
const WRITE: &str = "TransactWriteItems";

/// Something that is under way.
struct Underway {
    number: usize,
    asked: Option<Asked>,
    from: usize,
    clock: Vec<Timestamp>,
    work: JoinHandle<Came>,
}

/// The table as it was at a moment.
#[derive(Debug, Default)]
pub(super) struct Copied {
    /// How many writes are made before; never, at 0.
    pub(super) after: i64,
    pub(super) items: Vec<Value>,
    pub(super) step: usize,
    /// How many runs and mails there were.
    pub(super) elsewhere: usize,
}

/// How many runs and mails there are.
pub(super) fn elsewhere(story: &Story) -> usize {
    story.stack.github.holdings().runs.len() + story.stack.mailbox.mails().len()
}

/// What can be done next.
#[derive(Debug, Clone, Copy)]
enum Move {
    LetGo(Actor),
    Begin(Actor),
}

/// A case as far as it was played.
pub(super) struct Play {
    pub(super) stage: Stage,
    /// What was asked and answered.
    pub(super) history: Vec<Done>,
    /// Every step, in words.
    pub(super) steps: Vec<String>,
    /// What was broken in between.
    pub(super) broken: BTreeSet<String>,
    /// After which write the table is copied, and the copy.
    pub(super) copy: Copied,
    /// Whether the machine was so slow that a call was let go before its turn.
    pub(super) hurried: bool,
    underway: BTreeMap<Actor, Underway>,
}

impl Play {
    /// A stage on which nothing happened yet.
    pub(super) async fn begin() -> Self {
        Self {
            stage: Stage::set().await,
            history: Vec::new(),
            steps: Vec::new(),
            broken: BTreeSet::new(),
            copy: Copied::default(),
            hurried: false,
            underway: BTreeMap::new(),
        }
    }

    /// Does one deed after the other.
    pub(super) async fn in_turn(&mut self, deeds: Vec<(Actor, Deed)>) {
        for (actor, deed) in deeds {
            self.start(actor, deed).await;
            while self.underway.contains_key(&actor) {
                self.let_go(actor).await;
            }
        }
    }

    /// Does the plan of `case`, as its choices say.
    pub(super) async fn interleaved(&mut self, case: &Case) {
        let mut left: BTreeMap<Actor, VecDeque<Deed>> = BTreeMap::new();
        for (actor, deed) in &case.plan {
            left.entry(*actor).or_default().push_back(*deed);
        }
        let mut choices = case.choices.iter();
        loop {
            let moves = self.moves(&left);
            let choice = choices.next().map_or(0, |choice| usize::from(*choice));
            let Some(mut at) = choice.checked_rem(moves.len()) else { return };
            if let Some(actor) = self.stage.turns.overdue().and_then(|it| self.stage.actor(it)) {
                let goes = |it: &Move| matches!(it, Move::LetGo(who) if *who == actor);
                at = moves.iter().position(goes).unwrap();
                self.hurried = true;
            }
            match moves[at] {
                Move::LetGo(actor) => self.let_go(actor).await,
                Move::Begin(actor) => {
                    let deed = left.get_mut(&actor).and_then(VecDeque::pop_front).unwrap();
                    self.start(actor, deed).await;
                }
            }
        }
    }

    /// What can be done next. Who has nothing to choose from any more ends what is under way first.
    fn moves(&self, left: &BTreeMap<Actor, VecDeque<Deed>>) -> Vec<Move> {
        let goes = self.underway.keys().map(|actor| Move::LetGo(*actor));
        let begins = left.iter().filter(|(actor, deeds)| {
            let alone = |deed: &Deed| matches!(deed, Deed::Wait(_) | Deed::Settle);
            let may = |deed| self.underway.is_empty() || !alone(deed);
            !self.underway.contains_key(actor) && deeds.front().is_some_and(may)
        });
        goes.chain(begins.map(|(actor, _deeds)| Move::Begin(*actor))).collect()
    }

    /// Has `actor` begin, until the first call.
    async fn start(&mut self, actor: Actor, deed: Deed) {
        if actor == Actor::Time {
            return self.pass(deed).await;
        }
        let process = self.stage.process(actor).await;
        let Some((asked, work)) = prepared(&mut self.stage, (actor, deed), &process) else {
            return;
        };
        self.steps.push(format!("{actor:?} begins: {deed:?}"));
        let work = self.stage.turns.begin(process.number, work);
        let (from, clock) = (self.steps.len(), vec![self.stage.story.now()]);
        let number = process.number;
        self.underway.insert(actor, Underway { number, asked, from, clock, work });
        self.stand(actor).await;
    }

    /// What passes for all at once.
    async fn pass(&mut self, deed: Deed) {
        let story = &self.stage.story;
        self.steps.push(format!("{deed:?}"));
        match deed {
            Deed::Wait(seconds) => story.clock.advance(SignedDuration::from_secs(seconds)),
            Deed::Settle => story.settle().await,
            Deed::Push => {
                let pushed = self.stage.repository().map(|it| story.push_solution(&it));
                self.steps.extend(pushed.map(|_commit| "it was pushed".to_owned()));
            }
            _ => {
                story.clock.advance(SignedDuration::from_secs(1));
                let now = story.now();
                self.underway.values_mut().for_each(|it| it.clock.push(now));
            }
        }
    }

    /// Lets the call of `actor` go, and waits for the next.
    async fn let_go(&mut self, actor: Actor) {
        let calls = self.stage.turns.release(self.underway[&actor].number);
        self.steps.push(format!("{actor:?}: {}", calls.join(" and ")));
        self.stand(actor).await;
        if calls.iter().any(|call| call == WRITE) {
            self.look();
            self.copy.after -= 1;
            if self.copy.after == 0 {
                self.copy().await;
            }
        }
    }

    /// Copies the table, at a moment at which anything may be under way.
    pub(super) async fn copy(&mut self) {
        let story = &self.stage.story;
        self.copy.items = story.all_items().await;
        self.copy.step = self.steps.len();
        self.copy.elsewhere = elsewhere(story);
    }

    /// Between two writes everything must hold, too; only what lies about is the sweeper's, who comes later.
    fn look(&mut self) {
        let evidence = Evidence::of(&self.stage.story.stack).unwrap();
        let (step, promises) = (self.steps.len(), Promises::default());
        let is_late =
            |it: &Broken| matches!(it, Broken::Stuck { needs, .. } if needs == "the sweeper");
        let broken = evidence.broken(&promises).into_iter().filter(|it| !is_late(it));
        self.broken.extend(broken.map(|it| format!("after step {step}: {it}")));
    }

    async fn stand(&mut self, actor: Actor) {
        if self.stage.turns.stand(self.underway[&actor].number).await == Stand::Over {
            let over = self.underway.remove(&actor).unwrap();
            let came = over.work.await.unwrap();
            self.end(actor, (over.asked, over.from, over.clock), came);
        }
    }

    fn end(
        &mut self,
        actor: Actor,
        (asked, from, clock): (Option<Asked>, usize, Vec<Timestamp>),
        came: Came,
    ) {
        match came {
            Came::Answer(answer) => {
                let asked = asked.unwrap();
                let said = heard(&mut self.stage, asked, &answer);
                self.steps.push(format!("{actor:?} is answered: {said:?}"));
                let until = self.steps.len();
                self.history.push(Done { asked, said, from, until, clock });
            }
            Came::Job(_, Ok(())) | Came::Swept => {}
            Came::Job(message, Err(why)) => {
                self.steps.push(format!("{actor:?} gives a message back: {why}"));
                self.stage.known.waiting.push(message);
            }
        }
    }
}
