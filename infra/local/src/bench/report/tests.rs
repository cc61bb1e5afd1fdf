use serde_json::{Value, json};

use crate::bench::spread::Spread;

use super::*;

fn spread(min_us: u64, p50_us: u64, p95_us: u64) -> Spread {
    Spread { min_us, p50_us, p95_us }
}

fn report() -> Report {
    let bare = Figures { start: spread(1_900, 2_000, 2_500), ..Figures::default() };
    let tasks = Figures {
        start: spread(6_004, 7_000, 9_996),
        start_cpu: spread(3_000, 3_210, 3_500),
        cut_off: spread(5_000, 5_005, 6_000),
        cut_off_cpu: spread(2_900, 3_000, 3_100),
        first: spread(10_000, 12_345, 20_000),
        warm: spread(1_000, 1_500, 2_000),
        warm_cpu_us: 456,
        rss_first_kib: 9_000,
        rss_end_kib: 9_500,
    };
    let weights = [(Name::Bare, 1_700, 800), (Name::Tasks, 8_200, 3_900)];
    let weights = weights.map(|(name, binary_kib, zip_kib)| (name, Weight { binary_kib, zip_kib }));
    let figures = [(Name::Bare, bare), (Name::Tasks, tasks)];
    Report::new("release".to_owned(), Counts { runs: 20, warm: 1_000 }, &weights, &figures)
}

#[test]
fn a_function_is_a_line_beside_the_bare_one() {
    let told = report().to_string();

    let lines: Vec<_> = told.lines().collect();
    assert_eq!(lines.first(), Some(&"profile release, 20 starts, 1000 requests"));
    assert_eq!(lines.len(), 6);
    let words: Vec<_> = lines[5].split_whitespace().collect();
    let expected = [
        "tasks", "8200", "3900", "7.00", "[10.00]", "6.00", "3.21", "3.50", "5.01", "3.00",
        "12.35", "[20.00]", "1.50", "[2.00]", "0.46", "9000", "9500",
    ];
    assert_eq!(words, expected);
    let width = lines[3].chars().count();
    assert_eq!([lines[4], lines[5]].map(|line| line.chars().count()), [width, width]);
}

#[test]
fn the_bare_function_has_no_budget_and_the_others_are_held_against_it() {
    let told: Vec<_> = report().over_budget().iter().map(ToString::to_string).collect();
    assert_eq!(told, ["tasks: the binary in KiB is 8200, and may be 8192"]);
}

#[test]
fn programs_read_the_same_in_microseconds() {
    let read: Value = serde_json::from_str(&report().to_json().unwrap()).unwrap();

    assert_eq!(read["profile"], "release");
    assert_eq!(read["counts"], json!({ "runs": 20, "warm": 1_000 }));
    let tasks = &read["functions"][1];
    assert_eq!(tasks["name"], "tasks");
    assert_eq!((&tasks["binaryKib"], &tasks["zipKib"]), (&json!(8_200), &json!(3_900)));
    assert_eq!(tasks["first"], json!({ "minUs": 10_000, "p50Us": 12_345, "p95Us": 20_000 }));
    assert_eq!(tasks["startRatio"], 350);
}
