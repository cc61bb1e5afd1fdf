//! Files that are part of the program.

use std::hash::{DefaultHasher, Hasher};

use axum::response::{IntoResponse, Response};
use http::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH,
};
use http::{HeaderMap, StatusCode};

/// How long a copy may be shown without asking, in seconds.
const CACHED: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// A file that never changes while the program runs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct File {
    pub(crate) name: &'static str,
    pub(crate) content_type: &'static str,
    pub(crate) bytes: &'static [u8],
}

impl File {
    /// The file, or 304 when the caller has it already.
    pub(crate) fn answer(&self, request: &HeaderMap) -> Response {
        let tag = self.tag();
        let known = request.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
        let known = known.flat_map(|list| list.split(',')).map(str::trim);
        let mut response = if known.map(without_weakness).any(|known| known == tag || known == "*")
        {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            ([(CONTENT_TYPE, self.content_type)], self.bytes).into_response()
        };
        let headers = response.headers_mut();
        if self.is_compressed() && headers.contains_key(CONTENT_TYPE) {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        headers.insert(CACHE_CONTROL, CACHED);
        headers.extend(HeaderValue::from_str(&tag).map(|tag| (ETAG, tag)));
        response
    }

    /// Changes with the bytes; the hash has the same keys in every process.
    fn tag(&self) -> String {
        let mut hasher = DefaultHasher::new();
        hasher.write(self.bytes);
        format!("\"{:016x}\"", hasher.finish())
    }

    fn is_compressed(&self) -> bool {
        self.bytes.starts_with(&[0x1f, 0x8b])
    }
}

/// The gateway may weaken a tag when it compresses; the content is the same.
fn without_weakness(tag: &str) -> &str {
    tag.strip_prefix("W/").unwrap_or(tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: File = File { name: "a.txt", content_type: "text/plain", bytes: b"hello" };

    fn asked(tag: Option<&str>) -> Response {
        let mut request = HeaderMap::new();
        request.extend(tag.map(|tag| (IF_NONE_MATCH, HeaderValue::from_str(tag).unwrap())));
        FILE.answer(&request)
    }

    #[test]
    fn who_has_the_file_is_not_sent_it_again() {
        let first = asked(None);
        let tag = first.headers()[ETAG].to_str().unwrap().to_owned();

        assert_eq!(first.status(), 200);
        assert_eq!(first.headers()[CONTENT_TYPE], "text/plain");
        for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()]
        {
            let again = asked(Some(&known));
            assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
            assert_eq!(again.headers()[ETAG], tag);
            assert_eq!(again.headers()[CACHE_CONTROL], "public, max-age=300");
        }
        assert_eq!(asked(Some("\"other\"")).status(), 200);
    }

    #[test]
    fn a_compressed_file_says_so() {
        let compressed = File { bytes: &[0x1f, 0x8b, 8], ..FILE };

        assert_eq!(compressed.answer(&HeaderMap::new()).headers()[CONTENT_ENCODING], "gzip");
        assert_eq!(asked(None).headers().get(CONTENT_ENCODING), None);
    }
}
