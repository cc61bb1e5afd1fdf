//! The App: what it signs, where it is installed, and what its tokens may do.

use axum::body::Body;
use http::{Method, Request};
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::config::app_key::AppKey;

use crate::documents::Documents;
use crate::github::app::CLIENT_ID;
use crate::github::installations::Standing;
use crate::github::story::{Answer, DISPATCHES, Story, TEMPLATE, WORKSPACE, refused};
use crate::issuer::key::kept_pem;

const INSTALLATION: &str = "/orgs/acme/installation";

/// A story with a workspace of `acme`, and the App's key.
async fn with_app() -> (Story, AppKey) {
    let story = Story::with_workspace().await;
    let pem = kept_pem(&Documents::memory().unwrap(), "github.app").unwrap();
    story.github.register_app(&pem).unwrap();
    (story, AppKey::parse(&pem).unwrap())
}

impl Story {
    async fn bearing(&self, token: &str, method: Method, path: &str, body: Value) -> Answer {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("authorization", format!("Bearer {token}"));
        self.send(request.body(Body::from(body.to_string())).unwrap()).await
    }

    /// What the App signs now, from `iat` to `exp` seconds from now.
    fn signed(&self, key: &AppKey, (iat, exp): (i64, i64)) -> String {
        let now = self.clock.now().as_second();
        key.sign(&json!({"iss": CLIENT_ID, "iat": now + iat, "exp": now + exp})).unwrap()
    }

    async fn installation(&self, key: &AppKey) -> Answer {
        let signed = self.signed(key, (-60, 540));
        self.bearing(&signed, Method::GET, INSTALLATION, json!({})).await
    }

    /// The answer to asking for a token of `acme`'s installation.
    async fn token(&self, key: &AppKey, body: Value) -> Answer {
        let id = self.installation(key).await.json()["id"].clone();
        let path = format!("/app/installations/{id}/access_tokens");
        self.bearing(&self.signed(key, (-60, 540)), Method::POST, &path, body).await
    }
}

fn text(answer: &Answer) -> String {
    assert_eq!(answer.status(), 201);
    answer.json()["token"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_app_is_believed_by_its_signature_for_ten_minutes_at_most() {
    let (story, key) = with_app().await;
    let ask = async |token: &str| story.bearing(token, Method::GET, "/app", json!({})).await;

    let app = ask(&story.signed(&key, (-60, 600))).await;
    assert_eq!((app.status(), &app.json()["client_id"]), (200, &json!(CLIENT_ID)));

    let late = "'Expiration time' claim ('exp') must be a numeric value representing the future time \
                at which the assertion expires";
    let long = "'Expiration time' claim ('exp') is too far in the future";
    let early = "'Issued at' claim ('iat') must be an Integer representing the time that the \
                 assertion was issued";
    for (times, told) in [((-600, 0), late), ((-60, 601), long), ((1, 540), early)] {
        let answer = ask(&story.signed(&key, times)).await;
        assert_eq!(answer.refusal(), refused(401, told), "{times:?}");
    }
    let (_other, stranger) = with_app().await;
    let undecodable = refused(401, "A JSON web token could not be decoded");
    assert_eq!(ask(&story.signed(&stranger, (-60, 540))).await.refusal(), undecodable);
    assert_eq!(ask("ghs_story").await.refusal(), undecodable);
    let other = key.sign(&json!({"iss": "Iv1.other", "iat": 0, "exp": 0})).unwrap();
    assert_eq!(ask(&other).await.refusal(), refused(404, "Integration not found"));
}

#[tokio::test]
async fn a_token_is_good_for_an_hour_and_not_a_second_longer() {
    let (story, key) = with_app().await;
    let made = story.token(&key, json!({})).await;
    assert_eq!(made.json()["expires_at"], "2026-03-02T10:00:00Z");
    let token = text(&made);
    let look = async || story.bearing(&token, Method::GET, WORKSPACE, json!({})).await;

    story.clock.advance(SignedDuration::from_secs(3_599));
    assert_eq!(look().await.status(), 200);
    story.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(look().await.refusal(), refused(401, "Bad credentials"));
}

#[tokio::test]
async fn a_token_may_do_what_was_asked_for_and_nothing_else() {
    let (story, key) = with_app().await;
    let scope = json!({ "permissions": { "contents": "read", "actions": "write" } });
    let made = story.token(&key, scope).await;
    let expected = json!({ "contents": "read", "actions": "write", "metadata": "read" });
    assert_eq!(made.json()["permissions"], expected);
    let token = text(&made);
    let may = async |method, path: &str, body| story.bearing(&token, method, path, body).await;

    let branch = format!("{WORKSPACE}/branches/main");
    assert_eq!(may(Method::GET, &branch, json!({})).await.status(), 200);
    assert_eq!(may(Method::POST, DISPATCHES, json!({ "ref": "main" })).await.status(), 204);
    let not = refused(403, "Resource not accessible by integration");
    for (method, path) in [
        (Method::POST, format!("{WORKSPACE}/git/refs")),
        (Method::PUT, format!("{WORKSPACE}/collaborators/ada")),
        (Method::POST, format!("{TEMPLATE}/generate")),
        (Method::GET, "/user".to_owned()),
    ] {
        let answer = may(method, &path, json!({ "name": "x", "owner": "acme" })).await;
        assert_eq!(answer.refusal(), not, "{path}");
    }
    let more = story.token(&key, json!({ "permissions": { "secrets": "read" } })).await;
    let not_granted = "The permissions requested are not granted to this installation.";
    assert_eq!(more.refusal(), refused(422, not_granted));
}

#[tokio::test]
async fn a_token_is_for_the_repositories_of_one_account() {
    let (story, key) = with_app().await;
    let token = text(&story.token(&key, json!({})).await);
    let may = async |method, path: &str, body| story.bearing(&token, method, path, body).await;
    let generate = |owner: &str| json!({ "owner": owner, "name": "other", "private": true });

    let ours = may(Method::POST, &format!("{TEMPLATE}/generate"), generate("acme")).await;
    let theirs = may(Method::POST, &format!("{TEMPLATE}/generate"), generate("umbrella")).await;
    assert_eq!(ours.status(), 201);
    assert_eq!(theirs.refusal(), refused(403, "Resource not accessible by integration"));

    story.post(&format!("{TEMPLATE}/generate"), generate("umbrella")).await;
    let private = may(Method::GET, "/repos/umbrella/other", json!({})).await;
    assert_eq!(private.refusal(), refused(404, "Not Found"));
    assert_eq!(may(Method::GET, TEMPLATE, json!({})).await.status(), 200);
}

#[tokio::test]
async fn a_suspended_installation_makes_no_token_and_a_removed_one_is_not_there() {
    let (story, key) = with_app().await;
    let token = text(&story.token(&key, json!({})).await);
    let old = story.installation(&key).await.json()["id"].clone();
    let look = async || story.bearing(&token, Method::GET, WORKSPACE, json!({})).await.status();

    story.github.set_installation("acme", Standing::Suspended).unwrap();
    let suspended = refused(403, "This installation has been suspended");
    assert_eq!(story.token(&key, json!({})).await.refusal(), suspended);
    assert_eq!(look().await, 401);
    story.github.set_installation("acme", Standing::Active).unwrap();
    assert_eq!(look().await, 200);

    story.github.set_installation("acme", Standing::Removed).unwrap();
    assert_eq!(story.installation(&key).await.refusal(), refused(404, "Not Found"));
    let path = format!("/app/installations/{old}/access_tokens");
    let signed = story.signed(&key, (-60, 540));
    assert_eq!(story.bearing(&signed, Method::POST, &path, json!({})).await.status(), 404);

    story.github.install_app("acme").unwrap();
    let new = story.installation(&key).await.json()["id"].clone();
    assert_eq!((new == old, look().await), (false, 401));
}

#[tokio::test]
async fn an_installation_is_an_organisations_or_a_persons() {
    let (story, key) = with_app().await;
    story.get("/users/ada").await;
    let ask = async |path: &str| {
        let signed = story.signed(&key, (-60, 540));
        story.bearing(&signed, Method::GET, path, json!({})).await
    };

    assert_eq!(ask("/orgs/ada/installation").await.status(), 404);
    assert_eq!(ask("/users/ada/installation").await.json()["target_type"], "User");
    assert_eq!(ask("/users/acme/installation").await.status(), 404);
    let one = ask(INSTALLATION).await.json();
    assert_eq!(one["target_type"], "Organization");
    assert_eq!(ask(&format!("{WORKSPACE}/installation")).await.json(), one);
    assert_eq!(ask("/repos/acme/none/installation").await.status(), 404);
    assert_eq!(ask("/orgs/nobody/installation").await.status(), 404);
}
