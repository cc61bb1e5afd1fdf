//! Items as people and tests read them: each field of a value an attribute, where the table holds most of them
//! in one.

use std::collections::HashMap;

use serde_dynamo::{AttributeValue, from_attribute_value, to_attribute_value};
use serde_json::{Map, Value};
use shared::store::item::{APART, BODY, KEYS, VERSION};
use thiserror::Error;

/// An item: attributes by their names.
pub type Item = HashMap<String, AttributeValue>;

/// An item is none of Tenon's.
#[derive(Debug, Error)]
pub enum CannotOpen {
    /// What should be attributes, or a body, is something else.
    #[error("an item cannot be read")]
    Json(#[from] serde_json::Error),
    /// A field is there twice: in the body, and as an attribute.
    #[error("`{0}` is both in the body and beside it")]
    Twice(String),
    /// A field that no attribute can hold, or the other way round.
    #[error("a field cannot be converted")]
    Field(#[from] serde_dynamo::Error),
}

/// `item`, which is in DynamoDB's JSON, with the fields of its body as attributes. That there was one is
/// told by its attribute, which is null.
pub fn opened(item: Value) -> Result<Item, CannotOpen> {
    let mut item: Item = serde_json::from_value(item)?;
    if let Some(AttributeValue::S(body)) = item.get(BODY) {
        let fields: Map<String, Value> = serde_json::from_str(body)?;
        item.insert(BODY.to_owned(), AttributeValue::Null(true));
        for (name, field) in fields {
            if item.insert(name.clone(), to_attribute_value(field)?).is_some() {
                return Err(CannotOpen::Twice(name));
            }
        }
    }
    Ok(item)
}

/// The opposite of [`opened`], in DynamoDB's JSON: the item as the table holds it.
pub fn closed(mut item: Item) -> Result<Value, CannotOpen> {
    if item.contains_key(BODY) {
        let stays = |name: &str| {
            KEYS.contains(&name) || APART.contains(&name) || [VERSION, BODY].contains(&name)
        };
        let mut fields = Map::new();
        for name in item.keys().filter(|name| !stays(name)).cloned().collect::<Vec<_>>() {
            if let Some(field) = item.remove(&name) {
                fields.insert(name, from_attribute_value(field)?);
            }
        }
        item.insert(BODY.to_owned(), AttributeValue::S(Value::Object(fields).to_string()));
    }
    Ok(serde_json::to_value(item)?)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_item_is_opened_to_its_fields_and_closed_to_what_it_was() {
        let held = json!({
            "PK": { "S": "CS#1" }, "SK": { "S": "CS" }, "id": { "N": "1" }, "version": { "N": "3" },
            "body": { "S": r#"{"mail":{"number":2,"sentAt":null},"role":"Engineer"}"# },
        });
        let shown = json!({
            "PK": { "S": "CS#1" }, "SK": { "S": "CS" }, "id": { "N": "1" }, "version": { "N": "3" },
            "body": { "NULL": true },
            "mail": { "M": { "number": { "N": "2" }, "sentAt": { "NULL": true } } },
            "role": { "S": "Engineer" },
        });
        let item = opened(held.clone()).unwrap();
        assert_eq!(serde_json::to_value(&item).unwrap(), shown);
        assert_eq!(closed(item).unwrap(), held);
    }

    #[test]
    fn an_item_without_a_body_stays_as_it_is() {
        let held = json!({ "PK": { "S": "ID#1" }, "SK": { "S": "ID" } });
        assert_eq!(closed(opened(held.clone()).unwrap()).unwrap(), held);
        let broken = json!({ "PK": { "S": "ID#1" }, "body": { "S": "{" } });
        assert!(opened(broken).is_err(), "a body that is no object is told");
        let twice = json!({ "id": { "N": "1" }, "body": { "S": r#"{"id":1}"# } });
        assert_eq!(
            opened(twice).unwrap_err().to_string(),
            "`id` is both in the body and beside it"
        );
    }
}
