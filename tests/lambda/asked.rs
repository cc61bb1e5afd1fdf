//! A process of a function, asked what API Gateway asks it.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use axum::body::Bytes;
use local::lambda::process::{Function, Outcome, Setup, StartError, invocation};
use serde_json::{Value, json};
use shared::clock::Clock;
use tests::canary::assert_innocent;
use tests::story::Story;

use crate::folder::binary;

/// How long an invocation may take where time is not what is tested.
const PATIENCE: Duration = Duration::from_secs(30);
/// How far the log of a process may be behind its answer.
const BEHIND: Duration = Duration::from_secs(10);

/// A process.
pub(crate) struct Asked {
    function: Function,
    invocations: u32,
}

/// What a process answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u64,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: Value,
}

/// A stack whose clock stands where the machine's is: the processes go by that.
pub(crate) async fn story_of_today() -> Story {
    let story = Story::begin().await;
    story.clock.set(Clock::System.now());
    story
}

impl Drop for Asked {
    fn drop(&mut self) {
        if !thread::panicking() {
            assert_innocent(&self.function.log());
        }
    }
}

impl Asked {
    pub(crate) async fn start(
        name: &str,
        environment: &BTreeMap<String, String>,
    ) -> Result<Self, StartError> {
        let environment = environment.clone();
        let setup =
            Setup { name: name.to_owned(), binary: binary(name), memory_mb: 256, environment };
        Ok(Self { function: Function::start(&setup).await?, invocations: 0 })
    }

    /// What is answered to `GET path` of whoever shows `token`.
    pub(crate) async fn get(&mut self, path: &str, token: &str) -> Answer {
        self.invocations += 1;
        let event = json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": path,
            "rawQueryString": "",
            "headers": { "authorization": format!("Bearer {token}"), "host": "tenon.test" },
            "requestContext": {
                "accountId": "000000000000",
                "apiId": "abcdefghij",
                "domainName": "tenon.test",
                "domainPrefix": "tenon",
                "http": {
                    "method": "GET",
                    "path": path,
                    "protocol": "HTTP/1.1",
                    "sourceIp": "203.0.113.7",
                    "userAgent": "tenon-web",
                },
                "requestId": "JKJaXmPLvHcESHA=",
                "routeKey": "$default",
                "stage": "$default",
                "time": "02/Mar/2026:09:00:00 +0000",
                "timeEpoch": 1_772_442_000_000_i64,
            },
            "isBase64Encoded": false,
        });
        let id = format!("00000000-0000-0000-0000-{:012}", self.invocations);
        let (now, event) = (Clock::System.now(), Bytes::from(event.to_string()));
        let outcome = self.function.invoke(invocation(&id, event, now, PATIENCE), now).await;
        let Outcome::Said(said) = outcome else { panic!("{outcome:?}") };
        let said = said.response().unwrap();
        let retry_after = said["headers"]["retry-after"].as_str().map(ToOwned::to_owned);
        let body = said["body"].as_str().and_then(|text| serde_json::from_str(text).ok());
        Answer {
            status: said["statusCode"].as_u64().unwrap(),
            retry_after,
            body: body.unwrap_or_default(),
        }
    }

    /// The line of its log that has all of `parts`, as soon as it is there.
    pub(crate) async fn line(&self, parts: &[&str]) -> String {
        let found = async {
            loop {
                match self.found(parts) {
                    Some(line) => return line,
                    None => tokio::task::yield_now().await,
                }
            }
        };
        let found = tokio::time::timeout(BEHIND, found).await;
        found.unwrap_or_else(|_elapsed| panic!("no {parts:?} in {:#?}", self.function.log()))
    }

    fn found(&self, parts: &[&str]) -> Option<String> {
        let mut lines = self.function.log().into_iter();
        lines.find(|line| parts.iter().all(|part| line.contains(part)))
    }

    /// Everything that it has written.
    pub(crate) fn log(&self) -> String {
        self.function.log().join("\n")
    }
}
