//! Repositories of work that ended long ago are archived and deleted; where that is switched off it is
//! told what would be.

use http::Method;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use tests::caller::Caller;
use tests::cost::Cost;
use tests::logs::Log;
use tests::story::{MORNING, Story};
use tests::webhooks::TOLD;

pub(crate) const ADA: &str = "ada@example.com";
const KEY: &str = "an admin key of the tests, long enough";
const CALLS: [&str; 3] = ["GET repository by id", "PATCH repository", "DELETE repository"];

/// A stack that cleans up, or only tells what would be.
pub(crate) async fn begin(enabled: &str) -> Story {
    let settings = [("TENON_GITHUB_CLEANUP_ENABLED", enabled), ("TENON_ADMIN_API_KEY", KEY)];
    Story::with(&settings).await
}

/// Goes to so many days after the story began, less `seconds`, sweeps, and does what follows.
pub(crate) async fn day(story: &Story, days: i64, less_seconds: i64) {
    let morning: Timestamp = MORNING.parse().unwrap();
    let at = SignedDuration::from_hours(days * 24) - SignedDuration::from_secs(less_seconds);
    story.clock.set(morning + at);
    story.stack.worker.sweep().await.unwrap();
    story.settle().await;
}

pub(crate) fn calls(story: &Story) -> [u64; 3] {
    let calls = story.stack.github.calls();
    CALLS.map(|call| calls.get(call).copied().unwrap_or(0))
}

/// The rows of the administrator's list.
pub(crate) async fn listed(story: &Story) -> Value {
    let nobody = story.nobody();
    let request = nobody.request(Method::GET, "/api/admin/cleanup").header("x-admin-key", KEY);
    nobody.send(request).await.expect(200)["items"].clone()
}

/// What the list says of day 2 of its first row under these names.
pub(crate) async fn of_day_two<const N: usize>(story: &Story, names: [&str; N]) -> [Value; N] {
    let listed = listed(story).await;
    names.map(|name| listed[0]["repositories"][0][name].clone())
}

pub(crate) async fn change(story: &Story, repository: &str, body: Value) {
    let github = story.github();
    let request = github.request(Method::PATCH, &format!("/repos/{repository}")).json(&body);
    github.send(request).await.expect(200);
}

/// A candidate whose five days were all handed in when the story began.
pub(crate) async fn completed(story: &Story) -> (Caller, [String; 2]) {
    let (invited, ada, first) = story.completed(ADA).await;
    story.settle().await;
    let name = |day: u64| {
        let task = first + day - 1;
        format!("tenon-hire-dev/tenon-ws-{}-task{task}", invited.session)
    };
    (ada, [name(2), name(3)])
}

#[tokio::test]
async fn repositories_are_archived_thirty_days_after_the_work_and_deleted_after_a_hundred_and_eighty()
 {
    let story = begin("1").await;
    let (_ada, names) = completed(&story).await;

    day(&story, 30, 1).await;
    assert_eq!(calls(&story), [0, 0, 0]);
    day(&story, 30, 0).await;
    assert_eq!(calls(&story), [2, 2, 0]);
    let push = story.stack.github.push(&names[0], "main", "a.txt", "x", "Late");
    assert_eq!(push.unwrap_err().status().as_u16(), 403);

    day(&story, 180, 1).await;
    assert_eq!((calls(&story), story.stack.github.repositories().len()), ([2, 2, 0], 2));
    day(&story, 180, 0).await;
    assert_eq!(calls(&story), [4, 2, 2]);
    assert_eq!(story.stack.github.repositories(), Vec::<String>::new());

    day(&story, 720, 0).await;
    assert_eq!(calls(&story), [4, 2, 2]);
    let told = of_day_two(&story, ["state", "since", "next", "refusal"]).await;
    let since = json!("2026-08-29T09:00:00Z");
    assert_eq!(told, [json!("deleted"), since, Value::Null, Value::Null]);
}

#[tokio::test]
async fn switched_off_it_tells_what_would_be_and_does_nothing() {
    let story = begin("0").await;
    let (_ada, names) = completed(&story).await;

    day(&story, 200, 0).await;
    let nobody = story.nobody();
    let request = nobody.request(Method::GET, "/api/admin/cleanup").header("x-admin-key", KEY);
    let (answer, cost) = story.costing(nobody.send(request)).await;

    let repository = |day: u8, name: &String| {
        json!({
            "dayIndex": day,
            "repoFullName": name,
            "state": "kept",
            "since": null,
            "next": "archive",
            "nextAt": "2026-04-01T09:00:00Z",
            "refusal": null,
        })
    };
    let session = story.item("CS#", "CS").await["id"]["N"].as_str().unwrap().parse::<u64>();
    let expected = json!([{
        "candidateSessionId": session.unwrap(),
        "enabled": false,
        "workEndsAt": "2026-03-02T09:00:00Z",
        "workEndsBy": "completed",
        "repositories": [repository(2, &names[0]), repository(3, &names[1])],
    }]);
    assert_eq!(answer.expect(200)["items"], expected);
    assert_eq!((cost, calls(&story)), (Cost::of_table(2), [0, 0, 0]));
}

#[tokio::test]
async fn an_invite_that_nobody_claimed_ends_with_its_time_and_brings_everything_back_when_renewed()
{
    let story = begin("1").await;
    let invited = story.invited(ADA).await;
    let names = story.stack.github.repositories();

    day(&story, 44, 1).await;
    assert_eq!(calls(&story), [0, 0, 0]);
    day(&story, 44, 0).await;
    assert_eq!(calls(&story), [2, 2, 0]);
    let told = ["state", "next", "nextAt"];
    let expected = [json!("archived"), json!("delete"), json!("2026-09-12T09:00:00Z")];
    assert_eq!(of_day_two(&story, told).await, expected);

    story.invite(invited.simulation, "Ada Example", ADA).await.expect(200);
    story.settle().await;
    assert_eq!((calls(&story), story.stack.github.repositories()), ([4, 4, 0], names.clone()));
    assert!(story.stack.github.push(&names[0], "main", "a.txt", "x", "Work").is_ok());
    let expected = [json!("kept"), json!("archive"), json!("2026-05-29T09:00:00Z")];
    assert_eq!(of_day_two(&story, told).await, expected);
}

#[tokio::test]
async fn repositories_that_are_gone_are_made_anew_for_whom_the_invite_is_renewed() {
    let story = begin("1").await;
    let invited = story.invited(ADA).await;
    day(&story, 44, 0).await;
    day(&story, 194, 0).await;
    assert_eq!((calls(&story), story.stack.github.repositories().len()), ([4, 2, 2], 0));

    story.invite(invited.simulation, "Ada Example", ADA).await.expect(200);
    story.settle().await;

    assert_eq!(story.stack.github.repositories().len(), 2);
    assert_eq!(of_day_two(&story, ["state", "next"]).await, [json!("kept"), json!("archive")]);
    day(&story, 238, 0).await;
    assert_eq!(calls(&story), [6, 4, 2]);
}

#[tokio::test]
async fn who_claimed_and_did_nothing_for_ninety_days_may_come_back() {
    let story = begin("1").await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;

    day(&story, 120, 1).await;
    assert_eq!(calls(&story), [0, 0, 0]);
    assert_eq!(listed(&story).await[0]["workEndsBy"], "inactive");
    day(&story, 120, 0).await;
    assert_eq!(calls(&story), [2, 2, 0]);

    let init = format!("/api/tasks/{task}/codespace/init");
    ada.post(&init, json!({})).await.expect(200);
    story.settle().await;
    let repository = story.repository(&ada, task).await;
    assert!(story.stack.github.push(&repository, "main", "a.txt", "x", "Work").is_ok());
    day(&story, 240, 1).await;
    assert_eq!(calls(&story), [4, 4, 0]);
    day(&story, 240, 0).await;
    assert_eq!(calls(&story), [6, 6, 0]);
}

#[tokio::test]
async fn what_does_not_carry_our_marker_is_left_alone_for_good_and_told() {
    let log = Log::listen();
    let story = begin("1").await;
    let (_ada, names) = completed(&story).await;
    change(&story, &names[0], json!({ "description": "Somebody's own" })).await;
    let before = calls(&story);

    day(&story, 30, 0).await;
    assert_eq!(calls(&story), [2, before[1] + 1, 0]);
    let told = of_day_two(&story, ["state", "next", "refusal"]).await;
    assert_eq!(told, [json!("kept"), Value::Null, json!("not_ours")]);
    assert!(log.text().contains("does not carry our marker"), "{}", log.text());

    day(&story, 31, 0).await;
    day(&story, 180, 0).await;
    assert_eq!(story.stack.github.repositories(), [names[0].clone()]);
    assert_eq!(calls(&story), [3, before[1] + 1, 1]);
}

#[tokio::test]
async fn a_renamed_repository_is_ours_all_the_same_and_another_one_in_its_place_is_not_touched() {
    let story = begin("1").await;
    let (_ada, names) = completed(&story).await;
    change(&story, &names[0], json!({ "name": "renamed" })).await;
    let generate = "/repos/tenon-hire-dev/tenon-template-python-fastapi/generate";
    let name = names[0].split('/').nth(1).unwrap();
    let other = json!({ "owner": "tenon-hire-dev", "name": name, "private": true });
    story.github().post(generate, other).await.expect(201);

    day(&story, 30, 0).await;
    day(&story, 180, 0).await;

    assert_eq!(story.stack.github.repositories(), [names[0].clone()]);
}

#[tokio::test]
async fn what_was_missed_is_missed_no_more_once_it_is_put_away() {
    let story = Story::with(&[&TOLD[..], &[("TENON_GITHUB_CLEANUP_ENABLED", "1")]].concat()).await;
    let (invited, _ada, task) = story.completed(ADA).await;
    story.settle().await;
    let name = format!("tenon-hire-dev/tenon-ws-{}-task{}", invited.session, task + 1);
    story.stack.github.delete(&name).unwrap();
    story.settle().await;
    let reason = async || story.row(&invited).await["workspaces"][0]["reason"].clone();
    assert_eq!(reason().await, "repository_missing");

    day(&story, 30, 0).await;

    assert_eq!(reason().await, Value::Null);
}

#[tokio::test]
async fn without_the_right_to_administer_nothing_is_lost_and_it_is_tried_again_every_day() {
    let story = begin("1").await;
    let (_ada, names) = completed(&story).await;
    let right = async |permission: &str| {
        let path = format!("/repos/{}/collaborators/tenon-bot", names[0]);
        let github = story.github();
        let body = json!({ "permission": permission });
        assert_eq!(github.send(github.request(Method::PUT, &path).json(&body)).await.status, 204);
    };
    right("push").await;

    day(&story, 30, 0).await;
    let told = of_day_two(&story, ["state", "next", "nextAt", "refusal"]).await;
    let tomorrow = json!("2026-04-02T09:00:00Z");
    let expected = [json!("kept"), json!("archive"), tomorrow, json!("permission_missing")];
    assert_eq!((told, calls(&story)), (expected, [2, 2, 0]));

    right("admin").await;
    day(&story, 31, 1).await;
    assert_eq!(calls(&story), [2, 2, 0]);
    day(&story, 31, 0).await;
    assert_eq!(calls(&story), [3, 3, 0]);
    let told = of_day_two(&story, ["state", "refusal"]).await;
    assert_eq!(told, [json!("archived"), Value::Null]);
}

#[tokio::test]
async fn what_is_done_already_is_recorded_and_not_done_again() {
    let story = begin("1").await;
    let (_ada, names) = completed(&story).await;
    change(&story, &names[0], json!({ "archived": true })).await;

    day(&story, 30, 0).await;
    assert_eq!(calls(&story), [2, 2, 0]);
    let github = story.github();
    let gone = github.request(Method::DELETE, &format!("/repos/{}", names[0]));
    assert_eq!(github.send(gone).await.status, 204);

    day(&story, 180, 0).await;
    assert_eq!(calls(&story), [4, 2, 2]);
    assert_eq!(of_day_two(&story, ["state"]).await, ["deleted"]);
}

#[tokio::test]
async fn the_list_is_paged_newest_first_and_costs_two_calls_a_page() {
    let story = begin("0").await;
    for number in 0..3 {
        story.clock.advance(SignedDuration::from_secs(1));
        story.invited_just_now(&format!("ada{number}@example.com")).await;
    }
    let nobody = story.nobody();
    let page = async |path: &str| {
        let request = nobody.request(Method::GET, path).header("x-admin-key", KEY);
        story.costing(nobody.send(request)).await
    };

    let (first, cost) = page("/api/admin/cleanup?limit=2").await;
    let next = first.next_page("/api/admin/cleanup").unwrap();
    let (second, _cost) = page(&next).await;

    let ids = [first.numbers("candidateSessionId"), second.numbers("candidateSessionId")].concat();
    assert_eq!((ids.len(), cost), (3, Cost::of_table(2)));
    assert!(ids.is_sorted_by(|a, b| a > b), "{ids:?}");
    assert_eq!(first.rows()[0]["repositories"][0]["state"], "planned");
    assert_eq!(second.next_page("/api/admin/cleanup"), None);
}

#[tokio::test]
async fn a_sweep_asks_for_nothing_to_clean_up_unless_it_is_switched_on() {
    for (enabled, expected) in [("0", 1), ("1", 2)] {
        let story = begin(enabled).await;
        story.invited(ADA).await;
        let calls = || story.stack.app.store.calls().count();

        let before = calls();
        story.stack.worker.sweep().await.unwrap();

        assert_eq!(calls() - before, expected, "{enabled}");
    }
}
