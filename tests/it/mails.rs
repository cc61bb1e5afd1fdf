//! Invites through other providers than SES: what is tried again, and what the recruiter sees.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use tests::story::Story;
use tokio::net::TcpListener;

const ADA: &str = "ada@example.com";

/// A provider: how it answers, in turn and then for ever `200`, and the keys it was shown.
#[derive(Clone, Default)]
struct Provider {
    answers: Arc<Mutex<Vec<Response>>>,
    keys: Arc<Mutex<Vec<String>>>,
}

async fn take(State(provider): State<Provider>, headers: HeaderMap) -> Response {
    let key = headers.get("idempotency-key").map(|key| key.to_str().unwrap().to_owned());
    provider.keys.lock().unwrap().push(key.unwrap_or_default());
    let mut answers = provider.answers.lock().unwrap();
    if answers.is_empty() {
        return r#"{"id":"re-1"}"#.into_response();
    }
    answers.remove(0)
}

/// A stack that sends through Resend, or what answers in its place.
async fn through_resend(answers: Vec<Response>) -> (Story, Provider) {
    let provider = Provider { answers: Arc::new(Mutex::new(answers)), keys: Arc::default() };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let routes = Router::new().fallback(take).with_state(provider.clone());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    let settings = [
        ("TENON_EMAIL_PROVIDER", "resend"),
        ("TENON_RESEND_API_KEY", "re_key"),
        ("TENON_MAIL_ENDPOINT", endpoint.as_str()),
    ];
    (Story::with(&settings).await, provider)
}

async fn mail(story: &Story, invited: &tests::work::Invited) -> [Value; 3] {
    let row = story.row(invited).await;
    ["inviteEmailStatus", "inviteEmailSentAt", "inviteEmailError"].map(|name| row[name].clone())
}

#[tokio::test]
async fn a_provider_that_is_busy_is_asked_again_when_it_says_under_the_same_key() {
    let busy = (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "7")]).into_response();
    let broken = StatusCode::BAD_GATEWAY.into_response();
    let (story, provider) = through_resend(vec![busy, broken]).await;

    let invited = story.invited(ADA).await;
    let error = json!("Email provider error (429)");
    assert_eq!(mail(&story, &invited).await, [json!("rate_limited"), Value::Null, error]);
    story.pass(6).await;
    assert_eq!(provider.keys.lock().unwrap().len(), 1);

    story.pass(1).await;
    let error = json!("Email provider error (502)");
    assert_eq!(mail(&story, &invited).await, [json!("failed"), Value::Null, error]);

    story.pass(4).await;
    let sent_at = json!("2026-03-02T09:00:11Z");
    assert_eq!(mail(&story, &invited).await, [json!("sent"), sent_at, Value::Null]);
    let key = format!("invite-{}-1", invited.session);
    assert_eq!(*provider.keys.lock().unwrap(), [key.clone(), key.clone(), key]);
    let session = &story.items("CS#").await[0];
    assert_eq!(session["mail"]["M"]["messageId"]["S"], "re-1");
}

#[tokio::test]
async fn a_refused_mail_is_not_tried_again_until_somebody_asks() {
    let refused = StatusCode::UNAUTHORIZED.into_response();
    let (story, provider) = through_resend(vec![refused]).await;

    let invited = story.invited(ADA).await;
    story.pass(29).await;
    let error = json!("Email provider error (401)");
    assert_eq!(mail(&story, &invited).await, [json!("failed"), Value::Null, error]);
    assert_eq!(provider.keys.lock().unwrap().len(), 1);

    story.pass(1).await;
    story.invite(invited.simulation, "Ada Example", ADA).await.expect(200);
    story.settle().await;
    assert_eq!(mail(&story, &invited).await[0], "sent");
    let keys = [1, 2].map(|number| format!("invite-{}-{number}", invited.session));
    assert_eq!(*provider.keys.lock().unwrap(), keys);
}

#[tokio::test]
async fn the_console_sends_nothing_and_the_invite_is_shown_as_sent() {
    let story = Story::with(&[("TENON_EMAIL_PROVIDER", "console")]).await;

    let invited = story.invited(ADA).await;

    let sent_at = json!("2026-03-02T09:00:00Z");
    assert_eq!(mail(&story, &invited).await, [json!("sent"), sent_at, Value::Null]);
    assert_eq!(story.stack.mailbox.mails(), []);
}
