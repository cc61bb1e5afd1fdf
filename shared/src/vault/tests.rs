use std::collections::VecDeque;
use std::sync::Mutex as StdMutex;

use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use axum::Router;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::*;
use crate::aws::over::Over;
use crate::config::TlsRoots;
use crate::config::secrets::GitHubIdentity;
use crate::http_client::Http;

const ARN: &str = "arn:aws:secretsmanager:us-east-1:000000000000:secret:tenon-a1b2c3";

/// Secrets Manager, with an answer for each call; the last is for all that follow.
#[derive(Clone)]
struct Manager {
    answers: Arc<StdMutex<VecDeque<(u16, Value)>>>,
    asked: Arc<StdMutex<Vec<Value>>>,
    base: String,
    clock: Clock,
}

impl Manager {
    async fn answering(answers: Vec<(u16, Value)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let manager = Self {
            answers: Arc::new(StdMutex::new(answers.into())),
            asked: Arc::default(),
            base: format!("http://{}", listener.local_addr().unwrap()),
            clock: Clock::fixed("2026-03-02T09:00:00Z".parse().unwrap()),
        };
        let answering = manager.clone();
        let router = Router::new().fallback(async move |headers: HeaderMap, body: String| {
            assert_eq!(headers["x-amz-target"], "secretsmanager.GetSecretValue");
            answering.asked.lock().unwrap().push(serde_json::from_str(&body).unwrap());
            let mut answers = answering.answers.lock().unwrap();
            let next =
                if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
            let (status, body) = next.unwrap();
            (StatusCode::from_u16(status).unwrap(), body.to_string())
        });
        tokio::spawn(async move { axum::serve(listener, router).await });
        manager
    }

    fn vault(&self) -> Vault {
        let lookup = |name: &str| (name == "TENON_ENV").then(|| "test".to_owned());
        let endpoint = Some(self.base.parse().unwrap());
        let settings = ManagedSecrets::new(ARN.to_owned(), endpoint, &lookup);
        let aws = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                "key", "secret", None, None, "test",
            )))
            .http_client(Over(Http::new(TlsRoots::Embedded)))
            .build();
        Vault::new(&SecretsAt::Manager(Box::new(settings)), &aws, &self.clock)
    }

    fn calls(&self) -> usize {
        self.asked.lock().unwrap().len()
    }
}

fn saying(secret: &Value) -> (u16, Value) {
    (200, json!({ "ARN": ARN, "SecretString": secret.to_string() }))
}

fn good() -> (u16, Value) {
    saying(&json!({
        "TENON_INVITE_TOKEN_KEYS": "1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
        "TENON_GITHUB_TOKEN": "there",
    }))
}

fn denied() -> (u16, Value) {
    (400, json!({ "__type": "AccessDeniedException", "Message": "no" }))
}

#[tokio::test]
async fn a_crowd_that_needs_the_secrets_makes_one_call_and_nobody_a_second() {
    let manager = Manager::answering(vec![good()]).await;
    let vault = manager.vault();
    assert_eq!(manager.calls(), 0);

    let mut crowd = JoinSet::new();
    for _ in 0..20 {
        let vault = vault.clone();
        crowd.spawn(async move { vault.secrets().await.map(|secrets| secrets.github.clone()) });
    }
    for identity in crowd.join_all().await {
        let GitHubIdentity::Token(token) = identity.unwrap() else { panic!("a token") };
        assert_eq!(token.expose(), "there");
    }
    vault.secrets().await.unwrap();

    assert_eq!(*manager.asked.lock().unwrap(), [json!({ "SecretId": ARN })]);
}

#[tokio::test]
async fn a_failure_is_everybodys_answer_for_a_second_and_then_it_is_tried_again() {
    let manager = Manager::answering(vec![denied(), denied(), good()]).await;
    let vault = manager.vault();
    let tried = async || (vault.secrets().await.err(), manager.calls());
    let unreachable = Some(SecretProblem::Unreachable);

    assert_eq!(tried().await, (unreachable, 1));
    manager.clock.advance(SignedDuration::from_millis(999));
    assert_eq!(tried().await, (unreachable, 1));
    manager.clock.advance(SignedDuration::from_millis(1));
    assert_eq!(tried().await, (unreachable, 2));
    manager.clock.advance(SignedDuration::from_secs(1));
    assert_eq!(tried().await, (None, 3));
    manager.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(tried().await, (None, 3));
}

#[tokio::test]
async fn a_secret_that_is_wrong_is_another_problem_and_heals_too() {
    let binary = (200, json!({ "ARN": ARN, "SecretBinary": "AAAA" }));
    let manager = Manager::answering(vec![saying(&json!({ "TENON_TYPO": "x" })), binary, good()]);
    let manager = manager.await;
    let vault = manager.vault();

    for expected in [Some(SecretProblem::Wrong), Some(SecretProblem::Unreachable), None] {
        assert_eq!(vault.secrets().await.err(), expected);
        manager.clock.advance(SignedDuration::from_secs(1));
    }
}
