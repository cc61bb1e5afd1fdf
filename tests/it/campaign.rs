//! A sample of the fault campaign, and that the campaign leaves nothing out. All of it is a target of its
//! own: `cargo test -p tests --test campaign`.

use shared::domain::job::Job;
use tests::campaign::flow::Flow;
use tests::campaign::tally::{Tally, sample};
use tests::document::changing_operations;

/// Which faults the sample has.
const SEED: u64 = 1;
/// How many flows it plays, and how many faults befall them.
const FLOWS: usize = 6;
const FAULTS: usize = 12;
/// The operation that could change something by its method, and writes nothing.
const NO_FLOW: [&str; 1] = ["logOut"];

#[test]
fn a_sample_of_all_faults_leaves_nothing_lost_done_twice_or_untold() {
    let step = Flow::ALL.len() / FLOWS;
    let flows: Vec<_> = Flow::ALL.into_iter().step_by(step).take(FLOWS).collect();

    let tally = Tally::of(&flows, |cases| sample(cases, SEED, FAULTS));

    assert!(tally.wrong.is_empty(), "seed {SEED}\n{tally}\n{}", tally.wrong.join("\n"));
    assert_eq!(tally.injections(), FAULTS, "seed {SEED}\n{tally}");
}

#[test]
fn every_kind_of_job_and_every_route_that_changes_something_is_a_flow() {
    let kinds: Vec<_> = Flow::ALL.into_iter().filter_map(Flow::job_kind).collect();
    assert_eq!(kinds, Job::KINDS);

    let covered: Vec<_> = Flow::ALL.into_iter().filter_map(Flow::operation).collect();
    let changing = changing_operations();
    let left_out = changing.iter().map(String::as_str).filter(|name| !covered.contains(name));
    assert_eq!(left_out.collect::<Vec<_>>(), NO_FLOW);
}
