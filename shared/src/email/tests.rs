use std::sync::{Arc, Mutex};

use aws_sdk_sesv2::Config;
use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::config::{BehaviorVersion, Credentials, Region};
use aws_smithy_http_client::Builder;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::post;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::*;

/// An SES that answers every mail in one way and remembers what it was sent.
#[derive(Clone)]
struct Post {
    answer: (StatusCode, &'static str, &'static str),
    taken: Arc<Mutex<Vec<Value>>>,
}

async fn take(State(post): State<Post>, body: String) -> impl IntoResponse {
    post.taken.lock().unwrap().push(serde_json::from_str(&body).unwrap());
    let (status, kind, text) = post.answer;
    (status, [("content-type", "application/json"), ("x-amzn-errortype", kind)], text)
}

async fn opened(answer: (StatusCode, &'static str, &'static str)) -> (Mailer, Post) {
    let post_office = Post { answer, taken: Arc::default() };
    let routes = Router::new()
        .route("/v2/email/outbound-emails", post(take))
        .with_state(post_office.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (Mailer::Ses(client(&endpoint)), post_office)
}

fn client(endpoint: &str) -> Client {
    let config = Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("key", "secret", None, None, "test"))
        .retry_config(RetryConfig::disabled())
        .endpoint_url(endpoint)
        .http_client(Builder::new().build_http())
        .build();
    Client::from_conf(config)
}

fn mail() -> Mail {
    Mail {
        to: "ada@example.com".to_owned(),
        subject: "Hello\r\nBcc: x".to_owned(),
        text: "Text".to_owned(),
        html: "<p>Text</p>".to_owned(),
        tag: "invite 7".to_owned(),
    }
}

#[tokio::test]
async fn ses_is_given_both_parts_and_one_line_of_subject() {
    let (mailer, post) = opened((StatusCode::OK, "", r#"{"MessageId": "m-1"}"#)).await;

    let id = mailer.send("Tenon <no-reply@tenon.test>", &mail()).await.unwrap();

    assert_eq!(id, MessageId("m-1".to_owned()));
    let part = |data: &str| json!({"Data": data, "Charset": "UTF-8"});
    let expected = json!({
        "FromEmailAddress": "Tenon <no-reply@tenon.test>",
        "Destination": {"ToAddresses": ["ada@example.com"]},
        "Content": {"Simple": {
            "Subject": part("HelloBcc: x"),
            "Body": {"Text": part("Text"), "Html": part("<p>Text</p>")},
        }},
        "EmailTags": [{"Name": "mail", "Value": "invite_7"}],
    });
    assert_eq!(*post.taken.lock().unwrap(), [expected]);
}

#[tokio::test]
async fn a_refusal_is_final_unless_time_may_mend_it() {
    let cases = [
        (StatusCode::TOO_MANY_REQUESTS, "TooManyRequestsException", MailFailure::NotSent),
        (StatusCode::INTERNAL_SERVER_ERROR, "InternalFailure", MailFailure::NotSent),
        (StatusCode::BAD_REQUEST, "MessageRejected", MailFailure::Refused),
        (StatusCode::FORBIDDEN, "AccountSuspendedException", MailFailure::Refused),
    ];
    for (status, kind, expected) in cases {
        let (mailer, _post) = opened((status, kind, r#"{"message": "ada@example.com"}"#)).await;

        let error = mailer.send("no-reply@tenon.test", &mail()).await.unwrap_err();

        assert_eq!((error.kind, error.to_string().as_str()), (expected, "cannot send a mail"));
    }
}

#[tokio::test]
async fn a_service_that_is_not_there_is_worth_another_try() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);

    let error = Mailer::Ses(client(&endpoint)).send("a@b", &mail()).await.unwrap_err();

    assert_eq!(error.kind, MailFailure::NotSent);
}

#[tokio::test]
async fn the_console_takes_everything() {
    let id = Mailer::Console.send("a@b", &mail()).await.unwrap();

    assert_eq!(id, MessageId("console".to_owned()));
}
