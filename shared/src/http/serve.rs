//! From routers to services: what every route has around it, and the glue to the Lambda runtime.

use std::any::Any;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_LENGTH;
use http::{HeaderName, HeaderValue, Uri};
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;
use tower::ServiceExt;
use tower_http::catch_panic::CatchPanicLayer;
use utoipa_axum::router::OpenApiRouter;
use uuid::Uuid;

use crate::app::App;
use crate::error::{Error, Noun};
use crate::http::problem;

/// The client's name for a request; adopted when it is a UUID.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-tenon-request-id");

/// The path had a slash at its end: links relative to it start elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct HadSlash;

/// Wraps routes into everything each has around it: the one error body, panics caught, the size of
/// the body checked before anything else.
pub fn service(routes: OpenApiRouter<App>, app: App) -> Router {
    let (routes, _document) = routes.split_for_parts();
    let routes: Router = routes
        .fallback(async || Error::NotFound(Noun::Route))
        .layer(from_fn_with_state(app.clone(), check_size))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(app.clone(), finish))
        .with_state(app);
    // A layer sees the request when its route is settled already, so this stands in front.
    Router::new().fallback(async move |request: Request| {
        routes.clone().oneshot(without_slash(request)).await
    })
}

/// Removes a slash at the end of the path: it reaches the same route, without a redirect, which the
/// client would not follow.
fn without_slash(mut request: Request) -> Request {
    let uri = request.uri();
    let path = uri.path().strip_suffix('/').filter(|path| !path.is_empty());
    if let Some(path) = path {
        let query = uri.query().map(|query| format!("?{query}")).unwrap_or_default();
        if let Ok(shorter) = format!("{path}{query}").parse() {
            *request.uri_mut() = shorter;
            request.extensions_mut().insert(HadSlash);
        }
    }
    request
}

/// Runs `routes` as a Lambda function until the runtime ends it.
pub async fn run(routes: fn() -> OpenApiRouter<App>) -> Result<(), lambda_http::Error> {
    let service = service(routes(), App::start().await?);
    lambda_http::run(service.map_request(without_stage)).await
}

/// Removes the gateway's stage from the path: `/prod/api/tasks/1` is `/api/tasks/1`.
fn without_stage(mut request: lambda_http::Request) -> lambda_http::Request {
    let Some(RequestContext::ApiGatewayV2(context)) = request.request_context_ref() else {
        return request;
    };
    let Some(stage) = context.stage.as_deref().filter(|stage| *stage != "$default") else {
        return request;
    };
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let prefix = format!("/{stage}/");
    let stripped = path.strip_prefix(&prefix).and_then(|rest| format!("/{rest}").parse().ok());
    if let Some(path) = stripped {
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = Some(path);
        if let Ok(uri) = Uri::from_parts(parts) {
            *request.uri_mut() = uri;
        }
    }
    request
}

async fn check_size(State(app): State<App>, request: Request, next: Next) -> Response {
    let said = request.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let said = said.and_then(|text| text.parse::<usize>().ok()).unwrap_or(0);
    if said > app.config.body_bytes_max {
        return Error::BodyTooLarge.into_response();
    }
    next.run(request).await
}

async fn finish(State(app): State<App>, request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let said = headers.get(REQUEST_ID).and_then(|value| value.to_str().ok());
    let said = said.and_then(|text| Uuid::parse_str(text).ok());
    let id = said.unwrap_or_else(|| app.mint.uuid()).to_string();
    let mut response = problem::finish(next.run(request).await, &headers, &id);
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// A panic is a fault of ours; nothing of it is shown.
#[expect(clippy::needless_pass_by_value, reason = "the layer hands it over")]
fn panicked(panic: Box<dyn Any + Send>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    Error::internal("handling a request (it panicked)", text).into_response()
}
