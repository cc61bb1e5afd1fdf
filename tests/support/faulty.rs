//! A process of Tenon whose calls pass through doors, at one of which something goes wrong.
//!
//! It shares table, queue, GitHub and mailbox with the story. Every call is counted, reads too; the one
//! whose number was named is refused, lost, kept waiting, or the last one that the process makes.

mod answers;

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use local::stream::{NewItems, StartAt};
use local::worker::{Functions, Worker};
use shared::app::App;
use shared::config::Config;
use shared::mint::Mint;
use tokio::net::TcpListener;
use tokio::sync::Notify;

use crate::forward::forward;
use crate::story::Story;

/// Whom Tenon calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callee {
    Table,
    GitHub,
    Queue,
    Mail,
}

/// One call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    pub callee: Callee,
    /// `TransactWriteItems`, `POST /repos/…`.
    pub name: String,
    /// Whether it changes something.
    pub changes: bool,
}

/// What goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Injection {
    /// 500 or 503 and nothing happened, until the attempt is over.
    Refused,
    /// It happened, and the connection ended before the answer; what is tried again is answered.
    LostAnswer,
    /// The same, and so is every answer of the same callee until the attempt is over.
    LostAnswers,
    /// Too many calls, until the attempt is over.
    Throttled,
    /// The table has another transaction on the same item, until the attempt is over.
    Conflict,
    /// No answer ever comes; the call is not made. The next one is answered.
    TimeOut,
    /// It happened, and the process is gone.
    Kill,
}

impl Injection {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Refused,
        Self::LostAnswer,
        Self::LostAnswers,
        Self::Throttled,
        Self::Conflict,
        Self::TimeOut,
        Self::Kill,
    ];

    /// Whether it makes sense for `call`. What only reads leaves nothing behind: to lose its answer is
    /// to be refused. Only the table tries a write again by itself, so that to lose one answer and to
    /// lose all are two things there.
    pub fn befalls(self, call: &Call) -> bool {
        match self {
            Self::Refused | Self::Throttled | Self::TimeOut => true,
            Self::LostAnswer | Self::Kill => call.changes,
            Self::LostAnswers | Self::Conflict => call.changes && call.callee == Callee::Table,
        }
    }

    const fn lasts(self) -> bool {
        matches!(self, Self::Refused | Self::LostAnswers | Self::Throttled | Self::Conflict)
    }
}

/// The call, counted from 1, at which something goes wrong, and what.
pub type Fault = (usize, Injection);

/// A process in which something goes wrong.
pub struct Victim {
    pub app: App,
    pub worker: Worker,
    pub doors: Arc<Doors>,
}

/// What all calls of a process pass through.
#[derive(Debug)]
pub struct Doors {
    http: reqwest::Client,
    fault: Option<Fault>,
    /// Whom it befell, once it did.
    befallen: Mutex<Option<Callee>>,
    calm: AtomicBool,
    seen: Mutex<Vec<Call>>,
    lost: AtomicU64,
    killed: Notify,
    dead: AtomicBool,
}

impl Story {
    /// Another process of Tenon, for requests and for jobs, in which this goes wrong.
    pub async fn victim(&self, fault: Option<Fault>) -> Victim {
        let doors = Arc::new(Doors {
            http: self.http.clone(),
            fault,
            befallen: Mutex::default(),
            calm: AtomicBool::default(),
            seen: Mutex::default(),
            lost: AtomicU64::default(),
            killed: Notify::new(),
            dead: AtomicBool::default(),
        });
        let mut settings = self.stack.settings.clone();
        for (name, callee) in [
            ("TENON_TABLE_ENDPOINT", Callee::Table),
            ("TENON_GITHUB_API_BASE", Callee::GitHub),
            ("TENON_QUEUE_ENDPOINT", Callee::Queue),
            ("TENON_MAIL_ENDPOINT", Callee::Mail),
        ] {
            let base = settings[name].clone();
            let door = doors.open(callee, &base).await;
            if callee == Callee::Queue {
                let (from, to) = (base.trim_end_matches('/'), door.trim_end_matches('/'));
                let url = settings["TENON_QUEUE_URL"].replace(from, to);
                settings.insert("TENON_QUEUE_URL".to_owned(), url);
            }
            settings.insert(name.to_owned(), door);
        }
        let config = Config::from_lookup(&|name| settings.get(name).cloned()).unwrap();
        let app = App::new(config, self.clock.clone(), Mint::System).await.unwrap();
        let database = self.stack.table.database().clone();
        let stream = NewItems::open(database, self.stack.table.name(), StartAt::Latest).unwrap();
        let functions = Functions::Here(Box::new(app.clone()), self.stack.permissions.clone());
        let worker = Worker::new(stream, self.stack.queue.clone(), functions, self.clock.clone());
        Victim { app, worker, doors }
    }
}

impl Victim {
    /// What `work` comes to, or nothing when the process is killed at it.
    pub async fn does<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            biased;
            () = self.doors.killed.notified() => None,
            done = work => Some(done),
        }
    }
}

impl Doors {
    /// All calls so far.
    pub fn seen(&self) -> Vec<Call> {
        self.seen.lock().unwrap().clone()
    }

    /// Whether what was to go wrong has.
    pub fn has_befallen(&self) -> bool {
        self.befallen.lock().unwrap().is_some()
    }

    /// How many answers were lost of calls that changed something.
    pub fn lost_answers(&self) -> u64 {
        self.lost.load(Ordering::SeqCst)
    }

    /// Nothing goes wrong any more.
    pub fn calm_down(&self) {
        self.calm.store(true, Ordering::SeqCst);
    }

    async fn open(self: &Arc<Self>, callee: Callee, base: &str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (doors, base) = (Arc::clone(self), base.trim_end_matches('/').to_owned());
        let door = Router::new()
            .fallback(async move |request: Request| doors.pass(callee, &base, request).await);
        tokio::spawn(async move { axum::serve(listener, door).await });
        format!("http://{address}/")
    }

    async fn pass(&self, callee: Callee, base: &str, request: Request) -> Response {
        if self.dead.load(Ordering::SeqCst) {
            return std::future::pending().await;
        }
        let call = Call::of(callee, &request);
        let Some(injection) = self.befall(&call) else {
            return forward(&self.http, base, request).await;
        };
        match injection {
            Injection::Refused => answers::refusal(&call),
            Injection::Throttled => answers::throttle(&call),
            Injection::Conflict => answers::conflict(&call),
            Injection::TimeOut => std::future::pending().await,
            Injection::LostAnswer | Injection::LostAnswers => {
                forward(&self.http, base, request).await;
                self.lost.fetch_add(1, Ordering::SeqCst);
                answers::broken_off()
            }
            Injection::Kill => {
                // Nothing that is asked meanwhile by the same process is done after this.
                self.dead.store(true, Ordering::SeqCst);
                forward(&self.http, base, request).await;
                self.lost.fetch_add(1, Ordering::SeqCst);
                self.killed.notify_one();
                std::future::pending().await
            }
        }
    }

    /// Counts the call and says what goes wrong with it.
    fn befall(&self, call: &Call) -> Option<Injection> {
        let mut seen = self.seen.lock().unwrap();
        seen.push(call.clone());
        let number = seen.len();
        let (at, injection) = self.fault?;
        let mut befallen = self.befallen.lock().unwrap();
        let first = number == at;
        let again = injection.lasts() && number > at && *befallen == Some(call.callee);
        let over = self.calm.load(Ordering::SeqCst);
        if over || !(first || again) || !injection.befalls(call) {
            return None;
        }
        *befallen = Some(call.callee);
        Some(injection)
    }
}

impl Call {
    fn of(callee: Callee, request: &Request) -> Self {
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        let operation = target.and_then(|target| target.split('.').next_back());
        let name = match (callee, operation) {
            (Callee::Table | Callee::Queue, Some(operation)) => operation.to_owned(),
            _ => format!("{} {}", request.method(), request.uri().path()),
        };
        let reads = ["GetItem", "BatchGetItem", "Query"].contains(&name.as_str());
        let changes = match callee {
            Callee::Table => !reads,
            Callee::GitHub => *request.method() != http::Method::GET,
            Callee::Queue | Callee::Mail => true,
        };
        Self { callee, name, changes }
    }
}
