//! The way to a route of each group, through all that stands before it, as far as it needs no table.

use axum::Router;
use axum::body::Body;
use criterion::Criterion;
use http::Request;
use http_body_util::BodyExt;
use jiff::Timestamp;
use shared::http::routes::Routes;
use shared::http::serve::service;
use tokio::runtime::{Builder, Runtime};
use tower::ServiceExt;

use crate::place;

/// A request each, and what it is answered.
const ASKED: [(&str, &str, &str, u16); 9] = [
    ("health", "GET", "/health", 200),
    ("simulations", "GET", "/api/simulations/7/candidates", 401),
    ("candidates", "GET", "/api/candidate/invites", 401),
    ("tasks", "POST", "/api/tasks/7/submit", 401),
    ("submissions", "GET", "/api/submissions/7", 401),
    ("admin", "GET", "/api/admin/jobs", 404),
    ("webhooks", "POST", "/api/github/webhooks", 404),
    ("nowhere", "GET", "/api/nowhere/at/all", 404),
    ("another method", "DELETE", "/api/simulations", 405),
];

/// All routes of Tenon, as its development stack and its tests mount them.
pub(crate) fn routes() -> Routes {
    auth::router()
        .merge(simulations::router())
        .merge(candidates::router())
        .merge(tasks::router())
        .merge(submissions::router())
        .merge(admin::router())
        .merge(webhooks::router())
}

/// What runs requests: one thread, as in a function.
pub(crate) fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// The status and the length of the body that `routes` answer `request` with.
pub(crate) async fn answered(routes: &Router, request: Request<Body>) -> (u16, usize) {
    let answer = routes.clone().oneshot(request).await.unwrap();
    let status = answer.status().as_u16();
    (status, answer.into_body().collect().await.unwrap().to_bytes().len())
}

pub(crate) fn all(criterion: &mut Criterion) {
    let runtime = runtime();
    let app = runtime.block_on(place::app(Timestamp::UNIX_EPOCH));
    let routes = service(routes(), app);
    let mut group = criterion.benchmark_group("route");
    for (name, method, path, status) in ASKED {
        let asked = || {
            let request = Request::builder().method(method).uri(path);
            answered(&routes, request.body(Body::empty()).unwrap())
        };
        let (answer, _length) = runtime.block_on(asked());
        assert_eq!(answer, status, "{method} {path}");
        group.bench_function(name, |it| it.to_async(&runtime).iter(asked));
    }
    group.finish();
}
