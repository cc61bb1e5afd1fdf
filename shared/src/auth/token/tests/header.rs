//! What a token looks like, and how it is signed.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
    RSA_PSS_SHA256,
};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{good_claims, good_header, outcome, verifier, with, with_header};
use crate::auth::provider::{Provider, encode, jwk, key_pair, signed, signed_by};
use crate::auth::token::TokenError;

/// Header and claims of a good token whose header says `alg`, still without a signature.
fn message(alg: &str) -> String {
    format!("{}.{}", encode(&with(good_header(), "alg", json!(alg))), encode(&good_claims()))
}

/// `der` between the lines of a PEM file.
fn pem(label: &str, der: &[u8]) -> Vec<u8> {
    let mut lines = vec![format!("-----BEGIN {label}-----")];
    let text: Vec<char> = STANDARD.encode(der).chars().collect();
    lines.extend(text.chunks(64).map(|line| line.iter().collect()));
    lines.push(format!("-----END {label}-----\n"));
    lines.join("\n").into_bytes()
}

#[tokio::test]
async fn what_is_no_token_is_refused_before_anything_is_fetched() {
    let provider = Provider::start().await;
    let verifier = verifier(&provider);
    let good = signed(&good_header(), &good_claims());
    let list = format!("{}.x.y", encode(&json!(["RS256"])));

    for token in [
        "",
        "a",
        "a.b",
        "a.b.c",
        "..",
        "recruiter:ada@example.com",
        &format!("{good}.x"),
        &format!("{good}, Bearer {good}"),
        &list,
    ] {
        let refusal = verifier.verify(token, provider.now()).await;
        assert_eq!(refusal, Err(TokenError::InvalidHeader), "{token}");
    }
    assert_eq!(provider.fetches(), 0);
}

/// Row 1.
#[tokio::test]
async fn a_token_that_is_not_signed_is_refused_however_it_says_so() {
    for alg in ["none", "None", "nOnE", "NONE", ""] {
        for signature in ["", "AAAA"] {
            let refusal = outcome(&format!("{}.{signature}", message(alg))).await;
            assert_eq!(refusal, Err(TokenError::InvalidAlgorithm), "{alg:?} {signature:?}");
        }
    }
    assert_eq!(outcome(&format!("{}.", message("RS256"))).await, Err(TokenError::Invalid));
    assert_eq!(outcome(&message("RS256")).await, Err(TokenError::InvalidHeader));
}

/// Row 2.
#[tokio::test]
async fn the_public_key_is_no_shared_secret_in_any_of_its_forms() {
    let pkcs1 = key_pair().public_key().as_ref().to_vec();
    let spki: PublicKeyX509Der<'_> = key_pair().public_key().as_der().unwrap();
    let secrets = [
        pem("RSA PUBLIC KEY", &pkcs1),
        pem("PUBLIC KEY", spki.as_ref()),
        spki.as_ref().to_vec(),
        pkcs1,
    ];
    for secret in secrets {
        let secret = hmac::Key::new(hmac::HMAC_SHA256, &secret);
        let tagged = |alg: &str| {
            let tag = hmac::sign(&secret, message(alg).as_bytes());
            format!("{}.{}", message(alg), URL_SAFE_NO_PAD.encode(tag))
        };

        assert_eq!(outcome(&tagged("HS256")).await, Err(TokenError::InvalidAlgorithm));
        assert_eq!(outcome(&tagged("RS256")).await, Err(TokenError::Invalid));
    }
}

/// Row 3.
#[tokio::test]
async fn a_true_signature_of_another_kind_is_refused_under_its_own_name_and_under_ours() {
    let elliptic = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let of = |kind: &str, message: &str| match kind {
        "RS384" => signed_by(&RSA_PKCS1_SHA384, message),
        "PS256" => signed_by(&RSA_PSS_SHA256, message),
        _ => elliptic.sign(&SystemRandom::new(), message.as_bytes()).unwrap().as_ref().to_vec(),
    };
    for kind in ["RS384", "PS256", "ES256"] {
        for (alg, expected) in
            [(kind, TokenError::InvalidAlgorithm), ("RS256", TokenError::Invalid)]
        {
            let message = message(alg);
            let token = format!("{message}.{}", URL_SAFE_NO_PAD.encode(of(kind, &message)));
            assert_eq!(outcome(&token).await, Err(expected), "{kind} as {alg}");
        }
    }
}

/// Row 3.
#[tokio::test]
async fn an_algorithm_that_is_not_ours_is_refused_and_so_is_a_key_made_for_another() {
    for alg in ["HS256", "RS384", "RS512", "PS256", "ES256", "EdDSA", "rs256", "RS256 "] {
        let refusal = with_header(&with(good_header(), "alg", json!(alg))).await;
        assert_eq!(refusal, Err(TokenError::InvalidAlgorithm), "{alg}");
    }
    let missing = with_header(&with(good_header(), "alg", Value::Null)).await;
    assert_eq!(missing, Err(TokenError::InvalidAlgorithm));

    let provider = Provider::start().await;
    provider.publish(&json!({"keys": [with(jwk("one"), "alg", json!("RS384"))]}));
    let good = signed(&good_header(), &good_claims());
    let refusal = verifier(&provider).verify(&good, provider.now()).await;
    assert_eq!(refusal, Err(TokenError::KeyNotFound));
}

/// Row 4.
#[tokio::test]
async fn addresses_and_keys_in_the_header_are_not_followed() {
    let stranger = Provider::start().await;
    stranger.publish(&json!({"keys": [jwk("two")]}));
    for (field, value) in [
        ("jku", json!(stranger.url.as_str())),
        ("x5u", json!(stranger.url.as_str())),
        ("jwk", jwk("two")),
        ("x5c", json!(["MIIB"])),
    ] {
        let lured = with(with(good_header(), "kid", json!("two")), field, value.clone());
        assert_eq!(with_header(&lured).await, Err(TokenError::KeyNotFound), "{field}");
        // Beside a key of ours they change nothing.
        let ignored = with(good_header(), field, value);
        assert_eq!(with_header(&ignored).await, Ok(()), "{field}");
    }
    assert_eq!(stranger.fetches(), 0);
}

/// Row 5.
#[tokio::test]
async fn a_key_id_is_only_ever_compared() {
    let provider = Provider::start().await;
    let verifier = verifier(&provider);
    let refusal = async |kid: Value| {
        let token = signed(&with(good_header(), "kid", kid), &good_claims());
        verifier.verify(&token, provider.now()).await.err()
    };

    for kid in ["two", "../../x", "' OR 1=1 --", "\u{0}", "one\u{0}", "ONE", &"k".repeat(4_000)] {
        assert_eq!(refusal(json!(kid)).await, Some(TokenError::KeyNotFound), "{kid:?}");
    }
    assert_eq!(refusal(json!("k".repeat(10_240))).await, Some(TokenError::InvalidHeader));
    assert_eq!(refusal(Value::Null).await, Some(TokenError::MissingKid));
    assert_eq!(refusal(json!("")).await, Some(TokenError::MissingKid));
    assert_eq!(refusal(json!(7)).await, Some(TokenError::InvalidHeader));
    assert_eq!(provider.fetches(), 1);
}

/// Row 6.
#[tokio::test]
async fn extensions_and_other_kinds_of_token_are_refused() {
    for (field, value) in [
        ("crit", json!(["exp"])),
        ("crit", json!(["b64"])),
        ("crit", json!([])),
        ("b64", json!(false)),
        ("b64", json!(true)),
        ("typ", json!("dpop+jwt")),
        ("typ", json!("logout+jwt")),
    ] {
        let refusal = with_header(&with(good_header(), field, value)).await;
        assert_eq!(refusal, Err(TokenError::InvalidHeader), "{field}");
    }
    for typ in [Value::Null, json!("at+jwt"), json!("application/at+jwt"), json!("jwt")] {
        assert_eq!(with_header(&with(good_header(), "typ", typ)).await, Ok(()));
    }
}

#[tokio::test]
async fn a_signature_must_be_whole_and_over_this_very_token() {
    let good = signed(&good_header(), &good_claims());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (first, _) = message.split_once('.').unwrap();
    let other = encode(&with(good_claims(), "sub", json!("auth0|2")));
    let cut = good[..good.len() - 4].to_owned();
    let forged = format!("{first}.{other}.{signature}");

    for token in [forged, cut, format!("{good}=="), format!("{good}AAAA")] {
        assert_eq!(outcome(&token).await, Err(TokenError::Invalid), "{token}");
    }
    assert_eq!(outcome(&good).await, Ok(()));
    let again = signed_by(&RSA_PKCS1_SHA256, message);
    assert_eq!(signature, URL_SAFE_NO_PAD.encode(again));
}

/// Row 19.
#[tokio::test]
async fn a_token_of_more_than_eight_kilobytes_is_not_read() {
    let provider = Provider::start().await;
    let verifier = verifier(&provider);
    let padded = |bytes: usize| {
        signed(&good_header(), &with(good_claims(), "pad", json!("x".repeat(bytes))))
    };
    // Three bytes take four characters.
    let most = (8_192 - padded(0).len()) / 4 * 3;
    let (longest, longer) = (padded(most), padded(most + 6));
    assert!(longest.len() <= 8_192 && longer.len() > 8_192);

    assert!(verifier.verify(&longest, provider.now()).await.is_ok());
    let refusal = verifier.verify(&longer, provider.now()).await;
    assert_eq!(refusal, Err(TokenError::InvalidHeader));
}
