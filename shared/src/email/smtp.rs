//! A server that speaks SMTP. Every mail has a connection of its own: an idle one would not outlive
//! the pauses in which a function is frozen, and its loss would look like a lost answer.

use std::time::{Duration, SystemTime};

use lettre::Address;
use lettre::address::AddressError;
use lettre::error::Error as BuildError;
use lettre::message::{Mailbox, Message, MultiPart};
use lettre::transport::smtp::Error as SmtpError;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, CertificateStore, TlsParameters};
use lettre::transport::smtp::extension::ClientId;
use rustls::pki_types::{InvalidDnsNameError, ServerName};
use tokio::time::timeout;

use crate::config::secrets::Login;
use crate::config::{SmtpConfig, TlsRoots};
use crate::email::failure::{MailError, MailFailure};
use crate::email::sender::Sender;
use crate::email::{Mail, MessageId};

/// How long greeting, encryption and login may take together, and then again the mail itself.
const LIMIT: Duration = Duration::from_secs(10);
/// How long the goodbye may take: the mail is the server's already.
const GOODBYE_LIMIT: Duration = Duration::from_millis(500);

/// A server that speaks SMTP.
#[derive(Clone)]
pub struct Smtp {
    host: String,
    port: u16,
    /// Whether, and for what name, the connection is encrypted after the greeting.
    tls: Option<TlsParameters>,
    login: Option<Credentials>,
    from: Mailbox,
    /// What we call ourselves, and what our mails are named under.
    domain: String,
}

/// The settings of a server cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SmtpUnusable {
    /// TLS cannot be set up.
    #[error("TLS cannot be set up")]
    Tls(#[from] SmtpError),
    /// The host is no name that a certificate could have.
    #[error("the host is no name")]
    Host(#[from] InvalidDnsNameError),
    /// The sender is no address for a header.
    #[error("the sender is no address")]
    Sender(#[from] AddressError),
}

impl std::fmt::Debug for Smtp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { host, port, tls, .. } = self;
        let tls = tls.is_some();
        f.debug_struct("Smtp").field("host", host).field("port", port).field("tls", &tls).finish()
    }
}

/// Whether the host that `config` names is one that a certificate could have.
pub(super) fn nameable(config: &SmtpConfig) -> Result<(), SmtpUnusable> {
    ServerName::try_from(config.host.as_str())?;
    Ok(())
}

impl Smtp {
    /// The server that `config` names. With TLS it must offer STARTTLS and a certificate of one of
    /// `roots`; with a login it must let us in.
    pub fn new(
        config: &SmtpConfig,
        login: Option<&Login>,
        roots: TlsRoots,
        sender: Sender,
    ) -> Result<Self, SmtpUnusable> {
        nameable(config)?;
        let store = match roots {
            TlsRoots::Embedded => CertificateStore::WebpkiRoots,
            TlsRoots::System => CertificateStore::Default,
        };
        let tls = TlsParameters::builder(config.host.clone()).certificate_store(store);
        let address: Address = sender.address.parse()?;
        Ok(Self {
            host: config.host.clone(),
            port: config.port,
            tls: if config.tls { Some(tls.build()?) } else { None },
            login: login.map(|login| (login.name.as_str(), login.password.expose()).into()),
            from: Mailbox::new(sender.name, address),
            domain: sender.domain,
        })
    }

    /// Hands a mail over. The server would take it a second time; whoever receives it can tell by
    /// its name, which stays the same.
    pub async fn send(&self, mail: &Mail) -> Result<Option<MessageId>, MailError> {
        let name = format!("<{}@{}>", mail.key, self.domain);
        let message = self.message(mail, &name).map_err(|_why| told(MailFailure::Refused))?;
        let opened = timeout(LIMIT, self.opened()).await;
        let opened = opened.map_err(|_elapsed| told(MailFailure::NotSent(None)))?;
        let mut connection = opened.map_err(|error| failed(&error, MailFailure::NotSent(None)))?;
        let envelope = message.envelope();
        let sent = timeout(LIMIT, connection.send(envelope, &message.formatted())).await;
        let sent = sent.map_err(|_elapsed| told(MailFailure::Unanswered))?;
        sent.map_err(|error| failed(&error, MailFailure::Unanswered))?;
        let _ = timeout(GOODBYE_LIMIT, connection.quit()).await;
        Ok(MessageId::read(&name))
    }

    /// A connection that is ready for a mail. Nothing of one has been sent yet.
    async fn opened(&self) -> Result<AsyncSmtpConnection, SmtpError> {
        let ourselves = ClientId::Domain(self.domain.clone());
        let place = (self.host.as_str(), self.port);
        let connecting =
            AsyncSmtpConnection::connect_tokio1(place, Some(LIMIT), &ourselves, None, None);
        let mut connection = connecting.await?;
        if let Some(tls) = &self.tls {
            connection.starttls(tls.clone(), &ourselves).await?;
        }
        if let Some(login) = &self.login {
            connection.auth(DEFAULT_MECHANISMS, login).await?;
        }
        Ok(connection)
    }

    fn message(&self, mail: &Mail, name: &str) -> Result<Message, BuildError> {
        let to = mail.to.as_str().parse().map_err(|_why| BuildError::MissingTo)?;
        let parts = MultiPart::alternative_plain_html(mail.text.clone(), mail.html.clone());
        Message::builder()
            .message_id(Some(name.to_owned()))
            .date(SystemTime::from(mail.at))
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(mail.subject.as_str())
            .multipart(parts)
    }
}

/// What `error` means; `unsaid` when the server said nothing about it.
fn meaning(error: &SmtpError, unsaid: MailFailure) -> MailFailure {
    if error.is_permanent() || error.is_client() {
        MailFailure::Refused
    } else if error.is_transient() {
        MailFailure::NotSent(None)
    } else {
        unsaid
    }
}

/// The same with the server's code, for whoever reads the log. Its words stay behind: they name people.
fn failed(error: &SmtpError, unsaid: MailFailure) -> MailError {
    let kind = meaning(error, unsaid);
    match error.status() {
        Some(code) => MailError::new(kind, format!("SMTP send failed ({code})")),
        None => told(kind),
    }
}

fn told(kind: MailFailure) -> MailError {
    MailError::new(kind, "SMTP send failed")
}

#[cfg(test)]
mod tests;
