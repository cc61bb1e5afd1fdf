//! What became of invite mails: bounces and complaints, as SES tells them through the job queue.

use std::time::Duration;

use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::story::Story;
use tests::work::Invited;

const BOUNCE: &str = "bounce@simulator.amazonses.com";
const COMPLAINT: &str = "complaint@simulator.amazonses.com";
const ADA: &str = "ada@example.com";
/// How long an address that bounced is left alone.
const NINETY_DAYS: SignedDuration = SignedDuration::from_hours(90 * 24);

/// How the mail of a row stands: status, time, error.
async fn mail(story: &Story, invited: &Invited) -> [Value; 3] {
    let row = story.row(invited).await;
    ["inviteEmailStatus", "inviteEmailSentAt", "inviteEmailError"].map(|name| row[name].clone())
}

async fn resend(story: &Story, invited: &Invited) -> Value {
    let Invited { simulation, session, .. } = invited;
    let path = format!("/api/simulations/{simulation}/candidates/{session}/invite/resend");
    story.recruiter(1).post_nothing(&path).await.expect(200)
}

/// An event about mail `number` of an invite, as EventBridge puts it into the queue.
fn event(key: &str, detail: &Value) -> Value {
    let mut event = json!({
        "version": "0",
        "id": "8f0c5a52-4f0b-4b40-9d9c-3b6d2a6f3c10",
        "detail-type": "Email Bounced",
        "source": "aws.ses",
        "detail": { "mail": { "messageId": "0100-1", "tags": { "key": [key] } } },
    });
    event["detail"].as_object_mut().unwrap().extend(detail.as_object().unwrap().clone());
    event
}

fn bounce(kind: &str) -> Value {
    json!({ "bounce": { "bounceType": kind, "bounceSubType": "General" } })
}

fn complaint() -> Value {
    json!({ "complaint": { "complaintFeedbackType": "abuse" } })
}

/// Delivers `message` and says how many calls to the table that took.
async fn delivered(story: &Story, message: &Value) -> u64 {
    let calls = || story.stack.app.store.calls().count();
    story.stack.queue.push(&message.to_string(), Duration::ZERO);
    let before = calls();
    story.settle().await;
    calls() - before
}

#[tokio::test]
async fn a_mail_that_bounces_is_shown_and_the_invite_works_all_the_same() {
    let story = Story::begin().await;
    let invited = story.invited(BOUNCE).await;
    let sent_at = json!("2026-03-02T09:00:00Z");
    assert_eq!(mail(&story, &invited).await, [json!("sent"), sent_at.clone(), Value::Null]);

    story.pass(1).await;

    let error = json!("The address bounced.");
    assert_eq!(mail(&story, &invited).await, [json!("bounced"), sent_at, error]);
    let candidate = story.candidate(BOUNCE);
    candidate.get(&format!("/api/candidate/session/{}", invited.token)).await.expect(200);
    assert_eq!(story.stack.queue.dead_letters(), []);
}

#[tokio::test]
async fn a_mail_that_is_reported_as_spam_is_shown() {
    let story = Story::begin().await;
    let invited = story.invited(COMPLAINT).await;

    story.pass(1).await;

    let sent_at = json!("2026-03-02T09:00:00Z");
    let error = json!("The recipient marked the mail as spam.");
    assert_eq!(mail(&story, &invited).await, [json!("complained"), sent_at, error]);
    let kept = story.items("SUPPRESSED#").await;
    assert_eq!((kept.len(), &kept[0]["why"]["S"]), (1, &json!("complained")));
    // The table removes it: 2026-05-31T09:00:01Z.
    assert_eq!(kept[0]["expiresAtEpoch"]["N"], "1780218001");
}

#[tokio::test]
async fn an_address_that_bounced_gets_no_mail_for_ninety_days_and_its_recruiter_reads_why() {
    let story = Story::begin().await;
    let first = story.invited(BOUNCE).await;
    story.pass(1).await;

    let second = story.invited(&BOUNCE.to_uppercase()).await;
    story.clock.advance(SignedDuration::from_mins(1));
    let resent = resend(&story, &first).await;
    story.settle().await;

    assert_eq!(resent["inviteEmailStatus"], "queued");
    let why = "The address bounced. No mail is sent there before 2026-05-31.";
    assert_eq!(mail(&story, &second).await, [json!("bounced"), Value::Null, json!(why)]);
    let sent_at = json!("2026-03-02T09:00:00Z");
    assert_eq!(mail(&story, &first).await, [json!("bounced"), sent_at, json!(why)]);
    assert_eq!(story.stack.mailbox.mails().len(), 1);
    let url = format!("http://localhost:3000/candidate/session/{}", second.token);
    assert_eq!(story.row(&second).await["inviteUrl"], json!(url));

    story.clock.set("2026-03-02T09:00:01Z".parse().unwrap());
    story.clock.advance(NINETY_DAYS - SignedDuration::from_secs(1));
    resend(&story, &first).await;
    story.settle().await;
    assert_eq!(story.stack.mailbox.mails().len(), 1);
    story.clock.advance(SignedDuration::from_secs(30));
    resend(&story, &first).await;
    story.settle().await;
    assert_eq!(story.stack.mailbox.mails().len(), 2);
    story.pass(1).await;
    assert_eq!(mail(&story, &first).await[2], "The address bounced.");
}

#[tokio::test]
async fn events_that_come_twice_or_in_the_wrong_order_change_nothing() {
    let story = Story::begin().await;
    let invited = story.invited(ADA).await;
    let key = format!("{}-1", invited.session);
    let bounced = event(&key, &bounce("Permanent"));
    let complained = event(&key, &complaint());

    assert_eq!(delivered(&story, &complained).await, 3);
    let kept = story.items("").await;
    assert_eq!(mail(&story, &invited).await[0], "complained");

    for late in [&complained, &bounced, &bounced] {
        assert_eq!(delivered(&story, late).await, 2);
    }
    assert_eq!(story.items("").await, kept);
}

#[tokio::test]
async fn an_event_that_overtakes_the_answer_is_not_overwritten_by_it() {
    let story = Story::begin().await;
    let invited = story.invited_just_now(ADA).await;
    let event = event(&format!("{}-1", invited.session), &bounce("Permanent"));

    story.stack.queue.push(&event.to_string(), Duration::ZERO);
    story.settle().await;

    let sent_at = json!("2026-03-02T09:00:00Z");
    let error = json!("The address bounced.");
    assert_eq!(mail(&story, &invited).await, [json!("bounced"), sent_at, error]);
    assert_eq!(story.stack.queue.dead_letters(), []);
}

#[tokio::test]
async fn an_older_mails_bounce_leaves_the_newest_as_it_is_and_stops_the_next() {
    let story = Story::begin().await;
    let invited = story.invited(ADA).await;
    story.clock.advance(SignedDuration::from_secs(30));
    resend(&story, &invited).await;
    story.settle().await;

    let older = event(&format!("{}-1", invited.session), &bounce("Permanent"));
    assert_eq!(delivered(&story, &older).await, 3);
    assert_eq!(mail(&story, &invited).await[0], "sent");

    story.clock.advance(SignedDuration::from_secs(30));
    resend(&story, &invited).await;
    story.settle().await;
    assert_eq!(mail(&story, &invited).await[0], "bounced");
    assert_eq!(story.stack.mailbox.mails().len(), 2);
}

#[tokio::test]
async fn what_concerns_no_mail_of_ours_is_acknowledged_and_stores_nothing() {
    let story = Story::begin().await;
    let invited = story.invited(ADA).await;
    let key = format!("{}-1", invited.session);
    let kept = story.items("").await;
    let mut elsewhere = event(&key, &bounce("Permanent"));
    elsewhere["source"] = json!("aws.s3");
    let mut headless = event(&key, &bounce("Permanent"));
    headless["detail"]["mail"] = json!("lost");

    for (message, calls) in [
        (event(&key, &bounce("Transient")), 0),
        (event(&key, &json!({ "delivery": { "recipients": [ADA] } })), 0),
        (event("77-1", &bounce("Permanent")), 1),
        (event("somebody-else", &bounce("Permanent")), 0),
        (elsewhere, 0),
        (headless, 0),
        (json!("no event"), 0),
    ] {
        assert_eq!(delivered(&story, &message).await, calls, "{message}");
    }

    assert_eq!(story.items("").await, kept);
    assert_eq!(mail(&story, &invited).await[0], "sent");
    assert_eq!((story.stack.queue.next_due(), story.stack.queue.dead_letters()), (None, vec![]));
}

#[tokio::test]
async fn a_mail_that_never_went_out_is_shown_as_failed_and_its_address_gets_the_next() {
    let story = Story::begin().await;
    let invited = story.invited(ADA).await;
    let key = format!("{}-1", invited.session);
    let rejected = event(&key, &json!({ "reject": { "reason": "Bad content" } }));
    let unmade = event(&key, &json!({ "failure": { "errorMessage": "x" } }));

    assert_eq!(delivered(&story, &rejected).await, 2);
    let sent_at = json!("2026-03-02T09:00:00Z");
    let error = json!("The mail provider refused the mail for its content.");
    let failed = [json!("failed"), sent_at, error];
    assert_eq!(mail(&story, &invited).await, failed);
    for late in [&rejected, &unmade] {
        assert_eq!(delivered(&story, late).await, 1);
    }
    assert_eq!(mail(&story, &invited).await, failed);
    assert_eq!(story.items("SUPPRESSED#").await, Vec::<Value>::new());

    story.clock.advance(SignedDuration::from_secs(30));
    resend(&story, &invited).await;
    story.settle().await;
    assert_eq!(mail(&story, &invited).await[0], "sent");
    assert_eq!(story.stack.mailbox.mails().len(), 2);
}

#[tokio::test]
async fn whether_an_address_takes_mail_costs_one_call_in_the_job_and_none_in_the_request() {
    let story = Story::begin().await;
    let invited = story.invited(ADA).await;
    let calls = || story.stack.app.store.calls().count();
    let mut costs = Vec::new();

    for event in [None, Some(event(&format!("{}-2", invited.session), &bounce("Permanent")))] {
        if let Some(event) = event {
            delivered(&story, &event).await;
        }
        story.clock.advance(SignedDuration::from_secs(30));
        let before = calls();
        resend(&story, &invited).await;
        let asked = calls();
        story.settle().await;
        costs.push((asked - before, calls() - asked));
    }

    // Job and claim; session, suppression and `sending`; session and `sent`; the job again. Without
    // a mail, the second pair falls away.
    assert_eq!(costs, [(3, 8), (3, 6)]);
}
