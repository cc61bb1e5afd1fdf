//! A process of Tenon that is stopped in the middle of a call, while the world goes on; or whose calls
//! of one kind fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use http::header::{CONTENT_LENGTH, TRANSFER_ENCODING};
use shared::app::App;
use shared::config::Config;
use shared::mint::Mint;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::story::Story;

/// What the process calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callee {
    Table,
    GitHub,
}

/// What becomes of a call that is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The first one waits before it is made, until it is let go.
    Once,
    /// None is ever made: 400.
    Never,
}

/// A way to the table or to GitHub on which a call is stopped.
pub struct Held {
    setting: &'static str,
    address: String,
    watch: Arc<Watch>,
}

#[derive(Debug)]
struct Watch {
    http: reqwest::Client,
    base: String,
    /// What its method, its address, its operation or its body holds.
    part: &'static str,
    stop: Stop,
    stopped: AtomicBool,
    arrived: Notify,
    released: Notify,
}

impl Held {
    /// A way on which the calls that hold `part` are stopped.
    pub async fn open(story: &Story, callee: Callee, (part, stop): (&'static str, Stop)) -> Self {
        let setting = match callee {
            Callee::Table => "TENON_TABLE_ENDPOINT",
            Callee::GitHub => "TENON_GITHUB_API_BASE",
        };
        let base = story.stack.settings[setting].trim_end_matches('/').to_owned();
        let watch = Arc::new(Watch {
            http: story.http.clone(),
            base,
            part,
            stop,
            stopped: AtomicBool::default(),
            arrived: Notify::new(),
            released: Notify::new(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        let known = Arc::clone(&watch);
        let routes =
            Router::new().fallback(async move |request: Request| known.pass(request).await);
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { setting, address, watch }
    }

    /// A process of Tenon that goes this way.
    pub async fn process(&self, story: &Story) -> App {
        let mut settings = story.stack.settings.clone();
        settings.insert(self.setting.to_owned(), self.address.clone());
        let config = Config::from_lookup(&|name| settings.get(name).cloned()).unwrap();
        App::new(config, story.clock.clone(), Mint::System).await.unwrap().patient()
    }

    /// Until a call is stopped.
    pub async fn arrived(&self) {
        self.watch.arrived.notified().await;
    }

    /// Lets the call go.
    pub fn release(&self) {
        self.watch.released.notify_one();
    }
}

impl Watch {
    async fn pass(&self, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, 1 << 22).await.unwrap();
        let operation = parts.headers.get("x-amz-target").map_or("", |name| name.to_str().unwrap());
        let told = format!("{} {} {operation} ", parts.method, parts.uri);
        let is_it = (told + &String::from_utf8_lossy(&body)).contains(self.part);
        if is_it && self.stop == Stop::Never {
            return Response::builder().status(400).body(Body::from("{}")).unwrap();
        }
        if is_it && !self.stopped.swap(true, Ordering::SeqCst) {
            self.arrived.notify_one();
            self.released.notified().await;
        }
        let mut headers = parts.headers;
        for name in [CONTENT_LENGTH, TRANSFER_ENCODING] {
            headers.remove(name);
        }
        let call = self.http.request(parts.method, format!("{}{}", self.base, parts.uri));
        let answer = call.headers(headers).body(body).send().await.unwrap();
        let (status, headers) = (answer.status(), answer.headers().clone());
        let mut response = Response::new(Body::from(answer.bytes().await.unwrap()));
        *response.status_mut() = status;
        for (name, value) in &headers {
            if *name != TRANSFER_ENCODING {
                response.headers_mut().insert(name, value.clone());
            }
        }
        response
    }
}
