//! What must never be in a log: proofs of who somebody is, addresses, and what candidates wrote. Every line
//! of every story is looked at as it is written.

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use local::places::{GITHUB_TOKEN, WEBHOOK_SECRET};
use regex_lite::Regex;
use serde_json::Value;

use crate::webhooks::SECRET;

/// What candidates of the stories are called and write, beside what is kept as they do it.
const WRITTEN: [&str; 6] =
    ["Ada Example", "Lovelace", "Kestrel", "Well thought out", "quillon", "Thinking aloud"];

/// A secret, or a line of code, shorter than this might be in a log by chance.
const LENGTH_MIN: usize = 10;

/// Secrets and texts that stories were told or made up.
static KEPT: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// Something in a log that must not be there. The value itself is not told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offence {
    /// What kind of thing it is.
    pub kind: &'static str,
    /// The message of the line.
    pub message: String,
    /// The member that it is in, or `line` where the line is no JSON object.
    pub field: String,
}

/// Has no log tell `text`, a secret or something that a candidate wrote; lines that are short are
/// nobody's own.
pub fn keep(text: &str) {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let lines = text.lines().map(str::trim).filter(|line| line.len() >= LENGTH_MIN);
    kept.extend(lines.map(ToOwned::to_owned));
}

/// What must not be in `line` of a log and is.
pub fn offences(line: &str) -> Vec<Offence> {
    let Ok(Value::Object(members)) = serde_json::from_str(line) else {
        let told = kinds(line).into_iter();
        let offence = |kind| Offence { kind, message: String::new(), field: "line".to_owned() };
        return told.map(offence).collect();
    };
    let message = members.get("message").and_then(Value::as_str).unwrap_or_default();
    // A message that offends is no name for itself.
    let message = if kinds(message).is_empty() { message } else { "" };
    let mut found = Vec::new();
    for (field, value) in &members {
        let text = value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        for kind in kinds(&text) {
            found.push(Offence { kind, message: message.to_owned(), field: field.clone() });
        }
    }
    found
}

/// Fails where a process wrote what no log may tell.
pub fn assert_innocent(lines: &[String]) {
    let offences: Vec<_> = lines.iter().flat_map(|line| offences(line)).collect();
    assert_eq!(offences, [], "a log tells what it must not");
}

/// The kinds of things that `text` must not hold and does.
fn kinds(text: &str) -> Vec<&'static str> {
    static ADDRESS: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+").unwrap());
    static GITHUB: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"gh[pousr]_[A-Za-z0-9]|github_pat_").unwrap());
    static TOKEN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"eyJ[A-Za-z0-9_-]{6}|(?i)bearer [a-z0-9]").unwrap());
    let secrets = [GITHUB_TOKEN, WEBHOOK_SECRET, SECRET];
    let is_kept = || {
        let kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        kept.iter().any(|secret| text.contains(secret.as_str()))
    };
    let is_secret = secrets.iter().any(|secret| text.contains(secret)) || is_kept();
    let checks: [(&'static str, bool); 6] = [
        ("a bearer token", TOKEN.is_match(text)),
        ("an address", ADDRESS.is_match(text)),
        ("an invite token", text.split(|c| !is_of_token(c)).any(is_invite_token)),
        ("a GitHub token", GITHUB.is_match(text)),
        ("a secret", is_secret),
        ("what a candidate wrote", WRITTEN.iter().any(|words| text.contains(words))),
    ];
    checks.into_iter().filter_map(|(kind, is_there)| is_there.then_some(kind)).collect()
}

const fn is_of_token(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '-' | '_')
}

/// 43 characters of URL-safe base64, which no name in the code looks like.
fn is_invite_token(word: &str) -> bool {
    let has = |kind: fn(&char) -> bool| word.chars().any(|c| kind(&c));
    word.len() == 43 && has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase)
}
