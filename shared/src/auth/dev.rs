//! Identities of development: whoever calls is who they say, on the developer's own machine only.

use std::collections::BTreeSet;

use crate::auth::claims::{Permission, Principal};

/// The longest address, in characters, as in a token.
const EMAIL_CHARS_MAX: usize = 255;

/// What a claim without proof is worth to a caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DevIdentities {
    /// Nothing, and nobody is told that it ever could be: everywhere but in development.
    Worthless,
    /// Nothing, because the caller is not on this machine.
    OnlyFromHere,
    /// All that it says.
    Believed,
}

/// What a request shows of who sent it.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// What follows `Bearer ` in the one `Authorization` header.
    pub bearer: Option<&'a str>,
    /// What `x-dev-user-email` says, if it says anything.
    pub dev_user: Option<&'a str>,
    /// What the latter is worth, and a bearer of development.
    pub dev_identities: DevIdentities,
}

/// Whoever `recruiter:<e-mail>` or `candidate:<e-mail>` names; none if `bearer` is no such thing.
pub(super) fn principal(bearer: &str) -> Option<Principal> {
    let (role, said) = bearer.split_once(':')?;
    let permission = match role {
        "recruiter" => Permission::RecruiterAccess,
        "candidate" => Permission::CandidateAccess,
        _ => return None,
    };
    let email = address(said)?;
    Some(Principal {
        sub: subject_of(&email),
        name: email.chars().take(200).collect(),
        email,
        email_verified: Some(true),
        permissions: BTreeSet::from([permission]),
        github_login: None,
    })
}

/// The subject of whoever has the address `said`; none if that is no address.
pub(super) fn subject(said: &str) -> Option<String> {
    address(said).map(|email| subject_of(&email))
}

fn subject_of(email: &str) -> String {
    format!("dev|{email}")
}

/// The address, folded as that of a token is. Names that no mail reaches, such as `local.test`, are
/// what development uses.
fn address(said: &str) -> Option<String> {
    let email = said.trim().to_ascii_lowercase();
    let (local, domain) = email.split_once('@')?;
    let is_odd = |char: char| char.is_control() || char.is_whitespace();
    let is_address = !local.is_empty()
        && !domain.is_empty()
        && !domain.contains('@')
        && !email.contains(is_odd)
        && email.chars().count() <= EMAIL_CHARS_MAX;
    is_address.then_some(email)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bearer_of_development_names_a_role_and_an_address() {
        let grace = Principal {
            sub: "dev|grace@local.test".to_owned(),
            email: "grace@local.test".to_owned(),
            name: "grace@local.test".to_owned(),
            email_verified: Some(true),
            permissions: BTreeSet::from([Permission::RecruiterAccess]),
            github_login: None,
        };

        assert_eq!(principal("recruiter: Grace@Local.TEST "), Some(grace));
        let ada = principal("candidate:ada@example.com").unwrap();
        assert_eq!(ada.permissions, BTreeSet::from([Permission::CandidateAccess]));
    }

    #[test]
    fn anything_else_is_no_bearer_of_development() {
        let long = format!("candidate:{}@b.co", "x".repeat(251));
        for other in [
            "recruiter",
            "recruiter:",
            "recruiter:not an address",
            "recruiter:@b.co",
            "recruiter:a@",
            "recruiter:a@b@c.co",
            "recruiter:a b@c.co",
            "recruiter:a\u{0}@c.co",
            "Recruiter:a@b.co",
            "admin:a@b.co",
            " recruiter:a@b.co",
            "eyJhbGciOiJSUzI1NiJ9.e30.x",
            &long,
        ] {
            assert_eq!(principal(other), None, "{other:?}");
        }
    }
}
