//! Answers that no order explains are found out, beside the same answers where one does.

use jiff::Timestamp;
use tests::story::MORNING;

use super::deed::Guest;
use super::model::{Account, Asked, Said};
use super::order::{Done, explain};

const ADA: Account = Account::Ada;
const SESSION: u64 = 7;

/// Something that was asked from one step until another, in the morning.
fn done((from, until): (usize, usize), asked: Asked, said: Said) -> Done {
    let clock = vec![MORNING.parse::<Timestamp>().unwrap()];
    Done { asked, said, from, until, clock }
}

fn invited(when: (usize, usize), said: Said) -> Done {
    done(when, Asked::Invite { owner: true, guest: Guest::Ada }, said)
}

const fn new() -> Said {
    Said::Invited { session: SESSION, created: true, generation: 1 }
}

const fn known() -> Said {
    Said::Invited { session: SESSION, created: false, generation: 1 }
}

fn claimed(when: (usize, usize), account: Account, said: Said) -> Done {
    done(when, Asked::Claim { account, guest: Guest::Ada, generation: 1 }, said)
}

const fn mine() -> Said {
    Said::Claimed { completed: false }
}

fn submit(when: (usize, usize), day: u8, said: Said) -> Done {
    done(when, Asked::Submit { account: ADA, session: SESSION, day }, said)
}

fn status(when: (usize, usize), said: Said) -> Done {
    done(when, Asked::Status { account: ADA, session: SESSION, day: 2 }, said)
}

fn refused(status: u16, code: &str) -> Said {
    Said::Refused(status, code.to_owned())
}

/// Whether some order explains that Ada was invited, claimed, and then this.
fn is_explained(then: Vec<Done>) -> bool {
    let before = vec![invited((0, 1), new()), claimed((2, 3), ADA, mine())];
    explain(&[before, then].concat()).is_ok()
}

#[test]
fn a_day_that_is_handed_in_twice_has_no_order() {
    let stored = || Said::Submitted { done: 1 };
    let conflict = || refused(409, "SUBMISSION_CONFLICT");

    assert!(is_explained(vec![submit((4, 9), 1, conflict()), submit((5, 8), 1, stored())]));
    assert!(!is_explained(vec![submit((4, 9), 1, stored()), submit((5, 8), 1, stored())]));
    // Nobody had handed it in when this was answered.
    assert!(!is_explained(vec![submit((4, 5), 1, conflict()), submit((6, 8), 1, stored())]));
    assert!(!is_explained(vec![submit((4, 9), 2, Said::Submitted { done: 2 })]));
}

#[test]
fn a_session_of_two_accounts_has_no_order() {
    let invited = || invited((0, 1), new());
    let lost = || refused(404, "CANDIDATE_SESSION_NOT_FOUND");
    let both = |other: Said| {
        vec![invited(), claimed((2, 9), ADA, mine()), claimed((3, 8), Account::Double, other)]
    };

    assert!(explain(&both(lost())).is_ok());
    assert_eq!(explain(&both(mine())).unwrap_err().len(), 2);
    // Ben was not invited, whoever else claims.
    let ben = vec![invited(), claimed((2, 3), Account::Ben, mine())];
    assert_eq!(explain(&ben).unwrap_err(), [0]);
}

#[test]
fn two_invites_that_both_made_the_session_have_no_order() {
    assert!(explain(&[invited((0, 9), new()), invited((1, 8), known())]).is_ok());
    assert!(explain(&[invited((0, 9), new()), invited((1, 8), new())]).is_err());
    assert!(explain(&[invited((0, 1), known()), invited((2, 8), new())]).is_err());
}

#[test]
fn a_mail_that_was_asked_for_twice_within_its_pause_has_no_order() {
    let asked = Asked::Resend { owner: true, guest: Guest::Ada, session: SESSION };
    let later = |when, said| {
        let half_a_minute = "2026-03-02T09:00:30Z".parse().unwrap();
        Done { clock: vec![half_a_minute], ..done(when, asked, said) }
    };
    let soon = || refused(429, "RATE_LIMITED");

    assert!(is_explained(vec![later((4, 9), Said::MailAsked), later((5, 8), soon())]));
    assert!(!is_explained(vec![later((4, 9), Said::MailAsked), later((5, 8), Said::MailAsked)]));
    assert!(!is_explained(vec![done((4, 9), asked, Said::MailAsked)]));
}

#[test]
fn a_repository_that_was_seen_does_not_vanish() {
    let unmade = || refused(409, "WORKSPACE_NOT_READY");
    let first = || submit((4, 5), 1, Said::Submitted { done: 1 });

    assert!(is_explained(vec![first(), status((6, 9), Said::Made), status((7, 8), unmade())]));
    assert!(!is_explained(vec![first(), status((6, 7), Said::Made), status((8, 9), unmade())]));
}
