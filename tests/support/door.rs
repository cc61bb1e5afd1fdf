//! A way to the local GitHub on which answers are lost or replaced.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use http_body_util::Limited;
use shared::app::App;
use shared::config::Config;
use shared::mint::Mint;
use tokio::net::TcpListener;

use crate::story::Story;

/// What becomes of the answer to a call.
#[derive(Debug, Clone)]
pub enum Fate {
    /// GitHub does what it is asked, and its answer breaks off.
    Lost,
    /// GitHub does what it is asked, and this is heard instead.
    Heard(u16, String),
}

type Rules = Arc<Mutex<Vec<(String, u32, Fate)>>>;

/// A door to the local GitHub.
pub struct Door {
    address: String,
    rules: Rules,
}

impl Door {
    /// A door through which everything passes as it is.
    pub async fn open(story: &Story) -> Self {
        let (base, rules) = (story.stack.places.github.clone(), Rules::default());
        let (http, known) = (shared::http_client::build().unwrap(), Arc::clone(&rules));
        let routes = Router::new().fallback(async move |request: Request| {
            pass(&http, base.trim_end_matches('/'), &known, request).await
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { address, rules }
    }

    /// The next `times` calls whose `METHOD /path` contains `part` have this fate.
    pub fn decide(&self, part: &str, times: u32, fate: Fate) {
        self.rules.lock().unwrap().push((part.to_owned(), times, fate));
    }

    /// A process of Tenon on the story's table that reaches GitHub through this door.
    pub async fn process(&self, story: &Story) -> App {
        let mut settings = story.stack.settings.clone();
        settings.insert("TENON_GITHUB_API_BASE".to_owned(), self.address.clone());
        let config = Config::from_lookup(&|name| settings.get(name).cloned()).unwrap();
        App::new(config, story.clock.clone(), Mint::System).await.unwrap().patient()
    }
}

fn fate(rules: &Rules, call: &str) -> Option<Fate> {
    let mut rules = rules.lock().unwrap();
    let rule = rules.iter_mut().find(|(part, left, _)| *left > 0 && call.contains(part.as_str()));
    let (_part, left, fate) = rule?;
    *left -= 1;
    Some(fate.clone())
}

async fn pass(http: &reqwest::Client, base: &str, rules: &Rules, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
    let call = format!("{} {}", parts.method, parts.uri);
    let mut headers = parts.headers;
    headers.remove("host");
    let forwarded = http.request(parts.method, format!("{base}{}", parts.uri)).headers(headers);
    let answer = forwarded.body(body).send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    let bytes = answer.bytes().await.unwrap();
    let mut response = match fate(rules, &call) {
        None => Response::new(Body::from(bytes)),
        Some(Fate::Heard(status, text)) => {
            let response = Response::builder().status(status);
            return response.body(Body::from(text)).unwrap();
        }
        Some(Fate::Lost) => {
            // More comes than may, so it breaks off.
            return Response::new(Body::new(Limited::new(Body::from("lost answer"), 4)));
        }
    };
    *response.status_mut() = status;
    for name in ["location", "retry-after", "content-type"] {
        if let Some(value) = headers.get(name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}
