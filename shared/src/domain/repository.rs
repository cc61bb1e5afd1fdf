//! Names that GitHub gives to things. A value is a proof that its text is well formed, so it can
//! stand in a path or a link without further thought.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

/// The longest owner or repository name, in characters.
const NAME_CHARS_MAX: usize = 100;
/// The longest branch name, in characters.
const BRANCH_CHARS_MAX: usize = 200;
/// The longest GitHub username, in characters.
const USERNAME_CHARS_MAX: usize = 39;
/// A commit's SHA-1, in hexadecimal digits.
const SHA_CHARS: usize = 40;

/// Gives a single-field text type its reading side: `as_str`, `Display` and the way through serde.
macro_rules! text {
    ($name:ident, $error:ty) => {
        impl $name {
            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl TryFrom<String> for $name {
            type Error = $error;

            fn try_from(text: String) -> Result<Self, Self::Error> {
                Self::parse(&text)
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.0
            }
        }
    };
}

/// A repository as `owner/name`; each part is 1 to 100 of `[A-Za-z0-9_.-]`, and neither `.` nor `..`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RepositoryName(String);

/// The text is not `owner/name`.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("not a repository name of the form owner/name")]
pub struct InvalidRepositoryName;

text!(RepositoryName, InvalidRepositoryName);

impl RepositoryName {
    /// Reads `owner/name`.
    pub fn parse(text: &str) -> Result<Self, InvalidRepositoryName> {
        let (owner, name) = text.split_once('/').ok_or(InvalidRepositoryName)?;
        Self::new(owner, name)
    }

    /// Joins an owner and a name.
    pub fn new(owner: &str, name: &str) -> Result<Self, InvalidRepositoryName> {
        if is_name_part(owner) && is_name_part(name) {
            Ok(Self(format!("{owner}/{name}")))
        } else {
            Err(InvalidRepositoryName)
        }
    }

    /// Whether both name one repository: GitHub ignores case in names, and `==` does not.
    pub fn is_same(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }

    /// A name that is known to be well formed: the catalog's.
    pub(crate) fn trusted(owner: &str, name: &str) -> Self {
        Self(format!("{owner}/{name}"))
    }

    /// The part before the slash.
    pub fn owner(&self) -> &str {
        self.0.split_once('/').map_or("", |(owner, _)| owner)
    }

    /// The part after the slash.
    pub fn name(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, name)| name)
    }

    /// The repository's page on GitHub.
    pub fn url(&self) -> String {
        format!("https://github.com/{self}")
    }

    /// The page on which somebody accepts the invitation to the repository.
    pub fn invitations_url(&self) -> String {
        format!("{}/invitations", self.url())
    }

    /// The page of workflow run `id`.
    pub fn run_url(&self, id: u64) -> String {
        format!("https://github.com/{self}/actions/runs/{id}")
    }

    /// The page of `commit`.
    pub fn commit_url(&self, commit: &CommitSha) -> String {
        format!("https://github.com/{self}/commit/{commit}")
    }

    /// The page that compares `head` with `base`.
    pub fn compare_url(&self, base: &CommitSha, head: &CommitSha) -> String {
        format!("https://github.com/{self}/compare/{base}...{head}")
    }

    /// The link that opens a codespace on the repository's default branch.
    pub fn codespace_url(&self) -> String {
        format!("https://codespaces.new/{self}?quickstart=1")
    }
}

fn is_name_part(part: &str) -> bool {
    (1..=NAME_CHARS_MAX).contains(&part.len())
        && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
        && part != "."
        && part != ".."
}

/// A commit: 40 lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "String", into = "String")]
#[schema(pattern = "^[0-9a-f]{40}$")]
pub struct CommitSha(String);

/// The text is not 40 lower-case hexadecimal digits.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("not a commit of 40 lower-case hexadecimal digits")]
pub struct InvalidCommitSha;

text!(CommitSha, InvalidCommitSha);

impl CommitSha {
    /// Reads 40 lower-case hexadecimal digits.
    pub fn parse(text: &str) -> Result<Self, InvalidCommitSha> {
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() == SHA_CHARS && text.bytes().all(is_digit) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidCommitSha)
        }
    }
}

/// A branch: 1 to 200 of `[A-Za-z0-9._/-]` that git accepts as a name and a command line does not
/// take for an option.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct BranchName(String);

/// The text is not a branch name we accept.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("Invalid branch name")]
pub struct InvalidBranchName;

text!(BranchName, InvalidBranchName);

impl BranchName {
    /// Reads a branch name: no `..`, no `//`, no slash at either end, no leading `-`, no part that
    /// starts with a dot or ends in `.lock`, and no dot at the end.
    pub fn parse(text: &str) -> Result<Self, InvalidBranchName> {
        let known = |byte: u8| byte.is_ascii_alphanumeric() || b"._/-".contains(&byte);
        let part_is_fine = |part: &str| {
            !part.is_empty() && !part.starts_with('.') && part.strip_suffix(".lock").is_none()
        };
        let fine = (1..=BRANCH_CHARS_MAX).contains(&text.len())
            && text.bytes().all(known)
            && !text.contains("..")
            && !text.starts_with('-')
            && !text.ends_with('.')
            && text.split('/').all(part_is_fine);
        if fine { Ok(Self(text.to_owned())) } else { Err(InvalidBranchName) }
    }
}

/// A GitHub account: 1 to 39 ASCII letters, digits and hyphens, the first and the last no hyphen.
///
/// The text is kept as its owner wrote it. GitHub ignores case in account names and `==` does not, so
/// compare accounts with [`GitHubUsername::is_same_account`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct GitHubUsername(String);

/// The text is not a GitHub username.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("Invalid GitHub username")]
pub struct InvalidGitHubUsername;

text!(GitHubUsername, InvalidGitHubUsername);

impl GitHubUsername {
    /// Reads a username. Nothing is trimmed; two hyphens in a row are accepted.
    pub fn parse(text: &str) -> Result<Self, InvalidGitHubUsername> {
        let fine = (1..=USERNAME_CHARS_MAX).contains(&text.len())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
            && !text.starts_with('-')
            && !text.ends_with('-');
        if fine { Ok(Self(text.to_owned())) } else { Err(InvalidGitHubUsername) }
    }

    /// Whether both names are one account.
    pub fn is_same_account(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

/// The number of the GitHub account that an identity provider's subject names: `github|<number>`.
pub fn github_account(sub: &str) -> Option<u64> {
    let number = sub.strip_prefix("github|")?;
    let plain = number.bytes().all(|byte| byte.is_ascii_digit());
    number.parse().ok().filter(|number| plain && *number > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_repository_name_is_two_plain_parts_and_makes_its_links() {
        let name = RepositoryName::parse("acme-templates/tenon-ws-12-task41").unwrap();

        assert_eq!((name.owner(), name.name()), ("acme-templates", "tenon-ws-12-task41"));
        let shouted = RepositoryName::parse("Acme-Templates/Tenon-WS-12-task41").unwrap();
        assert!(name.is_same(&shouted) && name != shouted);
        assert_eq!(name.url(), "https://github.com/acme-templates/tenon-ws-12-task41");
        assert_eq!(
            name.codespace_url(),
            "https://codespaces.new/acme-templates/tenon-ws-12-task41?quickstart=1"
        );
    }

    #[test]
    fn a_repository_name_that_could_leave_its_path_is_refused() {
        for text in ["acme", "acme/", "/x", "a/b/c", "../x", "a/..", "a/.", "a/b\n", "a/b c", "ä/b"]
        {
            assert_eq!(RepositoryName::parse(text), Err(InvalidRepositoryName), "{text:?}");
        }
        assert!(RepositoryName::new("a", &"n".repeat(100)).is_ok());
        assert!(RepositoryName::new("a", &"n".repeat(101)).is_err());
    }

    #[test]
    fn a_commit_is_forty_lower_case_digits() {
        assert!(CommitSha::parse(&"0a".repeat(20)).is_ok());
        for text in
            ["0A".repeat(20), "0a".repeat(19), "0g".repeat(20), format!("{}\n", "a".repeat(40))]
        {
            assert_eq!(CommitSha::parse(&text), Err(InvalidCommitSha), "{text:?}");
        }
    }

    #[test]
    fn a_branch_is_what_the_contract_and_git_both_accept() {
        for text in ["main", "feature/x_1.2", &"b".repeat(200)] {
            assert_eq!(BranchName::parse(text).unwrap().as_str(), text);
        }
        let refused = [
            "",
            "/a",
            "a/",
            "a//b",
            "a..b",
            "-a",
            "a.lock",
            "a.lock/b",
            "a\n",
            "a b",
            "a~1",
            ".a",
            "a.",
            &"b".repeat(201),
        ];
        for text in refused {
            assert_eq!(BranchName::parse(text), Err(InvalidBranchName), "{text:?}");
        }
    }

    #[test]
    fn a_username_is_letters_digits_and_inner_hyphens() {
        for text in ["a", "a--b", "Octo-Cat1", &"u".repeat(39)] {
            assert_eq!(GitHubUsername::parse(text).unwrap().as_str(), text);
        }
        for text in ["", "-a", "a-", "a_b", "a\n", "a/b", &"u".repeat(40)] {
            assert_eq!(GitHubUsername::parse(text), Err(InvalidGitHubUsername), "{text:?}");
        }
        let (one, other) =
            (GitHubUsername::parse("Octo").unwrap(), GitHubUsername::parse("octo").unwrap());
        assert!(one.is_same_account(&other));
    }

    #[test]
    fn a_subject_names_a_github_account_by_its_number_alone() {
        assert_eq!(github_account("github|583231"), Some(583_231));
        for other in ["github|", "github|0", "github|+7", "github|7x", "auth0|7", "xgithub|7", "7"]
        {
            assert_eq!(github_account(other), None, "{other}");
        }
    }

    #[test]
    fn serde_reads_them_only_when_they_are_well_formed() {
        let read: Result<RepositoryName, _> = serde_json::from_str(r#""acme/x""#);
        assert_eq!(serde_json::to_string(&read.unwrap()).unwrap(), r#""acme/x""#);

        let refused: Result<RepositoryName, _> = serde_json::from_str(r#""acme""#);
        assert_eq!(
            refused.unwrap_err().to_string(),
            "not a repository name of the form owner/name"
        );
    }
}
