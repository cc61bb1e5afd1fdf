//! Files of the repository that are written from the code: a test compares them, `cargo dev docs`
//! writes them anew.

use shared::error::catalogue;

use crate::{document, events, settings};

/// Every such file, by its path from the root of the repository, with what it must say.
pub fn files() -> Result<Vec<(String, String)>, serde_json::Error> {
    let mut files = vec![
        (document::FILE.to_owned(), document::text()?),
        ("docs/errors.md".to_owned(), catalogue::page()),
        ("docs/settings.md".to_owned(), settings::reference()),
        (".env.example".to_owned(), settings::environment_example()),
    ];
    files.extend(events::files()?);
    Ok(files)
}
