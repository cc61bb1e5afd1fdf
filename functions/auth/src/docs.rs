//! The API document and the page that shows it, from files in the program.

use axum::Extension;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY};
use shared::app::App;
use shared::domain::text::any;
use shared::error::{Error, Noun};
use shared::http::input::{Input, Reader, Shape, Told};
use shared::http::path::HadSlash;
use shared::http::routes::Routes;
use shared::http::schema::Problem;
use shared::operations;

use crate::file::File;

/// The document of all functions; `cargo dev docs` writes it, and a test compares it with the code.
const DOCUMENT: File = File {
    name: "openapi.json",
    content_type: "application/json",
    bytes: include_bytes!("../../../docs/openapi.json"),
};

const PAGE: &str = include_str!("../docs/index.html");

/// What the page is made of. `docs/README.md` says where the compressed ones come from.
const FILES: [File; 3] = [
    File {
        name: "start.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../docs/start.js"),
    },
    File {
        name: "swagger-ui-bundle.js",
        content_type: "text/javascript; charset=utf-8",
        bytes: include_bytes!("../docs/swagger-ui-bundle.js.gz"),
    },
    File {
        name: "swagger-ui.css",
        content_type: "text/css; charset=utf-8",
        bytes: include_bytes!("../docs/swagger-ui.css.gz"),
    },
];

/// The page styles its elements as it goes and has small pictures in its style sheet. Nothing comes
/// from elsewhere, and no script stands in the page.
const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; \
     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
);

pub(crate) fn router() -> Routes {
    Routes::new().with(operations!(document)).with(operations!(page)).with(operations!(file))
}

/// This document.
#[utoipa::path(
    get, path = "/api/openapi.json", tag = "service", operation_id = "getDocument", security(()),
    responses(
        (status = 200, description = "OpenAPI 3.1.", body = inline(Object)),
        (status = 304, description = "As the caller knows it."),
        (status = 404, description = "Switched off.", body = Problem),
    )
)]
async fn document(State(app): State<App>) -> Result<Response, Error> {
    shown(&app)?;
    Ok(DOCUMENT.answer())
}

/// This document, to read and to try out.
#[utoipa::path(
    get, path = "/docs", tag = "service", operation_id = "getDocumentPage", security(()),
    responses(
        (status = 200, description = "A page.", body = String, content_type = "text/html"),
        (status = 404, description = "Switched off.", body = Problem),
    )
)]
async fn page(
    State(app): State<App>,
    slash: Option<Extension<HadSlash>>,
) -> Result<Response, Error> {
    shown(&app)?;
    // Links of the page are relative, so that a stage of the gateway is kept.
    let folder = if slash.is_some() { "" } else { "docs/" };
    let page = Html(PAGE.replace("{folder}", folder));
    let headers = [
        (CONTENT_SECURITY_POLICY, POLICY),
        (CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
    ];
    Ok((headers, page).into_response())
}

/// A file of the page.
#[utoipa::path(
    get, path = "/docs/{file}", tag = "service", operation_id = "getDocumentFile", security(()),
    params(("file" = String, Path, description = "Its name.", example = "start.js")),
    responses(
        (
            status = 200, description = "The file.",
            content((String = "text/javascript"), (String = "text/css")),
        ),
        (status = 304, description = "As the caller knows it."),
        (status = 404, description = "No such file, or switched off.", body = Problem),
    )
)]
async fn file(State(app): State<App>, Input(Name(name)): Input<Name>) -> Result<Response, Error> {
    shown(&app)?;
    let file = FILES.iter().find(|file| file.name == name);
    Ok(file.ok_or(Error::NotFound(Noun::Route))?.answer())
}

struct Name(String);

impl Shape for Name {
    fn read(reader: &mut Reader) -> Result<Self, Told> {
        Ok(Self(reader.path("file", any)?))
    }
}

fn shown(app: &App) -> Result<(), Error> {
    if app.config.docs_enabled { Ok(()) } else { Err(Error::NotFound(Noun::Route)) }
}
