#![no_main]
//! The JSON file with a test run's results, as candidates' programs write it.

use fuzz::{MIB, reports, within};
use libfuzzer_sys::fuzz_target;
use shared::github::report_file::{named, with_all_counts};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let (by_name, by_counts) = within(16 * MIB, || (named(&text), with_all_counts(&text)));
    if let Ok(Some(report)) = &by_name {
        reports::check(report);
    }
    // What any file would be read for, the named one is read for, too.
    if !matches!(by_counts, Ok(None)) {
        assert_eq!(by_counts, by_name);
    }
});
