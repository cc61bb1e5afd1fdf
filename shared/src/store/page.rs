//! Pages of items.

use aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;
use aws_sdk_dynamodb::types::AttributeValue;

use crate::domain::page::{Cursor, List, Page, PageRequest, Place};
use crate::error::Error;
use crate::store::Store;
use crate::store::item::{self, Entity, Item, Stored};
use crate::store::keys::lists;

/// The most items that one read brings which nobody pages through.
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
    /// From the first to the last, both included.
    Between(&'static str, String),
}

/// What one read brought.
struct Read {
    items: Vec<Item>,
    /// Whether it ended before the range did: at its limit, or at 1 MB.
    broke_off: bool,
}

impl Range {
    /// One item's collection in the table, oldest first.
    pub(crate) fn collection(partition: String) -> Self {
        Self { index: None, partition, sort: Sort::All, newest_first: false, limit: ROWS_MAX }
    }

    /// The rows of `list` that stand under `partition`, newest first, and of those the ones `below`
    /// some place, where one is given: one more than are wanted, which tells whether any follow.
    fn listed(list: List, partition: String, wanted: PageRequest, below: Option<Place>) -> Self {
        let (index, prefix) = lists::index(list);
        let seen = wanted.after.map(Cursor::place);
        let bounds = seen.into_iter().chain(below).map(|place| lists::before(list, place));
        let sort = match bounds.min() {
            None => Sort::Begins(prefix),
            // A bound on the key, not a key to start from: what a caller sent is never one.
            Some(bound) => Sort::Between(prefix, bound),
        };
        let limit = i32::from(wanted.rows_max()) + 1;
        Self { index, partition, sort, newest_first: true, limit }
    }

    /// The names of the keys that the range is over.
    fn names(&self) -> (String, String) {
        let index = self.index.unwrap_or_default();
        (format!("{index}PK"), format!("{index}SK"))
    }
}

impl Store {
    /// The items of `range`: one call, at most 1 MB and `limit` of them. The table itself is read
    /// strongly consistent, an index as far as it is.
    pub(crate) async fn items(&self, range: Range) -> Result<Vec<Item>, Error> {
        Ok(self.read(range, &[]).await?.items)
    }

    /// The rows of `range`. A row that cannot be read is told in the log and left out: it never
    /// fails a list.
    pub(crate) async fn rows<T: Entity>(&self, range: Range) -> Result<Vec<Stored<T>>, Error> {
        let items = self.items(range).await?;
        Ok(items.into_iter().filter_map(readable).collect())
    }

    /// A page of `list`, of those rows that stand under `partition`: one call. It ends at what is
    /// wanted or at 1 MB, whichever comes first, and leaves out what cannot be read.
    pub(crate) async fn page<T: Entity>(
        &self,
        list: List,
        partition: String,
        wanted: PageRequest,
    ) -> Result<Page<T>, Error> {
        self.page_below(list, partition, wanted, None).await
    }

    /// The same, of the rows `below` some place only.
    pub(crate) async fn page_below<T: Entity>(
        &self,
        list: List,
        partition: String,
        wanted: PageRequest,
        below: Option<Place>,
    ) -> Result<Page<T>, Error> {
        const { assert!(!T::WIDE, "a few of them are more than one read brings") };
        let range = Range::listed(list, partition, wanted, below);
        let (_partition, sort) = range.names();
        let Read { mut items, broke_off } = self.read(range, &shown(&sort)).await?;
        let more = items.len() > usize::from(wanted.rows_max());
        items.truncate(usize::from(wanted.rows_max()));
        let reached = items.iter().rev().find_map(|item| placed(list, item, &sort));
        let next = reached.filter(|_| more || broke_off);
        let next = next.map(|place| Cursor::after_place(list, place));
        let rows = items.into_iter().filter_map(readable).map(|row| row.value).collect();
        Ok(Page { rows, next })
    }

    /// The items of `range`, with these `attributes` or, where none is named, with all.
    async fn read(&self, range: Range, attributes: &[&str]) -> Result<Read, Error> {
        let (pk, sk) = range.names();
        let query = projected(self.client.query(), attributes)
            .table_name(&self.table)
            .set_index_name(range.index.map(ToOwned::to_owned))
            .expression_attribute_names("#pk", pk)
            .expression_attribute_values(":pk", AttributeValue::S(range.partition))
            .consistent_read(range.index.is_none())
            .scan_index_forward(!range.newest_first)
            .limit(range.limit);
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let query = match &range.sort {
            Sort::All => query.key_condition_expression("#pk = :pk"),
            Sort::Begins(prefix) => query
                .key_condition_expression("#pk = :pk AND begins_with(#sk, :sk)")
                .expression_attribute_names("#sk", sk)
                .expression_attribute_values(":sk", text(prefix)),
            Sort::UpTo(last) => query
                .key_condition_expression("#pk = :pk AND #sk <= :sk")
                .expression_attribute_names("#sk", sk)
                .expression_attribute_values(":sk", text(last)),
            Sort::Between(first, last) => query
                .key_condition_expression("#pk = :pk AND #sk BETWEEN :first AND :last")
                .expression_attribute_names("#sk", sk)
                .expression_attribute_values(":first", text(first))
                .expression_attribute_values(":last", text(last)),
        };
        let answer =
            query.send().await.map_err(|error| self.failed("reading from the table", error))?;
        let broke_off = answer.last_evaluated_key.is_some_and(|key| !key.is_empty());
        Ok(Read { items: answer.items.unwrap_or_default(), broke_off })
    }
}

/// What is asked for of the rows of a page whose sort key is called `sort`. Their other keys and the version,
/// which no page shows, were a third of the attributes: docs/load.md.
fn shown(sort: &str) -> Vec<&str> {
    let mut shown: Vec<&str> = item::parts().collect();
    shown.retain(|name| *name != sort);
    shown.push(sort);
    shown
}

/// A query for these `attributes` of its items or, where none is named, for all.
fn projected(query: QueryFluentBuilder, attributes: &[&str]) -> QueryFluentBuilder {
    // By other names: any may be a word that is reserved.
    let named = attributes.iter().enumerate().map(|(i, name)| (format!("#shown{i}"), *name));
    let (others, query) = named.fold((Vec::new(), query), |(mut others, query), (other, name)| {
        let query = query.expression_attribute_names(&other, name);
        others.push(other);
        (others, query)
    });
    query.set_projection_expression((!others.is_empty()).then(|| others.join(", ")))
}

/// Where a row of `list` is, whose sort key is called `sort`. It is taken from the key: a row that
/// cannot be read otherwise has a place all the same.
fn placed(list: List, item: &Item, sort: &str) -> Option<Place> {
    lists::place(list, item.get(sort)?.as_s().ok()?)
}

fn readable<T: Entity>(item: Item) -> Option<Stored<T>> {
    Stored::from_item(item)
        .inspect_err(|error| tracing::error!(error = %error.chain(), "a row cannot be read"))
        .ok()
}
