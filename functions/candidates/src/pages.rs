//! What the page says.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use shared::app::App;
use shared::domain::candidate_session::{CandidateSession, SessionStatus};
use shared::domain::repository::GitHubUsername;
use shared::error::Error;
use shared::http::page::Page;
use shared::store::sessions::Desk;

/// A heading, and a text below it.
type Words = (&'static str, &'static str);

pub(crate) const CROSS_SITE: Words = (
    "This form was sent from another website",
    "Nothing was changed. Please open the link in your invitation mail and fill in the form there.",
);
pub(crate) const NO_FORM: Words =
    ("Please use the form", "Nothing was changed. Open the link in your invitation mail.");
const NOWHERE: Words = (
    "This link leads nowhere",
    "It may be incomplete, or a newer mail has another link. Please open the link in the newest \
     invitation mail that you have, or ask whoever invited you for another one.",
);
const EXPIRED: Words = (
    "This invitation has expired",
    "Please ask whoever invited you for a new one. Its mail has a link to this page, too.",
);
const COMPLETED: Words = (
    "You have handed in all five days",
    "Nothing was changed: there is nothing left to do in the repositories.",
);
const TOO_MANY: Words =
    ("That was a bit too much at once", "Please wait half a minute and try again.");

/// What happened before the page is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// Nothing.
    Asked,
    /// What was sent is no username.
    Malformed,
    /// The username was remembered.
    Saved,
}

#[derive(Template)]
#[template(path = "username.html")]
#[expect(clippy::struct_excessive_bools, reason = "each shows a part of the page")]
struct Username<'a> {
    nonce: &'a str,
    simulation: &'a str,
    company: &'a str,
    known: Option<&'a str>,
    invitations: Vec<String>,
    completed: bool,
    saved: bool,
    wrong: bool,
}

#[derive(Template)]
#[template(path = "refusal.html")]
struct Refusal<'a> {
    nonce: &'a str,
    heading: &'a str,
    text: &'a str,
}

/// What the page shows of a candidate.
pub(crate) struct Shown {
    session: CandidateSession,
    invitations: Vec<String>,
}

impl From<Desk> for Shown {
    fn from(desk: Desk) -> Self {
        let link = |name: String| format!("{name}/invitations");
        let names = desk.workspaces.iter().map(|workspace| workspace.value.name.url());
        Self { invitations: names.map(link).collect(), session: desk.session.value }
    }
}

/// The page with the form, or without one once there is nothing to change.
pub(crate) fn form(app: &App, shown: Shown, state: State) -> Result<Response, Error> {
    let nonce = app.mint.uuid().simple().to_string();
    let Shown { session, invitations } = shown;
    let page = Username {
        nonce: &nonce,
        simulation: session.simulation_title.as_str(),
        company: &session.company_name,
        known: session.github_username.as_ref().map(GitHubUsername::as_str),
        invitations,
        completed: session.status() == SessionStatus::Completed,
        saved: state == State::Saved,
        wrong: state == State::Malformed,
    };
    let wrong = state == State::Malformed;
    let status = if wrong { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    let html = written(&page)?;
    Ok(Page { status, html, nonce, retry_after: None }.into_response())
}

/// A page that says these words.
pub(crate) fn told(app: &App, status: StatusCode, words: Words) -> Result<Response, Error> {
    page(app, status, words, None)
}

/// The page for an error. A fault of ours is answered as everywhere.
pub(crate) fn refusal(app: &App, error: Error) -> Response {
    let (status, words, retry_after) = match &error {
        Error::NotFound(_) => (StatusCode::NOT_FOUND, NOWHERE, None),
        Error::InviteExpired => (StatusCode::GONE, EXPIRED, None),
        Error::SimulationCompleted => (StatusCode::CONFLICT, COMPLETED, None),
        Error::RateLimited(seconds) => {
            (StatusCode::TOO_MANY_REQUESTS, TOO_MANY, Some((*seconds).max(1)))
        }
        _ => return error.into_response(),
    };
    page(app, status, words, retry_after).unwrap_or_else(IntoResponse::into_response)
}

fn page(
    app: &App,
    status: StatusCode,
    (heading, text): Words,
    retry_after: Option<u32>,
) -> Result<Response, Error> {
    let nonce = app.mint.uuid().simple().to_string();
    let html = written(&Refusal { nonce: &nonce, heading, text })?;
    Ok(Page { status, html, nonce, retry_after }.into_response())
}

fn written(page: &impl Template) -> Result<String, Error> {
    page.render().map_err(|source| Error::internal("writing a page", source))
}
