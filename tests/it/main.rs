//! Stories, told over HTTP against a whole stack in this process.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail loudly")]

mod five_days;
mod tidy;
