//! What is written about the settings is what the code reads.

use std::fs;
use std::path::Path;

use local::{environment, generated};
use shared::config::settings::ALL;

fn committed(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)).unwrap()
}

#[test]
fn what_is_made_from_the_code_is_what_the_code_makes() {
    for (name, text) in generated::files().unwrap() {
        assert!(committed(&name) == text, "{name} is old: run `cargo dev docs` and commit it");
    }
}

#[test]
fn the_example_changes_nothing_until_a_line_is_uncommented_and_every_line_can_be() {
    let example = committed(".env.example");
    let uncommented = example.lines().map(|line| match line.strip_prefix('#') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_uppercase()) => rest,
        _ => line,
    });
    let uncommented = uncommented.collect::<Vec<_>>().join("\n");

    let nothing = environment::told([], Some(&example)).unwrap();
    let everything = environment::told([], Some(&uncommented)).unwrap();

    assert_eq!(nothing, environment::Told::default());
    assert_eq!(everything.unknown, Vec::<String>::new());
    let all = ALL.iter().flat_map(|group| group.settings).count();
    assert_eq!(everything.settings.len(), all - 1, "all but TENON_ENV");
    assert_eq!(everything.settings["TENON_EMAIL_FROM"], "Tenon <notifications@tenon.com>");
    assert_eq!(everything.settings["TENON_API_PREFIX"], "/api");
}
