//! The local GitHub: a small but true one, behind the REST routes Tenon calls.
//!
//! Repositories have real git objects, workflow runs take their time and judge the repository's real
//! content, and everything survives a restart. Requests and answers have the shapes of GitHub's own
//! OpenAPI description. Pages for people are at `/` and `/_/{owner}/{repo}`.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{delete, get, patch, post, put};
use shared::clock::Clock;

use crate::documents::{Documents, DocumentsError};
use crate::github::answers::events::{self, Moved};
use crate::github::app::App;
use crate::github::faults::{Faults, control};
use crate::github::hooks::Hooks;
use crate::github::judge::Judge;
use crate::github::limits::{Excess, Limits};
use crate::github::objects::{Object, Signature};
use crate::github::refusal::Refusal;
use crate::github::repository::{Permission, Repository};
use crate::github::routes::{
    accounts, actions, comparisons, contents, downloads, git, repositories, rights, upkeep,
};
use crate::github::runs::RunTiming;
use crate::github::uploads::Upload;
use crate::github::world::{NewCommit, World};

mod answers;
pub mod app;
mod archive;
mod by_hand;
mod comparison;
mod description;
mod diff;
pub mod evidence;
pub mod faults;
mod gate;
mod headers;
pub mod hooks;
pub mod installations;
mod judge;
pub mod limits;
mod objects;
mod pages;
mod permissions;
mod pushes;
pub mod refusal;
mod repository;
mod results;
mod routes;
pub mod runs;
pub mod templates;
pub mod uploads;
pub mod users;
mod world;

/// What a request may carry: enough for a file of 30 MB in base64.
const BODY_BYTES_MAX: usize = 41_943_040;

/// How this GitHub behaves.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The one token it knows.
    pub token: String,
    pub timing: RunTiming,
    /// How long every API call takes; pages and downloads take none.
    pub latency: Duration,
}

/// The local GitHub. Clones share everything.
#[derive(Debug, Clone)]
pub struct GitHub(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    world: Mutex<World>,
    clock: Clock,
    token: String,
    /// The one App, once it is registered.
    app: OnceLock<App>,
    used: headers::Used,
    timing: Mutex<RunTiming>,
    latency: Duration,
    calls: Mutex<BTreeMap<&'static str, u64>>,
    faults: Faults,
    judge: Judge,
    limits: Mutex<Option<Limits>>,
    /// What runs leave in place of their results, by repository.
    uploads: Mutex<BTreeMap<u64, Vec<Upload>>>,
    hooks: Hooks,
}

impl GitHub {
    /// Opens the GitHub that `documents` hold; the templates are made when they are not there.
    pub fn open(
        documents: Documents,
        clock: Clock,
        settings: Settings,
    ) -> Result<Self, DocumentsError> {
        let mut world = World::load(documents)?;
        templates::seed(&mut world)?;
        Ok(Self(Arc::new(Inner {
            world: Mutex::new(world),
            clock,
            token: settings.token,
            app: OnceLock::new(),
            used: headers::Used::default(),
            timing: Mutex::new(settings.timing),
            latency: settings.latency,
            calls: Mutex::default(),
            faults: Faults::default(),
            judge: Judge::default(),
            limits: Mutex::default(),
            uploads: Mutex::default(),
            hooks: Hooks::default(),
        })))
    }

    /// The API and the pages.
    pub fn router(&self) -> Router {
        Router::new()
            .merge(self.repository_routes())
            .merge(self.actions_routes())
            .merge(self.app_routes())
            .route("/user", self.call("GET user", get(accounts::me)))
            .route("/user/{id}", self.call("GET user by id", get(accounts::by_id)))
            .route("/users/{login}", self.call("GET user by login", get(accounts::by_login)))
            .route("/_archives/{artifact}", get(downloads::archive))
            .route("/_faults", get(control::show).post(control::add).delete(control::clear))
            .route("/", get(pages::index::show))
            .route("/_/{owner}/{repository}", get(pages::repository::show))
            .fallback(routes::unknown)
            .method_not_allowed_fallback(routes::unknown)
            .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
            .with_state(self.clone())
    }

    fn repository_routes(&self) -> Router<Self> {
        let collaborator = self
            .call("PUT collaborator", put(accounts::invite))
            .merge(self.call("GET collaborator", get(accounts::is_collaborator)))
            .merge(self.call("DELETE collaborator", delete(accounts::remove)));
        let contents = self
            .call("GET contents", get(contents::read))
            .merge(self.call("PUT contents", put(contents::write)));
        let root = || self.call("GET contents", get(contents::root));
        let by_id = self.call("GET repository by id", get(repositories::by_id));
        let compare = self.call("GET compare", get(comparisons::compare));
        let repository = self
            .call("GET repository", get(repositories::by_name))
            .merge(self.call("PATCH repository", patch(upkeep::change)))
            .merge(self.call("DELETE repository", delete(upkeep::delete)));
        let paths = |rest: &str| format!("/repos/{{owner}}/{{repository}}{rest}");
        Router::new()
            .route("/repositories/{id}", by_id)
            .route(&paths(""), repository)
            .route(
                &paths("/collaborators/{login}/permission"),
                self.call("GET permission", get(rights::permission)),
            )
            .route(
                &paths("/invitations/{invitation}"),
                self.call("PATCH invitation", patch(rights::change_invitation)),
            )
            .route(&paths("/generate"), self.call("POST generate", post(repositories::generate)))
            .route(&paths("/branches/{*name}"), self.call("GET branch", get(git::branch)))
            .route(&paths("/contents"), root())
            .route(&paths("/contents/"), root())
            .route(&paths("/contents/{*path}"), contents)
            .route(&paths("/git/ref/{*name}"), self.call("GET ref", get(git::reference)))
            .route(&paths("/git/refs"), self.call("POST refs", post(git::create_reference)))
            .route(&paths("/git/trees/{*tree}"), self.call("GET tree", get(git::tree)))
            .route(&paths("/collaborators/{login}"), collaborator)
            .route(
                &paths("/collaborators"),
                self.call("GET collaborators", get(accounts::collaborators)),
            )
            .route(&paths("/invitations"), self.call("GET invitations", get(accounts::invitations)))
            .route(&paths("/compare/{*basehead}"), compare)
    }

    fn actions_routes(&self) -> Router<Self> {
        let paths = |rest: &str| format!("/repos/{{owner}}/{{repository}}/actions{rest}");
        Router::new()
            .route(
                &paths("/workflows/{workflow}/dispatches"),
                self.call("POST dispatches", post(actions::dispatch)),
            )
            .route(
                &paths("/workflows/{workflow}/runs"),
                self.call("GET runs", get(actions::workflow_runs)),
            )
            .route(&paths("/runs/{run}"), self.call("GET run", get(actions::run)))
            .route(
                &paths("/runs/{run}/artifacts"),
                self.call("GET artifacts", get(actions::artifacts)),
            )
            .route(
                &paths("/artifacts/{artifact}/zip"),
                self.call("GET artifact", get(downloads::redirect)),
            )
    }

    /// How often each operation was called since the start, refusals included: `POST generate`,
    /// `GET run`, … as the routes name them. Downloads of archives are not API calls, here as there.
    pub fn calls(&self) -> BTreeMap<String, u64> {
        let calls = lock(&self.0.calls);
        calls.iter().map(|(operation, count)| ((*operation).to_owned(), *count)).collect()
    }

    /// The sum of [`GitHub::calls`].
    pub fn total_calls(&self) -> u64 {
        lock(&self.0.calls).values().sum()
    }

    /// `owner/name` of every repository that is no template, oldest first.
    pub fn repositories(&self) -> Vec<String> {
        let world = self.world();
        world.repositories().filter(|it| !it.is_template).map(Repository::full_name).collect()
    }

    /// How many dispatches were accepted, those before a restart included.
    pub fn dispatches(&self) -> u64 {
        u64::try_from(self.world().runs().count()).unwrap_or(u64::MAX)
    }

    /// How long runs take that are dispatched from now on.
    pub fn set_timing(&self, timing: RunTiming) {
        *lock(&self.0.timing) = timing;
    }

    /// A candidate pushes one file, new or changed, to a branch, new (from the default branch) or
    /// not; answers the SHA of the commit. `repository` is `owner/name`.
    #[expect(clippy::too_many_arguments, reason = "a push names all five, and reads as one line")]
    pub fn push(
        &self,
        repository: &str,
        branch: &str,
        path: &str,
        content: &str,
        message: &str,
    ) -> Result<String, Refusal> {
        let now = self.now();
        let mut world = self.world();
        let repository = named(&world, repository)?.clone();
        repository.writable()?;
        let before = repository.branch(branch).cloned();
        let head = before.as_ref().or(repository.branch(&repository.default_branch));
        let mut files = head.map(|head| world.archive.files_at(head)).unwrap_or_default();
        let blob = world.archive.put(Object::Blob(content.as_bytes().to_vec()))?;
        files.insert(contents::sound_path(path, &files)?, blob);
        let author = Signature {
            name: "Candidate".to_owned(),
            email: "candidate@users.noreply.github.com".to_owned(),
            at: now,
        };
        let new = NewCommit {
            branch: branch.to_owned(),
            files,
            committer: author.clone(),
            author,
            message: message.to_owned(),
        };
        let id = repository.id;
        let after = world.commit(repository, new, now)?;
        let (reference, login) = (format!("refs/heads/{branch}"), "candidate".to_owned());
        let moved = Moved { reference, before, after: after.clone(), login };
        self.tell_push(&world, id, &moved);
        Ok(after.to_string())
    }

    /// Somebody pushes one file to the default branch of `repository` (`owner/name`), if they may.
    pub fn push_as(
        &self,
        login: &str,
        repository: &str,
        path: &str,
        content: &str,
    ) -> Result<String, Refusal> {
        let branch = {
            let world = self.world();
            let repository = named(&world, repository)?;
            if repository.permission_of(login) < Some(Permission::Push) {
                let (login, repository) = (login.to_owned(), repository.full_name());
                return Err(Refusal::PushDenied { login, repository });
            }
            repository.default_branch.clone()
        };
        self.push(repository, &branch, path, content, "Work")
    }

    /// A candidate accepts the invitation to a repository (`owner/name`); 404 when there is none.
    pub fn accept_invitation(&self, repository: &str, login: &str) -> Result<(), Refusal> {
        let mut world = self.world();
        let mut repository = named(&world, repository)?.clone();
        let login = login.to_ascii_lowercase();
        let invitation = repository.invitations.remove(&login);
        let invitation = invitation.filter(|it| !it.is_expired(self.now()));
        let invitation = invitation.ok_or(Refusal::NotFound)?;
        repository.collaborators.insert(login.clone(), invitation.permission);
        world.save_repository(repository.clone())?;
        self.tell("member", || events::member_added(&world, &repository, &login));
        Ok(())
    }

    /// From now on calls are refused that are above the limits of the real GitHub.
    pub fn enforce_limits(&self) {
        lock(&self.0.limits).get_or_insert_default();
    }

    /// The calls that were refused because there were too many, oldest first.
    pub fn limited(&self) -> Vec<Excess> {
        lock(&self.0.limits).as_ref().map(Limits::excesses).unwrap_or_default()
    }

    pub(crate) fn limits(&self) -> MutexGuard<'_, Option<Limits>> {
        lock(&self.0.limits)
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.0.world)
    }

    pub(crate) fn now(&self) -> jiff::Timestamp {
        self.0.clock.now()
    }

    pub(crate) fn timing(&self) -> RunTiming {
        *lock(&self.0.timing)
    }

    pub(crate) fn latency(&self) -> Duration {
        self.0.latency
    }

    pub(crate) fn token(&self) -> &str {
        &self.0.token
    }

    fn faults(&self) -> &Faults {
        &self.0.faults
    }

    fn judge(&self) -> &Judge {
        &self.0.judge
    }

    fn hooks(&self) -> &Hooks {
        &self.0.hooks
    }

    pub(crate) fn count(&self, operation: &'static str) {
        *lock(&self.0.calls).entry(operation).or_default() += 1;
    }
}

fn named<'world>(world: &'world World, full_name: &str) -> Result<&'world Repository, Refusal> {
    let names = full_name.split_once('/');
    names.and_then(|(owner, name)| world.repository(owner, name)).ok_or(Refusal::NotFound)
}

// Every change is written before it is made in memory, so a panic leaves nothing half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod story;
