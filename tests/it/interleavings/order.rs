//! Whether what was answered can be explained: by some order in which everything was done one after the
//! other, and in which nothing comes before what had ended when it began.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::model::{Asked, Said, State};

/// Something that was asked and answered.
#[derive(Debug, Clone)]
pub(super) struct Done {
    pub(super) asked: Asked,
    pub(super) said: Said,
    /// The step at which it began, and the one at which it was answered.
    pub(super) from: usize,
    pub(super) until: usize,
    /// What the clock showed meanwhile.
    pub(super) clock: Vec<Timestamp>,
}

/// The way through all orders that are left.
struct Search<'a> {
    history: &'a [Done],
    /// Where it was in vain: what was done, and how things stood.
    tried: BTreeSet<(u64, State)>,
    /// The most that could be explained.
    best: Vec<usize>,
}

/// How things stand after `history`, in an order that explains it; or the longest beginning of one that
/// could be found.
pub(super) fn explain(history: &[Done]) -> Result<State, Vec<usize>> {
    assert!(history.len() < 64, "a case is short");
    let mut search = Search { history, tried: BTreeSet::new(), best: Vec::new() };
    search.from(&State::default(), &mut Vec::new()).ok_or(search.best)
}

impl Search<'_> {
    fn from(&mut self, state: &State, order: &mut Vec<usize>) -> Option<State> {
        if order.len() == self.history.len() {
            return Some(state.clone());
        }
        if order.len() > self.best.len() {
            self.best.clone_from(order);
        }
        let done = order.iter().fold(0_u64, |done, at| done | 1 << at);
        if !self.tried.insert((done, state.clone())) {
            return None;
        }
        self.next(done).into_iter().find_map(|at| self.then(at, state, order))
    }

    /// The way on with `at`.
    fn then(&mut self, at: usize, state: &State, order: &mut Vec<usize>) -> Option<State> {
        self.after(at, state).into_iter().find_map(|after| {
            order.push(at);
            let found = self.from(&after, order);
            order.pop();
            found
        })
    }

    /// What may come next: what began before anything that is left had ended.
    fn next(&self, done: u64) -> Vec<usize> {
        let left = |at: &usize| done & (1 << at) == 0;
        let all = || (0..self.history.len()).filter(left);
        let first_end = all().map(|at| self.history[at].until).min().unwrap_or(usize::MAX);
        all().filter(|at| self.history[*at].from <= first_end).collect()
    }

    /// The states after `at`, at each time that the clock showed meanwhile.
    fn after(&self, at: usize, state: &State) -> Vec<State> {
        let Done { asked, said, clock, .. } = &self.history[at];
        clock.iter().filter_map(|now| state.after(*asked, said, *now)).collect()
    }
}
