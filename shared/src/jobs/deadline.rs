//! What an invocation does ends before the platform ends it.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::time::timeout;

use crate::app::App;
use crate::telemetry::alarms::{Alarm, alarm};

/// What is left of the invocation's time when its work is cut off, so that this can be recorded and told.
const MARGIN: SignedDuration = SignedDuration::from_millis(500);

/// How long an invocation is taken to last when its deadline is no moment to come: `cargo lambda
/// watch` tells a constant.
const UNTOLD: SignedDuration = SignedDuration::from_secs(30);

/// When the work of an invocation must have ended that is told to end at `told_ms`, in milliseconds since
/// 1970: half a second before.
pub fn deadline(told_ms: u64, now: Timestamp) -> Timestamp {
    let told = i64::try_from(told_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    told.filter(|told| *told > now).unwrap_or(now + UNTOLD) - MARGIN
}

/// What comes of `work`, unless it lasts until `deadline`: then it is dropped where it waits, with the
/// alarm [`Alarm::DeadlineNear`].
pub async fn within<T>(app: &App, deadline: Timestamp, work: impl Future<Output = T>) -> Option<T> {
    let left = deadline.duration_since(app.clock.now());
    let done = timeout(Duration::try_from(left).unwrap_or_default(), work).await;
    done.inspect_err(|_elapsed| alarm(Alarm::DeadlineNear, app.clock.now())).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_leaves_a_margin_and_a_past_one_is_no_deadline() {
        let now = Timestamp::from_millisecond(1_800_000_000_000).unwrap();
        let in_ten = deadline(1_800_000_010_000, now);
        assert_eq!(in_ten.as_millisecond(), 1_800_000_009_500);
        assert_eq!(deadline(600_000, now).as_millisecond(), 1_800_000_029_500);
    }
}
