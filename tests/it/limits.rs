//! Limits: who is let in is limited by who they are, in all processes together.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::domain::limit::{self, Policy};
use tests::caller::{Answer, Caller};
use tests::story::Story;

const ON: [(&str, &str); 1] = [("TENON_RATE_LIMIT_ENABLED", "1")];
const ADA: &str = "ada@example.com";
const SLOW_DOWN: &str = "Too many requests. Please slow down.";

/// Goes to the beginning of the next minute, where all windows begin anew.
fn next_minute(story: &Story) {
    let minute = story.now().as_second().div_euclid(60) + 1;
    story.clock.set(Timestamp::from_second(minute * 60).unwrap());
}

/// How `answer` says that its caller stands: `RateLimit-Policy`, and `RateLimit`.
fn standing(answer: &Answer) -> (&str, &str) {
    let header = |name| answer.header(name).unwrap_or("none");
    (header("ratelimit-policy"), header("ratelimit"))
}

/// Has `call` use up `policy` twice: exactly as much passes as the policy says, what is refused is
/// not counted, and the next window is a fresh one.
async fn holds(story: &Story, policy: Policy, call: impl AsyncFn() -> Answer) {
    let Policy { name, max, window_seconds } = policy;
    let quota = format!("\"{name}\";q={max};w={window_seconds}");
    let left = |remaining: u32, seconds: u32| format!("\"{name}\";r={remaining};t={seconds}");
    next_minute(story);
    for _window in 0..2 {
        for used in 1..=max {
            let answer = call().await;
            assert_ne!(answer.status, 429, "{name}: {used} of {max}");
            assert_eq!(standing(&answer), (&*quota, &*left(max - used, window_seconds)));
        }
        let (begun, second) = (story.now(), SignedDuration::from_secs(1));
        for seconds in [window_seconds, window_seconds - 1, 1] {
            story.clock.set(begun + second * i32::try_from(window_seconds - seconds).unwrap());
            let refused = call().await;
            assert_eq!(refused.refusal(), (429, "RATE_LIMITED", SLOW_DOWN), "{name}");
            assert_eq!(standing(&refused), (&*quota, &*left(0, seconds)));
            assert_eq!(refused.header("retry-after"), Some(&*seconds.to_string()));
            assert_eq!(refused.body["retryAfterSeconds"], seconds);
            assert_eq!(refused.body["retryable"], true);
        }
        story.clock.advance(second);
    }
}

/// Ada on day 1, which is no code day, and its task.
async fn at_work(story: &Story) -> (Caller, u64) {
    let (invited, ada) = story.claimed(ADA).await;
    let task = story.current_task(&ada, invited.session).await;
    (ada, task)
}

#[tokio::test]
async fn a_recruiter_is_limited_as_the_table_of_limits_says() {
    let story = Story::with(&ON).await;
    let simulation = story.simulation().await;
    let recruiter = story.recruiter(1);
    let resend = format!("/api/simulations/{simulation}/candidates/7/invite/resend");

    holds(&story, limit::AUTH_ME, async || recruiter.get("/api/auth/me").await).await;
    holds(&story, limit::INVITE_CREATE, async || story.invite(simulation, "Ada", ADA).await).await;
    holds(&story, limit::INVITE_RESEND, async || recruiter.post_nothing(&resend).await).await;
}

#[tokio::test]
async fn a_candidate_is_limited_as_the_table_of_limits_says() {
    let story = Story::with(&ON).await;
    let invited = story.invited(ADA).await;
    let ada = story.candidate(ADA);
    let link = format!("/api/candidate/session/{}", invited.token);
    let current = format!("/api/candidate/session/{}/current_task", invited.session);

    holds(&story, limit::CANDIDATE_CLAIM, async || ada.get(&link).await).await;
    holds(&story, limit::CANDIDATE_CURRENT_TASK, async || ada.get(&current).await).await;
    let list = async || ada.get("/api/candidate/invites").await;
    holds(&story, limit::CANDIDATE_INVITES, list).await;
}

#[tokio::test]
async fn work_on_a_task_is_limited_as_the_table_of_limits_says_and_its_status_is_not() {
    let story = Story::with(&ON).await;
    let (ada, task) = at_work(&story).await;
    let post = async |path: &str| ada.post(&format!("/api/tasks/{task}{path}"), json!({})).await;
    let poll = format!("/api/tasks/{task}/run/7");
    let status = format!("/api/tasks/{task}/codespace/status");

    // What the rules of the day refuse counts like what they allow.
    holds(&story, limit::INIT, async || post("/codespace/init").await).await;
    holds(&story, limit::RUN, async || post("/run").await).await;
    holds(&story, limit::POLL, async || ada.get(&poll).await).await;
    holds(&story, limit::SUBMIT, async || post("/submit").await).await;
    let free = ada.get(&status).await;
    assert_eq!((free.status, standing(&free)), (404, ("none", "none")));
}

#[tokio::test]
async fn both_ways_to_claim_share_one_limit_and_a_refused_claim_changes_nothing() {
    let story = Story::with(&ON).await;
    let invited = story.invited(ADA).await;
    let link = format!("/api/candidate/session/{}", invited.token);
    let (ada, other) = (story.candidate(ADA), story.candidate("eve@example.com"));
    next_minute(&story);

    // Somebody whom the link is not for has an allowance of their own.
    for _ in 0..5 {
        assert_eq!(other.get(&link).await.status, 404);
        assert_eq!(other.post_nothing(&format!("{link}/claim")).await.status, 404);
    }
    let before = story.items("CS#").await;
    assert_eq!(other.post_nothing(&format!("{link}/claim")).await.status, 429);
    assert_eq!(story.items("CS#").await, before);

    let claimed = ada.get(&link).await;
    assert_eq!(standing(&claimed).1, "\"candidate_claim\";r=9;t=60");
    assert_eq!(claimed.status, 200);
}

#[tokio::test]
async fn without_the_switch_a_test_has_no_limits() {
    let story = Story::begin().await;
    let (ada, task) = at_work(&story).await;

    for _ in 0..=limit::SUBMIT.max {
        let answer = ada.post(&format!("/api/tasks/{task}/submit"), json!({})).await;
        assert_eq!((answer.status, standing(&answer)), (400, ("none", "none")));
    }

    assert_eq!(story.items("LIMIT#").await, Vec::<Value>::new());
}

#[test]
fn the_readme_shows_every_limit() {
    let readme = include_str!("../../README.md");
    for Policy { name, max, window_seconds } in limit::ALL {
        let row = format!("| `{name}` | {max} per {window_seconds} s |");
        assert_eq!(readme.matches(&row).count(), 1, "README.md must have a row `{row} by … |`");
    }
}
