//! Every parser of a text, with what is promised of it.

use std::fmt::Debug;

use http::{HeaderValue, Request};
use shared::auth::claims::Permission;
use shared::auth::webhook::Signed;
use shared::domain::audit::Reason;
use shared::domain::audit::subject::Subject;
use shared::domain::email_address::EmailAddress;
use shared::domain::id::{CandidateSessionId, SimulationId, parse_uuid};
use shared::domain::idempotency::IdempotencyKey;
use shared::domain::invite_mail::MailKey;
use shared::domain::job::Job;
use shared::domain::live_check::CheckRequest;
use shared::domain::mail_domain::MailDomain;
use shared::domain::page::{Limit, NoOffset, PAGE_ROWS_MAX};
use shared::domain::redaction::{names_secret, redact};
use shared::domain::repository::{
    BranchName, CommitSha, GitHubUsername, RepositoryName, github_account,
};
use shared::domain::results::{Conclusion, Output};
use shared::domain::template::TemplateKey;
use shared::domain::text::{ContentText, Line, Prose};
use shared::email::event::MailEvent;
use shared::email::sender::Sender;
use shared::email::{MessageId, Subject as MailSubject};
use shared::http::address;
use shared::queue::Message;
use shared::secret::Secret;

use crate::reports;

/// A value that was read is read again from what it is kept as: else its row would be lost.
fn kept<T: PartialEq + Debug, E>(
    text: &str,
    parse: impl Fn(&str) -> Result<T, E>,
    shown: impl Fn(&T) -> String,
) -> Option<T> {
    let value = parse(text).ok()?;
    let shown = shown(&value);
    assert_eq!(parse(&shown).ok().as_ref(), Some(&value), "{text:?} is kept as {shown:?}");
    Some(value)
}

/// What people write.
pub fn texts(text: &str) {
    let line = kept(text, Line::<200>::parse, |line| line.as_str().to_owned());
    assert!(line.is_none_or(|line| line.as_str() == text && !text.contains(char::is_control)));
    let prose = kept(text, Prose::<2000>::parse, |prose| prose.as_str().to_owned());
    assert!(prose.is_none_or(|prose| prose.as_str() == text));
    let content = kept(text, ContentText::parse, |content| content.as_str().to_owned());
    assert!(content.is_none_or(|content| content.as_str() == text));
    kept(text, Reason::parse, |reason| reason.as_str().to_owned());
    names_secret(text);
    reports::check_redacted(&redact(text));
    let cut = Output::cut(text, 20);
    assert!(cut.text.chars().count() <= 20 && cut.head(10).text.chars().count() <= 10);
}

/// Names of things.
pub fn names(text: &str) {
    if let Some(name) = kept(text, RepositoryName::parse, ToString::to_string) {
        assert_eq!(format!("{}/{}", name.owner(), name.name()), text);
        assert!(url::Url::parse(&name.url()).is_ok_and(|url| url.as_str() == name.url()));
    }
    if let Some(branch) = kept(text, BranchName::parse, ToString::to_string) {
        assert!(!branch.as_str().starts_with('-') && !branch.as_str().contains(".."));
    }
    kept(text, CommitSha::parse, ToString::to_string);
    kept(text, GitHubUsername::parse, ToString::to_string);
    kept(text, TemplateKey::parse, ToString::to_string);
    kept(text, parse_uuid, ToString::to_string);
    assert!(Job::parse_kind(text).is_ok_and(|kind| kind == text) || Job::parse_kind(text).is_err());
    let keys: Vec<_> = text.lines().map(str::to_owned).collect();
    let _ = CheckRequest::parse(&keys, 7, 7).map(|request| assert!(request.templates.len() <= 5));
    let _ = (Subject::parse(text), Permission::parse(text), Conclusion::parse(text));
    github_account(text);
    // Bare or in quotes it is one key.
    if let (Ok(key), false) = (IdempotencyKey::parse(text), text.starts_with('"')) {
        let quoted = format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""));
        assert_eq!(IdempotencyKey::parse(&quoted), Ok(key), "{quoted}");
    }
}

/// Numbers.
pub fn numbers(text: &str) {
    kept(text, SimulationId::parse, ToString::to_string);
    kept(text, CandidateSessionId::parse, ToString::to_string);
    if let Some(limit) = kept(text, Limit::parse, |limit| limit.get().to_string()) {
        assert!((1..=PAGE_ROWS_MAX).contains(&limit.get()));
    }
    let _ = NoOffset::parse(text);
}

/// Mail: addresses, and what goes into headers.
pub fn mail(text: &str) {
    if let Some(address) = kept(text, EmailAddress::parse, ToString::to_string) {
        let plain = !address.as_str().contains(char::is_control) && address.as_str().len() <= 255;
        assert!(plain, "{address:?}");
        let stored = serde_json::to_string(&address).expect("an address can be kept");
        assert_eq!(serde_json::from_str::<EmailAddress>(&stored).ok(), Some(address));
    }
    kept(text, MailDomain::parse, ToString::to_string);
    kept(text, MailDomain::parse_companys, ToString::to_string);
    if let Some(domain) = MailDomain::of_address(text) {
        assert_eq!(MailDomain::parse(domain.as_str()), Ok(domain));
    }
    let key = kept(text, |text| MailKey::parse(text).ok_or(()), ToString::to_string);
    assert!(key.is_none_or(|key| key.to_string().len() <= 31));
    if let Some(sender) = Sender::parse(text) {
        assert_eq!(Sender::parse(&sender.whole).as_ref(), Some(&sender));
        assert!(!sender.whole.contains(char::is_control), "{sender:?}");
    }
    let subject = MailSubject::new(text);
    assert!(!subject.as_str().contains(char::is_control));
    assert_eq!(MailSubject::new(subject.as_str()), subject);
    let _ = MessageId::read(text);
}

/// What other services send.
pub fn messages(text: &str) {
    if let Ok(event) = serde_json::from_str::<MailEvent>(text) {
        let _ = (event.key(), event.fate());
    }
    let _ = serde_json::from_str::<Message>(text);
    assert!(Signed::with(&[Secret::new("a secret")], text, b"a body").is_none());
    if let Ok(value) = HeaderValue::from_str(text) {
        let request = Request::builder().header("x-forwarded-for", value).body(());
        let (parts, ()) = request.expect("a request").into_parts();
        assert_eq!(address::client(&parts, &[]), None, "nobody told the peer");
    }
}
