//! `JUnit`'s XML, counted test case by test case. Entities and types are never resolved.

use quick_xml::Reader;
use quick_xml::events::Event;

use crate::domain::results::TestReport;
use crate::github::archive::Corrupt;

/// The deepest nesting of elements.
const DEPTH_MAX: usize = 32;
/// The most test cases of all files together.
const CASES_MAX: u32 = 20_000;

/// How many test cases ended how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    passed: u32,
    failed: u32,
    skipped: u32,
}

#[derive(Clone, Copy)]
enum Case {
    Passed,
    Skipped,
    Failed,
}

/// The tally of a document whose root is `testsuite` or `testsuites`; none for any other document,
/// and for one with a document type, which `JUnit` never has and other tools' files do.
///
/// Corrupt if a `JUnit` document is broken, nests too deep or has too many cases.
pub fn tally(xml: &str) -> Result<Option<Tally>, Corrupt> {
    let mut reader = Reader::from_str(xml);
    let mut walk = Walk::default();
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(_) if walk.is_junit => return Err(Corrupt),
            Err(_) => return Ok(None),
        };
        match event {
            Event::Start(element) => {
                walk.open(element.local_name().into_inner())?;
            }
            Event::Empty(element) => {
                let name = element.local_name();
                walk.open(name.into_inner())?;
                walk.close(name.into_inner())?;
            }
            Event::End(element) => walk.close(element.local_name().into_inner())?,
            Event::DocType(_) if walk.is_junit => return Err(Corrupt),
            Event::DocType(_) => return Ok(None),
            Event::Eof if walk.depth > 0 => return Err(Corrupt),
            Event::Eof => return Ok(walk.is_junit.then_some(walk.tally)),
            _ => {}
        }
        if walk.depth > 0 && !walk.is_junit {
            return Ok(None);
        }
    }
}

#[derive(Default)]
struct Walk {
    is_junit: bool,
    depth: usize,
    case: Option<Case>,
    tally: Tally,
}

impl Walk {
    fn open(&mut self, name: &str) -> Result<(), Corrupt> {
        if self.depth == 0 {
            // A second root, or a first one of another kind.
            if self.is_junit {
                return Err(Corrupt);
            }
            self.is_junit = matches!(name, "testsuite" | "testsuites");
        }
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Corrupt);
        }
        self.case = match (name, self.case) {
            ("testcase", None) => Some(Case::Passed),
            ("failure" | "error", Some(_)) => Some(Case::Failed),
            ("skipped", Some(Case::Passed)) => Some(Case::Skipped),
            (_, case) => case,
        };
        Ok(())
    }

    fn close(&mut self, name: &str) -> Result<(), Corrupt> {
        self.depth = self.depth.saturating_sub(1);
        if name != "testcase" {
            return Ok(());
        }
        let mut one = Tally::default();
        match self.case.take() {
            Some(Case::Passed) => one.passed = 1,
            Some(Case::Skipped) => one.skipped = 1,
            Some(Case::Failed) => one.failed = 1,
            None => {}
        }
        self.tally = self.tally.plus(one)?;
        Ok(())
    }
}

impl Tally {
    /// Both together, if they are not too many.
    pub fn plus(self, other: Self) -> Result<Self, Corrupt> {
        let sum = Self {
            passed: self.passed + other.passed,
            failed: self.failed + other.failed,
            skipped: self.skipped + other.skipped,
        };
        if sum.total() <= CASES_MAX { Ok(sum) } else { Err(Corrupt) }
    }

    fn total(self) -> u32 {
        self.passed + self.failed + self.skipped
    }

    /// The tally as a report: skipped cases are in the total and have not passed.
    pub fn report(self) -> TestReport {
        TestReport {
            passed: self.passed,
            failed: self.failed,
            total: self.total(),
            stdout: None,
            stderr: None,
            summary: Some(format!(r#"{{"format":"junit","skipped":{}}}"#, self.skipped)),
            artifact_name: String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(xml: &str) -> Result<Option<(u32, u32, u32)>, Corrupt> {
        tally(xml).map(|tally| tally.map(|tally| (tally.passed, tally.failed, tally.skipped)))
    }

    #[test]
    fn every_case_is_counted_once_by_how_it_ended() {
        let xml = r#"<?xml version="1.0"?>
            <testsuites tests="99"><testsuite>
              <testcase name="a"/>
              <testcase name="b"><system-out>&lt;failure/&gt; &unknown;</system-out></testcase>
              <testcase name="c"><failure>no</failure></testcase>
              <testcase name="d"><rerun><error/></rerun><skipped/></testcase>
              <testcase name="e"><skipped message="later"/></testcase>
            </testsuite></testsuites>"#;

        assert_eq!(counted(xml), Ok(Some((2, 2, 1))));
    }

    #[test]
    fn namespaces_do_not_hide_cases() {
        let xml =
            r#"<j:testsuite xmlns:j="urn:j"><j:testcase><j:failure/></j:testcase></j:testsuite>"#;

        assert_eq!(counted(xml), Ok(Some((0, 1, 0))));
    }

    #[test]
    fn other_documents_are_passed_over() {
        for xml in [
            "",
            "not xml",
            "<coverage><testcase/></coverage>",
            "<!DOCTYPE coverage SYSTEM 'x'><coverage/>",
            "<!DOCTYPE a [<!ENTITY b 'c'>]><testsuite><testcase/></testsuite>",
        ] {
            assert_eq!(counted(xml), Ok(None), "{xml}");
        }
    }

    #[test]
    fn a_broken_junit_document_is_corrupt_and_not_half_counted() {
        let deep = format!("<testsuite>{}{}</testsuite>", "<a>".repeat(32), "</a>".repeat(32));
        for xml in [
            "<testsuite><testcase/>",
            "<testsuite><testcase></testsuite>",
            "<testsuite/><testsuite/>",
            deep.as_str(),
        ] {
            assert_eq!(counted(xml), Err(Corrupt), "{xml}");
        }
        let allowed = format!("<testsuite>{}{}</testsuite>", "<a>".repeat(31), "</a>".repeat(31));
        assert_eq!(counted(&allowed), Ok(Some((0, 0, 0))));
    }

    #[test]
    fn twenty_thousand_cases_are_enough() {
        let suite =
            |cases: usize| format!("<testsuite>{}</testsuite>", "<testcase/>".repeat(cases));

        assert_eq!(counted(&suite(20_000)), Ok(Some((20_000, 0, 0))));
        assert_eq!(counted(&suite(20_001)), Err(Corrupt));
    }
}
