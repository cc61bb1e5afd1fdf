//! Reports that are too much, and many that are one.

use shared::domain::results::{ArtifactProblem, Output, TestReport};

use crate::archives::{NAMED, zipped};
use crate::{counts, read};

const CORRUPT: Result<(u32, u32, u32), ArtifactProblem> = Err(ArtifactProblem::Corrupt);
/// A little less than five megabytes.
const LARGE: usize = 5 * 1024 * 1024 - 200;

/// `length` bytes of text that does not compress into a bomb.
fn noise(length: usize) -> String {
    let mut state = 7_u64;
    let next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'a' + state.to_be_bytes()[0] % 26)
    };
    std::iter::repeat_with(next).take(length).collect()
}

#[tokio::test]
async fn nesting_without_end_is_skipped_and_not_descended_into() {
    // Brackets compress, so there must be something between them.
    let deep: String =
        noise(1_500_000).chars().flat_map(|char| ['[', '"', char, '"', ',']).collect();
    let text = format!(r#"{{"passed":1,"failed":0,"total":1,"x":{}0{}}}"#, &deep[..2_000_000], "");
    assert_eq!(counts(zipped(&[(NAMED, text.as_bytes())])).await, CORRUPT);

    let nested = format!("{}0{}", "[".repeat(100_000), "]".repeat(100_000));
    let text =
        format!(r#"{{"passed":1,"failed":0,"total":1,"pad":"{}","x":{nested}}}"#, noise(9_000));
    assert_eq!(counts(zipped(&[(NAMED, text.as_bytes())])).await, Ok((1, 0, 1)));
}

#[tokio::test]
async fn a_number_beyond_all_numbers_is_no_count() {
    for count in ["1e999", "-1", "99999999999999999999999", "4294967296", "0.5", "1e2", "\"3\""] {
        let text = format!(r#"{{"passed":{count},"failed":0,"total":1}}"#);
        assert_eq!(counts(zipped(&[(NAMED, text.as_bytes())])).await, CORRUPT, "{count}");
    }
    let digits = "9".repeat(50_000) + &noise(1_000);
    let text = format!(r#"{{"total":1,"x":"{digits}"}}"#);
    assert_eq!(counts(zipped(&[(NAMED, text.as_bytes())])).await, Ok((0, 0, 1)));
}

#[tokio::test]
async fn five_megabytes_of_output_are_cut_and_lose_their_secrets() {
    let text = format!(r#"{{"total":1,"stdout":"ghp_0123456789abcdef {}"}}"#, noise(LARGE));
    let TestReport { stdout, stderr, .. } =
        read(zipped(&[(NAMED, text.as_bytes())])).await.unwrap();

    let Output { text, truncated } = stdout.unwrap();
    assert!(text.starts_with("[redacted] ") && truncated);
    assert_eq!((text.chars().count(), stderr), (20_000, None));
}

#[tokio::test]
async fn five_megabytes_in_another_encoding_are_read_within_the_ceiling_too() {
    let text = format!(r#"{{"total":2,"stdout":"{}"}}"#, noise(LARGE / 2 - 100));
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(counts(zipped(&[(NAMED, &wide)])).await, Ok((0, 0, 2)));

    let suite = "<testsuite><testcase/></testsuite>";
    let marked =
        [b"\xFE\xFF", &*suite.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>()];
    assert_eq!(counts(zipped(&[("a.xml", &marked.concat())])).await, Ok((1, 0, 1)));
}

#[tokio::test]
async fn entities_are_never_expanded_and_a_document_type_is_refused() {
    let laughs = r#"<!DOCTYPE t [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
        <!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d SYSTEM "file:///etc/passwd">]>
        <testsuite><testcase name="&c;"/><testcase>&d;</testcase></testsuite>"#;
    assert_eq!(counts(zipped(&[("a.xml", laughs.as_bytes())])).await, CORRUPT);

    let unknown = "<testsuite><testcase name=\"&c;\"/><testcase>&d;</testcase></testsuite>";
    assert_eq!(counts(zipped(&[("a.xml", unknown.as_bytes())])).await, Ok((2, 0, 2)));
}

#[tokio::test]
async fn a_suite_has_32_levels_and_20000_cases_over_all_its_files() {
    let deep = |levels: usize| {
        format!("{}{}", "<testsuite>".repeat(levels), "</testsuite>".repeat(levels))
    };
    assert_eq!(counts(zipped(&[("a.xml", deep(32).as_bytes())])).await, Ok((0, 0, 0)));
    assert_eq!(counts(zipped(&[("a.xml", deep(33).as_bytes())])).await, CORRUPT);

    let cases = |count: usize| format!("<testsuite>{}</testsuite>", "<testcase/>".repeat(count));
    let (most, one) = (cases(5_000), cases(1));
    let names: Vec<String> = (0..4).map(|number| format!("{number}.xml")).collect();
    let mut files: Vec<_> = names.iter().map(|name| (name.as_str(), most.as_bytes())).collect();
    assert_eq!(counts(zipped(&files)).await, Ok((20_000, 0, 20_000)));
    files.push(("more.xml", one.as_bytes()));
    assert_eq!(counts(zipped(&files)).await, CORRUPT);
}

#[tokio::test]
async fn all_suites_of_an_archive_are_one_report_and_skipped_cases_are_told_apart() {
    let spaced = r#"<j:testsuites xmlns:j="urn:j"><j:testsuite><j:testcase><j:error/></j:testcase>
        <j:testcase><j:skipped/></j:testcase></j:testsuite></j:testsuites>"#;
    let archive = zipped(&[
        ("coverage.xml", b"<coverage><testcase/></coverage>"),
        ("unit/junit.xml", b"<testsuite><testcase/><testcase/></testsuite>"),
        ("web/junit.xml", spaced.as_bytes()),
    ]);

    let report = read(archive).await.unwrap();

    assert_eq!((report.passed, report.failed, report.total), (2, 1, 4));
    assert_eq!(report.summary.as_deref(), Some(r#"{"format":"junit","skipped":1}"#));
}
