//! A repository: its names, references, and who may work in it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::github::objects::Sha;

/// Where GitHub cuts a name.
const NAME_CHARACTERS_MAX: usize = 100;

/// What one `github.repository` document holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_excessive_bools, reason = "both are what GitHub says")]
pub struct Repository {
    /// Above 2^31, so that no caller gets away with 32 bits.
    pub id: u64,
    pub owner: String,
    pub name: String,
    pub description: Option<String>,
    pub visibility: Visibility,
    pub is_template: bool,
    /// Whether nobody can write to it.
    #[serde(default)]
    pub archived: bool,
    pub default_branch: String,
    /// The id of the template it was generated from.
    pub template: Option<u64>,
    /// Full names (`refs/heads/main`, `refs/tags/v1`) and the commits they stand for.
    pub refs: BTreeMap<String, Sha>,
    /// Every commit made here, oldest first, reachable or not.
    pub commits: Vec<Sha>,
    /// By lower-case login.
    pub collaborators: BTreeMap<String, Permission>,
    /// By lower-case login of the invitee.
    pub invitations: BTreeMap<String, Invitation>,
    pub created_at: Timestamp,
    pub pushed_at: Timestamp,
}

/// Who may read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Visibility {
    Public,
    Private,
}

/// What a collaborator may do, under the names of the `permission` field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Permission {
    Pull,
    Triage,
    Push,
    Maintain,
    Admin,
}

/// An invitation nobody has answered yet.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub id: u64,
    pub permission: Permission,
    pub created_at: Timestamp,
}

impl Repository {
    /// `owner/name`.
    pub fn full_name(&self) -> String {
        format!("{}/{}", self.owner, self.name)
    }

    pub fn branch(&self, name: &str) -> Option<&Sha> {
        self.refs.get(&format!("refs/heads/{name}"))
    }

    pub fn tag(&self, name: &str) -> Option<&Sha> {
        self.refs.get(&format!("refs/tags/{name}"))
    }

    /// The references under `refs/heads/` or `refs/tags/` by their short names.
    pub fn refs_under(&self, prefix: &str) -> Vec<(&str, &Sha)> {
        self.refs.iter().filter_map(|(name, sha)| Some((name.strip_prefix(prefix)?, sha))).collect()
    }

    /// The commit that a branch, a tag, a full reference or a full SHA stands for.
    pub fn resolve(&self, name: &str) -> Option<Sha> {
        let reference =
            self.branch(name).or_else(|| self.tag(name)).or_else(|| self.refs.get(name));
        reference.cloned().or_else(|| Sha::parse(name).filter(|sha| self.commits.contains(sha)))
    }

    pub fn is_private(&self) -> bool {
        self.visibility == Visibility::Private
    }
}

impl Permission {
    /// The name that invitations and `role_name` use.
    pub fn role(self) -> &'static str {
        match self {
            Self::Pull => "read",
            Self::Triage => "triage",
            Self::Push => "write",
            Self::Maintain => "maintain",
            Self::Admin => "admin",
        }
    }
}

/// The name GitHub gives a repository that was asked for as `asked`: everything but letters, digits,
/// `.`, `_` and `-` becomes `-`. None when it is blank or longer than 100 characters.
pub(super) fn repository_name(asked: &str) -> Option<String> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    let name: String = asked.trim().chars().map(|c| if allowed(c) { c } else { '-' }).collect();
    let reserved = matches!(name.as_str(), "" | "." | "..");
    (!reserved && name.len() <= NAME_CHARACTERS_MAX).then_some(name)
}

/// Whether git takes `name` (`refs/…/…`) as the name of a reference.
pub(super) fn is_reference_name(name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    let sound = |part: &&str| {
        let ends =
            part.is_empty() || part.starts_with('.') || part.split('.').next_back() == Some("lock");
        !ends && !part.contains("..") && !part.contains("@{") && !part.contains(forbidden)
    };
    name.starts_with("refs/") && parts.len() >= 3 && !name.ends_with('.') && parts.iter().all(sound)
}

fn forbidden(c: char) -> bool {
    c.is_ascii_control() || matches!(c, ' ' | '~' | '^' | ':' | '?' | '*' | '[' | '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_gets_the_name_that_was_asked_for_as_far_as_github_allows() {
        assert_eq!(repository_name("tenon-ws-12-task41").as_deref(), Some("tenon-ws-12-task41"));
        assert_eq!(repository_name("my repo/ä").as_deref(), Some("my-repo--"));
        assert_eq!(repository_name("  "), None);
        assert_eq!(repository_name(&"x".repeat(100)).map(|name| name.len()), Some(100));
        assert_eq!(repository_name(&"x".repeat(101)), None);
    }

    #[test]
    fn a_reference_has_a_full_and_sound_name() {
        assert!(is_reference_name("refs/tags/tenon-day-2"));
        assert!(is_reference_name("refs/heads/feature/x"));
        for name in ["tags/x", "refs/tags", "refs/tags/", "refs/heads/a b", "refs/heads/a..b"] {
            assert!(!is_reference_name(name), "{name}");
        }
    }
}
