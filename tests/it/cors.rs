//! Which pages may read our answers.

use http::Method;
use tests::caller::{Answer, Caller};
use tests::problem::problem;
use tests::story::Story;
use tests::work::simulation_body;

const NAMED: &str = "https://app.example.com";
const MATCHED: &str = "https://preview-7.example.org";
const CORS_HEADERS: [&str; 6] = [
    "access-control-allow-origin",
    "access-control-allow-credentials",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-expose-headers",
    "access-control-max-age",
];
const EXPOSED: &str =
    "ETag, Retry-After, RateLimit, RateLimit-Policy, Link, x-tenon-request-id, Idempotent-Replayed";

async fn story() -> Story {
    Story::with(&[
        ("TENON_CORS_ALLOW_ORIGINS", NAMED),
        ("TENON_CORS_ALLOW_ORIGIN_REGEX", r"https://preview-\d+\.example\.org"),
        ("TENON_MAX_REQUEST_BODY_BYTES", "2000"),
    ])
    .await
}

/// What a browser asks before `method` on `path`.
async fn preflight(who: &Caller, path: &str, origin: &str) -> Answer {
    let request = who
        .request(Method::OPTIONS, path)
        .header("origin", origin)
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "authorization,content-type,x-anything");
    who.send(request).await
}

async fn get_from(who: &Caller, path: &str, origin: &str) -> Answer {
    who.send(who.request(Method::GET, path).header("origin", origin)).await
}

/// The CORS headers there are.
fn shared(answer: &Answer) -> Vec<(&str, &str)> {
    let found = |name: &&'static str| Some((*name, answer.header(name)?));
    CORS_HEADERS.iter().filter_map(found).collect()
}

fn readable(origin: &str) -> Vec<(&str, &str)> {
    vec![
        ("access-control-allow-origin", origin),
        ("access-control-allow-credentials", "true"),
        ("access-control-expose-headers", EXPOSED),
    ]
}

#[tokio::test]
async fn a_preflight_of_an_allowed_origin_is_granted_what_it_asks_for() {
    let story = story().await;
    let nobody = story.nobody();

    for (path, origin) in [
        ("/api/simulations", NAMED),
        ("/api/simulations/", MATCHED),
        ("/api/tasks/1/submit", NAMED),
        ("/nowhere", NAMED),
    ] {
        let answer = preflight(&nobody, path, origin).await;
        assert_eq!(answer.status, 204, "{path}");
        let expected = [
            ("access-control-allow-origin", origin),
            ("access-control-allow-credentials", "true"),
            ("access-control-allow-methods", "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"),
            ("access-control-allow-headers", "authorization,content-type,x-anything"),
            ("access-control-expose-headers", EXPOSED),
            ("access-control-max-age", "600"),
        ];
        assert_eq!(shared(&answer), expected, "{path}");
        assert_eq!(answer.header("allow"), None);
        let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
        assert_eq!(vary, ["Access-Control-Request-Headers", "Origin"]);
    }
}

#[tokio::test]
async fn a_preflight_of_another_origin_is_refused() {
    let story = story().await;
    let expected = problem(400, "Bad Request", "ORIGIN_NOT_ALLOWED", "Disallowed CORS origin");

    for origin in [
        "https://evil.example.com",
        "http://app.example.com",
        "https://app.example.com:8443",
        "https://app.example.com.evil.com",
        "https://preview-7.example.org.evil.com",
        "https://evil.com/?https://preview-7.example.org",
        "https://preview-.example.org",
        "HTTPS://APP.EXAMPLE.COM",
        "null",
        "*",
        "",
    ] {
        let answer = preflight(&story.nobody(), "/api/simulations", origin).await;
        assert_eq!(answer.problem(), expected, "{origin}");
        assert_eq!((shared(&answer), answer.header("vary")), (vec![], Some("Origin")), "{origin}");
    }
}

#[tokio::test]
async fn a_page_of_an_allowed_origin_may_read_whatever_is_answered() {
    let story = story().await;
    let (recruiter, nobody) = (story.recruiter(1), story.nobody());
    let large = recruiter.request(Method::POST, "/api/simulations").header("origin", NAMED);
    let large = recruiter.send(large.body(vec![b' '; 2_001])).await;
    let answers = [
        (200, get_from(&recruiter, "/api/simulations", NAMED).await),
        (401, get_from(&nobody, "/api/simulations", NAMED).await),
        (404, get_from(&nobody, "/nowhere", NAMED).await),
        (405, get_from(&nobody, "/api/auth/logout", NAMED).await),
        (422, get_from(&recruiter, "/api/simulations/x", NAMED).await),
        (413, large),
    ];

    for (status, answer) in &answers {
        assert_eq!(answer.status, *status);
        assert_eq!((shared(answer), answer.header("vary")), (readable(NAMED), Some("Origin")));
    }
    let matched = get_from(&recruiter, "/api/simulations", MATCHED).await;
    assert_eq!(shared(&matched), readable(MATCHED));
}

#[tokio::test]
async fn a_request_of_another_origin_is_served_and_its_page_cannot_read_the_answer() {
    let story = story().await;
    let recruiter = story.recruiter(1);

    let listed = get_from(&recruiter, "/api/simulations", "https://evil.example.com").await;
    let request = recruiter.request(Method::POST, "/api/simulations").json(&simulation_body());
    let made = recruiter.send(request.header("origin", "https://evil.example.com")).await;
    let without = recruiter.get("/api/simulations").await;

    assert_eq!((listed.status, made.status, without.status), (200, 201, 200));
    for answer in [&listed, &made, &without] {
        assert_eq!((shared(answer), answer.header("vary")), (vec![], Some("Origin")));
    }
}

#[tokio::test]
async fn without_a_setting_only_the_development_client_is_allowed() {
    let story = Story::begin().await;
    let nobody = story.nobody();

    for origin in ["http://localhost:3000", "http://127.0.0.1:3000"] {
        assert_eq!(preflight(&nobody, "/health", origin).await.status, 204, "{origin}");
    }
    assert_eq!(preflight(&nobody, "/health", "http://localhost:3001").await.status, 400);
}
