//! What every route of a kind can answer, declared once.

use utoipa::openapi::content::Content;
use utoipa::openapi::header::{Header, HeaderBuilder};
use utoipa::openapi::path::{HttpMethod, Operation, Parameter};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::ObjectBuilder;
use utoipa::openapi::{Components, Ref, RefOr, Type};

use crate::http::openapi::{admin_key, has, is_in_path};

const JSON: &str = "application/json";
const PROBLEM_JSON: &str = "application/problem+json";

/// A status that many routes can answer: its name, what it says, and whether it carries
/// `Retry-After`.
type Common = (&'static str, &'static str, &'static str, bool);

const COMMON: [Common; 11] = [
    ("400", "MalformedKey", "The `Idempotency-Key` is malformed.", false),
    ("401", "Unauthorized", "No bearer token, or one that proves nothing.", false),
    ("403", "Forbidden", "The token is good and lacks the permission.", false),
    ("404", "NotFound", "Not there, or somebody else's.", false),
    ("409", "InFlight", "A request with the same `Idempotency-Key` is being answered.", true),
    ("413", "TooLarge", "The body is larger than allowed.", false),
    ("415", "NotJson", "The body is not JSON by its content type.", false),
    ("422", "Invalid", "The request's values are wrong; `errors` tells every problem.", false),
    ("429", "TooManyRequests", "Too many requests.", true),
    ("500", "Failed", "A fault of ours.", false),
    ("503", "Unavailable", "Something that is needed cannot be had now.", true),
];

const REQUEST_ID: &str = "x-tenon-request-id";

/// Headers of answers: their names in the document, on the wire, and what they say.
const HEADERS: [(&str, &str, &str); 6] = [
    ("RequestId", REQUEST_ID, "The request's id: the one it came with if that was a UUID."),
    ("RetryAfter", "Retry-After", "Seconds until a new try makes sense."),
    ("RateLimit", "RateLimit", "What is left of the tightest limit, where the route has one."),
    ("RateLimitPolicy", "RateLimit-Policy", "The tightest limit, where the route has one."),
    ("Link", "Link", "The next page, `rel=\"next\"`, where there is one."),
    ("IdempotentReplayed", "Idempotent-Replayed", "`true` when the answer repeats an earlier one."),
];

/// Gives `operation` the answers and headers that its kind has beside its own; the headers' names.
pub(super) fn complete(method: &HttpMethod, operation: &mut Operation) -> Vec<&'static str> {
    for status in statuses(method, operation) {
        let common = COMMON.iter().find(|(code, ..)| *code == status);
        if let Some((code, name, ..)) = common {
            let answer = RefOr::Ref(Ref::new(format!("#/components/responses/{name}")));
            operation.responses.responses.entry((*code).to_owned()).or_insert(answer);
        }
    }
    let private = operation.security.as_ref().is_some_and(|needs| !needs.is_empty());
    let paged = has(operation, |parameter| parameter.name == "cursor");
    let keyed = has(operation, is_key);
    let mut used = Vec::new();
    for (code, answer) in &mut operation.responses.responses {
        let RefOr::T(answer) = answer else { continue };
        let good = code.starts_with('2');
        let mut names = vec!["RequestId"];
        names
            .extend((private && good).then_some(["RateLimit", "RateLimitPolicy"]).iter().flatten());
        names.extend((paged && good).then_some("Link"));
        names.extend((keyed && good).then_some("IdempotentReplayed"));
        names.extend(["409", "429", "502", "503"].contains(&code.as_str()).then_some("RetryAfter"));
        answer.headers.extend(names.iter().copied().filter_map(header));
        used.extend(names);
        if !good {
            tell_twice(answer);
        }
    }
    used
}

fn is_key(parameter: &Parameter) -> bool {
    parameter.name == "Idempotency-Key"
}

/// The statuses that `operation` can answer because of what opens it and what it takes.
fn statuses(method: &HttpMethod, operation: &Operation) -> Vec<&'static str> {
    let locked = operation.security.as_ref().is_some_and(|needs| !needs.is_empty());
    let by_key = operation.security.as_ref().is_some_and(|needs| needs.contains(&admin_key()));
    let has_body = operation.request_body.is_some();
    let mut statuses = vec!["500", "503"];
    if locked && !by_key {
        statuses.extend(["401", "403", "429"]);
    }
    if by_key || locked && has(operation, is_in_path) {
        statuses.push("404");
    }
    if ![HttpMethod::Get, HttpMethod::Delete].contains(method) {
        statuses.push("413");
    }
    if has_body {
        statuses.push("415");
    }
    if has(operation, is_key) {
        statuses.extend(["400", "409"]);
    }
    if locked && (has_body || has(operation, |_any| true)) {
        statuses.push("422");
    }
    statuses
}

/// An error is served under two names of its content type.
fn tell_twice(answer: &mut Response) {
    if let Some(content) = answer.content.get(JSON).cloned() {
        answer.content.insert(PROBLEM_JSON.to_owned(), content);
    }
}

/// A header of the document by its name there: its name on the wire, and a reference.
fn header(name: &str) -> Option<(String, RefOr<Header>)> {
    let (name, wire, _) = HEADERS.iter().find(|(known, ..)| *known == name)?;
    Some(((*wire).to_owned(), RefOr::Ref(Ref::new(format!("#/components/headers/{name}")))))
}

/// Declares the answers that operations refer to, and the headers `used`.
pub(super) fn declare(components: &mut Components, used: &[&str]) {
    for (_, name, about, later) in COMMON {
        let problem = || Content::new(Some(Ref::from_schema_name("Problem")));
        let mut answer = ResponseBuilder::new()
            .description(about)
            .content(JSON, problem())
            .content(PROBLEM_JSON, problem())
            .build();
        let names = ["RequestId"].into_iter().chain(later.then_some("RetryAfter"));
        answer.headers.extend(names.filter_map(header));
        components.responses.insert(name.to_owned(), RefOr::T(answer));
    }
    let common = ["RequestId", "RetryAfter"];
    for (name, _, about) in HEADERS {
        if !used.contains(&name) && !common.contains(&name) {
            continue;
        }
        let kind = if name == "RetryAfter" { Type::Integer } else { Type::String };
        let schema = ObjectBuilder::new().schema_type(kind).build();
        let header = HeaderBuilder::new().schema(Some(schema)).description(Some(about)).build();
        components.headers.insert(name.to_owned(), RefOr::T(header));
    }
}
