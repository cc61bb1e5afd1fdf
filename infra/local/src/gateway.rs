//! What API Gateway does, where all functions are one process: it knows which function a path is for.

use axum::Router;
use axum::extract::Request;
use axum::middleware::{Next, from_fn};
use shared::permissions::Notes;

/// The groups of routes: what their paths begin with, and whose they are. `template.yaml` and
/// `cargo lambda watch` have the same ones, which a test compares.
pub const GROUPS: [(&str, &str); 7] = [
    ("/api/admin", "admin"),
    ("/api/auth", "auth"),
    ("/api/candidate", "candidates"),
    ("/api/github/webhooks", "webhooks"),
    ("/api/simulations", "simulations"),
    ("/api/submissions", "submissions"),
    ("/api/tasks", "tasks"),
];

/// The function that gets everything else.
pub const DEFAULT: &str = "auth";

/// The function that `path` is for.
pub fn function_of(path: &str) -> &'static str {
    let is_of = |group: &str| {
        let rest = path.strip_prefix(group);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    GROUPS.iter().find(|(group, _)| is_of(group)).map_or(DEFAULT, |(_, function)| function)
}

/// The same service, which keeps in `notes` what each function asks of AWS.
pub(crate) fn noting(service: Router, notes: &Notes) -> Router {
    let notes = notes.clone();
    service.layer(from_fn(move |request: Request, next: Next| {
        let notes = notes.clone();
        async move { notes.of(function_of(request.uri().path()), next.run(request)).await }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_its_groups_and_every_other_one_is_the_default() {
        let functions = ["/api/tasks", "/api/tasks/", "/api/tasks/1/run"].map(function_of);
        let others = ["/", "/health", "/api", "/api/taskss", "/api/github"].map(function_of);
        assert_eq!(functions, ["tasks"; 3]);
        assert_eq!(others, ["auth"; 5]);
        assert_eq!(function_of("/api/github/webhooks"), "webhooks");
    }
}
