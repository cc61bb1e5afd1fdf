//! Rows 1 to 12 of the token matrix, row by row. The rows on keys are in `jwks/tests.rs`; those that
//! need a whole request are in `tests/it/tokens.rs` and `tests/it/keys.rs`.

mod claims;
mod header;

use serde_json::json;

use super::*;
use crate::auth::claims::Permission;
use crate::auth::provider::{NOW, Provider, signed};

const ISSUER: &str = "https://tenon.test/";
const AUDIENCE: &str = "https://api.tenon.test";

fn verifier(provider: &Provider) -> Verifier {
    let named = |claim: &str| format!("https://tenon.ai/{claim}");
    let claims = ClaimNames {
        email: named("email"),
        roles: named("roles"),
        permissions: named("permissions"),
        permissions_str: named("permissions_str"),
        name: named("name"),
        email_verified: named("email_verified"),
        github_login: Some(named("github_login")),
    };
    let rules = TokenRules {
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        leeway_seconds: 60,
        claims,
    };
    Verifier::new(rules, provider.jwks())
}

fn good_header() -> Value {
    json!({"alg": "RS256", "typ": "JWT", "kid": "one"})
}

fn good_claims() -> Value {
    json!({
        "iss": ISSUER, "aud": AUDIENCE, "sub": "auth0|1", "iat": NOW, "exp": NOW + 600,
        "email": "ada@example.com", "permissions": ["candidate:access"],
    })
}

/// `value` with one field set, or taken out by null.
fn with(mut value: Value, field: &str, new: Value) -> Value {
    let fields = value.as_object_mut().unwrap();
    fields.remove(field);
    if !new.is_null() {
        fields.insert(field.to_owned(), new);
    }
    value
}

/// Whether `token` is accepted by a verifier that has seen none before.
async fn outcome(token: &str) -> Result<(), TokenError> {
    let provider = Provider::start().await;
    let outcome = verifier(&provider).verify(token, provider.now()).await;
    outcome.map(|_principal| ())
}

async fn with_header(header: &Value) -> Result<(), TokenError> {
    outcome(&signed(header, &good_claims())).await
}

async fn with_claim(field: &str, value: Value) -> Result<(), TokenError> {
    outcome(&signed(&good_header(), &with(good_claims(), field, value))).await
}

#[tokio::test]
async fn a_good_token_gives_its_principal() {
    let provider = Provider::start().await;
    let good = signed(&good_header(), &good_claims());

    let principal = verifier(&provider).verify(&good, provider.now()).await.unwrap();

    assert_eq!((principal.sub.as_str(), principal.email.as_str()), ("auth0|1", "ada@example.com"));
    let permissions: Vec<_> = principal.permissions.into_iter().collect();
    assert_eq!(permissions, [Permission::CandidateAccess]);
}

#[test]
fn the_texts_are_those_of_the_contract() {
    let texts = [
        (TokenError::InvalidHeader, "Invalid token header"),
        (TokenError::MissingKid, "Token header missing kid"),
        (TokenError::InvalidAlgorithm, "Invalid token algorithm"),
        (TokenError::KeyNotFound, "Signing key not found"),
        (TokenError::Expired, "Token expired"),
        (TokenError::Invalid, "Invalid token"),
        (TokenError::ProviderUnavailable { retry_after_seconds: 5 }, "Auth provider unavailable"),
    ];
    for (error, text) in texts {
        assert_eq!(error.to_string(), text);
    }
}
