//! Who sends the mail.

use url::Url;

use crate::config::reader::Reader;
use crate::config::settings;
use crate::config::{Environment, MailConfig, MailProvider, SmtpConfig};
use crate::domain::email_address::EmailAddress;
use crate::domain::text::Line;
use crate::secret::Secret;

/// The longest sender: what a line of a mail may hold.
const LINE_MAX: usize = 998;

const RESEND: &str = "https://api.resend.com";
const SENDGRID: &str = "https://api.sendgrid.com";

impl Reader<'_> {
    /// All settings of all providers are read: a mistake in one that is not chosen is told too.
    pub(super) fn mail(&mut self) -> Option<MailConfig> {
        let from = self.or_default(settings::MAIL_FROM);
        let one_line = Line::<LINE_MAX>::parse(&from).is_ok();
        if !one_line || EmailAddress::parse(&from).is_err() {
            self.mistake(settings::MAIL_FROM, "must be an e-mail address, or Name <address>");
        }
        let endpoint = self.endpoint(settings::MAIL_ENDPOINT);
        let configuration_set = self.text(settings::SES_CONFIGURATION_SET);
        let resend_key = self.key(settings::RESEND_KEY);
        let sendgrid_key = self.key(settings::SENDGRID_KEY);
        let smtp = self.smtp();
        let provider = match self.or_default(settings::MAIL_PROVIDER).to_lowercase().as_str() {
            "ses" => MailProvider::Ses { endpoint, configuration_set },
            "smtp" => {
                self.needed(settings::SMTP_HOST);
                MailProvider::Smtp(smtp?)
            }
            "resend" => {
                self.needed(settings::RESEND_KEY);
                let endpoint = endpoint.or_else(|| Url::parse(RESEND).ok())?;
                MailProvider::Resend { api_key: resend_key?, endpoint }
            }
            "sendgrid" => {
                self.needed(settings::SENDGRID_KEY);
                let endpoint = endpoint.or_else(|| Url::parse(SENDGRID).ok())?;
                MailProvider::SendGrid { api_key: sendgrid_key?, endpoint }
            }
            "console" => MailProvider::Console,
            _ => {
                let what = "must be ses, smtp, resend, sendgrid or console";
                self.mistake(settings::MAIL_PROVIDER, what);
                return None;
            }
        };
        Some(MailConfig { provider, from })
    }

    fn smtp(&mut self) -> Option<SmtpConfig> {
        let host = self.text(settings::SMTP_HOST);
        let port = self.or_default(settings::SMTP_PORT).parse().ok().filter(|port| *port > 0);
        if port.is_none() {
            self.mistake(settings::SMTP_PORT, "must be a port");
        }
        let tls = self.flag(settings::SMTP_TLS);
        let username = self.text(settings::SMTP_USERNAME);
        let password = self.text(settings::SMTP_PASSWORD).map(Secret::new);
        if username.is_some() != password.is_some() {
            self.mistake(settings::SMTP_PASSWORD, "must be set, or SMTP_USERNAME must not");
        }
        if username.is_some() && !tls && self.environment == Environment::Prod {
            self.mistake(settings::SMTP_TLS, "must be on for a login");
        }
        Some(SmtpConfig { host: host?, port: port?, login: username.zip(password), tls })
    }
}
