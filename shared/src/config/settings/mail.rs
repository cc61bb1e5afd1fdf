//! The settings of mail.

use crate::config::settings::{Group, Setting, else_, means};

pub(in crate::config) const MAIL_PROVIDER: Setting = means(
    "TENON_EMAIL_PROVIDER",
    "ses",
    "Who sends mail: `ses`, `smtp`, `resend`, `sendgrid`, or `console`, which sends nothing.",
);
pub(in crate::config) const MAIL_FROM: Setting = means(
    "TENON_EMAIL_FROM",
    "Tenon <notifications@tenon.com>",
    "The sender: an address, or `Name <address>`.",
);
pub(in crate::config) const MAIL_ENDPOINT: Setting = else_(
    "TENON_MAIL_ENDPOINT",
    "the provider's own",
    "Another address of SES, Resend or SendGrid.",
);
pub(in crate::config) const SES_CONFIGURATION_SET: Setting = else_(
    "TENON_SES_CONFIGURATION_SET",
    "none",
    "The SES configuration set whose events tell us of bounces and complaints.",
);
pub(in crate::config) const RESEND_KEY: Setting =
    else_("TENON_RESEND_API_KEY", "refused with `resend`", "Resend's API key.").secret();
pub(in crate::config) const SENDGRID_KEY: Setting =
    else_("SENDGRID_API_KEY", "refused with `sendgrid`", "SendGrid's API key.").secret();
pub(in crate::config) const SMTP_HOST: Setting =
    else_("SMTP_HOST", "refused with `smtp`", "The mail server's name.");
pub(in crate::config) const SMTP_PORT: Setting =
    means("SMTP_PORT", "587", "The mail server's port.");
pub(in crate::config) const SMTP_USERNAME: Setting =
    else_("SMTP_USERNAME", "no login", "Whom we log in as; then the password must be set too.")
        .secret();
pub(in crate::config) const SMTP_PASSWORD: Setting =
    else_("SMTP_PASSWORD", "no login", "The password.").secret();
pub(in crate::config) const SMTP_TLS: Setting = means(
    "SMTP_TLS",
    "true",
    "Whether STARTTLS is demanded. A login without it is refused in `prod`.",
);

pub(super) const GROUP: Group = Group {
    title: "Mail",
    settings: &[
        MAIL_PROVIDER,
        MAIL_FROM,
        MAIL_ENDPOINT,
        SES_CONFIGURATION_SET,
        RESEND_KEY,
        SENDGRID_KEY,
        SMTP_HOST,
        SMTP_PORT,
        SMTP_USERNAME,
        SMTP_PASSWORD,
        SMTP_TLS,
    ],
};
