//! Every item of the table as what it is, its keys held against its value.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_dynamo::AttributeValue;
use serde_json::Value;
use shared::domain::activity::Activity;
use shared::domain::audit::AuditEntry;
use shared::domain::candidate_session::{CandidateSession, Plan};
use shared::domain::company::{Company, DomainOfCompany};
use shared::domain::creates::Bucket;
use shared::domain::id::{CandidateSessionId, CompanyId, RunId, SimulationId, SubmissionId};
use shared::domain::idempotency::IdempotencyRecord;
use shared::domain::job::{JobRecord, JobState};
use shared::domain::live_check::LiveCheck;
use shared::domain::notice::Delivery;
use shared::domain::run::Run;
use shared::domain::simulation::Simulation;
use shared::domain::submission::Submission;
use shared::domain::suppression::Suppression;
use shared::domain::task::Day;
use shared::domain::template_health::HealthReport;
use shared::domain::user::User;
use shared::domain::workspace::Workspace;
use shared::store::clean_ups::CleanUpEntry;
use shared::store::item::Entity;
use shared::store::runs::{GitHubRun, RunOutput};
use shared::store::simulations::InviteGuard;
use shared::store::submissions::{SubmissionPlace, SubmittedPatches, SubmittedText};

use crate::invariants::broken::Broken;
use crate::opened::Item;

/// The whole table.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) users: Vec<User>,
    pub(super) companies: BTreeMap<CompanyId, Company>,
    pub(super) domains: Vec<DomainOfCompany>,
    pub(super) simulations: BTreeMap<SimulationId, Simulation>,
    pub(super) guards: Vec<InviteGuard>,
    pub(super) sessions: BTreeMap<CandidateSessionId, CandidateSession>,
    pub(super) plans: BTreeMap<CandidateSessionId, Plan>,
    pub(super) submissions: BTreeMap<(CandidateSessionId, Day), Submission>,
    pub(super) places: BTreeMap<SubmissionId, SubmissionPlace>,
    pub(super) texts: BTreeMap<SubmissionId, SubmittedText>,
    pub(super) patches: Vec<SubmittedPatches>,
    pub(super) workspaces: BTreeMap<(CandidateSessionId, Day), Workspace>,
    pub(super) runs: BTreeMap<RunId, Run>,
    pub(super) outputs: Vec<RunOutput>,
    pub(super) github_runs: BTreeMap<u64, RunId>,
    pub(super) clean_ups: BTreeMap<CandidateSessionId, CleanUpEntry>,
    pub(super) checks: Vec<LiveCheck>,
    pub(super) jobs: Vec<JobRecord>,
    /// Requests that are under way, each until when, by the item's key.
    pub(super) under_way: Vec<(String, Timestamp)>,
    /// Partition keys of numbers that are reserved: ids of ours, and of GitHub's runs for templates.
    pub(super) reserved: BTreeSet<String>,
}

impl Rows {
    /// Reads `items`; tells of each that cannot be read, or stands elsewhere than it should.
    pub(super) fn read(items: &[Item], broken: &mut Vec<Broken>) -> Self {
        let mut rows = Self::default();
        for item in items {
            let (pk, sk) = (text(item, "PK").unwrap_or("?"), text(item, "SK").unwrap_or("?"));
            let kinds = (before_mark(pk), before_mark(sk));
            if !rows.keep_state(kinds, item, broken) && !rows.keep_rest(kinds, item, broken) {
                broken.push(Broken::Unknown { item: name(item) });
            }
        }
        rows
    }

    /// Whether the item is of a kind that people see.
    fn keep_state(&mut self, kinds: (&str, &str), item: &Item, broken: &mut Vec<Broken>) -> bool {
        match kinds {
            ("USER", "USER") => self.users.extend(entity::<User>(item, broken)),
            ("COMPANY", "COMPANY") => {
                let read = entity::<Company>(item, broken);
                self.companies.extend(read.map(|it| (it.id, it)));
            }
            ("DOMAIN", "COMPANY") => self.domains.extend(entity::<DomainOfCompany>(item, broken)),
            ("SIM", "SIM") => {
                let read = entity::<Simulation>(item, broken);
                self.simulations.extend(read.map(|it| (it.id, it)));
            }
            ("SIM", "INVITE") => self.guards.extend(entity::<InviteGuard>(item, broken)),
            ("CS", "CS") => {
                let read = entity::<CandidateSession>(item, broken);
                self.sessions.extend(read.map(|it| (it.id, it)));
            }
            ("CS", "PLAN") => {
                let read = entity::<Plan>(item, broken);
                self.plans.extend(read.map(|it| (it.session, it)));
            }
            ("CS", "SUBMISSION") => {
                let read = entity::<Submission>(item, broken);
                self.submissions.extend(read.map(|it| ((it.session, it.day), it)));
            }
            ("CS", "WORKSPACE") => {
                let read = entity::<Workspace>(item, broken);
                self.workspaces.extend(read.map(|it| ((it.session, it.day), it)));
            }
            ("SUBMISSION", "TEXT") => {
                let read = entity::<SubmittedText>(item, broken);
                self.texts.extend(read.map(|it| (it.submission, it)));
            }
            ("SUBMISSION", "PATCHES") => {
                self.patches.extend(entity::<SubmittedPatches>(item, broken));
            }
            ("RUN", "RUN") => {
                let read = entity::<Run>(item, broken);
                self.runs.extend(read.map(|it| (it.id, it)));
            }
            ("RUN", "OUTPUT") => self.outputs.extend(entity::<RunOutput>(item, broken)),
            _ => return false,
        }
        true
    }

    /// Whether the item is of a kind that only we see.
    fn keep_rest(&mut self, kinds: (&str, &str), item: &Item, broken: &mut Vec<Broken>) -> bool {
        match kinds {
            // A template's is only reserved: the check itself says which it is.
            ("GITHUBRUN", "GITHUBRUN") if !item.contains_key("githubId") => {
                self.reserved.extend(text(item, "PK").map(str::to_owned));
            }
            ("GITHUBRUN", "GITHUBRUN") => {
                let read = entity::<GitHubRun>(item, broken);
                self.github_runs.extend(read.map(|it| (it.github_id, it.run)));
            }
            ("CLEANUP", "CLEANUP") => {
                let read = entity::<CleanUpEntry>(item, broken);
                self.clean_ups.extend(read.map(|it| (it.session, it)));
            }
            ("TEMPLATECHECK", "POSITION") => self.checks.extend(entity::<LiveCheck>(item, broken)),
            ("JOB", "JOB") => self.jobs.extend(entity::<JobRecord>(item, broken)),
            ("IDEMPOTENCY", "IDEMPOTENCY") => self.keep_request(item, broken),
            ("ID", "ID") if item.contains_key("submission") => {
                let read = entity::<SubmissionPlace>(item, broken);
                self.places.extend(read.map(|it| (it.submission, it)));
                self.reserved.extend(text(item, "PK").map(str::to_owned));
            }
            ("ID", "ID") => self.reserved.extend(text(item, "PK").map(str::to_owned)),
            ("AUDIT", _) => drop(entity::<AuditEntry>(item, broken)),
            ("ACTIVITY", "DAY") => drop(entity::<Activity>(item, broken)),
            ("DELIVERY", "DELIVERY") => drop(entity::<Delivery>(item, broken)),
            ("TEMPLATES", "HEALTH") => drop(entity::<HealthReport>(item, broken)),
            ("SUPPRESSED", "SUPPRESSED") => drop(entity::<Suppression>(item, broken)),
            ("CREATES", "CREATES") => drop(entity::<Bucket>(item, broken)),
            ("LIMIT", "WINDOW") => {
                if !item.contains_key("expiresAtEpoch") {
                    let lacks = "the time at which it ends".to_owned();
                    broken.push(Broken::Incomplete { item: name(item), lacks });
                }
            }
            _ => return false,
        }
        true
    }

    fn keep_request(&mut self, item: &Item, broken: &mut Vec<Broken>) {
        drop(entity::<IdempotencyRecord<Value>>(item, broken));
        let told = serde_json::to_value(item).unwrap_or_default();
        let until = told.pointer("/progress/M/until/S").and_then(Value::as_str);
        let until = until.and_then(|text| text.parse().ok());
        self.under_way.extend(until.map(|until| (name(item), until)));
    }

    /// Whether a job that `is_it` says is one will still be worked on.
    pub(super) fn is_to_be_done(&self, is_it: impl Fn(&JobRecord) -> bool) -> bool {
        let open = |job: &&JobRecord| !matches!(job.state, JobState::Done | JobState::Dead { .. });
        self.jobs.iter().filter(open).any(is_it)
    }
}

/// What an item is called in a sentence.
fn name(item: &Item) -> String {
    format!("{} / {}", text(item, "PK").unwrap_or("?"), text(item, "SK").unwrap_or("?"))
}

fn text<'a>(item: &'a Item, attribute: &str) -> Option<&'a str> {
    match item.get(attribute) {
        Some(AttributeValue::S(text)) => Some(text),
        _ => None,
    }
}

fn before_mark(key: &str) -> &str {
    key.split('#').next().unwrap_or_default()
}

/// The value of an item, whose keys must be those that follow from it.
fn entity<T: Entity>(item: &Item, broken: &mut Vec<Broken>) -> Option<T> {
    let value: T = match serde_dynamo::from_item(item.clone()) {
        Ok(value) => value,
        Err(error) => {
            broken.push(Broken::Unreadable { item: name(item), why: error.to_string() });
            return None;
        }
    };
    let keys = value.keys();
    let [first, second] = [&keys.gsi1, &keys.gsi2];
    let expected = [
        ("PK", Some(&keys.primary.pk)),
        ("SK", Some(&keys.primary.sk)),
        ("GSI1PK", first.as_ref().map(|key| &key.pk)),
        ("GSI1SK", first.as_ref().map(|key| &key.sk)),
        ("GSI2PK", second.as_ref().map(|key| &key.pk)),
        ("GSI2SK", second.as_ref().map(|key| &key.sk)),
    ];
    for (attribute, expected) in expected {
        let (found, expected) = (text(item, attribute), expected.map(String::as_str));
        if found != expected {
            let [found, expected] = [found, expected].map(|text| text.map(str::to_owned));
            broken.push(Broken::Misplaced { item: name(item), attribute, found, expected });
        }
    }
    if !item.contains_key("version") {
        broken.push(Broken::Incomplete { item: name(item), lacks: "a version".to_owned() });
    }
    Some(value)
}
