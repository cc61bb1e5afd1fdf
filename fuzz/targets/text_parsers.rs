#![no_main]
//! Every parser of a text that stands in a path, a header, a body, an event or an answer of somebody else.

use fuzz::{MIB, parsers, within};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    within(4 * MIB, || {
        parsers::texts(&text);
        parsers::names(&text);
        parsers::numbers(&text);
        parsers::mail(&text);
        parsers::messages(&text);
    });
});
