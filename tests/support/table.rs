//! What the table holds, read past Tenon.

use serde_json::{Value, json};

use crate::story::Story;

/// The local table wants a signature and does not verify it.
const SIGNED: &str = "AWS4-HMAC-SHA256 Credential=local/20260302/us-east-1/dynamodb/aws4_request, \
    SignedHeaders=host;x-amz-date, Signature=0";

impl Story {
    /// Every item whose partition key begins with `prefix`, in DynamoDB's JSON.
    pub async fn items(&self, prefix: &str) -> Vec<Value> {
        let scan = json!({
            "TableName": "tenon",
            "FilterExpression": "begins_with(PK, :prefix)",
            "ExpressionAttributeValues": { ":prefix": { "S": prefix } },
            "ConsistentRead": true,
        });
        let request = self
            .http
            .post(&self.stack.places.table)
            .header("x-amz-target", "DynamoDB_20120810.Scan")
            .header("content-type", "application/x-amz-json-1.0")
            .header("x-amz-date", "20260302T090000Z")
            .header("authorization", SIGNED)
            .body(scan.to_string());
        let answer = request.send().await.unwrap();
        let found: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        assert!(found["LastEvaluatedKey"].is_null(), "a test's table fits a page");
        found["Items"].as_array().unwrap_or_else(|| panic!("{found:#}")).clone()
    }
}
