//! One line in the log for every batch, which says how long its messages had waited.

use aws_lambda_events::event::sqs::SqsMessage;
use jiff::Timestamp;
use shared::queue::Message;
use shared::telemetry::invocation;

/// Writes the line of a batch that is begun at `now`.
pub(crate) fn begin(messages: &[SqsMessage], now: Timestamp) {
    tracing::info!(
        messages = messages.len(),
        QueueAge = oldest(messages, now),
        ColdStart = invocation::cold_start(),
        "a batch"
    );
}

/// How long the oldest message had waited since it could be received, in seconds. One that was received
/// before counts no more: it came back because of what happened to it.
fn oldest(messages: &[SqsMessage], now: Timestamp) -> Option<f64> {
    let fresh = messages.iter().filter(|message| number(message, RECEIVED) == Some(1));
    let due = fresh.filter_map(|message| Some(number(message, SENT)? + kept_back_ms(message)));
    let waited = now.as_millisecond().saturating_sub(due.min()?).max(0);
    Some(std::time::Duration::from_millis(waited.unsigned_abs()).as_secs_f64())
}

const RECEIVED: &str = "ApproximateReceiveCount";
/// In milliseconds since 1970.
const SENT: &str = "SentTimestamp";

/// How long the queue was asked to keep a message back.
fn kept_back_ms(message: &SqsMessage) -> i64 {
    let body = message.body.as_deref().unwrap_or_default();
    let job: Option<Message> = serde_json::from_str(body).ok();
    job.map_or(0, |job| i64::from(job.delay_seconds) * 1_000)
}

fn number(message: &SqsMessage, name: &str) -> Option<i64> {
    message.attributes.get(name)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(received: &str, sent: &str) -> SqsMessage {
        let mut message = SqsMessage::default();
        let attributes = [(RECEIVED, received), (SENT, sent)];
        message.attributes = attributes.map(|(name, text)| (name.into(), text.into())).into();
        message
    }

    #[test]
    fn the_oldest_message_that_is_received_for_the_first_time_tells_the_age_of_the_queue() {
        let now = Timestamp::from_millisecond(1_800_000_010_000).unwrap();
        let [older, newer] = ["1800000000500", "1800000009000"];

        let age = |messages: &[SqsMessage]| oldest(messages, now);
        assert_eq!(age(&[message("1", newer), message("1", older)]), Some(9.5));
        assert_eq!(age(&[message("1", newer), message("2", older)]), Some(1.0));
        assert_eq!(age(&[message("1", "1800000010001")]), Some(0.0));
        assert_eq!(age(&[message("2", older)]), None);
        assert_eq!(age(&[message("1", "soon")]), None);
        assert_eq!(age(&[]), None);
        let mut kept_back = message("1", older);
        let job = "00000000-0000-4000-8000-000000000000";
        kept_back.body = Some(format!(r#"{{"jobId":"{job}","delaySeconds":9}}"#));
        assert_eq!(age(&[kept_back]), Some(0.5));
    }
}
