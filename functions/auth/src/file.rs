//! Files that are part of the program.

use std::hash::{DefaultHasher, Hasher};

use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderValue};

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
    /// The file, under a tag by which a caller who has it already is not sent it again.
    pub(crate) fn answer(&self) -> Response {
        let mut response = ([(CONTENT_TYPE, self.content_type)], self.bytes).into_response();
        let headers = response.headers_mut();
        if self.is_compressed() {
            headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        headers.insert(CACHE_CONTROL, CACHED);
        headers.extend(HeaderValue::from_str(&self.tag()).map(|tag| (ETAG, tag)));
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

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: File = File { name: "a.txt", content_type: "text/plain", bytes: b"hello" };

    #[test]
    fn a_file_is_cached_under_a_tag_of_its_own() {
        let (one, other) = (FILE.answer(), File { bytes: b"world", ..FILE }.answer());

        assert_eq!(one.headers()[CONTENT_TYPE], "text/plain");
        assert_eq!(one.headers()[CACHE_CONTROL], "public, max-age=300");
        assert_ne!(one.headers()[ETAG], other.headers()[ETAG]);
        assert_eq!(one.headers()[ETAG], FILE.answer().headers()[ETAG]);
    }

    #[test]
    fn a_compressed_file_says_so() {
        let compressed = File { bytes: &[0x1f, 0x8b, 8], ..FILE };

        assert_eq!(compressed.answer().headers()[CONTENT_ENCODING], "gzip");
        assert_eq!(FILE.answer().headers().get(CONTENT_ENCODING), None);
    }
}
