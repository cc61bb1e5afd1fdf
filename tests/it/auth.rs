//! Who is calling, and what everybody is told who asks for what is not there.

use http::Method;
use local::issuer::{Identity, Role};
use serde_json::json;
use tests::cost::Cost;
use tests::problem::problem;
use tests::story::Story;
use tests::together::together;
use tests::work::simulation_body;

const REQUEST_ID: &str = "x-tenon-request-id";

#[tokio::test]
async fn anybody_may_ask_whether_the_service_is_up_and_learns_nothing_else() {
    let story = Story::begin().await;
    let nobody = story.nobody();

    let (health, cost) = story.costing(nobody.get("/health")).await;

    assert_eq!((health.status, &health.body), (200, &json!({ "status": "ok" })));
    assert_eq!(health.header("content-type"), Some("application/json"));
    assert_eq!(cost, Cost::of_table(0));
}

#[tokio::test]
async fn a_recruiter_is_known_by_the_same_number_every_time() {
    let story = Story::begin().await;
    let grace = story.person("Grace@Example.com", Role::Recruiter);

    let first = grace.get("/api/auth/me").await.expect(200);
    let again = grace.get("/api/auth/me").await.expect(200);
    story.clock.advance(jiff::SignedDuration::from_mins(6));
    let later = grace.get("/api/auth/me").await.expect(200);
    let other = story.recruiter(1).get("/api/auth/me").await.expect(200);

    let id = first["id"].as_u64().unwrap();
    assert_eq!(
        first,
        json!({ "id": id, "name": "Grace", "email": "grace@example.com", "role": "recruiter" })
    );
    assert_eq!((&again, &later), (&first, &first));
    assert_eq!(
        other,
        json!({
            "id": other["id"],
            "name": "Local Recruiter 1",
            "email": "recruiter1@local.test",
            "role": "recruiter",
        })
    );
    assert_ne!(other["id"], first["id"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_first_calls_at_once_make_one_account() {
    let story = Story::begin().await;
    let grace = story.person("grace@example.com", Role::Recruiter);

    let calls = (0..10).map(|_| {
        let grace = grace.clone();
        async move { grace.get("/api/auth/me").await }
    });
    let answers = together(calls).await;

    let known: Vec<_> = answers.into_iter().map(|answer| answer.expect(200)).collect();
    assert!(known.iter().all(|me| *me == known[0]), "{known:?}");
    assert_eq!(story.items("USER#auth0|").await.len(), 1);
}

#[tokio::test]
async fn a_recruiter_belongs_to_the_company_of_a_verified_domain_and_else_to_their_own() {
    let story = Story::begin().await;
    let newcomer = Identity::new("newcomer@local.test", Role::Recruiter);
    let unverified = Identity { email_verified: false, ..newcomer.clone() };
    let unverified = Identity { sub: Some("auth0|unverified".to_owned()), ..unverified };
    let stranger = Identity::new("grace@example.com", Role::Recruiter);
    let candidate = story.candidate("ada@example.com");

    for (who, company) in [(newcomer, "LocalCo"), (unverified, "newcomer"), (stranger, "grace")] {
        let recruiter = story.identified(&who);
        let made = recruiter.post("/api/simulations", simulation_body()).await.expect(201);
        let body = json!({ "candidateName": "Ada", "inviteEmail": "ada@example.com" });
        let invite = format!("/api/simulations/{}/invite", made["id"]);
        let session = recruiter.post(&invite, body).await.expect(200)["candidateSessionId"].clone();

        let listed = candidate.get("/api/candidate/invites").await.expect(200);
        let mut rows = listed.as_array().unwrap().iter();
        let seen = rows.find(|row| row["candidateSessionId"] == session).unwrap();
        assert_eq!(seen["companyName"], company);
    }
}

#[tokio::test]
async fn a_good_token_without_the_permission_is_refused() {
    let story = Story::begin().await;

    let refused = story.candidate("ada@example.com").get("/api/auth/me").await;

    let detail = "Recruiter access required";
    assert_eq!(refused.problem(), problem(403, "Forbidden", "RECRUITER_ACCESS_REQUIRED", detail));
    assert_eq!(refused.header("www-authenticate"), None);
}

#[tokio::test]
async fn logging_out_says_nothing_and_leaves_nothing_in_a_cache() {
    let story = Story::begin().await;
    let nobody = story.nobody();

    let bye = nobody.post_nothing("/api/auth/logout").await;
    let wrong = nobody.get("/api/auth/logout").await;

    assert_eq!((bye.status, &bye.body), (204, &json!(null)));
    assert_eq!(bye.header("cache-control"), Some("no-store"));
    assert_eq!(bye.header("pragma"), Some("no-cache"));
    assert_eq!(bye.header("set-cookie"), None);
    assert_eq!(wrong.header("allow"), Some("OPTIONS, POST"));
    let detail = "Method Not Allowed";
    assert_eq!(wrong.problem(), problem(405, detail, "METHOD_NOT_ALLOWED", detail));
}

#[tokio::test]
async fn a_request_without_a_good_token_is_told_how_to_authenticate() {
    let story = Story::begin().await;
    let nobody = story.nobody();
    let good = story.stack.issuer.token(&Identity::new("a@b.co", Role::Recruiter)).unwrap();
    let lower_case = format!("bearer {good}");
    let cases = [
        (None, "NOT_AUTHENTICATED", "Not authenticated"),
        (Some("Basic YTpi"), "NOT_AUTHENTICATED", "Not authenticated"),
        (Some("Bearer "), "NOT_AUTHENTICATED", "Not authenticated"),
        (Some("Bearer nonsense"), "INVALID_TOKEN", "Invalid token header"),
        // The shorthand of development, which counts only where it is switched on.
        (Some("Bearer recruiter:grace@example.com"), "INVALID_TOKEN", "Invalid token header"),
    ];

    for (header, code, detail) in cases {
        let mut request = nobody.request(Method::GET, "/api/auth/me");
        if let Some(header) = header {
            request = request.header("authorization", header);
        }
        let refused = nobody.send(request).await;

        assert_eq!(refused.problem(), problem(401, "Unauthorized", code, detail), "{header:?}");
        assert_eq!(refused.header("www-authenticate"), Some("Bearer realm=\"tenon\""));
    }
    let request = nobody.request(Method::GET, "/api/auth/me").header("authorization", lower_case);
    assert_eq!(nobody.send(request).await.status, 200);
}

#[tokio::test]
async fn a_path_that_does_not_exist_and_a_method_that_a_path_does_not_know_are_told_apart() {
    let story = Story::begin().await;
    let nobody = story.nobody();

    for path in ["/", "/api", "/api/nothing", "/api/auth", "/api/simulations/1/nothing"] {
        let unknown = nobody.get(path).await;
        assert_eq!(
            unknown.problem(),
            problem(404, "Not Found", "NOT_FOUND", "Not Found"),
            "{path}"
        );
        assert_eq!(unknown.header("content-type"), Some("application/json"));
    }
    let unknown = nobody.send(nobody.request(Method::PUT, "/api/simulations")).await;
    let detail = "Method Not Allowed";
    assert_eq!(unknown.problem(), problem(405, detail, "METHOD_NOT_ALLOWED", detail));
    let allow = unknown.header("allow").unwrap_or_default();
    assert!(["GET", "POST"].iter().all(|method| allow.contains(method)), "{allow}");
}

#[tokio::test]
async fn an_error_is_problem_json_only_for_who_asks_for_it() {
    let story = Story::begin().await;
    let nobody = story.nobody();
    let asked = [
        ("application/problem+json", "application/problem+json"),
        ("application/json, Application/Problem+JSON;q=0.9", "application/problem+json"),
        ("application/json", "application/json"),
        ("*/*", "application/json"),
    ];

    for (accept, served) in asked {
        let request = nobody.request(Method::GET, "/api/auth/me").header("accept", accept);
        let refused = nobody.send(request).await;
        assert_eq!(refused.header("content-type"), Some(served), "{accept}");
        assert_eq!(refused.body["status"], 401);
    }
}

#[tokio::test]
async fn a_request_keeps_the_id_it_came_with_if_that_is_a_uuid() {
    let story = Story::begin().await;
    let nobody = story.nobody();
    let named = "0c9a3f6e-5b1d-4c7a-9e2f-1a2b3c4d5e6f";

    for path in ["/health", "/api/auth/me"] {
        let request = nobody.request(Method::GET, path);
        let kept = nobody.send(request.header(REQUEST_ID, named)).await;
        assert_eq!(kept.header(REQUEST_ID), Some(named));

        let request = nobody.request(Method::GET, path);
        let given = nobody.send(request.header(REQUEST_ID, "<script>")).await;
        let id = given.header(REQUEST_ID).unwrap_or_default();
        assert_eq!((id.len(), id.matches('-').count()), (36, 4), "{id}");
    }
    let refused = nobody.request(Method::GET, "/api/auth/me").header(REQUEST_ID, named);
    assert_eq!(nobody.send(refused).await.body["instance"], named);
}
