//! How often anybody may do what: the one table of limits.
//!
//! Whoever is let in is limited by who they are, never by where they call from: all users reach us
//! through the web client's server, which has one address. Only what fails is counted by address.
//! The codespace's status has no limit.

use std::fmt::Display;
use std::fmt::Write as _;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

/// At most `max` uses in each window. Windows follow each other without a gap, aligned to the epoch,
/// so that all processes agree on them without a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Policy {
    /// What is limited, as headers and keys name it.
    pub name: &'static str,
    /// How many uses a window allows.
    pub max: u32,
    /// How long a window is.
    pub window_seconds: u32,
}

impl Policy {
    const fn new(name: &'static str, max: u32, window_seconds: u32) -> Self {
        Self { name, max, window_seconds }
    }

    /// What `parts` together may use of this: a caller, and what they call for.
    pub fn of(self, parts: &[&dyn Display]) -> Allowance {
        let mut text = String::new();
        for part in parts {
            let part = part.to_string();
            // Each with its length, so that no two lists of parts read alike.
            let _infallible = write!(text, "{}:{part},", part.len());
        }
        let holder = URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()));
        Allowance { policy: self, holder }
    }

    /// The window that `now` is in.
    pub fn window(self, now: Timestamp) -> Window {
        let length = i64::from(self.window_seconds.max(1));
        let number = now.as_second().div_euclid(length);
        let end = Timestamp::from_second((number + 1) * length);
        Window { number, ends_at: end.unwrap_or(Timestamp::MAX) }
    }
}

/// `GET /api/auth/me`, by user.
pub const AUTH_ME: Policy = Policy::new("auth_me", 60, 60);
/// Inviting one address, by user and normalised address, whatever the simulation.
pub const INVITE_CREATE: Policy = Policy::new("invite_create", 20, 60);
/// Asking for one candidate's mail again, by user and session.
pub const INVITE_RESEND: Policy = Policy::new("invite_resend", 10, 60);
/// Having one submission examined again, by user and submission.
pub const EXAMINATION: Policy = Policy::new("examination", 10, 60);
/// Following one invite link, by subject and token.
pub const CANDIDATE_CLAIM: Policy = Policy::new("candidate_claim", 10, 60);
/// Asking for the current task, by subject and session.
pub const CANDIDATE_CURRENT_TASK: Policy = Policy::new("candidate_current_task", 60, 60);
/// Listing one's invites, by subject.
pub const CANDIDATE_INVITES: Policy = Policy::new("candidate_invites", 30, 60);
/// Asking for the workspace, by subject and session.
pub const INIT: Policy = Policy::new("init", 20, 30);
/// Opening the page for the GitHub username and saying it there, by session: the link is the proof.
pub const GITHUB_USERNAME: Policy = Policy::new("github_username", 20, 30);
/// Starting test runs, by subject and session.
pub const RUN: Policy = Policy::new("run", 20, 30);
/// Polling test runs, by subject and session. The web client polls every 1.5 s, in each of its tabs.
pub const POLL: Policy = Policy::new("poll", 60, 30);
/// Handing in, by subject and session.
pub const SUBMIT: Policy = Policy::new("submit", 10, 30);
/// Requests without a good token, by address; refuses only such requests. Twice what one page would
/// need: everybody whose token has run out comes from the web client's one address.
pub const FAILED_LOGIN: Policy = Policy::new("failed_login", 60, 60);
/// Requests with a wrong admin key, by address; refuses only such requests.
pub const ADMIN_KEY: Policy = Policy::new("admin_key", 10, 60);

/// Every policy there is.
pub const ALL: [Policy; 14] = [
    AUTH_ME,
    INVITE_CREATE,
    INVITE_RESEND,
    EXAMINATION,
    CANDIDATE_CLAIM,
    CANDIDATE_CURRENT_TASK,
    CANDIDATE_INVITES,
    INIT,
    GITHUB_USERNAME,
    RUN,
    POLL,
    SUBMIT,
    FAILED_LOGIN,
    ADMIN_KEY,
];

/// What one caller may use of a policy. Holds a digest of who that is: no address, e-mail, subject
/// or token gets from here into the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Allowance {
    policy: Policy,
    holder: String,
}

impl Allowance {
    /// Of which policy.
    pub const fn policy(&self) -> Policy {
        self.policy
    }

    /// Who has it: 43 characters that tell nothing.
    pub fn holder(&self) -> &str {
        &self.holder
    }
}

/// A stretch of time in which uses are counted together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Windows of its length since the epoch.
    pub number: i64,
    /// When the next one begins.
    pub ends_at: Timestamp,
}

impl Window {
    /// Whole seconds until the next window, at least 1: whoever waits that long is in it.
    pub fn seconds_left(self, now: Timestamp) -> u32 {
        let left = self.ends_at.as_millisecond().saturating_sub(now.as_millisecond());
        u32::try_from((left + 999) / 1_000).unwrap_or(0).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Timestamp {
        time.parse().unwrap()
    }

    #[test]
    fn a_window_ends_where_the_next_begins_for_everybody_at_the_same_time() {
        let early = POLL.window(at("2026-03-02T09:00:00Z"));
        let late = POLL.window(at("2026-03-02T09:00:29.999Z"));
        let next = POLL.window(at("2026-03-02T09:00:30Z"));

        assert_eq!(early, late);
        assert_eq!(early.ends_at, at("2026-03-02T09:00:30Z"));
        assert_eq!(next.number, early.number + 1);
        assert_eq!(early.seconds_left(at("2026-03-02T09:00:00Z")), 30);
        assert_eq!(early.seconds_left(at("2026-03-02T09:00:00.001Z")), 30);
        assert_eq!(early.seconds_left(at("2026-03-02T09:00:29Z")), 1);
        assert_eq!(early.seconds_left(at("2026-03-02T09:00:29.999Z")), 1);
    }

    #[test]
    fn an_allowance_is_one_callers_and_does_not_say_whose() {
        let ada = RUN.of(&[&"auth0|ada", &7]);

        assert_eq!(ada, RUN.of(&[&"auth0|ada", &"7"]));
        assert_ne!(ada, RUN.of(&[&"auth0|ada", &8]));
        assert_ne!(ada, RUN.of(&[&"auth0|adam", &7]));
        assert_ne!(RUN.of(&[&"a", &"b,1:c"]), RUN.of(&[&"a", &"b", &"c"]));
        assert_eq!(ada.holder().len(), 43);
        assert!(!ada.holder().contains("ada"));
    }
}
