//! The time, as an argument.
//!
//! Nothing else in the workspace may ask the system for the time (clippy's `disallowed-methods`), so a
//! test says what time it is and no test waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// Where the time comes from. Clones of a fixed clock share their hands.
#[derive(Debug, Clone)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// A clock that moves only when told.
    Fixed(Arc<Hands>),
}

/// What a fixed clock shows: milliseconds since the epoch, and by how many every look moves it on.
#[derive(Debug, Default)]
pub struct Hands {
    shown: AtomicI64,
    step: AtomicI64,
}

impl Clock {
    /// A clock that stands at `now` until it is set or advanced.
    pub fn fixed(now: Timestamp) -> Self {
        let shown = AtomicI64::new(now.as_millisecond());
        Self::Fixed(Arc::new(Hands { shown, ..Hands::default() }))
    }

    /// The present, in whole milliseconds: what is answered equals what is stored.
    pub fn now(&self) -> Timestamp {
        let milliseconds = match self {
            #[expect(clippy::disallowed_methods, reason = "this is the one place that asks")]
            Self::System => Timestamp::now().as_millisecond(),
            Self::Fixed(hands) => {
                hands.shown.fetch_add(hands.step.load(Ordering::SeqCst), Ordering::SeqCst)
            }
        };
        Timestamp::from_millisecond(milliseconds).unwrap_or(Timestamp::MAX)
    }

    /// Moves a fixed clock to `now`; the system's clock stays as it is.
    pub fn set(&self, now: Timestamp) {
        if let Self::Fixed(hands) = self {
            hands.shown.store(now.as_millisecond(), Ordering::SeqCst);
        }
    }

    /// Has every look at a fixed clock move it on by `step`, as time passes between any two looks at
    /// the system's.
    pub fn tick(&self, step: SignedDuration) {
        if let Self::Fixed(hands) = self {
            let step = i64::try_from(step.as_millis()).unwrap_or(i64::MAX);
            hands.step.store(step, Ordering::SeqCst);
        }
    }

    /// Moves a fixed clock by `step`; the system's clock stays as it is.
    pub fn advance(&self, step: SignedDuration) {
        self.set(self.now().checked_add(step).unwrap_or(Timestamp::MAX));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fixed_clock_moves_only_when_told_and_for_all_its_clones() {
        let start: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        let clock = Clock::fixed(start);
        let clone = clock.clone();

        assert_eq!(clone.now(), start);
        clock.advance(SignedDuration::from_secs(90));
        assert_eq!(clone.now().to_string(), "2026-03-02T09:01:30Z");
        clock.tick(SignedDuration::from_millis(5));
        assert_eq!(clone.now().to_string(), "2026-03-02T09:01:30Z");
        assert_eq!(clone.now().to_string(), "2026-03-02T09:01:30.005Z");
    }
}
