//! What a test run left, read as a job reads it.

use std::hint::black_box;
use std::io::{Cursor, Write};

use criterion::{Criterion, Throughput};
use shared::github::archive::read_report;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const NAMED: &str = "tenon-test-results.json";
/// A little less than the five megabytes that an entry may have.
const LARGEST_BYTES: usize = 5 * 1_024 * 1_024 - 200;
/// The most test cases that are counted.
const CASES_MAX: usize = 20_000;

pub(crate) fn all(criterion: &mut Criterion) {
    let report = |output: &str| {
        format!(r#"{{"passed":199,"failed":1,"total":200,"stdout":"{output}","stderr":""}}"#)
    };
    let typical = "test_payments.py::test_a_payment_is_booked PASSED\\n".repeat(200);
    // Letters that do not compress into a bomb.
    let noise = noise(LARGEST_BYTES);
    let mut group = criterion.benchmark_group("artifact");
    group.sample_size(20);
    for (name, file, content) in [
        ("JSON, 200 tests", NAMED, report(&typical)),
        ("JUnit, 200 tests", "junit.xml", junit(200)),
        ("JSON, 5 MiB", NAMED, report(&noise)),
        ("JUnit, 20,000 tests", "junit.xml", junit(CASES_MAX)),
    ] {
        let archive = zipped(file, &content);
        let read = || read_report(black_box(&archive), "tenon-test-results".to_owned());
        assert!(read().is_ok(), "{name}");
        group.throughput(Throughput::Bytes(content.len().try_into().unwrap()));
        group.bench_function(name, |it| it.iter(read));
    }
    group.finish();
}

fn junit(cases: usize) -> String {
    let case = |number| {
        let end = if number % 50 == 0 {
            "><failure>expected 1, not 2</failure></testcase>"
        } else {
            "/>"
        };
        format!(
            r#"<testcase classname="payments" name="test {number} {}" time="0.{number}"{end}"#,
            noise(40)
        )
    };
    let cases: String = (0..cases).map(case).collect();
    format!(
        r#"<?xml version="1.0"?><testsuites><testsuite name="api">{cases}</testsuite></testsuites>"#
    )
}

fn noise(length: usize) -> String {
    let mut state = 7_u64;
    let next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let [first, ..] = state.to_be_bytes();
        char::from(b'a' + first % 26)
    };
    std::iter::repeat_with(next).take(length).collect()
}

fn zipped(name: &str, content: &str) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file(name, SimpleFileOptions::default()).unwrap();
    writer.write_all(content.as_bytes()).unwrap();
    writer.finish().unwrap().into_inner()
}
