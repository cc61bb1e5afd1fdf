//! From routers to services: what every route has around it, and the glue to the Lambda runtime.

use std::any::Any;
use std::convert::Infallible;

use crate::http::routes::Routes;
use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_LENGTH;
use http::{HeaderName, HeaderValue};
use lambda_http::{RequestExt, service_fn};
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;

use crate::app::App;
use crate::error::Error;
use crate::http::admin_gate::{admitted_or_astray, nowhere};
use crate::http::cors::share;
use crate::http::headers::protect;
use crate::http::methods::with_options;
use crate::http::path::{without_slash, without_stage};
use crate::http::request_log::{Names, REQUEST_ID, RequestLine};
use crate::http::timeout::limit_time;
use crate::http::unchanged::spare;
use crate::http::webhook::bytes_max;
use crate::http::{limited, problem};
use crate::ledger;
use crate::telemetry::invocation::within;

/// Wraps routes into everything each has around it; the last layer is the outermost. A request's
/// size is checked before anything else of it; whatever goes wrong inside, a panic or too long a
/// time, is answered with the one error body and the headers of every answer.
pub fn service(routes: Routes, app: App) -> Router {
    let routes: Router = routes
        .served()
        .fallback(nowhere)
        .layer(from_fn(spare))
        .layer(from_fn_with_state(app.clone(), check_size))
        .layer(from_fn_with_state(app.clone(), limit_time))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(app.clone(), share))
        .layer(from_fn_with_state(app.clone(), protect))
        .layer(from_fn_with_state(app.clone(), finish))
        .with_state(app.clone());
    // A layer sees the request when its route is settled already, so these stand in front.
    Router::new().fallback(async move |request: Request| {
        let method = request.method().clone();
        let request = admitted_or_astray(&app, without_slash(request)).await;
        let response = routes.clone().oneshot(request).await?;
        let mut response = with_options(&method, response);
        RequestLine::end(&mut response);
        Ok::<_, Infallible>(response)
    })
}

/// Runs `routes` as the Lambda function `service` until the runtime ends it.
pub async fn run(service: &'static str, routes: fn() -> Routes) -> Result<(), lambda_http::Error> {
    let routes = self::service(routes(), App::start(service).await?);
    let answer = service_fn(async |request: lambda_http::Request| {
        let context = request.lambda_context();
        let work = routes.clone().oneshot(without_stage(request));
        within(&context, Box::pin(work)).await
    });
    lambda_http::run(answer).await
}

async fn check_size(State(app): State<App>, request: Request, next: Next) -> Response {
    let said = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let said = said.and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    if said > bytes_max(&app.config, route) {
        return Error::BodyTooLarge.into_response();
    }
    next.run(request).await
}

async fn finish(State(app): State<App>, request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let names = Names::of(&request, || app.mint.uuid());
    let line = RequestLine::begin(&request, &names, &app.config);
    let work = next.run(request).instrument(line.span());
    let (response, spent) = ledger::kept_as(Some(names.correlation_id), work).await;
    let mut response = problem::finish(response, &headers, &names.request_id);
    if let Some(standing) = &spent.standing {
        limited::tell(standing, response.headers_mut());
    }
    if let Ok(value) = HeaderValue::from_str(&names.request_id) {
        response.headers_mut().insert(HeaderName::from_static(REQUEST_ID), value);
    }
    line.send_with(spent, &mut response);
    response
}

/// A panic is a fault of ours; nothing of it is shown. What it says is told where it is part of the
/// program: a text made while it ran may quote what was sent.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<&str>().copied().unwrap_or("it quotes what was handled");
    Error::internal("handling a request (it panicked)", text).into_response()
}
