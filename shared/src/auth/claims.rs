//! The person behind a verified token.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

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
    Ok(Principal { sub, email, name, email_verified, permissions })
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
    // A list under the plain name counts even when it is empty.
    let plain = claims.get("permissions").filter(|value| value.is_array());
    let listed = strings(plain.or_else(|| claims.get(&names.permissions)))?;
    if !listed.is_empty() {
        return Ok(listed.into_iter().filter_map(Permission::parse).collect());
    }
    if let Some(Value::String(written)) = claims.get(&names.permissions_str) {
        let mut words = written
            .split(|char: char| char == ',' || char.is_whitespace())
            .filter(|word| !word.is_empty())
            .peekable();
        if words.peek().is_some() {
            return Ok(words.filter_map(Permission::parse).collect());
        }
    }
    let roles = strings(first(claims, [&names.roles, "roles"]))?;
    Ok(roles.into_iter().filter_map(Permission::of_role).collect())
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
mod tests {
    use serde_json::json;

    use super::*;

    fn names() -> ClaimNames {
        let named = |claim: &str| format!("https://tenon.ai/{claim}");
        ClaimNames {
            email: named("email"),
            roles: named("roles"),
            permissions: named("permissions"),
            permissions_str: named("permissions_str"),
            name: named("name"),
            email_verified: named("email_verified"),
        }
    }

    fn read(claims: &Value) -> Result<Principal, UnusableClaims> {
        principal(claims.as_object().unwrap(), &names())
    }

    /// The principal of a token that also has a subject and an address.
    fn with(key: &str, value: Value) -> Result<Principal, UnusableClaims> {
        let mut claims = json!({"sub": "auth0|1", "email": "ada@example.com"});
        claims[key] = value;
        read(&claims)
    }

    fn both() -> BTreeSet<Permission> {
        BTreeSet::from([Permission::RecruiterAccess, Permission::CandidateAccess])
    }

    #[test]
    fn a_full_token_gives_a_full_principal() {
        let claims = json!({
            "sub": "auth0|1",
            "https://tenon.ai/email": "  Ada@Example.COM ",
            "email": "other@example.com",
            "name": "Ada Lovelace",
            "email_verified": true,
            "permissions": ["recruiter:access", "other", 7],
        });

        let ada = Principal {
            sub: "auth0|1".to_owned(),
            email: "ada@example.com".to_owned(),
            name: "Ada Lovelace".to_owned(),
            email_verified: Some(true),
            permissions: BTreeSet::from([Permission::RecruiterAccess]),
        };
        assert_eq!(read(&claims), Ok(ada));
    }

    #[test]
    fn a_bare_token_is_named_after_its_address_and_may_do_nothing() {
        let principal = with("name", json!(" ")).unwrap();

        assert_eq!(principal.name, "ada");
        assert_eq!(principal.email_verified, None);
        assert_eq!(principal.permissions, BTreeSet::new());
    }

    #[test]
    fn a_subject_or_an_address_that_is_odd_makes_the_token_unusable() {
        let long = "x".repeat(256);
        for odd in
            [json!(null), json!(""), json!(" "), json!(7), json!(["a"]), json!("a\nb"), json!(long)]
        {
            assert_eq!(with("sub", odd.clone()), Err(UnusableClaims), "{odd}");
            assert_eq!(with("email", odd.clone()), Err(UnusableClaims), "{odd}");
            assert_eq!(with("https://tenon.ai/email", odd.clone()), Err(UnusableClaims), "{odd}");
        }
        assert_eq!(read(&json!({"sub": "a", "https://evil/email": "a@b"})), Err(UnusableClaims));
    }

    #[test]
    fn letters_beyond_ascii_are_not_folded_into_somebody_elses_address() {
        // The Kelvin sign is a capital whose small letter is a plain k.
        let principal = with("email", json!("\u{212A}im@example.com")).unwrap();

        assert_eq!(principal.email, "\u{212A}im@example.com");
    }

    #[test]
    fn a_long_name_is_cut_and_control_characters_are_dropped() {
        assert_eq!(with("name", json!("A\u{0}d\na")).unwrap().name, "Ada");
        assert_eq!(with("name", json!("é".repeat(201))).unwrap().name, "é".repeat(200));
        assert_eq!(with("name", json!(7)), Err(UnusableClaims));
    }

    #[test]
    fn the_claim_that_denies_a_verified_address_is_believed() {
        let verified = |plain: Value, named: Value| {
            let claims = json!({
                "sub": "a", "email": "a@b", "email_verified": plain,
                "https://tenon.ai/email_verified": named,
            });
            read(&claims).map(|principal| principal.email_verified)
        };

        assert_eq!(verified(json!(true), json!(null)), Ok(Some(true)));
        assert_eq!(verified(json!(true), json!(false)), Ok(Some(false)));
        assert_eq!(verified(json!(false), json!(true)), Ok(Some(false)));
        assert_eq!(verified(json!("false"), json!(null)), Err(UnusableClaims));
    }

    #[test]
    fn permissions_come_from_the_first_source_that_has_any() {
        let granted = |key: &str, value| with(key, value).map(|principal| principal.permissions);
        let list = json!(["recruiter:access", "candidate:access"]);

        assert_eq!(granted("permissions", list.clone()), Ok(both()));
        assert_eq!(granted("https://tenon.ai/permissions", list), Ok(both()));
        let words = json!("recruiter:access, candidate:access");
        assert_eq!(granted("https://tenon.ai/permissions_str", words), Ok(both()));
        assert_eq!(granted("roles", json!(["recruiter", "candidate"])), Ok(both()));
    }

    #[test]
    fn roles_and_permissions_are_matched_whole_and_in_their_own_case() {
        let granted = |key: &str, value| with(key, value).map(|principal| principal.permissions);

        for role in ["non-recruiter", "Recruiter", "recruiters", "candidate "] {
            assert_eq!(granted("roles", json!([role])), Ok(BTreeSet::new()), "{role}");
        }
        assert_eq!(granted("permissions", json!(["xrecruiter:access"])), Ok(BTreeSet::new()));
        assert_eq!(granted("roles", json!("recruiter")), Ok(BTreeSet::new()));
        assert_eq!(granted("roles", json!(7)), Err(UnusableClaims));
    }
}
