//! Which authorities a process believes: those that are compiled in, or those of the machine.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::post;
use local::issuer::{Identity, Role};
use tests::story::Story;
use tokio::net::TcpListener;

use crate::asked::{Asked, story_of_today};
use crate::front::{authority, open};

/// Table and issuer behind doors with TLS, for a process that believes `roots`.
async fn settings(story: &Story, roots: &str) -> BTreeMap<String, String> {
    let places = &story.stack.places;
    let keys = format!("{}.well-known/jwks.json", open(&places.pages).await);
    let authority = authority().to_str().unwrap().to_owned();
    let mut settings = story.stack.settings.clone();
    settings.extend(
        [
            ("TENON_TABLE_ENDPOINT", open(&places.table).await),
            ("TENON_AUTH0_JWKS_URL", keys),
            ("TENON_TLS_ROOTS", roots.to_owned()),
            ("SSL_CERT_FILE", authority),
        ]
        .map(|(name, value)| (name.to_owned(), value)),
    );
    settings
}

fn recruiter(story: &Story) -> String {
    let who = Identity::new("recruiter1@local.test", Role::Recruiter);
    story.stack.issuer.token_for(&who, 60).unwrap()
}

#[tokio::test]
async fn with_the_roots_of_the_machine_both_ways_out_believe_its_authorities() {
    let story = story_of_today().await;
    let settings = settings(&story, "system").await;
    let mut auth = Asked::start("auth", &settings).await.unwrap();

    let me = auth.get("/api/auth/me", &recruiter(&story)).await;

    assert_eq!((me.status, &me.body["email"]), (200, &"recruiter1@local.test".into()), "{me:?}");
    assert!(!auth.log().contains("UnknownIssuer"), "{}", auth.log());
}

#[tokio::test]
async fn with_the_roots_that_are_compiled_in_another_authority_is_refused_and_the_log_says_what_to_do()
 {
    let story = story_of_today().await;
    let mut settings = settings(&story, "embedded").await;
    let mut auth = Asked::start("auth", &settings).await.unwrap();

    let me = auth.get("/api/auth/me", &recruiter(&story)).await;
    assert_eq!((me.status, &me.body["errorCode"]), (503, &"AUTH_PROVIDER_UNAVAILABLE".into()));
    let told =
        ["cannot fetch the identity provider's keys", "unknown issuer", "TENON_TLS_ROOTS=system"];
    auth.line(&told).await;

    settings.remove("TENON_AUTH0_JWKS_URL");
    let mut auth = Asked::start("auth", &settings).await.unwrap();
    let me = auth.get("/api/auth/me", &recruiter(&story)).await;
    assert_eq!((me.status, &me.body["errorCode"]), (503, &"SERVICE_UNAVAILABLE".into()));
    auth.line(&["a request failed", "UnknownIssuer", "TENON_TLS_ROOTS=system"]).await;
}

#[tokio::test]
async fn the_collector_of_traces_is_believed_by_the_same_roots() {
    let story = story_of_today().await;
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let take = async move || {
        counted.fetch_add(1, Ordering::SeqCst);
        StatusCode::OK
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let collector = format!("http://{}", listener.local_addr().unwrap());
    let routes = Router::new().route("/v1/traces", post(take));
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let mut settings = settings(&story, "system").await;
    settings.insert("OTEL_EXPORTER_OTLP_ENDPOINT".to_owned(), open(&collector).await);

    let mut auth = Asked::start("auth", &settings).await.unwrap();
    // On a machine with much to do the first may be given up after its 200 ms.
    for _ in 0..20 {
        assert_eq!(auth.get("/health", "nobody").await.status, 200);
    }
    let believed = calls.load(Ordering::SeqCst);
    assert!(believed > 0, "{}", auth.log());

    settings.insert("TENON_TLS_ROOTS".to_owned(), "embedded".to_owned());
    let mut auth = Asked::start("auth", &settings).await.unwrap();
    assert_eq!(auth.get("/health", "nobody").await.status, 200);
    auth.line(&["the collector does not take traces"]).await;
    assert_eq!(calls.load(Ordering::SeqCst), believed);
}
