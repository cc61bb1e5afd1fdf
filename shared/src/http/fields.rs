//! The JSON object of a request's body.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

/// The fields of a JSON object. Of two with one name a reader could only guess which is meant, and
/// another program on the way may have guessed otherwise.
pub(crate) struct Fields {
    /// The fields; of a name that came more than once, the last.
    pub(crate) named: Map<String, Value>,
    /// Whether any name came more than once.
    pub(crate) repeated: bool,
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Object)
    }
}

struct Object;

impl<'de> Visitor<'de> for Object {
    type Value = Fields;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut object: M) -> Result<Fields, M::Error> {
        let mut fields = Fields { named: Map::new(), repeated: false };
        while let Some((name, value)) = object.next_entry()? {
            fields.repeated |= fields.named.insert(name, value).is_some();
        }
        Ok(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Fields, serde_json::Error> {
        serde_json::from_str(text)
    }

    #[test]
    fn a_name_that_comes_twice_is_noticed_however_it_is_written() {
        assert!(!read(r#"{"a": 1, "b": {"a": 1}}"#).unwrap().repeated);
        assert!(read(r#"{"a": 1, "b": 2, "a": 1}"#).unwrap().repeated);
        assert!(read(r#"{"a": 1, "\u0061": 1}"#).unwrap().repeated);
    }

    #[test]
    fn what_is_no_object_is_told_from_what_is_no_json() {
        for other in ["null", "[1]", "7", "true", "\"a\""] {
            assert!(read(other).is_err_and(|error| error.is_data()), "{other}");
        }
        let deep = format!("{{\"a\": {}", "[".repeat(200));
        for broken in ["", "{", "{\"a\"}", "{} {}", "\u{feff}{}", "{\"a\": 1e999}", &deep] {
            assert!(read(broken).is_err_and(|error| !error.is_data()), "{broken:.20}");
        }
    }
}
