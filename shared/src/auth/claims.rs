//! The person behind a verified token.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use crate::domain::repository::GitHubUsername;

/// The longest subject and e-mail address, in characters.
const TEXT_CHARS_MAX: usize = 255;
/// The longest name; a longer one is cut, because nobody logs in with it.
const NAME_CHARS_MAX: usize = 200;

/// What a caller may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Permission {
    /// `recruiter:access`.
    RecruiterAccess,
    /// `candidate:access`.
    CandidateAccess,
}

impl Permission {
    /// Reads `recruiter:access` or `candidate:access`, exactly.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "recruiter:access" => Some(Self::RecruiterAccess),
            "candidate:access" => Some(Self::CandidateAccess),
            _ => None,
        }
    }

    /// The permission that the role `recruiter` or `candidate` carries.
    fn of_role(role: &str) -> Option<Self> {
        match role {
            "recruiter" => Some(Self::RecruiterAccess),
            "candidate" => Some(Self::CandidateAccess),
            _ => None,
        }
    }
}

/// Somebody whose token was verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Principal {
    /// The identity provider's name for them, 1 to 255 characters.
    pub sub: String,
    /// Trimmed, ASCII letters lower-cased, 1 to 255 characters, no control characters. Letters beyond
    /// ASCII keep their case: folding them could make one person's address another's.
    pub email: String,
    /// 1 to 200 characters, no control characters; the part before the `@` when the token has none.
    pub name: String,
    /// What the provider says of the address; none when it says nothing.
    pub email_verified: Option<bool>,
    /// What they may do.
    pub permissions: BTreeSet<Permission>,
    /// The GitHub account that the provider says is theirs; none where it says nothing of use.
    pub github_login: Option<GitHubUsername>,
}

/// Where in a token each thing stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimNames {
    /// The namespaced e-mail claim, read before `email`.
    pub email: String,
    /// The namespaced roles claim, read before `roles`.
    pub roles: String,
    /// The namespaced permissions claim, read when `permissions` is no list.
    pub permissions: String,
    /// The namespaced claim with permissions in one string.
    pub permissions_str: String,
    /// The namespaced name claim, read after `name`.
    pub name: String,
    /// The namespaced form of `email_verified`.
    pub email_verified: String,
    /// The claim with the GitHub username, where one is read.
    pub github_login: Option<String>,
}

/// The claims are not those of somebody we can serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UnusableClaims;

/// Reads the principal out of verified claims.
///
/// A claim of an odd type, and a subject or address that is missing, blank, too long or has control
/// characters, make the token unusable; no other claim is tried in its place.
pub(crate) fn principal(
    claims: &Map<String, Value>,
    names: &ClaimNames,
) -> Result<Principal, UnusableClaims> {
    let sub = text(claims.get("sub").ok_or(UnusableClaims)?)?.to_owned();
    let email = first(claims, [&names.email, "email"]).ok_or(UnusableClaims)?;
    let email = text(email)?.to_ascii_lowercase();
    let name = name(first(claims, ["name", &names.name]), &email)?;
    let email_verified = email_verified(claims, &names.email_verified)?;
    let permissions = permissions(claims, names)?;
    let github_login = github_login(claims, names);
    Ok(Principal { sub, email, name, email_verified, permissions, github_login })
}

/// Only a name that GitHub could have given counts: whatever else stands there keeps nobody out.
fn github_login(claims: &Map<String, Value>, names: &ClaimNames) -> Option<GitHubUsername> {
    let login = claims.get(names.github_login.as_ref()?)?.as_str()?;
    GitHubUsername::parse(login.trim()).ok()
}

/// The first of two claims that is there at all, null included.
fn first<'a>(claims: &'a Map<String, Value>, names: [&str; 2]) -> Option<&'a Value> {
    names.into_iter().find_map(|name| claims.get(name))
}

fn text(value: &Value) -> Result<&str, UnusableClaims> {
    let text = value.as_str().map(str::trim).ok_or(UnusableClaims)?;
    let length = text.chars().take(TEXT_CHARS_MAX + 1).count();
    if (1..=TEXT_CHARS_MAX).contains(&length) && !text.contains(char::is_control) {
        Ok(text)
    } else {
        Err(UnusableClaims)
    }
}

fn name(value: Option<&Value>, email: &str) -> Result<String, UnusableClaims> {
    let written = match value {
        None | Some(Value::Null) => "",
        Some(value) => value.as_str().ok_or(UnusableClaims)?,
    };
    let plain = |text: &str| -> String {
        text.trim().chars().filter(|char| !char.is_control()).take(NAME_CHARS_MAX).collect()
    };
    let name = plain(written);
    if name.is_empty() {
        let local = email.split_once('@').map_or(email, |(local, _)| local);
        return Ok(plain(if local.is_empty() { email } else { local }));
    }
    Ok(name)
}

/// False if either claim says so: the one that denies is believed.
fn email_verified(
    claims: &Map<String, Value>,
    namespaced: &str,
) -> Result<Option<bool>, UnusableClaims> {
    let mut verified = None;
    for name in ["email_verified", namespaced] {
        match claims.get(name) {
            None | Some(Value::Null) => {}
            Some(Value::Bool(said)) => verified = Some(verified.unwrap_or(true) && *said),
            Some(_) => return Err(UnusableClaims),
        }
    }
    Ok(verified)
}

/// The permissions list, else the string of permissions, else those of the roles.
fn permissions(
    claims: &Map<String, Value>,
    names: &ClaimNames,
) -> Result<BTreeSet<Permission>, UnusableClaims> {
    let plain = claims.get("permissions");
    let mut listed = strings(plain)?;
    // A list under the plain name counts even when it is empty.
    if !plain.is_some_and(Value::is_array) {
        listed = strings(claims.get(&names.permissions))?;
    }
    if listed.is_empty() {
        listed = words(claims.get(&names.permissions_str))?;
    }
    if !listed.is_empty() {
        return Ok(listed.into_iter().filter_map(Permission::parse).collect());
    }
    let roles = strings(first(claims, [&names.roles, "roles"]))?;
    Ok(roles.into_iter().filter_map(Permission::of_role).collect())
}

/// The words of a text, which commas or white space part.
fn words(value: Option<&Value>) -> Result<Vec<&str>, UnusableClaims> {
    let text = match value {
        None | Some(Value::Null) => "",
        Some(value) => value.as_str().ok_or(UnusableClaims)?,
    };
    let parts = text.split(|char: char| char == ',' || char.is_whitespace());
    Ok(parts.filter(|word| !word.is_empty()).collect())
}

/// The strings of a list. A plain string is no list and gives none; a number, a boolean or an object
/// is nothing an identity provider sends.
fn strings(value: Option<&Value>) -> Result<Vec<&str>, UnusableClaims> {
    match value {
        None | Some(Value::Null | Value::String(_)) => Ok(Vec::new()),
        Some(Value::Array(values)) => Ok(values.iter().filter_map(Value::as_str).collect()),
        Some(Value::Bool(_) | Value::Number(_) | Value::Object(_)) => Err(UnusableClaims),
    }
}

#[cfg(test)]
mod tests;
