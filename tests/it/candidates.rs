//! What a candidate sees: the invites to an address, and the task of the day.

use jiff::SignedDuration;
use local::issuer::{Identity, Role};
use serde_json::{Value, json};
use tests::cost::Cost;
use tests::problem::problem;
use tests::story::Story;

const ADA: &str = "ada@example.com";
const FORTNIGHT: SignedDuration = SignedDuration::from_hours(14 * 24);

#[tokio::test]
async fn a_candidate_lists_the_invites_to_their_address_newest_first() {
    let story = Story::begin().await;
    let (first, ada) = story.claimed(ADA).await;
    story.clock.advance(SignedDuration::from_mins(1));
    let second = story.invited(ADA).await;
    story.invited("eve@example.com").await;
    story.clock.advance(SignedDuration::from_mins(1));
    let task = story.current_task(&ada, first.session).await;
    story.hand_in_text(&ada, task).await;

    let (listed, cost) = story.costing(ada.get("/api/candidate/invites")).await;

    let expected = json!([
        {
            "candidateSessionId": second.session,
            "simulationId": second.simulation,
            "simulationTitle": "Payments API",
            "role": "Backend Engineer",
            "companyName": "LocalCo",
            "status": "not_started",
            "progress": { "completed": 0, "total": 5 },
            "lastActivityAt": null,
            "inviteCreatedAt": "2026-03-02T09:01:00Z",
            "expiresAt": "2026-03-16T09:01:00Z",
            "inviteToken": second.token,
            "isExpired": false,
        },
        {
            "candidateSessionId": first.session,
            "simulationId": first.simulation,
            "simulationTitle": "Payments API",
            "role": "Backend Engineer",
            "companyName": "LocalCo",
            "status": "in_progress",
            "progress": { "completed": 1, "total": 5 },
            "lastActivityAt": "2026-03-02T09:02:00Z",
            "inviteCreatedAt": "2026-03-02T09:00:00Z",
            "expiresAt": "2026-03-16T09:00:00Z",
            "inviteToken": first.token,
            "isExpired": false,
        },
    ]);
    assert_eq!(listed.expect(200), expected);
    assert_eq!(cost, Cost::of_table(1));
}

#[tokio::test]
async fn who_was_never_invited_lists_nothing() {
    let story = Story::begin().await;
    story.invited(ADA).await;

    let listed = story.candidate("eve@example.com").get("/api/candidate/invites").await;

    assert_eq!(listed.expect(200), json!([]));
}

/// `inviteToken`, `status` and `isExpired` of the one invite that `who` sees.
async fn seen(story: &Story, who: &Identity) -> (Value, Value, Value) {
    let listed = story.identified(who).get("/api/candidate/invites").await.expect(200);
    let only = &listed.as_array().unwrap()[..1][0];
    (only["inviteToken"].clone(), only["status"].clone(), only["isExpired"].clone())
}

#[tokio::test]
async fn a_list_shows_a_token_only_to_whom_it_would_open_the_session() {
    let story = Story::begin().await;
    let invited = story.invited(ADA).await;
    let ada = Identity::new(ADA, Role::Candidate);
    let unverified = Identity { email_verified: false, ..ada.clone() };
    let namesake = Identity { sub: Some("auth0|other".to_owned()), ..ada.clone() };
    let (none, token) = (json!(null), json!(invited.token));
    let (open, yes, no) = (json!("not_started"), json!(true), json!(false));

    assert_eq!(seen(&story, &ada).await, (token.clone(), open.clone(), no.clone()));
    assert_eq!(seen(&story, &unverified).await, (none.clone(), open.clone(), no.clone()));
    assert_eq!(seen(&story, &namesake).await, (token.clone(), open.clone(), no.clone()));

    story.clock.advance(FORTNIGHT + SignedDuration::from_millis(1));
    assert_eq!(seen(&story, &ada).await, (none, open, yes));
}

#[tokio::test]
async fn once_claimed_the_token_is_shown_to_its_owner_alone_even_after_it_has_expired() {
    let story = Story::begin().await;
    let (invited, _ada) = story.claimed(ADA).await;
    let ada = Identity::new(ADA, Role::Candidate);
    let namesake = Identity { sub: Some("auth0|other".to_owned()), ..ada.clone() };
    let claimed = json!("in_progress");

    story.clock.advance(FORTNIGHT * 2);

    let token = json!(invited.token);
    assert_eq!(seen(&story, &ada).await, (token, claimed.clone(), json!(true)));
    assert_eq!(seen(&story, &namesake).await, (json!(null), claimed, json!(true)));
}

#[tokio::test]
async fn the_task_of_the_day_is_shown_with_how_far_the_candidate_is() {
    let story = Story::begin().await;
    let (invited, ada, second) = story.on_day_two(ADA).await;
    let path = format!("/api/candidate/session/{}/current_task", invited.session);
    let simulation = format!("/api/simulations/{}", invited.simulation);
    let simulation = story.recruiter(1).get(&simulation).await.expect(200);

    let (current, cost) = story.costing(ada.get(&path)).await;

    let expected = json!({
        "candidateSessionId": invited.session,
        "status": "in_progress",
        "currentDayIndex": 2,
        "currentTask": {
            "id": second,
            "dayIndex": 2,
            "title": "Feature Implementation",
            "type": "code",
            "description": simulation["tasks"][1]["description"],
        },
        "completedTaskIds": [second - 1],
        "progress": { "completed": 1, "total": 5 },
        "isComplete": false,
    });
    assert_eq!(current.expect(200), expected);
    assert_eq!(cost, Cost::of_table(1));
}

#[tokio::test]
async fn who_has_handed_in_everything_has_no_task_left() {
    let story = Story::begin().await;
    let (invited, ada, first) = story.completed(ADA).await;

    let path = format!("/api/candidate/session/{}/current_task", invited.session);
    let current = ada.get(&path).await.expect(200);

    let expected = json!({
        "candidateSessionId": invited.session,
        "status": "completed",
        "currentDayIndex": null,
        "currentTask": null,
        "completedTaskIds": [first, first + 1, first + 2, first + 3, first + 4],
        "progress": { "completed": 5, "total": 5 },
        "isComplete": true,
    });
    assert_eq!(current, expected);
    let claimed = ada.get(&format!("/api/candidate/session/{}", invited.token)).await.expect(200);
    assert_eq!(claimed["status"], "completed");
    assert_eq!(claimed["completedAt"], "2026-03-02T09:00:00Z");
}

#[tokio::test]
async fn the_session_header_is_not_read_where_the_path_names_the_session() {
    let story = Story::begin().await;
    let (invited, ada) = story.claimed(ADA).await;

    let path = format!("/api/candidate/session/{}/current_task", invited.session);

    assert_eq!(ada.on(1).get(&path).await.status, 200);
}

#[tokio::test]
async fn a_session_is_found_by_its_number_only_by_who_claimed_it() {
    let story = Story::begin().await;
    let unclaimed = story.invited(ADA).await;
    let (claimed, _grace) = story.claimed("grace@example.com").await;
    let ada = story.candidate(ADA);
    let detail = "Candidate session not found";
    let expected = problem(404, "Not Found", "CANDIDATE_SESSION_NOT_FOUND", detail);

    for session in [unclaimed.session, claimed.session, 1, 0, 1 << 53] {
        let path = format!("/api/candidate/session/{session}/current_task");
        assert_eq!(ada.get(&path).await.problem(), expected, "{session}");
    }
    assert_eq!(story.row(&unclaimed).await["status"], "not_started");
    let malformed = ada.get("/api/candidate/session/one/current_task").await;
    assert_eq!(malformed.pointers().len(), 1);
}
