//! The functions as a process of their own: all routes, the jobs and the sweep, and nothing else, so that what
//! they take of the machine is theirs alone.
//!
//! It says on its standard error where it listens, is told its settings in a line of JSON, and ends when nobody
//! speaks to it any more.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read, Write};
use std::net::SocketAddr;

use aws_lambda_events::event::sqs::SqsEvent;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use http::StatusCode;
use lambda_runtime::LambdaEvent;
use serde_json::Value;
use shared::app::App;
use shared::clock::Clock;
use shared::config::{self, Config};
use shared::http::serve::service;
use shared::mint::Mint;
use shared::telemetry;
use tokio::net::TcpListener;
use tokio::task::spawn_blocking;

use crate::bench::CannotMeasure;
use crate::stack::{StackError, routes};
use crate::worker::context;

/// Where the count of calls to the table is.
pub(super) const TABLE_CALLS: &str = "_bench/table-calls";
/// The largest event: SQS's limit on a batch, each byte of which may take six in JSON.
const EVENT_BYTES_MAX: usize = 7 * 1024 * 1024;

/// Serves until standard input ends.
pub async fn serve() -> Result<(), CannotMeasure> {
    telemetry::start("bench", None, config::collector_roots());
    let listener = TcpListener::bind("127.0.0.1:0").await.map_err(StackError::Port)?;
    writeln!(io::stderr(), "{}", listener.local_addr()?)?;
    let told = spawn_blocking(|| {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).map(|_length| line)
    });
    let unheard = |error| CannotMeasure::Scene(format!("the settings are not heard: {error}"));
    let line = told.await.map_err(io::Error::other)??;
    let settings: BTreeMap<String, String> =
        serde_json::from_str(&line).map_err(|error| unheard(error.to_string()))?;
    let config = Config::from_lookup(&|name| settings.get(name).cloned());
    let config = config.map_err(StackError::Config)?;
    let app = App::new(config, Clock::System, Mint::System).await.map_err(StackError::Tenon)?;
    app.store.warm_up().await;
    let routes = everything(app).into_make_service_with_connect_info::<SocketAddr>();
    let over = spawn_blocking(|| io::stdin().lock().read_to_end(&mut Vec::new()));
    tokio::select! {
        ended = axum::serve(listener, routes) => Ok(ended?),
        _silence = over => Ok(()),
    }
}

fn everything(app: App) -> Router {
    let invocations = |function: &str| format!("/2015-03-31/functions/{function}/invocations");
    Router::new()
        .route(&invocations("jobs"), post(do_jobs))
        .route(&invocations("sweep"), post(do_sweep))
        .route(&format!("/{TABLE_CALLS}"), get(table_calls))
        .layer(DefaultBodyLimit::max(EVENT_BYTES_MAX))
        .with_state(app.clone())
        .fallback_service(service(routes(), app))
}

async fn do_jobs(State(app): State<App>, Json(event): Json<SqsEvent>) -> Response {
    let event = LambdaEvent::new(event, context(app.clock.now()));
    match Box::pin(jobs::handle(&app, event)).await {
        Ok(done) => Json(done).into_response(),
        Err(_told_in_the_log) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn do_sweep(State(app): State<App>) -> Response {
    let event = LambdaEvent::new(Value::Null, context(app.clock.now()));
    match Box::pin(sweep::handle(&app, event)).await {
        Ok(swept) => Json(swept).into_response(),
        Err(_told_in_the_log) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn table_calls(State(app): State<App>) -> String {
    app.store.calls().count().to_string()
}
