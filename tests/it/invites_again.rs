//! An invite that was made before: repeated, resent, renewed, refused; and its row meanwhile.

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::cost::Cost;
use tests::problem::problem;
use tests::story::Story;
use tests::work::{Invited, simulation_body};

const FORTNIGHT: SignedDuration = SignedDuration::from_hours(14 * 24);

fn resend(invited: &Invited) -> String {
    let Invited { simulation, session, .. } = invited;
    format!("/api/simulations/{simulation}/candidates/{session}/invite/resend")
}

fn link(token: &str) -> String {
    format!("http://localhost:3000/candidate/session/{token}")
}

/// The links of a mail: the invite, and the page for the GitHub username.
fn links(story: &Story, token: &str) -> Vec<String> {
    let page = format!("{}api/candidate/github/{token}", story.stack.places.api);
    vec![link(token), page]
}

#[tokio::test]
async fn the_row_of_a_candidate_follows_mail_claim_and_completion() {
    let story = Story::begin().await;
    let invited = story.invited_just_now("ada@example.com").await;
    let row = |change: Value| {
        let mut row = json!({
            "candidateSessionId": invited.session,
            "inviteEmail": "ada@example.com",
            "candidateName": "Ada Example",
            "status": "not_started",
            "startedAt": null,
            "completedAt": null,
            "hasFitProfile": false,
            "hasReport": false,
            "verified": false,
            "progress": { "current": 0, "total": 5 },
            "expiresAt": "2026-03-16T09:00:00Z",
            "inviteUrl": link(&invited.token),
            "inviteEmailStatus": "queued",
            "inviteEmailSentAt": null,
            "inviteEmailError": null,
            "lastActivityAt": null,
        });
        // They have a story of their own.
        row["workspaces"] = json!(null);
        row.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        row
    };
    let seen = async || {
        let mut row = story.row(&invited).await;
        row["workspaces"] = json!(null);
        row
    };
    assert_eq!(seen().await, row(json!({})));

    story.clock.advance(SignedDuration::from_secs(3));
    story.settle().await;
    let sent = json!({ "inviteEmailStatus": "sent", "inviteEmailSentAt": "2026-03-02T09:00:03Z" });
    assert_eq!(seen().await, row(sent.clone()));

    story.clock.advance(SignedDuration::from_secs(57));
    let ada = story.candidate("ada@example.com").on(invited.session);
    ada.get(&format!("/api/candidate/session/{}", invited.token)).await.expect(200);
    let mut started = sent;
    started["status"] = json!("in_progress");
    started["verified"] = json!(true);
    started["startedAt"] = json!("2026-03-02T09:01:00Z");
    started["lastActivityAt"] = started["startedAt"].clone();
    assert_eq!(seen().await, row(started.clone()));

    let first = story.current_task(&ada, invited.session).await;
    for task in first..first + 5 {
        story.hand_in_text(&ada, task).await;
    }
    started["status"] = json!("completed");
    started["completedAt"] = json!("2026-03-02T09:01:00Z");
    started["progress"] = json!({ "current": 5, "total": 5 });
    assert_eq!(seen().await, row(started));
}

#[tokio::test]
async fn candidates_are_listed_newest_first_in_two_calls() {
    let story = Story::begin().await;
    let simulation = story.simulation().await;
    for name in ["ada", "grace", "joan"] {
        story.clock.advance(SignedDuration::from_secs(1));
        story.invite(simulation, name, &format!("{name}@example.com")).await.expect(200);
    }
    let recruiter = story.recruiter(1);
    let path = format!("/api/simulations/{simulation}/candidates");

    let (listed, cost) = story.costing(recruiter.get(&path)).await;

    let listed = listed.expect(200);
    let names: Vec<_> =
        listed.as_array().unwrap().iter().map(|row| row["candidateName"].clone()).collect();
    assert_eq!(names, ["joan", "grace", "ada"]);
    assert_eq!(cost, Cost::of_table(2));
}

#[tokio::test]
async fn an_unclaimed_invite_shows_that_it_has_expired_and_a_claimed_one_never_does() {
    let story = Story::begin().await;
    let unclaimed = story.invited("ada@example.com").await;
    let (claimed, _grace) = story.claimed("grace@example.com").await;

    story.clock.advance(FORTNIGHT);
    assert_eq!(story.row(&unclaimed).await["status"], "not_started");

    story.clock.advance(SignedDuration::from_millis(1));
    assert_eq!(story.row(&unclaimed).await["status"], "expired");
    assert_eq!(story.row(&claimed).await["status"], "in_progress");
}

#[tokio::test]
async fn a_repeated_invite_is_the_same_invite_with_the_newest_name() {
    let story = Story::begin().await;
    let first = story.invited("ada@example.com").await;

    let again = story.invite(first.simulation, "Ada Lovelace", "ADA@example.com").await.expect(200);
    story.settle().await;

    assert_eq!(
        again,
        json!({
            "candidateSessionId": first.session,
            "token": first.token,
            "inviteUrl": link(&first.token),
            "outcome": "resent",
        })
    );
    let row = story.row(&first).await;
    assert_eq!(
        (&row["candidateName"], &row["expiresAt"]),
        (&json!("Ada Lovelace"), &json!("2026-03-16T09:00:00Z"))
    );
    assert_eq!(story.stack.mailbox.mails().len(), 1);
}

#[tokio::test]
async fn an_invite_repeated_after_half_a_minute_sends_the_same_link_again() {
    let story = Story::begin().await;
    let first = story.invited("ada@example.com").await;

    story.clock.advance(SignedDuration::from_secs(30));
    let again = story.invite(first.simulation, "Ada Example", "ada@example.com").await.expect(200);
    story.settle().await;

    assert_eq!((&again["outcome"], &again["token"]), (&json!("resent"), &json!(first.token)));
    let mails = story.stack.mailbox.mails();
    assert_eq!(mails.len(), 2);
    let links = links(&story, &first.token);
    assert_eq!((mails[0].links(), mails[1].links()), (links.clone(), links));
    assert_eq!(story.stack.github.repositories().len(), 2);
}

#[tokio::test]
async fn an_invite_repeated_after_its_expiry_has_a_new_link_and_the_old_one_is_dead() {
    let story = Story::begin().await;
    let first = story.invited("ada@example.com").await;
    let ada = story.candidate("ada@example.com");

    story.clock.advance(FORTNIGHT + SignedDuration::from_millis(1));
    let again = story.invite(first.simulation, "Ada", "ada@example.com").await.expect(200);
    story.settle().await;

    assert_eq!(again["outcome"], "created");
    assert_eq!(again["candidateSessionId"], first.session);
    let token = again["token"].as_str().unwrap();
    assert_ne!(token, first.token);
    assert_eq!(story.row(&first).await["expiresAt"], "2026-03-30T09:00:00.001Z");
    let dead = ada.get(&format!("/api/candidate/session/{}", first.token)).await;
    assert_eq!(dead.refusal(), (404, "INVITE_TOKEN_INVALID", "Invalid invite token"));
    assert_eq!(ada.get(&format!("/api/candidate/session/{token}")).await.status, 200);
    assert_eq!(story.stack.mailbox.mails()[0].links(), links(&story, token));
    assert_eq!(story.stack.github.repositories().len(), 2);
}

#[tokio::test]
async fn who_has_completed_the_simulation_is_not_invited_to_it_again() {
    let story = Story::begin().await;
    let (invited, _ada, _first) = story.completed("ada@example.com").await;
    let detail = "Candidate already completed simulation";
    let mut expected = problem(409, "Conflict", "CANDIDATE_ALREADY_COMPLETED", detail);
    expected["error"] = json!({
        "code": "candidate_already_completed",
        "message": detail,
        "outcome": "rejected",
    });

    let again = story.invite(invited.simulation, "Ada", "ada@example.com").await;
    let resent = story.recruiter(1).post_nothing(&resend(&invited)).await;
    story.clock.advance(FORTNIGHT * 2);
    let late = story.invite(invited.simulation, "Ada", "ada@example.com").await;

    assert_eq!(again.problem(), expected);
    assert_eq!(resent.problem(), expected);
    assert_eq!(late.problem(), expected);
    assert_eq!(story.row(&invited).await["candidateName"], "Ada Example");
}

#[tokio::test]
async fn a_mail_is_sent_again_every_half_minute_and_not_more_often() {
    let story = Story::begin().await;
    let invited = story.invited("ada@example.com").await;
    let recruiter = story.recruiter(1);
    let mails = || story.stack.mailbox.mails().len();
    let soon = |seconds: u32| {
        let detail = "Too many requests. Please slow down.";
        let mut body = problem(429, "Too Many Requests", "RATE_LIMITED", detail);
        body["retryable"] = json!(true);
        body["retryAfterSeconds"] = json!(seconds);
        body
    };

    let at_once = recruiter.post_nothing(&resend(&invited)).await;
    assert_eq!(at_once.problem(), soon(30));
    assert_eq!(at_once.header("retry-after"), Some("30"));
    story.clock.advance(SignedDuration::from_millis(29_999));
    let too_soon = recruiter.post_nothing(&resend(&invited)).await;
    assert_eq!((too_soon.problem(), too_soon.header("retry-after")), (soon(1), Some("1")));
    story.settle().await;
    assert_eq!(mails(), 1);

    story.clock.advance(SignedDuration::from_millis(1));
    let resent = recruiter.post_nothing(&resend(&invited)).await.expect(200);
    assert_eq!(
        resent,
        json!({
            "inviteEmailStatus": "queued",
            "inviteEmailSentAt": "2026-03-02T09:00:00Z",
            "inviteEmailError": null,
        })
    );
    story.settle().await;
    assert_eq!(mails(), 2);
    assert_eq!(story.row(&invited).await["inviteEmailSentAt"], "2026-03-02T09:00:30Z");
}

#[tokio::test]
async fn a_resend_renews_an_expired_link() {
    let story = Story::begin().await;
    let invited = story.invited("ada@example.com").await;
    let ada = story.candidate("ada@example.com");

    story.clock.advance(FORTNIGHT + SignedDuration::from_millis(1));
    story.recruiter(1).post_nothing(&resend(&invited)).await.expect(200);
    story.settle().await;

    let links = story.stack.mailbox.mails()[0].links();
    let token = links[0].rsplit('/').next().unwrap();
    assert_ne!(token, invited.token);
    assert_eq!(ada.get(&format!("/api/candidate/session/{}", invited.token)).await.status, 404);
    assert_eq!(ada.get(&format!("/api/candidate/session/{token}")).await.status, 200);
}

#[tokio::test]
async fn only_the_recruiter_of_that_very_candidate_has_a_mail_sent_again() {
    let story = Story::begin().await;
    let invited = story.invited("ada@example.com").await;
    let elsewhere = story.simulation().await;
    let own = story.recruiter(2).post("/api/simulations", simulation_body()).await.expect(201);
    story.clock.advance(SignedDuration::from_mins(1));
    let session = invited.session;
    let simulation = (404, "SIMULATION_NOT_FOUND", "Simulation not found");
    let candidate = (404, "CANDIDATE_SESSION_NOT_FOUND", "Candidate session not found");
    let cases = [
        (2, invited.simulation, session, simulation),
        (2, own["id"].as_u64().unwrap(), session, candidate),
        (1, elsewhere, session, candidate),
        (1, invited.simulation, 1, candidate),
        (1, 1, session, simulation),
    ];

    for (recruiter, simulation, session, refusal) in cases {
        let invited = Invited { simulation, session, token: String::new() };
        let refused = story.recruiter(recruiter).post_nothing(&resend(&invited)).await;
        assert_eq!(refused.refusal(), refusal);
    }
    let malformed = "/api/simulations/x/candidates/y/invite/resend";
    assert_eq!(story.recruiter(1).post_nothing(malformed).await.pointers().len(), 2);
    story.settle().await;
    assert_eq!(story.stack.mailbox.mails().len(), 1);
}
