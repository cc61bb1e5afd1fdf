//! Tenon as a GitHub App, against a GitHub that checks every signature, permission and expiry.

use jiff::SignedDuration;
use local::github::installations::Standing;
use serde_json::{Value, json};
use shared::domain::repository::{BranchName, RepositoryName};
use tests::caller::{Answer, Caller};
use tests::logs::Log;
use tests::story::Story;

use crate::five_days;

const OWNER: &str = "tenon-hire-dev";
const ADA: &str = "ada@example.com";

/// How often the App looked for an installation, and how often it asked for a token.
fn asked(story: &Story) -> (u64, u64) {
    let calls = story.stack.github.calls();
    let count = |operation: &str| calls.get(operation).copied().unwrap_or_default();
    (count("GET installation"), count("POST access_tokens"))
}

async fn run(candidate: &Caller, task: u64) -> Answer {
    candidate.post(&format!("/api/tasks/{task}/run"), json!({})).await
}

#[tokio::test]
async fn an_app_goes_the_whole_way_on_one_token() {
    let story = Story::as_app().await;
    assert_eq!(asked(&story), (0, 0));

    five_days::whole_way(&story).await;

    assert_eq!(asked(&story), (1, 1));
}

#[tokio::test]
async fn a_token_that_ends_between_two_jobs_is_replaced_five_minutes_before() {
    let story = Story::as_app().await;
    story.invited(ADA).await;
    assert_eq!(asked(&story), (1, 1));

    story.clock.advance(SignedDuration::from_secs(54 * 60 + 59));
    story.invited("grace@example.com").await;
    assert_eq!(asked(&story), (1, 1));

    story.clock.advance(SignedDuration::from_secs(2));
    story.invited("edsger@example.com").await;
    assert_eq!(asked(&story), (1, 2));

    story.clock.advance(SignedDuration::from_hours(24));
    story.invited("barbara@example.com").await;
    assert_eq!(asked(&story), (1, 3));
    assert_eq!(story.stack.github.repositories().len(), 8);
}

#[tokio::test]
async fn a_request_under_a_known_token_costs_what_it_costs_without_an_app() {
    let story = Story::as_app().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let before = asked(&story);

    let (answer, as_app) = story.costing(run(&ada, task)).await;
    let story_of_token = Story::begin().await;
    let (_invited, grace, other) = story_of_token.on_day_two("grace@example.com").await;
    let (_answer, as_token) = story_of_token.costing(run(&grace, other)).await;

    assert_eq!((answer.status, as_app), (200, as_token));
    assert_eq!((as_app.github, asked(&story)), (1, before));
}

#[tokio::test]
async fn an_app_that_was_suspended_or_taken_away_says_so_and_goes_on_when_it_is_back() {
    let story = Story::as_app().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let github = &story.stack.github;
    let denied = (502, "GITHUB_PERMISSION_DENIED", "GitHub token missing required permissions.");
    let invalid = (502, "GITHUB_TOKEN_INVALID", "GitHub token is invalid or misconfigured.");

    github.set_installation(OWNER, Standing::Suspended).unwrap();
    // The kept token is not taken; then there is no other.
    let (suspended, cost) = story.costing(run(&ada, task)).await;
    assert_eq!((suspended.refusal(), &suspended.body["retryable"]), (denied, &json!(false)));
    assert_eq!(cost.github, 2);
    github.set_installation(OWNER, Standing::Active).unwrap();
    assert_eq!(run(&ada, task).await.status, 200);

    github.set_installation(OWNER, Standing::Removed).unwrap();
    assert_eq!(run(&ada, task).await.refusal(), invalid);
    assert_eq!(run(&ada, task).await.refusal(), denied);
    github.install_app(OWNER).unwrap();
    assert_eq!(run(&ada, task).await.status, 200);
}

#[tokio::test]
async fn a_job_that_found_the_app_suspended_ends_well_once_it_is_back() {
    let story = Story::as_app().await;
    story.stack.github.set_installation(OWNER, Standing::Suspended).unwrap();
    story.invited(ADA).await;
    assert_eq!(story.stack.github.repositories(), Vec::<String>::new());

    story.stack.github.set_installation(OWNER, Standing::Active).unwrap();
    story.clock.advance(SignedDuration::from_hours(1));
    story.settle().await;

    assert_eq!(story.stack.github.repositories().len(), 2);
}

#[tokio::test]
async fn what_has_not_changed_is_read_again_at_no_cost_to_the_limit() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let name = story.repository(&ada, task).await;
    let repository = RepositoryName::parse(&name).unwrap();
    let branch = BranchName::parse("main").unwrap();
    let used = async || {
        let looked = story.github().get(&format!("/repos/{name}")).await;
        looked.header("x-ratelimit-used").unwrap().parse::<u64>().unwrap()
    };
    let head = async || {
        let head = story.stack.app.github.branch_head(&repository, &branch).await.unwrap();
        head.unwrap().to_string()
    };
    let first = head().await;
    let before = (story.stack.github.total_calls(), used().await);

    for _ in 0..5 {
        assert_eq!(head().await, first);
    }
    let after = (story.stack.github.total_calls(), used().await);
    // Five calls that cost nothing, and one look at the account that does.
    assert_eq!((after.0 - before.0, after.1 - before.1), (6, 1));

    let pushed = story.push_solution(&name);
    assert_eq!(head().await, pushed);
    assert_eq!(used().await - after.1, 2);
}

#[tokio::test]
async fn neither_the_key_nor_a_token_of_the_app_is_ever_in_the_log() {
    let log = Log::listen();
    let story = Story::as_app().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    story.stack.github.set_installation(OWNER, Standing::Suspended).unwrap();
    let refused = run(&ada, task).await;
    assert_eq!(refused.status, 502);

    let text = log.text();
    for secret in ["ghs_", "eyJ", "PRIVATE KEY", "Bearer"] {
        assert!(!text.contains(secret), "{secret} is in the log:\n{text}");
    }
    let mut told =
        log.events().into_iter().filter(|event| event["message"] == "GitHub refused a call");
    let told: Value = told.next_back().unwrap();
    assert_eq!(told["operation"], "make a token of the App's installation");
    assert_eq!(told["cause"], "the status was 403 Forbidden");
    assert!(told["github_request_id"].as_str().unwrap().starts_with("10CA:1:"));
    assert!(!refused.body.to_string().contains("10CA"));
}
