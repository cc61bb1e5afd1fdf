//! The path as the routes know it.

use axum::extract::Request;
use http::Uri;
use lambda_http::RequestExt;
use lambda_http::request::RequestContext;

/// The path had a slash at its end: links relative to it start elsewhere.
#[derive(Debug, Clone, Copy)]
pub struct HadSlash;

/// Removes a slash at the end of the path: it reaches the same route, without a redirect, which the
/// client would not follow.
pub(crate) fn without_slash(mut request: Request) -> Request {
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

/// Removes the gateway's stage from the path: `/prod/api/tasks/1` is `/api/tasks/1`.
pub(crate) fn without_stage(mut request: lambda_http::Request) -> lambda_http::Request {
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The path that the routes see of an event for `path` on `stage`.
    fn routed(stage: &str, path: &str) -> String {
        let event = include_str!("../../../events/simulations.list.json");
        let event = event.replace("\"$default\"", &format!("\"{stage}\""));
        let event = event.replace("\"/api/simulations\"", &format!("\"{path}\""));
        let request = without_stage(lambda_http::request::from_str(&event).unwrap());
        let request = without_slash(request.map(|_body| axum::body::Body::empty()));
        request.uri().path().to_owned()
    }

    #[test]
    fn a_stage_before_the_path_reaches_the_same_route() {
        for path in ["/prod/api/tasks/1", "/prod/api/tasks/1/", "/api/tasks/1"] {
            assert_eq!(routed("prod", path), "/api/tasks/1", "{path}");
        }
        assert_eq!(routed("prod", "/prod/prod/x"), "/prod/x");
        assert_eq!(routed("prod", "/product/x"), "/product/x");
        assert_eq!(routed("$default", "/prod/api/tasks/1"), "/prod/api/tasks/1");
    }

    #[test]
    fn one_slash_at_the_end_is_not_seen_and_the_root_stays() {
        assert_eq!(routed("$default", "/health/"), "/health");
        assert_eq!(routed("$default", "/health//"), "/health/");
        assert_eq!(routed("$default", "/"), "/");
    }
}
