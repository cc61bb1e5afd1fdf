//! Secret settings in Secrets Manager, as a process reads them.

use std::collections::BTreeMap;
use std::time::Duration;

use local::issuer::{Identity, Role};
use local::secrets_manager::SecretsManager;
use serde_json::json;
use shared::config::settings;
use tests::canary::keep;
use tests::story::Story;

use crate::asked::{Asked, story_of_today};
use crate::running::Running;
use crate::triggers::{all_done, job, message};
use crate::world::{ADA, World};

const ARN: &str = "arn:aws:secretsmanager:us-east-1:000000000000:secret:tenon-a1b2c3";
/// More invocations than fit into the second between two tries.
const TRIES_MAX: usize = 100_000;

/// A stack whose processes have their secrets in Secrets Manager.
struct Locked {
    story: Story,
    manager: SecretsManager,
    settings: BTreeMap<String, String>,
    secret: String,
}

impl Locked {
    async fn begin() -> Self {
        Self::of(story_of_today().await).await
    }

    async fn of(story: Story) -> Self {
        let manager = SecretsManager::default();
        let mut settings = story.stack.settings.clone();
        let secrets = settings::ALL.iter().flat_map(|group| group.settings);
        let secrets = secrets.filter(|setting| setting.secret);
        let secret: BTreeMap<_, _> =
            secrets.filter_map(|setting| settings.remove_entry(setting.name)).collect();
        secret.values().for_each(|secret| keep(secret));
        settings.insert("TENON_SECRET_ARN".to_owned(), ARN.to_owned());
        settings.insert("TENON_SECRETS_ENDPOINT".to_owned(), manager.serve().await.unwrap());
        Self { story, manager, settings, secret: json!(secret).to_string() }
    }

    fn ada(&self) -> String {
        let who = Identity::new("ada@example.com", Role::Candidate);
        self.story.stack.issuer.token_for(&who, 60).unwrap()
    }
}

/// The path of an invite that nobody sent.
fn claim() -> String {
    format!("/api/candidate/session/{}", "x".repeat(43))
}

#[tokio::test]
async fn a_process_reads_the_secret_once_and_not_before_it_is_needed() {
    let locked = Locked::begin().await;
    locked.manager.put(ARN, &locked.secret);
    let mut candidates = Asked::start("candidates", &locked.settings).await.unwrap();

    assert_eq!(candidates.get("/api/candidate/invites", &locked.ada()).await.status, 200);
    assert_eq!(locked.manager.reads(), 0);
    for _ in 0..5 {
        let answer = candidates.get(&claim(), &locked.ada()).await;
        let unknown = "INVITE_TOKEN_INVALID";
        assert_eq!((answer.status, &answer.body["errorCode"]), (404, &unknown.into()));
    }
    assert_eq!(locked.manager.reads(), 1);
}

#[tokio::test]
async fn while_the_secret_is_out_of_reach_what_needs_it_is_503_with_an_alarm_and_it_heals() {
    let locked = Locked::begin().await;
    locked.manager.put(ARN, &locked.secret);
    locked.manager.deny();
    let mut candidates = Asked::start("candidates", &locked.settings).await.unwrap();

    let answer = candidates.get(&claim(), &locked.ada()).await;
    assert_eq!((answer.status, answer.retry_after.as_deref()), (503, Some("2")));
    assert_eq!(answer.body["errorCode"], "CONFIGURATION_UNAVAILABLE");
    candidates.line(&["\"SecretUnreachable\":1", "\"_aws\""]).await;
    let role = "let the function's role call secretsmanager:GetSecretValue on it";
    candidates.line(&["TENON_SECRET_ARN cannot be read", role, "AccessDeniedException"]).await;
    assert_eq!(candidates.get("/api/candidate/invites", &locked.ada()).await.status, 200);
    let mut auth = Asked::start("auth", &locked.settings).await.unwrap();
    assert_eq!(auth.get("/health", "").await.status, 200);

    locked.manager.admit();
    let mut status = answer.status;
    for _ in 0..TRIES_MAX {
        status = candidates.get(&claim(), &locked.ada()).await.status;
        if status != 503 {
            break;
        }
    }
    assert_eq!((status, locked.manager.reads()), (404, 2));
}

#[tokio::test]
async fn where_nobody_listens_the_answer_comes_all_the_same() {
    let mut locked = Locked::begin().await;
    let nowhere = "http://127.0.0.1:9/".to_owned();
    locked.settings.insert("TENON_SECRETS_ENDPOINT".to_owned(), nowhere);
    let mut candidates = Asked::start("candidates", &locked.settings).await.unwrap();

    let answer = candidates.get(&claim(), &locked.ada()).await;

    assert_eq!((answer.status, answer.retry_after.as_deref()), (503, Some("2")));
    candidates.line(&["TENON_SECRET_ARN cannot be read", "Connection refused"]).await;
}

#[tokio::test]
async fn a_secret_with_wrong_contents_is_told_by_name_and_by_no_value() {
    let locked = Locked::begin().await;
    locked.manager.put(ARN, &json!({ "TENON_GITHUB_TOKEN": "hush-hush" }).to_string());
    let mut candidates = Asked::start("candidates", &locked.settings).await.unwrap();

    let answer = candidates.get(&claim(), &locked.ada()).await;

    let told = "Configuration invalid. Please try again later.";
    assert_eq!((answer.status, &answer.body["detail"]), (503, &told.into()));
    candidates.line(&["TENON_INVITE_TOKEN_KEYS must be set", "put it right"]).await;
    candidates.line(&["\"SecretUnreachable\":1"]).await;
    assert!(!candidates.log().contains("hush-hush"));
}

#[tokio::test]
async fn a_job_that_needs_the_secret_waits_until_it_can_be_read_and_is_done_then() {
    let world = World::empty().await;
    world.invited_just_now(ADA).await;
    let id = job(&world, "sendInvite").await;
    let locked = Locked::of(world.story).await;
    locked.manager.put(ARN, &locked.secret);
    locked.manager.deny();
    let mut process = Running::start("jobs", &locked.settings).await;
    let recorded = async || locked.story.item(&format!("JOB#{id}"), "JOB").await;

    assert_eq!(process.result(&message(&id)).await, all_done());
    assert_eq!(process.raised("SecretUnreachable").await, 1, "{}", process.log());
    let waits = recorded().await;
    assert_eq!(waits["state"]["M"]["state"]["S"], "waiting");
    assert_eq!(
        (&waits["failures"]["N"], locked.story.stack.mailbox.mails().len()),
        (&json!("1"), 0)
    );

    locked.manager.admit();
    let again = async {
        while recorded().await["state"]["M"]["state"]["S"] != "done" {
            assert_eq!(process.result(&message(&id)).await, all_done());
        }
    };
    tokio::time::timeout(Duration::from_mins(1), again).await.unwrap();
    assert_eq!(locked.story.stack.mailbox.mails().len(), 1);
}
