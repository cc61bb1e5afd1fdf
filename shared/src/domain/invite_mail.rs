//! The mail that carries an invite.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The least time between two mails of one invite.
pub const MAIL_PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// How the newest invite mail fares.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InviteMail {
    /// Counts the mails that were asked for; the natural key of a mail.
    pub number: u32,
    /// Where mail `number` is.
    pub status: MailStatus,
    /// When the newest mail was asked for.
    pub asked_at: Timestamp,
    /// When one last went out, whatever happened since.
    pub sent_at: Option<Timestamp>,
    /// Why the newest one failed, in words for the recruiter.
    pub error: Option<String>,
    /// The provider's name for the newest one that went out.
    pub message_id: Option<String>,
    /// How often the newest one was handed over without an answer.
    #[serde(default)]
    pub unanswered: u8,
}

/// How often a mail is handed over whose answer is lost: once, and once again.
const UNANSWERED_MAX: u8 = 2;

impl InviteMail {
    /// The mail of a fresh invite.
    pub fn first(now: Timestamp) -> Self {
        Self {
            number: 1,
            status: MailStatus::Queued,
            asked_at: now,
            sent_at: None,
            error: None,
            message_id: None,
            unanswered: 0,
        }
    }

    /// The mail about to be handed over; `None` when it may have arrived too often already.
    pub fn sending(self) -> Option<Self> {
        let unanswered = self.unanswered + 1;
        let sending = Self { status: MailStatus::Sending, unanswered, ..self };
        (unanswered <= UNANSWERED_MAX).then_some(sending)
    }

    /// The mail after the provider took it as `message_id`.
    pub fn sent(self, message_id: String, now: Timestamp) -> Self {
        Self {
            status: MailStatus::Sent,
            sent_at: Some(now),
            error: None,
            message_id: Some(message_id),
            unanswered: 0,
            ..self
        }
    }

    /// The mail after an attempt that surely sent nothing.
    pub fn not_sent(self, why: &str) -> Self {
        Self { unanswered: self.unanswered.saturating_sub(1), ..self.failed(why) }
    }

    /// The mail when it is given up, for the reason that the recruiter sees.
    pub fn failed(self, why: &str) -> Self {
        Self { status: MailStatus::Failed, error: Some(why.to_owned()), ..self }
    }

    /// How long to wait before another mail may be asked for; zero when it may be now.
    pub fn pause_left(&self, now: Timestamp) -> SignedDuration {
        let left = MAIL_PAUSE - now.duration_since(self.asked_at);
        left.max(SignedDuration::ZERO)
    }

    /// The same in whole seconds, rounded up: after them, and not before, the pause is over.
    pub fn seconds_left(&self, now: Timestamp) -> u32 {
        let milliseconds = u64::try_from(self.pause_left(now).as_millis()).unwrap_or(0);
        u32::try_from(milliseconds.div_ceil(1_000)).unwrap_or(u32::MAX)
    }

    /// Another mail.
    pub fn next(self, now: Timestamp) -> Self {
        let number = self.number + 1;
        let status = MailStatus::Queued;
        Self { number, status, asked_at: now, error: None, unanswered: 0, ..self }
    }
}

/// Where a mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum MailStatus {
    /// Asked for.
    Queued,
    /// Recorded before the provider is called: a lost answer may cost a second mail, never none.
    Sending,
    /// The provider took it.
    Sent,
    /// The provider refused it for good.
    Failed,
}

impl MailStatus {
    /// The status as the client reads it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Sending => "sending",
            Self::Sent => "sent",
            Self::Failed => "failed",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mail_whose_answer_is_lost_is_handed_over_once_more_and_no_oftener() {
        let now = Timestamp::UNIX_EPOCH;
        let once = InviteMail::first(now).sending().unwrap();
        let twice = once.clone().sending().unwrap();
        assert_eq!(twice.sending(), None);

        let throttled = once.not_sent("busy");
        assert_eq!((throttled.status, throttled.unanswered), (MailStatus::Failed, 0));
        let sent = throttled.sending().unwrap().sent("id".to_owned(), now);
        assert_eq!((sent.status, sent.error), (MailStatus::Sent, None));
    }
}
