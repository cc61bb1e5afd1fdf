//! What must be so whatever happened, asked of a story.

use local::invariants::Evidence;
use local::invariants::promises::Promises;

use crate::story::Story;

impl Story {
    /// Every invariant that does not hold now, as a sentence.
    pub fn broken(&self, promises: &Promises) -> Vec<String> {
        let evidence = Evidence::of(&self.stack).unwrap();
        evidence.broken(promises).iter().map(ToString::to_string).collect()
    }
}
