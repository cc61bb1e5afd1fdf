//! A function's process, and what it says: answers, alarms, failures.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use axum::body::Bytes;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use local::lambda::api::Said;
use local::lambda::process::{Function, Outcome, Setup, StartError, invocation};
use serde_json::Value;
use shared::clock::Clock;
use tests::caller::Answer;
use tests::canary::assert_innocent;
use tests::document;

use crate::folder::binary;

/// How long an invocation may take where time is not what is tested.
const PATIENCE: Duration = Duration::from_mins(1);
/// How far the log of a process may be behind its answer.
const BEHIND: Duration = Duration::from_secs(10);
/// What every answer says of itself, whatever it is.
const ALWAYS: [(&str, &str); 2] =
    [("x-content-type-options", "nosniff"), ("referrer-policy", "no-referrer")];

/// A process of a function.
pub(crate) struct Running {
    function: Function,
    invocations: u32,
}

/// How `function` is set up; its binary is called as it is.
pub(crate) fn setup(function: &str, environment: &BTreeMap<String, String>) -> Setup {
    Setup {
        name: function.to_owned(),
        binary: binary(function),
        memory_mb: 256,
        environment: environment.clone(),
    }
}

impl Running {
    /// Starts `function`.
    pub(crate) async fn start(function: &str, environment: &BTreeMap<String, String>) -> Self {
        Self::begin(&setup(function, environment)).await.unwrap()
    }

    /// Starts what `setup` says.
    pub(crate) async fn begin(setup: &Setup) -> Result<Self, StartError> {
        Ok(Self { function: Function::start(setup).await?, invocations: 0 })
    }

    /// What becomes of `event` when the process has `limit` for it.
    pub(crate) async fn within(&mut self, limit: Duration, event: impl Into<Bytes>) -> Outcome {
        self.invocations += 1;
        let id = format!("00000000-0000-4000-8000-{:012}", self.invocations);
        let now = Clock::System.now();
        self.function.invoke(invocation(&id, event.into(), now, limit), now).await
    }

    /// What the process says of `event`; it must say something.
    pub(crate) async fn said(&mut self, event: impl Into<Bytes>) -> Said {
        self.told(PATIENCE, event).await
    }

    /// The same within `limit`.
    pub(crate) async fn told(&mut self, limit: Duration, event: impl Into<Bytes>) -> Said {
        match self.within(limit, event).await {
            Outcome::Said(said) => said,
            other => panic!("{other:?}: {}", self.log()),
        }
    }

    /// What a function that is no API says of `event`.
    pub(crate) async fn result(&mut self, event: &Value) -> Value {
        let said = self.said(event.to_string()).await;
        said.response().unwrap_or_else(|said| panic!("{said:?}: {}", self.log()))
    }

    /// The answer to a request, which must be as the API document says.
    pub(crate) async fn answer(&mut self, event: &Value) -> Answer {
        self.answer_within(PATIENCE, event).await
    }

    /// The same within `limit`.
    pub(crate) async fn answer_within(&mut self, limit: Duration, event: &Value) -> Answer {
        let said = self.told(limit, event.to_string()).await;
        let response = said.response().unwrap_or_else(|said| panic!("{said:?}: {}", self.log()));
        let answer = answer(&response);
        let (method, path) = target(event);
        let wrong = document::judge(method, path, answer.status, &answer.body);
        assert!(wrong.is_empty(), "{method} {path} is not as documented: {wrong:#?}");
        for (name, value) in ALWAYS {
            assert_eq!(answer.header(name), Some(value), "{method} {path}");
        }
        assert!(answer.header("cache-control").is_some(), "{method} {path}");
        let id = event["headers"]["x-tenon-request-id"].as_str();
        assert!(id.is_none() || answer.header("x-tenon-request-id") == id, "{method} {path}");
        answer
    }

    /// How often the process has raised `alarm`; waits for the first time.
    pub(crate) async fn raised(&self, alarm: &str) -> usize {
        let told = async {
            while self.alarms(alarm) == 0 {
                tokio::task::yield_now().await;
            }
        };
        // What was not told by then is told by the count.
        let _told = tokio::time::timeout(BEHIND, told).await;
        self.alarms(alarm)
    }

    /// How often the process has raised `alarm`, as far as its log was read.
    pub(crate) fn alarms(&self, alarm: &str) -> usize {
        let lines = self.function.log();
        let metrics = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        metrics.filter(|line| line["_aws"].is_object() && line[alarm] == 1).count()
    }

    /// What the process has written.
    pub(crate) fn log(&self) -> String {
        self.function.log().join("\n")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if !thread::panicking() {
            assert_innocent(&self.function.log());
        }
    }
}

/// Method and path of a request, without its stage.
fn target(event: &Value) -> (&str, &str) {
    let context = &event["requestContext"];
    let path = context["http"]["path"].as_str().unwrap();
    let stage = context["stage"].as_str().unwrap();
    let below = path.strip_prefix('/').and_then(|path| path.strip_prefix(stage));
    (context["http"]["method"].as_str().unwrap(), below.unwrap_or(path))
}

/// What the gateway makes of a response.
fn answer(response: &Value) -> Answer {
    let mut headers = HeaderMap::new();
    let single = response["headers"].as_object().into_iter().flatten();
    let single = single.map(|(name, value)| (name, vec![value]));
    let several = response["multiValueHeaders"].as_object().into_iter().flatten();
    let several = several.map(|(name, values)| (name, values.as_array().unwrap().iter().collect()));
    for (name, values) in single.chain(several) {
        let name: HeaderName = name.parse().unwrap();
        headers.remove(&name);
        for value in values {
            headers.append(&name, HeaderValue::from_str(value.as_str().unwrap()).unwrap());
        }
    }
    let body = response["body"].as_str().unwrap_or_default();
    let body = match response["isBase64Encoded"].as_bool() {
        Some(true) => STANDARD.decode(body).unwrap(),
        _ => body.as_bytes().to_vec(),
    };
    Answer {
        status: u16::try_from(response["statusCode"].as_u64().unwrap()).unwrap(),
        headers,
        body: serde_json::from_slice(&body).unwrap_or_default(),
    }
}
