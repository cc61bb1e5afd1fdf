#![no_main]
//! A comparison of two commits, with the paths and patches of a candidate.

use fuzz::{MIB, reports, within};
use libfuzzer_sys::fuzz_target;
use shared::domain::diff::{
    DIFF_BYTES_MAX, DiffSummary, FILES_MAX, OUTLINE_BYTES_MAX, PATCH_CHARS_MAX,
};

fuzz_target!(|data: &[u8]| {
    let Ok(diff) = serde_json::from_slice::<DiffSummary>(data) else { return };
    let bounded = within(32 * MIB, || diff.clone().bounded());
    assert!(bounded.files.len() <= FILES_MAX);
    assert!(bounded.truncated || bounded.files.len() == diff.files.len());
    let mut bytes = 0;
    for file in &bounded.files {
        let patch = file.patch.as_deref().unwrap_or_default();
        assert!(patch.chars().count() <= PATCH_CHARS_MAX);
        reports::check_redacted(patch);
        reports::check_redacted(&file.filename);
        bytes += patch.len() + file.filename.len();
    }
    assert!(bytes <= DIFF_BYTES_MAX, "{bytes} bytes are kept");
    let outline = bounded.without_patches();
    let names: usize = outline.files.iter().map(|file| file.filename.len()).sum();
    assert!(names <= OUTLINE_BYTES_MAX, "{names} bytes of names are kept");
    let kept = serde_json::to_string(&bounded).expect("a comparison can be kept");
    let again: DiffSummary = serde_json::from_str(&kept).expect("a comparison can be read again");
    assert_eq!(again, bounded);
    // What is within the limits stays as it is.
    assert_eq!(bounded.clone().bounded().files, bounded.files);
});
