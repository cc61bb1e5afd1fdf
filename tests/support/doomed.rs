//! A process of Tenon's jobs that is killed in the middle of its work.
//!
//! It shares table, queue and GitHub with the story, and reaches them through doors that count what
//! it does there. The call that is to be its last is done and never answered: the process is dropped
//! where it stands, and nothing of it runs afterwards, as after a SIGKILL.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use axum::Router;
use axum::extract::Request;
use local::stream::{NewItems, StartAt};
use local::worker::{Functions, Worker};
use shared::app::App;
use shared::config::Config;
use shared::mint::Mint;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::forward::forward;
use crate::story::Story;

/// What of the table's protocol changes something.
const WRITES: [&str; 5] =
    ["TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"];

/// What becomes of a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It was killed at its call.
    Killed,
    /// It did all that was due, with so many calls.
    Lived(usize),
}

/// A process that is to be killed.
pub struct Doomed {
    worker: Worker,
    doors: Arc<Doors>,
}

#[derive(Debug)]
struct Doors {
    http: reqwest::Client,
    last: usize,
    made: AtomicUsize,
    killed: Notify,
}

impl Story {
    /// Another process for jobs, which is killed once its call number `last` is done: to GitHub, to
    /// change the table, or to send to the queue.
    pub async fn doomed(&self, last: usize) -> Doomed {
        let http = self.http.clone();
        let doors = Doors { http, last, made: AtomicUsize::default(), killed: Notify::new() };
        let doors = Arc::new(doors);
        let mut settings = self.stack.settings.clone();
        for name in ["TENON_GITHUB_API_BASE", "TENON_TABLE_ENDPOINT", "TENON_QUEUE_ENDPOINT"] {
            let door = doors.open(&settings[name]).await;
            if let Some(queue) =
                settings.get_mut("TENON_QUEUE_URL").filter(|_| name.contains("QUEUE"))
            {
                *queue = queue.replace(
                    self.stack.places.queue.trim_end_matches('/'),
                    door.trim_end_matches('/'),
                );
            }
            settings.insert(name.to_owned(), door);
        }
        let config = Config::from_lookup(&|name| settings.get(name).cloned()).unwrap();
        let app = App::new(config, self.clock.clone(), Mint::System).await.unwrap();
        let database = self.stack.table.database().clone();
        let stream = NewItems::open(database, self.stack.table.name(), StartAt::Latest).unwrap();
        let functions = Functions::Here(Box::new(app), self.stack.permissions.clone());
        let queue = self.stack.queue.clone();
        Doomed { worker: Worker::new(stream, queue, functions, self.clock.clone()), doors }
    }
}

impl Doomed {
    /// Does all jobs that are due, until it is killed.
    pub async fn settle(&self) -> Fate {
        tokio::select! {
            biased;
            () = self.doors.killed.notified() => Fate::Killed,
            settled = self.worker.settle() => {
                settled.unwrap();
                Fate::Lived(self.doors.made.load(Ordering::SeqCst))
            }
        }
    }
}

impl Doors {
    /// A door to what is at `base`; where it is.
    async fn open(self: &Arc<Self>, base: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (doors, base) = (Arc::clone(self), base.trim_end_matches('/').to_owned());
        let door = Router::new().fallback(async move |request: Request| {
            let counts = counts(&request);
            let answer = forward(&doors.http, &base, request).await;
            if counts && doors.made.fetch_add(1, Ordering::SeqCst) + 1 >= doors.last {
                doors.killed.notify_one();
                std::future::pending::<()>().await;
            }
            answer
        });
        tokio::spawn(async move { axum::serve(listener, door).await });
        format!("http://{address}/")
    }
}

/// Whether a call changes something, or asks GitHub: reading the table leaves no trace.
fn counts(request: &Request) -> bool {
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    match target.and_then(|target| target.split_once('.')) {
        Some((service, operation)) if service.starts_with("DynamoDB") => {
            WRITES.contains(&operation)
        }
        _ => true,
    }
}
