//! The people and organisations of this GitHub.
//!
//! Everybody exists: a login gets its account the first time it is mentioned. The exceptions are
//! logins GitHub would not allow, and those that start with `nobody`, for stories about typing errors.
//! Logins that start with `boss` own every organisation: no repository can take a right from them.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where GitHub cuts a login.
const LOGIN_CHARACTERS_MAX: usize = 39;
/// The account whose token every call carries.
pub const BOT_LOGIN: &str = "tenon-bot";
/// The organisation that owns the templates.
pub const TEMPLATE_OWNER: &str = "tenon-hire-dev";

/// What one `github.user` document holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// Above 2^31.
    pub id: u64,
    /// As it was first written; logins are compared without regard to case.
    pub login: String,
    pub kind: UserKind,
    pub created_at: Timestamp,
}

/// GitHub's `type` of an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum UserKind {
    User,
    Organization,
    /// Who an App acts as.
    Bot,
}

impl UserKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Organization => "Organization",
            Self::Bot => "Bot",
        }
    }
}

/// Whether the account owns the organisations.
pub fn is_boss(login: &str) -> bool {
    login.to_ascii_lowercase().starts_with("boss")
}

/// Whether somebody goes by this login: letters, digits and single inner hyphens, at most 39.
pub fn is_somebody(login: &str) -> bool {
    let characters = login.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let hyphens = login.starts_with('-') || login.ends_with('-') || login.contains("--");
    let length = (1..=LOGIN_CHARACTERS_MAX).contains(&login.len());
    characters && length && !hyphens && !login.to_ascii_lowercase().starts_with("nobody")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_exists_whose_login_github_allows_except_nobody() {
        for login in ["octocat", "Jane-Doe", "a", &"x".repeat(39)] {
            assert!(is_somebody(login), "{login}");
        }
        for login in ["", "-a", "a-", "a--b", "jane_doe", "jané", "nobody-here", &"x".repeat(40)] {
            assert!(!is_somebody(login), "{login}");
        }
    }
}
