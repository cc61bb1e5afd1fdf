//! Two recruiters, two candidates, workers and GitHub do things at the same time, and each of their calls
//! waits until it is let go: in whatever order that happens, the answers can be explained by some order of
//! the things themselves, and in the end nothing is missing and nothing is there twice.
//!
//! A case is a list of what is done and a list of choices, which say at every step whose turn it is. Both are
//! drawn with a fixed seed; `TENON_CAMPAIGN_SEED` and `TENON_CAMPAIGN_CASES` draw others. A failure shows the
//! shortest case that was found to fail, to be kept as a test of its own below.

mod deed;
mod doubtful;
mod ending;
mod model;
mod moment;
mod order;
mod perform;
mod play;
mod stage;

use std::time::Duration;

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use tokio::runtime::Builder;

use deed::{Actor, Age, Case, Deed, Guest, Messages, Opening, Which, case};
use ending::judged;
use moment::restored_wrong;
use play::Play;

/// Drawn when nobody says otherwise.
const SEED: u64 = 6;
const CASES: u32 = 20;
const RESTORES: u32 = 8;
/// How long a shorter case that fails is looked for.
const SHRINKING_MS: u32 = 180_000;
/// Who calls gives a call up that waits longer, as after a fault; then the case is another one.
const WAIT_MAX: Duration = Duration::from_millis(1_400);
/// How often a case is played whose calls waited too long, because the machine had other things to do.
const TRIES: usize = 4;

/// What came of a case.
struct Played {
    wrong: Vec<String>,
    steps: Vec<String>,
    hurried: bool,
}

/// Plays `case` on a stack of its own, in one thread; with a number of writes after which the table is
/// copied, and restored in the end.
fn played(case: &Case, copied_after: Option<i64>) -> Played {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let once = || {
        runtime.block_on(async {
            let mut play = Box::pin(Play::begin()).await;
            play.copy.after = copied_after.unwrap_or(0);
            Box::pin(play.in_turn(case.opening.deeds())).await;
            Box::pin(play.interleaved(case)).await;
            if play.copy.after > 0 {
                play.copy().await;
            }
            let hurried = play.hurried;
            let mut wrong = Box::pin(judged(&mut play, case.messages)).await;
            if copied_after.is_some() {
                wrong.extend(Box::pin(restored_wrong(&play)).await);
            }
            let in_time = play.stage.turns.longest() < WAIT_MAX;
            in_time.then_some(Played { wrong, steps: play.steps, hurried })
        })
    };
    (0..TRIES).find_map(|_| once()).unwrap()
}

#[expect(clippy::disallowed_methods, reason = "whoever starts a campaign says which")]
fn setting(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().unwrap())
}

/// Draws cases, so many times one of `count`, and plays them until one goes wrong.
fn campaign<S>(count: u32, cases: &S, play: impl Fn(&S::Value) -> Played)
where
    S: Strategy,
{
    let seed = setting("TENON_CAMPAIGN_SEED", SEED);
    let cases_wanted = setting("TENON_CAMPAIGN_CASES", count.into());
    let config = Config {
        cases: u32::try_from(cases_wanted).unwrap(),
        failure_persistence: None,
        max_shrink_time: SHRINKING_MS,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_be_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let found = TestRunner::new_with_rng(config, rng).run(cases, |case| {
        let wrong = play(&case).wrong;
        if wrong.is_empty() { Ok(()) } else { Err(TestCaseError::fail(wrong.join("\n"))) }
    });
    let told = match found {
        Err(TestError::Fail(why, case)) => {
            let steps = play(&case).steps.join("\n");
            format!("with the seed {seed}: {why}\n{case:#?}\n{steps}")
        }
        Err(TestError::Abort(why)) => why.to_string(),
        Ok(()) => return,
    };
    assert!(told.is_empty(), "{told}");
}

#[test]
fn whatever_the_order_of_their_calls_the_answers_have_an_order_and_nothing_is_lost_or_doubled() {
    campaign(CASES, &case(), |case| played(case, None));
}

#[test]
fn a_table_that_is_restored_to_any_moment_between_two_writes_goes_on_and_adopts_what_is_there() {
    campaign(RESTORES, &(case(), 1_i64..48), |(case, after)| played(case, Some(*after)));
}

#[test]
fn the_same_choices_are_the_same_calls_in_the_same_order() {
    let plan = vec![
        (Actor::Owner, Deed::Invite(Guest::Ada)),
        (Actor::OwnerAgain, Deed::Invite(Guest::Ada)),
        (Actor::Ada, Deed::Claim(Guest::Ada, Age::New)),
        (Actor::AdaAgain, Deed::Submit(Which::Present)),
        (Actor::Worker, Deed::Work(0, Age::New)),
        (Actor::OtherWorker, Deed::Work(1, Age::New)),
    ];
    let choices = (0..90_u8).map(|number| number.wrapping_mul(37)).collect();
    let case = Case { opening: Opening::Claimed, plan, choices, messages: Messages::ComeLate };

    let (one, other) = (played(&case, None), played(&case, None));

    assert_eq!(one.wrong, Vec::<String>::new());
    assert!(one.steps.len() > 40, "{:#?}", one.steps);
    if !one.hurried && !other.hurried {
        assert_eq!(one.steps, other.steps);
    }
}
