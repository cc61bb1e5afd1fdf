//! Secret settings that are in Secrets Manager: what needs one waits for it, and nothing else does.

use std::collections::BTreeMap;

use http::Method;
use jiff::SignedDuration;
use local::secrets_manager::SecretsManager;
use serde_json::{Value, json};
use shared::app::App;
use shared::config::Config;
use shared::config::settings;
use shared::domain::id::CandidateSessionId;
use shared::domain::job::Outcome;
use shared::flows::send_invite::send_invite;
use shared::mint::Mint;
use tests::caller::{Answer, Caller};
use tests::logs::Log;
use tests::story::Story;
use tests::webhooks::TOLD;

const ARN: &str = "arn:aws:secretsmanager:us-east-1:000000000000:secret:tenon-a1b2c3";
const ADMIN_KEY: &str = "an admin key of the tests, long enough";
const UNREACHABLE: (u16, &str, &str) =
    (503, "CONFIGURATION_UNAVAILABLE", "Configuration unavailable. Please try again.");
const WRONG: (u16, &str, &str) =
    (503, "CONFIGURATION_UNAVAILABLE", "Configuration invalid. Please try again later.");

/// A story, and beside it a process whose secrets are in Secrets Manager.
struct Locked {
    story: Story,
    manager: SecretsManager,
    /// What the secret must say.
    secret: BTreeMap<String, String>,
    app: App,
    api: String,
}

impl Locked {
    async fn begin() -> Self {
        let story = Story::with(&[TOLD[0], ("TENON_ADMIN_API_KEY", ADMIN_KEY)]).await;
        let manager = SecretsManager::default();
        let mut open = story.stack.settings.clone();
        let secrets = settings::ALL.iter().flat_map(|group| group.settings);
        let secrets = secrets.filter(|setting| setting.secret);
        let secret: BTreeMap<_, _> =
            secrets.filter_map(|setting| open.remove_entry(setting.name)).collect();
        open.insert("TENON_SECRET_ARN".to_owned(), ARN.to_owned());
        open.insert("TENON_SECRETS_ENDPOINT".to_owned(), manager.serve().await.unwrap());
        let config = Config::from_lookup(&|name| open.get(name).cloned()).unwrap();
        let app = App::new(config, story.clock.clone(), Mint::System).await.unwrap();
        let api = Story::serve(app.clone()).await;
        Self { story, manager, secret, app, api }
    }

    fn put(&self, secret: &Value) {
        self.manager.put(ARN, &secret.to_string());
    }

    fn at(&self, caller: &Caller) -> Caller {
        caller.at(&self.api)
    }

    async fn administer(&self, key: Option<&str>) -> Answer {
        let nobody = self.at(&self.story.nobody());
        let request = nobody.request(Method::GET, "/api/admin/companies");
        let key = key.map(|key| ("x-admin-key", key));
        nobody
            .send(key.into_iter().fold(request, |request, (name, key)| request.header(name, key)))
            .await
    }

    /// The status of the page for the GitHub username.
    async fn page(&self, token: &str) -> u16 {
        let page = format!("{}/api/candidate/github/{token}", self.api);
        reqwest::get(page).await.unwrap().status().as_u16()
    }
}

#[tokio::test]
async fn what_needs_a_secret_is_answered_503_until_it_can_be_read_and_nothing_else_is() {
    let locked = Locked::begin().await;
    let story = &locked.story;
    let (invited, ada, task) = story.on_day_two("ada@example.com").await;
    let empty = story.simulation().await;
    let (recruiter, ada, nobody) =
        (locked.at(&story.recruiter(1)), locked.at(&ada), locked.at(&story.nobody()));
    locked.put(&json!(locked.secret));
    locked.manager.deny();
    let rows = story.items("CS#").await.len();
    let invite = async || {
        let body = json!({ "candidateName": "Bob", "inviteEmail": "bob@example.com" });
        recruiter.post(&format!("/api/simulations/{empty}/invite"), body).await
    };
    let resend = format!(
        "/api/simulations/{}/candidates/{}/invite/resend",
        invited.simulation, invited.session
    );
    let candidates = |simulation| format!("/api/simulations/{simulation}/candidates");
    let claim = format!("/api/candidate/session/{}", invited.token);
    let run = format!("/api/tasks/{task}/run");
    let log = Log::listen();

    for path in ["/health", "/api/auth/me", "/api/simulations", &candidates(empty)] {
        recruiter.get(path).await.expect(200);
    }
    ada.get(&format!("/api/candidate/session/{}/current_task", invited.session)).await.expect(200);
    nobody.get("/nowhere").await.expect(404);
    assert_eq!(locked.administer(None).await.status, 404);
    assert_eq!(locked.manager.reads(), 0);

    for answer in [
        recruiter.get(&candidates(invited.simulation)).await,
        recruiter.post_nothing(&resend).await,
        invite().await,
        ada.get(&claim).await,
        ada.post(&run, json!({})).await,
        locked.administer(Some(ADMIN_KEY)).await,
        nobody.post("/api/github/webhooks", json!({})).await,
    ] {
        assert_eq!(answer.refusal(), UNREACHABLE);
        assert_eq!(
            (answer.header("retry-after"), &answer.body["retryable"]),
            (Some("2"), &json!(true))
        );
    }
    assert_eq!(locked.page(&invited.token).await, 503);
    assert_eq!((story.items("CS#").await.len(), locked.manager.reads()), (rows, 1));
    let text = log.text();
    assert_eq!(text.matches("\"SecretUnreachable\":1").count(), 1);
    assert!(text.contains("let the function's role call secretsmanager:GetSecretValue on it"));
    drop(log);

    locked.manager.admit();
    story.clock.advance(SignedDuration::from_secs(1));
    invite().await.expect(200);
    recruiter.get(&candidates(invited.simulation)).await.expect(200);
    ada.get(&claim).await.expect(200);
    ada.post(&run, json!({})).await.expect(200);
    assert_eq!(locked.administer(Some(ADMIN_KEY)).await.status, 200);
    assert_eq!(locked.administer(Some("another key")).await.status, 404);
    assert_eq!(nobody.post("/api/github/webhooks", json!({})).await.status, 401);
    assert_eq!(locked.page(&invited.token).await, 200);
    assert_eq!(locked.manager.reads(), 2);
}

#[tokio::test]
async fn a_secret_with_wrong_contents_is_told_by_name_in_the_log_and_by_no_value_anywhere() {
    let locked = Locked::begin().await;
    let ada = locked.at(&locked.story.candidate("ada@example.com"));
    let claim = format!("/api/candidate/session/{}", "x".repeat(43));
    let mut secret = locked.secret.clone();
    secret.insert("TENON_INVITE_TOKEN_KEYS".to_owned(), "hush-hush".to_owned());
    secret.insert("TENON_TYPO".to_owned(), "hush-hush".to_owned());
    let log = Log::listen();

    locked.put(&json!(secret));
    assert_eq!(ada.get(&claim).await.refusal(), WRONG);
    secret.remove("TENON_TYPO");
    locked.put(&json!(secret));
    locked.story.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(ada.get(&claim).await.refusal(), WRONG);

    let text = log.text();
    drop(log);
    assert!(text.contains("\"mistakes\":\"TENON_TYPO is no secret setting\""), "{text}");
    assert!(text.contains("\"mistakes\":\"TENON_INVITE_TOKEN_KEYS must list"), "{text}");
    assert_eq!(text.matches("\"SecretUnreachable\":1").count(), 2);
    assert!(!text.contains("hush-hush"));
    locked.put(&json!(locked.secret));
    locked.story.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(ada.get(&claim).await.refusal().1, "INVITE_TOKEN_INVALID");
}

#[tokio::test]
async fn a_mail_waits_for_the_key_of_its_link_and_goes_out_once_the_secret_can_be_read() {
    let locked = Locked::begin().await;
    let story = &locked.story;
    let invited = story.invited_just_now("ada@example.com").await;
    let session = CandidateSessionId::new(invited.session);
    locked.put(&json!(locked.secret));
    locked.manager.deny();

    for tries in 1..=4 {
        assert!(send_invite(&locked.app, session, 1).await.is_err());
        assert_eq!(locked.manager.reads(), tries);
        let mail = &story.items("CS#").await[0]["mail"]["M"];
        assert_eq!([&mail["status"]["S"], &mail["unanswered"]["N"]], ["queued", "0"]);
        story.clock.advance(SignedDuration::from_secs(1));
    }
    locked.manager.admit();

    assert_eq!(send_invite(&locked.app, session, 1).await.unwrap(), Outcome::Done);
    assert_eq!(story.row(&invited).await["inviteEmailStatus"], "sent");
    assert_eq!(story.stack.mailbox.mails().len(), 1);
}
