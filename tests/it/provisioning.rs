//! What keeps a workspace from being made has a reason that the recruiter reads, and heals by itself.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::detour::Detour;
use tests::story::Story;
use tests::work::Invited;

const ADA: &str = "ada@example.com";
const QUARTER: SignedDuration = SignedDuration::from_mins(15);

/// State and reason of the repository of day 2, which must have a sentence where it has a reason.
async fn seen(story: &Story, invited: &Invited) -> (String, Value) {
    let workspace = story.row(invited).await["workspaces"][0].clone();
    assert_eq!(workspace["reason"].is_null(), workspace["message"].is_null(), "{workspace}");
    (workspace["state"].as_str().unwrap().to_owned(), workspace["reason"].clone())
}

fn state(state: &str, reason: Option<&str>) -> (String, Value) {
    (state.to_owned(), json!(reason))
}

/// A candidate whose repositories cannot be made because GitHub answers `call` with `status`.
async fn hindered(call: &str, status: u16) -> (Story, Detour, Invited) {
    let (story, detour) = Story::with_detour(&[]).await;
    detour.refuse(call, status);
    let invited = story.invited(ADA).await;
    (story, detour, invited)
}

#[tokio::test]
async fn the_row_of_a_candidate_shows_the_repositories_of_both_code_days() {
    let story = Story::begin().await;
    let invited = story.invited_just_now(ADA).await;
    let queued = story.row(&invited).await["workspaces"].clone();
    story.settle().await;
    let ready = story.row(&invited).await["workspaces"].clone();

    let second = queued[0]["taskId"].as_u64().unwrap();
    let days = |state: &str, repository: &dyn Fn(u64) -> Value| {
        let day = |day: u64| {
            let task = second + day - 2;
            json!({
                "day": day,
                "taskId": task,
                "state": state,
                "reason": null,
                "message": null,
                "repoFullName": repository(task),
                "access": "username_needed",
            })
        };
        json!([day(2), day(3)])
    };
    assert_eq!(queued, days("queued", &|_task| json!(null)));
    let name = |task| json!(format!("tenon-hire-dev/tenon-ws-{}-task{task}", invited.session));
    assert_eq!(ready, days("ready", &name));
}

#[tokio::test]
async fn a_permission_that_an_admin_grants_within_the_day_is_all_it_takes() {
    let (story, detour, invited) = hindered("POST /generate", 403).await;
    assert_eq!(seen(&story, &invited).await, state("waiting", Some("permission_missing")));
    let row = story.row(&invited).await;
    let message = "Tenon lacks a permission that it needs on GitHub.";
    assert_eq!(row["workspaces"][0]["message"], message);

    for _ in 0..40 {
        story.clock.advance(QUARTER);
        story.settle().await;
    }
    detour.allow();
    story.clock.advance(QUARTER);
    story.settle().await;

    assert_eq!(seen(&story, &invited).await, state("ready", None));
}

#[tokio::test]
async fn what_nobody_mends_in_a_day_is_given_up_and_an_invite_tries_it_at_once() {
    let (story, detour, invited) = hindered("POST /generate", 403).await;
    for _ in 0..97 {
        story.clock.advance(QUARTER);
        story.settle().await;
    }
    assert_eq!(seen(&story, &invited).await, state("failed", Some("permission_missing")));
    let calls = story.stack.github.total_calls();
    story.clock.advance(QUARTER);
    story.settle().await;
    assert_eq!((story.stack.github.total_calls(), story.stack.queue.next_due()), (calls, None));

    detour.allow();
    story.invite(invited.simulation, "Ada Example", ADA).await.expect(200);
    assert_eq!(seen(&story, &invited).await, state("queued", None));
    story.settle().await;
    assert_eq!(seen(&story, &invited).await, state("ready", None));
    assert_eq!(story.stack.github.repositories().len(), 2);
}

#[tokio::test]
async fn who_asks_before_the_quarter_of_an_hour_is_over_has_it_tried_at_once() {
    let (story, detour) = Story::with_detour(&[]).await;
    detour.refuse("POST /generate", 403);
    let (invited, ada, task) = story.on_day_two_just_invited(ADA).await;
    story.settle().await;
    detour.allow();
    let init = format!("/api/tasks/{task}/codespace/init");

    let refused = ada.post(&init, json!({})).await;
    let waiting = json!({
        "state": "waiting",
        "reason": "permission_missing",
        "position": null,
        "estimatedSeconds": 900,
        "retryAfterSeconds": 15,
    });
    assert_eq!(refused.body["details"], waiting);
    story.pass(30).await;
    assert_eq!(ada.post(&init, json!({})).await.body["details"]["state"], "queued");
    story.settle().await;
    assert_eq!(ada.post(&init, json!({})).await.status, 200);

    // The job that slept meanwhile finds nothing to do.
    story.clock.advance(QUARTER);
    story.settle().await;
    assert_eq!(
        (seen(&story, &invited).await, story.stack.queue.next_due()),
        (state("ready", None), None)
    );
}

#[tokio::test]
async fn each_thing_that_github_says_is_told_by_its_reason() {
    let template = "/tenon-template-python-fastapi";
    for (refusals, reason) in [
        (vec![("POST /generate", 401)], "credentials_refused"),
        (vec![("POST /generate", 307)], "github_refused"),
        (vec![("POST /generate", 422)], "github_refused"),
        (vec![("POST /generate", 404)], "permission_missing"),
        (vec![("POST /generate", 404), (&*format!("GET {template}"), 404)], "template_missing"),
        (vec![("POST /generate", 307), (&*format!("GET {template}"), 301)], "template_missing"),
        (vec![("POST /generate", 503)], "github_away"),
        (vec![("POST /generate", 429)], "rate_limited"),
    ] {
        let (story, detour) = Story::with_detour(&[]).await;
        for (call, status) in &refusals {
            detour.refuse(call, *status);
        }
        let invited = story.invited(ADA).await;
        assert_eq!(seen(&story, &invited).await, state("waiting", Some(reason)), "{refusals:?}");

        detour.allow();
        story.clock.advance(QUARTER);
        story.settle().await;
        assert_eq!(seen(&story, &invited).await, state("ready", None), "{refusals:?}");
    }
}

#[tokio::test]
async fn a_copy_that_takes_its_time_is_waited_for_and_one_that_never_ends_is_a_trouble() {
    for status in [404, 409] {
        let (story, detour, invited) = hindered("GET /branches/main", status).await;
        let copying = state("provisioning", Some("not_ready_yet"));
        assert_eq!(seen(&story, &invited).await, copying);
        story.pass(60).await;
        assert_eq!(seen(&story, &invited).await, copying);
        for _ in 0..40 {
            story.clock.advance(SignedDuration::from_secs(15));
            story.settle().await;
        }
        assert_eq!(seen(&story, &invited).await, state("waiting", Some("not_ready_yet")));

        detour.allow();
        story.clock.advance(QUARTER);
        story.settle().await;
        assert_eq!(seen(&story, &invited).await, state("ready", None));
        assert_eq!(story.stack.github.calls()["POST generate"], 2);
    }
}

#[tokio::test]
async fn a_strangers_repository_of_the_same_name_is_left_alone_and_ours_is_adopted() {
    let story = Story::begin().await;
    let invited = story.invited_just_now(ADA).await;
    let workspaces = story.items(&format!("CS#{:016}", invited.session)).await;
    let workspace = |sk: &str| workspaces.iter().find(|item| item["SK"]["S"] == sk).unwrap();
    let generate = "/repos/tenon-hire-dev/tenon-template-python-fastapi/generate";
    for (sk, description) in [
        ("WORKSPACE#2", "Somebody else's".to_owned()),
        (
            "WORKSPACE#3",
            format!("Tenon workspace {}", workspace("WORKSPACE#3")["id"]["S"].as_str().unwrap()),
        ),
    ] {
        let name = workspace(sk)["name"]["S"].as_str().unwrap();
        let (owner, name) = name.split_once('/').unwrap();
        let body = json!({ "owner": owner, "name": name, "description": description });
        let made = story.github().request(http::Method::POST, generate).json(&body);
        assert_eq!(made.send().await.unwrap().status(), 201);
    }

    story.settle().await;

    assert_eq!(seen(&story, &invited).await, state("waiting", Some("name_taken")));
    let row = story.row(&invited).await;
    assert_eq!(row["workspaces"][1]["state"], "ready");
    assert_eq!(story.stack.github.repositories().len(), 2);
}

#[tokio::test]
async fn a_rate_limit_closes_the_bucket_for_everybody_until_it_is_over() {
    let pace = [("TENON_GITHUB_CREATES_PER_SECOND", "1")];
    let (story, detour) = Story::with_detour(&pace).await;
    detour.refuse_for("POST /generate", 403, Some(40));
    let invited = story.invited(ADA).await;
    assert_eq!(seen(&story, &invited).await, state("waiting", Some("rate_limited")));
    detour.allow();
    let other = story.invited("grace@example.com").await;
    story.pass(39).await;
    assert_eq!(story.stack.github.repositories().len(), 0);

    story.pass(5).await;
    for invited in [&invited, &other] {
        assert_eq!(seen(&story, invited).await, state("ready", None));
    }
    assert_eq!(story.stack.github.repositories().len(), 4);
}
