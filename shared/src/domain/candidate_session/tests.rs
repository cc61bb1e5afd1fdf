use super::*;
use crate::domain::clean_up::EndOfWork;
use crate::domain::invite_mail::MailStatus;
use crate::domain::simulation::Brief;
use crate::domain::template::TemplateKey;
use crate::domain::text::Prose;

const ADA: Claimant<'_> = Claimant { sub: "auth0|ada", email: "ada@example.com", verified: true };

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

pub(crate) fn invited() -> CandidateSession {
    let simulation = Simulation {
        id: SimulationId::new(4),
        recruiter: UserId::new(3),
        company_name: "Example Ltd".to_owned(),
        brief: Brief {
            title: Line::parse("Payments API").unwrap(),
            role: Line::parse("Backend Engineer").unwrap(),
            tech_stack: Line::parse("Python").unwrap(),
            seniority: Line::parse("Mid").unwrap(),
            focus: Prose::default(),
            template_key: TemplateKey::default(),
        },
        first_task: TaskId::new(40),
        created_at: at("2026-03-01T09:00:00Z"),
        candidate_count: 0,
    };
    let who = (Line::parse("Ada").unwrap(), EmailAddress::parse("ada@example.com").unwrap());
    CandidateSession::invited(
        CandidateSessionId::new(12),
        &simulation,
        who,
        1,
        at("2026-03-02T09:00:00Z"),
    )
}

fn claimed() -> CandidateSession {
    invited().claim(ADA, at("2026-03-02T10:00:00Z")).unwrap()
}

fn day(number: u8) -> Day {
    Day::new(number).unwrap()
}

#[test]
fn an_invite_is_good_until_its_last_moment_and_not_a_millisecond_longer() {
    assert_eq!(invited().invite.expires_at, at("2026-03-16T09:00:00Z"));
    assert!(invited().claim(ADA, at("2026-03-16T09:00:00Z")).is_ok());
    let late = invited().claim(ADA, at("2026-03-16T09:00:00.001Z"));
    assert_eq!(late, Err(ClaimRefused::Expired));
}

#[test]
fn a_claimed_session_stays_open_to_its_owner_and_shut_to_others() {
    let long_after = at("2027-01-01T00:00:00Z");

    assert_eq!(claimed().claim(ADA, long_after), Ok(claimed()));
    let eve = Claimant { sub: "auth0|eve", ..ADA };
    assert_eq!(claimed().claim(eve, long_after), Err(ClaimRefused::SomebodyElse));
}

#[test]
fn only_the_verified_invited_address_can_claim() {
    let now = at("2026-03-02T10:00:00Z");
    let unverified = Claimant { verified: false, ..ADA };
    assert_eq!(invited().claim(unverified, now), Err(ClaimRefused::NotVerified));
    let other = Claimant { email: "eve@example.com", ..ADA };
    assert_eq!(invited().claim(other, now), Err(ClaimRefused::OtherAddress));
}

#[test]
fn days_are_handed_in_once_each_and_in_order() {
    let now = at("2026-03-03T10:00:00Z");

    assert_eq!(claimed().submit(day(2), now), Err(DayRefused::OutOfOrder));
    let one = claimed().submit(day(1), now).unwrap();
    assert_eq!(one.clone().submit(day(1), now), Err(DayRefused::AlreadySubmitted));
    assert_eq!(one.current_day(), Some(day(2)));
    assert_eq!(one.completed_tasks(), [TaskId::new(40)]);
    assert_eq!(invited().submit(day(1), now), Err(DayRefused::NotClaimed));
}

#[test]
fn the_fifth_day_completes_the_session() {
    let now = at("2026-03-06T10:00:00Z");
    let done =
        Day::ALL.into_iter().fold(claimed(), |session, day| session.submit(day, now).unwrap());

    assert_eq!((done.status(), done.completed_at()), (SessionStatus::Completed, Some(now)));
    assert_eq!(done.current_day(), None);
    assert_eq!(done.clone().submit(day(5), now), Err(DayRefused::AlreadySubmitted));
    assert_eq!(done.is_current(day(5)), Err(DayRefused::Completed));
    assert_eq!(done.invited_again(Line::parse("Ada").unwrap(), 1, now), None);
}

#[test]
fn a_repeated_invite_keeps_a_good_link_and_renews_an_expired_one() {
    let name: CandidateName = Line::parse("Ada Lovelace").unwrap();

    let early = invited().invited_again(name.clone(), 2, at("2026-03-03T09:00:00Z")).unwrap();
    assert_eq!((early.invite.generation, early.invite.key_version, early.mail.number), (1, 1, 2));
    assert_eq!(early.candidate_name, name);
    assert_eq!(early.invite.expires_at, at("2026-03-16T09:00:00Z"));

    let late = invited().invited_again(name, 2, at("2026-04-01T09:00:00Z")).unwrap();
    assert_eq!((late.invite.generation, late.invite.key_version, late.mail.number), (2, 2, 2));
    assert_eq!(late.invite.expires_at, at("2026-04-15T09:00:00Z"));
}

#[test]
fn two_mails_of_one_invite_are_thirty_seconds_apart() {
    let name: CandidateName = Line::parse("Ada").unwrap();
    let at_29 = at("2026-03-02T09:00:29Z");
    let soon = invited().invited_again(name.clone(), 1, at_29).unwrap();
    assert_eq!((soon.mail.number, soon.mail.pause_left(at_29).as_secs()), (1, 1));

    let later = invited().invited_again(name, 1, at("2026-03-02T09:00:30Z")).unwrap();
    assert_eq!((later.mail.number, later.mail.status), (2, MailStatus::Queued));
}

#[test]
fn a_push_puts_the_end_of_the_work_off_as_handing_in_does() {
    let quiet = claimed();
    assert_eq!(EndOfWork::of(&quiet).at, at("2026-05-31T10:00:00Z"));

    let busy = quiet.pushed(at("2026-05-30T09:00:00Z")).unwrap();
    assert_eq!(EndOfWork::of(&busy).at, at("2026-08-28T09:00:00Z"));
}
