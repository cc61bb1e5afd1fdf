//! The stack, put together: parts, addresses, settings, and Tenon on top of them.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File, TryLockError};
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use shared::app::App;
use shared::clock::Clock;
use shared::config::{Config, ConfigErrors};
use shared::flows::seed::{Person, seed};
use shared::http::routes::Routes;
use shared::http::serve::service;
use shared::mint::Mint;
use shared::permissions::Notes;
use tokio::net::TcpListener;

use crate::courier::Courier;
use crate::documents::{Documents, DocumentsError};
use crate::gateway;
use crate::github::app::CLIENT_ID;
use crate::github::runs::RunTiming;
use crate::github::{self, GitHub};
use crate::issuer::key::kept_pem;
use crate::issuer::{self, Issuer, IssuerError};
use crate::mailbox::Mailbox;
use crate::page::{self, Links};
use crate::places::{AUDIENCE, GITHUB_TOKEN, Places, TABLE_NAME, base};
use crate::queue::Queue;
use crate::stream::{NewItems, StartAt, StreamError};
use crate::table::{Table, TableError};
use crate::worker::{Functions, VISIBILITY, Worker};

/// The company of the seed, and the mail domain that is its own.
const COMPANY: (&str, &str) = ("LocalCo", "local.test");
/// The recruiters of the seed.
const RECRUITERS: [Person<'static>; 2] = [
    Person {
        sub: "dev|recruiter1@local.test",
        name: "Local Recruiter 1",
        email: "recruiter1@local.test",
    },
    Person {
        sub: "dev|recruiter2@local.test",
        name: "Local Recruiter 2",
        email: "recruiter2@local.test",
    },
];

/// Where a stack keeps what it knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Data {
    /// Nowhere: it is gone with the process.
    Memory,
    /// In this folder, which is made if need be; it survives a restart, and a kill.
    Folder(PathBuf),
}

/// Who Tenon is on the local GitHub.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GitHubAs {
    /// A GitHub App, as in production; its key is made at the first start.
    App,
    /// Whoever has the one token.
    Token,
}

/// How a stack behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// Where it keeps what it knows.
    pub data: Data,
    /// The time, for all parts.
    pub clock: Clock,
    /// Ids and chance, for Tenon.
    pub mint: Mint,
    /// How far index reads lag behind, as they do on AWS.
    pub index_lag: Duration,
    /// How long GitHub's runs take.
    pub timing: RunTiming,
    /// How long every call to GitHub takes.
    pub github_latency: Duration,
    /// Who Tenon is on GitHub, unless the overrides say so.
    pub github_as: GitHubAs,
    /// Whether the local GitHub enforces the real one's limits, and Tenon keeps its own pace.
    pub github_limits: bool,
    /// Where the functions run, when not in this process: the base of `cargo lambda watch`.
    pub functions: Option<String>,
    /// Settings that replace what the stack would provide.
    pub overrides: BTreeMap<String, String>,
    /// What `TENON_ENV` is: `local` or `test`.
    pub environment: &'static str,
}

/// The two ports people know; all others are free ones.
#[derive(Debug)]
pub struct Listeners {
    /// For the API; none when the functions run elsewhere.
    pub api: Option<TcpListener>,
    /// For the start page.
    pub pages: TcpListener,
}

/// A stack could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StackError {
    /// An inner service found no port.
    #[error("cannot open a port for an inner service")]
    Port(#[source] io::Error),
    /// The data folder cannot be made.
    #[error("cannot write to the data folder {}", .0.display())]
    Folder(PathBuf, #[source] io::Error),
    /// The table cannot be opened.
    #[error("cannot open the table")]
    Table(#[from] TableError),
    /// The table's stream cannot be opened.
    #[error("cannot open the table's stream")]
    Stream(#[from] StreamError),
    /// The stack's own state cannot be opened.
    #[error("cannot open the stack's own state")]
    Documents(#[from] DocumentsError),
    /// The issuer cannot be opened.
    #[error("cannot open the issuer")]
    Issuer(#[from] IssuerError),
    /// The local GitHub cannot use the App's key.
    #[error("cannot use the App's key")]
    App(#[from] jsonwebtoken::errors::Error),
    /// Another stack has the data folder.
    #[error("the data folder {} is in use: end the other `cargo dev`, or choose another with --data", .0.display())]
    InUse(PathBuf),
    /// The settings are wrong.
    #[error(transparent)]
    Config(#[from] ConfigErrors),
    /// Tenon itself cannot be started.
    #[error("cannot start Tenon")]
    Tenon(#[from] shared::error::Error),
}

/// A running stack.
pub struct Stack {
    /// Tenon.
    pub app: App,
    /// Where everything is.
    pub places: Places,
    /// What Tenon was told.
    pub settings: BTreeMap<String, String>,
    /// The local GitHub.
    pub github: GitHub,
    /// The mailbox.
    pub mailbox: Mailbox,
    /// The issuer.
    pub issuer: Issuer,
    /// The job queue.
    pub queue: Queue,
    /// The table.
    pub table: Table,
    /// What carries the jobs; it does nothing by itself until [`Worker::run`].
    pub worker: Arc<Worker>,
    /// What each function that runs here has asked of AWS.
    pub permissions: Notes,
    /// Keeps other stacks away from the data.
    _lock: Option<File>,
}

/// Every route of every function.
pub fn routes() -> Routes {
    auth::router()
        .merge(simulations::router())
        .merge(candidates::router())
        .merge(tasks::router())
        .merge(submissions::router())
        .merge(admin::router())
        .merge(webhooks::router())
}

impl Stack {
    /// Starts every part and Tenon on `listeners`.
    pub async fn start(options: Options, listeners: Listeners) -> Result<Self, StackError> {
        let [at_table, at_queue, at_github] = inner_listeners().await?;
        let (table, documents, lock) = open(&options.data)?;
        let clock = options.clock.clone();
        let queue = Queue::new("jobs", VISIBILITY, clock.clone(), Mint::System);
        // Jobs that a killed process had not carried on are still in the stream; those that it had
        // are over, and a second message changes nothing.
        let stream = NewItems::open(table.database().clone(), TABLE_NAME, StartAt::TrimHorizon)?;
        let github = open_github(&options, &documents)?;
        let mailbox = Mailbox::open(documents.clone(), clock.clone(), Mint::System)?;
        let mailbox = mailbox.telling(queue.clone());

        let queue_base = serve(at_queue, queue.router())?;
        let pages = base(listeners.pages.local_addr().map_err(StackError::Port)?);
        let places = Places {
            api: api_base(&options, listeners.api.as_ref())?,
            github: serve(at_github, github.router())?,
            table: table.serve(at_table, options.index_lag, clock.clone()).await?,
            queue_url: queue.url(queue_base.trim_end_matches('/')),
            queue: queue_base,
            pages,
        };
        let issuer = issuer::Settings {
            issuer: places.pages.clone(),
            audience: AUDIENCE.to_owned(),
            api: places.api.clone(),
        };
        let issuer = Issuer::open(&documents, clock.clone(), issuer)?;
        let app_key = app_key(&options, &github, &documents)?;
        let settings = settings(&options, &places, &documents, app_key.as_deref())?;
        let config = Config::from_lookup(&|name| settings.get(name).cloned())?;
        let app = App::new(config, clock.clone(), options.mint).await?;
        seed(&app, COMPANY.0, COMPANY.1, &RECRUITERS).await?;

        // The pages first: Tenon asks the issuer that is among them.
        serve(listeners.pages, pages_router(&places, &mailbox, &issuer))?;
        let permissions = Notes::default();
        if let Some(api) = listeners.api {
            serve(api, gateway::noting(service(routes(), app.clone()), &permissions))?;
        }
        let functions = match options.functions {
            None => Functions::Here(Box::new(app.clone()), permissions.clone()),
            Some(base) => Functions::Watched { http: reqwest_client()?, base },
        };
        let worker = Worker::new(stream, queue.clone(), functions, clock)
            .with(courier(&app, &github, &places).await?);
        let worker = Arc::new(worker);
        Ok(Self {
            app,
            places,
            settings,
            github,
            mailbox,
            issuer,
            queue,
            table,
            worker,
            permissions,
            _lock: lock,
        })
    }
}

fn open_github(options: &Options, documents: &Documents) -> Result<GitHub, DocumentsError> {
    let settings = github::Settings {
        token: GITHUB_TOKEN.to_owned(),
        timing: options.timing,
        latency: options.github_latency,
    };
    let github = GitHub::open(documents.clone(), options.clock.clone(), settings)?;
    if options.github_limits {
        github.enforce_limits();
    }
    Ok(github)
}

/// Who carries webhooks to Tenon, where it knows a secret to tell them by.
async fn courier(
    app: &App,
    github: &GitHub,
    places: &Places,
) -> Result<Option<Courier>, StackError> {
    let Some(secret) = app.secrets().await?.webhook_keys.first() else { return Ok(None) };
    github.hook();
    let secret = secret.expose().to_owned();
    Ok(Some(Courier::new(github.clone(), reqwest_client()?, &places.api, secret)))
}

fn pages_router(places: &Places, mailbox: &Mailbox, issuer: &Issuer) -> Router {
    let links = Links {
        api: places.api.clone(),
        health: format!("{}health", places.api),
        pages: places.pages.clone(),
        github: places.github.clone(),
        github_api: places.github.clone(),
        issuer: places.pages.clone(),
        table: places.table.clone(),
        mailbox: mailbox.clone(),
    };
    page::router(links).merge(mailbox.router()).merge(issuer.router())
}

/// What Tenon is told: what the stack provides, unless the environment says otherwise.
fn settings(
    options: &Options,
    places: &Places,
    documents: &Documents,
    app_key: Option<&str>,
) -> Result<BTreeMap<String, String>, DocumentsError> {
    let mut settings = places.settings(options.environment, &invite_keys(documents)?);
    if app_key.is_some() || tells_identity(options) {
        settings.remove("TENON_GITHUB_TOKEN");
    }
    if let Some(pem) = app_key {
        settings.insert("TENON_GITHUB_APP_ID".to_owned(), CLIENT_ID.to_owned());
        // An environment file has no lines in a value.
        let pem = pem.trim_end().replace('\n', "\\n");
        settings.insert("TENON_GITHUB_APP_PRIVATE_KEY".to_owned(), pem);
    }
    if options.github_limits || options.overrides.contains_key("TENON_GITHUB_API_BASE") {
        // The real GitHub has limits, and so has this one now.
        settings.retain(|name, _unlimited| !name.starts_with("TENON_GITHUB_CREATES_"));
    }
    settings.extend(options.overrides.clone());
    let mailbox_speaks = settings.get("TENON_EMAIL_PROVIDER").is_none_or(|name| name == "ses");
    if !mailbox_speaks && !options.overrides.contains_key("TENON_MAIL_ENDPOINT") {
        // Another provider is where it always is.
        settings.remove("TENON_MAIL_ENDPOINT");
    }
    Ok(settings)
}

/// The App's key, known to `github`, where Tenon is to be the App.
fn app_key(
    options: &Options,
    github: &GitHub,
    documents: &Documents,
) -> Result<Option<String>, StackError> {
    if options.github_as == GitHubAs::Token || tells_identity(options) {
        return Ok(None);
    }
    let pem = kept_pem(documents, "github.app")?;
    github.register_app(&pem)?;
    Ok(Some(pem))
}

/// Whether the overrides say who Tenon is on GitHub.
fn tells_identity(options: &Options) -> bool {
    ["TENON_GITHUB_TOKEN", "TENON_GITHUB_APP_ID"]
        .iter()
        .any(|name| options.overrides.get(*name).is_some_and(|value| !value.trim().is_empty()))
}

/// The key of invite tokens: made at the first start, so that links outlive a restart.
fn invite_keys(documents: &Documents) -> Result<String, DocumentsError> {
    let kept: Vec<(String, String)> = documents.all("inviteTokenKeys")?;
    if let Some((_name, keys)) = kept.into_iter().next() {
        return Ok(keys);
    }
    let key: [u8; 32] = Mint::System.bytes();
    let keys = format!("1:{}", STANDARD.encode(key));
    documents.put("inviteTokenKeys", "1", &keys)?;
    Ok(keys)
}

/// The lock, where there is something to lock, lasts as long as it is kept.
fn open(data: &Data) -> Result<(Table, Documents, Option<File>), StackError> {
    match data {
        Data::Memory => Ok((Table::memory(TABLE_NAME)?, Documents::memory()?, None)),
        Data::Folder(folder) => {
            let refused = |error| StackError::Folder(folder.clone(), error);
            // Keys and tokens are kept there: nobody else may read them.
            DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(refused)?;
            let lock = File::create(folder.join("lock")).map_err(refused)?;
            match lock.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Err(StackError::InUse(folder.clone())),
                Err(TryLockError::Error(error)) => return Err(refused(error)),
            }
            let table = Table::open(&folder.join("table.db"), TABLE_NAME)?;
            let documents = Documents::open(&folder.join("stack.db"))?;
            Ok((table, documents, Some(lock)))
        }
    }
}

fn api_base(options: &Options, api: Option<&TcpListener>) -> Result<String, StackError> {
    match (api, &options.functions) {
        (Some(api), _) => Ok(base(api.local_addr().map_err(StackError::Port)?)),
        (None, Some(functions)) => Ok(functions.clone()),
        (None, None) => Ok(String::new()),
    }
}

async fn inner_listeners() -> Result<[TcpListener; 3], StackError> {
    let free = || async { TcpListener::bind("127.0.0.1:0").await.map_err(StackError::Port) };
    Ok([free().await?, free().await?, free().await?])
}

/// Serves `router` in the background and says where.
fn serve(listener: TcpListener, router: Router) -> Result<String, StackError> {
    let address = listener.local_addr().map_err(StackError::Port)?;
    tokio::spawn(async move {
        let router = router.into_make_service_with_connect_info::<SocketAddr>();
        if let Err(error) = axum::serve(listener, router).await {
            tracing::error!(%error, "a service of the stack ended");
        }
    });
    Ok(base(address))
}

fn reqwest_client() -> Result<reqwest::Client, shared::error::Error> {
    shared::http_client::build()
        .map_err(|source| shared::error::Error::internal("building the HTTP client", source))
}
