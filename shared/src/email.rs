//! Mail out. The parts of a mail are typed so that nothing in them can become a header.

pub mod event;
pub mod failure;
pub mod invite;
pub mod resend;
pub mod sender;
pub mod sendgrid;
pub mod ses;
pub mod smtp;

use std::fmt;

use aws_config::SdkConfig;
use jiff::Timestamp;
use reqwest::Client;

use crate::config::{MailConfig, MailProvider};
use crate::domain::email_address::EmailAddress;
use crate::domain::invite_mail::MailKey;
use crate::email::failure::MailError;
use crate::email::resend::Resend;
use crate::email::sender::Sender;
use crate::email::sendgrid::SendGrid;
use crate::email::ses::Ses;
use crate::email::smtp::Smtp;
use crate::error::Error;

/// The longest name of a mail that is kept, in bytes.
const MESSAGE_ID_BYTES_MAX: usize = 255;

/// A mail, finished but for its sender.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Which mail of ours it is: where the provider can, it sends none twice.
    pub key: MailKey,
    /// When it is written.
    pub at: Timestamp,
    /// The one address it goes to.
    pub to: EmailAddress,
    /// What it is about.
    pub subject: Subject,
    /// The part for readers without HTML.
    pub text: String,
    /// The HTML part.
    pub html: String,
}

/// A subject: one line, without control characters and without the marks that turn its direction.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject(String);

impl Subject {
    /// What of `text` may stand in a subject.
    pub fn new(text: &str) -> Self {
        Self(one_line(text))
    }

    /// The line.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What the sending service calls a mail it took: 1 to 255 printable ASCII characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MessageId(String);

impl MessageId {
    /// Takes what a service answered; `None` when that is no name.
    pub fn read(text: &str) -> Option<Self> {
        let plain = !text.is_empty()
            && text.len() <= MESSAGE_ID_BYTES_MAX
            && text.bytes().all(|byte| byte.is_ascii_graphic());
        plain.then(|| Self(text.to_owned()))
    }

    /// The name.
    pub fn into_string(self) -> String {
        self.0
    }
}

/// Who takes the mail.
#[derive(Debug, Clone)]
pub enum Mailer {
    /// Amazon SES, or the development stack's imitation of it.
    Ses(Box<Ses>),
    /// A server that speaks SMTP.
    Smtp(Box<Smtp>),
    /// Resend.
    Resend(Box<Resend>),
    /// `SendGrid`.
    SendGrid(Box<SendGrid>),
    /// Nobody: the log says that a mail would have gone out, without a word of it.
    Console,
}

impl Mailer {
    /// The provider that `config` names. Nothing is called yet; a sender that cannot be split, or a
    /// host that TLS cannot name, is an error here and not at the first mail.
    pub fn new(config: &MailConfig, aws: &SdkConfig, http: Client) -> Result<Self, Error> {
        let sender = Sender::parse(&config.from)
            .ok_or_else(|| Error::internal("setting up mail", "the sender is no address"))?;
        Ok(match &config.provider {
            MailProvider::Ses { endpoint, configuration_set } => {
                let ses = Ses::new(aws, endpoint.as_ref(), sender);
                Self::Ses(Box::new(ses.counting_in(configuration_set.clone())))
            }
            MailProvider::Smtp(smtp) => {
                let smtp = Smtp::new(smtp, sender)
                    .map_err(|source| Error::internal("setting up SMTP", source))?;
                Self::Smtp(Box::new(smtp))
            }
            MailProvider::Resend { api_key, endpoint } => {
                Self::Resend(Box::new(Resend::new(http, endpoint, api_key.clone(), sender)))
            }
            MailProvider::SendGrid { api_key, endpoint } => {
                Self::SendGrid(Box::new(SendGrid::new(http, endpoint, api_key.clone(), sender)))
            }
            MailProvider::Console => Self::Console,
        })
    }

    /// Sends `mail` once; its name at the provider, where that told one.
    ///
    /// Nothing is sent twice by itself: what a failure means for a second try is its
    /// [`kind`](MailError::kind).
    pub async fn send(&self, mail: &Mail) -> Result<Option<MessageId>, MailError> {
        let sent = match self {
            Self::Ses(ses) => Box::pin(ses.send(mail)).await,
            Self::Smtp(smtp) => Box::pin(smtp.send(mail)).await,
            Self::Resend(resend) => resend.send(mail).await,
            Self::SendGrid(send_grid) => send_grid.send(mail).await,
            Self::Console => {
                tracing::info!(mail = %mail.key, "a mail was sent to the console");
                Ok(MessageId::read("console"))
            }
        };
        if let Err(error) = &sent {
            tracing::warn!(mail = %mail.key, provider = %self, %error, "a mail was not taken");
        }
        sent
    }
}

impl fmt::Display for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ses(_) => "ses",
            Self::Smtp(_) => "smtp",
            Self::Resend(_) => "resend",
            Self::SendGrid(_) => "sendgrid",
            Self::Console => "console",
        })
    }
}

/// `text` without control characters and without the marks that turn its direction.
pub(crate) fn one_line(text: &str) -> String {
    let turns = |char| {
        matches!(char, '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}')
            || matches!(char, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
    };
    text.chars().filter(|char| !char.is_control() && !turns(*char)).collect()
}

#[cfg(test)]
mod tests;
