//! E-mail addresses as the contract takes them.

use std::fmt;
use std::str::FromStr;

use email_address::{EmailAddress as Parsed, Options};
use serde::{Deserialize, Serialize};

use crate::domain::text::Invalid;

/// Names that never receive mail (RFC 2606, RFC 6761, RFC 6762).
const RESERVED_DOMAINS: [&str; 4] = ["test", "local", "invalid", "localhost"];
/// The longest address, in bytes: an SMTP path (RFC 5321) has no more, nor has a sort key room for
/// many more.
const BYTES_MAX: usize = 255;

/// An address that mail can be sent to, its ASCII letters in lower case: the one form that is stored
/// and compared. Other letters stay: folding them could make one address of two people's.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct EmailAddress(String);

impl EmailAddress {
    /// Reads an address, also in the form `Name <a@b.co>`, surrounding white space aside.
    ///
    /// Refused: quoted local parts, addresses by IP number, domains without a dot, reserved domains.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let refused = || Invalid::new("value_error", "must be a valid e-mail address");
        let options =
            Options::default().with_required_tld().without_domain_literal().with_display_text();
        let parsed = Parsed::parse_with_options(text.trim(), options).map_err(|_why| refused())?;
        let address = parsed.email().to_ascii_lowercase();
        let (local, domain) = address.rsplit_once('@').ok_or_else(refused)?;
        let quoted = local.contains('"');
        let control = address.chars().any(char::is_control);
        let reserved = domain.rsplit('.').next().is_none_or(|top| RESERVED_DOMAINS.contains(&top));
        if quoted || control || reserved || address.len() > BYTES_MAX {
            return Err(refused());
        }
        Ok(Self(address))
    }

    /// The address in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EmailAddress {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        Self::parse(text)
    }
}

impl TryFrom<String> for EmailAddress {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<EmailAddress> for String {
    fn from(address: EmailAddress) -> Self {
        address.0
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_lowered_and_reduced_to_the_address() {
        for (sent, kept) in [
            (" Ada@Example.COM ", "ada@example.com"),
            ("Ada Example <ada@example.com>", "ada@example.com"),
            ("jürgen@bücher.example.de", "jürgen@bücher.example.de"),
        ] {
            assert_eq!(EmailAddress::parse(sent).unwrap().as_str(), kept);
        }
    }

    #[test]
    fn what_no_mail_reaches_is_refused() {
        for wrong in [
            "ada",
            "ada@localhost",
            "ada@x",
            "\"a b\"@example.com",
            "ada@[127.0.0.1]",
            "ada@company.test",
            "ada@company.local",
            "ada@company.invalid",
            "",
            "a@b@c.com",
            "ada@example.com\r\nBcc: eve@example.com",
        ] {
            assert_eq!(EmailAddress::parse(wrong).unwrap_err().code, "value_error", "{wrong}");
        }
    }
}
