//! Whoever holds the admin key, and the jobs that they look after.

use http::Method;
use serde_json::Value;
use shared::domain::job::{Job, JobRecord, JobState, Outcome};
use shared::flows::give_up::give_up;
use shared::store::transaction::{Transaction, Written};

use crate::caller::{Answer, Caller};
use crate::story::Story;

/// The admin key of [`Story::operated`].
pub const KEY: &str = "an admin key of the tests, long enough";
/// What the last failure of a job said that was given up here.
pub const WHY: &str = "GitHub was down";

/// Whoever holds the admin key.
#[derive(Debug, Clone)]
pub struct Operator(Caller);

impl Operator {
    /// `GET path`.
    pub async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, None, &[]).await
    }

    /// `POST path` with a JSON body.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Some(body), &[]).await
    }

    /// A request with these headers beside the key.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = self.0.request(method, path).header("x-admin-key", KEY);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = if let Some(body) = body { request.json(&body) } else { request };
        self.0.send(request).await
    }
}

impl Story {
    /// A fresh stack whose admin routes open to [`KEY`], with these settings beside the usual ones.
    pub async fn operated(settings: &[(&str, &str)]) -> Self {
        let key = [("TENON_ADMIN_API_KEY", KEY)];
        Self::with(&[&key, settings].concat()).await
    }

    /// Whoever holds [`KEY`].
    pub fn operator(&self) -> Operator {
        Operator(self.nobody())
    }

    /// Gives up every job of `kind` that is not over, as its twelfth failure does, with whatever the
    /// queue has for it; their ids.
    pub async fn give_up(&self, kind: &str) -> Vec<String> {
        self.stack.worker.pump().unwrap();
        let app = &self.stack.app;
        let mut given_up = Vec::new();
        for item in self.items("JOB#").await {
            let id = item["id"]["S"].as_str().unwrap().to_owned();
            let read = app.store.job(id.parse().unwrap()).await.unwrap().unwrap();
            let over = matches!(read.value.state, JobState::Done | JobState::Dead { .. });
            if over || read.value.job.kind() != kind {
                continue;
            }
            give_up(app, &read.value.job).await.unwrap();
            let dead = read.value.clone().after(Outcome::Hopeless(WHY.to_owned()), self.now());
            let write = Transaction::new().replace(&read, &dead).unwrap();
            assert_eq!(app.store.write(write, &app.mint).await.unwrap(), Written::Yes);
            given_up.push(id);
        }
        let late = self.stack.queue.take_due(100);
        for message in late {
            self.stack.queue.delete(&message.id);
            if !given_up.iter().any(|id| message.body.contains(id.as_str())) {
                self.stack.queue.push(&message.body, std::time::Duration::ZERO);
            }
        }
        given_up
    }

    /// Records a job that was given up just now, as if it had been worked on; its id.
    pub async fn dead_job(&self, job: Job) -> String {
        let app = &self.stack.app;
        let job = JobRecord::new(app.mint.uuid(), job, self.now());
        let dead = job.after(Outcome::Hopeless(WHY.to_owned()), self.now());
        let write = Transaction::new().create(&dead).unwrap();
        assert_eq!(app.store.write(write, &app.mint).await.unwrap(), Written::Yes);
        dead.id.to_string()
    }
}
