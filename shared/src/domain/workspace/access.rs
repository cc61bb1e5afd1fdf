//! Who may work in a workspace's repository, and how far the invitation is.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::repository::GitHubUsername;

/// How long GitHub keeps an invitation.
pub const INVITATION_LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);
/// When, after an invitation was sent, we look whether it was accepted: the last time once GitHub
/// has dropped it.
const LOOKS: [SignedDuration; 5] = [
    SignedDuration::from_mins(10),
    SignedDuration::from_hours(1),
    SignedDuration::from_hours(6),
    SignedDuration::from_hours(24),
    SignedDuration::from_hours(7 * 24 + 1),
];
/// How often an invitation that nobody accepted is sent anew by itself.
const RENEWALS_MAX: u8 = 2;
/// How long we do not look again for somebody who asks.
const LOOK_PAUSE: SignedDuration = SignedDuration::from_secs(60);

/// How far the candidate's account is let into the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = WorkspaceAccess)]
pub enum Access {
    /// The candidate's GitHub account is not known.
    UsernameNeeded,
    /// GitHub cannot invite the account that was named: another is needed.
    UsernameUnknown,
    /// The invitation is about to be sent.
    Pending,
    /// The invitation was sent and has to be accepted.
    Invited,
    /// The account is in.
    Accepted,
}

impl Access {
    /// The access of who wants in as `wanted`, where `given` was let in, or has `accepted` even, and
    /// `unknown` could not be invited.
    pub fn of(
        wanted: Option<&GitHubUsername>,
        given: Option<(&GitHubUsername, bool)>,
        unknown: Option<&GitHubUsername>,
    ) -> Self {
        let Some(wanted) = wanted else { return Self::UsernameNeeded };
        match given.filter(|(given, _accepted)| given.is_same_account(wanted)) {
            Some((_given, true)) => Self::Accepted,
            Some((_given, false)) => Self::Invited,
            None if unknown.is_some_and(|unknown| unknown.is_same_account(wanted)) => {
                Self::UsernameUnknown
            }
            None => Self::Pending,
        }
    }
}

/// How an invitation fares that has to be accepted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Invitation {
    /// When GitHub sent it.
    pub sent_at: Timestamp,
    /// How often it was sent anew.
    pub renewals: u8,
    /// When we last looked whether it was accepted, or sent it.
    pub looked_at: Timestamp,
    /// When we look by ourselves; `None` once we no longer do.
    pub look_at: Option<Timestamp>,
}

impl Invitation {
    /// The invitation that is sent now; anew, where there was one `before`.
    pub fn sent(before: Option<&Self>, now: Timestamp) -> Self {
        let renewals = before.map_or(0, |before| before.renewals.saturating_add(1));
        let unlooked = Self { sent_at: now, renewals, looked_at: now, look_at: None };
        unlooked.looked(now)
    }

    /// The invitation after we looked at `now` and it was not accepted.
    pub fn looked(mut self, now: Timestamp) -> Self {
        let looks = LOOKS.into_iter().filter_map(|after| self.sent_at.checked_add(after).ok());
        self.look_at = looks.into_iter().find(|at| *at > now);
        self.looked_at = now;
        self
    }

    /// Whether GitHub has dropped it.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        now.duration_since(self.sent_at) >= INVITATION_LIFETIME
    }

    /// Whether it is to be sent anew: it expired, and that did not happen too often already.
    pub fn is_to_be_renewed(&self, now: Timestamp) -> bool {
        self.is_expired(now) && self.renewals < RENEWALS_MAX
    }

    /// Somebody asks at `now`: we look at once, unless we just did. One that is asked for is worth
    /// sending anew.
    pub fn asked_for(&self, now: Timestamp) -> Option<Self> {
        let due = now.duration_since(self.looked_at) >= LOOK_PAUSE;
        due.then(|| Self { renewals: 0, looked_at: now, look_at: Some(now), ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nine() -> Timestamp {
        "2026-03-02T09:00:00Z".parse().unwrap()
    }

    #[test]
    fn we_look_less_and_less_often_and_the_last_time_once_the_invitation_is_gone() {
        let mut invitation = Invitation::sent(None, nine());
        let mut looks = Vec::new();
        while let Some(at) = invitation.look_at {
            looks.push(at.duration_since(nine()).as_mins());
            invitation = invitation.looked(at);
        }

        assert_eq!(looks, [10, 60, 360, 1_440, 10_140]);
        assert!(invitation.is_to_be_renewed(nine() + INVITATION_LIFETIME));
        assert!(!invitation.is_to_be_renewed(nine() + SignedDuration::from_hours(167)));
    }

    #[test]
    fn an_invitation_is_renewed_twice_and_again_only_for_somebody_who_asks() {
        let late = nine() + INVITATION_LIFETIME * 9;
        let second = Invitation::sent(Some(&Invitation::sent(None, nine())), nine());
        let third = Invitation::sent(Some(&second), nine());

        assert_eq!((second.is_to_be_renewed(late), third.is_to_be_renewed(late)), (true, false));
        assert!(third.asked_for(late).unwrap().is_to_be_renewed(late));
    }

    #[test]
    fn asking_has_us_look_once_a_minute() {
        let invitation = Invitation::sent(None, nine());
        let soon = nine() + SignedDuration::from_secs(59);
        assert_eq!(invitation.asked_for(soon), None);
        let then = soon + SignedDuration::from_secs(1);
        assert_eq!(invitation.asked_for(then).unwrap().look_at, Some(then));
    }

    #[test]
    fn access_is_what_the_candidate_has_to_do_next() {
        let name = |text| GitHubUsername::parse(text).unwrap();
        let (ada, shouted, eve) = (name("ada"), name("ADA"), name("eve"));
        let access = |given, unknown| Access::of(Some(&ada), given, unknown);

        assert_eq!(Access::of(None, Some((&ada, true)), None), Access::UsernameNeeded);
        assert_eq!(access(None, None), Access::Pending);
        assert_eq!(access(Some((&eve, true)), Some(&eve)), Access::Pending);
        assert_eq!(access(None, Some(&shouted)), Access::UsernameUnknown);
        assert_eq!(access(Some((&shouted, false)), None), Access::Invited);
        assert_eq!(access(Some((&ada, true)), None), Access::Accepted);
    }
}
