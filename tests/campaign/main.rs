//! The whole fault campaign: every fault at every external call of every flow, a quarter of an hour.
//! `cargo test --workspace --test campaign -- --nocapture`; `TENON_CAMPAIGN_FLOW` names one flow,
//! `TENON_CAMPAIGN_FAULTS` how many faults are enough, and `TENON_CAMPAIGN_SEED` which those are, and in
//! which order.
#![expect(clippy::disallowed_methods, reason = "what is to be tried is said by the environment")]
#![expect(clippy::print_stderr, reason = "the summary is what it is run for")]

use tests::campaign::flow::Flow;
use tests::campaign::tally::{Case, Tally, sample};

#[test]
fn whatever_goes_wrong_nothing_is_lost_or_done_twice_and_every_failure_is_told() {
    let said = |what: &str| std::env::var(format!("TENON_CAMPAIGN_{what}")).ok();
    let number = |what: &str| said(what).and_then(|text| text.parse::<u64>().ok());
    let only = said("FLOW");
    let seed = number("SEED").unwrap_or(1);
    let count = number("FAULTS").and_then(|count| usize::try_from(count).ok());
    let named = |flow: &Flow| only.as_ref().is_none_or(|only| *only == format!("{flow:?}"));
    let flows: Vec<_> = Flow::ALL.into_iter().filter(named).collect();

    let all = |cases: Vec<Case>| sample(cases, seed, count.unwrap_or(usize::MAX));
    let tally = Tally::of(&flows, all);

    eprintln!("seed {seed}\n{tally}");
    assert!(tally.wrong.is_empty(), "{}", tally.wrong.join("\n"));
}
