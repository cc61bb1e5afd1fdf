use aws_lc_rs::hmac;
use serde_json::json;

use super::*;
use crate::auth::claims::Permission;
use crate::auth::provider::{NOW, Provider, encode, jwk, public_key, signed};

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
    };
    let rules = TokenRules {
        issuer: ISSUER.to_owned(),
        audience: AUDIENCE.to_owned(),
        leeway_seconds: 60,
        claims,
    };
    Verifier::new(rules, provider.jwks())
}

fn header() -> Value {
    json!({"alg": "RS256", "typ": "JWT", "kid": "one"})
}

fn claims() -> Value {
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

/// Whether one verifier accepts each token.
async fn outcomes(tokens: &[String]) -> Vec<Result<(), TokenError>> {
    let provider = Provider::start().await;
    let verifier = verifier(&provider);
    let mut outcomes = Vec::new();
    for token in tokens {
        let outcome = verifier.verify(token, provider.now()).await;
        outcomes.push(outcome.map(|_principal| ()));
    }
    outcomes
}

async fn with_header(header: &Value) -> Result<(), TokenError> {
    outcomes(&[signed(header, &claims())]).await.remove(0)
}

async fn with_claim(field: &str, value: Value) -> Result<(), TokenError> {
    outcomes(&[signed(&header(), &with(claims(), field, value))]).await.remove(0)
}

#[tokio::test]
async fn a_good_token_gives_its_principal() {
    let provider = Provider::start().await;

    let principal = verifier(&provider).verify(&signed(&header(), &claims()), provider.now()).await;

    let principal = principal.unwrap();
    assert_eq!((principal.sub.as_str(), principal.email.as_str()), ("auth0|1", "ada@example.com"));
    assert_eq!(
        principal.permissions.into_iter().collect::<Vec<_>>(),
        [Permission::CandidateAccess]
    );
}

#[tokio::test]
async fn what_is_no_token_is_refused_before_anything_is_fetched() {
    let provider = Provider::start().await;
    let verifier = verifier(&provider);
    let good = signed(&header(), &claims());
    let long = format!("{}.x.y", "a".repeat(8 * 1024));
    let bracket = format!("{}.x.y", encode(&json!(["RS256"])));

    for token in [
        "",
        "a",
        "a.b",
        "a.b.c",
        "recruiter:ada@example.com",
        &format!("{good}.x"),
        &long,
        &bracket,
    ] {
        let refusal = verifier.verify(token, provider.now()).await;
        assert_eq!(refusal, Err(TokenError::InvalidHeader), "{token}");
    }
    assert_eq!(provider.fetches(), 0);
}

#[tokio::test]
async fn only_rs256_will_do() {
    for alg in ["none", "None", "nOnE", "HS256", "RS384", "PS256", "ES256", "rs256", ""] {
        let refusal = with_header(&with(header(), "alg", json!(alg))).await;
        assert_eq!(refusal, Err(TokenError::InvalidAlgorithm), "{alg}");
    }
    let missing = with_header(&with(header(), "alg", Value::Null)).await;
    assert_eq!(missing, Err(TokenError::InvalidAlgorithm));
}

#[tokio::test]
async fn the_public_key_is_no_shared_secret() {
    let key = hmac::Key::new(hmac::HMAC_SHA256, public_key());
    for alg in ["HS256", "RS256"] {
        let message =
            format!("{}.{}", encode(&with(header(), "alg", json!(alg))), encode(&claims()));
        let tag = URL_SAFE_NO_PAD.encode(hmac::sign(&key, message.as_bytes()));

        assert!(outcomes(&[format!("{message}.{tag}")]).await.remove(0).is_err(), "{alg}");
    }
}

#[tokio::test]
async fn a_signature_must_be_whole_and_over_this_very_token() {
    let good = signed(&header(), &claims());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (first, _) = message.split_once('.').unwrap();
    let forged =
        format!("{first}.{}.{signature}", encode(&with(claims(), "sub", json!("auth0|2"))));
    let cut = good[..good.len() - 4].to_owned();
    let tokens = [format!("{message}."), forged, cut, format!("{good}=="), format!("{good}AAAA")];

    for refusal in outcomes(&tokens).await {
        assert_eq!(refusal, Err(TokenError::Invalid));
    }
}

#[tokio::test]
async fn addresses_and_keys_in_the_header_lead_nowhere() {
    let stranger = Provider::start().await;
    stranger.publish(&json!({"keys": [jwk("two")]}));
    let mut header = with(header(), "kid", json!("two"));
    for field in ["jku", "x5u"] {
        header[field] = json!(stranger.url.as_str());
    }
    header["jwk"] = jwk("two");
    header["x5c"] = json!(["MIIB"]);

    assert_eq!(with_header(&header).await, Err(TokenError::KeyNotFound));
    assert_eq!(stranger.fetches(), 0);
}

#[tokio::test]
async fn a_key_id_is_only_ever_compared() {
    for kid in ["two", "../../x", "' OR 1=1 --", "\u{0}", &"k".repeat(4_000)] {
        let refusal = with_header(&with(header(), "kid", json!(kid))).await;
        assert_eq!(refusal, Err(TokenError::KeyNotFound), "{kid:?}");
    }
    for kid in [Value::Null, json!("")] {
        let refusal = with_header(&with(header(), "kid", kid)).await;
        assert_eq!(refusal, Err(TokenError::MissingKid));
    }
    assert_eq!(with_header(&with(header(), "kid", json!(7))).await, Err(TokenError::InvalidHeader));
}

#[tokio::test]
async fn extensions_and_other_kinds_of_token_are_refused() {
    for (field, value) in [
        ("crit", json!(["exp"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("typ", json!("dpop+jwt")),
        ("typ", json!("logout+jwt")),
    ] {
        let refusal = with_header(&with(header(), field, value)).await;
        assert_eq!(refusal, Err(TokenError::InvalidHeader), "{field}");
    }
    for typ in [Value::Null, json!("at+jwt"), json!("jwt")] {
        assert_eq!(with_header(&with(header(), "typ", typ)).await, Ok(()));
    }
}

#[tokio::test]
async fn a_token_expires_with_sixty_seconds_of_grace() {
    assert_eq!(with_claim("exp", json!(NOW - 59)).await, Ok(()));
    assert_eq!(with_claim("exp", json!(NOW - 60)).await, Err(TokenError::Expired));
    assert_eq!(with_claim("exp", json!(NOW - 61)).await, Err(TokenError::Expired));
    assert_eq!(with_claim("exp", json!(0)).await, Err(TokenError::Expired));
}

#[tokio::test]
async fn a_token_is_not_valid_before_its_time() {
    for field in ["nbf", "iat"] {
        assert_eq!(with_claim(field, json!(NOW + 59)).await, Ok(()), "{field}");
        assert_eq!(with_claim(field, json!(NOW + 61)).await, Err(TokenError::Invalid), "{field}");
        assert_eq!(with_claim(field, Value::Null).await, Ok(()), "{field}");
    }
}

#[tokio::test]
async fn a_time_that_is_no_whole_second_is_refused_and_so_is_none_at_all() {
    let odd = [
        json!("1772445600"),
        json!(1_772_445_600.0),
        json!(-1),
        json!(9_223_372_036_854_775_808_u64),
        json!(9_223_372_036_854_775_807_i64),
        json!(true),
        json!([NOW]),
        json!({}),
    ];
    for field in ["exp", "nbf", "iat"] {
        for value in &odd {
            let refusal = with_claim(field, value.clone()).await;
            assert_eq!(refusal, Err(TokenError::Invalid), "{field} {value}");
        }
    }
    assert_eq!(with_claim("exp", Value::Null).await, Err(TokenError::Invalid));
}

#[tokio::test]
async fn the_audience_is_ours_or_holds_ours() {
    assert_eq!(with_claim("aud", json!([AUDIENCE, "https://tenon.test/userinfo"])).await, Ok(()));
    for other in
        [json!("other"), json!(["other"]), json!([]), json!(7), json!([AUDIENCE, 7]), Value::Null]
    {
        let refusal = with_claim("aud", other.clone()).await;
        assert_eq!(refusal, Err(TokenError::Invalid), "{other}");
    }
}

#[tokio::test]
async fn the_issuer_is_ours_to_the_letter() {
    for other in
        ["https://tenon.test", "https://other.test/", "http://tenon.test/", "https://TENON.test/"]
    {
        assert_eq!(with_claim("iss", json!(other)).await, Err(TokenError::Invalid), "{other}");
    }
    assert_eq!(with_claim("iss", Value::Null).await, Err(TokenError::Invalid));
    assert_eq!(with_claim("iss", json!([ISSUER])).await, Err(TokenError::Invalid));
}

#[tokio::test]
async fn an_id_token_and_one_without_a_subject_are_refused() {
    assert_eq!(with_claim("nonce", json!("n")).await, Err(TokenError::Invalid));
    assert_eq!(with_claim("sub", Value::Null).await, Err(TokenError::Invalid));
    assert_eq!(with_claim("email", Value::Null).await, Err(TokenError::Invalid));
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
