//! Addresses that take no mail from us: they bounced, or their owner complained.
//!
//! Whoever keeps writing to them loses the right to send at all, so each is left alone for a while.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::domain::email_address::EmailAddress;

/// How long an address is left alone. A mistake at the recipient's is mended by then, and nobody has
/// to lift anything by hand.
const SUPPRESSION: SignedDuration = SignedDuration::from_hours(90 * 24);

/// What became of a mail that went out. The later variant outweighs the earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setback {
    /// The recipient's server refused it for good.
    Bounced,
    /// The recipient marked it as spam.
    Complained,
}

impl Setback {
    /// What the recruiter reads of it.
    pub const fn told(self) -> &'static str {
        match self {
            Self::Bounced => "The address bounced.",
            Self::Complained => "The recipient marked the mail as spam.",
        }
    }
}

/// An address that takes no mail for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Suppression {
    /// Which.
    pub email: EmailAddress,
    /// Why.
    pub why: Setback,
    /// Since when.
    pub at: Timestamp,
    /// The second at which it ends, counted from 1970; the table removes the item some time later.
    pub expires_at_epoch: i64,
}

impl Suppression {
    /// The suppression of `email` after `why`; `None` when `before` says as much already.
    pub fn renewed(
        before: Option<&Self>,
        email: &EmailAddress,
        why: Setback,
        now: Timestamp,
    ) -> Option<Self> {
        if before.is_some_and(|before| before.in_force(now) && before.why >= why) {
            return None;
        }
        let until = now.checked_add(SUPPRESSION).unwrap_or(Timestamp::MAX);
        Some(Self { email: email.clone(), why, at: now, expires_at_epoch: until.as_second() })
    }

    /// Whether it still counts.
    pub fn in_force(&self, now: Timestamp) -> bool {
        now.as_second() < self.expires_at_epoch
    }

    /// What the recruiter reads who has another mail sent.
    pub fn told(&self) -> String {
        let until = Timestamp::from_second(self.expires_at_epoch).unwrap_or(Timestamp::MAX);
        let until = until.strftime("%Y-%m-%d");
        format!("{} No mail is sent there before {until}.", self.why.told())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    fn suppressed(why: Setback) -> Suppression {
        let email = EmailAddress::parse("ada@example.com").unwrap();
        Suppression::renewed(None, &email, why, at("2026-03-02T09:00:00Z")).unwrap()
    }

    #[test]
    fn an_address_is_left_alone_for_ninety_days_and_not_a_second_longer() {
        let suppression = suppressed(Setback::Bounced);

        assert!(suppression.in_force(at("2026-05-31T08:59:59Z")));
        assert!(!suppression.in_force(at("2026-05-31T09:00:00Z")));
        assert_eq!(
            suppression.told(),
            "The address bounced. No mail is sent there before 2026-05-31."
        );
    }

    #[test]
    fn only_news_renews_a_suppression() {
        let soon = at("2026-03-03T09:00:00Z");
        let long_after = at("2026-06-01T09:00:00Z");
        let after = |before: &Suppression, why, now| {
            Suppression::renewed(Some(before), &before.email, why, now).map(|renewed| renewed.why)
        };
        let (bounced, complained) = (suppressed(Setback::Bounced), suppressed(Setback::Complained));

        assert_eq!(after(&bounced, Setback::Bounced, soon), None);
        assert_eq!(after(&complained, Setback::Bounced, soon), None);
        assert_eq!(after(&bounced, Setback::Complained, soon), Some(Setback::Complained));
        assert_eq!(after(&bounced, Setback::Bounced, long_after), Some(Setback::Bounced));
    }
}
