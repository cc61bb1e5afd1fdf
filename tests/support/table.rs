//! What the table holds, read and written past Tenon.

use dynoxide::{ImportOptions, Item};
use local::opened::{closed, opened};
use serde_json::{Value, json};

use crate::story::Story;

/// The local table wants a signature and does not verify it.
const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=local/20260302/us-east-1/dynamodb/aws4_request, \
    SignedHeaders=host;x-amz-date, Signature=0";
/// How far the ids of two copies are from each other: a millisecond.
const STEP: u64 = 1 << 12;

impl Story {
    /// Every item whose partition key begins with `prefix`, opened, in DynamoDB's JSON.
    pub async fn items(&self, prefix: &str) -> Vec<Value> {
        let scan = json!({
            "TableName": "tenon",
            "FilterExpression": "begins_with(PK, :prefix)",
            "ExpressionAttributeValues": { ":prefix": { "S": prefix } },
            "ConsistentRead": true,
        });
        self.scan(scan).await.into_iter().map(shown).collect()
    }

    /// Every item there is, as the table holds it, in DynamoDB's JSON.
    pub async fn held_items(&self) -> Vec<Value> {
        self.scan(json!({ "TableName": "tenon", "ConsistentRead": true })).await
    }

    /// Every item there is, opened, in DynamoDB's JSON.
    pub async fn all_items(&self) -> Vec<Value> {
        self.held_items().await.into_iter().map(shown).collect()
    }

    async fn scan(&self, scan: Value) -> Vec<Value> {
        let found = self.ask_table("Scan", scan).await;
        assert!(found["LastEvaluatedKey"].is_null(), "a test's table fits a page");
        found["Items"].as_array().unwrap_or_else(|| panic!("{found:#}")).clone()
    }

    /// The one item whose partition key begins with `partition` and whose sort key is `sort`.
    pub async fn item(&self, partition: &str, sort: &str) -> Value {
        let mut items = self.items(partition).await;
        items.retain(|item| item["SK"]["S"] == sort);
        assert_eq!(items.len(), 1, "{partition} {sort}");
        items.remove(0)
    }

    /// Puts an item, whatever it is; one that was opened is closed.
    pub async fn put_item(&self, item: &Value) {
        let put = json!({ "TableName": "tenon", "Item": held(item) });
        assert_eq!(self.ask_table("PutItem", put).await, json!({}));
    }

    /// Takes an item away.
    pub async fn forget(&self, partition: &str, sort: &str) {
        let key = json!({ "PK": { "S": partition }, "SK": { "S": sort } });
        let delete = json!({ "TableName": "tenon", "Key": key });
        assert_eq!(self.ask_table("DeleteItem", delete).await, json!({}));
    }

    /// The table as it describes itself.
    pub async fn table_description(&self) -> Value {
        let described = self.ask_table("DescribeTable", json!({ "TableName": "tenon" })).await;
        described["Table"].clone()
    }

    async fn ask_table(&self, operation: &str, body: Value) -> Value {
        let request = self
            .http
            .post(&self.stack.places.table)
            .header("x-amz-target", format!("DynamoDB_20120810.{operation}"))
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-date", "20260302T090000Z")
            .header("authorization", SIGNED)
            .body(body.to_string());
        let answer = request.send().await.unwrap();
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    /// Puts `items` at once, and nothing of it into the table's stream.
    pub fn put_items(&self, items: &[Value]) {
        let parsed = items.iter().map(|item| serde_json::from_value::<Item>(held(item)).unwrap());
        let database = self.stack.table.database();
        let put = database.import_items("tenon", parsed.collect(), ImportOptions::default());
        assert_eq!(put.unwrap().items_imported, items.len());
    }
}

fn shown(held: Value) -> Value {
    serde_json::to_value(opened(held).unwrap()).unwrap()
}

/// An opened item as the table holds it.
pub(crate) fn held(item: &Value) -> Value {
    closed(serde_json::from_value(item.clone()).unwrap()).unwrap()
}

/// `count` items like `item`, each older than the one before: the `ids` that it holds, in keys and in
/// values, become smaller ones.
pub fn older_copies(item: &Value, ids: &[u64], count: u64) -> Vec<Value> {
    let text = item.to_string();
    let copy = |number: u64| {
        let renumbered = |text: String, id: &u64| {
            let older = (id - number * STEP).to_string();
            assert_eq!(older.len(), id.to_string().len(), "keys have a fixed length");
            text.replace(&id.to_string(), &older)
        };
        serde_json::from_str(&ids.iter().fold(text.clone(), renumbered)).unwrap()
    };
    (1..=count).map(copy).collect()
}
