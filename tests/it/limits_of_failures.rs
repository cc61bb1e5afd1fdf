//! Requests without a good token are counted by address; requests with one are not.

use jiff::SignedDuration;
use local::issuer::Role;
use shared::domain::limit::{ADMIN_KEY, FAILED_LOGIN};
use tests::caller::{Answer, Caller};
use tests::cost::Cost;
use tests::story::Story;

const SWITCH: (&str, &str) = ("TENON_RATE_LIMIT_ENABLED", "1");
/// The web client's own server, which everybody calls through, and a proxy before us.
const PROXIED: [(&str, &str); 2] = [SWITCH, ("TENON_TRUSTED_PROXY_CIDRS", "127.0.0.0/8")];
const ME: &str = "/api/auth/me";

/// What `who` is answered who says to come `from` there.
async fn coming(who: &Caller, from: &str) -> Answer {
    who.send(who.request(http::Method::GET, ME).header("x-forwarded-for", from)).await
}

#[tokio::test]
async fn too_many_failures_from_one_address_are_refused_and_a_good_token_is_not() {
    let story = Story::with(&[SWITCH]).await;
    let (nobody, forger) = (story.nobody(), story.bearing("not.a.token"));
    let grace = story.person("grace@example.com", Role::Recruiter);
    grace.get(ME).await.expect(200);

    for used in 1..=FAILED_LOGIN.max {
        // Whatever is wrong, and wherever it is sent, it is one count.
        let failed = match used % 3 {
            0 => nobody.get("/api/candidate/invites").await,
            1 => forger.get(ME).await,
            _ => forger.on(1).get("/api/tasks/1/codespace/status").await,
        };
        assert_eq!(failed.status, 401);
        assert_eq!(failed.header("ratelimit-policy"), Some("\"failed_login\";q=60;w=60"));
        let left = format!("\"failed_login\";r={};t=60", FAILED_LOGIN.max - used);
        assert_eq!(failed.header("ratelimit"), Some(&*left));
    }
    let refused = forger.get(ME).await;
    let (welcome, cost) = story.costing(grace.get(ME)).await;

    let slow_down = "Too many requests. Please slow down.";
    assert_eq!(refused.refusal(), (429, "RATE_LIMITED", slow_down));
    assert_eq!(refused.header("retry-after"), Some("60"));
    assert_eq!(refused.header("www-authenticate"), None);
    assert_eq!(nobody.get(ME).await.status, 429);
    assert_eq!(welcome.status, 200);
    assert_eq!(welcome.header("ratelimit"), Some("\"auth_me\";r=58;t=60"));
    assert_eq!(cost, Cost::of_table(1), "a good token is not asked where it comes from");
    story.clock.advance(SignedDuration::from_mins(1));
    assert_eq!(forger.get(ME).await.status, 401);
}

#[tokio::test]
async fn a_good_token_without_the_permission_is_no_failed_login() {
    let story = Story::with(&[SWITCH]).await;
    let ada = story.candidate("ada@example.com");

    let (refused, cost) = story.costing(ada.get(ME)).await;
    let unseated = ada.get("/api/tasks/1/codespace/status").await;

    assert_eq!((refused.status, cost), (403, Cost::of_table(0)));
    assert_eq!(refused.header("ratelimit"), None);
    assert_eq!((unseated.status, unseated.header("ratelimit")), (401, None));
}

#[tokio::test]
async fn what_a_client_says_of_its_address_is_no_fresh_allowance() {
    let story = Story::with(&[SWITCH]).await;
    let nobody = story.nobody();

    for number in 0..FAILED_LOGIN.max {
        assert_eq!(coming(&nobody, &format!("198.51.100.{number}")).await.status, 401);
    }

    assert_eq!(coming(&nobody, "203.0.113.1").await.status, 429);
}

#[tokio::test]
async fn behind_our_proxies_the_hop_nearest_to_them_is_the_address() {
    let story = Story::with(&PROXIED).await;
    let nobody = story.nobody();

    for number in 0..FAILED_LOGIN.max {
        let said = format!("198.51.100.{number}, 203.0.113.1, 127.0.0.9");
        assert_eq!(coming(&nobody, &said).await.status, 401);
    }

    assert_eq!(coming(&nobody, "203.0.113.1").await.status, 429);
    assert_eq!(coming(&nobody, "203.0.113.1, 203.0.113.2").await.status, 401);
    assert_eq!(nobody.get(ME).await.status, 401, "the proxy itself has an allowance too");
}

#[tokio::test]
async fn guessing_at_the_admin_key_tells_nothing_and_after_ten_no_key_counts_until_the_window_ends()
{
    let right = "an admin key of the tests, long enough";
    let story = Story::with(&[SWITCH, ("TENON_ADMIN_API_KEY", right)]).await;
    let nobody = story.nobody();
    let knock = async |key: &str| {
        let request = nobody.request(http::Method::GET, "/api/admin/companies");
        nobody.send(request.header("x-admin-key", key)).await
    };
    let unknown = nobody.get("/api/nothing").await;

    for guess in 0..ADMIN_KEY.max + 2 {
        let wrong = knock("a guess of somebody, long enough too").await;
        assert_eq!((wrong.status, wrong.problem()), (404, unknown.problem()));
        assert!(["ratelimit", "retry-after"].iter().all(|name| wrong.header(name).is_none()));
        let opens = if guess + 1 < ADMIN_KEY.max { 200 } else { 404 };
        assert_eq!(knock(right).await.status, opens, "after {} guesses", guess + 1);
    }

    let counts = story.items("LIMIT#admin_key#").await;
    assert_eq!(counts.len(), 1);
    assert_eq!(counts[0]["hits"]["N"], ADMIN_KEY.max.to_string());
    story.clock.advance(SignedDuration::from_secs(60));
    assert_eq!(knock(right).await.status, 200);
}
