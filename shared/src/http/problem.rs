//! The one error body: RFC 9457 with `errorCode` and `retryable`, for every error of every layer.

use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use serde_json::{Map, Value, json};

use crate::domain::job::redrive::RedriveRefused;
use crate::domain::live_check::CheckRefused;
use crate::domain::template::TemplateKey;
use crate::error::{Error, Noun, Refusal};
use crate::http::page::ForPeople;
use crate::ready::results_of;

const PROBLEM_JSON: &str = "application/problem+json";

/// What is answered, on its way to the layer that knows the request and writes the body.
#[derive(Debug, Clone)]
struct Pending {
    refusal: Refusal,
    extra: Map<String, Value>,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let refusal = self.refusal();
        if refusal.status >= 500 {
            tracing::error!(error = %self.chain(), code = refusal.code, "a request failed");
        }
        let status = StatusCode::from_u16(refusal.status).unwrap_or_default();
        let mut response = status.into_response();
        response.extensions_mut().insert(Pending { refusal, extra: extra(&self) });
        response
    }
}

/// What some errors have to say beside the common fields.
fn extra(error: &Error) -> Map<String, Value> {
    let mut extra = Map::new();
    match error {
        Error::Invalid(problems) => {
            let listed = problems.iter().map(|problem| {
                json!({
                    "pointer": problem.pointer,
                    "message": problem.message,
                    "code": problem.code,
                })
            });
            extra.insert("errors".to_owned(), listed.collect());
            if problems.iter().any(|problem| problem.pointer == "/body/templateKey") {
                extra.insert("details".to_owned(), json!({ "allowed": TemplateKey::allowed() }));
            }
        }
        Error::CheckRefused(refused) => {
            extra.insert("errors".to_owned(), problems_of(refused));
            if let CheckRefused::UnknownKeys(_) = refused {
                extra.insert("details".to_owned(), json!({ "allowed": TemplateKey::allowed() }));
            }
        }
        Error::CandidateCompleted => {
            let refusal = error.refusal();
            let told = json!({
                "code": "candidate_already_completed",
                "message": refusal.detail,
                "outcome": "rejected",
            });
            extra.insert("error".to_owned(), told);
        }
        Error::DomainTaken(company) => {
            extra.insert("details".to_owned(), json!({ "companyId": company.get() }));
        }
        Error::RedriveRefused(RedriveRefused::NotDead(state)) => {
            extra.insert("details".to_owned(), json!({ "state": state }));
        }
        Error::NotReady(checks) => {
            extra.insert("details".to_owned(), json!({ "checks": results_of(checks) }));
        }
        Error::WorkspaceBeingMade(preparation) => {
            let details = json!({
                "state": preparation.stage,
                "reason": preparation.reason,
                "position": preparation.position,
                "estimatedSeconds": preparation.estimated_seconds,
                "retryAfterSeconds": preparation.retry_after_seconds(),
            });
            extra.insert("details".to_owned(), details);
        }
        Error::MailTooSoon(seconds) | Error::RateLimited(seconds) => {
            extra.insert("retryAfterSeconds".to_owned(), json!(seconds));
        }
        _ => {}
    }
    extra
}

/// Where what was asked for is wrong, as every 422 tells it.
fn problems_of(refused: &CheckRefused) -> Value {
    let problem = |pointer: String, message: &str, code| json!({ "pointer": pointer, "message": message, "code": code });
    let keys = || "/body/templateKeys".to_owned();
    match refused {
        CheckRefused::NotLive => {
            json!([problem("/body/mode".to_owned(), "must be live", "literal_error")])
        }
        CheckRefused::NoKeys => json!([problem(keys(), "must not be empty", "too_short")]),
        CheckRefused::TooManyKeys => {
            json!([problem(keys(), "must have at most 5 items", "too_long")])
        }
        CheckRefused::UnknownKeys(positions) => positions
            .iter()
            .map(|at| problem(format!("{}/{at}", keys()), "is unknown", "literal_error"))
            .collect(),
    }
}

/// Writes the body of an error answer, whoever made it: ours, the router's, or a panic's. What other
/// layers said in its headers stays. A page for people keeps its own.
pub(crate) fn finish(response: Response, request: &HeaderMap, request_id: &str) -> Response {
    let status = response.status();
    let for_people = response.extensions().get::<ForPeople>().is_some();
    if for_people || !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let pending = response.extensions().get::<Pending>().cloned();
    let pending = pending.unwrap_or_else(|| {
        let error = match status {
            StatusCode::METHOD_NOT_ALLOWED => Error::MethodNotAllowed,
            StatusCode::NOT_FOUND => Error::NotFound(Noun::Route),
            _ => Error::internal("answering", status.to_string()),
        };
        Pending { refusal: error.refusal(), extra: Map::new() }
    });
    let status = StatusCode::from_u16(pending.refusal.status).unwrap_or(status);
    let mut said = response.into_parts().0.headers;
    said.remove(CONTENT_TYPE);
    said.remove(CONTENT_LENGTH);
    let mut answer = (status, said, Json(body(&pending, request_id))).into_response();
    let headers = answer.headers_mut();
    if wants_problem_json(request) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
    }
    if let Some(seconds) = pending.refusal.retry_after {
        headers.insert(RETRY_AFTER, seconds.into());
    }
    if status == StatusCode::UNAUTHORIZED {
        let challenge = HeaderValue::from_static("Bearer realm=\"tenon\"");
        headers.insert(WWW_AUTHENTICATE, challenge);
    }
    answer
}

fn body(pending: &Pending, request_id: &str) -> Value {
    let Refusal { status, code, detail, retryable, .. } = &pending.refusal;
    let title = StatusCode::from_u16(*status).ok().and_then(|status| status.canonical_reason());
    let mut body = json!({
        "type": "about:blank",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request_id,
        "errorCode": code,
        "retryable": retryable,
    });
    if let Some(body) = body.as_object_mut() {
        body.extend(pending.extra.clone());
    }
    body
}

/// The web client reads only `application/json`, so the other is served only when it is named, and
/// not with a weight of 0.
fn wants_problem_json(request: &HeaderMap) -> bool {
    let accepts = request.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    accepts.flat_map(|list| list.split(',')).any(|kind| {
        let mut parts = kind.split(';').map(str::trim);
        let named = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(PROBLEM_JSON));
        let mut said = parts.filter_map(|part| part.split_once('='));
        let weight = said.find(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
        named && weight.is_none_or(|(_, text)| is_above_zero(text.trim()))
    })
}

/// Whether `text` is a weight, at most 1, that is not 0.
fn is_above_zero(text: &str) -> bool {
    text.parse::<f32>().is_ok_and(|weight| weight > 0.0 && weight <= 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants(accept: &str) -> bool {
        let mut request = HeaderMap::new();
        request.insert(ACCEPT, accept.parse().unwrap());
        wants_problem_json(&request)
    }

    #[test]
    fn problem_json_is_for_those_who_name_it_and_do_not_refuse_it() {
        for accept in [
            "application/problem+json",
            "Application/Problem+JSON; charset=utf-8; q=0.001",
            "application/json, application/problem+json",
            "application/json, application/problem+json;q=0.5",
            "application/problem+json;q=1.000, */*",
        ] {
            assert!(wants(accept), "{accept}");
        }
        for accept in [
            "*/*",
            "application/*",
            "application/json",
            "application/problem+json;q=0",
            "application/problem+json; q=0.000",
            "application/problem+json;q=2",
            "application/problem+json;q=NaN",
            "application/problem+json;q=x",
            "application/problem+jsonp",
            "",
        ] {
            assert!(!wants(accept), "{accept}");
        }
        assert!(!wants_problem_json(&HeaderMap::new()));
    }
}
