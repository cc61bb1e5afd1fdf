//! No request takes for ever.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use lambda_http::RequestExt;

use crate::app::App;
use crate::error::Error;
use crate::telemetry::alarms::{Alarm, alarm};

/// How long a request may take. The web client waits at least 15 seconds, API Gateway 30.
const LONGEST: Duration = Duration::from_secs(20);
/// What is left of an invocation's time for the answer to get out, in milliseconds.
const TO_ANSWER_MS: i64 = 500;

/// Ends a request that takes too long: 503, and whatever it was doing is dropped where it waits.
pub(crate) async fn limit_time(State(app): State<App>, request: Request, next: Next) -> Response {
    let deadline = request.lambda_context_ref().map(|context| context.deadline);
    let left = time_left(deadline, app.clock.now());
    match tokio::time::timeout(left, next.run(request)).await {
        Ok(response) => response,
        Err(_elapsed) => {
            alarm(Alarm::DeadlineNear, app.clock.now());
            Error::TimedOut.into_response()
        }
    }
}

/// How long a request may take at `now` in an invocation that ends at `deadline`, in milliseconds
/// since 1970. One that has passed tells nothing: nobody would be here, and `cargo lambda watch`
/// tells a constant.
fn time_left(deadline: Option<u64>, now: Timestamp) -> Duration {
    let deadline = deadline.and_then(|deadline| i64::try_from(deadline).ok());
    let left = deadline.map(|deadline| deadline.saturating_sub(now.as_millisecond()));
    let Some(left) = left.filter(|left| *left > 0) else { return LONGEST };
    LONGEST.min(Duration::from_millis(u64::try_from(left - TO_ANSWER_MS).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_may_take_20_seconds_but_never_longer_than_its_invocation_lives() {
        let now: Timestamp = "2026-03-02T09:00:00Z".parse().unwrap();
        let at = |milliseconds| u64::try_from(now.as_millisecond() + milliseconds).ok();

        assert_eq!(time_left(None, now), Duration::from_secs(20));
        assert_eq!(time_left(at(60_000), now), Duration::from_secs(20));
        assert_eq!(time_left(at(3_000), now), Duration::from_millis(2_500));
        assert_eq!(time_left(at(500), now), Duration::ZERO);
        assert_eq!(time_left(at(1), now), Duration::ZERO);
        assert_eq!(time_left(Some(u64::MAX), now), Duration::from_secs(20));
        for passed in [Some(600_000), at(-1), at(0)] {
            assert_eq!(time_left(passed, now), Duration::from_secs(20), "{passed:?}");
        }
    }
}
