//! A request with an idempotency key is done once: the key is claimed, and the write that does the
//! work also says in the key's record what came of it. A crash in between repeats nothing.
//!
//! A request that is refused or fails gives its claim back: nothing was changed, the key is free.
//! One that dies leaves its claim, which is over after 30 seconds; should it wake up later, its
//! write is refused, because the record is no longer the one it claimed.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::app::App;
use crate::domain::idempotency::{
    IdempotencyKey, IdempotencyRecord, KeyedRequest, Operation, Standing,
};
use crate::error::Error;
use crate::store::item::Stored;
use crate::store::transaction::{Transaction, Written, settled};

/// What was asked for, and whether it was done before.
#[derive(Debug, Clone)]
pub struct Once<T> {
    /// What was asked for.
    pub value: T,
    /// Whether an earlier request with the same key did it.
    pub replayed: bool,
}

impl<T> Once<T> {
    /// The same with another face.
    pub fn map<U>(self, show: impl FnOnce(T) -> U) -> Once<U> {
        Once { value: show(self.value), replayed: self.replayed }
    }

    pub(crate) const fn replayed(value: T) -> Self {
        Self { value, replayed: true }
    }
}

/// How a request with a key starts.
pub(crate) enum Start<O> {
    /// It is to be done now.
    Now(Receipt<O>),
    /// It was done; this is what came of it.
    Before(O),
}

/// The claim on a key, to be signed by the write that does the work. Without a key it is empty.
#[derive(Debug)]
pub(crate) struct Receipt<O>(Option<Stored<IdempotencyRecord<O>>>);

impl<O: Clone + Serialize + DeserializeOwned> Receipt<O> {
    /// Adds to `write` that the request is done once the write is stored.
    pub(crate) fn sign(&self, write: Transaction, outcome: O) -> Result<Transaction, Error> {
        match &self.0 {
            None => Ok(write),
            Some(claimed) => write.replace(claimed, &claimed.value.clone().done(outcome)),
        }
    }

    /// What came of the work. Unless it was done, the claim is given back.
    pub(crate) async fn close<T>(
        self,
        app: &App,
        done: Result<T, Error>,
    ) -> Result<Once<T>, Error> {
        if let (Err(_), Some(claimed)) = (&done, &self.0) {
            let write = Transaction::new().delete(claimed);
            // The record may have come to be done after all, or somebody else's: then it stays. And
            // where the table fails again, the claim ends by itself.
            if let Err(error) = app.store.write(write, &app.mint).await {
                tracing::warn!(error = %error.chain(), "a claim on a key was not given back");
            }
        }
        Ok(Once { value: done?, replayed: false })
    }
}

/// The part of a request with `key` that its record needs; `input` is everything that was asked for.
pub(crate) fn keyed(
    key: Option<&IdempotencyKey>,
    subject: &str,
    operation: Operation,
    input: &impl Serialize,
) -> Result<Option<KeyedRequest>, Error> {
    let Some(key) = key else { return Ok(None) };
    let input = serde_json::to_vec(input)
        .map_err(|source| Error::internal("writing down a request", source))?;
    Ok(Some(KeyedRequest::new(key, subject, operation, &input)))
}

/// Claims the key of `request`, or finds that it was done. Under way elsewhere is 409, the key of
/// another request 422. Without a key the table is not asked.
pub(crate) async fn start<O>(app: &App, request: Option<KeyedRequest>) -> Result<Start<O>, Error>
where
    O: Clone + Serialize + DeserializeOwned,
{
    match request {
        None => Ok(Start::Now(Receipt(None))),
        Some(request) => settled(|| claim(app, &request)).await,
    }
}

async fn claim<O>(app: &App, request: &KeyedRequest) -> Result<Option<Start<O>>, Error>
where
    O: Clone + Serialize + DeserializeOwned,
{
    let now = app.clock.now();
    let record = IdempotencyRecord::under_way(request, now);
    let write = Transaction::new().create(&record)?;
    if app.store.write(write, &app.mint).await? == Written::Yes {
        return Ok(Some(Start::Now(Receipt(Some(Stored::created(record))))));
    }
    let found = app.store.idempotency_record(&request.scope).await?;
    let Some(found) = found else { return Ok(None) };
    match found.value.standing(request, now) {
        Standing::Done(outcome) => Ok(Some(Start::Before(outcome))),
        Standing::UnderWay => Err(Error::IdempotencyInFlight),
        Standing::Other => Err(Error::IdempotencyMismatch),
        Standing::Over => {
            let write = Transaction::new().replace(&found, &record)?;
            Ok(match app.store.write(write, &app.mint).await? {
                Written::Yes => Some(Start::Now(Receipt(Some(found.replaced(record))))),
                Written::Refused => None,
            })
        }
    }
}
