use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_sesv2::error::ProvideErrorMetadata;
use aws_sdk_sesv2::operation::send_email::builders::SendEmailFluentBuilder;
use aws_sdk_sesv2::types::{
    Body, Content as Data, Destination, EmailContent, Message, MessageHeader, MessageTag,
};
use http::{Request, StatusCode};
use http_body_util::BodyExt;
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::aws::over::Over;
use shared::config::TlsRoots;
use shared::http_client::Http;
use tokio::net::TcpListener;
use tower::ServiceExt;

use super::*;

fn mailbox(documents: &Documents) -> Mailbox {
    let clock = Clock::fixed("2026-03-02T09:00:00Z".parse().unwrap());
    Mailbox::open(documents.clone(), clock, Mint::counted()).unwrap()
}

fn empty_mailbox() -> Mailbox {
    mailbox(&Documents::memory().unwrap())
}

fn invitation() -> Content {
    Content {
        from: "Tenon <no-reply@tenon.test>".to_owned(),
        to: vec!["ada@local.test".to_owned()],
        subject: "Your simulation".to_owned(),
        text: Some("Open http://127.0.0.1:3000/candidate/session/abc.".to_owned()),
        html: Some(
            r#"<p><a href="http://127.0.0.1:3000/candidate/session/abc">Start</a></p>"#.to_owned(),
        ),
        headers: vec![Pair { name: "X-Tenon-Key".to_owned(), value: "invite 7".to_owned() }],
        tags: vec![Pair { name: "message".to_owned(), value: "invite".to_owned() }],
        configuration_set: Some("tenon".to_owned()),
        ..Content::default()
    }
}

async fn sdk(mailbox: &Mailbox) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let router = mailbox.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    let config = aws_sdk_sesv2::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("local"))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .http_client(Over(Http::new(TlsRoots::Embedded)))
        .endpoint_url(endpoint)
        .build();
    Client::from_conf(config)
}

fn data(text: &str) -> Data {
    Data::builder().data(text).charset("UTF-8").build().unwrap()
}

fn sending(client: &Client, content: &Content) -> SendEmailFluentBuilder {
    let body = Body::builder()
        .set_text(content.text.as_deref().map(data))
        .set_html(content.html.as_deref().map(data))
        .build();
    let headers = content
        .headers
        .iter()
        .map(|it| MessageHeader::builder().name(&it.name).value(&it.value).build().unwrap());
    let tags = content
        .tags
        .iter()
        .map(|it| MessageTag::builder().name(&it.name).value(&it.value).build().unwrap());
    let message = Message::builder()
        .subject(data(&content.subject))
        .body(body)
        .set_headers(Some(headers.collect()))
        .build();
    client
        .send_email()
        .from_email_address(&content.from)
        .destination(Destination::builder().set_to_addresses(Some(content.to.clone())).build())
        .content(EmailContent::builder().simple(message).build())
        .set_email_tags(Some(tags.collect()))
        .set_configuration_set_name(content.configuration_set.clone())
}

async fn get(mailbox: &Mailbox, path: &str) -> (StatusCode, String) {
    let request = Request::get(path).body(axum::body::Body::empty()).unwrap();
    let response = mailbox.router().oneshot(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn a_mail_the_sdk_sends_is_kept_as_it_was_sent_before_it_is_answered() {
    let documents = Documents::memory().unwrap();
    let mailbox = mailbox(&documents);
    let client = sdk(&mailbox).await;

    let sent = sending(&client, &invitation()).send().await.unwrap();

    let expected = Mail {
        id: sent.message_id().unwrap().to_owned(),
        received_at: "2026-03-02T09:00:00Z".parse().unwrap(),
        content: invitation(),
    };
    let documents = documents.all::<Mail>("mail").unwrap();
    assert_eq!(documents, [("0000000000".to_owned(), expected)]);
    assert_eq!(mailbox.mails(), [documents[0].1.clone()]);
}

#[tokio::test]
async fn a_mail_that_ses_would_refuse_is_refused_with_the_error_the_sdk_knows() {
    let mailbox = empty_mailbox();
    let client = sdk(&mailbox).await;
    let pair =
        |name: &str, value: &str| vec![Pair { name: name.to_owned(), value: value.to_owned() }];
    let refusals = [
        (Content { to: Vec::new(), ..invitation() }, "A mail has 1 to 50 recipients."),
        (
            Content { to: vec!["ada".to_owned()], ..invitation() },
            "Missing '@' or a line break in an address.",
        ),
        (
            Content { subject: "a\r\nBcc: b@c.test".to_owned(), ..invitation() },
            "The subject has a line break.",
        ),
        (
            Content { text: None, html: None, ..invitation() },
            "The message has neither a text nor an HTML body.",
        ),
        (
            Content { headers: pair("X-Key", "a\r\nb"), ..invitation() },
            "A header's name or value is too long, empty or not printable ASCII.",
        ),
        (
            Content { tags: pair("message", "an invite"), ..invitation() },
            "A tag may have only letters, digits, underscores and dashes, at most 256.",
        ),
    ];

    for (content, message) in refusals {
        let refused = sending(&client, &content).send().await.unwrap_err();
        assert_eq!(refused.code(), Some("BadRequestException"));
        assert_eq!(refused.message(), Some(message));
    }
    let unknown = client.get_account().send().await.unwrap_err();
    assert_eq!(unknown.code(), Some("UnknownOperationException"));
    assert_eq!(mailbox.mails(), []);
}

#[test]
fn mails_come_newest_first_also_after_a_restart() {
    let documents = Documents::memory().unwrap();
    let before = mailbox(&documents);
    let subjects = |mailbox: &Mailbox| -> Vec<String> {
        mailbox.mails().into_iter().map(|mail| mail.content.subject).collect()
    };

    for number in 0..12 {
        before.receive(Content { subject: number.to_string(), ..invitation() }).unwrap();
    }
    before.clock.advance(SignedDuration::from_secs(1));
    let after = mailbox(&documents);
    after.receive(Content { subject: "12".to_owned(), ..invitation() }).unwrap();

    let expected: Vec<_> = (0..=12).rev().map(|number: u32| number.to_string()).collect();
    assert_eq!(subjects(&after), expected);
    assert_eq!(subjects(&mailbox(&documents)), expected);
}

#[tokio::test]
async fn programs_read_the_mails_with_their_links() {
    let mailbox = empty_mailbox();
    let mail = mailbox.receive(invitation()).unwrap();

    let (status, body) = get(&mailbox, "/mail.json").await;

    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        serde_json::from_str::<Value>(&body).unwrap(),
        json!([{
            "id": mail.id,
            "receivedAt": "2026-03-02T09:00:00Z",
            "from": "Tenon <no-reply@tenon.test>",
            "to": ["ada@local.test"],
            "cc": [],
            "bcc": [],
            "replyTo": [],
            "subject": "Your simulation",
            "text": "Open http://127.0.0.1:3000/candidate/session/abc.",
            "html": "<p><a href=\"http://127.0.0.1:3000/candidate/session/abc\">Start</a></p>",
            "headers": [{ "name": "X-Tenon-Key", "value": "invite 7" }],
            "tags": [{ "name": "message", "value": "invite" }],
            "configurationSet": "tenon",
            "links": ["http://127.0.0.1:3000/candidate/session/abc"],
        }])
    );
}

#[tokio::test]
async fn people_find_a_mail_in_the_list_and_its_links_on_its_page() {
    let mailbox = empty_mailbox();
    assert!(get(&mailbox, "/mail").await.1.contains("No mail yet."));
    let mail = mailbox.receive(invitation()).unwrap();
    let link = r#"href="http://127.0.0.1:3000/candidate/session/abc" target="_blank""#;

    let (_, list) = get(&mailbox, "/mail").await;
    let (status, page) = get(&mailbox, &format!("/mail/{}", mail.id)).await;
    let (missing, _) = get(&mailbox, "/mail/unknown").await;

    assert!(list.contains(&format!(r#"<a href="/mail/{}">Your simulation</a>"#, mail.id)));
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains(link));
    assert!(page.contains("<th>X-Tenon-Key</th><td>invite 7</td>"));
    assert!(page.contains("Tenon &#60;no-reply@tenon.test&#62;"));
    assert_eq!(missing, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn what_a_mail_brings_stays_in_its_frame() {
    let mailbox = empty_mailbox();
    let attack = r#""><script>alert(1)</script>"#;
    let mail = mailbox
        .receive(Content {
            subject: attack.to_owned(),
            text: Some(attack.to_owned()),
            html: Some(attack.to_owned()),
            ..invitation()
        })
        .unwrap();

    let (_, list) = get(&mailbox, "/mail").await;
    let (_, page) = get(&mailbox, &format!("/mail/{}", mail.id)).await;

    assert!(!list.contains("<script"));
    assert!(!page.contains("<script"));
    assert!(page.contains(
        "sandbox=\"allow-popups allow-popups-to-escape-sandbox\" \
         srcdoc=\"&lt;base target=&#34;_blank&#34;&gt;&#34;&#62;&#60;script&#62;"
    ));
}
