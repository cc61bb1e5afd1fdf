//! Who sends the mail.

use url::Url;

use crate::config::reader::Reader;
use crate::config::settings::mail;
use crate::config::{MailConfig, MailProvider, SmtpConfig};
use crate::domain::email_address::EmailAddress;
use crate::domain::text::Line;

/// The longest sender: what a line of a mail may hold.
const LINE_MAX: usize = 998;

const RESEND: &str = "https://api.resend.com";
const SENDGRID: &str = "https://api.sendgrid.com";

impl Reader<'_> {
    /// All settings of all providers are read: a mistake in one that is not chosen is told too.
    pub(super) fn mail(&mut self) -> Option<MailConfig> {
        let from = self.or_default(mail::MAIL_FROM);
        let one_line = Line::<LINE_MAX>::parse(&from).is_ok();
        if !one_line || EmailAddress::parse(&from).is_err() {
            self.mistake(mail::MAIL_FROM, "must be an e-mail address, or Name <address>");
        }
        let endpoint = self.endpoint(mail::MAIL_ENDPOINT);
        let configuration_set = self.text(mail::SES_CONFIGURATION_SET);
        let smtp = self.smtp();
        let provider = match self.or_default(mail::MAIL_PROVIDER).to_lowercase().as_str() {
            "ses" => MailProvider::Ses { endpoint, configuration_set },
            "smtp" => {
                let _host = self.required(mail::SMTP_HOST);
                MailProvider::Smtp(smtp?)
            }
            "resend" => {
                let endpoint = endpoint.or_else(|| Url::parse(RESEND).ok())?;
                MailProvider::Resend { endpoint }
            }
            "sendgrid" => {
                let endpoint = endpoint.or_else(|| Url::parse(SENDGRID).ok())?;
                MailProvider::SendGrid { endpoint }
            }
            "console" => MailProvider::Console,
            _ => {
                let what = "must be ses, smtp, resend, sendgrid or console";
                self.mistake(mail::MAIL_PROVIDER, what);
                return None;
            }
        };
        Some(MailConfig { provider, from })
    }

    fn smtp(&mut self) -> Option<SmtpConfig> {
        let host = self.text(mail::SMTP_HOST);
        let port = self.or_default(mail::SMTP_PORT).parse().ok().filter(|port| *port > 0);
        if port.is_none() {
            self.mistake(mail::SMTP_PORT, "must be a port");
        }
        let tls = self.flag(mail::SMTP_TLS);
        Some(SmtpConfig { host: host?, port: port?, tls })
    }
}
