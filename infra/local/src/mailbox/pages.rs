//! The mailbox for people, and `/mail.json` for programs.

use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use http::{StatusCode, header};
use serde::Serialize;

use crate::mailbox::{Mail, Mailbox};

/// A mail is a stranger's document: it runs nothing and loads nothing. The frame that shows its HTML
/// has this policy too.
const POLICY: &str =
    "default-src 'none'; frame-src 'self'; style-src 'unsafe-inline'; img-src data:";

/// A mail for programs.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Listed<'a> {
    #[serde(flatten)]
    mail: &'a Mail,
    links: Vec<String>,
}

#[derive(Template)]
#[template(path = "mails.html")]
struct MailsPage {
    mails: Vec<Mail>,
}

#[derive(Template)]
#[template(path = "mail.html")]
struct MailPage {
    mail: Mail,
    links: Vec<String>,
}

#[derive(Debug, thiserror::Error)]
#[error("cannot write the page")]
struct PageError(#[from] askama::Error);

pub(super) fn router(mailbox: Mailbox) -> Router {
    Router::new()
        .route("/mail", get(mails))
        .route("/mail.json", get(mails_as_json))
        .route("/mail/{id}", get(mail))
        .with_state(mailbox)
}

async fn mails(State(mailbox): State<Mailbox>) -> Result<Response, PageError> {
    page(&MailsPage { mails: mailbox.mails() })
}

async fn mails_as_json(State(mailbox): State<Mailbox>) -> Response {
    let mails = mailbox.mails();
    let listed: Vec<_> = mails.iter().map(|mail| Listed { mail, links: mail.links() }).collect();
    Json(listed).into_response()
}

async fn mail(
    State(mailbox): State<Mailbox>,
    Path(id): Path<String>,
) -> Result<Response, PageError> {
    match mailbox.mails().into_iter().find(|mail| mail.id == id) {
        Some(mail) => page(&MailPage { links: mail.links(), mail }),
        None => Ok((StatusCode::NOT_FOUND, "There is no such mail.\n").into_response()),
    }
}

fn page(page: &impl Template) -> Result<Response, PageError> {
    Ok(([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(page.render()?)).into_response())
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let cause: &dyn std::error::Error = &self;
        tracing::error!(error = cause, "a page of the mailbox failed");
        (StatusCode::INTERNAL_SERVER_ERROR, self.to_string()).into_response()
    }
}
