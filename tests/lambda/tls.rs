//! Which authorities a process believes: those that are compiled in, or those of the machine.

use std::collections::BTreeMap;

use local::issuer::{Identity, Role};
use tests::story::Story;

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
