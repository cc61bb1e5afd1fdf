//! A panic ends the work that it is in, and nothing beside it.

use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// The work panicked. Where is told by the process's own hook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Panicked;

/// What `work` comes to, unless it panics. What it had is dropped then as by any other end, and all that
/// is shared with it keeps itself whole: the table by its transactions, the rest by its locks.
pub async fn survive<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut work = pin!(work);
    poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        polled.map_or(Poll::Ready(Err(Panicked)), |polled| polled.map(Ok))
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_answer_and_whatever_else_is_answered_passes() {
        let panics = async {
            tokio::task::yield_now().await;
            "no number".parse::<u8>().unwrap()
        };

        assert_eq!(survive(panics).await, Err(Panicked));
        assert_eq!(survive(async { 5 }).await, Ok(5));
    }
}
