//! A gate in front of a service: open, closed with a refusal, or shut so that nobody ever answers.

use std::time::Duration;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::response::Response;
use http::StatusCode;
use http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::time::timeout;

/// What becomes of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// It passes.
    Open,
    /// It is refused by this name, as the table names its errors.
    Refusing(&'static str),
    /// It waits, until the gate opens.
    Shut,
    /// It waits as long, and then passes: less than GitHub is waited for.
    Slow,
}

/// How long a call waits at a slow gate.
const SLOW: Duration = Duration::from_secs(5);

/// A gate.
pub(crate) struct Gate {
    /// Where it is.
    pub(crate) address: String,
    state: watch::Sender<State>,
}

impl Gate {
    /// An open gate to what is at `base`.
    pub(crate) async fn to(base: &str) -> Self {
        let (state, watched) = watch::channel(State::Open);
        let (http, base) =
            (shared::http_client::build().unwrap(), base.trim_end_matches('/').to_owned());
        let routes = Router::new().fallback(async move |request: Request| {
            let mut watched = watched.clone();
            let state = watched.wait_for(|state| *state != State::Shut).await.unwrap().clone();
            if state == State::Slow {
                let opened = watched.wait_for(|state| *state == State::Open);
                // Passing is what follows either way.
                let _opened = timeout(SLOW, opened).await;
            }
            match state {
                State::Refusing(name) => refusal(name),
                State::Open | State::Shut | State::Slow => pass(&http, &base, request).await,
            }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, routes).await });
        Self { address, state }
    }

    /// From now on the gate is `state`.
    pub(crate) fn is(&self, state: State) {
        self.state.send_replace(state);
    }
}

fn refusal(name: &str) -> Response {
    let body = serde_json::json!({
        "__type": format!("com.amazonaws.dynamodb.v20120810#{name}"),
        "message": "The level of configured provisioned throughput for the table was exceeded.",
    });
    let response = Response::builder().status(StatusCode::BAD_REQUEST);
    let response = response.header("content-type", "application/x-amz-json-1.0");
    response.body(Body::from(body.to_string())).unwrap()
}

async fn pass(http: &reqwest::Client, base: &str, request: Request) -> Response {
    let (mut parts, body) = request.into_parts();
    for name in [CONTENT_LENGTH, TRANSFER_ENCODING, HOST] {
        parts.headers.remove(name);
    }
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let call = http.request(parts.method, format!("{base}{}", parts.uri));
    let answer = call.headers(parts.headers).body(body).send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut response = Response::new(Body::from(answer.bytes().await.unwrap()));
    *response.status_mut() = status;
    *response.headers_mut() = headers;
    response
}
