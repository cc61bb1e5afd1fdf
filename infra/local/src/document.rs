//! The API document, as the routers of all functions write it.

use shared::http::openapi;

use crate::stack::routes;

/// The file of the repository that holds it.
pub const FILE: &str = "docs/openapi.json";

/// What that file must say.
pub fn text() -> Result<String, serde_json::Error> {
    openapi::text(openapi::document(routes().document()))
}
