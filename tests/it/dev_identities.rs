//! Identities of development: believed on the developer's own machine, and worthless anywhere else.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ConnectInfo;
use http::{Method, Request};
use local::stack::{StackError, routes};
use serde_json::{Value, json};
use shared::app::App;
use shared::config::Config;
use shared::http::serve::service;
use tests::caller::Answer;
use tests::cost::Cost;
use tests::problem::problem;
use tests::story::Story;
use tests::work::simulation_body;
use tower::ServiceExt;

const ME: &str = "/api/auth/me";
const SWITCH: (&str, &str) = ("DEV_AUTH_BYPASS", "1");
const HEADER: &str = "x-dev-user-email";
const HERE: &str = "127.0.0.1:5000";

async fn at_home() -> Story {
    Story::within("local", &[SWITCH]).await.unwrap()
}

fn bad_token() -> Value {
    problem(401, "Unauthorized", "INVALID_TOKEN", "Invalid token header")
}

/// A call of `/api/auth/me` by nobody, with these headers.
async fn call(story: &Story, headers: &[(&str, &str)]) -> Answer {
    let nobody = story.nobody();
    let add = |request: reqwest::RequestBuilder, (name, value): &(&str, &str)| {
        request.header(*name, *value)
    };
    nobody.send(headers.iter().fold(nobody.request(Method::GET, ME), add)).await
}

/// Status and `detail` of the answer of `app` to a call of `/api/auth/me` that comes from `peer`.
async fn answer(app: &App, peer: Option<&str>, headers: &[(&str, &str)]) -> (u16, Value) {
    let add = |request: http::request::Builder, (name, value): &(&str, &str)| {
        request.header(*name, *value)
    };
    let mut request = headers.iter().fold(Request::get(ME), add).body(Body::empty()).unwrap();
    if let Some(peer) = peer {
        let peer: SocketAddr = peer.parse().unwrap();
        request.extensions_mut().insert(ConnectInfo(peer));
    }
    let response = service(routes(), app.clone()).oneshot(request).await.unwrap();
    let status = response.status().as_u16();
    let body = axum::body::to_bytes(response.into_body(), 100_000).await.unwrap();
    (status, serde_json::from_slice::<Value>(&body).unwrap()["detail"].clone())
}

#[tokio::test]
async fn at_home_a_bearer_is_who_it_says() {
    let story = at_home().await;
    let recruiter = story.bearing("recruiter: Recruiter1@Local.TEST");
    let ada = story.bearing("candidate:ada@example.com");

    let me = recruiter.get(ME).await.expect(200);
    assert_eq!(
        (&me["name"], &me["email"]),
        (&json!("Local Recruiter 1"), &json!("recruiter1@local.test"))
    );
    assert_eq!(story.recruiter(1).get(ME).await.expect(200), me);
    let invited = story.invited("ada@example.com").await;
    let claimed = ada.get(&format!("/api/candidate/session/{}", invited.token)).await.expect(200);
    assert_eq!(claimed["candidateSessionId"], invited.session);

    let stored = story.items(&format!("CS#{:016}", invited.session)).await;
    assert!(json!(stored).to_string().contains("dev|ada@example.com"));
    assert_eq!(ada.get(ME).await.refusal().1, "RECRUITER_ACCESS_REQUIRED");
    let refused = recruiter.get("/api/candidate/invites").await;
    assert_eq!(refused.refusal().1, "CANDIDATE_ACCESS_REQUIRED");
}

#[tokio::test]
async fn at_home_a_newcomer_is_made_once_and_belongs_where_the_address_does() {
    let story = at_home().await;
    let newcomer = story.bearing("recruiter:new@local.test");

    let first = newcomer.get(ME).await.expect(200);
    assert_eq!(story.bearing("recruiter:NEW@local.test").get(ME).await.expect(200), first);
    newcomer.post("/api/simulations", simulation_body()).await.expect(201);
    let users = story.items("USER#dev|new@local.test").await;
    assert_eq!(users.len(), 1);
    assert!(users[0].to_string().contains("LocalCo"));
}

#[tokio::test]
async fn at_home_the_header_names_a_recruiter_who_is_known_and_stands_above_any_token() {
    let story = at_home().await;
    let ada = "Bearer candidate:ada@example.com";

    for headers in [
        vec![(HEADER, " Recruiter2@LOCAL.test ")],
        vec![(HEADER, "recruiter2@local.test"), ("authorization", ada)],
        vec![(HEADER, "recruiter2@local.test"), ("authorization", "Bearer nonsense")],
    ] {
        let me = call(&story, &headers).await.expect(200);
        assert_eq!(me["email"], "recruiter2@local.test");
    }
    for unknown in ["nobody@local.test", "no address", "dev|recruiter2@local.test", "\u{fc}@b.co"] {
        let refused = call(&story, &[(HEADER, unknown)]).await;
        let expected = problem(401, "Unauthorized", "DEV_USER_NOT_FOUND", "Dev user not found");
        assert_eq!(refused.problem(), expected, "{unknown}");
    }
    assert_eq!(story.items("USER#").await.len(), 2);
    // Blank is not there, and it is no candidate's.
    assert_eq!(call(&story, &[(HEADER, " ")]).await.refusal().1, "NOT_AUTHENTICATED");
    let nobody = story.nobody();
    let invites = nobody.request(Method::GET, "/api/candidate/invites");
    let refused = nobody.send(invites.header(HEADER, "recruiter2@local.test")).await;
    assert_eq!(refused.refusal().1, "NOT_AUTHENTICATED");
}

#[tokio::test]
async fn at_home_what_names_nobody_is_a_bad_token() {
    let story = at_home().await;

    for bearer in
        ["recruiter:", "recruiter:nobody", "admin:a@b.co", "Recruiter:a@b.co", "recruiter"]
    {
        let refused = story.bearing(bearer).get(ME).await;
        assert_eq!(refused.problem(), bad_token(), "{bearer}");
    }
    assert_eq!(story.recruiter(1).get(ME).await.status, 200);
}

#[tokio::test]
async fn from_anywhere_else_nothing_is_believed() {
    let story = at_home().await;
    let app = &story.stack.app;
    let bearer = [("authorization", "Bearer recruiter:recruiter1@local.test")];
    let header = [(HEADER, "recruiter1@local.test")];
    let only_here = json!("DEV_AUTH_BYPASS only allowed from localhost");

    for peer in [Some(HERE), Some("[::1]:5000")] {
        assert_eq!(answer(app, peer, &bearer).await.0, 200);
        assert_eq!(answer(app, peer, &header).await.0, 200);
    }
    // A function under `cargo lambda watch` does not always learn who called.
    for peer in [None, Some("192.168.1.7:5000"), Some("[2001:db8::1]:5000")] {
        assert_eq!(answer(app, peer, &bearer).await, (401, json!("Invalid token header")));
        assert_eq!(answer(app, peer, &header).await, (403, only_here.clone()));
    }
    for forwarded in ["127.0.0.1", "192.168.1.7", ""] {
        let forwarded = ("x-forwarded-for", forwarded);
        let refused = answer(app, Some(HERE), &[bearer[0], forwarded]).await;
        assert_eq!(refused, (401, json!("Invalid token header")));
        let refused = answer(app, Some(HERE), &[header[0], forwarded]).await;
        assert_eq!(refused, (403, only_here.clone()));
    }
}

#[tokio::test]
async fn without_the_switch_the_bearers_are_bad_tokens_and_the_header_is_not_read() {
    for environment in ["local", "test"] {
        let story = Story::within(environment, &[]).await.unwrap();
        for bearer in ["recruiter:recruiter1@local.test", "candidate:ada@example.com"] {
            let request = story.costing(story.bearing(bearer).get(ME)).await;
            assert_eq!((request.0.problem(), request.1), (bad_token(), Cost::of_table(0)));
        }
        let header = (HEADER, "recruiter1@local.test");
        assert_eq!(call(&story, &[header]).await.refusal().1, "NOT_AUTHENTICATED");
        let away = call(&story, &[header, ("x-forwarded-for", "203.0.113.9")]).await;
        assert_eq!(away.refusal().1, "NOT_AUTHENTICATED");
        let token = story.stack.issuer.token(&local::issuer::Identity::new(
            "grace@example.com",
            local::issuer::Role::Recruiter,
        ));
        let bearer = format!("Bearer {}", token.unwrap());
        let me = call(&story, &[header, ("authorization", &bearer)]).await.expect(200);
        assert_eq!(me["email"], "grace@example.com");
    }
}

#[tokio::test]
async fn in_production_they_are_worthless_even_from_loopback() {
    let story = at_home().await;
    let mut settings = story.stack.settings.clone();
    settings.insert("TENON_ENV".to_owned(), "prod".to_owned());
    settings.remove("DEV_AUTH_BYPASS");
    let production = Config::from_lookup(&|name| settings.get(name).cloned()).unwrap();
    // Nor if the switch were on all the same.
    let forced = Config { dev_identities: true, ..production.clone() };

    for config in [production, forced] {
        let app = story.stack.app.with(|things| things.config = Arc::new(config));
        for bearer in ["recruiter:recruiter1@local.test", "candidate:ada@example.com"] {
            let bearer = format!("Bearer {bearer}");
            let refused = answer(&app, Some(HERE), &[("authorization", &bearer)]).await;
            assert_eq!(refused, (401, json!("Invalid token header")));
        }
        let refused = answer(&app, Some(HERE), &[(HEADER, "recruiter1@local.test")]).await;
        assert_eq!(refused, (401, json!("Not authenticated")));
    }
}

#[tokio::test]
async fn a_process_with_the_switch_on_does_not_start_anywhere_but_locally() {
    for (environment, value) in [("prod", "1"), ("test", "1"), ("prod", "true"), ("test", "TRUE")] {
        let started = Story::within(environment, &[(SWITCH.0, value)]).await;
        let refused = started.err().map(|error| match error {
            StackError::Config(errors) => errors.0,
            other => vec![other.to_string()],
        });
        let told = "DEV_AUTH_BYPASS may only be on with TENON_ENV=local".to_owned();
        assert_eq!(refused, Some(vec![told]), "{environment} {value}");
    }
}
