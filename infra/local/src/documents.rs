//! A small durable document store: JSON bodies under a kind and a key, in one SQLite file.
//!
//! A `put` that returned survives the death of the process (SIGKILL included): the write-ahead log
//! is in the file system's hands by then. Only a power cut may take back the last few writes.

use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (kind, key)
) WITHOUT ROWID";

/// The store. Clones share one connection.
#[derive(Debug, Clone)]
pub struct Documents(Arc<Mutex<Connection>>);

/// What can go wrong with a document.
#[derive(Debug, thiserror::Error)]
pub enum DocumentsError {
    /// The file is missing its folder, is not a database, or is held by somebody else.
    #[error("cannot open the document store at `{path}`")]
    Open { path: String, source: rusqlite::Error },
    /// The value has no JSON form (a map with keys that are not text, for example).
    #[error("cannot write the document `{kind}`/`{key}` as JSON")]
    Encode { kind: String, key: String, source: serde_json::Error },
    /// What was stored is not what is asked for.
    #[error("cannot read the document `{kind}`/`{key}` as the type asked for")]
    Decode { kind: String, key: String, source: serde_json::Error },
    /// The database refused.
    #[error("cannot {doing} documents of kind `{kind}`")]
    Database { doing: &'static str, kind: String, source: rusqlite::Error },
}

impl Documents {
    /// Opens the file at `path`, creating it when it is not there; its folder must exist.
    pub fn open(path: &Path) -> Result<Self, DocumentsError> {
        let failed = |source| DocumentsError::Open { path: path.display().to_string(), source };
        Self::prepare(Connection::open(path).map_err(failed)?).map_err(failed)
    }

    /// A store that lives as long as its last clone.
    pub fn memory() -> Result<Self, DocumentsError> {
        let failed = |source| DocumentsError::Open { path: ":memory:".to_owned(), source };
        Self::prepare(Connection::open_in_memory().map_err(failed)?).map_err(failed)
    }

    /// Writes `value` under `kind` and `key`, over what was there.
    pub fn put<T: Serialize>(
        &self,
        kind: &str,
        key: &str,
        value: &T,
    ) -> Result<(), DocumentsError> {
        let body = serde_json::to_string(value).map_err(|source| DocumentsError::Encode {
            kind: kind.to_owned(),
            key: key.to_owned(),
            source,
        })?;
        self.connection()
            .prepare_cached(
                "INSERT OR REPLACE INTO documents (kind, key, body) VALUES (?1, ?2, ?3)",
            )
            .and_then(|mut statement| statement.execute(params![kind, key, body]))
            .map_err(|source| refused("write", kind, source))?;
        Ok(())
    }

    /// Removes the document; one that is not there is no error.
    pub fn remove(&self, kind: &str, key: &str) -> Result<(), DocumentsError> {
        self.connection()
            .prepare_cached("DELETE FROM documents WHERE kind = ?1 AND key = ?2")
            .and_then(|mut statement| statement.execute(params![kind, key]))
            .map_err(|source| refused("remove", kind, source))?;
        Ok(())
    }

    /// Every document of `kind` with its key, in the byte order of the keys.
    pub fn all<T: DeserializeOwned>(&self, kind: &str) -> Result<Vec<(String, T)>, DocumentsError> {
        let rows = self.rows(kind).map_err(|source| refused("read", kind, source))?;
        rows.into_iter()
            .map(|(key, body)| match serde_json::from_str(&body) {
                Ok(value) => Ok((key, value)),
                Err(source) => Err(DocumentsError::Decode { kind: kind.to_owned(), key, source }),
            })
            .collect()
    }

    fn prepare(connection: Connection) -> Result<Self, rusqlite::Error> {
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "NORMAL")?;
        connection.execute(SCHEMA, [])?;
        Ok(Self(Arc::new(Mutex::new(connection))))
    }

    fn rows(&self, kind: &str) -> Result<Vec<(String, String)>, rusqlite::Error> {
        let connection = self.connection();
        let mut statement = connection
            .prepare_cached("SELECT key, body FROM documents WHERE kind = ?1 ORDER BY key")?;
        statement.query_map([kind], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    }

    // A statement that panicked left no half-written row behind: SQLite rolled it back.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn refused(doing: &'static str, kind: &str, source: rusqlite::Error) -> DocumentsError {
    DocumentsError::Database { doing, kind: kind.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(key: &str, value: u32) -> (String, u32) {
        (key.to_owned(), value)
    }

    #[test]
    fn documents_come_back_by_kind_in_the_order_of_their_keys() {
        let documents = Documents::memory().unwrap();

        documents.put("number", "b", &2_u32).unwrap();
        documents.put("number", "a", &1_u32).unwrap();
        documents.put("other", "a", &"text").unwrap();

        assert_eq!(documents.all::<u32>("number").unwrap(), [pair("a", 1), pair("b", 2)]);
        assert_eq!(documents.all::<u32>("nothing").unwrap(), []);
    }

    #[test]
    fn a_second_put_replaces_and_a_removal_may_be_repeated() {
        let documents = Documents::memory().unwrap();

        documents.put("number", "a", &1_u32).unwrap();
        documents.put("number", "a", &7_u32).unwrap();
        assert_eq!(documents.all::<u32>("number").unwrap(), [pair("a", 7)]);

        documents.remove("number", "a").unwrap();
        documents.remove("number", "a").unwrap();
        assert_eq!(documents.all::<u32>("number").unwrap(), []);
    }

    #[test]
    fn what_was_put_is_there_for_the_next_process_while_the_first_never_closed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("local.db");
        let first = Documents::open(&path).unwrap();
        first.put("number", "a", &1_u32).unwrap();

        let second = Documents::open(&path).unwrap();

        assert_eq!(second.all::<u32>("number").unwrap(), [pair("a", 1)]);
        drop(first);
    }

    #[test]
    fn an_error_names_the_document_that_does_not_fit_and_the_file_that_does_not_open() {
        let documents = Documents::memory().unwrap();
        documents.put("number", "a", &"text").unwrap();

        let refusal = documents.all::<u32>("number").unwrap_err();
        let unopened = Documents::open(Path::new("/nowhere/local.db")).unwrap_err();

        assert_eq!(
            refusal.to_string(),
            "cannot read the document `number`/`a` as the type asked for"
        );
        assert_eq!(unopened.to_string(), "cannot open the document store at `/nowhere/local.db`");
    }
}
