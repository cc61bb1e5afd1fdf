#![no_main]
//! `JUnit`'s XML, as candidates' programs write it.

use fuzz::{MIB, reports, within};
use libfuzzer_sys::fuzz_target;
use shared::github::junit::tally;

const CASES_MAX: u32 = 20_000;

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    if let Ok(Some(tally)) = within(4 * MIB, || tally(&text)) {
        let report = tally.report();
        assert!(report.total <= CASES_MAX && report.passed + report.failed <= report.total);
        // A case is written with eight letters at least.
        assert!(usize::try_from(report.total).is_ok_and(|total| total * 8 <= text.len()));
        reports::check(&report);
    }
});
