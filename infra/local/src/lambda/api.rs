//! The Lambda Runtime API, for one process: `next`, `response`, `error` and `init/error`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use tokio::sync::{mpsc, oneshot, watch};

/// The names of a function, as its context tells them.
pub(super) const ARN: &str = "arn:aws:lambda:us-east-1:000000000000:function:";
const REQUEST_ID: HeaderName = HeaderName::from_static("lambda-runtime-aws-request-id");
const DEADLINE: HeaderName = HeaderName::from_static("lambda-runtime-deadline-ms");
const FUNCTION_ARN: HeaderName = HeaderName::from_static("lambda-runtime-invoked-function-arn");
const TRACE_ID: HeaderName = HeaderName::from_static("lambda-runtime-trace-id");
const ERROR_TYPE: HeaderName = HeaderName::from_static("lambda-runtime-function-error-type");

/// An event on its way to a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// Identifies the invocation.
    pub request_id: String,
    /// The event, as JSON.
    pub event: Bytes,
    /// When its time is over, in milliseconds since 1970.
    pub deadline_ms: i64,
    /// The X-Ray header, where the invocation is traced.
    pub trace_id: Option<String>,
}

/// What a process said of an invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Its answer.
    Response(Bytes),
    /// That it failed.
    Error {
        /// The kind, from the header.
        kind: Option<String>,
        /// The description, as JSON.
        body: Bytes,
    },
}

/// How far a process has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stage {
    /// It has not asked for an event.
    Starting,
    /// It has asked for its first event.
    Ready,
    /// It said that it cannot start.
    Unfit(Bytes),
}

/// One process's side of the service.
#[derive(Debug)]
pub(super) struct Desk {
    function: String,
    waiting: tokio::sync::Mutex<mpsc::Receiver<(Invocation, oneshot::Sender<Said>)>>,
    open: Mutex<BTreeMap<String, oneshot::Sender<Said>>>,
    stage: watch::Sender<Stage>,
}

impl Desk {
    /// The desk of `function`'s process, which takes its invocations from `waiting`.
    pub(super) fn new(
        function: &str,
        waiting: mpsc::Receiver<(Invocation, oneshot::Sender<Said>)>,
        stage: watch::Sender<Stage>,
    ) -> Arc<Self> {
        let waiting = tokio::sync::Mutex::new(waiting);
        let open = Mutex::default();
        Arc::new(Self { function: function.to_owned(), waiting, open, stage })
    }

    /// The service at this desk.
    pub(super) fn routes(self: Arc<Self>) -> Router {
        let under = |rest: &str| format!("/2018-06-01/runtime/{rest}");
        Router::new()
            .route(&under("invocation/next"), get(next))
            .route(&under("invocation/{id}/response"), post(response))
            .route(&under("invocation/{id}/error"), post(error))
            .route(&under("init/error"), post(unfit))
            .with_state(self)
    }

    fn said(&self, id: &str, said: Said) -> StatusCode {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).remove(id);
        // Nobody may wait any more: the invocation's time was over.
        let heard = open.is_some_and(|open| open.send(said).is_ok());
        if heard { StatusCode::ACCEPTED } else { StatusCode::BAD_REQUEST }
    }
}

async fn next(State(desk): State<Arc<Desk>>) -> Response {
    desk.stage.send_if_modified(|stage| {
        let first = *stage == Stage::Starting;
        if first {
            *stage = Stage::Ready;
        }
        first
    });
    let Some((invocation, answer)) = desk.waiting.lock().await.recv().await else {
        // No event will ever come: on AWS the process is frozen here, and later ended.
        return std::future::pending().await;
    };
    let Invocation { request_id, event, deadline_ms, trace_id } = invocation;
    desk.open.lock().unwrap_or_else(PoisonError::into_inner).insert(request_id.clone(), answer);
    let deadline = deadline_ms.to_string();
    let arn = format!("{ARN}{}", desk.function);
    let told = [
        (REQUEST_ID, Some(request_id)),
        (DEADLINE, Some(deadline)),
        (FUNCTION_ARN, Some(arn)),
        (TRACE_ID, trace_id),
    ];
    let told = told
        .into_iter()
        .filter_map(|(name, value)| Some((name, HeaderValue::try_from(value?).ok()?)));
    (told.collect::<HeaderMap>(), event).into_response()
}

async fn response(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    body: Bytes,
) -> StatusCode {
    desk.said(&id, Said::Response(body))
}

async fn error(
    State(desk): State<Arc<Desk>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let kind = headers.get(ERROR_TYPE).and_then(|kind| kind.to_str().ok()).map(ToOwned::to_owned);
    desk.said(&id, Said::Error { kind, body })
}

async fn unfit(State(desk): State<Arc<Desk>>, body: Bytes) -> StatusCode {
    desk.stage.send_replace(Stage::Unfit(body));
    StatusCode::ACCEPTED
}
