//! The part of an e-mail address that says where somebody works.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::text::Invalid;

/// Domains whose addresses anybody can have: they say nothing about an employer.
const PUBLIC_PROVIDERS: [&str; 48] = [
    "126.com",
    "163.com",
    "aol.com",
    "comcast.net",
    "duck.com",
    "fastmail.com",
    "free.fr",
    "gmail.com",
    "gmx.at",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hey.com",
    "hotmail.co.uk",
    "hotmail.com",
    "hotmail.de",
    "hotmail.fr",
    "icloud.com",
    "laposte.net",
    "libero.it",
    "live.co.uk",
    "live.com",
    "mac.com",
    "mail.com",
    "mail.ru",
    "me.com",
    "msn.com",
    "orange.fr",
    "outlook.com",
    "outlook.de",
    "outlook.fr",
    "pm.me",
    "proton.me",
    "protonmail.com",
    "qq.com",
    "rocketmail.com",
    "t-online.de",
    "tuta.com",
    "tutanota.com",
    "wanadoo.fr",
    "web.de",
    "yahoo.co.uk",
    "yahoo.com",
    "yandex.com",
    "yandex.ru",
    "ymail.com",
    "zoho.com",
];

/// A mail domain in the one form that is stored and compared: lower-case ASCII of at least two
/// labels, letters beyond ASCII as A-labels (`xn--…`). At most 253 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MailDomain(String);

impl MailDomain {
    /// Reads a domain as somebody writes it, in any case and in Unicode or ASCII. Refused: names
    /// without a dot, IP numbers, a dot at an end, and what is no host name.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let refused = || Invalid::new("value_error", "must be a mail domain such as example.com");
        let ascii = idna::domain_to_ascii_strict(text).map_err(|_why| refused())?;
        let top = ascii.rsplit_once('.').map(|(_rest, top)| top).ok_or_else(refused)?;
        if top.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(refused());
        }
        Ok(Self(ascii))
    }

    /// Reads the domain of a company: one that is not open to everybody.
    pub fn parse_companys(text: &str) -> Result<Self, Invalid> {
        let domain = Self::parse(text)?;
        if PUBLIC_PROVIDERS.contains(&domain.as_str()) {
            let why = "belongs to a public mail provider, so its users share no company";
            return Err(Invalid::new("public_mail_domain", why));
        }
        Ok(domain)
    }

    /// The domain of an e-mail address. Letters beyond ASCII count only in the form in which a domain
    /// is registered: folding others, such as a circled letter, could put one person's address under
    /// another's domain.
    pub fn of_address(email: &str) -> Option<Self> {
        let (_local, written) = email.rsplit_once('@')?;
        let domain = Self::parse(written).ok()?;
        let lowered = written.to_ascii_lowercase();
        let registered = lowered == domain.0 || lowered == idna::domain_to_unicode(&domain.0).0;
        registered.then_some(domain)
    }

    /// The domain.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for MailDomain {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl From<MailDomain> for String {
    fn from(domain: MailDomain) -> Self {
        domain.0
    }
}

impl fmt::Display for MailDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_domain_has_one_form_however_it_is_written() {
        for (written, kept) in [
            ("example.com", "example.com"),
            ("EXAMPLE.Com", "example.com"),
            ("local.test", "local.test"),
            ("mail.a-b.example", "mail.a-b.example"),
            ("bücher.example", "xn--bcher-kva.example"),
            ("Bücher.example", "xn--bcher-kva.example"),
            ("XN--BCHER-KVA.example", "xn--bcher-kva.example"),
        ] {
            assert_eq!(MailDomain::parse(written).unwrap().as_str(), kept, "{written}");
        }
    }

    #[test]
    fn what_is_no_mail_domain_is_refused() {
        let (label, long) = (format!("{}.example", "a".repeat(64)), "a.".repeat(127) + "a");
        for wrong in [
            "",
            ".",
            "com",
            "localhost",
            ".com",
            "example.com.",
            "example..com",
            "-a.example",
            "a-.example",
            "a_b.example",
            "a b.example",
            " example.com",
            "ada@example.com",
            "1.2.3.4",
            "[::1]",
            "example.123",
            "example.com/",
            "example.com:25",
            "*.example.com",
            "a\0.example",
            "a\n.example",
            "%65xample.com",
            "xn--a.example",
            "\u{202e}moc.elpmaxe",
            &label,
            &long,
        ] {
            assert_eq!(MailDomain::parse(wrong).unwrap_err().code, "value_error", "{wrong:?}");
        }
    }

    #[test]
    fn a_public_providers_domain_is_no_companys() {
        for open in ["gmail.com", "GMail.com", "outlook.com", "ｇmail.com"] {
            let refused = MailDomain::parse_companys(open).unwrap_err();
            assert_eq!(refused.code, "public_mail_domain", "{open}");
        }
        assert!(PUBLIC_PROVIDERS.is_sorted());
        assert!(MailDomain::parse_companys("gmail.example").is_ok());
    }

    #[test]
    fn an_address_is_of_the_domain_after_its_last_at_sign() {
        for (address, domain) in [
            ("ada@Example.COM", "example.com"),
            ("a@b@example.com", "example.com"),
            ("ada@bücher.example", "xn--bcher-kva.example"),
            ("ada@xn--bcher-kva.example", "xn--bcher-kva.example"),
        ] {
            assert_eq!(MailDomain::of_address(address).unwrap().as_str(), domain, "{address}");
        }
    }

    #[test]
    fn a_letter_that_only_looks_like_another_leads_to_no_company() {
        // A circled e, a full-width e, the Kelvin sign, and a soft hyphen, all mapped by IDNA.
        for disguised in ["ⓔxample.com", "ｅxample.com", "\u{212A}im.example", "ex\u{ad}ample.com"]
        {
            assert!(MailDomain::parse(disguised).is_ok(), "{disguised:?}");
            assert_eq!(MailDomain::of_address(&format!("eve@{disguised}")), None, "{disguised:?}");
        }
        for none in ["ada", "ada@", "ada@localhost", "ada@example.com.", "ada@exam ple.com"] {
            assert_eq!(MailDomain::of_address(none), None, "{none:?}");
        }
    }
}
