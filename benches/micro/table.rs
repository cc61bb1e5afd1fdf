//! A table that answers at once: what a read costs without the way to DynamoDB and back.

use std::collections::HashMap;

use aws_sdk_dynamodb::config::{
    BehaviorVersion, Builder, Credentials, Region, SharedCredentialsProvider,
};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_runtime_api::http::StatusCode;
use aws_smithy_types::body::SdkBody;
use serde_json::{Map, Value, json};
use shared::clock::Clock;
use shared::store::Store;
use shared::store::item::{Entity, KEYS, VERSION, item_of};

/// Answers by what a request holds: the first text that is in it decides.
#[derive(Debug, Clone)]
pub(crate) struct Canned(Vec<(&'static str, String)>);

impl Canned {
    /// A table that knows nothing.
    pub(crate) const fn empty() -> Self {
        Self(Vec::new())
    }

    /// The same that answers a `GetItem` that mentions `asked` with `row`.
    pub(crate) fn one<T: Entity>(mut self, asked: &'static str, row: &T) -> Self {
        self.0.push((asked, json!({ "Item": item(row) }).to_string()));
        self
    }

    /// The same that answers a `Query` that mentions `asked` with the page of `rows` whose sort key is called
    /// `sort`: with what is asked for of each.
    pub(crate) fn page<T: Entity>(
        mut self,
        (asked, sort): (&'static str, &str),
        rows: &[T],
    ) -> Self {
        let sent = |name: &str| !KEYS[2..].contains(&name) && name != VERSION || name == sort;
        let items = rows.iter().map(|row| {
            let mut item = item_of(row, 1).unwrap();
            item.retain(|name, _value| sent(name));
            map(&item)
        });
        let items: Vec<_> = items.collect();
        let told = json!({ "Count": items.len(), "ScannedCount": items.len(), "Items": items });
        self.0.push((asked, told.to_string()));
        self
    }

    /// A store over this table.
    pub(crate) fn store(self, clock: Clock) -> Store {
        let nobody = Credentials::new("local", "local", None, None, "local");
        let config = Builder::new()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(nobody))
            .http_client(self);
        Store::new(config, "tenon", clock)
    }
}

impl HttpClient for Canned {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl HttpConnector for Canned {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let asked = request.body().bytes().map(String::from_utf8_lossy).unwrap_or_default();
        let answer = self.0.iter().find(|(holds, _)| asked.contains(holds));
        let (_, told) = answer.expect("a call that was foreseen");
        let body = SdkBody::from(told.as_str());
        let status = StatusCode::try_from(200).expect("a status");
        HttpConnectorFuture::ready(Ok(HttpResponse::new(status, body)))
    }
}

fn item<T: Entity>(row: &T) -> Value {
    map(&item_of(row, 1).unwrap())
}

fn map(attributes: &HashMap<String, AttributeValue>) -> Value {
    let pairs = attributes.iter().map(|(name, value)| (name.clone(), typed(value)));
    Value::Object(pairs.collect::<Map<_, _>>())
}

/// A value as DynamoDB's JSON has it.
fn typed(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!({ "S": text }),
        AttributeValue::N(number) => json!({ "N": number }),
        AttributeValue::Bool(flag) => json!({ "BOOL": flag }),
        AttributeValue::Null(_) => json!({ "NULL": true }),
        AttributeValue::L(values) => json!({ "L": values.iter().map(typed).collect::<Vec<_>>() }),
        AttributeValue::M(values) => json!({ "M": map(values) }),
        other => panic!("no row of ours holds {other:?}"),
    }
}
