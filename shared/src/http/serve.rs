//! From routers to services: what every route has around it, and the glue to the Lambda runtime.

use std::any::Any;
use std::convert::Infallible;

use axum::Router;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_LENGTH;
use http::{HeaderName, HeaderValue};
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;
use tracing::Instrument;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use crate::app::App;
use crate::error::Error;
use crate::http::admin_gate::{admitted_or_astray, nowhere};
use crate::http::cors::share;
use crate::http::headers::protect;
use crate::http::methods::with_options;
use crate::http::path::{without_slash, without_stage};
use crate::http::request_log::RequestLine;
use crate::http::timeout::limit_time;
use crate::http::unchanged::spare;
use crate::http::webhook::bytes_max;
use crate::http::{limited, problem};
use crate::ledger;

/// The client's name for a request; adopted when it is a UUID.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-tenon-request-id");

/// Wraps routes into everything each has around it; the last layer is the outermost. A request's
/// size is checked before anything else of it; whatever goes wrong inside, a panic or too long a
/// time, is answered with the one error body and the headers of every answer.
pub fn service(routes: OpenApiRouter<App>, app: App) -> Router {
    let (routes, _document) = routes.split_for_parts();
    let routes: Router = routes
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
        Ok::<_, Infallible>(with_options(&method, response))
    })
}

/// Runs `routes` as a Lambda function until the runtime ends it.
pub async fn run(routes: fn() -> OpenApiRouter<App>) -> Result<(), lambda_http::Error> {
    let service = service(routes(), App::start().await?);
    lambda_http::run(service.map_request(without_stage)).await
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
    let said = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let said = said.and_then(|text| Uuid::parse_str(text).ok());
    let id = said.unwrap_or_else(|| app.mint.uuid()).to_string();
    let line = RequestLine::begin(&request);
    // Whatever is logged meanwhile names the request too.
    let work = next.run(request).instrument(tracing::error_span!("serving", request_id = id));
    let (response, spent) = ledger::kept(work).await;
    let mut response = problem::finish(response, &headers, &id);
    if let Some(standing) = &spent.standing {
        limited::tell(standing, response.headers_mut());
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    line.end(response.status(), &id, app.config.debug_perf.then_some(&spent));
    response
}

/// A panic is a fault of ours; nothing of it is shown.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    Error::internal("handling a request (it panicked)", text).into_response()
}
