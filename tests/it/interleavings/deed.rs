//! What people, workers and GitHub may do, and how a case is drawn.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any};
use proptest::prop_oneof;

/// Who does something. Each does one thing after the other, in a process of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Actor {
    /// The recruiter whose simulation it is.
    Owner,
    /// The same in another window.
    OwnerAgain,
    /// Another recruiter of the company.
    Colleague,
    Ada,
    /// Ada in another window.
    AdaAgain,
    /// Ada's address, under another account.
    Double,
    Ben,
    Worker,
    OtherWorker,
    GitHub,
    GitHubAgain,
    Sweeper,
    /// Time, which passes for all.
    Time,
}

/// Who is invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Guest {
    Ada,
    Ben,
}

/// Which day of a candidate, as far as the one who asks knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Which {
    /// The one to work on.
    Present,
    /// The one after it.
    Next,
    /// The one before it.
    Last,
}

/// What somebody does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deed {
    Invite(Guest),
    Resend(Guest),
    Rows,
    /// Claims with the newest link, or with the first.
    Claim(Guest, Age),
    Current,
    Init(Which),
    Status(Which),
    Run(Which),
    Poll,
    Submit(Which),
    /// Does one of the jobs whose message has come, or one whose message somebody has and which comes again.
    Work(u8, Age),
    /// Tells of one of the things that happened on GitHub, whether it was told before or not.
    Tell(u8),
    Sweep,
    /// Somebody pushes to Ada's repository.
    Push,
    /// A second passes, whatever is under way.
    Second,
    /// Nothing is under way, and so many seconds pass.
    Wait(i64),
    /// Nothing is under way, and all jobs that are due are done.
    Settle,
}

/// The newest of several, or an old one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    New,
    Old,
}

/// Where a case begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Opening {
    Nothing,
    Invited,
    Claimed,
    /// Day 2, whose repository is still to be made.
    AtTheDoor,
    /// Day 2.
    AtWork,
    /// Day 2, with a test run.
    Testing,
    /// Day 3, with day 2 being examined.
    Examined,
    /// Day 5.
    Last,
}

/// What becomes of the messages that nobody has dealt with in the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Messages {
    ComeLate,
    AreLost,
}

/// A case: the choices say whose turn it is, step by step.
#[derive(Debug, Clone)]
pub(super) struct Case {
    pub(super) opening: Opening,
    pub(super) plan: Vec<(Actor, Deed)>,
    pub(super) choices: Vec<u8>,
    pub(super) messages: Messages,
}

const A_FORTNIGHT_AND_A_DAY: i64 = 15 * 24 * 60 * 60;

impl Opening {
    /// What is done before, one thing after the other.
    pub(super) fn deeds(self) -> Vec<(Actor, Deed)> {
        use Actor::{Ada, Owner, Time};
        let invited = (Owner, Deed::Invite(Guest::Ada));
        let claimed = (Ada, Deed::Claim(Guest::Ada, Age::New));
        let submitted = (Ada, Deed::Submit(Which::Present));
        let settled = (Time, Deed::Settle);
        let at_work = vec![invited, settled, claimed, submitted];
        match self {
            Self::Nothing => vec![],
            Self::Invited => vec![invited],
            Self::Claimed => vec![invited, claimed],
            Self::AtTheDoor => vec![invited, claimed, submitted],
            Self::AtWork => at_work,
            Self::Testing => [at_work, vec![(Ada, Deed::Run(Which::Present))]].concat(),
            Self::Examined => [at_work, vec![submitted]].concat(),
            Self::Last => [at_work, vec![submitted; 3]].concat(),
        }
    }
}

fn guest() -> impl Strategy<Value = Guest> {
    prop_oneof![3 => Just(Guest::Ada), 1 => Just(Guest::Ben)]
}

fn which() -> impl Strategy<Value = Which> {
    prop_oneof![6 => Just(Which::Present), 2 => Just(Which::Next), 1 => Just(Which::Last)]
}

fn age() -> impl Strategy<Value = Age> {
    prop_oneof![4 => Just(Age::New), 1 => Just(Age::Old)]
}

fn of_messages() -> impl Strategy<Value = Age> {
    prop_oneof![2 => Just(Age::New), 1 => Just(Age::Old)]
}

fn of_recruiters() -> impl Strategy<Value = (Actor, Deed)> {
    let who = prop_oneof![
        4 => Just(Actor::Owner), 4 => Just(Actor::OwnerAgain), 1 => Just(Actor::Colleague)
    ];
    let deed = prop_oneof![
        4 => guest().prop_map(Deed::Invite),
        3 => guest().prop_map(Deed::Resend),
        1 => Just(Deed::Rows),
    ];
    (who, deed)
}

fn of_candidates() -> impl Strategy<Value = (Actor, Deed)> {
    let who = prop_oneof![
        4 => Just(Actor::Ada), 4 => Just(Actor::AdaAgain),
        2 => Just(Actor::Double), 2 => Just(Actor::Ben),
    ];
    let deed = prop_oneof![
        4 => (guest(), age()).prop_map(|(guest, age)| Deed::Claim(guest, age)),
        1 => Just(Deed::Current),
        2 => which().prop_map(Deed::Init),
        1 => which().prop_map(Deed::Status),
        2 => which().prop_map(Deed::Run),
        2 => Just(Deed::Poll),
        5 => which().prop_map(Deed::Submit),
    ];
    (who, deed)
}

fn of_the_machinery() -> impl Strategy<Value = (Actor, Deed)> {
    let worker = prop_oneof![Just(Actor::Worker), Just(Actor::OtherWorker)];
    let github = prop_oneof![Just(Actor::GitHub), Just(Actor::GitHubAgain)];
    prop_oneof![
        6 => (worker, (any::<u8>(), of_messages()).prop_map(|(which, age)| Deed::Work(which, age))),
        2 => (github, any::<u8>().prop_map(Deed::Tell)),
        1 => Just((Actor::Sweeper, Deed::Sweep)),
    ]
}

fn of_time() -> impl Strategy<Value = (Actor, Deed)> {
    let deed = prop_oneof![
        2 => Just(Deed::Second),
        2 => Just(Deed::Wait(3)),
        2 => Just(Deed::Wait(31)),
        2 => Just(Deed::Wait(180)),
        1 => Just(Deed::Wait(A_FORTNIGHT_AND_A_DAY)),
        1 => Just(Deed::Push),
    ];
    (Just(Actor::Time), deed)
}

/// What a case is about, so that those who act get in each other's way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Theme {
    /// Invites and mails.
    Inviting,
    /// Claims, while invites are renewed.
    Claiming,
    /// Work on a day: repositories, test runs, handing in.
    Working,
    /// Everything.
    All,
}

/// One of `openings`.
fn one_of(openings: &'static [Opening]) -> impl Strategy<Value = Opening> {
    any::<u8>().prop_map(move |which| openings[usize::from(which) % openings.len()])
}

/// A plan in which the recruiters, the candidates, the machinery and time have so many parts.
fn plan(parts: [u32; 4]) -> impl Strategy<Value = Vec<(Actor, Deed)>> {
    let [recruiters, candidates, machinery, time] = parts;
    let deed = prop_oneof![
        recruiters => of_recruiters(), candidates => of_candidates(),
        machinery => of_the_machinery(), time => of_time(),
    ];
    vec(deed, 3..12)
}

fn opening(theme: Theme) -> impl Strategy<Value = Opening> {
    use Opening::{AtTheDoor, AtWork, Claimed, Examined, Invited, Last, Nothing, Testing};
    match theme {
        Theme::Inviting => one_of(&[Nothing, Invited, Last]),
        Theme::Claiming => one_of(&[Invited]),
        Theme::Working => one_of(&[AtTheDoor, AtWork, AtWork, Testing, Testing, Examined, Last]),
        Theme::All => one_of(&[Nothing, Invited, Claimed, AtTheDoor, Testing, Examined]),
    }
}

fn about(theme: Theme) -> impl Strategy<Value = (Opening, Vec<(Actor, Deed)>)> {
    let parts = match theme {
        Theme::Inviting => [9, 1, 3, 2],
        Theme::Claiming => [3, 6, 2, 3],
        Theme::Working => [1, 7, 5, 2],
        Theme::All => [3, 5, 4, 1],
    };
    (opening(theme), plan(parts))
}

/// Any case.
pub(super) fn case() -> impl Strategy<Value = Case> {
    let told = prop_oneof![
        2 => about(Theme::Inviting), 2 => about(Theme::Claiming),
        4 => about(Theme::Working), 2 => about(Theme::All),
    ];
    let messages = prop_oneof![Just(Messages::ComeLate), Just(Messages::AreLost)];
    (told, vec(any::<u8>(), 40..160), messages)
        .prop_map(|((opening, plan), choices, messages)| Case { opening, plan, choices, messages })
}
