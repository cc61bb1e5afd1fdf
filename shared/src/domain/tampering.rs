//! Files that decide how the tests are run, and what a candidate did to them.

use std::collections::BTreeMap;

use crate::domain::redaction::redact;

/// Where workflows are: a file that is added there could run in place of ours.
pub const WORKFLOWS: &str = ".github/workflows/";

/// Files of a commit: their paths, each with what stands for its content.
pub type Files = BTreeMap<String, String>;

/// How many tampered files are told.
const TAMPERED_MAX: usize = 100;
/// How much of a path is told, in characters.
const PATH_CHARS_MAX: usize = 300;
/// How long their paths may be together, in bytes: a submission must fit its item.
const TAMPERED_BYTES_MAX: usize = 8_000;

/// Git's name for a file without content.
const EMPTY: &str = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";

/// The files under `protected` paths, or among the workflows, that are not as they were in `base`:
/// changed, removed or added. What is added may decide how the tests run without one of them being
/// touched: a `conftest.py`, a configuration of the runner, a module that stands before the real one.
/// Candidates are to write tests all the same, so what is named as a test is theirs to add; whatever
/// a runner loads that is not a test is told. At most
/// 100 are told and at least one, without secrets in their paths, of which long ones are cut.
pub fn tampered_files(base: &Files, handed_in: &Files, protected: &[String]) -> Vec<String> {
    let guarded = |path: &String| protected.iter().any(|prefix| path.starts_with(prefix.as_str()));
    let changed = base
        .iter()
        .filter(|(path, content)| guarded(path) && handed_in.get(*path) != Some(content));
    let new = |path: &String, content: &String| {
        path.starts_with(WORKFLOWS) || guarded(path) && !is_test(path, content)
    };
    let added = handed_in
        .iter()
        .filter(|(path, content)| !base.contains_key(*path) && new(path, content))
        .map(|(path, _content)| path);
    let shown = |path: &String| redact(path).chars().take(PATH_CHARS_MAX).collect::<String>();
    let told = changed.map(|(path, _content)| path).chain(added).map(shown);
    let mut bytes = 0;
    let fits = |path: &String| {
        bytes += path.len();
        bytes <= TAMPERED_BYTES_MAX
    };
    told.take(TAMPERED_MAX).take_while(fits).collect()
}

/// Whether a file is named as the runners of the templates' languages have tests named; a package of
/// them begins with an empty file.
fn is_test(path: &str, content: &str) -> bool {
    let name = path.rsplit_once('/').map_or(path, |(_folder, name)| name);
    if name == "__init__.py" {
        return content == EMPTY;
    }
    let Some((stem, extension)) = name.rsplit_once('.') else { return false };
    let ends_in = |ends: &[&str]| ends.iter().any(|end| stem.ends_with(end));
    match extension {
        "py" => stem.starts_with("test_") || ends_in(&["_test"]),
        "go" => ends_in(&["_test"]),
        "ts" | "tsx" | "js" | "jsx" | "mts" | "mjs" | "cts" | "cjs" => ends_in(&[".test", ".spec"]),
        "java" | "kt" | "cs" => ends_in(&["Test", "Tests"]),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(listed: &[(&str, &str)]) -> Files {
        listed.iter().map(|(path, content)| ((*path).to_owned(), (*content).to_owned())).collect()
    }

    #[test]
    fn what_decides_the_tests_may_not_be_changed_but_tests_may_be_added() {
        let protected = [".github/workflows/".to_owned(), "tests/".to_owned()];
        let base = files(&[
            (".github/workflows/tenon-ci.yml", "a"),
            ("app/main.py", "b"),
            ("tests/cases.json", "c"),
            ("tests/old.py", "d"),
        ]);
        let honest = files(&[
            (".github/workflows/tenon-ci.yml", "a"),
            ("app/main.py", "better"),
            ("tests/cases.json", "c"),
            ("tests/old.py", "d"),
            ("tests/test_more.py", "e"),
        ]);
        assert_eq!(tampered_files(&base, &honest, &protected), Vec::<String>::new());

        let forged = files(&[
            (".github/workflows/tenon-ci.yml", "x"),
            (".github/workflows/zz.yml", "y"),
            ("tests/cases.json", "x"),
        ]);
        let told = [
            ".github/workflows/tenon-ci.yml",
            "tests/cases.json",
            "tests/old.py",
            ".github/workflows/zz.yml",
        ];
        assert_eq!(tampered_files(&base, &forged, &protected), told);
    }

    #[test]
    fn what_is_added_beside_the_tests_is_told_unless_it_is_a_test() {
        let protected = ["tests/".to_owned(), "src/test/".to_owned()];
        let told = |path: &str, content: &str| {
            let added = files(&[(path, content)]);
            !tampered_files(&Files::new(), &added, &protected).is_empty()
        };
        for test in [
            "tests/test_more.py",
            "tests/api/more_test.py",
            "tests/more_test.go",
            "tests/more.test.ts",
            "tests/more.e2e.spec.tsx",
            "src/test/java/MoreTest.java",
            "tests/MoreTests.cs",
            "app/conftest.py",
        ] {
            assert!(!told(test, "x"), "{test}");
        }
        for other in [
            "tests/conftest.py",
            "tests/pytest.ini",
            "tests/fastapi.py",
            "tests/jest.config.js",
            "tests/more.json",
            "tests/latest.py",
            "tests/.spec",
            "src/test/resources/junit-platform.properties",
        ] {
            assert!(told(other, "x"), "{other}");
        }
        let package = "tests/api/__init__.py";
        assert_eq!([EMPTY, "x"].map(|content| told(package, content)), [false, true]);
    }

    #[test]
    fn tampered_files_are_told_without_secrets_and_only_as_many_as_a_submission_can_hold() {
        let added = |paths: Vec<String>| -> Vec<String> {
            let files = paths.iter().map(|path| (path.clone(), String::new())).collect();
            tampered_files(&Files::new(), &files, &[])
        };
        let folder = ".github/workflows/";

        let secret = added(vec![format!("{folder}ghp_0123456789.yml")]);
        assert_eq!(secret, [format!("{folder}[redacted].yml")]);

        let numbered = |n: usize| format!("{folder}{n:03}");
        assert_eq!(added((0..101).map(numbered).collect()).len(), 100);
        let long = |n: usize| format!("{folder}{n:03} {}", "x".repeat(9_000));
        let told = added((0..40).map(long).collect());
        assert_eq!((told.len(), told.iter().map(String::len).max()), (26, Some(300)));
        let wide = added(vec![format!("{folder}{}", "\u{1f980}".repeat(9_000))]);
        assert_eq!(wide[0].chars().count(), 300);
    }
}
