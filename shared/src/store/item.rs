//! Items: domain values with their keys and a version.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_dynamo::{from_item, to_item};

use crate::error::Error;
use crate::ledger;
use crate::store::keys::{Key, Keys};

/// An item as the SDK has it: attributes by their names.
pub type Item = HashMap<String, AttributeValue>;

pub(crate) const VERSION: &str = "version";
/// The attributes that name an item, in the table and in its indexes.
const KEYS: [&str; 6] = ["PK", "SK", "GSI1PK", "GSI1SK", "GSI2PK", "GSI2SK"];

/// What was being done when an item turned out not to parse.
const READING: &str = "reading an item";

/// Whether an item was there and could not be read: trying again will not help.
pub fn is_unreadable(error: &Error) -> bool {
    matches!(error, Error::Internal { doing: READING, .. })
}

/// A value that is kept in the table.
pub trait Entity: Serialize + DeserializeOwned {
    /// Whether it keeps, as `cause`, what the log calls the request or job that it follows from.
    const FOLLOWS: bool = false;

    /// Where it stands.
    fn keys(&self) -> Keys;
}

/// A value as it was read, and the proof of which version that was.
#[derive(Debug, Clone)]
pub struct Stored<T> {
    /// The value.
    pub value: T,
    pub(crate) version: u64,
}

impl<T> Stored<T> {
    /// `value` right after it was created.
    pub const fn created(value: T) -> Self {
        Self { value, version: 1 }
    }

    /// `value` right after it replaced what was read.
    pub fn replaced(&self, value: T) -> Self {
        Self { value, version: self.version + 1 }
    }
}

impl<T: Entity> Stored<T> {
    /// Reads an item; one that does not parse is an error that names its key.
    pub fn from_item(mut item: Item) -> Result<Self, Error> {
        let version = match item.remove(VERSION) {
            Some(AttributeValue::N(number)) => number.parse().unwrap_or(0),
            _ => 0,
        };
        // No value holds its keys, and every attribute that is left costs as much as one that is wanted.
        let [pk, sk, ..] = KEYS.map(|name| item.remove(name));
        let value = from_item(item).map_err(|source| {
            let said = without_values(&source.to_string());
            let said = format!("{} / {}: {said}", shown(pk.as_ref()), shown(sk.as_ref()));
            Error::internal(READING, said)
        })?;
        Ok(Self { value, version })
    }
}

/// What serde says of an item that does not parse, without the value that it stumbled over: that may be
/// what a candidate wrote. What was expected, and which field is missing, is ours.
fn without_values(said: &str) -> String {
    if said.starts_with("missing field") || said.starts_with("duplicate field") {
        return said.to_owned();
    }
    let begins = said.split(['"', '`']).next().unwrap_or_default().trim_end();
    let expected = said.rfind(", expected ").and_then(|at| said.get(at..)).unwrap_or_default();
    format!("{begins}{expected}")
}

/// A key for the log. What follows the kind is shown only where it is a number or a UUID: others hold
/// addresses.
fn shown(key: Option<&AttributeValue>) -> String {
    let text = key.and_then(|value| value.as_s().ok()).map_or("?", String::as_str);
    let Some((kind, rest)) = text.split_once('#') else { return text.to_owned() };
    let plain = rest.chars().all(|c| c.is_ascii_hexdigit() || c == '-' || c == '#');
    format!("{kind}#{}", if plain { rest } else { "…" })
}

/// The item of `value`, as version `version` of it.
pub fn item_of<T: Entity>(value: &T, version: u64) -> Result<Item, Error> {
    let mut item: Item =
        to_item(value).map_err(|source| Error::internal("writing an item", source))?;
    let keys = value.keys();
    put_key(&mut item, ("PK", "SK"), &keys.primary);
    if let Some(key) = &keys.gsi1 {
        put_key(&mut item, ("GSI1PK", "GSI1SK"), key);
    }
    if let Some(key) = &keys.gsi2 {
        put_key(&mut item, ("GSI2PK", "GSI2SK"), key);
    }
    item.insert(VERSION.to_owned(), AttributeValue::N(version.to_string()));
    Ok(item)
}

/// The item of `value`, which is new.
pub(crate) fn new_item_of<T: Entity>(value: &T) -> Result<Item, Error> {
    let mut item = item_of(value, 1)?;
    if T::FOLLOWS
        && let Some(cause) = ledger::so_far().cause
    {
        item.entry("cause".to_owned()).or_insert(AttributeValue::S(cause));
    }
    Ok(item)
}

/// The attributes that name an item.
pub(crate) fn key_item(key: &Key) -> Item {
    let mut item = Item::new();
    put_key(&mut item, ("PK", "SK"), key);
    item
}

fn put_key(item: &mut Item, (pk, sk): (&str, &str), key: &Key) {
    item.insert(pk.to_owned(), AttributeValue::S(key.pk.clone()));
    item.insert(sk.to_owned(), AttributeValue::S(key.sk.clone()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_of_an_unreadable_item_names_fields_and_never_values() {
        for (said, told) in [
            ("missing field `brief`", "missing field `brief`"),
            (
                "invalid type: string \"ada@b.co\", expected u64",
                "invalid type: string, expected u64",
            ),
            (
                "invalid value: string \"a, expected \"b\"\", expected a mail address",
                "invalid value: string, expected a mail address",
            ),
            ("unknown variant `ada`, expected `a` or `b`", "unknown variant, expected `a` or `b`"),
            ("\"ada\" is no address", ""),
        ] {
            assert_eq!(without_values(said), told);
        }
    }
}
