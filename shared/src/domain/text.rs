//! Text with limits. Lengths count characters, nothing is trimmed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Why a value was refused: a machine's word and a sentence's end. Never repeats the input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// For programs: `missing`, `string_too_long`, `value_error`, …
    pub code: &'static str,
    /// For people: completes "the field …".
    pub message: String,
}

impl Invalid {
    /// A refusal with a fixed text.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

/// One line of 1 to `MAX` characters without control characters: safe in a mail header.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Line<const MAX: usize>(String);

impl<const MAX: usize> Line<MAX> {
    /// Reads a line; refuses empty and over-long text and every control character.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Err(Invalid::new("string_too_short", "must have at least 1 character"));
        }
        check_length(text, MAX)?;
        if text.chars().any(|c| c.is_control() || is_direction_mark(c)) {
            return Err(Invalid::new("value_error", "must be one line without control characters"));
        }
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> TryFrom<String> for Line<MAX> {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl<const MAX: usize> From<Line<MAX>> for String {
    fn from(line: Line<MAX>) -> Self {
        line.0
    }
}

/// Text of up to `MAX` characters that may have newlines and tabs, and may be empty.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Prose<const MAX: usize>(String);

impl<const MAX: usize> Prose<MAX> {
    /// Reads prose; refuses over-long text and control characters other than newline and tab.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        check_length(text, MAX)?;
        check_controls(text)?;
        Ok(Self(text.to_owned()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<const MAX: usize> TryFrom<String> for Prose<MAX> {
    type Error = Invalid;

    fn try_from(text: String) -> Result<Self, Invalid> {
        Self::parse(&text)
    }
}

impl<const MAX: usize> From<Prose<MAX>> for String {
    fn from(prose: Prose<MAX>) -> Self {
        prose.0
    }
}

/// The longest text a candidate may hand in, in bytes of UTF-8.
pub const CONTENT_BYTES_MAX: usize = 256 * 1024;

/// What a candidate wrote for one day: at most 256 KiB, kept exactly as sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ContentText(String);

impl ContentText {
    /// Reads a text; refuses control characters other than newline and tab, and more than 256 KiB (code `CONTENT_TOO_LONG`).
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.len() > CONTENT_BYTES_MAX {
            return Err(Invalid::new("CONTENT_TOO_LONG", "must be at most 262144 bytes of UTF-8"));
        }
        check_controls(text)?;
        Ok(Self(text.to_owned()))
    }

    /// Whether there is nothing but white space in it.
    pub fn is_blank(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn check_length(text: &str, max: usize) -> Result<(), Invalid> {
    if text.chars().count() > max {
        let message = format!("must have at most {max} characters");
        return Err(Invalid::new("string_too_long", message));
    }
    Ok(())
}

fn check_controls(text: &str) -> Result<(), Invalid> {
    if text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(Invalid::new("value_error", "must not contain control characters"));
    }
    Ok(())
}

/// Marks that reorder what a reader sees, the classic way to disguise a name or an address.
fn is_direction_mark(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Any text, of which something else than its form decides whether it is good, and later.
#[expect(clippy::unnecessary_wraps, reason = "readers take what may refuse")]
pub fn any(text: &str) -> Result<String, Invalid> {
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_one_to_its_limit_of_characters() {
        assert_eq!(Line::<3>::parse("äöü").unwrap().as_str(), "äöü");
        assert_eq!(Line::<3>::parse("").unwrap_err().code, "string_too_short");
        assert_eq!(Line::<3>::parse("abcd").unwrap_err().code, "string_too_long");
    }

    #[test]
    fn a_line_cannot_break_out_of_a_mail_header() {
        for hostile in ["a\r\nBcc: x", "a\nb", "a\0", "\u{202e}gpj.exe"] {
            assert_eq!(Line::<99>::parse(hostile).unwrap_err().code, "value_error");
        }
    }

    #[test]
    fn prose_keeps_newlines_and_tabs_and_refuses_nul() {
        assert_eq!(Prose::<9>::parse("a\n\tb").unwrap().as_str(), "a\n\tb");
        assert_eq!(Prose::<9>::parse("a\0b").unwrap_err().code, "value_error");
    }

    #[test]
    fn a_submitted_text_may_have_262144_bytes_and_not_one_more() {
        let limit = "x".repeat(CONTENT_BYTES_MAX);
        assert_eq!(ContentText::parse(&limit).unwrap().as_str(), limit);
        let over = ContentText::parse(&format!("{limit}x")).unwrap_err();
        assert_eq!(over.code, "CONTENT_TOO_LONG");
        assert_eq!(ContentText::parse("a\r\nb").unwrap_err().code, "value_error");
    }
}
