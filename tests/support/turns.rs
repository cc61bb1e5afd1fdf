//! Processes of Tenon that take turns. Each call that one of them makes, to the table, GitHub, the queue or
//! the mailbox, waits at a door of its own until it is let go; meanwhile all others stand still. So whoever
//! lets them go decides how they interleave, and can do the same again.
//!
//! What stays beyond it: of calls that a process makes at the same time all are let go together, and a call
//! that has waited for long by the machine's clock is let go first, because who makes it would give it up.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::Request;
use shared::app::App;
use shared::config::Config;
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, yield_now};
use tokio::time::timeout;

use crate::forward::forward;
use crate::story::Story;

/// How often the runtime is given a turn, so that a call that is made at the same time as another arrives.
const TURNS_FOR_TWINS: usize = 24;
/// Longer nothing takes that one process does between two calls.
const PATIENCE: Duration = Duration::from_mins(2);
/// Who calls the table gives a call up after 1.5 s: for so long one waits at most while others go on.
const WAIT_MAX: Duration = Duration::from_millis(900);
/// What leads out of a process.
const WAYS: [&str; 4] = [
    "TENON_TABLE_ENDPOINT",
    "TENON_GITHUB_API_BASE",
    "TENON_QUEUE_ENDPOINT",
    "TENON_MAIL_ENDPOINT",
];

/// What the doors and the processes tell.
enum News {
    /// A call of a process has come to its door.
    Waits(usize, Waiting),
    /// A call that was let go has its answer.
    Answered(usize),
    /// The process has nothing more to do.
    Over(usize),
}

/// A call at a door.
struct Waiting {
    call: String,
    since: Instant,
    go: oneshot::Sender<()>,
}

/// How a process stands still.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// Before a call.
    Waits,
    /// It has done what it began.
    Over,
}

/// Where a process is.
#[derive(Default)]
struct Place {
    waiting: Vec<Waiting>,
    unanswered: usize,
    over: bool,
}

/// All the processes, and whose turn it is.
pub struct Turns {
    sender: UnboundedSender<News>,
    news: UnboundedReceiver<News>,
    places: Vec<Place>,
    longest: Duration,
}

/// A process whose calls wait.
#[derive(Clone)]
pub struct Process {
    /// Its number among all.
    pub number: usize,
    pub app: App,
    /// Where it answers.
    pub api: String,
}

/// Tells that a process is over, however it ends.
struct End(usize, UnboundedSender<News>);

impl Drop for End {
    fn drop(&mut self) {
        // Nobody listens any more once a test has failed.
        let _ = self.1.send(News::Over(self.0));
    }
}

impl Turns {
    /// Nobody yet.
    pub fn new() -> Self {
        let (sender, news) = unbounded_channel();
        Self { sender, news, places: Vec::new(), longest: Duration::ZERO }
    }

    /// One more process of `story`, which draws the ids that the story draws.
    pub async fn process(&mut self, story: &Story) -> Process {
        let number = self.places.len();
        self.places.push(Place::default());
        let mut settings = story.stack.settings.clone();
        let queue = story.stack.places.queue.trim_end_matches('/').to_owned();
        for name in WAYS {
            let door = self.open(number, &settings[name], &story.http).await;
            if name == "TENON_QUEUE_ENDPOINT" {
                let url = settings["TENON_QUEUE_URL"].replace(&queue, door.trim_end_matches('/'));
                settings.insert("TENON_QUEUE_URL".to_owned(), url);
            }
            settings.insert(name.to_owned(), door);
        }
        let config = Config::from_lookup(&|name| settings.get(name).cloned()).unwrap();
        let mint = story.stack.app.mint.clone();
        let app = App::new(config, story.clock.clone(), mint).await.unwrap().patient();
        let api = Story::serve(app.clone()).await;
        Process { number, app, api }
    }

    /// A door of process `number` to what is at `base`; where it is.
    async fn open(&self, number: usize, base: &str, http: &reqwest::Client) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let base: Arc<str> = base.trim_end_matches('/').into();
        let (http, sender) = (http.clone(), self.sender.clone());
        let door = Router::new().fallback(async move |request: Request| {
            let (go, gone) = oneshot::channel();
            let waiting = Waiting { call: called(&request), since: Instant::now(), go };
            let _ = sender.send(News::Waits(number, waiting));
            let _ = gone.await;
            let answer = forward(&http, &base, request).await;
            let _ = sender.send(News::Answered(number));
            answer
        });
        tokio::spawn(async move { axum::serve(listener, door).await });
        format!("http://{address}/")
    }

    /// Has a process begin `work`. It runs until its first call.
    pub fn begin<T: Send + 'static>(
        &mut self,
        number: usize,
        work: impl Future<Output = T> + Send + 'static,
    ) -> JoinHandle<T> {
        self.places[number].over = false;
        let end = End(number, self.sender.clone());
        tokio::spawn(async move {
            let _end = end;
            work.await
        })
    }

    /// Waits until a process stands still again.
    pub async fn stand(&mut self, number: usize) -> Stand {
        loop {
            let place = &self.places[number];
            if place.over {
                return Stand::Over;
            }
            if place.unanswered == 0 && !place.waiting.is_empty() {
                break;
            }
            let news = timeout(PATIENCE, self.news.recv()).await.expect("it stands still at last");
            self.note(news.unwrap());
        }
        for _ in 0..TURNS_FOR_TWINS {
            yield_now().await;
            while let Ok(news) = self.news.try_recv() {
                self.note(news);
            }
        }
        Stand::Waits
    }

    fn note(&mut self, news: News) {
        match news {
            News::Waits(number, waiting) => self.places[number].waiting.push(waiting),
            News::Answered(number) => self.places[number].unanswered -= 1,
            News::Over(number) => self.places[number].over = true,
        }
    }

    /// Lets the call of a process go, with those that were made at the same time; which they are.
    pub fn release(&mut self, number: usize) -> Vec<String> {
        let place = &mut self.places[number];
        let mut calls = Vec::new();
        for waiting in place.waiting.drain(..) {
            self.longest = self.longest.max(waiting.since.elapsed());
            calls.push(waiting.call);
            // Whoever gave the call up does not hear.
            let _ = waiting.go.send(());
            place.unanswered += 1;
        }
        calls.sort();
        calls
    }

    /// The process whose call has waited too long, if there is one.
    pub fn overdue(&self) -> Option<usize> {
        let waits = |place: &Place| place.waiting.iter().any(|it| it.since.elapsed() > WAIT_MAX);
        self.places.iter().position(waits)
    }

    /// For how long a call has waited at most, in the machine's time: whoever calls gives it up at last.
    pub const fn longest(&self) -> Duration {
        self.longest
    }
}

impl Default for Turns {
    fn default() -> Self {
        Self::new()
    }
}

/// What a call is, without numbers that are others another time.
fn called(request: &Request) -> String {
    let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
    if let Some((_service, operation)) = target.and_then(|target| target.split_once('.')) {
        return operation.to_owned();
    }
    let is_word =
        |part: &&str| !part.is_empty() && !part.chars().any(|letter| letter.is_ascii_digit());
    let end = request.uri().path().rsplit('/').find(is_word);
    format!("{} {}", request.method(), end.unwrap_or_default())
}
