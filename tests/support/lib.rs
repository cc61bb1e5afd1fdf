//! What the stories need: a whole stack in this process, people who call it, and the time.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "a test may fail loudly"
)]

pub mod caller;
pub mod story;
