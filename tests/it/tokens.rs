//! Rows 9, 12 to 14 and 19 of the token matrix over HTTP. Rows 1 to 12 are beside the verifier, in
//! `shared/src/auth/token/tests`; those on keys are in `shared/src/auth/jwks/tests.rs` and `keys.rs`.

use http::Method;
use jiff::SignedDuration;
use local::issuer::{Identity, Role};
use serde_json::{Value, json};
use tests::caller::{Answer, Caller};
use tests::problem::problem;
use tests::story::Story;

const ADA: &str = "ada@example.com";
const ME: &str = "/api/auth/me";

/// Somebody whose token is a recruiter's, with these claims set, or taken out by null.
fn claiming(story: &Story, changes: &[(&str, Value)]) -> Caller {
    let grace = Identity::new("grace@example.com", Role::Recruiter);
    let mut claims = story.stack.issuer.claims(&grace, 600);
    for (name, value) in changes {
        let claims = claims.as_object_mut().unwrap();
        claims.remove(*name);
        if !value.is_null() {
            claims.insert((*name).to_owned(), value.clone());
        }
    }
    story.bearing(&story.stack.issuer.token_with(&claims).unwrap())
}

fn bad_token(detail: &str) -> Value {
    problem(401, "Unauthorized", "INVALID_TOKEN", detail)
}

/// Row 9.
#[tokio::test]
async fn a_token_that_is_fifty_nine_seconds_late_passes_and_one_that_is_sixty_one_does_not() {
    let story = Story::begin().await;
    let grace = Identity::new("grace@example.com", Role::Recruiter);
    let grace = story.bearing(&story.stack.issuer.token_for(&grace, 10).unwrap());

    story.clock.advance(SignedDuration::from_secs(600 + 59));
    assert_eq!(grace.get(ME).await.status, 200);

    story.clock.advance(SignedDuration::from_secs(2));
    assert_eq!(grace.get(ME).await.problem(), bad_token("Token expired"));
}

/// Row 12.
#[tokio::test]
async fn the_clients_id_token_opens_nothing() {
    let story = Story::begin().await;
    let id_token = [
        ("aud", json!("client-id")),
        ("nonce", json!("n-0S6_WzA2Mj")),
        ("permissions", Value::Null),
    ];

    assert_eq!(claiming(&story, &id_token).get(ME).await.problem(), bad_token("Invalid token"));
    for one in &id_token[..2] {
        let refused = claiming(&story, std::slice::from_ref(one)).get(ME).await;
        assert_eq!(refused.problem(), bad_token("Invalid token"));
    }
}

/// Row 13.
#[tokio::test]
async fn a_good_token_without_the_permission_is_forbidden_and_not_unauthorized() {
    let story = Story::begin().await;
    let nothing = ["permissions", "https://tenon.ai/permissions", "https://tenon.ai/roles"];
    let nothing = claiming(&story, &nothing.map(|name| (name, Value::Null)));

    let refusals = [
        (nothing.get(ME).await, "RECRUITER_ACCESS_REQUIRED", "Recruiter access required"),
        (
            nothing.get("/api/candidate/invites").await,
            "CANDIDATE_ACCESS_REQUIRED",
            "Candidate access required",
        ),
    ];
    for (refused, code, detail) in refusals {
        assert_eq!(refused.problem(), problem(403, "Forbidden", code, detail));
        assert_eq!(refused.header("www-authenticate"), None);
    }
}

/// Row 14.
#[tokio::test]
async fn an_address_in_any_case_is_the_invited_one_and_one_that_only_looks_like_it_is_not() {
    let story = Story::begin().await;
    let same =
        [("ada@example.com", "ADA@Example.COM"), ("ben@example.com", " ben@example.com\u{a0}")];
    let other = [
        // Kelvin sign, full width letters, Cyrillic a, and the two ways to write an umlaut.
        ("kim@example.com", "\u{212a}im@example.com"),
        ("ada@example.com", "\u{ff41}da@example.com"),
        ("ada@example.com", "\u{430}da@example.com"),
        ("j\u{fc}rgen@example.com", "ju\u{308}rgen@example.com"),
        ("ada@example.com", "ada+1@example.com"),
        ("ada@example.com", "ada@example.com."),
        ("ada@example.com", "ada@\u{ff45}xample.com"),
    ];
    let claim = async |invited: &str, said: &str| {
        let invited = story.invited(invited).await;
        let sub = Some(format!("auth0|{}", invited.session));
        let who = Identity { sub, ..Identity::new(said, Role::Candidate) };
        let link = format!("/api/candidate/session/{}", invited.token);
        story.identified(&who).get(&link).await
    };

    for (invited, said) in same {
        assert_eq!(claim(invited, said).await.status, 200, "{said:?}");
    }
    for (invited, said) in other {
        let refused = claim(invited, said).await;
        let expected = (404, "CANDIDATE_SESSION_NOT_FOUND", "Candidate session not found");
        assert_eq!(refused.refusal(), expected, "{said:?}");
    }
}

/// Row 14.
#[tokio::test]
async fn an_address_is_read_from_the_configured_claim_then_from_the_plain_one_and_nowhere_else() {
    let story = Story::begin().await;
    let named = "https://tenon.ai/email";
    let email = async |changes: &[(&str, Value)]| {
        let me = claiming(&story, changes).get(ME).await;
        me.body["email"].as_str().map(str::to_owned)
    };
    let as_sub = |sub: &str| ("sub", json!(sub));

    let both = [as_sub("a|1"), (named, json!("one@b.co")), ("email", json!("two@b.co"))];
    assert_eq!(email(&both).await.as_deref(), Some("one@b.co"));
    let plain = [as_sub("a|2"), (named, Value::Null), ("email", json!("two@b.co"))];
    assert_eq!(email(&plain).await.as_deref(), Some("two@b.co"));
    let elsewhere = [(named, Value::Null), ("https://evil.example/email", json!("two@b.co"))];
    assert_eq!(email(&elsewhere).await, None);
    let blank = [(named, json!("  ")), ("email", json!("two@b.co"))];
    assert_eq!(claiming(&story, &blank).get(ME).await.problem(), bad_token("Invalid token"));
}

#[tokio::test]
async fn a_claim_of_an_odd_type_is_a_bad_token_and_no_fault_of_ours() {
    let story = Story::begin().await;
    let claims = [
        "sub",
        "https://tenon.ai/email",
        "name",
        "permissions",
        "email_verified",
        "https://tenon.ai/email_verified",
        "exp",
        "aud",
        "iss",
    ];
    for name in claims {
        for odd in [json!(7.5), json!({"a": 1})] {
            let refused = claiming(&story, &[(name, odd.clone())]).get(ME).await;
            assert_eq!(refused.problem(), bad_token("Invalid token"), "{name} {odd}");
        }
    }
}

#[tokio::test]
async fn a_name_or_an_address_as_long_as_can_be_is_stored_and_a_longer_one_is_cut_or_refused() {
    let story = Story::begin().await;
    let widest = |count: usize| "\u{1d49c}".repeat(count);
    let email = format!("{}@b.co", widest(250));
    let sub = widest(255);
    let long = [
        ("sub", json!(sub)),
        ("https://tenon.ai/email", json!(email)),
        ("name", json!(widest(500))),
    ];

    let recruiter = claiming(&story, &long);
    let me = recruiter.get(ME).await.expect(200);
    assert_eq!((&me["email"], &me["name"]), (&json!(email), &json!(widest(200))));
    assert_eq!(recruiter.get("/api/simulations").await.expect(200), json!([]));

    let candidate = [&long[..], &[("permissions", json!(["candidate:access"]))]].concat();
    let candidate = claiming(&story, &candidate);
    assert_eq!(candidate.get("/api/candidate/invites").await.expect(200), json!([]));

    for (name, value) in [("sub", widest(256)), ("https://tenon.ai/email", format!("{email}m"))] {
        let refused = claiming(&story, &[(name, json!(value))]).get(ME).await;
        assert_eq!(refused.problem(), bad_token("Invalid token"), "{name}");
    }
}

/// Row 19.
#[tokio::test]
async fn a_token_is_shown_once_in_one_header_and_nowhere_else() {
    let story = Story::begin().await;
    let nobody = story.nobody();
    let good = story.stack.issuer.token(&Identity::new(ADA, Role::Recruiter)).unwrap();
    let showing = async |values: &[String]| -> Answer {
        let request = nobody.request(Method::GET, ME);
        let add = |request: reqwest::RequestBuilder, value| request.header("authorization", value);
        nobody.send(values.iter().fold(request, add)).await
    };
    let bearer = format!("Bearer {good}");
    let missing = problem(401, "Unauthorized", "NOT_AUTHENTICATED", "Not authenticated");

    for scheme in ["Bearer", "bearer", "BEARER"] {
        assert_eq!(showing(&[format!("{scheme} {good}")]).await.status, 200, "{scheme}");
    }
    for twice in [[bearer.clone(), bearer.clone()], [bearer.clone(), "Basic YTpi".to_owned()]] {
        assert_eq!(showing(&twice).await.problem(), missing);
    }
    // As a gateway joins two headers of one name.
    let joined = showing(&[format!("{bearer}, {bearer}")]).await;
    assert_eq!(joined.problem(), bad_token("Invalid token header"));
    let long = showing(&[format!("Bearer {}", "a".repeat(8_193))]).await;
    assert_eq!(long.problem(), bad_token("Invalid token header"));
    for elsewhere in ["access_token", "token", "authorization"] {
        let refused = nobody.get(&format!("{ME}?{elsewhere}={good}")).await;
        assert_eq!(refused.problem(), missing, "{elsewhere}");
    }
    let cookie = nobody.request(Method::GET, ME).header("cookie", format!("access_token={good}"));
    assert_eq!(nobody.send(cookie).await.problem(), missing);
}
