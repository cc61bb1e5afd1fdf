//! The shape of the sources: imports follow the arrows, files hold one idea, names say something.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

const LINES_MAX: usize = 400;
/// The size of the largest file that is no program's output, in bytes.
const BYTES_MAX: u64 = 1024 * 1024;
/// Folders that nobody commits.
const BUILT: [&str; 6] = ["target", ".git", "node_modules", ".tenon", ".schemathesis", ".aws-sam"];
const EMPTY_NAMES: [&str; 5] = ["utils", "helpers", "common", "misc", "manager"];

/// What each module of `shared` may import, besides itself. The picture is in `shared/src/lib.rs`.
fn arrows() -> BTreeMap<&'static str, Vec<&'static str>> {
    let domain = vec!["domain"];
    let base = vec!["domain", "error", "secret"];
    let ports = vec![
        "domain",
        "error",
        "secret",
        "clock",
        "mint",
        "config",
        "ledger",
        "permissions",
        "telemetry",
    ];
    let with = |more: &[&'static str], of: &[&'static str]| [of, more].concat();
    let vault = with(&["aws", "telemetry"], &ports);
    let auth = with(&["store", "http_client"], &ports);
    let limits = with(&["store"], &ports);
    let creates = limits.clone();
    let ready = with(&["vault"], &limits);
    let app = with(
        &["auth", "aws", "creates", "email", "github", "limits", "queue", "ready", "vault"],
        &auth,
    );
    let flows = with(&["app"], &app);
    BTreeMap::from([
        ("domain", vec![]),
        ("error", domain),
        ("clock", vec![]),
        ("mint", vec![]),
        ("secret", vec![]),
        ("ledger", vec![]),
        ("permissions", vec![]),
        ("telemetry", vec!["clock", "config", "http_client"]),
        ("http_client", vec!["config"]),
        ("aws", vec!["config", "error", "http_client"]),
        ("vault", vault),
        ("config", base),
        ("store", with(&["telemetry"], &ports)),
        ("queue", with(&["aws"], &ports)),
        ("github", with(&["http_client", "vault"], &ports)),
        ("email", with(&["http_client", "vault"], &ports)),
        ("auth", auth),
        ("creates", creates),
        ("limits", limits),
        ("ready", ready),
        ("app", app),
        ("jobs", with(&["flows"], &flows)),
        ("http", with(&["flows", "jobs"], &flows)),
        ("flows", flows),
    ])
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every Rust source below `folder`, by its path from the root, with its text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let root = root();
    let mut left = vec![root.join(folder)];
    let mut found = Vec::new();
    while let Some(path) = left.pop() {
        if path.is_dir() {
            left.extend(fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
            found.push((name, fs::read_to_string(&path).unwrap()));
        }
    }
    found.sort();
    found
}

fn all_sources() -> Vec<(String, String)> {
    ["shared", "functions", "infra", "tests", "benches", "fuzz"]
        .into_iter()
        .flat_map(sources)
        .collect()
}

/// The imports of `text` from the crate it is in: `use crate::store::Store` is `store`.
fn imports(text: &str) -> impl Iterator<Item = &str> {
    text.split("crate::").skip(1).filter_map(|after| {
        let end = after.find(|c: char| !c.is_alphanumeric() && c != '_');
        after.get(..end?)
    })
}

#[test]
fn imports_of_the_shared_crate_follow_the_arrows() {
    let arrows = arrows();
    let mut wrong = Vec::new();
    for (name, text) in sources("shared/src") {
        let inside = name.strip_prefix("shared/src/").unwrap();
        let module = inside.split(['/', '.']).next().unwrap();
        if module == "lib" {
            continue;
        }
        let allowed = arrows.get(module);
        let allowed = allowed.unwrap_or_else(|| panic!("{name}: give `{module}` its arrows here"));
        // Unit tests may reach for what they need.
        let code = text.split("#[cfg(test)]").next().unwrap();
        let test_file = inside.contains("tests") || inside == "auth/provider.rs";
        for import in imports(code).filter(|_| !test_file) {
            if import != module && !allowed.contains(&import) {
                wrong.push(format!("{name}: `{module}` must not import `{import}`"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "move the code, or change the picture and this test");
}

#[test]
fn the_domain_is_pure() {
    // An address is a value; a socket is not.
    let impure =
        ["async ", ".await", "serde_json::Value", "std::fs", "TcpStream", "UdpSocket", "reqwest"];
    for (name, text) in sources("shared/src/domain") {
        let code = text.split("#[cfg(test)]").next().unwrap();
        for word in impure {
            assert!(!code.contains(word), "{name}: the domain must not know `{word}`");
        }
    }
}

#[test]
fn a_file_holds_one_idea() {
    for (name, text) in all_sources() {
        let lines = text.lines().count();
        assert!(
            lines <= LINES_MAX,
            "{name}: {lines} lines; split it at the seam between two ideas"
        );
    }
}

#[test]
fn nothing_large_is_among_the_sources() {
    let mut left = vec![root()];
    while let Some(folder) = left.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let entry = entry.unwrap();
            let (path, kind) = (entry.path(), entry.file_type().unwrap());
            if kind.is_dir() && !BUILT.iter().any(|built| entry.file_name() == *built) {
                left.push(path);
            } else if kind.is_file() {
                let bytes = entry.metadata().unwrap().len();
                assert!(
                    bytes <= BYTES_MAX,
                    "{}: {bytes} bytes; a program's output is not committed",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn names_say_something() {
    for (name, _text) in all_sources() {
        for part in name.split(['/', '.']) {
            assert!(!EMPTY_NAMES.contains(&part), "{name}: say what is in it");
        }
    }
}

#[test]
fn every_flow_is_used() {
    let users: String = [sources("functions"), sources("shared/src"), sources("infra")]
        .concat()
        .into_iter()
        .map(|(_name, text)| text)
        .collect();
    for (name, text) in sources("shared/src/flows") {
        let declared = |line: &'_ str| {
            let rest = line.strip_prefix("pub async fn ").or_else(|| line.strip_prefix("pub fn "));
            rest.and_then(|rest| rest.split(['(', '<']).next()).map(str::to_owned)
        };
        for function in text.lines().filter_map(declared) {
            let calls = users.matches(&format!("{function}(")).count();
            assert!(calls > 1, "{name}: nobody calls `{function}`");
        }
    }
}
