//! A world to replay events in: made by requests of its own, two hours ago, so that nothing in it is too
//! new for what the events ask for.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use http::Method;
use jiff::SignedDuration;
use local::events::fill;
use local::github::uploads::{Fate, Upload};
use local::issuer::{Identity, Role};
use serde_json::{Value, json};
use shared::clock::Clock;
use shared::domain::job::Job;
use shared::domain::notice::Notice;
use tests::canary::keep;
use tests::story::Story;
use tests::webhooks::TOLD;
use tests::work::Invited;

use crate::running::Running;

pub(crate) const ADA: &str = "ada@example.com";
const BOB: &str = "bob@example.com";
const ADMIN_KEY: &str = "an admin key of the tests, long enough";
/// A year.
const TOKEN_MINUTES: u32 = 366 * 24 * 60;

/// A stack, whose own clock stands still, and what the events may name.
pub(crate) struct World {
    pub(crate) story: Story,
    values: BTreeMap<&'static str, String>,
}

impl World {
    /// A stack with nothing in it but its recruiters.
    pub(crate) async fn empty() -> Self {
        keep(ADMIN_KEY);
        let now = Clock::System.now() - SignedDuration::from_hours(2);
        let story = Story::as_of(now, &[("TENON_ADMIN_API_KEY", ADMIN_KEY), TOLD[0]]).await;
        let recruiter = Identity::new("recruiter1@local.test", Role::Recruiter);
        let token = |who: &Identity| story.stack.issuer.token_for(who, TOKEN_MINUTES).unwrap();
        let values = BTreeMap::from([
            ("TOKEN", token(&recruiter)),
            ("CANDIDATE_TOKEN", token(&Identity::new(ADA, Role::Candidate))),
            ("ADMIN_KEY", ADMIN_KEY.to_owned()),
        ]);
        Self { story, values }
    }

    /// A simulation, Ada on her second day with a test run behind her, and Bob, whose code could not be
    /// examined.
    pub(crate) async fn begin() -> Self {
        let mut world = Self::empty().await;
        let (invited, ada, task) = world.story.on_day_two(ADA).await;
        let run = ada.post(&format!("/api/tasks/{task}/run"), json!({})).await.expect(200);
        let submission = world.failed_submission().await;
        world.know("SIMULATION_ID", invited.simulation);
        world.know("SESSION_ID", invited.session);
        world.know("TASK_ID", task);
        world.know("RUN_ID", run["runId"].as_u64().unwrap());
        world.know("SUBMISSION_ID", submission);
        world
    }

    /// A company, and templates that are being tried out.
    pub(crate) async fn with_administration(mut self) -> Self {
        let company = self.administer("companies", json!({ "name": "Example" })).await;
        self.know("COMPANY_ID", company);
        let keys = json!({ "templateKeys": ["node-nest-ts"], "waitSeconds": 0 });
        let check = self.administer("templates/health/run", keys).await;
        self.know("CHECK_ID", check);
        let mut dead = String::new();
        for repository in 0..2 {
            let notice = Notice::RepositoryChanged { repository };
            let job = Job::HeedGitHub { notice, at: self.story.now() };
            dead = self.story.dead_job(job).await;
        }
        self.values.insert("DEAD_JOB_ID", dead);
        self
    }

    fn know(&mut self, name: &'static str, id: u64) {
        self.values.insert(name, id.to_string());
    }

    /// The `id` of what an admin asks for.
    async fn administer(&self, path: &str, body: Value) -> u64 {
        let nobody = self.story.nobody();
        let request = nobody.request(Method::POST, &format!("/api/admin/{path}"));
        let made = nobody.send(request.header("x-admin-key", ADMIN_KEY).json(&body)).await;
        made.body["id"].as_u64().unwrap_or_else(|| panic!("{made:?}"))
    }

    async fn failed_submission(&self) -> u64 {
        let story = &self.story;
        let (_invited, bob, task) = story.on_day_two(BOB).await;
        let repository = story.repository(&bob, task).await;
        story.push_solution(&repository);
        let path = format!("/api/tasks/{task}/submit");
        let submitted = bob.post(&path, json!({})).await.expect(201);
        let expired = Upload::new("tenon-test-results", "no archive").that_is(Fate::Expired);
        story.stack.github.leave(&repository, vec![expired]).unwrap();
        story.pass(12).await;
        submitted["submissionId"].as_u64().unwrap()
    }

    /// A candidate who is invited, and whose jobs are all to be done.
    pub(crate) async fn invited_just_now(&self, email: &str) -> Invited {
        self.story.invited_just_now(email).await
    }

    /// What Tenon is told, but for `changes`.
    pub(crate) fn settings(&self, changes: &[(&str, &str)]) -> BTreeMap<String, String> {
        let mut settings = self.story.stack.settings.clone();
        settings.extend(changes.iter().map(|(name, value)| ((*name).into(), (*value).into())));
        settings
    }

    /// A process of `function` in this world.
    pub(crate) async fn start(&self, function: &str) -> Running {
        Running::start(function, &self.story.stack.settings).await
    }

    /// The recorded event `name` in terms of this world. One with an invite has one of its own.
    pub(crate) async fn event(&self, name: &str) -> Value {
        let text = recorded(name);
        let invite = if text.contains("INVITE_TOKEN") {
            Some(self.invited_just_now(ADA).await.token)
        } else {
            None
        };
        let value = |name: &str| match name {
            "INVITE_TOKEN" => invite.clone(),
            name => self.values.get(name).cloned(),
        };
        let mut event: Value = serde_json::from_str(&fill(&text, value)).unwrap();
        if let Some(length) = event["body"].as_str().map(str::len)
            && event["headers"]["content-length"].is_string()
            && event["isBase64Encoded"] == false
        {
            event["headers"]["content-length"] = json!(length.to_string());
        }
        event
    }

    /// Every item, by its key.
    pub(crate) async fn rows(&self) -> BTreeMap<String, Value> {
        let keyed = |item: Value| {
            let key = ["PK", "SK"].map(|name| item[name]["S"].as_str().unwrap().to_owned());
            (key.join(" / "), item)
        };
        self.story.all_items().await.into_iter().map(keyed).collect()
    }

    /// The kinds of the items that have changed since `before`, as `CS/WORKSPACE`.
    pub(crate) async fn changed(&self, before: &BTreeMap<String, Value>) -> Vec<String> {
        let after = self.rows().await;
        let keys = before.keys().chain(after.keys());
        let changed = keys.filter(|key| before.get(*key) != after.get(*key)).map(|key| kind(key));
        let mut changed: Vec<String> = changed.collect();
        changed.sort();
        changed.dedup();
        changed
    }
}

/// What an item is: the words before the numbers of its key.
fn kind(key: &str) -> String {
    let parts = key.split(" / ").map(|part| part.split('#').next().unwrap());
    let words = parts.filter(|part| part.starts_with(|c: char| c.is_ascii_alphabetic()));
    words.collect::<Vec<_>>().join("/")
}

/// Where the recorded events are.
pub(crate) fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../events")
}

/// The recorded event `name` as it stands.
pub(crate) fn recorded(name: &str) -> String {
    fs::read_to_string(folder().join(format!("{name}.json"))).unwrap()
}
