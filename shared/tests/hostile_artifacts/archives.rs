//! Archives that are not what they seem.

use std::io::{Cursor, Write as _};

use shared::domain::results::ArtifactProblem;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use crate::{counts, read};

/// The file our templates write.
pub(crate) const NAMED: &str = "tenon-test-results.json";
pub(crate) const REPORT: &[u8] = br#"{"passed": 3, "failed": 1, "total": 4}"#;
const CORRUPT: Result<(u32, u32, u32), ArtifactProblem> = Err(ArtifactProblem::Corrupt);
const MEGABYTE: usize = 1024 * 1024;

/// An archive of these files.
pub(crate) fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    packed(CompressionMethod::Deflated, files)
}

fn packed(method: CompressionMethod, files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, content) in files {
        writer.start_file(*name, options).unwrap();
        writer.write_all(content).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Where the headers of entries begin: in front of their content, and in the directory.
fn headers(archive: &[u8], signature: &[u8]) -> Vec<usize> {
    let found = archive.windows(4).enumerate().filter(|(_, four)| *four == signature);
    found.map(|(at, _)| at).collect()
}

/// `archive` with `bytes` at `local` in every local header and at `central` in every one of the
/// directory.
fn patched(mut archive: Vec<u8>, (local, central): (usize, usize), bytes: &[u8]) -> Vec<u8> {
    for (signature, offset) in [(b"PK\x03\x04", local), (b"PK\x01\x02", central)] {
        for at in headers(&archive, signature) {
            archive[at + offset..at + offset + bytes.len()].copy_from_slice(bytes);
        }
    }
    archive
}

#[tokio::test]
async fn a_bomb_of_one_file_is_not_inflated_in_full() {
    let zeros = vec![b' '; 6 * MEGABYTE];
    for name in [NAMED, "other.json", "junit.xml"] {
        assert_eq!(counts(zipped(&[(name, &zeros)])).await, CORRUPT, "{name}");
    }
}

#[tokio::test]
async fn a_bomb_of_many_files_is_left_after_fifty_megabytes() {
    // Each file keeps to its own limits.
    let mut noise = 1_u32;
    let byte = || {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        noise.to_be_bytes()[0]
    };
    let bytes = std::iter::repeat_with(byte).take(MEGABYTE / 16);
    let block: Vec<u8> = bytes.flat_map(|byte| [byte; 75]).collect();
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("000.json", SimpleFileOptions::default()).unwrap();
    writer.write_all(&block).unwrap();
    for number in 1..60 {
        writer.deep_copy_file("000.json", &format!("{number:03}.json")).unwrap();
    }
    writer.start_file("zzz.xml", SimpleFileOptions::default()).unwrap();
    writer.write_all(b"<testsuite><testcase/></testsuite>").unwrap();

    assert_eq!(counts(writer.finish().unwrap().into_inner()).await, CORRUPT);
}

#[tokio::test]
async fn a_bomb_within_a_bomb_is_never_opened() {
    let innermost = zipped(&[(NAMED, &vec![b' '; 4 * MEGABYTE])]);
    let mut nested = innermost;
    for level in 0..5 {
        let names: Vec<String> = (0..16).map(|number| format!("{level}-{number}.zip")).collect();
        let files: Vec<_> = names.iter().map(|name| (name.as_str(), nested.as_slice())).collect();
        nested = zipped(&files);
    }

    assert_eq!(counts(nested).await, CORRUPT);
}

/// An archive whose `entries` all stand for one and the same content.
fn overlapping(entries: usize) -> Vec<u8> {
    let names: Vec<String> = (0..entries).map(|number| format!("{number:03}.json")).collect();
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), REPORT)).collect();
    let mut archive = packed(CompressionMethod::Stored, &files);
    for at in headers(&archive, b"PK\x01\x02") {
        archive[at + 42..at + 46].copy_from_slice(&[0; 4]);
    }
    archive
}

#[tokio::test]
async fn entries_that_share_their_content_or_their_name_make_no_archive() {
    assert_eq!(counts(overlapping(1)).await, Ok((3, 1, 4)));
    assert_eq!(counts(overlapping(400)).await, CORRUPT);

    let other = br#"{"passed": 4, "failed": 0, "total": 4}"#;
    let two =
        zipped(&[("a-tenon-test-results.json", REPORT), ("b-tenon-test-results.json", other)]);
    assert_eq!(counts(two.clone()).await, Ok((3, 1, 4)));
    let mut twins = two;
    for at in 0..twins.len() - 2 {
        if &twins[at..at + 2] == b"b-" {
            twins[at] = b'a';
        }
    }
    assert_eq!(counts(twins).await, CORRUPT);
}

#[tokio::test]
async fn ten_thousand_entries_are_not_even_listed() {
    let names: Vec<String> = (0..10_000).map(|number| format!("{number}.txt")).collect();
    let mut files: Vec<_> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    files[9_999] = (NAMED, REPORT);

    assert_eq!(counts(packed(CompressionMethod::Stored, &files)).await, CORRUPT);
}

#[tokio::test]
async fn a_path_is_looked_at_for_its_end_and_leads_nowhere() {
    let long = format!("{}/{NAMED}", "x".repeat(60_000));
    for path in [
        "../../../../etc/tenon-test-results.json",
        "/etc/cron.d/tenon-test-results.json",
        "..\\..\\windows\\tenon-test-results.json",
        "C:\\tenon-test-results.json",
        "a\0b/tenon-test-results.json",
        "./././tenon-test-results.json",
        long.as_str(),
    ] {
        assert_eq!(counts(zipped(&[(path, REPORT)])).await, Ok((3, 1, 4)), "{path:.40}");
    }
    let cut_short = "tenon-test-results.json\0.txt";
    assert_eq!(counts(zipped(&[(cut_short, REPORT)])).await, CORRUPT);
    let names: Vec<String> =
        (0..70).map(|number| format!("{number:02}{}", "x".repeat(65_000))).collect();
    let files: Vec<_> = names.iter().map(|name| (name.as_str(), b"".as_slice())).collect();
    assert_eq!(counts(packed(CompressionMethod::Stored, &files)).await, CORRUPT);
}

#[tokio::test]
async fn a_link_is_not_followed_and_is_no_file() {
    for target in ["/etc/passwd", "../../secret", r#"{"passed": 9, "failed": 0, "total": 9}"#] {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.add_symlink(NAMED, target, SimpleFileOptions::default()).unwrap();
        assert_eq!(counts(writer.finish().unwrap().into_inner()).await, CORRUPT, "{target}");
    }
    let folder = zipped(&[("tenon-test-results.json/", b""), ("a.json", REPORT)]);
    assert_eq!(counts(folder).await, Ok((3, 1, 4)));
}

#[tokio::test]
async fn headers_that_lie_about_a_file_make_it_unreadable_and_cost_nothing() {
    let honest = || zipped(&[(NAMED, REPORT)]);
    assert_eq!(counts(honest()).await, Ok((3, 1, 4)));

    let huge = 0x7FFF_FFFF_u32.to_le_bytes();
    let cases = [
        ("encrypted", patched(honest(), (6, 8), &[1, 0])),
        ("of an unknown method", patched(honest(), (8, 10), &[77, 0])),
        ("with another checksum", patched(honest(), (14, 16), &[1, 2, 3, 4])),
        ("larger than the archive", patched(honest(), (18, 20), &huge)),
        ("cut short", honest()[..honest().len() - 30].to_vec()),
    ];
    for (lie, archive) in cases {
        assert_eq!(counts(archive).await, CORRUPT, "{lie}");
    }
    // What it inflates to is counted, not believed.
    let bomb = zipped(&[(NAMED, &vec![b' '; 6 * MEGABYTE])]);
    assert_eq!(counts(patched(bomb, (22, 24), &[10, 0, 0, 0])).await, CORRUPT);
}

#[tokio::test]
async fn something_else_under_the_name_of_an_archive_is_corrupt() {
    for other in [b"<html>".to_vec(), vec![0; MEGABYTE], b"PK\x05\x06".repeat(9_999)] {
        assert_eq!(read(other).await, Err(ArtifactProblem::Corrupt));
    }
    // No archive is empty: what was sent is lost, and asked for again.
    assert_eq!(read(Vec::new()).await, Err(ArtifactProblem::DownloadFailed));
}
