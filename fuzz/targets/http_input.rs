#![no_main]
//! A request: path, query, headers and body, through all that stands before a route and its reader.
//! A line with method and target, a line a header, an empty line, and the body.

use axum::body::Body;
use fuzz::door::DOOR;
use fuzz::{MIB, within};
use http::{HeaderName, HeaderValue, Request};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let door = &*DOOR;
    let Some(request) = request(data) else { return };
    let (status, body) = within(8 * MIB, || door.answer(request));
    assert!(status < 500, "{status}: {body}");
    if status == 422 {
        assert!(
            body["errorCode"].is_string() && !body["errors"].as_array().is_none_or(Vec::is_empty),
            "{body}"
        );
    }
});

fn request(data: &[u8]) -> Option<Request<Body>> {
    let (head, body) = match data.windows(2).position(|two| two == b"\n\n") {
        Some(at) => (&data[..at], &data[at + 2..]),
        None => (data, [].as_slice()),
    };
    let mut lines = head.split(|byte| *byte == b'\n');
    let (method, target) = std::str::from_utf8(lines.next()?).ok()?.split_once(' ')?;
    let mut request = Request::builder().method(method).uri(target);
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        request =
            request.header(name, HeaderValue::from_bytes(line[colon + 1..].trim_ascii()).ok()?);
    }
    request.body(Body::from(body.to_vec())).ok()
}
