//! Whole reads of a warm process: the token is verified, the SDK signs its calls and reads the answers,
//! rows are made of them, and JSON of the rows. Only the table is not there: it answers at once.

use axum::Router;
use axum::body::Body;
use criterion::Criterion;
use http::Request;
use http::header::AUTHORIZATION;
use jiff::Timestamp;
use shared::auth::principal::{Gate, Unsaid};
use shared::http::serve::service;

use crate::desk::{DESK, GOOD_CLAIMS, GOOD_HEADER, NOW};
use crate::routing::{answered, routes, runtime};
use crate::table::Canned;
use crate::{place, rows};

const PATHS: [(&str, &str); 4] = [
    ("who am I", "/api/auth/me"),
    ("a simulation", "/api/simulations/244525094000001"),
    ("50 simulations", "/api/simulations?limit=50"),
    ("50 candidates", "/api/simulations/244525094000001/candidates?limit=50"),
];

pub(crate) fn all(criterion: &mut Criterion) {
    let runtime = runtime();
    let routes = runtime.block_on(furnished());
    let bearer = format!("Bearer {}", DESK.signed(GOOD_HEADER, GOOD_CLAIMS));
    let mut group = criterion.benchmark_group("read");
    for (name, path) in PATHS {
        let asked = || {
            let request = Request::builder().uri(path).header(AUTHORIZATION, &bearer);
            answered(&routes, request.body(Body::empty()).unwrap())
        };
        let (status, length) = runtime.block_on(asked());
        assert_eq!(status, 200, "{path}");
        group.bench_function(format!("{name}, {length} bytes"), |it| {
            it.to_async(&runtime).iter(asked);
        });
    }
    group.finish();
}

/// All routes, over a table with a recruiter, their simulations and the candidates of one.
async fn furnished() -> Router {
    let now = Timestamp::from_second(NOW).unwrap();
    let simulations: Vec<_> = (1..=50).map(rows::simulation).collect();
    let sessions: Vec<_> = (1..=50).map(rows::session).collect();
    let table = Canned::empty()
        .one("\"USER#", &rows::user())
        .page(("\"RECRUITER#", "GSI1SK"), &simulations)
        .page((":pk\":{\"S\":\"SIM#", "GSI1SK"), &sessions)
        .one("\"SIM#", &rows::simulation(1));
    let app = place::app(now).await;
    let (store, mint) = (table.store(app.clock.clone()), app.mint.clone());
    let gate = Gate::new(DESK.verifier(), Unsaid::Verified, store.clone(), mint);
    service(routes(), app.with(|things| (things.store, things.gate) = (store, gate)))
}
