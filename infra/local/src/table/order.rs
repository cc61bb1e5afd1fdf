//! The order of the table's stream, as an index: without it every write reads the whole stream to
//! learn which number it is.

use std::sync::atomic::{AtomicU64, Ordering};

use rusqlite::Connection;

const INDEX: &str = "CREATE INDEX IF NOT EXISTS tenon_stream_order ON _stream_records \
                     (table_name, CAST(sequence_number AS INTEGER))";

/// Counts the databases in memory, whose names must differ.
static NAMED: AtomicU64 = AtomicU64::new(0);

/// The name of a database in memory that can be opened twice: it lasts as long as somebody has it
/// open.
pub(super) fn memory_name() -> String {
    let number = NAMED.fetch_add(1, Ordering::Relaxed);
    format!("file:tenon-{number}?mode=memory&cache=shared")
}

/// Adds the index to the database at `path`, which must be open and have its tables.
pub(super) fn index_stream(path: &str) -> Result<(), rusqlite::Error> {
    Connection::open(path)?.execute_batch(INDEX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_a_change_is_found_without_reading_the_others() {
        let path = memory_name();
        let database = dynoxide::Database::new(&path).unwrap();
        index_stream(&path).unwrap();
        index_stream(&path).unwrap();

        let reader = Connection::open(&path).unwrap();
        let question = "EXPLAIN QUERY PLAN SELECT COALESCE(MAX(CAST(sequence_number AS INTEGER)), 0) \
                        FROM _stream_records WHERE table_name = 'tenon'";
        let plan: String = reader.query_row(question, [], |row| row.get(3)).unwrap();

        assert!(plan.starts_with("SEARCH ") && plan.contains("tenon_stream_order"), "{plan}");
        drop(database);
    }

    #[test]
    fn two_databases_in_memory_are_two() {
        assert_ne!(memory_name(), memory_name());
    }
}
