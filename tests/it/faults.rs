//! GitHub misbehaves: whatever befalls each of Tenon's calls, the story ends as it should, or where
//! people see what is wrong.
//!
//! Here, what may befall any call befalls every operation of a candidate's day once: the repositories
//! are made once, the commit is tagged once, its tests run once, and the results are there.

mod control;
mod repositories;
mod results;
mod runs;

use local::github::faults::Fault;
use local::github::faults::kind::Kind;
use serde_json::{Value, json};
use tests::story::Story;

const ADA: &str = "ada@example.com";
/// What a job calls to make repositories and let somebody in.
const MAKING: [&str; 3] = ["POST generate", "GET branch", "PUT collaborator"];
/// What a job calls to examine what was handed in.
const EXAMINING: [&str; 8] = [
    "POST refs",
    "GET runs",
    "POST dispatches",
    "GET run",
    "GET artifacts",
    "GET artifact",
    "GET compare",
    "GET tree",
];
/// More rounds than any story here needs.
const ROUNDS_MAX: usize = 400;

/// Does all jobs, each when it is due, until none is left. Ada accepts whatever she is invited to.
async fn until_all_is_done(story: &Story) {
    for _ in 0..ROUNDS_MAX {
        story.settle().await;
        story.accept_invitations("ada");
        let Some(due) = story.stack.queue.next_due() else { return };
        story.clock.set(due.max(story.now()));
    }
    unreachable!("there is no end to it");
}

/// How a story ended: what GitHub holds and what the recruiter sees.
#[derive(Debug, PartialEq, Eq)]
struct Ended {
    repositories: usize,
    dispatches: u64,
    status: Value,
    commit_is_the_one_handed_in: bool,
    dead_jobs: usize,
}

/// How it must end.
fn well() -> Ended {
    let status = json!("passed");
    let commit_is_the_one_handed_in = true;
    Ended { repositories: 2, dispatches: 1, status, commit_is_the_one_handed_in, dead_jobs: 0 }
}

/// A candidate's second day, on which `kind` befalls every operation once.
async fn befallen_everywhere(kind: Kind) -> (Story, Ended) {
    let story = Story::begin().await;
    let github = &story.stack.github;
    for operation in MAKING {
        github.misbehave(Fault::once(kind).on(operation));
    }
    let (_invited, ada, task) = story.on_day_two_just_invited(ADA).await;
    let init = format!("/api/tasks/{task}/codespace/init");
    ada.post(&init, json!({ "githubUsername": "ada" })).await.expect(409);
    until_all_is_done(&story).await;
    let repository = story.repository(&ada, task).await;
    let commit = story.push_solution(&repository);
    let submit = format!("/api/tasks/{task}/submit");
    let submitted = ada.post(&submit, json!({})).await.expect(201);

    for operation in EXAMINING {
        github.misbehave(Fault::once(kind).on(operation));
    }
    until_all_is_done(&story).await;

    let path = format!("/api/submissions/{}", submitted["submissionId"]);
    let results = story.recruiter(1).get(&path).await.expect(200)["testResults"].clone();
    let jobs = story.items("JOB#").await;
    let ended = Ended {
        repositories: github.repositories().len(),
        dispatches: github.dispatches(),
        status: results["status"].clone(),
        commit_is_the_one_handed_in: results["commitSha"] == commit,
        dead_jobs: jobs.iter().filter(|job| job["state"]["M"]["state"]["S"] == "dead").count(),
    };
    (story, ended)
}

/// How often `kind` befell a call.
fn dealt(story: &Story, kind: Kind) -> u64 {
    story.stack.github.dealt().get(&kind).copied().unwrap_or_default()
}

/// The story goes well although `kind` befell each of the eleven operations; ten where the dispatch was
/// refused for sure, after which nobody looks for its run.
async fn goes_well_despite(kind: Kind) {
    let (story, ended) = befallen_everywhere(kind).await;
    let limits = [
        Kind::PrimaryLimit,
        Kind::PrimaryLimitTooMany,
        Kind::SecondaryLimit,
        Kind::SecondaryLimitUnannounced,
        Kind::TooMany,
        Kind::TooManyUnannounced,
    ];
    let operations = if limits.contains(&kind) { 10 } else { 11 };

    assert_eq!((ended, dealt(&story, kind)), (well(), operations), "{kind:?}");
    // Two repositories, and one call that a fault befell.
    assert_eq!(story.stack.github.calls()["POST generate"], 3);
}

#[tokio::test]
async fn all_goes_well_when_answers_come_late() {
    let (story, ended) = befallen_everywhere(Kind::Latency).await;

    assert_eq!((ended, dealt(&story, Kind::Latency)), (well(), 10));
    assert_eq!(story.stack.github.calls()["POST generate"], 2);
}

#[tokio::test]
async fn all_goes_well_when_the_calls_of_the_hour_are_used_up() {
    goes_well_despite(Kind::PrimaryLimit).await;
    goes_well_despite(Kind::PrimaryLimitTooMany).await;
}

#[tokio::test]
async fn all_goes_well_when_calls_come_too_fast() {
    goes_well_despite(Kind::SecondaryLimit).await;
    goes_well_despite(Kind::TooMany).await;
}

#[tokio::test]
async fn all_goes_well_when_calls_come_too_fast_and_no_header_says_so() {
    goes_well_despite(Kind::SecondaryLimitUnannounced).await;
    goes_well_despite(Kind::TooManyUnannounced).await;
}

#[tokio::test]
async fn all_goes_well_when_github_fails() {
    goes_well_despite(Kind::ServerError).await;
}

#[tokio::test]
async fn all_goes_well_when_the_gateway_gives_up_on_what_is_done() {
    goes_well_despite(Kind::BadGateway).await;
}

#[tokio::test]
async fn all_goes_well_when_answers_break_off() {
    goes_well_despite(Kind::Truncated).await;
}

#[tokio::test]
async fn all_goes_well_when_answers_are_empty() {
    goes_well_despite(Kind::Empty).await;
}

#[tokio::test]
async fn all_goes_well_when_the_connection_ends_before_the_answer() {
    goes_well_despite(Kind::LostAnswer).await;
}

#[tokio::test]
async fn all_goes_well_when_the_connection_ends_before_the_call() {
    goes_well_despite(Kind::Cut).await;
}
