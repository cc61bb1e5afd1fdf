//! The table: typed reads, and writes that are conditional and whole.

mod asked;
mod audit;
pub mod clean_ups;
pub mod companies;
pub mod creates;
mod failure;
pub mod idempotency;
pub mod item;
pub mod jobs;
pub mod keys;
pub mod limits;
pub mod page;
pub mod runs;
pub mod sessions;
pub mod simulations;
pub mod submissions;
pub mod suppressions;
pub mod templates;
pub mod transaction;
pub mod users;
pub mod webhooks;

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::interceptors::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_sdk_dynamodb::config::retry::RetryConfig;
use aws_sdk_dynamodb::config::{self, ConfigBag, Intercept, RuntimeComponents};
use aws_sdk_dynamodb::error::BoxError;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use aws_smithy_types::config_bag::{Storable, StoreReplace};
use tracing::Span;

use crate::clock::Clock;
use crate::error::{Error, chain};
use crate::ledger;
use crate::store::asked::Asked;
use crate::store::item::{Entity, Item, Stored, key_item};
use crate::store::keys::Key;
use crate::telemetry::TRACES;

/// The table, behind the real SDK. Clones share their client and their count.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    table: String,
    calls: Calls,
    clock: Clock,
}

/// When an attempt at a request went out, and what it is in a trace.
#[derive(Debug)]
struct SentAt(Instant, Span);

impl Storable for SentAt {
    type Storer = StoreReplace<Self>;
}

/// Counts the requests that went out to the table, retries included, and notes each in the account
/// of the request that it was made for.
#[derive(Debug, Clone, Default)]
pub struct Calls(Arc<AtomicU64>);

impl Calls {
    /// How many there were so far.
    pub fn count(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

impl Intercept for Calls {
    fn name(&self) -> &'static str {
        "Calls"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        let operation = context.request().headers().get("x-amz-target").unwrap_or_default();
        let operation = operation.rsplit('.').next().unwrap_or_default();
        let span = tracing::info_span!(
            target: TRACES, "table", otel.name = operation, otel.kind = "client", db.system.name = "aws.dynamodb",
        );
        config.interceptor_state().store_put(SentAt(Instant::now(), span));
        Ok(())
    }

    fn read_after_attempt(
        &self,
        _context: &FinalizerInterceptorContextRef<'_>,
        _components: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // An attempt that failed before it went out was no call.
        if let Some(SentAt(at, _span)) = config.load::<SentAt>() {
            ledger::table_call(at.elapsed());
            config.interceptor_state().unset::<SentAt>();
        }
        Ok(())
    }
}

impl Store {
    /// The table `table`, reached as `config` says; `clock` dates the alarms about it.
    pub fn new(config: config::Builder, table: impl Into<String>, clock: Clock) -> Self {
        let calls = Calls::default();
        let config = config.interceptor(calls.clone()).interceptor(Asked);
        Self { client: Client::from_conf(config.build()), table: table.into(), calls, clock }
    }

    /// The count of requests, for budgets.
    pub const fn calls(&self) -> &Calls {
        &self.calls
    }

    /// The item at `key` as it is now: strongly consistent.
    pub async fn get<T: Entity>(&self, key: &Key) -> Result<Option<Stored<T>>, Error> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key_item(key)))
            .consistent_read(true)
            .send()
            .await
            .map_err(|error| self.failed("reading from the table", error))?;
        answer.item.map(Stored::from_item).transpose()
    }

    /// The items at `keys`, at most 100, as they are now, by key; in one call.
    async fn get_all(&self, keys: &[Key]) -> Result<HashMap<Key, Item>, Error> {
        let wanted = KeysAndAttributes::builder()
            .set_keys(Some(keys.iter().map(key_item).collect()))
            .consistent_read(true)
            .build()
            .map_err(|source| Error::internal("building a read", source))?;
        let answer = self
            .client
            .batch_get_item()
            .request_items(&self.table, wanted)
            .send()
            .await
            .map_err(|error| self.failed("reading from the table", error))?;
        if answer.unprocessed_keys.is_some_and(|left| !left.is_empty()) {
            return Err(Error::Contended);
        }
        let items = answer.responses.unwrap_or_default().remove(&self.table).unwrap_or_default();
        let named = items.into_iter().filter_map(|item| Some((name_of(&item)?, item)));
        Ok(named.collect())
    }

    /// Opens the connection while the process starts, so that the first request need not. A failure
    /// does not matter: the first request then opens it. It is tried once: where the table refuses, a start
    /// that tried again would only be later, and what answers is connected to, whatever the answer is.
    pub async fn warm_up(&self) {
        let once = config::Builder::new().retry_config(RetryConfig::disabled());
        let read = self.client.get_item().table_name(&self.table);
        let read = read.set_key(Some(key_item(&keys::id_guard(0))));
        let read = read.customize().config_override(once).send();
        let limit = std::time::Duration::from_millis(300);
        match tokio::time::timeout(limit, read).await {
            Ok(Ok(_there)) => {}
            Ok(Err(error)) => {
                tracing::warn!(error = chain(&error), "the table cannot be read while starting");
            }
            Err(_elapsed) => tracing::info!("the table did not answer while starting"),
        }
    }

    /// Whether the table answers within `limit`, by the read of an item that need not be there.
    pub async fn answers_within(&self, limit: std::time::Duration) -> bool {
        let read = self.client.get_item().table_name(&self.table).consistent_read(true);
        let read = read.set_key(Some(key_item(&keys::id_guard(0)))).send();
        match tokio::time::timeout(limit, read).await {
            Ok(Ok(_answer)) => true,
            Ok(Err(error)) => {
                let error = chain(&error);
                tracing::warn!(error, "the table cannot be read");
                false
            }
            Err(_elapsed) => {
                tracing::warn!("the table did not answer in time");
                false
            }
        }
    }
}

fn name_of(item: &Item) -> Option<Key> {
    let text = |name: &str| item.get(name)?.as_s().ok().cloned();
    Some(Key { pk: text("PK")?, sk: text("SK")? })
}

#[cfg(test)]
mod tests;
