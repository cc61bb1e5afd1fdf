//! A GitHub that refuses what it is told to, in front of the local one.

use std::sync::{Arc, Mutex, OnceLock};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http::StatusCode;
use tokio::net::TcpListener;

use crate::story::Story;

/// What is refused: the end of a method and path, as `POST …/generate`, and how.
type Refusals = Arc<Mutex<Vec<(String, u16, Option<u32>)>>>;

/// Tells which calls to GitHub are refused.
#[derive(Clone)]
pub struct Detour {
    refusals: Refusals,
    github: Arc<OnceLock<String>>,
}

impl Story {
    /// A story whose calls to GitHub can be refused; with these settings beside the usual ones.
    pub async fn with_detour(settings: &[(&str, &str)]) -> (Self, Detour) {
        let detour = Detour { refusals: Refusals::default(), github: Arc::default() };
        let base = detour.serve().await;
        let unlimited =
            ["SECOND", "MINUTE", "HOUR"].map(|of| format!("TENON_GITHUB_CREATES_PER_{of}"));
        let mut all: Vec<(&str, &str)> =
            unlimited.iter().map(|name| (name.as_str(), "0")).collect();
        all.push(("TENON_GITHUB_API_BASE", &base));
        all.extend(settings);
        let story = Self::with(&all).await;
        detour.github.set(story.stack.places.github.clone()).unwrap();
        (story, detour)
    }
}

impl Detour {
    /// From now on calls whose method and path begin and end like this are refused: `POST` and
    /// `/generate`, say.
    pub fn refuse(&self, call: &str, status: u16) {
        self.refuse_for(call, status, None);
    }

    /// The same, with `Retry-After`.
    pub fn refuse_for(&self, call: &str, status: u16, seconds: Option<u32>) {
        self.refusals.lock().unwrap().push((call.to_owned(), status, seconds));
    }

    /// Refuses nothing any more.
    pub fn allow(&self) {
        self.refusals.lock().unwrap().clear();
    }

    async fn serve(&self) -> String {
        let http = shared::http_client::build().unwrap();
        let detour = self.clone();
        let front =
            Router::new().fallback(async move |request: Request| match detour.refusal(&request) {
                Some(refused) => refused,
                None => detour.pass_on(&http, request).await,
            });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, front).await });
        format!("http://{address}/")
    }

    fn refusal(&self, request: &Request) -> Option<Response> {
        let refusals = self.refusals.lock().unwrap();
        let (_call, status, seconds) = refusals.iter().find(|(call, _status, _seconds)| {
            let (method, end) = call.split_once(' ').unwrap();
            *request.method() == *method && request.uri().path().ends_with(end)
        })?;
        let mut response = Response::new(Body::from("{}"));
        *response.status_mut() = StatusCode::from_u16(*status).unwrap();
        if let Some(seconds) = seconds {
            response.headers_mut().insert("retry-after", (*seconds).into());
        }
        Some(response)
    }

    async fn pass_on(&self, http: &reqwest::Client, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let path = parts.uri.path_and_query().map_or("", |path| path.as_str());
        let address = format!("{}{}", self.github.get().unwrap(), path.trim_start_matches('/'));
        let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let mut call = http.request(parts.method, address).body(body);
        for name in ["authorization", "content-type"] {
            if let Some(value) = parts.headers.get(name) {
                call = call.header(name, value);
            }
        }
        let answer = call.send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut response = Response::new(Body::from(answer.bytes().await.unwrap()));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        response
    }
}
