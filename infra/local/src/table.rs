//! The one table, embedded: dynoxide's DynamoDB over SQLite, in memory or in a file.

pub mod front;
mod order;
pub mod replica;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use dynoxide::actions::create_table::{CreateTableRequest, StreamSpecification};
use dynoxide::actions::list_tables::ListTablesRequest;
use dynoxide::actions::update_time_to_live::{TimeToLiveSpecification, UpdateTimeToLiveRequest};
use dynoxide::types::{
    AttributeDefinition, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType,
};
use dynoxide::{Database, DynoxideError};
use shared::clock::Clock;
use shared::error::chain;
use tokio::net::TcpListener;

use crate::stream::StreamError;
use crate::table::front::Front;
use crate::table::replica::Replica;

/// The attribute, in seconds since the epoch, after which an item may be deleted.
const TTL_ATTRIBUTE: &str = "expiresAtEpoch";

/// How often what has expired is deleted, where time is the machine's.
const EXPIRE_EVERY: Duration = Duration::from_mins(10);

/// Why the embedded table does not work.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    #[error("cannot open the table's file `{}`", path.display())]
    Open { path: PathBuf, source: DynoxideError },
    #[error("cannot make a table in memory")]
    Memory(#[source] DynoxideError),
    #[error("cannot put the table's stream in order")]
    Order(#[source] rusqlite::Error),
    #[error("cannot create the table `{name}`")]
    Create { name: String, source: DynoxideError },
    #[error("cannot delete expired items of the table `{name}`")]
    Sweep { name: String, source: DynoxideError },
    #[error("cannot copy the table `{name}` for its lagging indexes")]
    Copy { name: String, source: DynoxideError },
    #[error("there is no place for a copy of the table")]
    Place(#[source] io::Error),
    #[error("cannot copy the table `{name}` to forget its transactions")]
    Forget { name: String, source: DynoxideError },
    #[error("cannot follow the table's changes for its lagging indexes")]
    Follow(#[source] StreamError),
    #[error("cannot serve the table")]
    Listen(#[source] io::Error),
    #[error("cannot make the client that forwards requests to the table")]
    Client(#[source] reqwest::Error),
}

/// The embedded table; clones share its data.
#[derive(Clone)]
pub struct Table {
    name: String,
    database: Database,
}

impl Table {
    /// A table that lives as long as the value. `name` has 3 to 255 letters, digits, `_`, `-`, `.`.
    pub fn memory(name: &str) -> Result<Self, TableError> {
        let path = order::memory_name();
        let database = Database::new(&path).map_err(TableError::Memory)?;
        order::index_stream(&path).map_err(TableError::Order)?;
        Self::on(database, name)
    }

    /// The table kept in the SQLite file at `path`; file and table are made when they are missing.
    pub fn open(path: &Path, name: &str) -> Result<Self, TableError> {
        let database = Database::new(&path.to_string_lossy())
            .map_err(|source| TableError::Open { path: path.to_path_buf(), source })?;
        order::index_stream(&path.to_string_lossy()).map_err(TableError::Order)?;
        Self::on(database, name)
    }

    fn on(database: Database, name: &str) -> Result<Self, TableError> {
        let table = Self { name: name.to_owned(), database };
        table
            .create_if_missing()
            .map_err(|source| TableError::Create { name: table.name.clone(), source })?;
        Ok(table)
    }

    fn create_if_missing(&self) -> Result<(), DynoxideError> {
        let existing = self.database.list_tables(ListTablesRequest::default())?;
        if existing.table_names.contains(&self.name) {
            return Ok(());
        }
        self.database.create_table(definition(&self.name))?;
        self.database.update_time_to_live(UpdateTimeToLiveRequest {
            table_name: self.name.clone(),
            time_to_live_specification: TimeToLiveSpecification {
                attribute_name: TTL_ATTRIBUTE.to_owned(),
                enabled: true,
            },
        })?;
        Ok(())
    }

    /// The table's name, as requests give it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The database that holds the table, for its stream and for seeding.
    pub fn database(&self) -> &Database {
        &self.database
    }

    /// Serves the DynamoDB protocol on `listener` until the runtime ends and returns the endpoint's
    /// address.
    ///
    /// Where `clock` is the machine's, items that have expired are deleted meanwhile.
    ///
    /// With an `index_lag` above zero, reads of an index show a write only after that long by
    /// `clock`, as on AWS; all other reads see it at once.
    pub async fn serve(
        &self,
        listener: TcpListener,
        index_lag: Duration,
        clock: Clock,
    ) -> Result<String, TableError> {
        let endpoint = endpoint_of(&listener)?;
        if matches!(clock, Clock::System) {
            tokio::spawn(expire(self.clone()));
        }
        if index_lag.is_zero() {
            tokio::spawn(dynoxide::server::serve_on(listener, self.database.clone()));
            return Ok(endpoint);
        }
        let replica = Arc::new(Replica::seeded(self)?);
        let front = Front {
            table: serve_inside(self.database.clone()).await?,
            indexes: serve_inside(replica.database().clone()).await?,
            replica,
            lag: index_lag,
            clock,
            client: front::client().map_err(TableError::Client)?,
        };
        tokio::spawn(async move { axum::serve(listener, front.router()).await });
        Ok(endpoint)
    }

    /// Forgets which transactions there were, as if ten minutes had gone by: one that is sent again under its
    /// token is another. Dynoxide goes through all tokens of ten minutes at each transaction, and after some
    /// thousand that takes longer than the transaction; AWS does not.
    pub fn forget_tokens(&self) -> Result<(), TableError> {
        let place = tempfile::tempdir().map_err(TableError::Place)?;
        let copy = place.path().join("table");
        let copy = copy.to_string_lossy();
        let database = &self.database;
        database
            .vacuum_into(&copy)
            .and_then(|()| database.restore_from(&copy))
            .map_err(|source| TableError::Forget { name: self.name.clone(), source })
    }

    /// Deletes what has expired by the machine's clock and returns how many items that were. AWS does
    /// the same within days, so no read may count on it.
    pub fn sweep_ttl(&self) -> Result<usize, TableError> {
        self.database
            .sweep_ttl()
            .map_err(|source| TableError::Sweep { name: self.name.clone(), source })
    }
}

async fn expire(table: Table) {
    let mut schedule = tokio::time::interval(EXPIRE_EVERY);
    loop {
        schedule.tick().await;
        if let Err(error) = table.sweep_ttl() {
            tracing::warn!(error = chain(&error), "what has expired stays in the table");
        }
    }
}

fn endpoint_of(listener: &TcpListener) -> Result<String, TableError> {
    Ok(format!("http://{}", listener.local_addr().map_err(TableError::Listen)?))
}

async fn serve_inside(database: Database) -> Result<String, TableError> {
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(TableError::Listen)?;
    let endpoint = endpoint_of(&listener)?;
    tokio::spawn(dynoxide::server::serve_on(listener, database));
    Ok(endpoint)
}

fn definition(name: &str) -> CreateTableRequest {
    let attributes = ["PK", "SK", "GSI1PK", "GSI1SK", "GSI2PK", "GSI2SK"];
    CreateTableRequest {
        table_name: name.to_owned(),
        key_schema: key_schema("PK", "SK"),
        attribute_definitions: attributes.into_iter().map(text_attribute).collect(),
        global_secondary_indexes: Some(vec![
            index("GSI1", "GSI1PK", "GSI1SK"),
            index("GSI2", "GSI2PK", "GSI2SK"),
        ]),
        billing_mode: Some("PAY_PER_REQUEST".to_owned()),
        stream_specification: Some(StreamSpecification {
            stream_enabled: true,
            stream_view_type: Some("NEW_AND_OLD_IMAGES".to_owned()),
        }),
        ..CreateTableRequest::default()
    }
}

fn index(name: &str, partition: &str, sort: &str) -> GlobalSecondaryIndex {
    GlobalSecondaryIndex {
        index_name: name.to_owned(),
        key_schema: key_schema(partition, sort),
        projection: Projection {
            projection_type: Some(ProjectionType::ALL),
            non_key_attributes: None,
        },
        provisioned_throughput: None,
    }
}

fn key_schema(partition: &str, sort: &str) -> Vec<KeySchemaElement> {
    vec![
        KeySchemaElement { attribute_name: partition.to_owned(), key_type: KeyType::HASH },
        KeySchemaElement { attribute_name: sort.to_owned(), key_type: KeyType::RANGE },
    ]
}

fn text_attribute(name: &str) -> AttributeDefinition {
    AttributeDefinition { attribute_name: name.to_owned(), attribute_type: ScalarAttributeType::S }
}

#[cfg(test)]
mod tests;
