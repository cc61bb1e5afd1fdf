//! Rows 15 to 18 of the token matrix, and the policy of what is fetched when.

use std::time::Instant;

use axum::http::StatusCode;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::*;
use crate::auth::provider::{Provider, jwk};
use crate::http_client;

impl Jwks {
    /// Whether `kid` is found, or how it is refused.
    async fn has(&self, kid: &str, provider: &Provider) -> Result<(), TokenError> {
        self.key(kid, provider.now()).await.map(|_key| ())
    }
}

#[tokio::test]
async fn a_document_serves_for_an_hour_and_a_crowd_makes_one_fetch() {
    let provider = Provider::start().await;
    let jwks = provider.jwks();
    assert_eq!(provider.fetches(), 0);

    let mut crowd = JoinSet::new();
    for _ in 0..50 {
        let (jwks, now) = (jwks.clone(), provider.now());
        crowd.spawn(async move { jwks.key("one", now).await.is_ok() });
    }
    assert!(crowd.join_all().await.into_iter().all(|found| found));
    provider.pass(3_599);
    jwks.has("one", &provider).await.unwrap();
    assert_eq!(provider.fetches(), 1);

    provider.pass(1);
    jwks.has("one", &provider).await.unwrap();
    assert_eq!(provider.fetches(), 2);
}

/// Row 16.
#[tokio::test]
async fn a_thousand_unknown_ids_make_one_fetch_per_cool_down() {
    let provider = Provider::start().await;
    let jwks = provider.jwks();
    jwks.has("one", &provider).await.unwrap();

    for wait in [0, 30] {
        provider.pass(wait);
        for n in 0..1_000 {
            let refusal = jwks.has(&format!("{wait}-{n}"), &provider).await;
            assert_eq!(refusal, Err(TokenError::KeyNotFound));
        }
        jwks.has("one", &provider).await.unwrap();
    }

    assert_eq!(provider.fetches(), 2);
}

/// Row 16.
#[tokio::test]
async fn one_unknown_id_is_not_looked_for_again_at_every_cool_down() {
    let provider = Provider::start().await;
    let jwks = provider.jwks();

    for _ in 0..4 {
        assert_eq!(jwks.has("other", &provider).await, Err(TokenError::KeyNotFound));
        provider.pass(30);
    }
    assert_eq!(provider.fetches(), 1);

    assert_eq!(jwks.has("other", &provider).await, Err(TokenError::KeyNotFound));
    assert_eq!(provider.fetches(), 2);
}

/// Row 15.
#[tokio::test]
async fn a_new_key_is_found_at_its_first_use_and_the_old_one_until_it_is_gone() {
    let provider = Provider::start().await;
    let jwks = provider.jwks();
    jwks.has("one", &provider).await.unwrap();

    provider.pass(60);
    provider.publish(&json!({"keys": [jwk("one"), jwk("two")]}));
    jwks.has("two", &provider).await.unwrap();
    jwks.has("one", &provider).await.unwrap();
    assert_eq!(provider.fetches(), 2);

    provider.pass(3_600);
    provider.publish(&json!({"keys": [jwk("two")]}));
    assert_eq!(jwks.has("one", &provider).await, Err(TokenError::KeyNotFound));
    jwks.has("two", &provider).await.unwrap();
}

/// Row 17, warm.
#[tokio::test]
async fn known_keys_serve_for_a_day_while_the_provider_is_away() {
    let provider = Provider::start().await;
    let jwks = provider.jwks();
    jwks.has("one", &provider).await.unwrap();
    provider.answer_with(StatusCode::BAD_GATEWAY, "away");

    provider.pass(3_600);
    jwks.has("one", &provider).await.unwrap();
    jwks.has("one", &provider).await.unwrap();
    assert_eq!(provider.fetches(), 2);
    provider.pass(82_799);
    jwks.has("one", &provider).await.unwrap();

    provider.pass(6);
    let away = TokenError::ProviderUnavailable { retry_after_seconds: 5 };
    assert_eq!(jwks.has("one", &provider).await, Err(away));
}

/// Row 17, cold.
#[tokio::test]
async fn a_cold_start_without_the_provider_says_when_to_come_back() {
    let provider = Provider::start().await;
    let jwks = provider.jwks();
    provider.answer_with(StatusCode::SERVICE_UNAVAILABLE, "away");
    let away = |seconds| Err(TokenError::ProviderUnavailable { retry_after_seconds: seconds });

    assert_eq!(jwks.has("one", &provider).await, away(5));
    provider.pass(2);
    assert_eq!(jwks.has("one", &provider).await, away(3));
    assert_eq!(provider.fetches(), 1);

    provider.publish(&json!({"keys": [jwk("one")]}));
    provider.pass(3);
    jwks.has("one", &provider).await.unwrap();
}

#[tokio::test]
async fn a_provider_that_cannot_be_reached_is_unavailable_too() {
    let provider = Provider::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let http = http_client::build().unwrap();
    let jwks = Jwks::new(http, url, SignedDuration::from_hours(1), provider.clock.clone());

    let away = TokenError::ProviderUnavailable { retry_after_seconds: 5 };
    assert_eq!(jwks.has("one", &provider).await, Err(away));
}

#[tokio::test]
async fn a_provider_that_does_not_answer_is_waited_for_a_second_and_a_half() {
    let provider = Provider::start().await;
    // Nobody accepts: a connection is made, and nothing comes.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let http = http_client::build().unwrap();
    let jwks = Jwks::new(http, url, SignedDuration::from_hours(1), provider.clock.clone());

    let asked = Instant::now();
    let away = TokenError::ProviderUnavailable { retry_after_seconds: 5 };
    assert_eq!(jwks.has("one", &provider).await, Err(away));

    // The client's own limit is ten seconds.
    assert!((FETCH_TIMEOUT..Duration::from_secs(9)).contains(&asked.elapsed()));
    assert_eq!(FETCH_TIMEOUT, Duration::from_millis(1_500));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (provider, stranger) = (Provider::start().await, Provider::start().await);
    provider.redirect_to(&stranger.url);

    let away = TokenError::ProviderUnavailable { retry_after_seconds: 5 };
    assert_eq!(provider.jwks().has("one", &provider).await, Err(away));
    assert_eq!(stranger.fetches(), 0);
}

#[tokio::test]
async fn a_document_of_another_shape_does_not_replace_the_last_good_one() {
    let long = format!(r#"{{"keys": [], "x": "{}"}}"#, "x".repeat(256 * 1024));
    for odd in ["", "[]", "{}", "null", r#"{"keys": {}}"#, "<html>", r#"{"keys": []}"#, &long] {
        let provider = Provider::start().await;
        let jwks = provider.jwks();
        jwks.has("one", &provider).await.unwrap();

        provider.answer_with(StatusCode::OK, odd);
        provider.pass(3_600);

        assert_eq!(jwks.has("one", &provider).await, Ok(()), "{odd}");
        assert_eq!(provider.fetches(), 2);
    }
}

/// Row 18.
#[tokio::test]
async fn keys_that_are_not_for_us_are_ignored_and_spoil_no_other() {
    let odd = |field: &str, value: Value| {
        let mut key = jwk("odd");
        key[field] = value;
        key
    };
    let short = URL_SAFE_NO_PAD.encode([0xFF; 255]);
    let cases = [
        odd("use", json!("enc")),
        odd("key_ops", json!(["encrypt", "wrapKey"])),
        odd("alg", json!("RS384")),
        odd("kty", json!("EC")),
        odd("n", json!(short)),
        odd("n", json!("not base64!")),
        odd("n", json!(7)),
        odd("e", json!("AQ")),
        odd("e", json!("AA")),
        json!("not a key"),
    ];
    for case in cases {
        let provider = Provider::start().await;
        provider.publish(&json!({"keys": [case.clone(), jwk("one")]}));
        let jwks = provider.jwks();

        assert_eq!(jwks.has("odd", &provider).await, Err(TokenError::KeyNotFound), "{case}");
        jwks.has("one", &provider).await.unwrap();
    }
}

#[tokio::test]
async fn a_key_may_say_less_than_ours_and_still_serve() {
    let provider = Provider::start().await;
    let mut bare = jwk("bare");
    for field in ["use", "alg"] {
        bare.as_object_mut().unwrap().remove(field);
    }
    bare["key_ops"] = json!(["verify"]);
    provider.publish(&json!({"keys": [bare]}));

    provider.jwks().has("bare", &provider).await.unwrap();
}

/// Row 18.
#[tokio::test]
async fn keys_that_share_an_id_are_all_ignored() {
    let provider = Provider::start().await;
    provider.publish(&json!({"keys": [jwk("twin"), jwk("one"), jwk("twin")]}));
    let jwks = provider.jwks();

    assert_eq!(jwks.has("twin", &provider).await, Err(TokenError::KeyNotFound));
    jwks.has("one", &provider).await.unwrap();
}

#[tokio::test]
async fn an_endless_id_is_not_looked_up_at_all() {
    let provider = Provider::start().await;
    let long = "k".repeat(257);

    assert_eq!(provider.jwks().has(&long, &provider).await, Err(TokenError::KeyNotFound));
    assert_eq!(provider.fetches(), 0);
}
