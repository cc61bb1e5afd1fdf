//! A door in front of a part of the stack: what Tenon says to that part goes through it, where somebody
//! counts it, holds it up, or loses the answer.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST, TRANSFER_ENCODING};
use http::{StatusCode, request};
use http_body_util::Limited;
use tokio::net::TcpListener;

use crate::places::base;

/// The largest request that passes: what DynamoDB itself takes.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A call on its way.
#[derive(Debug)]
pub struct Call {
    /// Its method, path and headers.
    pub parts: request::Parts,
    /// Its body, which may be changed.
    pub body: Bytes,
}

/// What becomes of a call.
#[derive(Debug)]
pub enum Fate {
    /// It is passed on, and answered.
    Passed,
    /// It does not get through; this is heard instead.
    Refused(StatusCode, String),
    /// It is passed on and done, and the answer breaks off.
    Lost,
}

/// Who stands at a door.
pub trait Keeper: Send + Sync + 'static {
    /// What becomes of `call`.
    fn fate(&self, call: &mut Call) -> Fate;

    /// Hears the answer to a call that was passed on.
    fn heard(&self, call: &request::Parts, answer: &[u8]);
}

struct Door<K> {
    http: reqwest::Client,
    /// Without a `/` at its end.
    base: String,
    keeper: Arc<K>,
}

impl<K> Clone for Door<K> {
    fn clone(&self) -> Self {
        let (http, base) = (self.http.clone(), self.base.clone());
        Self { http, base, keeper: Arc::clone(&self.keeper) }
    }
}

/// Opens a door to what is at `to`, until the runtime ends; where it is, with a `/` at its end.
pub async fn open<K: Keeper>(
    to: &str,
    http: reqwest::Client,
    keeper: &Arc<K>,
) -> io::Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = base(listener.local_addr()?);
    let to = to.trim_end_matches('/').to_owned();
    let door = Door { http, base: to, keeper: Arc::clone(keeper) };
    let routes = Router::new().fallback(pass::<K>).with_state(door);
    tokio::spawn(async move {
        // It listens already, so this ends only with the runtime.
        let _ended = axum::serve(listener, routes).await;
    });
    Ok(address)
}

async fn pass<K: Keeper>(State(door): State<Door<K>>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY_BYTES_MAX).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let mut call = Call { parts, body };
    let fate = door.keeper.fate(&mut call);
    if let Fate::Refused(status, text) = fate {
        return (status, text).into_response();
    }
    let Ok(answer) = door.forward(call).await else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    match fate {
        // More comes than may, so it breaks off.
        Fate::Lost => Response::new(Body::new(Limited::new(Body::from("lost answer"), 4))),
        Fate::Passed | Fate::Refused(..) => answer,
    }
}

impl<K: Keeper> Door<K> {
    async fn forward(&self, call: Call) -> reqwest::Result<Response> {
        let Call { mut parts, body } = call;
        for name in [HOST, CONTENT_LENGTH, TRANSFER_ENCODING] {
            parts.headers.remove(name);
        }
        let address = format!("{}{}", self.base, parts.uri);
        let call = self.http.request(parts.method.clone(), address).headers(parts.headers.clone());
        let answer = call.body(body).send().await?;
        let (status, headers) = (answer.status(), answer.headers().clone());
        let bytes = answer.bytes().await?;
        self.keeper.heard(&parts, &bytes);
        let mut response = Response::new(Body::from(bytes));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use axum::routing::post;

    use super::*;

    /// Refuses the first call, loses the answer to the second, and lets the rest pass.
    #[derive(Default)]
    struct Moody(AtomicU32, AtomicU32);

    impl Keeper for Moody {
        fn fate(&self, call: &mut Call) -> Fate {
            call.body = Bytes::from_static(b"changed");
            match self.0.fetch_add(1, Ordering::SeqCst) {
                0 => Fate::Refused(StatusCode::SERVICE_UNAVAILABLE, "not now".to_owned()),
                1 => Fate::Lost,
                _ => Fate::Passed,
            }
        }

        fn heard(&self, _call: &request::Parts, answer: &[u8]) {
            assert_eq!(answer, b"changed");
            self.1.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[tokio::test]
    async fn a_call_is_refused_or_its_answer_is_lost_or_it_passes_as_its_keeper_says() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let behind = base(listener.local_addr().unwrap());
        let echo = Router::new().route("/echo", post(async |body: Bytes| body));
        tokio::spawn(async move { axum::serve(listener, echo).await });
        let http = shared::http_client::build().unwrap();
        let keeper = Arc::new(Moody::default());
        let door = open(&behind, http.clone(), &keeper).await.unwrap();
        let call = async || http.post(format!("{door}echo")).body("as it was").send().await;

        let refused = call().await.unwrap();
        assert_eq!((refused.status().as_u16(), keeper.1.load(Ordering::SeqCst)), (503, 0));
        let lost = match call().await {
            Ok(answer) => answer.bytes().await.is_err(),
            Err(_broken) => true,
        };
        assert!(lost, "the answer breaks off");
        assert_eq!(keeper.1.load(Ordering::SeqCst), 1, "and yet it was done");
        assert_eq!(call().await.unwrap().text().await.unwrap(), "changed");
    }
}
