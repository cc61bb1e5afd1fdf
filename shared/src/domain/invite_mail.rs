//! The mail that carries an invite.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::id::CandidateSessionId;
use crate::domain::job::redrive::RedriveRefused;
use crate::domain::suppression::{Setback, Suppression};

/// The least time between two mails of one invite.
pub const MAIL_PAUSE: SignedDuration = SignedDuration::from_secs(30);

/// Names one mail of one session, here and at whoever sends it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MailKey {
    /// Whose invite.
    pub session: CandidateSessionId,
    /// Which of the mails that were asked for.
    pub number: u32,
}

impl MailKey {
    /// Reads what [`MailKey`] is shown as: `<session>-<number>`.
    pub fn parse(text: &str) -> Option<Self> {
        let (session, number) = text.split_once('-')?;
        Some(Self {
            session: CandidateSessionId::parse(session).ok()?,
            number: number.parse().ok()?,
        })
    }
}

impl fmt::Display for MailKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.session, self.number)
    }
}

/// What the provider tells of a mail that it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailFate {
    /// It went out, and its address is to be left alone.
    CameBack(Setback),
    /// It never went out, which is not its address's fault.
    NotSent(NotSent),
}

/// Why a mail that the provider took never went out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotSent {
    /// The provider takes its content for harmful.
    Rejected,
    /// The provider could not make it from its template.
    NotRendered,
}

impl NotSent {
    /// What the recruiter reads of it.
    pub const fn told(self) -> &'static str {
        match self {
            Self::Rejected => "The mail provider refused the mail for its content.",
            Self::NotRendered => "The mail provider could not put the mail together.",
        }
    }
}

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
    /// Why the newest one failed or came back, in words for the recruiter.
    pub error: Option<String>,
    /// The provider's name for the newest one that went out, where it gave one.
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

    /// Whether mail `number` is still to be sent: it is the newest, and its end is not known yet.
    pub fn awaits(&self, number: u32) -> bool {
        let over = match self.status {
            MailStatus::Queued
            | MailStatus::Sending
            | MailStatus::RateLimited
            | MailStatus::Retrying => false,
            MailStatus::Sent
            | MailStatus::Failed
            | MailStatus::Bounced
            | MailStatus::Complained => true,
        };
        self.number == number && !over
    }

    /// The mail about to be handed over; `None` when it may have arrived too often already.
    pub fn sending(self) -> Option<Self> {
        let unanswered = self.unanswered + 1;
        let sending = Self { status: MailStatus::Sending, unanswered, ..self };
        (unanswered <= UNANSWERED_MAX).then_some(sending)
    }

    /// The mail after the provider took it as `message_id`.
    pub fn sent(self, message_id: Option<String>, now: Timestamp) -> Self {
        Self {
            status: MailStatus::Sent,
            sent_at: Some(now),
            error: None,
            message_id,
            unanswered: 0,
            ..self
        }
    }

    /// The mail after an attempt that may be repeated without sending it twice.
    pub fn not_sent(self, why: &str) -> Self {
        let unanswered = self.unanswered.saturating_sub(1);
        Self { status: MailStatus::Retrying, unanswered, ..self.failed(why) }
    }

    /// The same, when the provider takes no more mails for the moment.
    pub fn rate_limited(self, why: &str) -> Self {
        Self { status: MailStatus::RateLimited, ..self.not_sent(why) }
    }

    /// The mail when it is given up, for the reason that the recruiter sees.
    pub fn failed(self, why: &str) -> Self {
        Self { status: MailStatus::Failed, error: Some(why.to_owned()), ..self }
    }

    /// The mail that is not sent, because its address takes none.
    pub fn suppressed(self, suppression: &Suppression) -> Self {
        let status = MailStatus::after(suppression.why);
        Self { status, error: Some(suppression.told()), unanswered: 0, ..self }
    }

    /// The mail after the provider, which took it as `message_id`, told what became of it. `None`
    /// when that is known: events are repeated and come in any order, and a complaint outweighs a
    /// bounce.
    pub fn came_back(self, why: Setback, message_id: &str, now: Timestamp) -> Option<Self> {
        let known = match self.status {
            MailStatus::Complained => true,
            MailStatus::Bounced => why == Setback::Bounced,
            _ => false,
        };
        let told_as_sent = matches!(self.status, MailStatus::Sent | MailStatus::Bounced);
        (!known).then(|| Self {
            status: MailStatus::after(why),
            sent_at: self.sent_at.filter(|_at| told_as_sent).or(Some(now)),
            error: Some(why.told().to_owned()),
            message_id: Some(message_id.to_owned()),
            unanswered: 0,
            ..self
        })
    }

    /// Mail `number` when a person has it sent after all.
    pub fn taken_up(self, number: u32) -> Result<Self, RedriveRefused> {
        if self.number != number {
            return Err(RedriveRefused::NewerMail);
        }
        match self.status {
            MailStatus::Sent => Err(RedriveRefused::NothingLeft),
            MailStatus::Bounced | MailStatus::Complained => Err(RedriveRefused::AddressRefused),
            MailStatus::Queued
            | MailStatus::Sending
            | MailStatus::RateLimited
            | MailStatus::Retrying
            | MailStatus::Failed => {
                Ok(Self { status: MailStatus::Queued, error: None, unanswered: 0, ..self })
            }
        }
    }

    /// The mail after the provider, which took it as `message_id`, told that it never went out. `None`
    /// when its end is known, and while it waits to be handed over: what is told then is of a time
    /// before somebody had it sent after all.
    pub fn never_went_out(self, why: NotSent, message_id: &str) -> Option<Self> {
        let stays = matches!(
            self.status,
            MailStatus::Queued | MailStatus::Failed | MailStatus::Bounced | MailStatus::Complained
        );
        (!stays).then(|| Self {
            message_id: Some(message_id.to_owned()),
            unanswered: 0,
            ..self.failed(why.told())
        })
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MailStatus {
    /// Asked for.
    Queued,
    /// Recorded before the provider is called: a lost answer may cost a second mail, never none.
    Sending,
    /// The provider took it.
    Sent,
    /// The provider takes no more mails for the moment; it goes out later.
    RateLimited,
    /// The provider failed or could not be reached; it is tried again.
    Retrying,
    /// The provider refused it, or it was tried too often.
    Failed,
    /// The address does not exist or refuses our mails.
    Bounced,
    /// The recipient marked a mail of ours as spam.
    Complained,
}

impl MailStatus {
    const fn after(why: Setback) -> Self {
        match why {
            Setback::Bounced => Self::Bounced,
            Setback::Complained => Self::Complained,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    fn sent() -> InviteMail {
        InviteMail::first(NOW).sending().unwrap().sent(Some("id".to_owned()), NOW)
    }

    #[test]
    fn a_mail_whose_answer_is_lost_is_handed_over_once_more_and_no_oftener() {
        let once = InviteMail::first(NOW).sending().unwrap();
        let twice = once.clone().sending().unwrap();
        assert_eq!(twice.sending(), None);

        let throttled = once.rate_limited("busy");
        assert_eq!((throttled.status, throttled.unanswered), (MailStatus::RateLimited, 0));
        let failed = throttled.sending().unwrap().not_sent("gone");
        assert_eq!((failed.status, failed.unanswered), (MailStatus::Retrying, 0));
        let sent = failed.sending().unwrap().sent(Some("id".to_owned()), NOW);
        assert_eq!((sent.status, sent.error), (MailStatus::Sent, None));
    }

    #[test]
    fn a_complaint_outweighs_a_bounce_in_either_order_and_nothing_counts_twice() {
        let told = |mail: InviteMail, why| mail.came_back(why, "id", NOW);

        let bounced = told(sent(), Setback::Bounced).unwrap();
        assert_eq!(bounced.status, MailStatus::Bounced);
        assert_eq!(bounced.error.as_deref(), Some("The address bounced."));
        assert_eq!(told(bounced.clone(), Setback::Bounced), None);
        let complained = told(bounced, Setback::Complained).unwrap();
        assert_eq!(complained.status, MailStatus::Complained);
        assert_eq!(told(complained.clone(), Setback::Bounced), None);
        assert_eq!(told(complained, Setback::Complained), None);
    }

    #[test]
    fn a_mail_that_came_back_before_its_answer_was_read_did_go_out() {
        let later = NOW + SignedDuration::from_secs(3);
        let sending = InviteMail::first(NOW).sending().unwrap();

        let bounced = sending.came_back(Setback::Bounced, "id", later).unwrap();

        assert_eq!((bounced.sent_at, bounced.message_id.as_deref()), (Some(later), Some("id")));
        assert!(!bounced.awaits(1));
        let again = sent().came_back(Setback::Bounced, "id", later).unwrap();
        assert_eq!(again.sent_at, Some(NOW));
    }

    #[test]
    fn a_mail_that_never_went_out_has_failed_unless_its_end_is_known() {
        let refused = sent().never_went_out(NotSent::Rejected, "id").unwrap();
        let why = "The mail provider refused the mail for its content.";
        assert_eq!((refused.status, refused.error.as_deref()), (MailStatus::Failed, Some(why)));
        assert!(!refused.awaits(1));

        assert_eq!(refused.clone().never_went_out(NotSent::NotRendered, "id"), None);
        let again = refused.taken_up(1).unwrap();
        assert_eq!(again.clone().never_went_out(NotSent::Rejected, "id"), None, "told before");
        let again = again.sending().unwrap().never_went_out(NotSent::Rejected, "id").unwrap();
        assert_eq!(again.status, MailStatus::Failed);
        let bounced = sent().came_back(Setback::Bounced, "id", NOW).unwrap();
        assert_eq!(bounced.never_went_out(NotSent::Rejected, "id"), None);
        let overtaken = InviteMail::first(NOW).sending().unwrap();
        let overtaken = overtaken.never_went_out(NotSent::NotRendered, "id").unwrap();
        assert_eq!((overtaken.status, overtaken.unanswered), (MailStatus::Failed, 0));
    }

    #[test]
    fn a_mail_is_awaited_until_its_end_and_only_the_newest_is() {
        let mail = InviteMail::first(NOW);
        assert!(mail.awaits(1) && !mail.awaits(2));
        assert!(mail.clone().not_sent("busy").awaits(1));
        assert!(mail.clone().rate_limited("busy").awaits(1));
        assert!(!mail.clone().failed("no").awaits(1));
        assert!(!sent().awaits(1));
        assert!(!mail.next(NOW).awaits(1));
    }

    #[test]
    fn a_mail_that_failed_is_sent_after_all_unless_a_newer_one_was_asked_for_or_it_arrived() {
        let failed = InviteMail::first(NOW).sending().unwrap().failed("no");
        let again = failed.clone().taken_up(1).unwrap();
        assert!(again.awaits(1));
        assert_eq!((again.status, again.error, again.unanswered), (MailStatus::Queued, None, 0));

        let refused = |mail: InviteMail| mail.taken_up(1).unwrap_err();
        assert_eq!(refused(failed.next(NOW)), RedriveRefused::NewerMail);
        assert_eq!(refused(sent()), RedriveRefused::NothingLeft);
        let bounced = sent().came_back(Setback::Bounced, "id", NOW).unwrap();
        assert_eq!(refused(bounced), RedriveRefused::AddressRefused);
    }

    #[test]
    fn a_mails_key_is_read_as_it_is_shown() {
        let key = MailKey { session: CandidateSessionId::new(12), number: 3 };

        assert_eq!(key.to_string(), "12-3");
        assert_eq!(MailKey::parse("12-3"), Some(key));
        for wrong in ["", "12", "12-", "-3", "12-x", "12-3-4", "x-3", "12--3"] {
            assert_eq!(MailKey::parse(wrong), None, "{wrong}");
        }
    }
}
