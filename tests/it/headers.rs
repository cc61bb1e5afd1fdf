//! What every answer says of itself; methods and forms of paths.

use axum::body::Body;
use http::{Method, Request};
use shared::app::App;
use shared::config::Config;
use shared::http::serve::service;
use shared::mint::Mint;
use tests::caller::Answer;
use tests::problem::problem;
use tests::story::Story;
use tests::work::simulation_body;
use tower::ServiceExt;

/// The headers of every answer that does not say otherwise.
fn protected(answer: &Answer) -> [Option<&str>; 5] {
    [
        "x-content-type-options",
        "referrer-policy",
        "content-security-policy",
        "cache-control",
        "strict-transport-security",
    ]
    .map(|name| answer.header(name))
}

const EXPECTED: [Option<&str>; 5] = [
    Some("nosniff"),
    Some("no-referrer"),
    Some("default-src 'none'; frame-ancestors 'none'"),
    Some("no-store"),
    None,
];

#[tokio::test]
async fn no_answer_is_kept_sniffed_framed_or_told_on() {
    let story = Story::begin().await;
    let (recruiter, nobody) = (story.recruiter(1), story.nobody());
    let (invited, ada) = story.claimed("ada@example.com").await;
    let task = story.current_task(&ada, invited.session).await;
    let answers = [
        (200, nobody.get("/health").await),
        (204, nobody.post_nothing("/api/auth/logout").await),
        (200, recruiter.get("/api/auth/me").await),
        (201, recruiter.post("/api/simulations", simulation_body()).await),
        // The GETs that change something above all.
        (200, ada.get(&format!("/api/candidate/session/{}", invited.token)).await),
        (200, ada.get(&format!("/api/candidate/session/{}/current_task", invited.session)).await),
        (404, ada.get(&format!("/api/tasks/{task}/codespace/status")).await),
        (401, nobody.get("/api/simulations").await),
        (404, nobody.get("/nowhere").await),
        (405, nobody.get("/api/auth/logout").await),
        (422, recruiter.post("/api/simulations", simulation_body()["title"].clone()).await),
        (204, nobody.send(nobody.request(Method::OPTIONS, "/health")).await),
    ];

    for (status, answer) in &answers {
        assert_eq!((answer.status, protected(answer)), (*status, EXPECTED));
        assert_eq!(answer.header("server"), None);
        assert!(answer.header("x-tenon-request-id").is_some());
    }
}

#[tokio::test]
async fn in_production_a_browser_comes_back_only_by_https() {
    let story = Story::begin().await;
    let mut settings = story.stack.settings.clone();
    settings.insert("TENON_ENV".to_owned(), "prod".to_owned());
    let config = Config::from_lookup(&|name| settings.get(name).cloned()).unwrap();
    let app = App::new(config, story.clock.clone(), Mint::System).await.unwrap();
    let service = service(local::stack::routes(), app);

    let request = Request::get("/health").body(Body::empty()).unwrap();
    let answer = service.oneshot(request).await.unwrap();

    assert_eq!(answer.headers()["strict-transport-security"], "max-age=31536000");
}

#[tokio::test]
async fn head_says_what_get_says_without_the_body() {
    let story = Story::begin().await;
    let (recruiter, nobody) = (story.recruiter(1), story.nobody());
    let simulation = story.simulation().await;

    for path in [
        "/health".to_owned(),
        "/api/simulations".to_owned(),
        format!("/api/simulations/{simulation}"),
        "/api/simulations/7".to_owned(),
        "/nowhere".to_owned(),
    ] {
        let request = |method| {
            recruiter
                .request(method, &path)
                .header("x-tenon-request-id", "5d0f4f0e-6d3d-4f5c-8a53-0c1a1f1f2b11")
        };
        let got = recruiter.send(request(Method::GET)).await;
        let head = request(Method::HEAD).send().await.unwrap();

        let without_date = |headers: &http::HeaderMap| {
            let mut headers = headers.clone();
            headers.remove("date");
            headers
        };
        assert_eq!(head.status().as_u16(), got.status, "{path}");
        assert_eq!(without_date(head.headers()), without_date(&got.headers), "{path}");
        assert!(got.header("content-length").is_some_and(|length| length != "0"), "{path}");
        assert_eq!(head.bytes().await.unwrap().len(), 0, "{path}");
    }
    let head = nobody.send(nobody.request(Method::HEAD, "/api/auth/logout")).await;
    assert_eq!((head.status, head.header("allow")), (405, Some("OPTIONS, POST")));
}

#[tokio::test]
async fn a_method_that_a_path_does_not_know_is_told_those_it_knows() {
    let story = Story::begin().await;
    let (recruiter, nobody) = (story.recruiter(1), story.nobody());
    let expected = problem(405, "Method Not Allowed", "METHOD_NOT_ALLOWED", "Method Not Allowed");
    let methods =
        [Method::PUT, Method::DELETE, Method::PATCH, Method::TRACE, "PROPFIND".parse().unwrap()];

    for (path, allowed) in [
        ("/health", "GET, HEAD, OPTIONS"),
        ("/api/auth/logout", "OPTIONS, POST"),
        ("/api/simulations", "GET, HEAD, OPTIONS, POST"),
        ("/api/simulations/", "GET, HEAD, OPTIONS, POST"),
        ("/api/tasks/1/run", "OPTIONS, POST"),
        ("/api/candidate/session/x", "GET, HEAD, OPTIONS"),
    ] {
        for method in &methods {
            let refused = nobody.send(nobody.request(method.clone(), path)).await;
            assert_eq!(refused.problem(), expected, "{method} {path}");
            assert_eq!(refused.header("allow"), Some(allowed), "{method} {path}");
        }
        let options = nobody.send(nobody.request(Method::OPTIONS, path)).await;
        assert_eq!((options.status, options.header("allow")), (204, Some(allowed)), "{path}");
        assert_eq!(options.header("content-type"), None);
    }
    let options = nobody.send(nobody.request(Method::OPTIONS, "/nowhere")).await;
    assert_eq!(options.refusal(), (404, "NOT_FOUND", "Not Found"));
    // What is refused for another reason tells nothing of a path.
    assert_eq!(recruiter.get("/api/simulations").await.header("allow"), None);
    assert_eq!(nobody.get("/api/simulations").await.header("allow"), None);
}
