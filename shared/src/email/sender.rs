//! Who our mail is from.

use email_address::{EmailAddress as Parsed, Options};

use crate::email::one_line;

/// A sender in its parts: some providers want them apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sender {
    /// The name that recipients see.
    pub name: Option<String>,
    /// The address, as it was written.
    pub address: String,
    /// What follows the `@`.
    pub domain: String,
    /// Both in one, as they were written.
    pub whole: String,
}

impl Sender {
    /// Reads an address, or `Name <address>`, where the name may be quoted. `None` when it is neither,
    /// or more than one line.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if one_line(text) != text {
            return None;
        }
        let options =
            Options::default().with_required_tld().without_domain_literal().with_display_text();
        let parsed = Parsed::parse_with_options(text, options).ok()?;
        let name = unquoted(parsed.display_part().trim());
        Some(Self {
            name: (!name.is_empty()).then_some(name),
            address: parsed.email(),
            domain: parsed.domain().to_owned(),
            whole: text.to_owned(),
        })
    }
}

/// A name without its quotes, and what was escaped in them as it was meant.
fn unquoted(name: &str) -> String {
    let Some(inner) = name.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else {
        return name.to_owned();
    };
    let mut plain = String::with_capacity(inner.len());
    let mut characters = inner.chars();
    while let Some(character) = characters.next() {
        plain.extend(if character == '\\' { characters.next() } else { Some(character) });
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_split_into_name_and_address_without_quotes() {
        for (text, name, address) in [
            ("no-reply@tenon.example", None, "no-reply@tenon.example"),
            ("Tenon <no-reply@tenon.example>", Some("Tenon"), "no-reply@tenon.example"),
            ("\"Tenon\" <a@tenon.example>", Some("Tenon"), "a@tenon.example"),
            ("  Tenon Hiring <a@tenon.example> ", Some("Tenon Hiring"), "a@tenon.example"),
        ] {
            let sender = Sender::parse(text).unwrap();
            assert_eq!((sender.name.as_deref(), sender.address.as_str()), (name, address));
            assert_eq!((sender.domain.as_str(), sender.whole.as_str()), {
                let domain = "tenon.example";
                (domain, text.trim())
            });
        }
    }

    #[test]
    fn what_is_no_sender_or_more_than_one_line_is_none() {
        for text in ["", "Tenon", "Tenon <>", "Tenon <a@b.co>\r\nBcc: <eve@b.co>", "a@b.co, c@d.co"]
        {
            assert_eq!(Sender::parse(text), None, "{text}");
        }
    }
}
