//! A candidate claims an invite, and nobody else can.

use jiff::SignedDuration;
use local::issuer::{Identity, Role};
use serde_json::json;
use tests::caller::{Answer, Caller};
use tests::cost::Cost;
use tests::problem::problem;
use tests::story::Story;
use tests::together::{together, with_status};
use tests::work::Invited;

const ADA: &str = "ada@example.com";
const FORTNIGHT: SignedDuration = SignedDuration::from_hours(14 * 24);

fn link(invited: &Invited) -> String {
    format!("/api/candidate/session/{}", invited.token)
}

async fn following(who: Caller, link: String) -> Answer {
    who.get(&link).await
}

/// Somebody who has Ada's address under another subject.
fn namesake(story: &Story) -> Caller {
    let sub = Some("auth0|somebody-else".to_owned());
    story.identified(&Identity { sub, ..Identity::new(ADA, Role::Candidate) })
}

#[tokio::test]
async fn following_the_link_claims_the_invite_once() {
    let story = Story::begin().await;
    let invited = story.invited(ADA).await;
    let ada = story.candidate("ADA@example.com");
    let expected = json!({
        "candidateSessionId": invited.session,
        "status": "in_progress",
        "startedAt": "2026-03-02T09:00:00Z",
        "completedAt": null,
        "candidateName": "Ada Example",
        "simulation": {
            "id": invited.simulation,
            "title": "Payments API",
            "role": "Backend Engineer",
        },
    });

    let (first, claiming) = story.costing(ada.get(&link(&invited))).await;
    story.clock.advance(SignedDuration::from_hours(1));
    let (again, returning) = story.costing(ada.get(&link(&invited))).await;
    let posted = ada.post_nothing(&format!("{}/claim", link(&invited))).await;

    assert_eq!((claiming, returning), (Cost::of_table(2), Cost::of_table(1)));
    for answer in [first, again, posted] {
        assert_eq!(answer.expect(200), expected);
    }
}

#[tokio::test]
async fn a_claim_may_be_posted_with_any_body() {
    let story = Story::begin().await;
    let invited = story.invited(ADA).await;
    let ada = story.candidate(ADA);

    let request = ada.request(http::Method::POST, &format!("{}/claim", link(&invited)));
    let request = request.header("content-type", "text/plain").body("not even JSON");
    let claimed = ada.send(request).await.expect(200);

    assert_eq!(claimed["candidateSessionId"], invited.session);
    assert_eq!(claimed["status"], "in_progress");
}

#[tokio::test]
async fn an_invite_to_another_address_is_not_found() {
    let story = Story::begin().await;
    let invited = story.invited(ADA).await;

    let refused = story.candidate("eve@example.com").get(&link(&invited)).await;

    let detail = "Candidate session not found";
    let expected = problem(404, "Not Found", "CANDIDATE_SESSION_NOT_FOUND", detail);
    assert_eq!(refused.problem(), expected);
    assert_eq!(story.row(&invited).await["status"], "not_started");
}

#[tokio::test]
async fn an_address_that_is_not_verified_claims_nothing() {
    let story = Story::begin().await;
    let invited = story.invited(ADA).await;
    let unverified = Identity { email_verified: false, ..Identity::new(ADA, Role::Candidate) };

    let refused = story.identified(&unverified).get(&link(&invited)).await;

    let detail = "Email verification required";
    let expected = problem(403, "Forbidden", "EMAIL_VERIFICATION_REQUIRED", detail);
    assert_eq!(refused.problem(), expected);
    assert_eq!(story.row(&invited).await["status"], "not_started");
}

#[tokio::test]
async fn where_a_verified_address_is_demanded_a_token_that_says_nothing_claims_nothing() {
    let story = Story::with(&[("TENON_AUTH0_REQUIRE_EMAIL_VERIFIED", "1")]).await;
    let invited = story.invited(ADA).await;
    let mut claims = story.stack.issuer.claims(&Identity::new(ADA, Role::Candidate), 60);
    claims["email_verified"] = json!(true);
    let verified = story.stack.issuer.token_with(&claims).unwrap();

    let unsaid = story.candidate(ADA).get(&link(&invited)).await;
    let said = story.bearing(&verified).get(&link(&invited)).await;

    assert_eq!((unsaid.status, said.status), (403, 200));
}

#[tokio::test]
async fn an_invite_is_good_until_its_deadline_and_not_a_millisecond_longer() {
    let story = Story::begin().await;
    let (in_time, late) = (story.invited(ADA).await, story.invited("eve@example.com").await);
    let (ada, eve) = (story.candidate(ADA), story.candidate("eve@example.com"));

    story.clock.advance(FORTNIGHT);
    assert_eq!(ada.get(&link(&in_time)).await.status, 200);

    story.clock.advance(SignedDuration::from_millis(1));
    let expired = problem(410, "Gone", "INVITE_TOKEN_EXPIRED", "Invite token expired");
    assert_eq!(eve.get(&link(&late)).await.problem(), expired);
    assert_eq!(eve.post_nothing(&format!("{}/claim", link(&late))).await.problem(), expired);
    assert_eq!(ada.get(&link(&late)).await.problem(), expired);
}

#[tokio::test]
async fn a_claimed_session_stays_open_to_its_owner_and_closed_to_all_others() {
    let story = Story::begin().await;
    let (invited, ada) = story.claimed(ADA).await;
    let task = story.current_task(&ada, invited.session).await;

    story.clock.advance(FORTNIGHT * 2);

    assert_eq!(ada.get(&link(&invited)).await.expect(200)["status"], "in_progress");
    assert_eq!(story.current_task(&ada, invited.session).await, task);
    story.hand_in_text(&ada, task).await;
    let refused = namesake(&story).get(&link(&invited)).await;
    assert_eq!(refused.refusal().0, 404);
}

#[tokio::test]
async fn a_second_subject_with_the_same_address_finds_nothing() {
    let story = Story::begin().await;
    let (invited, _ada) = story.claimed(ADA).await;

    let refused = namesake(&story).get(&link(&invited)).await;

    let expected = (404, "CANDIDATE_SESSION_NOT_FOUND", "Candidate session not found");
    assert_eq!(refused.refusal(), expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_subjects_who_claim_at_once_one_has_it() {
    let story = Story::begin().await;
    for _ in 0..5 {
        let invited = story.invited(ADA).await;
        let claims = [story.candidate(ADA), namesake(&story)];

        let answers = together(claims.map(|who| following(who, link(&invited)))).await;

        let statuses = (with_status(&answers, 200), with_status(&answers, 404));
        assert_eq!(statuses, (1, 1), "{answers:?}");
    }
}

#[tokio::test]
async fn a_forged_token_is_refused_without_a_look_at_the_table() {
    let story = Story::begin().await;
    let invited = story.invited(ADA).await;
    let ada = story.candidate(ADA);
    let flipped = |at: usize| {
        let mut token: Vec<char> = invited.token.chars().collect();
        token[at] = if token[at] == 'A' { 'B' } else { 'A' };
        token.into_iter().collect::<String>()
    };
    let mut forged: Vec<String> = (0..43).map(flipped).collect();
    forged.extend(["A".repeat(43), "A".repeat(20), "_".repeat(255), invited.token[..42].into()]);
    forged.push(format!("{}A", invited.token));

    for token in forged {
        let path = format!("/api/candidate/session/{token}");
        let (refused, cost) = story.costing(ada.get(&path)).await;

        let expected = (404, "INVITE_TOKEN_INVALID", "Invalid invite token");
        assert_eq!(refused.refusal(), expected, "{token}");
        assert_eq!(cost, Cost::of_table(0), "{token}");
    }
}

#[tokio::test]
async fn a_token_has_20_to_255_characters() {
    let story = Story::begin().await;
    let ada = story.candidate(ADA);

    for (length, code) in
        [(1, "string_too_short"), (19, "string_too_short"), (256, "string_too_long")]
    {
        let path = format!("/api/candidate/session/{}", "x".repeat(length));
        for refused in [ada.get(&path).await, ada.post_nothing(&format!("{path}/claim")).await] {
            assert_eq!(refused.pointers(), [("/path/token".to_owned(), code.to_owned())]);
        }
    }
}
