#![no_main]
//! The archive of a test run, which a candidate may have written: its bytes, or the files in it.

use std::io::{Cursor, Write};

use fuzz::{MIB, reports, within};
use libfuzzer_sys::fuzz_target;
use shared::domain::results::ArtifactProblem;
use shared::github::archive::{named_file, read_report};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// What tests/hostile_artifacts allows, too.
const CEILING_BYTES: usize = 64 * MIB;
const FILES_MAX: usize = 8;

fuzz_target!(|data: &[u8]| {
    if data.starts_with(b"PK") {
        read(data);
    } else if let Some(archive) = packed(data) {
        read(&archive);
    }
});

fn read(archive: &[u8]) {
    let outcome = within(CEILING_BYTES, || read_report(archive, "tenon-test-results".to_owned()));
    match outcome {
        Ok(report) => reports::check(&report),
        Err(problem) => assert_eq!(problem, ArtifactProblem::Corrupt),
    }
    within(CEILING_BYTES, || named_file(archive));
}

/// An archive whose checksums are right: of files that `data` tells, each a line with its name, a byte that
/// says how long it is (in sixteens) and whether it is deflated, and its content.
fn packed(mut data: &[u8]) -> Option<Vec<u8>> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for _ in 0..FILES_MAX {
        let Some(end) = data.iter().position(|byte| *byte == b'\n') else { break };
        let (name, rest) = data.split_at(end);
        let Some((said, rest)) = rest.get(1..).and_then(<[u8]>::split_first) else { break };
        let (content, rest) = rest.split_at(rest.len().min(usize::from(said >> 1) * 16));
        let method =
            if said & 1 == 1 { CompressionMethod::Deflated } else { CompressionMethod::Stored };
        let options = SimpleFileOptions::default().compression_method(method);
        writer.start_file(String::from_utf8_lossy(name), options).ok()?;
        writer.write_all(content).ok()?;
        data = rest;
    }
    Some(writer.finish().ok()?.into_inner())
}
