//! The account of one request or job: what it has spent, and what is left of its limit.
//!
//! It belongs to the task that does the work, so that the table, GitHub and the limits can note what
//! they do without being told for whom. Outside of any nothing is noted.

use std::cell::RefCell;
use std::time::Duration;

tokio::task_local! {
    static LEDGER: RefCell<Entry>;
}

/// What one request came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// Calls to the table; a call that was tried again counts once more.
    pub table_calls: u32,
    /// How long the table took, all calls together.
    pub table_time: Duration,
    /// Calls to GitHub.
    pub github_calls: u32,
    /// The fewest calls that GitHub still allows us until its limit is renewed, where it said so.
    pub github_remaining: Option<u64>,
    /// How the request stands with the limit it came nearest to.
    pub standing: Option<Standing>,
    /// What the log calls the work: jobs that follow from it are called the same.
    pub cause: Option<String>,
}

/// How a caller stands with a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The limit's name.
    pub policy: &'static str,
    /// Requests that pass in a window.
    pub max: u32,
    /// The window's length, in seconds.
    pub window_seconds: u32,
    /// Requests that may still pass in this window.
    pub remaining: u32,
    /// Seconds until the window ends.
    pub reset_seconds: u32,
}

/// Does `work` on an account of its own, and closes it.
pub async fn kept<T>(work: impl Future<Output = T>) -> (T, Entry) {
    kept_as(None, work).await
}

/// The same for work that the log calls `cause`.
pub async fn kept_as<T>(cause: Option<String>, work: impl Future<Output = T>) -> (T, Entry) {
    let entry = Entry { cause, ..Entry::default() };
    LEDGER
        .scope(RefCell::new(entry), async {
            let output = work.await;
            (output, LEDGER.with(RefCell::take))
        })
        .await
}

/// The account as it is now; an empty one outside of any.
pub fn so_far() -> Entry {
    LEDGER.try_with(|entry| entry.borrow().clone()).unwrap_or_default()
}

/// Notes a call to the table.
pub fn table_call(took: Duration) {
    note(|entry| {
        entry.table_calls += 1;
        entry.table_time += took;
    });
}

/// Notes a call to GitHub.
pub fn github_call() {
    note(|entry| entry.github_calls += 1);
}

/// Notes how many calls GitHub still allows us; the fewest are kept.
pub fn github_remaining(calls: u64) {
    note(|entry| {
        let fewest = entry.github_remaining.map_or(calls, |known| known.min(calls));
        entry.github_remaining = Some(fewest);
    });
}

/// Notes how the request stands with a limit; the one with the least left is kept.
pub fn limited(standing: Standing) {
    note(|entry| match entry.standing {
        Some(nearest) if nearest.remaining <= standing.remaining => {}
        _ => entry.standing = Some(standing),
    });
}

fn note(change: impl FnOnce(&mut Entry)) {
    // There is no account outside a request.
    let _noted = LEDGER.try_with(|entry| change(&mut entry.borrow_mut()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(policy: &'static str, remaining: u32) -> Standing {
        Standing { policy, max: 10, window_seconds: 60, remaining, reset_seconds: 30 }
    }

    #[tokio::test]
    async fn two_requests_keep_two_accounts() {
        let one = kept(async {
            table_call(Duration::from_millis(2));
            tokio::task::yield_now().await;
            table_call(Duration::from_millis(3));
            limited(standing("far", 9));
            limited(standing("near", 1));
            limited(standing("nearly", 2));
        });
        let other = kept(async {
            github_call();
            github_remaining(41);
            github_remaining(42);
            tokio::task::yield_now().await;
        });
        let (((), one), ((), other)) = tokio::join!(one, other);

        assert_eq!((one.table_calls, one.github_calls), (2, 0));
        assert_eq!(one.table_time, Duration::from_millis(5));
        assert_eq!(one.standing, Some(standing("near", 1)));
        let spent = Entry { github_calls: 1, github_remaining: Some(41), ..Entry::default() };
        assert_eq!(other, spent);
    }

    #[test]
    fn outside_a_request_nothing_is_noted() {
        github_call();
        assert_eq!(so_far(), Entry::default());
    }

    #[tokio::test]
    async fn the_account_can_be_read_before_it_is_closed_and_says_whose_it_is() {
        let work = async {
            github_remaining(41);
            so_far()
        };
        let (before, closed) = kept_as(Some("a request".to_owned()), work).await;

        let cause = Some("a request".to_owned());
        assert_eq!(closed, Entry { github_remaining: Some(41), cause, ..Entry::default() });
        assert_eq!(before, closed);
    }
}
