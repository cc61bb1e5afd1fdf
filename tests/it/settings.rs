//! What is written about the settings is what the code reads.

use std::fs;
use std::path::Path;

use local::{environment, settings};

fn committed(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(name)).unwrap()
}

#[test]
fn the_reference_and_the_example_are_those_of_the_code() {
    let anew = "write it anew with `cargo dev settings`";
    assert_eq!(committed("docs/settings.md"), settings::reference(), "{anew}");
    assert_eq!(committed(".env.example"), settings::environment_example(), "{anew}");
}

#[test]
fn the_example_changes_nothing_until_a_line_is_uncommented_and_every_line_can_be() {
    let example = committed(".env.example");
    let lines: Vec<_> = example
        .lines()
        .map(|line| line.strip_prefix("#T").map_or(line.to_owned(), |rest| format!("T{rest}")))
        .collect();

    let nothing = environment::told([], Some(&example)).unwrap();
    let everything = environment::told([], Some(&lines.join("\n"))).unwrap();

    assert_eq!(nothing, environment::Told::default());
    assert_eq!(everything.unknown, Vec::<String>::new());
    assert_eq!(everything.settings["TENON_EMAIL_FROM"], "Tenon <notifications@tenon.com>");
    assert_eq!(everything.settings["TENON_API_PREFIX"], "/api");
}
