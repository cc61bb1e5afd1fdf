//! Files of the repository that are written from the code: a test compares them, `cargo dev docs`
//! writes them anew.

use shared::error::catalogue;

use crate::{document, settings};

/// Every such file, by its path from the root of the repository, with what it must say.
pub fn files() -> Result<[(&'static str, String); 4], serde_json::Error> {
    Ok([
        (document::FILE, document::text()?),
        ("docs/errors.md", catalogue::page()),
        ("docs/settings.md", settings::reference()),
        (".env.example", settings::environment_example()),
    ])
}
