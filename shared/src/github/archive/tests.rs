use std::io::Write;

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::*;

/// An archive of the given files, deflated.
fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn counts(files: &[(&str, &[u8])]) -> Result<(u32, u32, u32), ArtifactProblem> {
    counts_in(&zipped(files))
}

fn counts_in(archive: &[u8]) -> Result<(u32, u32, u32), ArtifactProblem> {
    let report = read_report(archive, "results".to_owned())?;
    Ok((report.passed, report.failed, report.total))
}

/// Bytes that do not compress.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let next = |_| {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state.to_be_bytes()[0]
    };
    (0..length).map(next).collect()
}

const REPORT: &[u8] = br#"{"passed": 3, "failed": 1, "total": 4}"#;
const OTHER: &[u8] = br#"{"passed": 9, "failed": 9, "total": 18}"#;
const JUNIT: &[u8] = b"<testsuite><testcase/><testcase><skipped/></testcase></testsuite>";

#[test]
fn the_named_file_comes_first_then_other_json_then_junit() {
    let named = ("any/../folder/x-tenon-test-results.json", REPORT);
    let other = ("a.JSON", OTHER);
    let junit = ("b.XML", JUNIT);

    assert_eq!(counts(&[junit, other, named]), Ok((3, 1, 4)));
    assert_eq!(counts(&[junit, other]), Ok((9, 9, 18)));
    assert_eq!(counts(&[junit]), Ok((1, 0, 2)));
}

#[test]
fn the_report_says_which_artifact_it_came_from() {
    let report = read_report(&zipped(&[("tenon-test-results.json", REPORT)]), "mine".to_owned());

    assert_eq!(report.unwrap().artifact_name, "mine");
}

#[test]
fn junit_files_are_added_up_and_others_are_passed_over() {
    let coverage = ("coverage.xml", b"<!DOCTYPE coverage SYSTEM 'x'><coverage/>".as_slice());

    assert_eq!(counts(&[coverage, ("a.xml", JUNIT), ("b.xml", JUNIT)]), Ok((2, 0, 4)));
    assert_eq!(counts(&[coverage]), Err(ArtifactProblem::Corrupt));
    assert_eq!(
        counts(&[("a.xml", JUNIT), ("b.xml", b"<testsuite><testcase>")]),
        Err(ArtifactProblem::Corrupt)
    );
}

#[test]
fn an_external_entity_is_never_read() {
    let xml =
        br#"<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]><testsuite>&f;</testsuite>"#;

    assert_eq!(counts(&[("a.xml", xml)]), Err(ArtifactProblem::Corrupt));
}

#[test]
fn an_odd_count_in_the_named_file_is_not_papered_over_by_another_file() {
    let odd = ("tenon-test-results.json", br#"{"passed": -1}"#.as_slice());

    assert_eq!(counts(&[odd, ("a.json", OTHER)]), Err(ArtifactProblem::Corrupt));
}

#[test]
fn an_empty_named_file_gives_way_to_the_next() {
    let empty = ("tenon-test-results.json", b"{}".as_slice());

    assert_eq!(counts(&[empty, ("a.json", OTHER)]), Ok((9, 9, 18)));
    assert_eq!(counts(&[empty]), Err(ArtifactProblem::Corrupt));
}

#[test]
fn text_is_read_in_every_encoding_a_shell_writes() {
    let plain = String::from_utf8(REPORT.to_vec()).unwrap();
    let little = |bom: &[u8]| {
        [bom, &plain.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>()].concat()
    };
    let big = |bom: &[u8]| {
        [bom, &plain.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>()].concat()
    };
    let marked = [b"\xEF\xBB\xBF", REPORT].concat();

    for file in [marked, little(b"\xFF\xFE"), little(b""), big(b"\xFE\xFF"), big(b"")] {
        assert_eq!(counts(&[("tenon-test-results.json", &file)]), Ok((3, 1, 4)));
    }
}

#[test]
fn a_bomb_is_not_inflated() {
    let bomb = vec![b' '; 4 * 1024 * 1024];
    assert_eq!(counts(&[("tenon-test-results.json", &bomb)]), Err(ArtifactProblem::Corrupt));

    let mut honest = vec![b' '; 60 * 1024];
    honest.extend_from_slice(REPORT);
    assert_eq!(counts(&[("tenon-test-results.json", &honest)]), Ok((3, 1, 4)));
}

#[test]
fn five_megabytes_are_read_and_not_a_byte_more() {
    let padded = |length: usize| {
        let mut file = br#"{"total": 1, "x": ""#.to_vec();
        file.extend(noise(length - file.len() - 2).into_iter().map(|byte| b'a' + byte % 16));
        file.extend_from_slice(b"\"}");
        file
    };
    let limit = 5 * 1024 * 1024;

    assert_eq!(counts(&[("tenon-test-results.json", &padded(limit))]), Ok((0, 0, 1)));
    let longer = padded(limit + 1);
    assert_eq!(counts(&[("tenon-test-results.json", &longer)]), Err(ArtifactProblem::Corrupt));
}

#[test]
fn fifty_megabytes_are_inflated_in_all() {
    let block = noise(1_000);
    let bytes = zipped(&[("0.json", &block), ("1.json", &block), ("2.json", OTHER)]);
    let mut archive = Archive::open(&bytes).unwrap();
    assert_eq!(archive.inflatable_bytes, 50 * 1024 * 1024);

    let needed = 2_000 + u64::try_from(OTHER.len()).unwrap();
    archive.inflatable_bytes = needed;
    assert_eq!(archive.report().map(|report| report.unwrap().total), Ok(18));
    assert_eq!(archive.inflatable_bytes, 0);

    archive.inflatable_bytes = needed - 1;
    assert_eq!(archive.report(), Ok(None));
}

#[test]
fn five_hundred_entries_are_enough() {
    let names: Vec<_> = (0..500).map(|n| format!("{n}.txt")).collect();
    let mut files: Vec<_> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    files[499] = ("tenon-test-results.json", REPORT);

    assert_eq!(counts(&files), Ok((3, 1, 4)));
    files.push(("one-more.txt", b""));
    assert_eq!(counts(&files), Err(ArtifactProblem::Corrupt));
}

#[test]
fn what_is_no_archive_or_is_damaged_is_corrupt() {
    assert_eq!(counts_in(b""), Err(ArtifactProblem::Corrupt));
    assert_eq!(counts_in(b"<html>not a zip</html>"), Err(ArtifactProblem::Corrupt));
    assert_eq!(counts(&[]), Err(ArtifactProblem::Corrupt));
    assert_eq!(counts(&[("readme.txt", REPORT)]), Err(ArtifactProblem::Corrupt));

    let mut damaged = zipped(&[("tenon-test-results.json", REPORT)]);
    let content = damaged.windows(4).position(|four| four == b"json").unwrap() + 6;
    damaged[content] ^= 0xFF;
    assert_eq!(counts_in(&damaged), Err(ArtifactProblem::Corrupt));

    let whole = zipped(&[("tenon-test-results.json", REPORT)]);
    assert_eq!(counts_in(&whole[..whole.len() / 2]), Err(ArtifactProblem::Corrupt));
}
