//! The table on AWS is the table of the development stack, and that is the one the code writes.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::story::Story;
use tests::template::read;

fn table() -> Value {
    read("infra/data.yaml")["Resources"]["Table"].clone()
}

fn described(local: &Value) -> (Value, Vec<Value>, BTreeSet<String>) {
    let indexes = local["GlobalSecondaryIndexes"].as_array().unwrap().iter().map(|index| {
        json!({
            "IndexName": index["IndexName"],
            "KeySchema": index["KeySchema"],
            "Projection": { "ProjectionType": index["Projection"]["ProjectionType"] },
        })
    });
    let attributes = local["AttributeDefinitions"].as_array().unwrap().iter();
    let attributes = attributes.map(|attribute| {
        assert_eq!(attribute["AttributeType"], "S");
        attribute["AttributeName"].as_str().unwrap().to_owned()
    });
    (local["KeySchema"].clone(), indexes.collect(), attributes.collect())
}

#[tokio::test]
async fn the_table_has_the_keys_and_indexes_that_the_local_one_has() {
    let story = Story::begin().await;
    let local = story.table_description().await;
    let table = table();

    assert_eq!(described(&table["Properties"]), described(&local));
}

#[tokio::test]
async fn what_the_code_writes_has_the_tables_keys_and_its_time_to_live() {
    let story = Story::with(&[("TENON_RATE_LIMIT_ENABLED", "1")]).await;
    story.invited("ada@example.com").await;
    let table = table();
    let (_, _, keys) = described(&table["Properties"]);
    let time_to_live = &table["Properties"]["TimeToLiveSpecification"];

    let items = story.held_items().await;
    let written: BTreeSet<String> = items
        .iter()
        .flat_map(|item| item.as_object().unwrap().keys().cloned())
        .filter(|name| name.ends_with("PK") || name.ends_with("SK"))
        .collect();
    assert_eq!(written, keys);
    assert_eq!(*time_to_live, json!({ "AttributeName": "expiresAtEpoch", "Enabled": true }));
    assert!(items.iter().any(|item| item["expiresAtEpoch"]["N"].is_string()));
}

#[test]
fn the_table_outlives_mistakes() {
    let table = table();
    let properties = &table["Properties"];

    assert_eq!(table["DeletionPolicy"], "Retain");
    assert_eq!(table["UpdateReplacePolicy"], "Retain");
    assert_eq!(properties["DeletionProtectionEnabled"], true);
    assert_eq!(properties["BillingMode"], "PAY_PER_REQUEST");
    let recovery = &properties["PointInTimeRecoverySpecification"];
    assert_eq!(recovery["PointInTimeRecoveryEnabled"], true);
    assert_eq!(properties["SSESpecification"]["SSEEnabled"], true);
}
