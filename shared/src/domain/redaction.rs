//! Secrets taken out of text that candidates and their programs wrote.
//!
//! One pass over the bytes, each looked at a bounded number of times, so a hostile log costs no more
//! than an honest one. What is found is ASCII, so every cut falls between two characters.

use std::ops::Range;

/// What stands where a secret stood.
pub const REDACTED: &str = "[redacted]";
/// The fewest characters that make a token after its prefix.
const TOKEN_CHARS_MIN: usize = 10;
/// The most blanks skipped between a name and its value.
const BLANKS_MAX: usize = 16;
/// How the name of a secret ends: `GITHUB_TOKEN`, `clientSecret`, `x-admin-key`.
const SECRET_NAMES: [&str; 14] = [
    "token",
    "secret",
    "password",
    "passwd",
    "api_key",
    "api-key",
    "apikey",
    "admin_key",
    "admin-key",
    "access_key",
    "access-key",
    "private_key",
    "private-key",
    "authorization",
];

/// `text` with `[redacted]` in place of GitHub tokens (`ghp_`, `gho_`, `ghu_`, `ghs_`, `ghr_`,
/// `github_pat_`), JSON web tokens, `Authorization` values, `token <value>`, and values assigned to a
/// secret's name (`password=x`, `"token": "x"`, `API_KEY: x`).
pub fn redact(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut clean = String::with_capacity(text.len());
    let (mut copied, mut at) = (0, 0);
    while at < bytes.len() {
        match secret_at(bytes, at) {
            Some(secret) => {
                clean.push_str(text.get(copied..secret.start).unwrap_or_default());
                clean.push_str(REDACTED);
                copied = secret.end;
                at = secret.end;
            }
            None => at += 1,
        }
    }
    clean.push_str(text.get(copied..).unwrap_or_default());
    clean
}

/// Whether what is called `name` is a secret whatever it looks like: `GITHUB_TOKEN`, `clientSecret`.
pub fn names_secret(name: &str) -> bool {
    SECRET_NAMES.iter().any(|secret| ends_with(name.as_bytes(), secret))
}

/// The secret whose token or name starts at `at`.
fn secret_at(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    if let Some(token) = github_token(bytes, at) {
        return Some(token);
    }
    let starts_word = at == 0 || !bytes.get(at - 1).is_some_and(|byte| is_word(*byte));
    if !starts_word || !bytes.get(at).is_some_and(|byte| is_word(*byte)) {
        return None;
    }
    web_token(bytes, at).or_else(|| named_secret(bytes, at))
}

fn github_token(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let rest = bytes.get(at..)?;
    let (body, is_part): (usize, fn(u8) -> bool) = match rest {
        [b'g' | b'G', b'h' | b'H', kind, b'_', ..] if b"pousrPOUSR".contains(kind) => {
            (4, |byte| byte.is_ascii_alphanumeric())
        }
        _ if starts_with(rest, "github_pat_") => {
            (11, |byte| byte.is_ascii_alphanumeric() || byte == b'_')
        }
        _ => return None,
    };
    let end = run(bytes, at + body, is_part);
    (end - at - body >= TOKEN_CHARS_MIN).then_some(at..end)
}

/// `eyJ…`: the first part of a JSON web token and whatever parts follow.
fn web_token(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    if !bytes.get(at..)?.starts_with(b"eyJ") {
        return None;
    }
    let end = run(bytes, at, is_word);
    (end - at >= TOKEN_CHARS_MIN).then(|| at..run(bytes, at, |byte| is_word(byte) || byte == b'.'))
}

/// The value that follows the name of a secret, if the word at `at` is one.
fn named_secret(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let name_end = run(bytes, at, is_word);
    let name = bytes.get(at..name_end)?;
    if !SECRET_NAMES.iter().any(|secret| ends_with(name, secret)) {
        return None;
    }
    assigned(bytes, name, name_end).or_else(|| spoken_token(bytes, name, name_end))
}

/// `token <value>`, as in an old `Authorization` header.
fn spoken_token(bytes: &[u8], name: &[u8], name_end: usize) -> Option<Range<usize>> {
    let start = blanks(bytes, name_end);
    let end = run(bytes, start, is_word);
    let spoken = name.eq_ignore_ascii_case(b"token") && start > name_end;
    (spoken && end - start >= TOKEN_CHARS_MIN).then_some(start..end)
}

/// `name: value`, `name=value`, `"name": "value"`, `name => 'value'`, with quotes escaped or not.
fn assigned(bytes: &[u8], name: &[u8], name_end: usize) -> Option<Range<usize>> {
    let (after_quote, name_is_quoted) = match quote(bytes, name_end) {
        Some(quote) => (quote.end, true),
        None => (name_end, false),
    };
    let separator = blanks(bytes, after_quote);
    let after = match bytes.get(separator..)? {
        // A comparison and a path are no assignments.
        [b'=', b'=', ..] | [b':', b':', ..] => return None,
        [b'=', b'>', ..] | [b':', b'=', ..] => separator + 2,
        [b'=' | b':', ..] => separator + 1,
        _ => return None,
    };
    let start = blanks(bytes, after);
    let value = match quote(bytes, start) {
        Some(quote) => quoted_value(bytes, &quote),
        // Unquoted after a quoted name: a number, null or an object, where a cut would break JSON.
        None if name_is_quoted => return None,
        None => start..run(bytes, start, is_bare),
    };
    let value = if ends_with(name, "authorization") { credentials(bytes, value) } else { value };
    (!value.is_empty()).then_some(value)
}

/// The value without the scheme that precedes it: `Bearer`, `Basic` or `token`.
fn credentials(bytes: &[u8], value: Range<usize>) -> Range<usize> {
    let scheme_end = run(bytes, value.start, |byte| byte.is_ascii_alphabetic());
    let scheme = bytes.get(value.start..scheme_end).unwrap_or_default();
    let start = blanks(bytes, scheme_end);
    let is_scheme = ["bearer", "basic", "token"]
        .iter()
        .any(|known| scheme.eq_ignore_ascii_case(known.as_bytes()));
    if !is_scheme || start == scheme_end {
        return value;
    }
    start..run(bytes, start, is_bare).max(value.end)
}

/// From the opening quote to its closing one, or to the end of the line.
fn quoted_value(bytes: &[u8], opening: &Range<usize>) -> Range<usize> {
    let mark = bytes.get(opening.end - 1).copied().unwrap_or(b'"');
    let is_escaped = opening.len() > 1;
    let mut end = opening.end;
    while let Some(byte) = bytes.get(end) {
        if *byte == b'\n' || *byte == mark || (is_escaped && *byte == b'\\') {
            break;
        }
        end += if *byte == b'\\' && bytes.get(end + 1).is_some_and(|next| *next != b'\n') {
            2
        } else {
            1
        };
    }
    opening.end..end
}

/// A quotation mark at `at`, with the backslashes that escape it.
fn quote(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let mut end = at;
    while end < at + BLANKS_MAX && bytes.get(end) == Some(&b'\\') {
        end += 1;
    }
    matches!(bytes.get(end), Some(b'"' | b'\'')).then_some(at..end + 1)
}

fn blanks(bytes: &[u8], at: usize) -> usize {
    let mut end = at;
    while end < at + BLANKS_MAX && matches!(bytes.get(end), Some(b' ' | b'\t')) {
        end += 1;
    }
    end
}

/// The end of the longest stretch from `at` in which every byte passes `is_part`.
fn run(bytes: &[u8], at: usize, is_part: fn(u8) -> bool) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| !is_part(*byte)).unwrap_or(rest.len())
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

fn is_bare(byte: u8) -> bool {
    !byte.is_ascii_whitespace() && !b"\"'`,;&<>{}[]()\\".contains(&byte)
}

fn starts_with(bytes: &[u8], prefix: &str) -> bool {
    bytes.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix.as_bytes()))
}

fn ends_with(bytes: &[u8], suffix: &str) -> bool {
    bytes
        .len()
        .checked_sub(suffix.len())
        .and_then(|start| bytes.get(start..))
        .is_some_and(|end| end.eq_ignore_ascii_case(suffix.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(cases: &[(&str, &str)]) {
        for (text, clean) in cases {
            assert_eq!(redact(text), *clean, "{text:?}");
        }
    }

    #[test]
    fn github_tokens_go_wherever_they_stand() {
        check(&[
            ("push ghp_0123456789 done", "push [redacted] done"),
            ("gho_abcdefghij,ghu_abcdefghij", "[redacted],[redacted]"),
            ("GHS_ABCDEFGHIJ ghr_abcdefghij", "[redacted] [redacted]"),
            ("https://x:ghp_abcdefghijkl@github.com", "https://x:[redacted]@github.com"),
            ("xghp_abcdefghij-tail", "x[redacted]-tail"),
            ("github_pat_11AA_bcdefgh.", "[redacted]."),
            (
                "ghp_short ghx_abcdefghij github_pat_short",
                "ghp_short ghx_abcdefghij github_pat_short",
            ),
        ]);
    }

    #[test]
    fn authorization_keeps_its_scheme_and_loses_its_value() {
        check(&[
            ("Authorization: Bearer abc", "Authorization: Bearer [redacted]"),
            ("authorization:  bearer a.b-c~d+/e==", "authorization:  bearer [redacted]"),
            (
                r#""Authorization": "Bearer abc def", 1"#,
                r#""Authorization": "Bearer [redacted]", 1"#,
            ),
            ("Proxy-Authorization: Basic dXNlcg==", "Proxy-Authorization: Basic [redacted]"),
            ("Authorization: s3cr3t next", "Authorization: [redacted] next"),
        ]);
    }

    #[test]
    fn web_tokens_go_whole() {
        check(&[
            ("jwt eyJhbGciOi.eyJzdWIi.c2ln end", "jwt [redacted] end"),
            ("eyJ eyJshort heyJhbGciOiJI", "eyJ eyJshort heyJhbGciOiJI"),
        ]);
    }

    #[test]
    fn values_of_secret_names_go_in_every_spelling() {
        check(&[
            ("token abcdefghij", "token [redacted]"),
            ("token short, Unexpected token } in JSON", "token short, Unexpected token } in JSON"),
            ("password=abc", "password=[redacted]"),
            (r#"{"token": "a\"b", "n": 1}"#, r#"{"token": "[redacted]", "n": 1}"#),
            (r#"{\"client_secret\":\"abc\"}"#, r#"{\"client_secret\":\"[redacted]\"}"#),
            (r#"{"token": null, "secret": 12}"#, r#"{"token": null, "secret": 12}"#),
            (
                "GITHUB_TOKEN=abc; X-Admin-Key: k",
                "GITHUB_TOKEN=[redacted]; X-Admin-Key: [redacted]",
            ),
            ("apiKey => 'abc'", "apiKey => '[redacted]'"),
            ("?token=abc&x=1", "?token=[redacted]&x=1"),
        ]);
    }

    #[test]
    fn a_name_is_a_secrets_by_how_it_ends() {
        assert!(
            ["GITHUB_TOKEN", "clientSecret", "x-admin-key", "password"]
                .iter()
                .all(|n| names_secret(n))
        );
        assert!(!["tokens", "secretary", "key", "", "é"].iter().any(|name| names_secret(name)));
    }

    #[test]
    fn plain_words_about_secrets_stay() {
        let text =
            "test_auth.py::test_password PASSED; assert token == x; tokens: 12; token::parse; häß→";
        assert_eq!(redact(text), text);
    }

    #[test]
    fn an_unclosed_quote_is_redacted_to_the_end_of_its_line() {
        check(&[
            ("password: \"abc\nnext", "password: \"[redacted]\nnext"),
            ("password: \"abc\\", "password: \"[redacted]"),
            ("password: \"a\\é\" b", "password: \"[redacted]\" b"),
        ]);
    }

    #[test]
    fn the_text_of_a_hostile_program_costs_one_pass() {
        for piece in [
            "ghp_",
            "token ",
            "token\" ",
            "eyJ",
            "github_pat_",
            "password: \"",
            "\\",
            "authorization: ",
        ] {
            let text = piece.repeat(200_000 / piece.len());
            assert!(redact(&text).len() <= text.len() * 3, "{piece:?}");
        }
    }
}
