//! The table's stream, read in process, and what the EventBridge Pipe makes of it.

use dynoxide::actions::describe_table::DescribeTableRequest;
use dynoxide::actions::get_records::{GetRecordsRequest, Record};
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::{AttributeValue, Database, DynoxideError, Item};

/// Why the stream could not be read.
#[derive(Debug, thiserror::Error)]
pub enum StreamError {
    #[error("cannot find the stream of the table `{table}`")]
    Describe { table: String, source: DynoxideError },
    #[error("the table `{table}` has no stream")]
    NoStream { table: String },
    #[error("cannot open the stream of the table `{table}`")]
    Open { table: String, source: DynoxideError },
    #[error("cannot read on in the table's stream")]
    Read(#[source] DynoxideError),
}

/// Where in the stream to begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StartAt {
    /// After the last change that has happened.
    Latest,
    /// At the oldest change that is still known.
    TrimHorizon,
}

/// A place in the stream of a table.
pub struct Stream {
    database: Database,
    iterator: String,
}

impl Stream {
    /// Opens the stream of `table`; fails if the table or its stream does not exist.
    pub fn open(database: Database, table: &str, start: StartAt) -> Result<Self, StreamError> {
        let described = database
            .describe_table(DescribeTableRequest { table_name: table.to_owned() })
            .map_err(|source| StreamError::Describe { table: table.to_owned(), source })?;
        let no_stream = || StreamError::NoStream { table: table.to_owned() };
        let stream_arn = described.table.latest_stream_arn.ok_or_else(no_stream)?;
        let request = GetShardIteratorRequest {
            stream_arn,
            shard_id: dynoxide::streams::shard_id(table),
            shard_iterator_type: match start {
                StartAt::Latest => "LATEST".to_owned(),
                StartAt::TrimHorizon => "TRIM_HORIZON".to_owned(),
            },
            sequence_number: None,
        };
        let answer = database
            .get_shard_iterator(request)
            .map_err(|source| StreamError::Open { table: table.to_owned(), source })?;
        let iterator = answer.shard_iterator.ok_or_else(no_stream)?;
        Ok(Self { database, iterator })
    }

    /// The next changes, at most 1,000, oldest first; none when there are none yet.
    pub fn next_records(&mut self) -> Result<Vec<Record>, StreamError> {
        let request =
            GetRecordsRequest { shard_iterator: self.iterator.clone(), limit: Some(1_000) };
        let answer = self.database.get_records(request).map_err(StreamError::Read)?;
        if let Some(next) = answer.next_shard_iterator {
            self.iterator = next;
        }
        Ok(answer.records)
    }
}

/// The items that are put under a new key: what the Pipe's filter lets through.
pub struct NewItems(Stream);

impl NewItems {
    /// Opens the stream of `table`; fails if the table or its stream does not exist.
    pub fn open(database: Database, table: &str, start: StartAt) -> Result<Self, StreamError> {
        Stream::open(database, table, start).map(Self)
    }

    /// The next new items, at most 1,000, oldest first. Empty only when the stream's end is reached.
    pub fn next_batch(&mut self) -> Result<Vec<Item>, StreamError> {
        loop {
            let records = self.0.next_records()?;
            let at_the_end = records.is_empty();
            let items: Vec<Item> = records
                .into_iter()
                .filter(|record| record.event_name == "INSERT")
                .filter_map(|record| record.dynamodb.new_image)
                .collect();
            if at_the_end || !items.is_empty() {
                return Ok(items);
            }
        }
    }
}

/// The bodies of the messages the Pipe sends to the job queue: `{"jobId":"<id>"}` for each item whose
/// SK is `JOB`, the id being what follows `JOB#` in its PK. Other items give none.
pub fn job_messages(items: &[Item]) -> Vec<String> {
    items
        .iter()
        .filter(|item| text(item, "SK") == Some("JOB"))
        .filter_map(|item| text(item, "PK")?.strip_prefix("JOB#"))
        .map(|id| serde_json::json!({ "jobId": id }).to_string())
        .collect()
}

fn text<'a>(item: &'a Item, attribute: &str) -> Option<&'a str> {
    match item.get(attribute) {
        Some(AttributeValue::S(text)) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use dynoxide::actions::delete_item::DeleteItemRequest;
    use dynoxide::actions::put_item::PutItemRequest;

    use super::*;
    use crate::table::Table;

    fn item(pk: &str, sk: &str, note: &str) -> Item {
        [("PK", pk), ("SK", sk), ("note", note)]
            .map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned())))
            .into()
    }

    fn put(table: &Table, item: Item) {
        let table_name = table.name().to_owned();
        let request = PutItemRequest { table_name, item, ..PutItemRequest::default() };
        table.database().put_item(request).unwrap();
    }

    fn new_items(table: &Table, start: StartAt) -> NewItems {
        NewItems::open(table.database().clone(), table.name(), start).unwrap()
    }

    #[test]
    fn only_items_under_a_new_key_are_new_items() {
        let table = Table::memory("tenon").unwrap();
        put(&table, item("JOB#1", "JOB", "before"));
        let mut latest = new_items(&table, StartAt::Latest);
        let mut all = new_items(&table, StartAt::TrimHorizon);

        put(&table, item("JOB#1", "JOB", "changed"));
        put(&table, item("JOB#2", "JOB", "new"));
        let mut key = item("JOB#1", "JOB", "");
        key.remove("note");
        let table_name = table.name().to_owned();
        let request = DeleteItemRequest { table_name, key, ..DeleteItemRequest::default() };
        table.database().delete_item(request).unwrap();

        assert_eq!(latest.next_batch().unwrap(), [item("JOB#2", "JOB", "new")]);
        assert_eq!(latest.next_batch().unwrap(), Vec::<Item>::new());
        assert_eq!(
            all.next_batch().unwrap(),
            [item("JOB#1", "JOB", "before"), item("JOB#2", "JOB", "new")]
        );
    }

    #[test]
    fn changes_that_bring_no_new_item_do_not_end_the_reading() {
        let table = Table::memory("tenon").unwrap();
        put(&table, item("A", "A", "first"));
        let mut latest = new_items(&table, StartAt::Latest);

        for number in 0..1_000 {
            put(&table, item("A", "A", &number.to_string()));
        }
        put(&table, item("B", "B", "new"));

        assert_eq!(latest.next_batch().unwrap(), [item("B", "B", "new")]);
    }

    #[test]
    fn a_missing_table_has_no_stream() {
        let table = Table::memory("tenon").unwrap();

        let refused = NewItems::open(table.database().clone(), "other", StartAt::Latest);

        assert!(matches!(refused, Err(StreamError::Describe { table, .. }) if table == "other"));
    }

    #[test]
    fn a_new_job_becomes_a_message_and_nothing_else_does() {
        let items = [
            item("JOB#8f14", "JOB", ""),
            item("SIM#7", "SIM", ""),
            item("JOB#9", "OTHER", ""),
            item("AUDIT#JOB#9", "JOB", ""),
            Item::new(),
        ];

        assert_eq!(job_messages(&items), [r#"{"jobId":"8f14"}"#]);
    }
}
