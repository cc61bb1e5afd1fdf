//! The mail that carries an invite.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

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
}

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
        }
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
        Self { number, status: MailStatus::Queued, asked_at: now, error: None, ..self }
    }
}

/// Where a mail is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
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
