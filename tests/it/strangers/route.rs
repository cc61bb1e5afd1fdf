//! Every route of the document: whom it is for, and how it is called so that nothing but the caller
//! can be wrong.

use std::collections::BTreeSet;

use http::Method;
use local::issuer::Role;
use local::stack::routes;
use serde_json::Value;
use tests::caller::{Answer, Caller};

/// What anybody may call; a webhook is proven by its signature. The list may only become shorter.
const PUBLIC: [&str; 9] = [
    "GET /health",
    "GET /ready",
    "POST /api/github/webhooks",
    "POST /api/auth/logout",
    "GET /api/openapi.json",
    "GET /docs",
    "GET /docs/{file}",
    // The invite token in the path opens them.
    "GET /api/candidate/github/{token}",
    "POST /api/candidate/github/{token}",
];

/// Everything below this is for whoever shows the admin key; to all others it is not there.
const ADMIN_PREFIX: &str = "/api/admin/";

/// Whom a route is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum For {
    Everybody,
    Recruiters,
    Candidates,
    Admins,
}

/// A way to call a private route: method and path, with every filter, and a body if it takes one.
type Known = (For, &'static str, &'static str);

/// Every private route. One that is missing here fails the walk: say how it is called and what it
/// names.
const PRIVATE: [Known; 19] = [
    (For::Recruiters, "GET /api/auth/me", ""),
    (For::Recruiters, "GET /api/simulations", ""),
    (
        For::Recruiters,
        "POST /api/simulations",
        r#"{"title":"Ledger","role":"Engineer","techStack":"Go","seniority":"Mid"}"#,
    ),
    (For::Recruiters, "GET /api/simulations/{simulationId}", ""),
    (For::Recruiters, "GET /api/simulations/{simulationId}/candidates", ""),
    (
        For::Recruiters,
        "POST /api/simulations/{simulationId}/invite",
        r#"{"candidateName":"Zoe","inviteEmail":"zoe@example.com"}"#,
    ),
    (
        For::Recruiters,
        "POST /api/simulations/{simulationId}/candidates/{candidateSessionId}/invite/resend",
        "",
    ),
    (
        For::Recruiters,
        "GET /api/submissions?candidateSessionId={candidateSessionId}&simulationId={simulationId}&taskId={taskId}",
        "",
    ),
    (For::Recruiters, "GET /api/submissions/{submissionId}", ""),
    (For::Recruiters, "POST /api/submissions/{submissionId}/examination", ""),
    (For::Candidates, "GET /api/candidate/invites", ""),
    (For::Candidates, "GET /api/candidate/session/{token}", ""),
    (For::Candidates, "POST /api/candidate/session/{token}/claim", ""),
    (For::Candidates, "GET /api/candidate/session/{candidateSessionId}/current_task", ""),
    (For::Candidates, "POST /api/tasks/{taskId}/codespace/init", r#"{"githubUsername":"octocat"}"#),
    (For::Candidates, "GET /api/tasks/{taskId}/codespace/status", ""),
    (For::Candidates, "POST /api/tasks/{taskId}/run", "{}"),
    (For::Candidates, "GET /api/tasks/{taskId}/run/{runId}", ""),
    (For::Candidates, "POST /api/tasks/{taskId}/submit", r#"{"contentText":"Well thought out."}"#),
];

/// What a call can name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Name {
    Simulation,
    Session,
    Token,
    Task,
    Run,
    Submission,
}

impl Name {
    const ALL: [Self; 6] =
        [Self::Simulation, Self::Session, Self::Token, Self::Task, Self::Run, Self::Submission];

    /// How a path calls it.
    const fn placeholder(self) -> &'static str {
        match self {
            Self::Simulation => "{simulationId}",
            Self::Session => "{candidateSessionId}",
            Self::Token => "{token}",
            Self::Task => "{taskId}",
            Self::Run => "{runId}",
            Self::Submission => "{submissionId}",
        }
    }
}

/// One of each thing that a call can name.
#[derive(Debug, Clone)]
pub(super) struct Things {
    pub(super) simulation: u64,
    pub(super) session: u64,
    pub(super) token: String,
    pub(super) task: u64,
    pub(super) run: u64,
    pub(super) submission: u64,
}

impl Things {
    /// Things of the right shape that do not exist.
    pub(super) fn missing() -> Self {
        let nothing = 4_242_424_242_424_242;
        Self {
            simulation: nothing,
            session: nothing,
            token: "x".repeat(43),
            task: nothing,
            run: nothing,
            submission: nothing,
        }
    }

    /// These things, but for one that is taken from `other`.
    pub(super) fn but(&self, name: Name, other: &Self) -> Self {
        let mut things = self.clone();
        match name {
            Name::Simulation => things.simulation = other.simulation,
            Name::Session => things.session = other.session,
            Name::Token => things.token.clone_from(&other.token),
            Name::Task => things.task = other.task,
            Name::Run => things.run = other.run,
            Name::Submission => things.submission = other.submission,
        }
        things
    }

    fn text(&self, name: Name) -> String {
        match name {
            Name::Simulation => self.simulation.to_string(),
            Name::Session => self.session.to_string(),
            Name::Token => self.token.clone(),
            Name::Task => self.task.to_string(),
            Name::Run => self.run.to_string(),
            Name::Submission => self.submission.to_string(),
        }
    }
}

/// A route, and how it is called.
#[derive(Debug, Clone)]
pub(super) struct Route {
    pub(super) access: For,
    call: String,
    body: &'static str,
}

impl Route {
    /// Whose token opens it, if a token does.
    pub(super) const fn role(&self) -> Option<Role> {
        match self.access {
            For::Recruiters => Some(Role::Recruiter),
            For::Candidates => Some(Role::Candidate),
            For::Everybody | For::Admins => None,
        }
    }

    /// Whether it changes what is stored when its owner calls it.
    pub(super) fn writes(&self) -> bool {
        !self.call.starts_with("GET ")
    }

    /// What a call names, in the path, in the query or in the session header.
    pub(super) fn names(&self) -> Vec<Name> {
        let seated = self.call.contains(" /api/tasks/");
        let named = |name: &Name| {
            self.call.contains(name.placeholder()) || seated && *name == Name::Session
        };
        Name::ALL.into_iter().filter(named).collect()
    }

    /// Calls it as `who`, naming `things`.
    pub(super) async fn call(&self, who: &Caller, things: &Things) -> Answer {
        let fill = |call: String, name: Name| call.replace(name.placeholder(), &things.text(name));
        let call = Name::ALL.into_iter().fold(self.call.clone(), fill);
        let (method, path) = call.split_once(' ').unwrap();
        let method: Method = method.parse().unwrap();
        let request = who.on(things.session).request(method, path);
        let request = match self.body {
            "" => request,
            body => request.header("content-type", "application/json").body(body),
        };
        who.send(request).await
    }
}

/// A method and a path without what its parameters are called.
fn shape(call: &str) -> String {
    let path = call.split('?').next().unwrap();
    let parts = path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// Method and path of every operation, by the document that the routers themselves write.
fn documented() -> Vec<String> {
    let document = serde_json::to_value(routes().document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let calls = |(path, item): (&String, &Value)| {
        let methods = item.as_object().unwrap().keys().map(|method| method.to_uppercase());
        methods.map(|method| format!("{method} {path}")).collect::<Vec<_>>()
    };
    paths.iter().flat_map(calls).collect()
}

/// Every route there is.
pub(super) fn all() -> Vec<Route> {
    documented().iter().map(|call| route(call)).collect()
}

/// Every route that a token opens.
pub(super) fn private() -> Vec<Route> {
    all().into_iter().filter(|route| route.role().is_some()).collect()
}

fn route(call: &str) -> Route {
    let (_, path) = call.split_once(' ').unwrap();
    if PUBLIC.contains(&call) {
        return Route { access: For::Everybody, call: call.to_owned(), body: "" };
    }
    if path.starts_with(ADMIN_PREFIX) {
        let parts = call.split('/').map(|part| if part.starts_with('{') { "1" } else { part });
        let call = parts.collect::<Vec<_>>().join("/");
        return Route { access: For::Admins, call, body: "{}" };
    }
    let known = PRIVATE.iter().find(|(_, known, _)| shape(known) == shape(call));
    assert!(known.is_some(), "{call} is new: say in PRIVATE who may call it, and how");
    let (access, call, body) = known.unwrap();
    Route { access: *access, call: (*call).to_owned(), body }
}

#[test]
fn every_route_is_known_and_nothing_is_known_that_is_no_route() {
    let documented: BTreeSet<String> = documented().iter().map(|call| shape(call)).collect();
    let admin = |call: &String| call.contains(&format!(" {ADMIN_PREFIX}"));
    let known = PRIVATE.iter().map(|(_, call, _)| shape(call));
    let known: BTreeSet<String> = known.chain(PUBLIC.map(shape)).collect();

    let told: BTreeSet<String> = documented.into_iter().filter(|call| !admin(call)).collect();
    assert_eq!(told, known);
}
