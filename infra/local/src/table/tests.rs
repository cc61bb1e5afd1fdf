use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{BehaviorVersion, Credentials, Region};
use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::types::{
    AttributeValue, KeySchemaElement, Put, TimeToLiveStatus, TransactWriteItem,
};
use jiff::{SignedDuration, Timestamp};
use shared::aws::over::Over;
use shared::config::TlsRoots;
use shared::http_client::Http;

use super::*;

const LAG: Duration = Duration::from_secs(1);

fn nine_o_clock() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().unwrap()
}

async fn client_of(table: &Table, lag: Duration, clock: &Clock) -> Client {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = table.serve(listener, lag, clock.clone()).await.unwrap();
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new("local"))
        .credentials_provider(Credentials::new("local", "local", None, None, "test"))
        .http_client(Over(Http::new(TlsRoots::Embedded)))
        .endpoint_url(endpoint)
        .build();
    Client::from_conf(config)
}

async fn put(client: &Client, pk: &str) {
    let text = |value: &str| AttributeValue::S(value.to_owned());
    client
        .put_item()
        .table_name("tenon")
        .item("PK", text(pk))
        .item("SK", text("SIM"))
        .item("GSI1PK", text("RECRUITER#1"))
        .item("GSI1SK", text(pk))
        .send()
        .await
        .unwrap();
}

async fn on_the_index(client: &Client) -> Vec<String> {
    let answer = client
        .query()
        .table_name("tenon")
        .index_name("GSI1")
        .key_condition_expression("GSI1PK = :recruiter")
        .expression_attribute_values(":recruiter", AttributeValue::S("RECRUITER#1".to_owned()))
        .send()
        .await
        .unwrap();
    answer.items().iter().map(|item| item["PK"].as_s().unwrap().clone()).collect()
}

async fn in_the_table(client: &Client, pk: &str) -> bool {
    let answer = client
        .get_item()
        .table_name("tenon")
        .key("PK", AttributeValue::S(pk.to_owned()))
        .key("SK", AttributeValue::S("SIM".to_owned()))
        .send()
        .await
        .unwrap();
    answer.item().is_some()
}

#[tokio::test]
async fn the_table_has_the_keys_indexes_stream_and_expiry_of_the_template() {
    let table = Table::memory("tenon").unwrap();
    let client = client_of(&table, Duration::ZERO, &Clock::fixed(nine_o_clock())).await;

    let answer = client.describe_table().table_name("tenon").send().await.unwrap();
    let described = answer.table().unwrap();
    let keys: Vec<_> =
        described.key_schema().iter().map(KeySchemaElement::attribute_name).collect();
    let mut indexes: Vec<_> = described
        .global_secondary_indexes()
        .iter()
        .map(|index| {
            let keys: Vec<_> =
                index.key_schema().iter().map(KeySchemaElement::attribute_name).collect();
            let projection = index.projection().unwrap().projection_type().unwrap();
            (index.index_name().unwrap(), keys, projection.as_str())
        })
        .collect();
    indexes.sort_unstable();
    let stream = described.stream_specification().unwrap();
    let expiry = client.describe_time_to_live().table_name("tenon").send().await.unwrap();
    let expiry = expiry.time_to_live_description().unwrap();

    assert_eq!(keys, ["PK", "SK"]);
    assert_eq!(
        indexes,
        [("GSI1", vec!["GSI1PK", "GSI1SK"], "ALL"), ("GSI2", vec!["GSI2PK", "GSI2SK"], "ALL")]
    );
    assert_eq!(stream.stream_view_type().unwrap().as_str(), "NEW_AND_OLD_IMAGES");
    assert_eq!(expiry.attribute_name(), Some("expiresAtEpoch"));
    assert_eq!(expiry.time_to_live_status(), Some(&TimeToLiveStatus::Enabled));
}

#[tokio::test]
async fn a_table_in_a_file_keeps_its_items_and_one_in_memory_forgets_them() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("table.db");
    let clock = Clock::fixed(nine_o_clock());
    let first = Table::open(&file, "tenon").unwrap();
    put(&client_of(&first, Duration::ZERO, &clock).await, "SIM#1").await;

    let reopened = Table::open(&file, "tenon").unwrap();
    let fresh = Table::memory("tenon").unwrap();

    assert!(in_the_table(&client_of(&reopened, Duration::ZERO, &clock).await, "SIM#1").await);
    assert!(!in_the_table(&client_of(&fresh, Duration::ZERO, &clock).await, "SIM#1").await);
}

#[test]
fn a_folder_that_does_not_exist_is_an_error_that_names_the_file() {
    let refused = Table::open(Path::new("/nowhere/at/all/table.db"), "tenon").map(drop);

    assert_eq!(
        refused.unwrap_err().to_string(),
        "cannot open the table's file `/nowhere/at/all/table.db`"
    );
}

#[tokio::test]
async fn without_a_lag_an_index_shows_a_write_at_once() {
    let table = Table::memory("tenon").unwrap();
    let client = client_of(&table, Duration::ZERO, &Clock::fixed(nine_o_clock())).await;

    put(&client, "SIM#1").await;

    assert_eq!(on_the_index(&client).await, ["SIM#1"]);
}

#[tokio::test]
async fn a_lagging_index_shows_a_write_when_the_lag_has_passed_and_the_table_shows_it_at_once() {
    let table = Table::memory("tenon").unwrap();
    let clock = Clock::fixed(nine_o_clock());
    let direct = client_of(&table, Duration::ZERO, &clock).await;
    put(&direct, "SIM#1").await;
    let lagging = client_of(&table, LAG, &clock).await;

    put(&lagging, "SIM#2").await;
    assert!(in_the_table(&lagging, "SIM#2").await);
    assert_eq!(on_the_index(&lagging).await, ["SIM#1"]);

    clock.advance(SignedDuration::from_millis(999));
    assert_eq!(on_the_index(&lagging).await, ["SIM#1"]);

    clock.advance(SignedDuration::from_millis(1));
    assert_eq!(on_the_index(&lagging).await, ["SIM#1", "SIM#2"]);
}

#[tokio::test]
async fn a_refusal_of_the_table_passes_the_front_unchanged() {
    let table = Table::memory("tenon").unwrap();
    let client = client_of(&table, LAG, &Clock::fixed(nine_o_clock())).await;

    let refused = client.get_item().table_name("other").send().await.unwrap_err();

    assert_eq!(
        refused.into_service_error().meta().code(),
        Some("ValidationException"),
        "a request without a key is invalid whatever the table"
    );
}

#[tokio::test]
async fn a_replica_applies_changes_up_to_a_time_and_deletions_too() {
    let table = Table::memory("tenon").unwrap();
    let clock = Clock::fixed(nine_o_clock());
    let client = client_of(&table, Duration::ZERO, &clock).await;
    let replica = Replica::seeded(&table).unwrap();
    let ten_o_clock = nine_o_clock() + SignedDuration::from_hours(1);

    put(&client, "SIM#1").await;
    put(&client, "SIM#2").await;
    replica.observe(nine_o_clock()).unwrap();
    client
        .delete_item()
        .table_name("tenon")
        .key("PK", AttributeValue::S("SIM#1".to_owned()))
        .key("SK", AttributeValue::S("SIM".to_owned()))
        .send()
        .await
        .unwrap();
    replica.observe(ten_o_clock).unwrap();
    let copy = Table { name: "tenon".to_owned(), database: replica.database().clone() };
    let copied = client_of(&copy, Duration::ZERO, &clock).await;

    assert_eq!(replica.apply_until(nine_o_clock() - SignedDuration::from_secs(1)).unwrap(), 0);
    assert_eq!(on_the_index(&copied).await, Vec::<String>::new());
    assert_eq!(replica.apply_until(nine_o_clock()).unwrap(), 2);
    assert_eq!(on_the_index(&copied).await, ["SIM#1", "SIM#2"]);
    assert_eq!(replica.apply_until(ten_o_clock).unwrap(), 1);
    assert_eq!(on_the_index(&copied).await, ["SIM#2"]);
}

#[tokio::test]
async fn a_sweep_deletes_what_has_expired_and_nothing_else() {
    let table = Table::memory("tenon").unwrap();
    let client = client_of(&table, Duration::ZERO, &Clock::fixed(nine_o_clock())).await;
    for (pk, expires) in [("SIM#old", "1000000000"), ("SIM#new", "4000000000")] {
        client
            .put_item()
            .table_name("tenon")
            .item("PK", AttributeValue::S(pk.to_owned()))
            .item("SK", AttributeValue::S("SIM".to_owned()))
            .item("expiresAtEpoch", AttributeValue::N(expires.to_owned()))
            .send()
            .await
            .unwrap();
    }

    assert_eq!(table.sweep_ttl().unwrap(), 1);
    assert!(!in_the_table(&client, "SIM#old").await);
    assert!(in_the_table(&client, "SIM#new").await);
}

#[tokio::test]
async fn a_table_that_forgets_its_tokens_keeps_its_items_and_takes_a_token_anew() {
    let table = Table::memory("tenon").unwrap();
    let client = client_of(&table, Duration::ZERO, &Clock::fixed(nine_o_clock())).await;
    put(&client, "SIM#1").await;
    let written = async |pk: &str| {
        let text = |value: &str| AttributeValue::S(value.to_owned());
        let put = Put::builder().table_name("tenon").item("PK", text(pk)).item("SK", text("SIM"));
        let item = TransactWriteItem::builder().put(put.build().unwrap()).build();
        let write = client.transact_write_items().transact_items(item);
        let written = write.client_request_token("the token").send().await;
        written.map(drop).map_err(|refused| refused.code().unwrap().to_owned())
    };
    assert_eq!(written("SIM#2").await, Ok(()));
    assert_eq!(written("SIM#3").await, Err("IdempotentParameterMismatchException".to_owned()));

    table.forget_tokens().unwrap();

    assert_eq!(written("SIM#3").await, Ok(()));
    assert_eq!(on_the_index(&client).await, ["SIM#1"]);
    assert!(in_the_table(&client, "SIM#2").await && in_the_table(&client, "SIM#3").await);
}
