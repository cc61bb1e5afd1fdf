use axum::body::Body;
use axum::response::Response;
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use tower::ServiceExt;

use super::*;

fn settings() -> Settings {
    Settings {
        issuer: "http://127.0.0.1:4001".to_owned(),
        audience: "https://api.tenon.test".to_owned(),
        api: "http://127.0.0.1:3001".to_owned(),
    }
}

/// An issuer whose clock is right, for a verifier that asks the machine.
fn issuer() -> Issuer {
    Issuer::open(&Documents::memory().unwrap(), Clock::System, settings()).unwrap()
}

fn fixed_issuer(documents: &Documents) -> Issuer {
    let clock = Clock::fixed("2026-03-02T09:00:00Z".parse().unwrap());
    Issuer::open(documents, clock, settings()).unwrap()
}

fn ada() -> Identity {
    Identity::new("Ada@example.com", Role::Recruiter)
}

async fn get(issuer: &Issuer, path: &str) -> Value {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = issuer.router().oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    serde_json::from_slice(&response.into_body().collect().await.unwrap().to_bytes()).unwrap()
}

async fn post(issuer: &Issuer, content_type: &str, body: &str) -> (StatusCode, String) {
    let request = Request::post("/mint")
        .header("content-type", content_type)
        .body(Body::from(body.to_owned()))
        .unwrap();
    let response: Response = issuer.router().oneshot(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// What a function does with a token and the keys it fetched.
fn verified(keys: Value, token: &str) -> jsonwebtoken::errors::Result<Value> {
    let keys: JwkSet = serde_json::from_value(keys).unwrap();
    let kid = jsonwebtoken::decode_header(token)?.kid.unwrap();
    let mut validation = Validation::new(Algorithm::RS256);
    validation.set_audience(&["https://api.tenon.test"]);
    validation.set_issuer(&["http://127.0.0.1:4001/"]);
    let key = DecodingKey::from_jwk(keys.find(&kid).unwrap())?;
    Ok(jsonwebtoken::decode::<Value>(token, &key, &validation)?.claims)
}

#[tokio::test]
async fn a_minted_token_verifies_against_the_served_keys_and_a_strangers_does_not() {
    let (issuer, stranger) = (issuer(), issuer());
    let keys = get(&issuer, "/.well-known/jwks.json").await;

    let claims = verified(keys.clone(), &issuer.token(&ada()).unwrap()).unwrap();
    let mut forged = issuer.token(&ada()).unwrap();
    let their_own = stranger.token(&ada()).unwrap();
    forged.truncate(forged.rfind('.').unwrap());
    forged.push_str(&their_own[their_own.rfind('.').unwrap()..]);

    assert_eq!(claims["https://tenon.ai/email"], "Ada@example.com");
    assert!(verified(keys, &forged).is_err());
}

#[tokio::test]
async fn the_keys_have_the_fields_of_auth0_and_their_fetching_is_counted() {
    let issuer = issuer();
    assert_eq!(issuer.requests_for_keys(), 0);

    let keys = get(&issuer, "/.well-known/jwks.json").await;

    assert_eq!(issuer.requests_for_keys(), 1);
    let [key] = keys["keys"].as_array().unwrap().as_slice() else { panic!("one key") };
    let mut names: Vec<_> = key.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["alg", "e", "kid", "kty", "n", "use"]);
    assert_eq!(
        (&key["kty"], &key["use"], &key["alg"]),
        (&json!("RSA"), &json!("sig"), &json!("RS256"))
    );
    assert_eq!((key["n"].as_str().unwrap().len(), &key["e"]), (342, &json!("AQAB")));
}

#[tokio::test]
async fn the_discovery_document_leads_to_the_keys() {
    let configuration = get(&issuer(), "/.well-known/openid-configuration").await;

    assert_eq!(configuration["issuer"], "http://127.0.0.1:4001/");
    assert_eq!(configuration["jwks_uri"], "http://127.0.0.1:4001/.well-known/jwks.json");
}

#[test]
fn the_claims_are_those_of_auth0() {
    let issuer = fixed_issuer(&Documents::memory().unwrap());

    assert_eq!(
        issuer.claims(&ada(), 60),
        json!({
            "iss": "http://127.0.0.1:4001/",
            "sub": "auth0|3e3417d7ef77d5932a6734b916515ed5",
            "aud": ["https://api.tenon.test", "http://127.0.0.1:4001/userinfo"],
            "iat": 1_772_442_000,
            "exp": 1_772_445_600,
            "https://tenon.ai/email": "Ada@example.com",
            "https://tenon.ai/name": "Ada",
            "https://tenon.ai/roles": ["recruiter"],
            "https://tenon.ai/permissions": ["recruiter:access"],
            "permissions": ["recruiter:access"],
        })
    );
}

#[test]
fn whom_the_seed_knows_is_called_as_there() {
    let seeded = Identity::new("Recruiter1@Local.test", Role::Recruiter);
    assert_eq!(seeded.subject(), "dev|recruiter1@local.test");
}

#[test]
fn an_address_that_is_not_verified_is_said_to_be_so_and_nothing_is_said_otherwise() {
    let issuer = fixed_issuer(&Documents::memory().unwrap());
    let unverified = Identity { email_verified: false, ..ada() };

    assert_eq!(issuer.claims(&unverified, 60)["email_verified"], false);
    assert_eq!(issuer.claims(&ada(), 60).get("email_verified"), None);
}

#[test]
fn a_subject_follows_from_the_address_unless_it_is_given() {
    let small = Identity::new("ada@example.com", Role::Candidate);
    let other = Identity::new("bob@local.test", Role::Recruiter);
    let seeded = Identity { sub: Some("dev|ada@example.com".to_owned()), ..ada() };

    assert_eq!(ada().subject(), small.subject());
    assert_ne!(ada().subject(), other.subject());
    assert_eq!(seeded.subject(), "dev|ada@example.com");
}

#[test]
fn a_token_outlives_a_restart_that_keeps_the_documents() {
    let documents = Documents::memory().unwrap();
    let before = Issuer::open(&documents, Clock::System, settings()).unwrap();
    let token = before.token(&ada()).unwrap();

    let after = Issuer::open(&documents, Clock::System, settings()).unwrap();

    assert!(verified(serde_json::to_value(after.jwks()).unwrap(), &token).is_ok());
}

#[test]
fn a_token_can_claim_what_it_should_not() {
    let issuer = issuer();
    let expired = json!({
        "iss": issuer.name(), "sub": "a", "aud": "https://api.tenon.test", "exp": 1,
    });

    let token = issuer.token_with(&expired).unwrap();

    let refusal = verified(serde_json::to_value(issuer.jwks()).unwrap(), &token).unwrap_err();
    assert_eq!(refusal.to_string(), "ExpiredSignature");
}

#[tokio::test]
async fn the_form_and_json_give_the_same_token() {
    let issuer = fixed_issuer(&Documents::memory().unwrap());
    let expected = issuer.token_for(&ada(), 60).unwrap();

    let (form_status, page) = post(
        &issuer,
        "application/x-www-form-urlencoded",
        "email=Ada%40example.com&name=&role=recruiter&minutes=60",
    )
    .await;
    let (json_status, answer) = post(
        &issuer,
        "application/json",
        r#"{"email":"Ada@example.com","role":"recruiter","minutes":60}"#,
    )
    .await;

    assert_eq!((form_status, json_status), (StatusCode::OK, StatusCode::OK));
    assert!(
        page.contains(&format!(r#"<textarea id="token" rows="9" readonly>{expected}</textarea>"#))
    );
    assert!(page.contains(&format!("Bearer {expected}&#39; http://127.0.0.1:3001/api/auth/me")));
    assert_eq!(answer, json!({ "token": expected, "tokenType": "Bearer" }).to_string());
}

#[tokio::test]
async fn what_is_asked_for_wrongly_is_refused_and_shown_escaped() {
    let issuer = issuer();
    let json = "application/json";

    let (status, page) = post(
        &issuer,
        "application/x-www-form-urlencoded",
        "email=%3Cscript%3E&role=recruiter&minutes=60",
    )
    .await;
    let life = post(&issuer, json, r#"{"email":"a@b","role":"recruiter","minutes":0}"#).await;
    let role = post(&issuer, json, r#"{"email":"a@b","role":"admin"}"#).await;

    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(page.contains("`&#60;script&#62;` is not an e-mail address"));
    assert!(!page.contains("<script>"));
    assert_eq!(
        life,
        (
            StatusCode::BAD_REQUEST,
            r#"{"error":"a token lives from 1 to 527040 minutes"}"#.to_owned()
        )
    );
    assert_eq!(role.0, StatusCode::BAD_REQUEST);
}
