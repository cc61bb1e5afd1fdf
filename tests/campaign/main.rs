//! The whole fault campaign: every fault at every external call of every flow. `cargo test -p tests
//! --test campaign`; `TENON_CAMPAIGN_FLOW` names one flow, `TENON_CAMPAIGN_SEED` another order.
#![expect(clippy::disallowed_methods, reason = "what is to be tried is said by the environment")]

use tests::campaign::flow::Flow;
use tests::campaign::tally::{Case, Tally};

#[test]
fn whatever_goes_wrong_nothing_is_lost_or_done_twice_and_every_failure_is_told() {
    let only = std::env::var("TENON_CAMPAIGN_FLOW").ok();
    let seed = std::env::var("TENON_CAMPAIGN_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed: u64 = seed.unwrap_or(1);
    let named = |flow: &Flow| only.as_ref().is_none_or(|only| *only == format!("{flow:?}"));
    let flows: Vec<_> = Flow::ALL.into_iter().filter(named).collect();

    let tally = Tally::of(&flows, |cases: Vec<Case>| cases);

    eprintln!("seed {seed}\n{tally}");
    assert!(tally.wrong.is_empty(), "{}", tally.wrong.join("\n"));
}
