//! One write: everything or nothing, each part on its condition.

use std::time::Duration;

use aws_sdk_dynamodb::error::ProvideErrorMetadata;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{AttributeValue, Delete, Put, TransactWriteItem, Update};

use crate::error::Error;
use crate::mint::Mint;
use crate::store::Store;
use crate::store::item::{Entity, Item, Stored, VERSION, item_of, key_item, new_item_of};
use crate::store::keys::Key;

/// How often a write that met another one is tried again.
const CONFLICTS_MAX: u32 = 8;
/// The longest first pause after such a meeting, in milliseconds; it doubles each time.
const CONFLICT_PAUSE_MS: u64 = 10;

/// A write in the making. Parts are refused together.
#[derive(Debug, Default)]
pub struct Transaction {
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    Create(Item),
    Replace { item: Item, version: u64 },
    Delete { key: Item, version: u64 },
    Count { key: Item, attribute: &'static str },
}

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub enum Written {
    /// All of it is stored.
    Yes,
    /// A condition did not hold: something was there already, or changed since it was read. Nothing
    /// is stored; whoever asked reads again and decides again.
    Refused,
}

impl Transaction {
    /// A write with nothing in it yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds `value`, which must not be there yet: new state, or a job that follows from this write.
    pub fn create<T: Entity>(mut self, value: &T) -> Result<Self, Error> {
        self.parts.push(Part::Create(new_item_of(value)?));
        Ok(self)
    }

    /// Replaces what was read by `value`; it must not have changed since.
    pub fn replace<T: Entity>(mut self, read: &Stored<T>, value: &T) -> Result<Self, Error> {
        let version = read.version;
        self.parts.push(Part::Replace { item: item_of(value, version + 1)?, version });
        Ok(self)
    }

    /// Deletes what was read; it must not have changed since.
    pub fn delete<T: Entity>(mut self, read: &Stored<T>) -> Self {
        let key = key_item(&read.value.keys().primary);
        self.parts.push(Part::Delete { key, version: read.version });
        self
    }

    /// Reserves `key`, which must be free.
    pub fn guard(mut self, key: &Key) -> Self {
        self.parts.push(Part::Create(key_item(key)));
        self
    }

    /// Adds one to `attribute` of the item at `key`, which must exist.
    pub fn count(mut self, key: &Key, attribute: &'static str) -> Self {
        self.parts.push(Part::Count { key: key_item(key), attribute });
        self
    }
}

impl Part {
    fn into_write(self, table: &str) -> Result<TransactWriteItem, Error> {
        let write = TransactWriteItem::builder();
        let write = match self {
            Self::Create(item) => write.put(
                Put::builder()
                    .table_name(table)
                    .set_item(Some(item))
                    .condition_expression("attribute_not_exists(PK)")
                    .build()
                    .map_err(|source| Error::internal("building a write", source))?,
            ),
            Self::Replace { item, version } => write.put(
                Put::builder()
                    .table_name(table)
                    .set_item(Some(item))
                    .condition_expression("#version = :version")
                    .expression_attribute_names("#version", VERSION)
                    .expression_attribute_values(":version", AttributeValue::N(version.to_string()))
                    .build()
                    .map_err(|source| Error::internal("building a write", source))?,
            ),
            Self::Delete { key, version } => write.delete(
                Delete::builder()
                    .table_name(table)
                    .set_key(Some(key))
                    .condition_expression("#version = :version")
                    .expression_attribute_names("#version", VERSION)
                    .expression_attribute_values(":version", AttributeValue::N(version.to_string()))
                    .build()
                    .map_err(|source| Error::internal("building a write", source))?,
            ),
            Self::Count { key, attribute } => write.update(
                Update::builder()
                    .table_name(table)
                    .set_key(Some(key))
                    .update_expression("ADD #count :one")
                    .condition_expression("attribute_exists(PK)")
                    .expression_attribute_names("#count", attribute)
                    .expression_attribute_values(":one", AttributeValue::N("1".to_owned()))
                    .build()
                    .map_err(|source| Error::internal("building a write", source))?,
            ),
        };
        Ok(write.build())
    }
}

impl Store {
    /// Writes `transaction`; one with nothing in it asks nobody. A write that meets another one, or a
    /// throttle, is tried again under the same client token, up to eight times with growing, random
    /// pauses; then it is [`Error::Contended`], or [`Error::TableUnavailable`] when throttled to the end.
    pub async fn write(&self, transaction: Transaction, mint: &Mint) -> Result<Written, Error> {
        let parts = transaction.parts.into_iter().map(|part| part.into_write(&self.table));
        let parts: Vec<_> = parts.collect::<Result<_, _>>()?;
        if parts.is_empty() {
            return Ok(Written::Yes);
        }
        let token = mint.uuid().to_string();
        let mut throttled = false;
        for attempt in 0..CONFLICTS_MAX {
            let sent = self
                .client
                .transact_write_items()
                .set_transact_items(Some(parts.clone()))
                .client_request_token(&token)
                .send()
                .await;
            let Err(error) = sent else { return Ok(Written::Yes) };
            match verdict(error.as_service_error()) {
                Verdict::Refused => return Ok(Written::Refused),
                Verdict::Conflict => throttled = false,
                Verdict::Throttled => throttled = true,
                Verdict::Broken => return Err(self.failed("writing to the table", error)),
            }
            pause(mint, attempt).await;
        }
        Err(if throttled { self.throttled("writing to the table") } else { Error::Contended })
    }
}

/// How often a decision is made anew because what it was based on changed.
const ROUNDS_MAX: u32 = 16;

/// Decides and writes until it is settled: `attempt` reads, decides and writes, and says `None` when
/// its write was refused because somebody else wrote first. Ends as [`Error::Contended`].
pub async fn settled<T, F, A>(mut attempt: F) -> Result<T, Error>
where
    F: FnMut() -> A,
    A: Future<Output = Result<Option<T>, Error>>,
{
    for _ in 0..ROUNDS_MAX {
        if let Some(done) = attempt().await? {
            return Ok(done);
        }
    }
    Err(Error::Contended)
}

/// As [`settled`], where what the first decision is based on is `read` already: `attempt` decides and
/// writes, and `again` reads anew after a write that was refused.
pub async fn settled_from<R, T, N, B, F, A>(
    mut read: R,
    mut again: N,
    mut attempt: F,
) -> Result<T, Error>
where
    N: FnMut() -> B,
    B: Future<Output = Result<R, Error>>,
    F: FnMut(R) -> A,
    A: Future<Output = Result<Option<T>, Error>>,
{
    for _ in 0..ROUNDS_MAX {
        if let Some(done) = attempt(read).await? {
            return Ok(done);
        }
        read = again().await?;
    }
    Err(Error::Contended)
}

enum Verdict {
    Refused,
    Conflict,
    Throttled,
    Broken,
}

fn verdict(error: Option<&TransactWriteItemsError>) -> Verdict {
    match error {
        Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
            let codes = || cancelled.cancellation_reasons().iter().filter_map(|why| why.code());
            // A refusal is final whatever else happened: the write would be refused again.
            if codes().any(|code| code == "ConditionalCheckFailed") {
                Verdict::Refused
            } else if codes().any(|code| code == "TransactionConflict") {
                Verdict::Conflict
            } else if codes()
                .any(|code| code == "ThrottlingError" || code == "ProvisionedThroughputExceeded")
            {
                Verdict::Throttled
            } else {
                Verdict::Broken
            }
        }
        Some(TransactWriteItemsError::TransactionInProgressException(_)) => Verdict::Conflict,
        Some(other) if other.code() == Some("TransactionConflictException") => Verdict::Conflict,
        _ => Verdict::Broken,
    }
}

async fn pause(mint: &Mint, attempt: u32) {
    let longest = CONFLICT_PAUSE_MS << attempt;
    let milliseconds = u64::from(u32::from_be_bytes(mint.bytes())) % (longest + 1);
    #[expect(clippy::disallowed_methods, reason = "the one wait there is: it ends a conflict")]
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}
