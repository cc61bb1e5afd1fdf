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
use std::sync::{Arc, OnceLock};

use aws_config::SdkConfig;
use jiff::Timestamp;

use crate::config::{MailConfig, MailProvider, TlsRoots};
use crate::domain::email_address::EmailAddress;
use crate::domain::invite_mail::MailKey;
use crate::email::failure::{MailError, MailFailure};
use crate::email::resend::Resend;
use crate::email::sender::Sender;
use crate::email::sendgrid::SendGrid;
use crate::email::ses::Ses;
use crate::email::smtp::Smtp;
use crate::error::Error;
use crate::http_client::Http;
use crate::vault::Vault;

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

/// Who takes the mail. Clones share it, and it is set up with the first mail.
#[derive(Debug, Clone)]
pub struct Mailer(Arc<Lazy>);

#[derive(Debug)]
struct Lazy {
    provider: MailProvider,
    sender: Sender,
    parts: Parts,
    service: OnceLock<Service>,
}

/// What a mail may need on its way.
#[derive(Debug, Clone)]
pub struct Parts {
    /// For SES.
    pub aws: SdkConfig,
    /// For the providers that speak HTTP.
    pub http: Http,
    /// Keys and logins.
    pub vault: Vault,
    /// Whom a mail server's certificate must be of.
    pub roots: TlsRoots,
}

/// Whoever sends, set up.
#[derive(Debug)]
enum Service {
    Ses(Box<Ses>),
    Smtp(Box<Smtp>),
    Resend(Box<Resend>),
    SendGrid(Box<SendGrid>),
    Console,
}

impl Mailer {
    /// The provider that `config` names. Nothing is called and nothing is built yet; a sender that
    /// cannot be split, or a host that TLS cannot name, is an error here and not at the first mail.
    pub fn new(config: &MailConfig, parts: Parts) -> Result<Self, Error> {
        let sender = Sender::parse(&config.from)
            .ok_or_else(|| Error::internal("setting up mail", "the sender is no address"))?;
        if let MailProvider::Smtp(smtp) = &config.provider {
            smtp::nameable(smtp).map_err(|source| Error::internal("setting up SMTP", source))?;
        }
        let (provider, service) = (config.provider.clone(), OnceLock::new());
        Ok(Self(Arc::new(Lazy { provider, sender, parts, service })))
    }

    /// Sends `mail` once; its name at the provider, where that told one.
    ///
    /// Nothing is sent twice by itself: what a failure means for a second try is its
    /// [`kind`](MailError::kind).
    pub async fn send(&self, mail: &Mail) -> Result<Option<MessageId>, MailError> {
        let sent = match self.0.service().await {
            Ok(Service::Ses(ses)) => Box::pin(ses.send(mail)).await,
            Ok(Service::Smtp(smtp)) => Box::pin(smtp.send(mail)).await,
            Ok(Service::Resend(resend)) => resend.send(mail).await,
            Ok(Service::SendGrid(send_grid)) => send_grid.send(mail).await,
            Ok(Service::Console) => {
                tracing::info!(mail = %mail.key, "a mail was sent to the console");
                Ok(MessageId::read("console"))
            }
            Err(error) => {
                tracing::error!(error = %error.chain(), "mail cannot be set up");
                Err(MailError::request(MailFailure::NotSent(None)))
            }
        };
        if let Err(error) = &sent {
            tracing::warn!(mail = %mail.key, provider = %self, %error, "a mail was not taken");
        }
        sent
    }
}

impl Lazy {
    async fn service(&self) -> Result<&Service, Error> {
        if let Some(service) = self.service.get() {
            return Ok(service);
        }
        let service = self.set_up().await?;
        Ok(self.service.get_or_init(|| service))
    }

    async fn set_up(&self) -> Result<Service, Error> {
        let Parts { aws, http, vault, roots } = &self.parts;
        let sender = self.sender.clone();
        let key = async || -> Result<_, Error> {
            let key = vault.secrets().await?.mail_key.clone();
            key.ok_or_else(|| Error::internal("setting up mail", "there is no key"))
        };
        let http = || -> Result<_, Error> {
            let client = http.client();
            client.map_err(|source| Error::internal("building the HTTP client", source)).cloned()
        };
        Ok(match &self.provider {
            MailProvider::Ses { endpoint, configuration_set } => {
                let ses = Ses::new(aws, endpoint.as_ref(), sender);
                Service::Ses(Box::new(ses.counting_in(configuration_set.clone())))
            }
            MailProvider::Smtp(smtp) => {
                let login = vault.secrets().await?.smtp_login.as_ref();
                let smtp = Smtp::new(smtp, login, *roots, sender)
                    .map_err(|source| Error::internal("setting up SMTP", source))?;
                Service::Smtp(Box::new(smtp))
            }
            MailProvider::Resend { endpoint } => {
                Service::Resend(Box::new(Resend::new(http()?, endpoint, key().await?, sender)))
            }
            MailProvider::SendGrid { endpoint } => {
                Service::SendGrid(Box::new(SendGrid::new(http()?, endpoint, key().await?, sender)))
            }
            MailProvider::Console => Service::Console,
        })
    }
}

impl fmt::Display for Mailer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.provider {
            MailProvider::Ses { .. } => "ses",
            MailProvider::Smtp(_) => "smtp",
            MailProvider::Resend { .. } => "resend",
            MailProvider::SendGrid { .. } => "sendgrid",
            MailProvider::Console => "console",
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
