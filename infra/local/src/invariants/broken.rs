//! What can be wrong with what Tenon has written down and done.

use thiserror::Error;

/// An invariant that does not hold, in a sentence that names what it is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Error)]
pub enum Broken {
    /// An item is not what its key says.
    #[error("{item} cannot be read: {why}")]
    Unreadable {
        /// Its key.
        item: String,
        /// What serde says.
        why: String,
    },
    /// No entity has such a key.
    #[error("nothing of ours is called {item}")]
    Unknown {
        /// Its key.
        item: String,
    },
    /// A key of an item is not the one that follows from its value.
    #[error("{item} has {attribute} {found:?} and should have {expected:?}")]
    Misplaced {
        /// Its key.
        item: String,
        /// `PK`, `GSI1SK`, …
        attribute: &'static str,
        /// What is there.
        found: Option<String>,
        /// What should be.
        expected: Option<String>,
    },
    /// Somebody was told of something that is not there, or not as it was accepted.
    #[error("{promise} was accepted and is not there")]
    Lost {
        /// What was accepted.
        promise: String,
    },
    /// A counter is not the count.
    #[error("{counter} says {says} and {are} are there")]
    Miscounted {
        /// Whose counter.
        counter: String,
        /// What it says.
        says: u64,
        /// What it should say.
        are: u64,
    },
    /// Something needs another thing that is not there or is about something else.
    #[error("{item} lacks {lacks}")]
    Incomplete {
        /// What.
        item: String,
        /// What it lacks.
        lacks: String,
    },
    /// Two places tell different things of one.
    #[error("{item} tells of {about} what is not so")]
    Untrue {
        /// Who tells.
        item: String,
        /// Of what.
        about: String,
    },
    /// Something was done more often than it may be.
    #[error("{what} happened {times} times and may {most} times")]
    Doubled {
        /// What.
        what: String,
        /// How often.
        times: u64,
        /// How often at most.
        most: u64,
    },
    /// Something is pending, nobody will do it, and nobody is told that it failed.
    #[error("{what} is pending and {needs} is neither to be done nor told to have failed")]
    Stuck {
        /// What is pending.
        what: String,
        /// The job that should bring it on.
        needs: String,
    },
    /// A repository belongs to nobody.
    #[error("the repository {repository} is nobody's")]
    Orphaned {
        /// Its full name.
        repository: String,
    },
}
