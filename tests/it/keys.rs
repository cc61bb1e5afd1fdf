//! The identity provider's keys, as whoever calls the API feels them: rows 15 to 17.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;
use local::issuer::{Identity, Role};
use serde_json::json;
use tests::caller::Caller;
use tests::keys::KeyServer;
use tests::problem::problem;
use tests::story::Story;

/// A recruiter's token whose header names another key.
fn naming(story: &Story, kid: &str) -> Caller {
    let good = story.stack.issuer.token(&Identity::new("a@b.co", Role::Recruiter)).unwrap();
    let (_, rest) = good.split_once('.').unwrap();
    let header = json!({ "alg": "RS256", "typ": "JWT", "kid": kid }).to_string();
    story.bearing(&format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header)))
}

/// A story whose keys are published by a server that can go away.
async fn published() -> (Story, KeyServer) {
    let server = KeyServer::start().await;
    let story = Story::with(&[("TENON_AUTH0_JWKS_URL", &server.url)]).await;
    server.publish(&json!(story.stack.issuer.jwks()));
    (story, server)
}

#[tokio::test]
async fn keys_are_fetched_once_an_hour_or_as_often_as_is_set() {
    for (settings, seconds) in
        [(vec![], 3_600), (vec![("TENON_AUTH0_JWKS_CACHE_TTL_SECONDS", "60")], 60)]
    {
        let story = Story::with(&settings).await;
        let recruiter = story.recruiter(1);
        let issuer = &story.stack.issuer;

        recruiter.get("/api/auth/me").await.expect(200);
        story.clock.advance(SignedDuration::from_secs(seconds - 1));
        recruiter.get("/api/auth/me").await.expect(200);
        assert_eq!(issuer.requests_for_keys(), 1);

        story.clock.advance(SignedDuration::from_secs(1));
        recruiter.get("/api/auth/me").await.expect(200);
        assert_eq!(issuer.requests_for_keys(), 2);
    }
}

/// Row 16.
#[tokio::test]
async fn a_thousand_tokens_with_unknown_keys_cost_one_fetch_per_cool_down_and_lock_nobody_out() {
    let story = Story::begin().await;
    let recruiter = story.recruiter(1);
    recruiter.get("/api/auth/me").await.expect(200);
    let refused = problem(401, "Unauthorized", "INVALID_TOKEN", "Signing key not found");

    for (round, fetches) in [(0, 1), (1, 2)] {
        story.clock.advance(SignedDuration::from_secs(30 * round));
        for number in 0..500 {
            let stranger = naming(&story, &format!("{round}-{number}"));
            assert_eq!(stranger.get("/api/auth/me").await.problem(), refused);
        }
        recruiter.get("/api/auth/me").await.expect(200);
        assert_eq!(story.stack.issuer.requests_for_keys(), fetches);
    }
}

/// Row 17, warm.
#[tokio::test]
async fn known_keys_let_people_in_for_a_day_while_the_provider_is_away() {
    let (story, server) = published().await;
    let recruiter = story.recruiter(1);
    recruiter.get("/api/auth/me").await.expect(200);
    server.go_away();

    for hours in [1, 22] {
        story.clock.advance(SignedDuration::from_hours(hours));
        recruiter.get("/api/auth/me").await.expect(200);
    }
    let stranger = naming(&story, "other").get("/api/auth/me").await;
    assert_eq!(stranger.refusal(), (401, "INVALID_TOKEN", "Signing key not found"));

    story.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(recruiter.get("/api/auth/me").await.status, 503);
}

/// Row 17, cold.
#[tokio::test]
async fn without_any_keys_everybody_is_told_when_to_come_back_and_nobody_that_they_are_wrong() {
    let (story, server) = published().await;
    server.go_away();
    let refused = story.recruiter(1).get("/api/auth/me").await;

    let mut told = problem(
        503,
        "Service Unavailable",
        "AUTH_PROVIDER_UNAVAILABLE",
        "Auth provider unavailable",
    );
    told["retryable"] = json!(true);
    assert_eq!(refused.problem(), told);
    assert_eq!(refused.header("retry-after"), Some("5"));
    assert_eq!(refused.header("www-authenticate"), None);
    assert_eq!(story.nobody().get("/api/auth/me").await.status, 401);
    assert_eq!(server.asked(), 1);

    server.publish(&json!(story.stack.issuer.jwks()));
    story.clock.advance(SignedDuration::from_secs(5));
    story.recruiter(1).get("/api/auth/me").await.expect(200);
}

/// Row 15.
#[tokio::test]
async fn after_a_rotation_the_new_key_is_picked_up_at_its_first_use() {
    let (story, server) = published().await;
    let other = Story::begin().await;
    let audience = Identity::new("grace@example.com", Role::Recruiter);
    let mut claims = other.stack.issuer.claims(&audience, 600);
    claims["iss"] = json!(story.stack.issuer.name());
    let rotated = story.bearing(&other.stack.issuer.token_with(&claims).unwrap());
    let [old, new] =
        [&story, &other].map(|story| json!(story.stack.issuer.jwks())["keys"][0].clone());
    story.recruiter(1).get("/api/auth/me").await.expect(200);

    story.clock.advance(SignedDuration::from_mins(1));
    server.publish(&json!({ "keys": [old, new.clone()] }));
    rotated.get("/api/auth/me").await.expect(200);
    story.recruiter(1).get("/api/auth/me").await.expect(200);
    assert_eq!(server.asked(), 2);

    story.clock.advance(SignedDuration::from_hours(1));
    server.publish(&json!({ "keys": [new] }));
    rotated.get("/api/auth/me").await.expect(200);
    let dropped = story.recruiter(1).get("/api/auth/me").await;
    assert_eq!(dropped.refusal(), (401, "INVALID_TOKEN", "Signing key not found"));
}
