//! The start page: where everything of the stack is.

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use http::{StatusCode, header};

use crate::mailbox::{Mail, Mailbox};

/// How many of the newest mails the page shows.
const MAILS_SHOWN: usize = 5;
/// The page runs nothing and loads nothing.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'";

/// What the page leads to. Addresses are absolute; one `/` at the end of a base is ignored.
#[derive(Clone)]
pub struct Links {
    /// The base of the API, without `/api`.
    pub api: String,
    /// Where the API says that it is well.
    pub health: String,
    /// The base of the pages served here: mailbox and start page.
    pub pages: String,
    /// The local GitHub's page for people.
    pub github: String,
    /// The base of the local GitHub's API.
    pub github_api: String,
    /// The base of the issuer; its form is at `mint`.
    pub issuer: String,
    /// The table's endpoint.
    pub table: String,
    /// The mailbox whose newest mails are shown.
    pub mailbox: Mailbox,
}

#[derive(Template)]
#[template(path = "start.html")]
struct Page<'a> {
    links: &'a Links,
    api: &'a str,
    pages: &'a str,
    issuer: &'a str,
    newest: &'a [Mail],
    mail_count: usize,
}

#[derive(Debug, thiserror::Error)]
#[error("cannot write the start page")]
struct PageError(#[from] askama::Error);

/// The start page at `GET /`.
pub fn router(links: Links) -> Router {
    Router::new().route("/", get(start)).with_state(links)
}

async fn start(State(links): State<Links>) -> Result<Response, PageError> {
    let mails = links.mailbox.mails();
    let page = Page {
        links: &links,
        api: links.api.trim_end_matches('/'),
        pages: links.pages.trim_end_matches('/'),
        issuer: links.issuer.trim_end_matches('/'),
        newest: mails.get(..MAILS_SHOWN).unwrap_or(&mails),
        mail_count: mails.len(),
    };
    Ok(([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(page.render()?)).into_response())
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let cause: &dyn std::error::Error = &self;
        tracing::error!(error = cause, "the start page failed");
        (StatusCode::INTERNAL_SERVER_ERROR, self.to_string()).into_response()
    }
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::Request;
    use http_body_util::BodyExt;
    use shared::clock::Clock;
    use shared::mint::Mint;
    use tower::ServiceExt;

    use super::*;
    use crate::documents::Documents;
    use crate::mailbox::Content;

    fn links() -> Links {
        let clock = Clock::fixed("2026-03-02T09:00:00Z".parse().unwrap());
        let documents = Documents::memory().unwrap();
        Links {
            api: "http://127.0.0.1:3001/".to_owned(),
            health: "http://127.0.0.1:3001/health".to_owned(),
            pages: "http://127.0.0.1:3002".to_owned(),
            github: "http://127.0.0.1:40001/".to_owned(),
            github_api: "http://127.0.0.1:40001/api/v3".to_owned(),
            issuer: "http://127.0.0.1:40002/".to_owned(),
            table: "http://127.0.0.1:40003".to_owned(),
            mailbox: Mailbox::open(documents, clock, Mint::counted()).unwrap(),
        }
    }

    async fn shown(links: &Links) -> String {
        let request = Request::get("/").body(Body::empty()).unwrap();
        let response = router(links.clone()).oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        let body = response.into_body().collect().await.unwrap().to_bytes();
        String::from_utf8(body.to_vec()).unwrap()
    }

    fn mail(subject: &str) -> Content {
        Content { subject: subject.to_owned(), ..Content::default() }
    }

    #[tokio::test]
    async fn the_page_leads_to_every_part_of_the_stack() {
        let page = shown(&links()).await;

        for address in [
            "http://127.0.0.1:3001/",
            "http://127.0.0.1:3001/health",
            "http://127.0.0.1:3002/mail",
            "http://127.0.0.1:40001/",
            "http://127.0.0.1:40002/mint",
        ] {
            assert!(page.contains(&format!(r#"href="{address}""#)), "{address}");
        }
        assert!(page.contains("--endpoint-url http://127.0.0.1:40003"));
        assert!(page.contains("curl -s http://127.0.0.1:3001/health"));
    }

    #[tokio::test]
    async fn the_page_counts_all_mails_and_shows_the_newest_five_escaped() {
        let links = links();
        assert!(shown(&links).await.contains(r#"<span class="count">0</span>"#));
        for subject in ["oldest", "2", "3", "4", "5", "<newest>"] {
            links.mailbox.receive(mail(subject)).unwrap();
        }

        let page = shown(&links).await;

        assert!(page.contains(r#"<span class="count">6</span>"#));
        assert!(page.contains("&#60;newest&#62;</a>"));
        assert!(page.contains(">2</a>"));
        assert!(!page.contains(">oldest</a>"));
    }
}
