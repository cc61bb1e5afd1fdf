//! A provider's endpoint for the tests beside each provider, and what holds for all of them.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::*;
use crate::config::SmtpConfig;
use crate::config::secrets::{GitHubIdentity, Login, Secrets};
use crate::domain::id::CandidateSessionId;
use crate::domain::invite_token::InviteKeys;
use crate::http_client;
use crate::secret::Secret;

/// How an endpoint answers.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: &'static [(&'static str, &'static str)],
    pub(super) body: &'static str,
}

impl Answer {
    pub(super) const fn json(status: u16, body: &'static str) -> Self {
        Self { status, headers: &[], body }
    }
}

/// What an endpoint was asked.
#[derive(Debug, Clone)]
pub(super) struct Asked {
    /// Method and path.
    pub(super) line: String,
    headers: HeaderMap,
    pub(super) body: Value,
}

impl Asked {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// A service that answers everything in one way and remembers what it was asked.
pub(super) struct Endpoint {
    /// Its address, without a trailing slash.
    pub(super) base: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Endpoint {
    pub(super) async fn answering(answer: Answer) -> Self {
        let asked = Arc::default();
        let routes = Router::new().fallback(take).with_state((answer, Arc::clone(&asked)));
        let (listener, base) = listening().await;
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { base, asked }
    }

    /// The one thing it was asked.
    pub(super) fn only(&self) -> Asked {
        let asked = self.asked.lock().unwrap();
        assert_eq!(asked.len(), 1, "{asked:?}");
        asked[0].clone()
    }
}

async fn take(
    State((answer, asked)): State<(Answer, Arc<Mutex<Vec<Asked>>>)>,
    (method, uri): (Method, Uri),
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let body = serde_json::from_slice(&body).unwrap();
    asked.lock().unwrap().push(Asked { line: format!("{method} {uri}"), headers, body });
    let mut response = answer.body.into_response();
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap();
    for (name, value) in answer.headers {
        let (name, value) = (HeaderName::from_static(name), HeaderValue::from_static(value));
        response.headers_mut().insert(name, value);
    }
    response
}

async fn listening() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    (listener, base)
}

/// An address that nobody listens at.
pub(super) async fn nowhere() -> String {
    listening().await.1
}

/// A service that reads a request, says these bytes and hangs up.
pub(super) async fn dropped(bytes: &'static str) -> String {
    let (listener, base) = listening().await;
    tokio::spawn(async move {
        while let Ok((mut caller, _)) = listener.accept().await {
            read_request(&mut caller).await;
            caller.write_all(bytes.as_bytes()).await.unwrap();
        }
    });
    base
}

/// Reads a request to its end: hanging up before would be a reset, and no lost answer.
async fn read_request(caller: &mut TcpStream) {
    let mut request = Vec::new();
    let mut end = None;
    while end.is_none_or(|end| request.len() < end) {
        let mut bytes = [0; 1024];
        match caller.read(&mut bytes).await {
            Ok(count) if count > 0 => request.extend_from_slice(&bytes[..count]),
            _ => return,
        }
        let text = String::from_utf8_lossy(&request).to_ascii_lowercase();
        end = text.split_once("\r\n\r\n").map(|(head, _body)| {
            let length = head.split_once("content-length: ").unwrap().1;
            let length: usize = length.split("\r\n").next().unwrap().parse().unwrap();
            head.len() + 4 + length
        });
    }
}

pub(super) fn http() -> reqwest::Client {
    http_client::build().unwrap()
}

/// Mail 3 of session 12.
pub(super) fn mail() -> Mail {
    Mail {
        key: MailKey { session: CandidateSessionId::new(12), number: 3 },
        at: "2026-03-02T09:00:00Z".parse().unwrap(),
        to: EmailAddress::parse("ada@example.com").unwrap(),
        subject: Subject::new("Hello\r\nBcc: x"),
        text: "Text".to_owned(),
        html: "<p>Text</p>".to_owned(),
    }
}

fn secrets() -> Secrets {
    Secrets {
        invite_keys: InviteKeys::new(&[(1, vec![0; 32])].into()).unwrap(),
        admin_key: None,
        github: GitHubIdentity::Token(Secret::new("t")),
        webhook_keys: Vec::new(),
        mail_key: Some(Secret::new("hunter3")),
        smtp_login: Some(Login { name: "user".to_owned(), password: Secret::new("hunter2") }),
    }
}

fn mailer(provider: MailProvider, from: &str) -> Result<Mailer, Error> {
    let config = MailConfig { provider, from: from.to_owned() };
    let aws = SdkConfig::builder().behavior_version(aws_config::BehaviorVersion::latest()).build();
    let vault = Vault::Open(Arc::new(secrets()));
    Mailer::new(&config, Parts { aws, http: http().into(), vault, roots: TlsRoots::Embedded })
}

#[tokio::test]
async fn the_console_takes_everything() {
    let console = mailer(MailProvider::Console, "a@tenon.example").unwrap();

    assert_eq!(console.send(&mail()).await, Ok(MessageId::read("console")));
}

#[tokio::test]
async fn what_cannot_send_fails_at_the_start_and_shows_no_secret() {
    let smtp = MailProvider::Smtp(SmtpConfig {
        host: "mail.example.com".to_owned(),
        port: 587,
        tls: true,
    });

    let good = mailer(smtp.clone(), "Tenon <a@tenon.example>").unwrap();
    let sender = mailer(smtp, "Tenon").unwrap_err();

    assert_eq!(good.to_string(), "smtp");
    assert!(!format!("{good:?}").contains("hunter"));
    assert_eq!(sender.chain(), "setting up mail failed: the sender is no address");
}

#[test]
fn a_subject_is_one_line_that_reads_in_one_direction() {
    let hostile =
        "Pay\r\nBcc: eve@evil.example\u{0}\u{7f}\u{85}\u{202E}stnem\u{2066}\u{200F}\u{61C}";

    assert_eq!(Subject::new(hostile).as_str(), "PayBcc: eve@evil.examplestnem");
    assert_eq!(Subject::new("Zahlungen für Zoë ✓").as_str(), "Zahlungen für Zoë ✓");
}

#[test]
fn a_name_that_a_provider_gives_is_printable_and_short() {
    assert_eq!(MessageId::read("m-1").unwrap().into_string(), "m-1");
    for wrong in ["", "a b", "a\r\nb", "ü", &"a".repeat(256)] {
        assert_eq!(MessageId::read(wrong), None, "{wrong}");
    }
}
