//! What should happen if one thing were done after the other: a simulation and its two candidates, without
//! any machinery. What the machinery does by and by, that a repository is made and that a test run ends, may
//! happen at any time, and once it has, it stays so.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use shared::domain::candidate_session::INVITE_LIFETIME;
use shared::domain::invite_mail::MAIL_PAUSE;
use uuid::Uuid;

use super::deed::Guest;

/// Days that are worked on in a repository.
pub(super) const CODE_DAYS: [u8; 2] = [2, 3];
const DAYS: u8 = 5;

/// Which account somebody has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Account {
    Ada,
    Double,
    Ben,
}

/// What was asked, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Invite { owner: bool, guest: Guest },
    Resend { owner: bool, guest: Guest, session: u64 },
    Rows { owner: bool },
    Claim { account: Account, guest: Guest, generation: u32 },
    Current { account: Account, session: u64 },
    Init { account: Account, session: u64, day: u8 },
    Status { account: Account, session: u64, day: u8 },
    Run { account: Account, session: u64, day: u8 },
    Poll { account: Account, session: u64, run: u64 },
    Submit { account: Account, session: u64, day: u8 },
    Tell { delivery: Uuid },
}

/// What was answered, as far as it matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Said {
    Refused(u16, String),
    Invited { session: u64, created: bool, generation: u32 },
    MailAsked,
    Rows(Vec<Row>),
    Claimed { completed: bool },
    Current { done: u8 },
    Made,
    Started { run: u64 },
    Polled { over: bool },
    Submitted { done: u8 },
    Taken(String),
}

/// A candidate in the recruiter's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) session: u64,
    pub(super) status: String,
    pub(super) verified: bool,
    pub(super) done: u8,
    pub(super) generation: u32,
    pub(super) ready: Vec<bool>,
}

/// How everything stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct State {
    sessions: BTreeMap<Guest, Session>,
    taken: BTreeSet<Uuid>,
}

/// How far a guest is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Session {
    pub(super) id: u64,
    pub(super) mails: u32,
    pub(super) done: u8,
    generation: u32,
    expires: Timestamp,
    asked: Timestamp,
    claimed: Option<Account>,
    ready: [bool; 2],
    runs: BTreeMap<u64, bool>,
}

fn refused(status: u16, code: &str) -> Said {
    Said::Refused(status, code.to_owned())
}

fn no_session() -> Said {
    refused(404, "CANDIDATE_SESSION_NOT_FOUND")
}

impl Guest {
    /// The account whose address was invited, and any other with that address.
    fn is_invited_as(self, account: Account) -> bool {
        match account {
            Account::Ada | Account::Double => self == Self::Ada,
            Account::Ben => self == Self::Ben,
        }
    }
}

impl Session {
    fn new(id: u64, now: Timestamp) -> Self {
        Self {
            id,
            mails: 1,
            done: 0,
            generation: 1,
            expires: now + INVITE_LIFETIME,
            asked: now,
            claimed: None,
            ready: [false; 2],
            runs: BTreeMap::new(),
        }
    }

    /// Invited again: whether a mail goes out, and whether the link is a new one.
    fn again(&mut self, now: Timestamp) -> (bool, bool) {
        let expired = self.expires < now;
        let mail = expired || now.duration_since(self.asked) >= MAIL_PAUSE;
        if expired {
            self.generation += 1;
            self.expires = now + INVITE_LIFETIME;
        }
        if mail {
            self.mails += 1;
            self.asked = now;
        }
        (mail, expired)
    }

    fn status(&self, now: Timestamp) -> &'static str {
        match (self.claimed, self.done) {
            (None, _) if self.expires < now => "expired",
            (None, _) => "not_started",
            (Some(_), DAYS) => "completed",
            (Some(_), _) => "in_progress",
        }
    }

    /// Whether the repository of a code day is known to be made.
    fn ready(&mut self, day: u8) -> &mut bool {
        let at = CODE_DAYS.iter().position(|code| *code == day).unwrap();
        &mut self.ready[at]
    }

    /// What is answered to who asks for the repository of a code day: that it is made, or that it is not yet.
    fn made(&mut self, day: u8, said: &Said, made: impl Fn(&Said) -> bool) -> bool {
        if made(said) {
            *self.ready(day) = true;
            return true;
        }
        *said == refused(409, "WORKSPACE_NOT_READY") && !*self.ready(day)
    }

    /// Why `day` cannot be handed in.
    fn may_submit(&self, day: u8) -> Option<Said> {
        if day <= self.done {
            return Some(refused(409, "SUBMISSION_CONFLICT"));
        }
        (day != self.done + 1).then(|| refused(400, "TASK_OUT_OF_ORDER"))
    }

    fn init(&mut self, day: u8, said: &Said) -> bool {
        if self.done == DAYS {
            return *said == refused(409, "SIMULATION_COMPLETED");
        }
        if day != self.done + 1 {
            return *said == refused(400, "TASK_OUT_OF_ORDER");
        }
        if !CODE_DAYS.contains(&day) {
            return *said == refused(400, "NOT_A_CODE_TASK");
        }
        self.made(day, said, |said| *said == Said::Made)
    }

    fn run(&mut self, day: u8, said: &Said) -> bool {
        if !CODE_DAYS.contains(&day) {
            return *said == refused(400, "NOT_A_CODE_TASK");
        }
        if let Some(why) = self.may_submit(day) {
            return *said == why;
        }
        if let Said::Started { run } = said {
            self.runs.insert(*run, false);
        }
        self.made(day, said, |said| matches!(said, Said::Started { .. }))
    }

    fn poll(&mut self, run: u64, said: &Said) -> bool {
        let Some(known) = self.runs.get_mut(&run) else {
            return *said == refused(404, "RUN_NOT_FOUND");
        };
        let Said::Polled { over } = said else { return false };
        let before = *known;
        *known = *over;
        *over || !before
    }

    fn submit(&mut self, day: u8, said: &Said) -> bool {
        if let Some(why) = self.may_submit(day) {
            return *said == why;
        }
        let handed_in = *said == Said::Submitted { done: day };
        if handed_in {
            self.done = day;
        }
        if CODE_DAYS.contains(&day) { self.made(day, said, |_| handed_in) } else { handed_in }
    }

    fn is_row(&mut self, row: &Row, now: Timestamp) -> bool {
        let seen = (row.session, row.status.as_str(), row.verified, row.done, row.generation);
        let is = (self.id, self.status(now), self.claimed.is_some(), self.done, self.generation);
        let may_be = self.ready.iter().zip(&row.ready).all(|(before, now)| *now || !before);
        if seen != is || row.ready.len() != CODE_DAYS.len() || !may_be {
            return false;
        }
        self.ready.copy_from_slice(&row.ready);
        true
    }
}

impl State {
    /// The state after `asked` was answered with `said` at `now`; none when that cannot be.
    pub(super) fn after(&self, asked: Asked, said: &Said, now: Timestamp) -> Option<Self> {
        let mut state = self.clone();
        state.takes(asked, said, now).then_some(state)
    }

    /// Everybody who was invited.
    pub(super) fn sessions(&self) -> impl Iterator<Item = &Session> {
        self.sessions.values()
    }

    fn takes(&mut self, asked: Asked, said: &Said, now: Timestamp) -> bool {
        match asked {
            Asked::Invite { owner: false, .. }
            | Asked::Resend { owner: false, .. }
            | Asked::Rows { owner: false } => *said == refused(404, "SIMULATION_NOT_FOUND"),
            Asked::Invite { owner: true, guest } => self.invite(guest, said, now),
            Asked::Resend { owner: true, guest, session } => {
                let known = self.sessions.get_mut(&guest).filter(|it| it.id == session);
                known.map_or_else(|| *said == no_session(), |it| resend(it, said, now))
            }
            Asked::Rows { owner: true } => {
                let Said::Rows(rows) = said else { return false };
                let mut sessions = self.sessions.values_mut();
                let row_of = |id: u64| rows.iter().find(|row| row.session == id);
                rows.len() == sessions.len()
                    && sessions.all(|it| row_of(it.id).is_some_and(|row| it.is_row(row, now)))
            }
            Asked::Claim { account, guest, generation } => {
                let session =
                    self.sessions.get_mut(&guest).filter(|it| it.generation == generation);
                let invited = guest.is_invited_as(account);
                session.map_or_else(
                    || *said == refused(404, "INVITE_TOKEN_INVALID"),
                    |it| claim(it, (account, invited), said, now),
                )
            }
            Asked::Tell { delivery } => match said {
                Said::Taken(word) if word == "ignored" => true,
                Said::Taken(word) if word == "accepted" => self.taken.insert(delivery),
                Said::Taken(word) if word == "repeated" => self.taken.contains(&delivery),
                _ => false,
            },
            Asked::Current { account, session }
            | Asked::Init { account, session, .. }
            | Asked::Status { account, session, .. }
            | Asked::Run { account, session, .. }
            | Asked::Poll { account, session, .. }
            | Asked::Submit { account, session, .. } => {
                let mut known = self.sessions.values_mut();
                let own = known.find(|it| it.id == session && it.claimed == Some(account));
                own.map_or_else(|| *said == no_session(), |own| work(own, asked, said))
            }
        }
    }

    fn invite(&mut self, guest: Guest, said: &Said, now: Timestamp) -> bool {
        let Some(known) = self.sessions.get_mut(&guest) else {
            let Said::Invited { session, created: true, generation: 1 } = said else {
                return false;
            };
            let is_new = self.sessions.values().all(|other| other.id != *session);
            self.sessions.insert(guest, Session::new(*session, now));
            return is_new;
        };
        if known.done == DAYS {
            return *said == refused(409, "CANDIDATE_ALREADY_COMPLETED");
        }
        let (_mail, renewed) = known.again(now);
        let (session, generation) = (known.id, known.generation);
        *said == Said::Invited { session, created: renewed, generation }
    }
}

fn resend(session: &mut Session, said: &Said, now: Timestamp) -> bool {
    if session.done == DAYS {
        return *said == refused(409, "CANDIDATE_ALREADY_COMPLETED");
    }
    let (mail, _renewed) = session.again(now);
    *said == if mail { Said::MailAsked } else { refused(429, "RATE_LIMITED") }
}

fn claim(
    session: &mut Session,
    (account, invited): (Account, bool),
    said: &Said,
    now: Timestamp,
) -> bool {
    let claimed = Said::Claimed { completed: session.done == DAYS };
    let wanted = match session.claimed {
        Some(owner) if owner == account => claimed,
        Some(_) => no_session(),
        None if session.expires < now => refused(410, "INVITE_TOKEN_EXPIRED"),
        None if !invited => no_session(),
        None => {
            session.claimed = Some(account);
            claimed
        }
    };
    *said == wanted
}

/// What the owner of a session is answered.
fn work(own: &mut Session, asked: Asked, said: &Said) -> bool {
    match asked {
        Asked::Init { day, .. } => own.init(day, said),
        Asked::Status { day, .. } if CODE_DAYS.contains(&day) => {
            own.made(day, said, |said| *said == Said::Made)
        }
        Asked::Status { .. } => *said == refused(404, "WORKSPACE_NOT_INITIALIZED"),
        Asked::Run { day, .. } => own.run(day, said),
        Asked::Poll { run, .. } => own.poll(run, said),
        Asked::Submit { day, .. } => own.submit(day, said),
        _ => *said == Said::Current { done: own.done },
    }
}
