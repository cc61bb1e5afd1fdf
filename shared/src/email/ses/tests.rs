use aws_config::{BehaviorVersion, Region};
use aws_sdk_sesv2::config::{Credentials, SharedCredentialsProvider};
use serde_json::json;

use super::*;
use crate::aws::over::Over;
use crate::config::TlsRoots;
use crate::email::tests::{Answer, Endpoint, dropped, mail, nowhere};
use crate::http_client::Http;

const TAKEN: Answer = Answer {
    status: 200,
    headers: &[("content-type", "application/json")],
    body: r#"{"MessageId": "m-1"}"#,
};

fn ses(base: &str) -> Ses {
    let aws = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
            "key", "secret", None, None, "test",
        )))
        .http_client(Over(Http::new(TlsRoots::Embedded)))
        .build();
    let sender = Sender::parse("Tenon <no-reply@tenon.test>").unwrap();
    Ses::new(&aws, Some(&base.parse().unwrap()), sender)
}

#[tokio::test]
async fn ses_is_given_both_parts_one_line_of_subject_and_our_key() {
    let endpoint = Endpoint::answering(TAKEN).await;
    let ses = ses(&endpoint.base).counting_in(Some("tenon-mail".to_owned()));

    let sent = ses.send(&mail()).await.unwrap();

    assert_eq!(sent, MessageId::read("m-1"));
    let asked = endpoint.only();
    assert_eq!(asked.line, "POST /v2/email/outbound-emails");
    let signed = asked.header("authorization").unwrap();
    assert!(signed.starts_with("AWS4-HMAC-SHA256 Credential=key/"), "{signed}");
    let part = |data: &str| json!({"Data": data, "Charset": "UTF-8"});
    let expected = json!({
        "FromEmailAddress": "Tenon <no-reply@tenon.test>",
        "Destination": {"ToAddresses": ["ada@example.com"]},
        "Content": {"Simple": {
            "Subject": part("HelloBcc: x"),
            "Body": {"Text": part("Text"), "Html": part("<p>Text</p>")},
        }},
        "EmailTags": [{"Name": "mail", "Value": "invite"}, {"Name": "key", "Value": "12-3"}],
        "ConfigurationSetName": "tenon-mail",
    });
    assert_eq!(asked.body, expected);
}

#[tokio::test]
async fn without_a_configuration_set_none_is_named() {
    let endpoint = Endpoint::answering(TAKEN).await;

    ses(&endpoint.base).send(&mail()).await.unwrap();

    assert_eq!(endpoint.only().body.get("ConfigurationSetName"), None);
}

#[tokio::test]
async fn a_refusal_is_final_unless_time_may_mend_it() {
    let limited = MailFailure::RateLimited(None);
    let refusal = |status, kind: &'static [(&'static str, &'static str)]| Answer {
        status,
        headers: kind,
        body: r#"{"message": "ada@example.com"}"#,
    };
    let cases = [
        (refusal(429, &[("x-amzn-errortype", "TooManyRequestsException")]), limited, 429),
        (refusal(400, &[("x-amzn-errortype", "LimitExceededException")]), limited, 429),
        (refusal(500, &[("x-amzn-errortype", "InternalFailure")]), MailFailure::NotSent(None), 500),
        (refusal(400, &[("x-amzn-errortype", "MessageRejected")]), MailFailure::Refused, 400),
        (
            refusal(403, &[("x-amzn-errortype", "AccountSuspendedException")]),
            MailFailure::Refused,
            403,
        ),
    ];
    for (answer, kind, status) in cases {
        let endpoint = Endpoint::answering(answer).await;

        let error = ses(&endpoint.base).send(&mail()).await.unwrap_err();

        assert_eq!(error.kind, kind);
        assert_eq!(error.to_string(), format!("Email provider error ({status})"));
        endpoint.only();
    }
}

#[tokio::test]
async fn a_lost_answer_may_be_a_mail_and_a_refused_connection_is_none() {
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 90\r\n\r\n{\"Mess";
    for (base, kind) in [
        (nowhere().await, MailFailure::NotSent(None)),
        (dropped("").await, MailFailure::Unanswered),
        (dropped(cut).await, MailFailure::Unanswered),
    ] {
        let error = ses(&base).send(&mail()).await.unwrap_err();
        assert_eq!(error, MailError::request(kind));
    }
}
