//! Items as Tenon has written them, copied: ten thousand candidates in a second and not in an hour.

use std::error::Error;

use dynoxide::{Database, ImportOptions, Item};
use serde_json::Value;

use crate::bench::CannotMeasure;
use crate::invariants::items_of;
use crate::opened::{CannotOpen, closed};
use crate::places::TABLE_NAME;
use crate::table::Table;

/// How far the ids of two copies are from each other: a millisecond.
const STEP: u64 = 1 << 12;
/// What names of repositories have in them: a copy works in the repository of its original.
const REPOSITORY: &str = "tenon-ws-";

/// The id of copy `number` of what has `id`: an older one.
pub(in crate::bench) fn older(id: u64, number: u64) -> u64 {
    id.saturating_sub(number.saturating_mul(STEP))
}

/// Every item of the table, opened, in DynamoDB's JSON.
pub(in crate::bench) fn all(table: &Table) -> Result<Vec<Value>, CannotMeasure> {
    let items = items_of(table).map_err(|error| unusable(&error))?;
    let told = items.iter().map(serde_json::to_value).collect::<Result<_, _>>();
    told.map_err(|error| unusable(&error))
}

/// Puts copies of `items` in which each of `ids` is an older one, a copy for each of `numbers`; nothing of it
/// gets into the table's stream.
pub(super) fn put(
    database: &Database,
    items: &[&Value],
    ids: &[u64],
    numbers: impl Iterator<Item = u64>,
) -> Result<(), CannotMeasure> {
    let mut copies = Vec::new();
    for number in numbers {
        let pairs: Vec<_> =
            ids.iter().map(|id| (id.to_string(), older(*id, number).to_string())).collect();
        for item in items {
            copies.push(copy_of(item, &pairs).map_err(|error| unusable(&error))?);
        }
    }
    let put = database.import_items(TABLE_NAME, copies, ImportOptions::default());
    put.map(|_imported| ()).map_err(|error| unusable(&error))
}

fn copy_of(item: &Value, ids: &[(String, String)]) -> Result<Item, CannotOpen> {
    let copy = serde_json::from_value(renumbered(item, ids))?;
    Ok(serde_json::from_value(closed(copy)?)?)
}

fn renumbered(value: &Value, ids: &[(String, String)]) -> Value {
    match value {
        Value::String(text) if !text.contains(REPOSITORY) => {
            let replace = |text: String, (old, new): &(String, String)| text.replace(old, new);
            Value::String(ids.iter().fold(text.clone(), replace))
        }
        Value::Array(values) => values.iter().map(|value| renumbered(value, ids)).collect(),
        Value::Object(fields) => {
            let fields = fields.iter().map(|(name, value)| (name.clone(), renumbered(value, ids)));
            Value::Object(fields.collect())
        }
        other => other.clone(),
    }
}

fn unusable(error: &dyn Error) -> CannotMeasure {
    CannotMeasure::Scene(format!("the table: {error}"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_copy_has_older_ids_in_keys_and_values_and_the_repository_of_its_original() {
        let item = json!({
            "PK": { "S": "CS#0244525093895757" },
            "id": { "N": "244525093895757" },
            "tasks": { "L": [{ "N": "1" }] },
            "repository": { "S": "org/tenon-ws-244525093895757-task7" },
        });
        let pairs = [("244525093895757".to_owned(), older(244_525_093_895_757, 2).to_string())];
        let expected = json!({
            "PK": { "S": "CS#0244525093887565" },
            "id": { "N": "244525093887565" },
            "tasks": { "L": [{ "N": "1" }] },
            "repository": { "S": "org/tenon-ws-244525093895757-task7" },
        });
        assert_eq!(renumbered(&item, &pairs), expected);
    }
}
