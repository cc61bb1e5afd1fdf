//! What is known of idempotency keys.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::idempotency::IdempotencyRecord;
use crate::error::Error;
use crate::store::Store;
use crate::store::item::{Entity, Stored};
use crate::store::keys::{self, Keys};

impl<O: Serialize + DeserializeOwned> Entity for IdempotencyRecord<O> {
    fn keys(&self) -> Keys {
        keys::idempotency(&self.scope).into()
    }
}

impl Store {
    /// The record of the key with `scope`.
    pub async fn idempotency_record<O: Serialize + DeserializeOwned>(
        &self,
        scope: &str,
    ) -> Result<Option<Stored<IdempotencyRecord<O>>>, Error> {
        self.get(&keys::idempotency(scope)).await
    }
}
