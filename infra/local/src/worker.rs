//! Carries jobs as AWS does: new job items from the table's stream to the queue (the Pipe), from the
//! queue to the `jobs` function (the event source), and the schedule to `sweep` (the Scheduler).

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use jiff::{SignedDuration, Timestamp};
use lambda_runtime::{Context, LambdaEvent};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shared::app::App;
use shared::clock::Clock;
use shared::permissions::Notes;
use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};
use tracing::warn;

use crate::courier::Courier;
use crate::queue::{Message, Queue};
use crate::stream::{NewItems, StreamError, job_messages};

/// How long a function may take: a job whose claim was lost with its process waits that long.
pub const FUNCTION_LIMIT: SignedDuration = SignedDuration::from_secs(10);
/// How long a message that was handed over stays hidden; AWS asks for six times the function's limit.
pub const VISIBILITY: Duration = Duration::from_mins(1);
/// How many jobs are done at a time.
const JOBS_MAX: usize = 8;
/// How often the stream is read; AWS reads it four times a second.
const STREAM_EVERY: Duration = Duration::from_millis(50);
/// How often lost jobs are looked for; on AWS once a minute, here somebody watches.
const SWEEP_EVERY: Duration = Duration::from_secs(5);

/// The functions that jobs and the schedule go to.
#[derive(Debug, Clone)]
pub enum Functions {
    /// In this process; what they ask of AWS is noted.
    Here(Box<App>, Notes),
    /// At the invoke interface of `cargo lambda watch`, whose base ends in `/`.
    Watched {
        /// The client to call with.
        http: reqwest::Client,
        /// `http://127.0.0.1:9000/`.
        base: String,
    },
}

/// A function could not be invoked, or said that it failed.
#[derive(Debug, thiserror::Error)]
#[error("cannot invoke `{function}`: {why}")]
pub struct InvokeError {
    function: &'static str,
    why: String,
}

impl Functions {
    async fn jobs(&self, messages: &[Message], now: Timestamp) -> Result<Vec<String>, InvokeError> {
        let event = sqs_event(messages);
        let response = match self {
            Self::Here(app, notes) => {
                let event: SqsEvent = serde_json::from_value(event).map_err(failed("jobs"))?;
                let event = LambdaEvent::new(event, context(now));
                let work = Box::pin(jobs::handle(app, event));
                notes.of("jobs", work).await.map_err(failed("jobs"))?
            }
            Self::Watched { http, base } => invoke::<Option<_>>(http, base, "jobs", &event)
                .await?
                .unwrap_or_else(SqsBatchResponse::default),
        };
        let failures = response.batch_item_failures;
        Ok(failures.into_iter().map(|failure| failure.item_identifier).collect())
    }

    async fn sweep(&self, now: Timestamp) -> Result<(), InvokeError> {
        match self {
            Self::Here(app, notes) => {
                let event = LambdaEvent::new(Value::Null, context(now));
                notes.of("sweep", sweep::handle(app, event)).await.map_err(failed("sweep"))?;
            }
            Self::Watched { http, base } => {
                invoke::<Value>(http, base, "sweep", &json!({})).await?;
            }
        }
        Ok(())
    }
}

fn failed<E: ToString>(function: &'static str) -> impl Fn(E) -> InvokeError {
    move |error| InvokeError { function, why: error.to_string() }
}

async fn invoke<T: DeserializeOwned>(
    http: &reqwest::Client,
    base: &str,
    function: &'static str,
    event: &Value,
) -> Result<T, InvokeError> {
    let address = format!("{base}2015-03-31/functions/{function}/invocations");
    // The first call may have to compile the function.
    let call = http.post(address).json(event).timeout(Duration::from_mins(10));
    let answer = call.send().await.and_then(reqwest::Response::error_for_status);
    answer.map_err(failed(function))?.json().await.map_err(failed(function))
}

/// What a function of this process knows of its invocation: when its time is over.
pub(crate) fn context(now: Timestamp) -> Context {
    let deadline = now.checked_add(FUNCTION_LIMIT).unwrap_or(now).as_millisecond();
    let mut context = Context::default();
    context.deadline = u64::try_from(deadline).unwrap_or(0);
    context
}

fn sqs_event(messages: &[Message]) -> Value {
    let record = |message: &Message| {
        json!({
            "messageId": message.id,
            "receiptHandle": message.id,
            "body": message.body,
            "attributes": { "ApproximateReceiveCount": message.receive_count.to_string() },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:jobs",
            "awsRegion": "us-east-1",
        })
    };
    json!({ "Records": messages.iter().map(record).collect::<Vec<_>>() })
}

/// Whether a lasting trouble was told: once is enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Yes,
    No,
}

/// Carries jobs from the table to the functions.
pub struct Worker {
    stream: Mutex<NewItems>,
    queue: Queue,
    functions: Functions,
    clock: Clock,
    courier: Option<Courier>,
}

impl Worker {
    /// A worker that carries what `stream` shows through `queue` to `functions`.
    pub const fn new(stream: NewItems, queue: Queue, functions: Functions, clock: Clock) -> Self {
        Self { stream: Mutex::new(stream), queue, functions, clock, courier: None }
    }

    /// The same worker, who has webhooks carried by `courier`, if there is one.
    pub fn with(self, courier: Option<Courier>) -> Self {
        Self { courier, ..self }
    }

    /// Moves new jobs from the table's stream to the queue; says how many.
    pub fn pump(&self) -> Result<usize, StreamError> {
        let mut moved = 0;
        loop {
            let mut stream = self.stream.lock().unwrap_or_else(PoisonError::into_inner);
            let items = stream.next_batch()?;
            drop(stream);
            if items.is_empty() {
                return Ok(moved);
            }
            for message in job_messages(&items) {
                self.queue.push(&message, Duration::ZERO);
                moved += 1;
            }
        }
    }

    /// Does one job.
    async fn deliver(&self, message: Message) {
        let id = message.id.clone();
        match self.functions.jobs(&[message], self.clock.now()).await {
            Ok(failed) if failed.is_empty() => self.queue.delete(&id),
            Ok(_) => warn!(message = id, "a job comes again"),
            Err(error) => warn!(message = id, %error, "a job could not be handed over"),
        }
    }

    async fn delivered(self: std::sync::Arc<Self>, message: Message) {
        self.deliver(message).await;
    }

    /// Delivers webhooks and does everything that is due at this moment, one job after the other, until nothing is: for
    /// tests, whose clock stands still meanwhile. Says how many messages it delivered.
    pub async fn settle(&self) -> Result<usize, StreamError> {
        let mut delivered = 0;
        loop {
            if let Some(courier) = &self.courier {
                courier.deliver().await;
            }
            self.pump()?;
            let due = self.queue.take_due(1);
            let Some(message) = due.into_iter().next() else { return Ok(delivered) };
            self.deliver(message).await;
            delivered += 1;
        }
    }

    /// Looks for lost jobs once.
    pub async fn sweep(&self) -> Result<(), InvokeError> {
        self.functions.sweep(self.clock.now()).await
    }

    /// Looks for lost jobs; says whether that failed, and tells it unless it did the last time.
    async fn swept(&self, failed_before: Told) -> Told {
        match self.sweep().await {
            Ok(()) => Told::No,
            Err(error) => {
                if failed_before == Told::No {
                    warn!(%error, "jobs that were lost cannot be looked for; trying on");
                }
                Told::Yes
            }
        }
    }

    /// Carries jobs for ever, several at a time.
    pub async fn run(self: std::sync::Arc<Self>) {
        let mut webhooks = JoinSet::new();
        if let Some(courier) = self.courier.clone() {
            webhooks.spawn(courier.run());
        }
        let mut jobs = JoinSet::new();
        let mut told = Told::No;
        let mut stream = interval(STREAM_EVERY);
        let mut schedule = interval(SWEEP_EVERY);
        stream.set_missed_tick_behavior(MissedTickBehavior::Delay);
        schedule.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                _ = stream.tick() => {
                    if let Err(error) = self.pump() {
                        warn!(%error, "the table's stream cannot be read");
                    }
                }
                _ = schedule.tick() => {
                    told = self.swept(told).await;
                }
                () = self.queue.notified() => {}
                Some(_) = jobs.join_next() => {}
            }
            for message in self.queue.take_due(JOBS_MAX.saturating_sub(jobs.len())) {
                jobs.spawn(std::sync::Arc::clone(&self).delivered(message));
            }
        }
    }
}
