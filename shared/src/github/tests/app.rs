//! Calls of a GitHub App.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::SignedDuration;

use super::*;
use crate::config::app_key::AppKey;
use crate::config::app_key::tests::PEM;

const NINE: &str = "2026-03-02T09:00:00Z";
const FIND: &str = "GET /orgs/acme/installation";
const MAKE: &str = "POST /app/installations/7/access_tokens";
const CALL: &str = "DELETE /repos/acme/ws/collaborators/octo";

/// An App at nine o'clock, installed for the organisation `acme`.
async fn app(installation: Option<u64>) -> (Script, GitHub, Clock) {
    let (script, _token) = Script::start().await;
    let clock = Clock::fixed(NINE.parse().unwrap());
    let private_key = AppKey::parse(&PEM).unwrap();
    let identity = GitHubIdentity::App { id: "Iv1.a".to_owned(), private_key, installation };
    let github = client(script.base.parse().unwrap(), identity, clock.clone());
    script.on(FIND, 200, json!({"id": 7}).to_string());
    script.on(MAKE, 201, made("ghs_one", "2026-03-02T10:00:00Z"));
    script.on(CALL, 204, "");
    (script, github, clock)
}

fn made(token: &str, expires_at: &str) -> String {
    json!({"token": token, "expires_at": expires_at, "permissions": {}}).to_string()
}

async fn call(github: &GitHub) -> Result<(), GitHubError> {
    github.remove_collaborator(&ours(), &GitHubUsername::parse("octo").unwrap()).await
}

#[tokio::test]
async fn an_app_signs_for_itself_and_asks_for_no_more_than_it_needs() {
    let (script, github, _clock) = app(None).await;

    call(&github).await.unwrap();

    assert_eq!(script.lines(), [FIND, MAKE, CALL]);
    assert_eq!(script.header(2, "authorization").as_deref(), Some("Bearer ghs_one"));
    let permissions = json!({
        "actions": "write", "administration": "write", "contents": "write", "metadata": "read",
        "workflows": "write",
    });
    assert_eq!(script.body(1), json!({ "permissions": permissions }));
    let signed = script.header(1, "authorization").unwrap();
    assert_eq!(script.header(0, "authorization"), Some(signed.clone()));
    let parts: Vec<_> = signed.strip_prefix("Bearer ").unwrap().split('.').collect();
    let part = |index: usize| {
        serde_json::from_slice::<Value>(&URL_SAFE_NO_PAD.decode(parts[index]).unwrap()).unwrap()
    };
    assert_eq!(part(0), json!({"typ": "JWT", "alg": "RS256"}));
    // A minute before nine to nine minutes past.
    let claims = json!({"iss": "Iv1.a", "iat": 1_772_441_940, "exp": 1_772_442_540});
    assert_eq!(part(1), claims);
}

#[tokio::test]
async fn a_crowd_of_calls_makes_one_token() {
    let (script, github, _clock) = app(None).await;

    let calls: tokio::task::JoinSet<_> = (0..10)
        .map(|_| {
            let github = github.clone();
            async move { call(&github).await }
        })
        .collect();
    assert!(calls.join_all().await.iter().all(Result::is_ok));

    let lines = script.lines();
    let count = |line: &str| lines.iter().filter(|asked| *asked == line).count();
    assert_eq!([count(FIND), count(MAKE), count(CALL)], [1, 1, 10]);
}

#[tokio::test]
async fn a_token_is_replaced_when_less_than_five_minutes_are_left() {
    let (script, github, clock) = app(None).await;
    call(&github).await.unwrap();
    script.take_lines();
    script.on(MAKE, 201, made("ghs_two", "2026-03-02T10:55:01Z"));

    clock.advance(SignedDuration::from_secs(54 * 60 + 59));
    call(&github).await.unwrap();
    assert_eq!(script.take_lines(), [CALL]);

    clock.advance(SignedDuration::from_secs(2));
    call(&github).await.unwrap();
    assert_eq!(script.header(1, "authorization").as_deref(), Some("Bearer ghs_two"));
    assert_eq!(script.take_lines(), [MAKE, CALL]);
}

#[tokio::test]
async fn while_github_makes_no_tokens_the_old_one_serves_to_its_end() {
    let (script, github, clock) = app(Some(7)).await;
    call(&github).await.unwrap();
    script.on(MAKE, 503, "");

    clock.advance(SignedDuration::from_secs(59 * 60 + 59));
    assert!(call(&github).await.is_ok());
    clock.advance(SignedDuration::from_secs(1));
    assert_eq!(failure(call(&github).await), GitHubFailure::Unavailable);
    assert_eq!(script.lines(), [MAKE, CALL, MAKE, CALL, MAKE]);
}

#[tokio::test]
async fn a_token_that_is_not_taken_is_replaced_once_and_never_twice() {
    let (script, github, _clock) = app(Some(7)).await;
    call(&github).await.unwrap();
    script.take_lines();
    script.on(MAKE, 201, made("ghs_two", "2026-03-02T10:00:00Z"));

    script.first(CALL, 401, &[]);
    assert!(call(&github).await.is_ok());
    assert_eq!(script.header(2, "authorization").as_deref(), Some("Bearer ghs_two"));
    assert_eq!(script.take_lines(), [CALL, MAKE, CALL]);

    script.on(CALL, 401, "{}");
    assert_eq!(failure(call(&github).await), GitHubFailure::TokenInvalid);
    assert_eq!(script.take_lines(), [CALL, MAKE, CALL]);
}

#[tokio::test]
async fn a_token_that_somebody_gave_us_is_not_tried_again() {
    let (script, github) = Script::with(CALL, 401, json!({})).await;

    assert_eq!(failure(call(&github).await), GitHubFailure::TokenInvalid);
    assert_eq!(script.lines(), [CALL]);
}

#[tokio::test]
async fn an_installation_that_is_named_is_used_for_every_owner() {
    let (script, github, _clock) = app(Some(7)).await;
    let elsewhere = "DELETE /repos/other/ws/collaborators/octo";
    script.on(elsewhere, 204, "");

    call(&github).await.unwrap();
    let other = RepositoryName::parse("other/ws").unwrap();
    github.remove_collaborator(&other, &GitHubUsername::parse("octo").unwrap()).await.unwrap();

    assert_eq!(script.lines(), [MAKE, CALL, elsewhere]);
}

#[tokio::test]
async fn a_repository_is_generated_through_the_installation_of_its_new_owner() {
    let (script, github, _clock) = app(None).await;
    let template = RepositoryName::parse("tpl/node").unwrap();

    let generate = "POST /repos/tpl/node/generate";
    script.on(generate, 422, "{}");

    let taken = github.generate_repository(&template, "acme", "ws", "marker").await;
    assert_eq!(failure(taken), GitHubFailure::Unprocessable);
    assert_eq!(script.take_lines(), [FIND, MAKE, generate]);

    // An account's name is the same in capitals.
    let taken = github.generate_repository(&template, "ACME", "ws", "marker").await;
    assert_eq!(failure(taken), GitHubFailure::Unprocessable);
    assert_eq!(script.lines(), [generate]);
}

#[tokio::test]
async fn a_repository_is_looked_at_by_its_number_through_the_installation_of_its_owner() {
    let (script, github, _clock) = app(None).await;
    let (find, make) = ("GET /orgs/other/installation", "POST /app/installations/9/access_tokens");
    script.on(find, 200, json!({"id": 9}).to_string());
    script.on(make, 201, made("ghs_other", "2026-03-02T10:00:00Z"));
    script.on("GET /repositories/7", 404, "{}");

    assert_eq!(github.repository_by_id(7, "other").await.unwrap(), None);

    assert_eq!(script.lines(), [find, make, "GET /repositories/7"]);
}

#[tokio::test]
async fn a_person_has_an_installation_too() {
    let (script, github, _clock) = app(None).await;
    script.on(FIND, 404, "{}");
    script.on("GET /users/acme/installation", 200, json!({"id": 7}).to_string());

    call(&github).await.unwrap();

    assert_eq!(script.lines(), [FIND, "GET /users/acme/installation", MAKE, CALL]);
}

#[tokio::test]
async fn an_installation_that_is_missing_suspended_or_short_of_a_permission_is_no_missing_repository()
 {
    let (script, github, _clock) = app(None).await;
    for (status, kind) in [
        (401, GitHubFailure::TokenInvalid),
        (403, GitHubFailure::PermissionDenied),
        (404, GitHubFailure::TokenInvalid),
        (422, GitHubFailure::PermissionDenied),
        (502, GitHubFailure::Unavailable),
    ] {
        script.on(MAKE, status, "{}");
        let error = github.repository(&ours()).await.unwrap_err();
        let told = "cannot make a token of the App's installation on GitHub";
        assert_eq!((error.kind, error.to_string().as_str()), (kind, told), "{status}");
    }
    script.on(FIND, 404, "{}");
    script.on("GET /users/acme/installation", 404, "{}");
    let error = github.repository(&ours()).await.unwrap_err();
    assert_eq!(error.kind, GitHubFailure::PermissionDenied);
    assert_eq!(error.cause.to_string(), "the App is not installed for the account");
}

#[tokio::test]
async fn an_app_that_is_installed_anew_is_found_anew() {
    let (script, github, clock) = app(None).await;
    call(&github).await.unwrap();
    clock.advance(SignedDuration::from_hours(2));
    script.on(MAKE, 404, "{}");
    assert_eq!(failure(call(&github).await), GitHubFailure::TokenInvalid);
    script.take_lines();

    script.on(FIND, 200, json!({"id": 8}).to_string());
    let anew = "POST /app/installations/8/access_tokens";
    script.on(anew, 201, made("ghs_new", "2026-03-02T12:00:00Z"));

    call(&github).await.unwrap();
    assert_eq!(script.lines(), [FIND, anew, CALL]);
}

#[tokio::test]
async fn a_dispatch_for_which_no_token_could_be_had_did_not_happen() {
    let (script, github, _clock) = app(Some(7)).await;
    for (status, body) in [(502, "{}"), (201, "no token")] {
        script.on_with(MAKE, status, vec![("retry-after", "17".to_owned())], body);

        let error = github.dispatch(&ours(), "tenon-ci.yml", "main").await.unwrap_err();

        assert_eq!(error.kind, GitHubFailure::Unavailable, "{status}");
        assert!(!error.is_unanswered() && !error.may_have_happened(), "{status}");
        let wait = error.retry_after.map(|wait| wait.as_secs());
        assert_eq!(wait, (status == 502).then_some(17));
    }
    assert_eq!(script.lines(), [MAKE, MAKE]);
}
