//! The copy of the table that lagging indexes are read from.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use dynoxide::actions::delete_item::DeleteItemRequest;
use dynoxide::actions::get_records::Record;
use dynoxide::actions::put_item::PutItemRequest;
use dynoxide::actions::scan::ScanRequest;
use dynoxide::{Database, DynoxideError, Item};
use jiff::Timestamp;

use crate::stream::{StartAt, Stream};
use crate::table::{Table, TableError};

/// A second database that is told of the table's changes later than they happen.
pub struct Replica {
    copy: Table,
    changes: Mutex<Changes>,
}

struct Changes {
    stream: Stream,
    /// Oldest first, each with the time it was seen.
    waiting: VecDeque<(Timestamp, Change)>,
}

enum Change {
    Put(Item),
    Delete(Item),
}

impl Replica {
    /// A copy of `table` as it is now, which does not follow it by itself.
    pub fn seeded(table: &Table) -> Result<Self, TableError> {
        // The stream before the scan: a write between the two is then applied twice, not lost.
        let stream = Stream::open(table.database().clone(), table.name(), StartAt::Latest)
            .map_err(TableError::Follow)?;
        let copy = Table::memory(table.name())?;
        copy_items(table.database(), copy.database(), table.name())
            .map_err(|source| TableError::Copy { name: table.name().to_owned(), source })?;
        Ok(Self { copy, changes: Mutex::new(Changes { stream, waiting: VecDeque::new() }) })
    }

    /// Notes what has changed in the table since the last call as seen at `now`.
    pub fn observe(&self, now: Timestamp) -> Result<(), TableError> {
        let mut changes = self.changes();
        loop {
            let records = changes.stream.next_records().map_err(TableError::Follow)?;
            if records.is_empty() {
                return Ok(());
            }
            changes.waiting.extend(records.into_iter().map(|record| (now, change(record))));
        }
    }

    /// Applies the changes that were seen at `time` or before, in their order; returns how many.
    pub fn apply_until(&self, time: Timestamp) -> Result<usize, TableError> {
        let mut changes = self.changes();
        let mut applied = 0;
        while let Some((_, change)) = changes.waiting.pop_front_if(|(seen, _)| *seen <= time) {
            self.apply(change)
                .map_err(|source| TableError::Copy { name: self.copy.name().to_owned(), source })?;
            applied += 1;
        }
        Ok(applied)
    }

    /// The database that holds the copy, under the table's name.
    pub fn database(&self) -> &Database {
        self.copy.database()
    }

    fn apply(&self, change: Change) -> Result<(), DynoxideError> {
        let table_name = self.copy.name().to_owned();
        match change {
            Change::Put(item) => {
                let request = PutItemRequest { table_name, item, ..PutItemRequest::default() };
                self.database().put_item(request).map(drop)
            }
            Change::Delete(key) => {
                let request = DeleteItemRequest { table_name, key, ..DeleteItemRequest::default() };
                self.database().delete_item(request).map(drop)
            }
        }
    }

    fn changes(&self) -> MutexGuard<'_, Changes> {
        self.changes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn change(record: Record) -> Change {
    record.dynamodb.new_image.map_or(Change::Delete(record.dynamodb.keys), Change::Put)
}

fn copy_items(from: &Database, to: &Database, table_name: &str) -> Result<(), DynoxideError> {
    let mut exclusive_start_key: Option<HashMap<_, _>> = None;
    loop {
        let page = from.scan(ScanRequest {
            table_name: table_name.to_owned(),
            exclusive_start_key,
            ..ScanRequest::default()
        })?;
        for item in page.items.unwrap_or_default() {
            to.put_item(PutItemRequest {
                table_name: table_name.to_owned(),
                item,
                ..PutItemRequest::default()
            })?;
        }
        exclusive_start_key = page.last_evaluated_key;
        if exclusive_start_key.is_none() {
            return Ok(());
        }
    }
}
