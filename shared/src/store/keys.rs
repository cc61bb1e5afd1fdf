//! Every key of the table, and what each serves. Nothing else builds one.
//!
//! | item | PK / SK | GSI1 | GSI2 |
//! | --- | --- | --- | --- |
//! | user | `USER#<sub>` / `USER` | | |
//! | company | `COMPANY#<id>` / `COMPANY` | `COMPANIES` / `COMPANY#<id>` | |
//! | company of a mail domain | `DOMAIN#<domain>` / `COMPANY` | `DOMAINS` / `DOMAIN#<number of the mapping>` | |
//! | what an admin or a recruiter did | `AUDIT#companies` or `AUDIT#<user id>` / `<at>#<id>` | `ABOUT#<kind>#<id>` / `<at>#<id>` | |
//! | simulation | `SIM#<id>` / `SIM` | `RECRUITER#<id>` / `SIM#<id>` | |
//! | invite guard | `SIM#<id>` / `INVITE#<email>` | | |
//! | candidate session | `CS#<id>` / `CS` | `SIM#<id>` / `CS#<id>` | `EMAIL#<email>` / `CS#<id>` |
//! | plan | `CS#<id>` / `PLAN` | | |
//! | submission | `CS#<id>` / `SUBMISSION#<day>` | `RECRUITER#<id>` / `SUBMISSION#<id>` | |
//! | workspace | `CS#<id>` / `WORKSPACE#<day>` | | `REPO#<repository id>` / `CS#<id>`, once there is one |
//! | pushes to a workspace | `ACTIVITY#<session id>` / `DAY#<day>` | | |
//! | run | `RUN#<id>` / `RUN` | | |
//! | output of a run | `RUN#<id>` / `OUTPUT` | | |
//! | submitted text | `SUBMISSION#<id>` / `TEXT` | | |
//! | patches of a submission | `SUBMISSION#<id>` / `PATCHES` | | |
//! | when to look at a session's repositories | `CLEANUP#<session id>` / `CLEANUP` | `CLEANUPS` / `CS#<id>` | `CLEANUP` / `<look at>#<id>`, while nobody looks |
//! | GitHub's run, joined to ours; says which that is | `GITHUBRUN#<n>` / `GITHUBRUN` | | |
//! | webhook that was taken; has a time to live | `DELIVERY#<delivery>` / `DELIVERY` | | |
//! | job | `JOB#<id>` / `JOB` | `DUE` / `<sweep at>#<id>`, then `DEAD` / `<at>#<id>` | |
//! | what was found of all templates | `TEMPLATES` / `HEALTH` | | |
//! | a template that is tried out; has a time to live | `TEMPLATECHECK#<id>` / `POSITION#<n>` | | |
//! | idempotency key | `IDEMPOTENCY#<hash>` / `IDEMPOTENCY` | | |
//! | address that takes no mail; has a time to live | `SUPPRESSED#<email>` / `SUPPRESSED` | | |
//! | when creating calls to GitHub are made | `CREATES` / `CREATES` | | |
//! | id guard; a submission's says where it is | `ID#<n>` / `ID` | | |
//! | uses of a limit; expires with its window | `LIMIT#<policy>#<digest of whose>` / `WINDOW#<n>` | | |
//!
//! | access pattern | call |
//! | --- | --- |
//! | a recruiter by token | get user; kept in the process |
//! | a recruiter's simulations, newest first | query GSI1 `RECRUITER#<id>`, `SIM#` |
//! | a simulation's candidates, newest first | get simulation, query GSI1 `SIM#<id>` |
//! | an invite | get simulation and guard, one transaction |
//! | an invite token | get session, strongly consistent |
//! | a candidate's invites | query GSI2 `EMAIL#<email>` |
//! | a candidate's day | query `CS#<id>` |
//! | a run with its output | query `RUN#<id>` |
//! | GitHub tells of a run | get which of ours it is; get that |
//! | a recruiter's submissions, newest first | query GSI1 `RECRUITER#<id>`, `SUBMISSION#` |
//! | one candidate's submissions | query `CS#<id>`, `SUBMISSION#` |
//! | a submission is examined again | get its place; get it; one transaction |
//! | a submission in full | batch: its place, text, patches; batch: itself, its run, its output, its workspace, the pushes to it |
//! | a webhook | one transaction |
//! | what a webhook is about, in its job | get GitHub's run; or query GSI2 `REPO#<repository id>`, get workspace |
//! | a request sent again under its key | get its record |
//! | whether an address takes mail, in the job that sends one | get suppression |
//! | all companies, newest first | query GSI1 `COMPANIES` |
//! | all mail domains of companies, newest first | query GSI1 `DOMAINS` |
//! | a mail domain becomes a company's | batch: domain and company; its company before, if any; one transaction |
//! | how templates stand | get health; what is not fresh is looked at and replaced |
//! | how templates that are tried out stand | query `TEMPLATECHECK#<id>` |
//! | sessions whose repositories are due to be put away | query GSI2 `CLEANUP` up to now |
//! | what is put away when, newest session first | query GSI1 `CLEANUPS`; batch: sessions and workspaces |
//! | jobs that may be lost | query GSI1 `DUE` up to now |
//! | jobs that wait for a person, newest first | query GSI1 `DEAD` |
//! | what somebody did; what was done to something | query `AUDIT#<who>`; query GSI1 `ABOUT#<what>` |
//! | a moment for a creating call | get bucket; bucket and whoever takes it in one transaction |
//! | is the limit reached | one conditional update, beside the first read |
//!
//! A list is read newest first, from below a number on when it is paged.
//!
//! Ids are written with 16 digits, so that text order is their order.

pub(crate) mod audit;
pub(crate) mod lists;

use std::fmt::Display;

use jiff::Timestamp;
use uuid::Uuid;

use crate::domain::email_address::EmailAddress;
use crate::domain::id::{
    CandidateSessionId, CompanyId, RunId, SimulationId, SubmissionId, TemplateCheckId, UserId,
};
use crate::domain::limit::{Allowance, Window};
use crate::domain::mail_domain::MailDomain;
use crate::domain::page::{List, Place};
use crate::domain::task::Day;

/// A partition key and a sort key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// Partition key.
    pub pk: String,
    /// Sort key.
    pub sk: String,
}

impl Key {
    fn new(pk: String, sk: impl Into<String>) -> Self {
        Self { pk, sk: sk.into() }
    }
}

/// Where an item stands: in the table and in the two sparse indexes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keys {
    /// In the table.
    pub primary: Key,
    /// In the first index.
    pub gsi1: Option<Key>,
    /// In the second index.
    pub gsi2: Option<Key>,
}

impl From<Key> for Keys {
    fn from(primary: Key) -> Self {
        Self { primary, gsi1: None, gsi2: None }
    }
}

/// An id in 16 digits: 2^53 has as many.
fn padded(id: u64) -> String {
    format!("{id:016}")
}

fn moment(at: Timestamp) -> String {
    format!("{:015}", at.as_millisecond().max(0))
}

/// The partition of all companies, in the first index.
pub(crate) const COMPANIES: &str = "COMPANIES";
pub(crate) const COMPANY_PREFIX: &str = "COMPANY#";
/// The partition of all mail domains, in the first index.
pub(crate) const DOMAINS: &str = "DOMAINS";
pub(crate) const DOMAIN_PREFIX: &str = "DOMAIN#";
pub(crate) const SIMULATION_PREFIX: &str = "SIM#";
pub(crate) const SUBMISSION_PREFIX: &str = "SUBMISSION#";
pub(crate) const SESSION_PREFIX: &str = "CS#";
pub(crate) const WORKSPACE_PREFIX: &str = "WORKSPACE#";
pub(crate) const SESSION_SK: &str = "CS";
pub(crate) const PLAN_SK: &str = "PLAN";
pub(crate) const RUN_SK: &str = "RUN";
pub(crate) const OUTPUT_SK: &str = "OUTPUT";
/// The partition of all sessions by when they were made, for cleaning up, in the first index.
pub(crate) const CLEAN_UPS: &str = "CLEANUPS";
/// The partition of sessions whose repositories will be put away, in the second index.
pub(crate) const CLEAN_UP_DUE: &str = "CLEANUP";
/// The partition of jobs that are not over.
pub(crate) const DUE: &str = "DUE";
/// The partition of jobs that wait for a person.
pub(crate) const DEAD: &str = "DEAD";

/// Reserves an id that is not its item's key.
pub fn id_guard(id: u64) -> Key {
    Key::new(format!("ID#{}", padded(id)), "ID")
}

/// A user, by the token's subject.
pub fn user(sub: &str) -> Key {
    Key::new(format!("USER#{sub}"), "USER")
}

/// A company.
pub fn company(id: CompanyId) -> Key {
    Key::new(format!("{COMPANY_PREFIX}{}", padded(id.get())), "COMPANY")
}

/// A company among all companies.
pub fn listed_company(id: CompanyId) -> Key {
    Key::new(COMPANIES.to_owned(), company(id).pk)
}

/// The company a mail domain belongs to.
pub fn domain(domain: &MailDomain) -> Key {
    Key::new(format!("{DOMAIN_PREFIX}{domain}"), "COMPANY")
}

/// A mail domain among all that belong to companies, by the number of its mapping.
pub fn listed_domain(number: u64) -> Key {
    Key::new(DOMAINS.to_owned(), lists::row(List::Domains, Place::Number(number)))
}

/// A simulation.
pub fn simulation(id: SimulationId) -> Key {
    Key::new(format!("{SIMULATION_PREFIX}{}", padded(id.get())), "SIM")
}

/// A simulation among its recruiter's.
pub fn recruiters_simulation(recruiter: UserId, id: SimulationId) -> Key {
    Key::new(recruiter_partition(recruiter), simulation(id).pk)
}

/// Everything of a recruiter, in the first index.
pub fn recruiter_partition(recruiter: UserId) -> String {
    format!("RECRUITER#{}", padded(recruiter.get()))
}

/// Reserves a candidate's address in a simulation.
pub fn invite_guard(simulation_id: SimulationId, email: &EmailAddress) -> Key {
    Key::new(simulation(simulation_id).pk, format!("INVITE#{email}"))
}

/// A candidate session.
pub fn session(id: CandidateSessionId) -> Key {
    Key::new(format!("{SESSION_PREFIX}{}", padded(id.get())), SESSION_SK)
}

/// A candidate session among its simulation's.
pub fn simulations_session(simulation_id: SimulationId, id: CandidateSessionId) -> Key {
    Key::new(simulation(simulation_id).pk, session(id).pk)
}

/// Sessions an address was invited to, in the second index.
pub fn email_partition(email: &str) -> String {
    format!("EMAIL#{email}")
}

/// A candidate session among its address's.
pub fn emails_session(email: &EmailAddress, id: CandidateSessionId) -> Key {
    Key::new(email_partition(email.as_str()), session(id).pk)
}

/// A session's plan.
pub fn plan(id: CandidateSessionId) -> Key {
    Key::new(session(id).pk, PLAN_SK)
}

/// The submission of a day: one key, so there can be no second.
pub fn submission(id: CandidateSessionId, day: Day) -> Key {
    Key::new(session(id).pk, format!("{SUBMISSION_PREFIX}{day}"))
}

/// A submission among its recruiter's; ids follow time.
pub fn recruiters_submission(recruiter: UserId, id: SubmissionId) -> Key {
    Key::new(recruiter_partition(recruiter), submission_partition(id))
}

/// Everything of a submission that is wide.
pub fn submission_partition(id: SubmissionId) -> String {
    format!("{SUBMISSION_PREFIX}{}", padded(id.get()))
}

/// A submitted text.
pub fn text(id: SubmissionId) -> Key {
    Key::new(submission_partition(id), "TEXT")
}

/// What a submission changed, with patches.
pub fn patches(id: SubmissionId) -> Key {
    Key::new(submission_partition(id), "PATCHES")
}

/// The workspace of a day.
pub fn workspace(id: CandidateSessionId, day: Day) -> Key {
    Key::new(session(id).pk, format!("{WORKSPACE_PREFIX}{day}"))
}

/// A run.
pub fn run(id: RunId) -> Key {
    Key::new(format!("RUN#{}", padded(id.get())), RUN_SK)
}

/// The workspace whose repository has GitHub's number `repository`, in the second index.
pub fn repository_partition(repository: u64) -> String {
    format!("REPO#{repository}")
}

/// A session's workspace by its repository.
pub fn repositorys_workspace(repository: u64, id: CandidateSessionId) -> Key {
    Key::new(repository_partition(repository), session(id).pk)
}

/// The pushes to the workspace of a day. Apart from the session: whoever reads a candidate's day does
/// without them.
pub fn activity(id: CandidateSessionId, day: Day) -> Key {
    Key::new(format!("ACTIVITY#{}", padded(id.get())), format!("DAY#{day}"))
}

/// A webhook that was taken.
pub fn delivery(id: Uuid) -> Key {
    Key::new(format!("DELIVERY#{id}"), "DELIVERY")
}

/// GitHub's run `github_id`, for one run of ours.
pub fn github_run(github_id: u64) -> Key {
    Key::new(format!("GITHUBRUN#{github_id}"), "GITHUBRUN")
}

/// What a run printed.
pub fn output(id: RunId) -> Key {
    Key::new(run(id).pk, OUTPUT_SK)
}

/// What is known of an idempotency key; `scope` is a hash.
pub fn idempotency(scope: &str) -> Key {
    Key::new(format!("IDEMPOTENCY#{scope}"), "IDEMPOTENCY")
}

/// What was found of all templates.
pub fn template_health() -> Key {
    Key::new("TEMPLATES".to_owned(), "HEALTH")
}

/// Everything of a request to try templates out.
pub(crate) fn template_check_partition(id: TemplateCheckId) -> String {
    format!("TEMPLATECHECK#{}", padded(id.get()))
}

/// A template that is tried out.
pub fn template_check(id: TemplateCheckId, position: u8) -> Key {
    Key::new(template_check_partition(id), format!("POSITION#{position:02}"))
}

/// An address that takes no mail.
pub fn suppression(email: &EmailAddress) -> Key {
    Key::new(format!("SUPPRESSED#{email}"), "SUPPRESSED")
}

/// When creating calls to GitHub are made.
pub fn creates() -> Key {
    Key::new("CREATES".to_owned(), "CREATES")
}

/// When to look at the repositories of a session.
pub fn clean_up(id: CandidateSessionId) -> Key {
    Key::new(format!("CLEANUP#{}", padded(id.get())), "CLEANUP")
}

/// The same, among those of all sessions.
pub fn listed_clean_up(id: CandidateSessionId) -> Key {
    Key::new(CLEAN_UPS.to_owned(), session(id).pk)
}

/// The same, by when.
pub fn due_clean_up(at: Timestamp, id: CandidateSessionId) -> Key {
    Key::new(CLEAN_UP_DUE.to_owned(), timed(at, id))
}

/// A job.
pub fn job(id: Uuid) -> Key {
    Key::new(format!("JOB#{id}"), "JOB")
}

/// A job among those the sweeper looks at, by when.
pub fn due_job(at: Timestamp, id: Uuid) -> Key {
    Key::new(DUE.to_owned(), timed(at, id))
}

/// A job among those that wait for a person.
pub fn dead_job(at: Timestamp, id: Uuid) -> Key {
    Key::new(DEAD.to_owned(), timed(at, id))
}

/// What is used of an allowance in a window.
pub fn limit(allowance: &Allowance, window: Window) -> Key {
    let pk = format!("LIMIT#{}#{}", allowance.policy().name, allowance.holder());
    Key::new(pk, format!("WINDOW#{}", window.number))
}

/// The sort key after everything that is due at `now`.
pub(crate) fn due_until(now: Timestamp) -> String {
    timed(now, '~')
}

fn timed(at: Timestamp, id: impl Display) -> String {
    format!("{}#{id}", moment(at))
}

#[cfg(test)]
mod tests;
