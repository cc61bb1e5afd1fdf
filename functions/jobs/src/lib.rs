//! Does the jobs that the queue hands over, and takes note of what SES tells of mails: `EventBridge`
//! puts its events into the same queue.

mod batch;

use aws_lambda_events::event::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Error, LambdaEvent};
use serde::Deserialize;
use shared::app::App;
use shared::email::event::MailEvent;
use shared::flows::mark_bounced::mark_bounced;
use shared::jobs::deadline::{deadline, within};
use shared::jobs::survive::survive;
use shared::queue::Message;
use shared::store::item::is_unreadable;
use shared::telemetry::alarms::{Alarm, alarm};

/// No message is begun with less time than this: a call of GitHub may take 6 s, and what it said has to be
/// recorded.
const LEAST: SignedDuration = SignedDuration::from_secs(7);
/// How long after its deadline what became of a job may be recorded; the invocation lasts a tenth of a second
/// longer, for the answer.
const RECORDING: SignedDuration = SignedDuration::from_millis(400);

/// What a message says.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Letter {
    /// A job is to be done.
    Job(Message),
    /// SES tells what became of a mail.
    Mail(Box<MailEvent>),
}

/// Does every job of a batch, one after the other, each in its share of the time. A message that could not be
/// dealt with because the table or the queue cannot be reached, because what it is about cannot be read, for want
/// of time, or because we panicked is named in the answer, and comes again, until the queue puts it aside for
/// people. One that makes no sense is acknowledged: it would never make any.
pub async fn handle(app: &App, event: LambdaEvent<SqsEvent>) -> Result<SqsBatchResponse, Error> {
    let deadline = deadline(event.context.deadline, app.clock.now());
    batch::begin(&event.payload.records, app.clock.now());
    let mut response = SqsBatchResponse::default();
    let messages = event.payload.records;
    let count = i32::try_from(messages.len()).unwrap_or(i32::MAX);
    for (left, message) in (1..=count).rev().zip(messages) {
        let until = share(deadline, left, app.clock.now());
        let done = async {
            if let Some(until) = until {
                done(app, &message, until).await
            } else {
                let message_id = message.message_id.as_deref();
                tracing::warn!(message_id, "no time is left to begin a message");
                alarm(Alarm::DeadlineNear, app.clock.now());
                false
            }
        };
        // A panic is one message's: the others of the batch are dealt with all the same.
        if survive(Box::pin(done)).await != Ok(true) {
            let mut failure = BatchItemFailure::default();
            failure.item_identifier = message.message_id.unwrap_or_default();
            response.batch_item_failures.push(failure);
        }
    }
    Ok(response)
}

/// Until when the first of `left` messages may be dealt with, so that a slow one does not keep the others
/// waiting for another delivery. `None` when there is too little time to begin.
fn share(deadline: Timestamp, left: i32, now: Timestamp) -> Option<Timestamp> {
    let share = (deadline.duration_since(now) / left).max(LEAST);
    Some(now + share).filter(|until| *until <= deadline)
}

/// Whether the message needs no second delivery.
async fn done(app: &App, message: &SqsMessage, deadline: Timestamp) -> bool {
    let body = message.body.as_deref().unwrap_or_default();
    match serde_json::from_str(body) {
        Ok(Letter::Job(Message { job_id, .. })) => {
            let done = shared::jobs::run(app, job_id, deadline);
            told(app, within(app, deadline + RECORDING, done).await, &job_id.to_string())
        }
        Ok(Letter::Mail(event)) => {
            let done = within(app, deadline, mark_bounced(app, &event)).await;
            told(app, done, event.message_id())
        }
        Err(_unread) => {
            // A second delivery would read no better.
            tracing::error!(message_id = message.message_id, "a message names no job and no mail");
            alarm(Alarm::PoisonMessage, app.clock.now());
            true
        }
    }
}

/// Whether what was `done` about `about` is recorded; a failure is told, and what did not end in its time.
fn told(app: &App, done: Option<Result<(), shared::error::Error>>, about: &str) -> bool {
    match done {
        Some(Ok(())) => true,
        Some(Err(error)) => {
            if is_unreadable(&error) {
                alarm(Alarm::PoisonMessage, app.clock.now());
            }
            tracing::error!(about, error = %error.chain(), "a message could not be dealt with");
            false
        }
        None => {
            tracing::error!(about, "a message was not dealt with in its time");
            false
        }
    }
}

#[cfg(test)]
mod tests {
    use shared::domain::invite_mail::MailKey;
    use shared::domain::suppression::Setback;

    use super::*;

    #[test]
    fn every_message_has_its_share_of_what_is_left_and_seven_seconds_at_least_or_is_not_begun() {
        let now = Timestamp::from_millisecond(1_800_000_000_000).unwrap();
        let share = |ms: i64, left: i32| {
            let until = share(now + SignedDuration::from_millis(ms), left, now)?;
            Some(until.duration_since(now).as_millis())
        };

        assert_eq!(share(59_500, 5), Some(11_900));
        assert_eq!(share(59_500, 1), Some(59_500));
        // The first was done at once.
        assert_eq!(share(59_000, 4), Some(14_750));
        // Others were slow.
        assert_eq!(share(23_800, 5), Some(7_000));
        assert_eq!(share(7_000, 2), Some(7_000));
        assert_eq!(share(6_999, 1), None);
        assert_eq!(share(-1, 3), None);
    }

    #[test]
    fn recorded_messages_are_read_as_what_they_are() {
        let body = |file: &str| {
            let event: SqsEvent = serde_json::from_str(file).unwrap();
            serde_json::from_str(event.records[0].body.as_deref().unwrap()).unwrap()
        };

        let job = body(include_str!("../../../events/jobs.sqs.json"));
        let bounce = body(include_str!("../../../events/jobs.bounce.json"));
        let complaint = body(include_str!("../../../events/jobs.complaint.json"));

        assert!(matches!(job, Letter::Job(_)));
        let Letter::Mail(bounce) = bounce else { panic!("{bounce:?}") };
        let Letter::Mail(complaint) = complaint else { panic!("{complaint:?}") };
        let setbacks = (bounce.setback(), complaint.setback());
        assert_eq!(setbacks, (Some(Setback::Bounced), Some(Setback::Complained)));
        assert_eq!(bounce.key(), MailKey::parse("3300000000000000-1"));
    }
}
