//! Does the jobs that the queue hands over.

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Error, LambdaEvent};
use shared::app::App;
use shared::queue::Message;

/// What is left of the invocation's time when a job is cut off, so that this can be recorded.
const MARGIN: SignedDuration = SignedDuration::from_secs(1);
/// No job is begun with less time than this.
const LEAST: SignedDuration = SignedDuration::from_secs(5);

/// How long an invocation is taken to last when its deadline is no moment to come: `cargo lambda
/// watch` tells a constant.
const UNTOLD: SignedDuration = SignedDuration::from_secs(30);

/// Does every job of a batch, one after the other. A message that could not be dealt with because
/// the table or the queue cannot be reached is named in the answer, and comes again.
pub async fn handle(app: &App, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, Error> {
    let deadline = deadline(event.context.deadline, app.clock.now());
    let mut response = SqsBatchResponse::default();
    for message in event.payload.records {
        let time_is_up = app.clock.now() + LEAST > deadline;
        if time_is_up || !done(app, &message, deadline).await {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = message.message_id.unwrap_or_default();
            response.batch_item_failures.push(failure);
        }
    }
    Ok(response)
}

/// When the jobs of this invocation must have been given back.
fn deadline(told_ms: u64, now: Timestamp) -> Timestamp {
    let told = i64::try_from(told_ms).ok().and_then(|ms| Timestamp::from_millisecond(ms).ok());
    told.filter(|told| *told > now).unwrap_or(now + UNTOLD) - MARGIN
}

/// Whether the message needs no second delivery.
async fn done(app: &App, message: &SqsMessage, deadline: Timestamp) -> bool {
    let body = message.body.as_deref().unwrap_or_default();
    let Ok(Message { job_id }) = serde_json::from_str(body) else {
        // A second delivery would read no better.
        tracing::error!(message = message.message_id, "a message names no job");
        return true;
    };
    match shared::jobs::run(app, job_id, deadline).await {
        Ok(()) => true,
        Err(error) => {
            tracing::error!(job = %job_id, error = %error.chain(), "a job could not be recorded");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_leaves_a_margin_and_a_past_one_is_no_deadline() {
        let now = Timestamp::from_millisecond(1_800_000_000_000).unwrap();
        let in_ten = deadline(1_800_000_010_000, now);
        assert_eq!(in_ten.as_millisecond(), 1_800_000_009_000);
        assert_eq!(deadline(600_000, now).as_millisecond(), 1_800_000_029_000);
    }
}
