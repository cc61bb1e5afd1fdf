//! Pages of items.

use aws_sdk_dynamodb::types::AttributeValue;

use crate::error::Error;
use crate::store::Store;
use crate::store::item::{Entity, Item, Stored};

/// The most rows that a list without a limit shows.
pub const ROWS_MAX: i32 = 1_000;

/// Which items to read: a partition of the table or of an index, and the beginning or the end of
/// the sort keys wanted.
#[derive(Debug, Clone)]
pub(crate) struct Range {
    pub(crate) index: Option<&'static str>,
    pub(crate) partition: String,
    pub(crate) sort: Sort,
    pub(crate) newest_first: bool,
    pub(crate) limit: i32,
}

#[derive(Debug, Clone)]
pub(crate) enum Sort {
    All,
    Begins(&'static str),
    UpTo(String),
}

impl Range {
    /// One item's collection in the table, oldest first.
    pub(crate) fn collection(partition: String) -> Self {
        Self { index: None, partition, sort: Sort::All, newest_first: false, limit: ROWS_MAX }
    }

    /// What an index lists under `partition`, newest first.
    pub(crate) fn newest(index: &'static str, partition: String, prefix: &'static str) -> Self {
        let sort = Sort::Begins(prefix);
        Self { index: Some(index), partition, sort, newest_first: true, limit: ROWS_MAX }
    }
}

impl Store {
    /// The items of `range`: one call, at most 1 MB and `limit` of them. The table itself is read
    /// strongly consistent, an index as far as it is.
    pub(crate) async fn items(&self, range: Range) -> Result<Vec<Item>, Error> {
        let (pk, sk) = match range.index {
            None => ("PK".to_owned(), "SK".to_owned()),
            Some(index) => (format!("{index}PK"), format!("{index}SK")),
        };
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .set_index_name(range.index.map(ToOwned::to_owned))
            .expression_attribute_names("#pk", pk)
            .expression_attribute_values(":pk", AttributeValue::S(range.partition))
            .consistent_read(range.index.is_none())
            .scan_index_forward(!range.newest_first)
            .limit(range.limit);
        let query = match range.sort {
            Sort::All => query.key_condition_expression("#pk = :pk"),
            Sort::Begins(prefix) => query
                .key_condition_expression("#pk = :pk AND begins_with(#sk, :sk)")
                .expression_attribute_names("#sk", sk)
                .expression_attribute_values(":sk", AttributeValue::S(prefix.to_owned())),
            Sort::UpTo(last) => query
                .key_condition_expression("#pk = :pk AND #sk <= :sk")
                .expression_attribute_names("#sk", sk)
                .expression_attribute_values(":sk", AttributeValue::S(last)),
        };
        let answer = query
            .send()
            .await
            .map_err(|source| Error::internal("reading from the table", source))?;
        Ok(answer.items.unwrap_or_default())
    }

    /// The rows of `range`. A row that cannot be read is told in the log and left out: it never
    /// fails a list.
    pub(crate) async fn rows<T: Entity>(&self, range: Range) -> Result<Vec<Stored<T>>, Error> {
        let items = self.items(range).await?;
        Ok(items.into_iter().filter_map(readable).collect())
    }
}

fn readable<T: Entity>(item: Item) -> Option<Stored<T>> {
    Stored::from_item(item)
        .inspect_err(|error| tracing::error!(error = %error.chain(), "a row cannot be read"))
        .ok()
}
