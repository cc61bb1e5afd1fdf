//! What the stories need: a whole stack in this process, people who call it, and the time.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test may fail loudly"
)]

pub mod caller;
pub mod campaign;
pub mod canary;
pub mod cost;
pub mod detour;
pub mod document;
pub mod doomed;
pub mod door;
pub mod faulty;
mod forward;
pub mod granted;
pub mod held;
pub mod invariants;
pub mod keys;
pub mod kinds;
pub mod logs;
pub mod operator;
pub mod pages;
pub mod problem;
pub mod restored;
pub mod story;
pub mod table;
pub mod template;
pub mod together;
pub mod turns;
pub mod webhooks;
pub mod work;
