mod server;

use lettre::transport::smtp::client::Certificate;
use mail_parser::{MessageParser, MimeHeaders};
use server::{Script, Server};

use super::*;
use crate::email::Subject;
use crate::email::invite::Invite;
use crate::email::tests::{mail, nowhere};
use crate::secret::Secret;

const OPEN: Script = Script { offers: &["8BITMIME"], instead: None };
const LOCKED: Script = Script { offers: &["STARTTLS", "AUTH PLAIN LOGIN"], instead: None };

fn sender() -> Sender {
    Sender::parse("\"Tenon Hiring\" <no-reply@tenon.example>").unwrap()
}

fn config(port: u16) -> SmtpConfig {
    SmtpConfig { host: "127.0.0.1".to_owned(), port, tls: false }
}

/// A client of an open server.
fn plain(port: u16) -> Smtp {
    Smtp::new(&config(port), None, TlsRoots::Embedded, sender()).unwrap()
}

/// A client that encrypts and logs in, and believes the public authorities.
fn careful(port: u16) -> Smtp {
    let login = Login { name: "user".to_owned(), password: Secret::new("pass") };
    let config = SmtpConfig { tls: true, ..config(port) };
    Smtp::new(&config, Some(&login), TlsRoots::Embedded, sender()).unwrap()
}

/// The same, which believes the throw-away authority of these tests and no other.
fn trusting(port: u16) -> Smtp {
    let authority = Certificate::from_pem(include_bytes!("tests/authority.pem")).unwrap();
    let tls = TlsParameters::builder("127.0.0.1".to_owned())
        .certificate_store(CertificateStore::None)
        .add_root_certificate(authority);
    Smtp { tls: Some(tls.build().unwrap()), ..careful(port) }
}

async fn failure(smtp: Smtp) -> MailFailure {
    let error = smtp.send(&mail()).await.unwrap_err();
    let words = error.to_string();
    assert!(words.starts_with("SMTP send failed") && !words.contains("ada@"), "{words}");
    error.kind
}

#[tokio::test]
async fn a_failure_says_the_servers_code_and_none_of_its_words() {
    let unknown = Script { instead: Some(("RCPT", "550 ada@example.com is unknown")), ..OPEN };
    let shut_out = Script { instead: Some(("AUTH", "535 no")), ..LOCKED };
    let unknown = plain(Server::following(unknown).await.port).send(&mail()).await;
    let shut_out = trusting(Server::following(shut_out).await.port).send(&mail()).await;

    assert_eq!(unknown.unwrap_err().to_string(), "SMTP send failed (550)");
    assert_eq!(shut_out.unwrap_err().to_string(), "SMTP send failed (535)");
}

#[tokio::test]
async fn a_server_is_told_who_sends_to_whom_and_given_both_parts() {
    let server = Server::following(OPEN).await;

    let sent = plain(server.port).send(&mail()).await.unwrap();

    assert_eq!(sent, MessageId::read("<12-3@tenon.example>"));
    let expected = [
        "EHLO tenon.example",
        "MAIL FROM:<no-reply@tenon.example>",
        "RCPT TO:<ada@example.com>",
        "DATA",
        "QUIT",
    ];
    assert_eq!(server.heard(), expected);
    let mails = server.mails();
    let read = MessageParser::default().parse(&mails[0]).unwrap();
    let from = read.from().unwrap().first().unwrap();
    assert_eq!(from.name(), Some("Tenon Hiring"));
    assert_eq!(from.address(), Some("no-reply@tenon.example"));
    assert_eq!(read.to().unwrap().first().unwrap().address(), Some("ada@example.com"));
    assert_eq!(read.subject(), Some("HelloBcc: x"));
    assert_eq!(read.message_id(), Some("12-3@tenon.example"));
    assert_eq!(read.date().unwrap().to_rfc3339(), "2026-03-02T09:00:00Z");
    assert_eq!(read.content_type().unwrap().subtype(), Some("alternative"));
    assert_eq!((read.text_body_count(), read.html_body_count()), (1, 1));
    assert_eq!(read.body_text(0).unwrap(), "Text");
    assert_eq!(read.body_html(0).unwrap(), "<p>Text</p>");
}

#[tokio::test]
async fn hostile_and_foreign_words_arrive_as_words() {
    let invite = Invite {
        candidate_name: "Zoë <b>Å</b>\r\nBcc: eve@evil.example",
        role: "Entwicklerin für Ü",
        simulation_title: "Pay\r\nBcc: eve@evil.example\r\n\r\n\u{202E}ments ✓",
        company_name: Some("<script>alert(1)</script>"),
        url: "https://portal.example/candidate/session/Zx-43_chars",
        expires_on: "2026-03-16",
        username_url: None,
    };
    let written = invite.mail(&mail().to, mail().key, mail().at);
    let server = Server::following(OPEN).await;

    plain(server.port).send(&written).await.unwrap();

    let mails = server.mails();
    let read = MessageParser::default().parse(&mails[0]).unwrap();
    let names: Vec<_> = read.headers().iter().map(|header| header.name().to_owned()).collect();
    let expected = ["Message-ID", "Date", "From", "To", "Subject", "MIME-Version", "Content-Type"];
    assert_eq!(names, expected);
    let subject = "You're invited: PayBcc: eve@evil.examplements ✓";
    assert_eq!(read.subject(), Some(subject));
    assert_eq!(server.heard().iter().filter(|line| line.starts_with("RCPT")).count(), 1);
    let unix = |part: std::borrow::Cow<'_, str>| part.replace("\r\n", "\n");
    assert_eq!(unix(read.body_text(0).unwrap()), written.text);
    assert_eq!(unix(read.body_html(0).unwrap()), written.html);
    assert!(!written.html.contains("<script") && !written.html.contains("<b>"));
}

#[tokio::test]
async fn a_line_that_is_a_dot_does_not_end_the_mail() {
    let server = Server::following(OPEN).await;
    let text = "One\n.\nRSET\n..\nTwo".to_owned();

    plain(server.port).send(&Mail { text: text.clone(), ..mail() }).await.unwrap();

    let mails = server.mails();
    let read = MessageParser::default().parse(&mails[0]).unwrap();
    assert_eq!(read.body_text(0).unwrap().replace("\r\n", "\n"), text);
    assert_eq!(server.heard().len(), 5);
}

#[tokio::test]
async fn the_password_and_the_mail_go_through_an_encrypted_connection_only() {
    let server = Server::following(LOCKED).await;

    trusting(server.port).send(&mail()).await.unwrap();

    let expected = [
        "EHLO tenon.example",
        "STARTTLS",
        "tls EHLO tenon.example",
        "tls AUTH PLAIN AHVzZXIAcGFzcw==",
        "tls MAIL FROM:<no-reply@tenon.example>",
        "tls RCPT TO:<ada@example.com>",
        "tls DATA",
        "tls QUIT",
    ];
    assert_eq!(server.heard(), expected);
    assert_eq!(server.mails().len(), 1);
}

#[tokio::test]
async fn a_server_that_cannot_encrypt_or_prove_itself_learns_nothing() {
    let stripped = Server::following(OPEN).await;
    assert_eq!(failure(careful(stripped.port)).await, MailFailure::Refused);
    assert_eq!(stripped.heard()[..1], ["EHLO tenon.example"]);
    assert!(!stripped.heard().iter().any(|line| line.contains("AUTH") || line.contains("MAIL")));

    let unknown = Server::following(LOCKED).await;
    assert_eq!(failure(careful(unknown.port)).await, MailFailure::NotSent(None));
    assert_eq!(unknown.heard(), ["EHLO tenon.example", "STARTTLS"]);
}

#[tokio::test]
async fn every_refusal_says_whether_to_try_again() {
    let later = MailFailure::NotSent(None);
    for (at, reply, kind, mails) in [
        ("EHLO", "421 busy", later, 0),
        ("EHLO", "554 no", MailFailure::Refused, 0),
        ("EHLO", "", later, 0),
        ("MAIL", "451 later", later, 0),
        ("RCPT", "550 ada@example.com is unknown", MailFailure::Refused, 0),
        ("DATA", "452 full", later, 0),
        (".", "451 later", later, 1),
        (".", "554 spam", MailFailure::Refused, 1),
    ] {
        let script = Script { instead: Some((at, reply)), ..OPEN };
        let server = Server::following(script).await;
        assert_eq!(failure(plain(server.port)).await, kind, "{at} {reply}");
        assert_eq!(server.mails().len(), mails, "{at} {reply}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_refused() {
    let script = Script { instead: Some(("AUTH", "535 no")), ..LOCKED };
    let server = Server::following(script).await;

    assert_eq!(failure(trusting(server.port)).await, MailFailure::Refused);
    assert_eq!(server.mails(), Vec::<Vec<u8>>::new());
}

#[tokio::test]
async fn a_lost_answer_may_be_a_mail_and_a_refused_connection_is_none() {
    let lost = Script { instead: Some((".", "")), ..OPEN };
    let server = Server::following(lost).await;
    let kind = failure(plain(server.port)).await;
    assert_eq!((kind, server.mails().len()), (MailFailure::Unanswered, 1));

    let base = nowhere().await;
    let port = base.rsplit(':').next().unwrap().parse().unwrap();
    assert_eq!(failure(plain(port)).await, MailFailure::NotSent(None));
}

#[tokio::test]
async fn a_subject_that_needs_several_words_of_code_is_read_as_one() {
    let server = Server::following(OPEN).await;
    let subject = "Zahlungen für Zoë und alle anderen ✓ ".repeat(5);

    let written = Mail { subject: Subject::new(subject.trim_end()), ..mail() };
    plain(server.port).send(&written).await.unwrap();

    let mails = server.mails();
    let read = MessageParser::default().parse(&mails[0]).unwrap();
    assert_eq!(read.subject(), Some(subject.trim_end()));
    let wire = String::from_utf8_lossy(&mails[0]);
    assert!(wire.is_ascii() && wire.lines().all(|line| line.len() <= 998));
}

#[tokio::test]
async fn an_address_beyond_ascii_needs_a_server_that_takes_it() {
    let able = Script { offers: &["8BITMIME", "SMTPUTF8"], instead: None };
    let to = "jürgen@bücher.example".parse().unwrap();
    let written = Mail { to, ..mail() };

    let server = Server::following(able).await;
    plain(server.port).send(&written).await.unwrap();
    let told = ["MAIL FROM:<no-reply@tenon.example> SMTPUTF8", "RCPT TO:<jürgen@bücher.example>"];
    assert_eq!(server.heard()[1].split(" BODY=").next(), Some(told[0]));
    assert_eq!(server.heard()[2], told[1]);

    let server = Server::following(OPEN).await;
    let refused = plain(server.port).send(&written).await.unwrap_err();
    assert_eq!((refused.kind, server.mails().len()), (MailFailure::Refused, 0));
}

#[test]
fn a_host_that_no_certificate_can_name_is_told_at_the_start() {
    let host = "mail example".to_owned();
    let error = nameable(&SmtpConfig { host, ..config(587) }).unwrap_err();
    assert_eq!(error.to_string(), "the host is no name");
}
