//! Answers that the caller has already are not sent again.

use axum::body::Body;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::Response;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, StatusCode};

/// Answers 304 where the answer's `ETag` is among those that `If-None-Match` names. An answer without
/// a tag is always sent.
pub(crate) async fn spare(request: Request, next: Next) -> Response {
    let known = request.headers().clone();
    let mut response = next.run(request).await;
    let tag = response.headers().get(ETAG).and_then(|tag| tag.to_str().ok());
    if response.status() == StatusCode::OK && tag.is_some_and(|tag| names(&known, tag)) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        *response.body_mut() = Body::empty();
        for header in [CONTENT_TYPE, CONTENT_LENGTH, CONTENT_ENCODING] {
            response.headers_mut().remove(header);
        }
    }
    response
}

/// Whether `If-None-Match` names `tag`, or anything at all.
fn names(request: &HeaderMap, tag: &str) -> bool {
    let lists = request.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut known =
        lists.flat_map(|list| list.split(',')).map(|known| without_weakness(known.trim()));
    known.any(|known| known == without_weakness(tag) || known == "*")
}

/// A gateway may weaken a tag when it compresses; the content is the same.
fn without_weakness(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::middleware::from_fn;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    async fn asked(path: &str, tags: &[&str]) -> Response {
        let tagged = async || ([(ETAG, "\"a\"")], "hello");
        let routes = Router::new().route("/tagged", get(tagged)).route("/", get("hello"));
        let mut request = Request::get(path);
        for tag in tags {
            request = request.header(IF_NONE_MATCH, *tag);
        }
        let request = request.body(Body::empty()).unwrap();
        routes.layer(from_fn(spare)).oneshot(request).await.unwrap()
    }

    #[tokio::test]
    async fn who_names_the_tag_is_told_that_nothing_changed() {
        for tags in [["\"a\""].as_slice(), &["W/\"a\""], &["\"b\", \"a\""], &["\"b\"", "*"]] {
            let answer = asked("/tagged", tags).await;
            assert_eq!(answer.status(), 304, "{tags:?}");
            assert_eq!(answer.headers()[ETAG], "\"a\"");
            assert_eq!(answer.headers().get(CONTENT_TYPE), None);
        }
    }

    #[tokio::test]
    async fn who_names_another_tag_or_none_is_sent_the_answer() {
        for tags in [[].as_slice(), &["\"b\""], &["a"]] {
            let answer = asked("/tagged", tags).await;
            assert_eq!(
                (answer.status(), answer.headers()[CONTENT_LENGTH] == "5"),
                (StatusCode::OK, true)
            );
        }
        assert_eq!(asked("/", &["*"]).await.status(), 200);
    }
}
