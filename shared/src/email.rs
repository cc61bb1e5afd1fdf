//! Mail out.

pub mod invite;

use std::error::Error as StdError;
use std::io;

use aws_sdk_sesv2::Client;
use aws_sdk_sesv2::config::http::HttpResponse;
use aws_sdk_sesv2::error::{BoxError, BuildError, SdkError};
use aws_sdk_sesv2::operation::send_email::SendEmailError;
use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message, MessageTag};
use thiserror::Error;

/// The name under which a mail's tag stands in SES.
const TAG_NAME: &str = "mail";
/// The longest tag, in characters.
const TAG_CHARS_MAX: usize = 256;

/// A mail, finished but for its sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The one address it goes to.
    pub to: String,
    /// One line without control characters.
    pub subject: String,
    /// The part for readers without HTML.
    pub text: String,
    /// The HTML part.
    pub html: String,
    /// What the sending service counts it under: at most 256 letters, digits, `_` and `-`; any other
    /// character becomes `_`.
    pub tag: String,
}

/// What the sending service calls a mail it took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageId(pub String);

/// Who takes the mail.
#[derive(Debug, Clone)]
pub enum Mailer {
    /// Amazon SES, or the development stack's imitation of it.
    Ses(Client),
    /// Nobody: the log says that a mail would have gone out, without a word of it.
    Console,
}

/// A mail was not taken, or may not have been.
#[derive(Debug, Error)]
#[error("cannot send a mail")]
pub struct MailError {
    /// What to do about it.
    pub kind: MailFailure,
    source: BoxError,
}

/// What a failed attempt to send means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MailFailure {
    /// The service refuses the mail, and would again.
    Refused,
    /// It was surely not sent: the service throttles, fails or cannot be reached. Try again.
    NotSent,
    /// Nobody knows: the service may have taken it, and its answer was lost.
    Unanswered,
}

impl Mailer {
    /// Sends `mail` from `from`, an address or `Name <address>`.
    ///
    /// Nothing is sent twice by itself: an answer that is lost is [`MailFailure::Unanswered`].
    pub async fn send(&self, from: &str, mail: &Mail) -> Result<MessageId, MailError> {
        match self {
            Self::Ses(client) => Box::pin(send_with_ses(client, from, mail)).await,
            Self::Console => {
                tracing::info!(tag = mail.tag, "a mail was sent to the console");
                Ok(MessageId("console".to_owned()))
            }
        }
    }
}

async fn send_with_ses(client: &Client, from: &str, mail: &Mail) -> Result<MessageId, MailError> {
    let content = content(mail).map_err(MailError::unbuildable)?;
    let tag = MessageTag::builder().name(TAG_NAME).value(tag_value(&mail.tag)).build();
    let sent = client
        .send_email()
        .from_email_address(from)
        .destination(Destination::builder().to_addresses(&mail.to).build())
        .content(content)
        .email_tags(tag.map_err(MailError::unbuildable)?)
        .send()
        .await
        .map_err(MailError::refused)?;
    Ok(MessageId(sent.message_id().unwrap_or_default().to_owned()))
}

fn content(mail: &Mail) -> Result<EmailContent, BuildError> {
    let utf8 = |data: &str| Content::builder().charset("UTF-8").data(data).build();
    let body = Body::builder().text(utf8(&mail.text)?).html(utf8(&mail.html)?).build();
    let message = Message::builder().subject(utf8(&one_line(&mail.subject))?).body(body).build();
    Ok(EmailContent::builder().simple(message).build())
}

/// `text` without control characters and without the marks that turn its direction.
pub(crate) fn one_line(text: &str) -> String {
    let turns = |char| matches!(char, '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    text.chars().filter(|char| !char.is_control() && !turns(*char)).collect()
}

fn tag_value(tag: &str) -> String {
    let plain = |char: char| if char.is_ascii_alphanumeric() || char == '-' { char } else { '_' };
    tag.chars().take(TAG_CHARS_MAX).map(plain).collect()
}

impl MailError {
    fn unbuildable(error: BuildError) -> Self {
        Self { kind: MailFailure::Refused, source: error.into() }
    }

    fn refused(error: SdkError<SendEmailError, HttpResponse>) -> Self {
        let kind = match &error {
            SdkError::DispatchFailure(_) if never_left(&error) => MailFailure::NotSent,
            SdkError::TimeoutError(_)
            | SdkError::DispatchFailure(_)
            | SdkError::ResponseError(_) => MailFailure::Unanswered,
            SdkError::ServiceError(refusal) => {
                let status = refusal.raw().status().as_u16();
                let throttled = refusal.err().is_too_many_requests_exception() || status == 429;
                if throttled || status >= 500 { MailFailure::NotSent } else { MailFailure::Refused }
            }
            _ => MailFailure::Refused,
        };
        Self { kind, source: error.into() }
    }
}

/// Whether no connection came about, so that nothing can have been sent.
fn never_left(error: &(dyn StdError + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if let Some(io) = error.downcast_ref::<io::Error>() {
            return matches!(
                io.kind(),
                io::ErrorKind::ConnectionRefused
                    | io::ErrorKind::HostUnreachable
                    | io::ErrorKind::NetworkUnreachable
            );
        }
        cause = error.source();
    }
    false
}

#[cfg(test)]
mod tests;
