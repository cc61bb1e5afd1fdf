//! Items: domain values with their keys and a version.
//!
//! A value is kept as JSON in one attribute. Each attribute of an item is paid for three times, by the table,
//! by the SDK's parser and by who reads what that gives, and values have up to sixty: docs/load.md. What is
//! kept apart is what the table, its stream or an update reads by name. A wide value is kept in attributes: in
//! JSON its text might be six times as long, and more than an item holds.

use std::borrow::Cow;
use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_dynamo::{from_item, to_item};
use serde_json::{Map, Value};

use crate::error::Error;
use crate::ledger;
use crate::store::keys::{Key, Keys};
use crate::store::simulations::CANDIDATE_COUNT;

/// An item as the SDK has it: attributes by their names.
pub type Item = HashMap<String, AttributeValue>;

/// The attribute that counts how often an item was written.
pub const VERSION: &str = "version";
/// The attribute that holds a value as a JSON object, without what is kept apart. An item that only reserves
/// its key has none.
pub const BODY: &str = "body";
/// The table's own attribute for when an item may be deleted, in seconds since the epoch.
pub const EXPIRES: &str = "expiresAtEpoch";
/// The fields of values that are attributes of their own: the Pipe reads the id of a job, the transaction that
/// invites counts, and the table forgets what has expired.
pub const APART: [&str; 3] = ["id", CANDIDATE_COUNT, EXPIRES];
/// The attributes that name an item, in the table and in its indexes.
pub const KEYS: [&str; 6] = ["PK", "SK", "GSI1PK", "GSI1SK", "GSI2PK", "GSI2SK"];

/// The attributes that a value is read from which is no wide one, and by which it is named where it cannot be.
pub(crate) fn parts() -> impl Iterator<Item = &'static str> {
    let [pk, sk, ..] = KEYS;
    [pk, sk, BODY].into_iter().chain(APART)
}

/// What was being done when an item turned out not to parse.
const READING: &str = "reading an item";
const WRITING: &str = "writing an item";

/// Whether an item was there and could not be read: trying again will not help.
pub fn is_unreadable(error: &Error) -> bool {
    matches!(error, Error::Internal { doing: READING, .. })
}

/// A value that is kept in the table.
pub trait Entity: Serialize + DeserializeOwned {
    /// Whether it keeps, as `cause`, what the log calls the request or job that it follows from. No wide one does.
    const FOLLOWS: bool = false;
    /// Whether it holds what somebody else wrote, by the hundred kilobytes, and is kept in attributes.
    const WIDE: bool = false;

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
        let [pk, sk, ..] = KEYS.map(|name| item.remove(name));
        let value = if T::WIDE { read_wide(item) } else { read_body(item) };
        let value = value.map_err(|said| {
            let said = without_values(&said);
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
    let (said, expected) = said.rfind(", expected ").map_or((said, ""), |at| said.split_at(at));
    let begins = said.split(['"', '`']).next().unwrap_or_default().trim_end();
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

fn read_wide<T: Entity>(item: Item) -> Result<T, String> {
    from_item(item).map_err(|source| source.to_string())
}

fn read_body<T: Entity>(mut item: Item) -> Result<T, String> {
    let body = item.remove(BODY);
    let body = body.as_ref().and_then(|body| body.as_s().ok()).map_or("", String::as_str);
    let whole = whole(body, item).ok_or("a body that is no object")?;
    serde_json::from_str(&whole).map_err(|source| source.to_string())
}

/// The JSON of a value whose fields are in `body`, but for those that are kept `apart`; none where the body
/// is no object.
fn whole(body: &str, apart: Item) -> Option<Cow<'_, str>> {
    let rest = body.strip_prefix('{')?;
    if apart.is_empty() {
        return Some(body.into());
    }
    let apart = apart.into_iter().map(|(name, value)| {
        let value = match value {
            AttributeValue::N(number) => number.parse().map_or(Value::Null, Value::Number),
            AttributeValue::S(text) => Value::String(text),
            _ => Value::Null,
        };
        (name, value)
    });
    let mut whole = Value::Object(apart.collect()).to_string();
    whole.pop();
    whole.push_str(if rest.trim_start().starts_with('}') { "" } else { "," });
    whole.push_str(rest);
    Some(whole.into())
}

/// The item of `value`, as version `version` of it.
pub fn item_of<T: Entity>(value: &T, version: u64) -> Result<Item, Error> {
    caused_item_of(value, version, None)
}

/// The item of `value`, which is new.
pub(crate) fn new_item_of<T: Entity>(value: &T) -> Result<Item, Error> {
    caused_item_of(value, 1, ledger::so_far().cause.filter(|_| T::FOLLOWS))
}

fn caused_item_of<T: Entity>(
    value: &T,
    version: u64,
    cause: Option<String>,
) -> Result<Item, Error> {
    const { assert!(!(T::WIDE && T::FOLLOWS), "the cause would be lost") };
    let failed = |source: &dyn std::error::Error| Error::internal(WRITING, source.to_string());
    let mut item = if T::WIDE {
        to_item(value).map_err(|source| failed(&source))?
    } else {
        match serde_json::to_value(value).map_err(|source| failed(&source))? {
            Value::Object(fields) => in_body(fields, cause),
            _ => return Err(Error::internal(WRITING, "a value that is no object")),
        }
    };
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

/// The attributes of a value with these `fields`, which keeps its `cause` unless it has one.
fn in_body(mut fields: Map<String, Value>, cause: Option<String>) -> Item {
    if let Some(cause) = cause {
        fields.entry("cause").or_insert(Value::String(cause));
    }
    let mut item = Item::new();
    for name in APART {
        let attribute = match fields.get(name) {
            Some(Value::Number(number)) => AttributeValue::N(number.to_string()),
            Some(Value::String(text)) => AttributeValue::S(text.clone()),
            _ => continue,
        };
        fields.remove(name);
        item.insert(name.to_owned(), attribute);
    }
    let mut body = Value::Object(fields);
    leave_nulls_out(&mut body);
    item.insert(BODY.to_owned(), AttributeValue::S(body.to_string()));
    item
}

/// What is not there reads as what is null, and half of a workspace is: a kilobyte is a unit of writing.
fn leave_nulls_out(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_name, field| !field.is_null());
            fields.values_mut().for_each(leave_nulls_out);
        }
        Value::Array(values) => values.iter_mut().for_each(leave_nulls_out),
        _ => {}
    }
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
    use serde::Deserialize;

    use super::*;
    use crate::store::keys;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Note {
        id: u64,
        said: String,
        marks: Vec<Option<u8>>,
        answer: Option<Box<Note>>,
        expires_at_epoch: Option<i64>,
    }

    impl Entity for Note {
        fn keys(&self) -> Keys {
            keys::id_guard(self.id).into()
        }
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Essay {
        text: String,
    }

    impl Entity for Essay {
        const WIDE: bool = true;

        fn keys(&self) -> Keys {
            keys::id_guard(1).into()
        }
    }

    fn note() -> Note {
        let said = "he said \"}\",\n and: {".to_owned();
        let marks = vec![Some(1), None];
        Note { id: 9_007_199_254_740_991, said, marks, answer: None, expires_at_epoch: Some(-1) }
    }

    fn text(text: &str) -> AttributeValue {
        AttributeValue::S(text.to_owned())
    }

    fn number(number: &str) -> AttributeValue {
        AttributeValue::N(number.to_owned())
    }

    #[test]
    fn a_value_is_one_attribute_beside_its_keys_and_what_is_read_by_name() {
        let mut item = item_of(&note(), 7).unwrap();

        assert!(KEYS[..2].iter().all(|key| item.remove(*key).is_some()));
        let expected = [
            ("id", number("9007199254740991")),
            ("expiresAtEpoch", number("-1")),
            ("body", text(r#"{"marks":[1,null],"said":"he said \"}\",\n and: {"}"#)),
            ("version", number("7")),
        ];
        assert_eq!(item, expected.map(|(name, value)| (name.to_owned(), value)).into());
    }

    #[test]
    fn a_value_is_read_as_it_was_written_with_and_without_what_may_be_absent() {
        let answered = Note { answer: Some(Box::new(note())), ..note() };
        for note in [note(), Note { expires_at_epoch: None, ..note() }, answered] {
            let read = Stored::<Note>::from_item(item_of(&note, 7).unwrap()).unwrap();
            assert_eq!((read.value, read.version), (note, 7));
        }
    }

    #[test]
    fn a_wide_value_is_kept_in_attributes_so_that_its_text_takes_no_more_than_it_has() {
        let essay = Essay { text: "\u{1b}\n\"".repeat(1_000) };
        let item = item_of(&essay, 1).unwrap();
        assert_eq!((item.get("text"), item.get(BODY)), (Some(&text(&essay.text)), None));
        assert_eq!(Stored::<Essay>::from_item(item).unwrap().value, essay);
    }

    #[test]
    fn an_item_whose_body_is_none_or_broken_or_says_a_thing_twice_is_refused_and_named() {
        let refused = |body: Option<&str>| {
            let mut item = item_of(&note(), 7).unwrap();
            item.remove(BODY);
            item.extend(body.map(|body| (BODY.to_owned(), text(body))));
            let error = Stored::<Note>::from_item(item).unwrap_err();
            assert!(is_unreadable(&error));
            error.chain()
        };
        for (body, why) in [
            (None, "a body that is no object"),
            (Some("{}"), "missing field `said`"),
            (Some("{ }"), "missing field `said`"),
            (Some(r#"[1,"a",[],null,0]"#), "a body that is no object"),
            (Some(r#"{"said":"a","marks":[],"id":1}"#), "duplicate field `id`"),
            (Some(r#"{"said":7,"marks":[]}"#), "invalid type: integer, expected a string"),
            (Some(r#"{"said":"ada@example.com"#), "EOF while parsing a string"),
            (
                Some(r#"{"said":"","marks":"a, expected ada@example.com"}"#),
                "invalid type: string, ",
            ),
        ] {
            let told = refused(body);
            assert!(told.contains("ID#9007199254740991 / ID: ") && told.contains(why), "{told}");
            assert!(!told.contains("ada"), "{told}");
        }
    }

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
