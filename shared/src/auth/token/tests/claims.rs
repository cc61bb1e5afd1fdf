//! What a token says: its times, for whom it is, and what for.

use serde_json::{Value, json};

use super::{AUDIENCE, ISSUER, with_claim};
use crate::auth::provider::NOW;
use crate::auth::token::TokenError;

/// Values that are no whole second of any calendar.
fn odd_times() -> [Value; 9] {
    [
        json!("1772445600"),
        json!(1_772_445_600.0),
        json!(-1),
        json!(9_223_372_036_854_775_808_u64),
        json!(9_223_372_036_854_775_807_i64),
        json!(1e300),
        json!(true),
        json!([NOW]),
        json!({}),
    ]
}

/// Row 7.
#[tokio::test]
async fn an_end_that_is_past_odd_or_missing_is_refused() {
    for past in [0, 1, NOW - 3_600] {
        assert_eq!(with_claim("exp", json!(past)).await, Err(TokenError::Expired), "{past}");
    }
    for odd in odd_times() {
        let refusal = with_claim("exp", odd.clone()).await;
        assert_eq!(refusal, Err(TokenError::Invalid), "{odd}");
    }
    assert_eq!(with_claim("exp", Value::Null).await, Err(TokenError::Invalid));
    assert_eq!(with_claim("exp", json!(NOW + 600)).await, Ok(()));
}

/// Row 8.
#[tokio::test]
async fn a_beginning_in_the_future_or_an_odd_one_is_refused() {
    for field in ["nbf", "iat"] {
        assert_eq!(with_claim(field, json!(NOW + 61)).await, Err(TokenError::Invalid), "{field}");
        for odd in odd_times() {
            let refusal = with_claim(field, odd.clone()).await;
            assert_eq!(refusal, Err(TokenError::Invalid), "{field} {odd}");
        }
        assert_eq!(with_claim(field, json!(NOW)).await, Ok(()), "{field}");
        assert_eq!(with_claim(field, Value::Null).await, Ok(()), "{field}");
    }
}

/// Row 9.
#[tokio::test]
async fn fifty_nine_seconds_between_the_clocks_are_forgiven_and_sixty_one_are_not() {
    assert_eq!(with_claim("exp", json!(NOW - 59)).await, Ok(()));
    assert_eq!(with_claim("exp", json!(NOW - 60)).await, Err(TokenError::Expired));
    assert_eq!(with_claim("exp", json!(NOW - 61)).await, Err(TokenError::Expired));
    for field in ["nbf", "iat"] {
        assert_eq!(with_claim(field, json!(NOW + 59)).await, Ok(()), "{field}");
        assert_eq!(with_claim(field, json!(NOW + 60)).await, Ok(()), "{field}");
        assert_eq!(with_claim(field, json!(NOW + 61)).await, Err(TokenError::Invalid), "{field}");
    }
}

/// Row 10.
#[tokio::test]
async fn the_audience_is_ours_or_a_list_of_texts_that_holds_ours() {
    for ours in [json!(AUDIENCE), json!([AUDIENCE]), json!(["https://tenon.test/info", AUDIENCE])] {
        assert_eq!(with_claim("aud", ours.clone()).await, Ok(()), "{ours}");
    }
    let others = [
        json!("other"),
        json!(format!("{AUDIENCE}/")),
        json!(["other"]),
        json!([]),
        json!(7),
        json!([AUDIENCE, 7]),
        json!([[AUDIENCE]]),
        json!({ AUDIENCE: true }),
        Value::Null,
    ];
    for other in others {
        let refusal = with_claim("aud", other.clone()).await;
        assert_eq!(refusal, Err(TokenError::Invalid), "{other}");
    }
}

/// Row 11.
#[tokio::test]
async fn the_issuer_is_ours_to_the_letter() {
    let others = [
        json!("https://tenon.test"),
        json!("https://tenon.test//"),
        json!("https://other.test/"),
        json!("http://tenon.test/"),
        json!("https://TENON.test/"),
        json!([ISSUER]),
        json!(7),
        Value::Null,
    ];
    for other in others {
        let refusal = with_claim("iss", other.clone()).await;
        assert_eq!(refusal, Err(TokenError::Invalid), "{other}");
    }
    assert_eq!(with_claim("iss", json!(ISSUER)).await, Ok(()));
}

/// Row 12.
#[tokio::test]
async fn an_id_token_is_no_access_token() {
    // Made for the client, and for the API by a provider that lets a client choose.
    assert_eq!(with_claim("aud", json!("the-clients-own-id")).await, Err(TokenError::Invalid));
    assert_eq!(with_claim("nonce", json!("n-0S6_WzA2Mj")).await, Err(TokenError::Invalid));
}

#[tokio::test]
async fn a_token_about_nobody_is_refused() {
    for field in ["sub", "email"] {
        for odd in [Value::Null, json!(""), json!(7), json!(["a"]), json!("x".repeat(256))] {
            let refusal = with_claim(field, odd.clone()).await;
            assert_eq!(refusal, Err(TokenError::Invalid), "{field} {odd}");
        }
    }
}
