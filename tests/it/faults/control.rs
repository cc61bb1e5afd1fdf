//! Faults from outside: whoever runs `cargo dev` can let its GitHub misbehave.

use http::Method;
use local::github::faults::Fault;
use local::github::faults::kind::Kind;
use serde_json::json;
use tests::story::Story;

const TEMPLATE: &str = "/repos/tenon-hire-dev/tenon-template-python-fastapi";

#[tokio::test]
async fn a_fault_is_ordered_seen_dealt_and_taken_back_over_http() {
    let story = Story::begin().await;
    let github = story.github();
    let fault = json!({ "fault": "bad-gateway", "operation": "GET repository", "times": 2 });

    assert_eq!(github.post("/_faults", fault).await.status, 204);
    let befallen = github.get(TEMPLATE).await;
    let seen = github.get("/_faults").await.body;
    let cleared = github.send(github.request(Method::DELETE, "/_faults")).await;
    let spared = github.get(TEMPLATE).await;

    assert_eq!(
        (befallen.status, befallen.header("content-type")),
        (502, Some("text/html; charset=utf-8"))
    );
    let left = json!({ "fault": "bad-gateway", "operation": "GET repository", "times": 1 });
    assert_eq!(seen, json!({ "faults": [left], "dealt": { "bad-gateway": 1 } }));
    assert_eq!((cleared.status, spared.status), (204, 200));
    let after = github.get("/_faults").await.body;
    assert_eq!(after, json!({ "faults": [], "dealt": { "bad-gateway": 1 } }));
}

#[tokio::test]
async fn a_fault_that_is_not_known_is_refused() {
    let github = Story::begin().await.github();

    assert_eq!(github.post("/_faults", json!({ "fault": "boredom" })).await.status, 422);
    assert_eq!(github.post("/_faults", json!({ "fault": "cut", "often": 3 })).await.status, 422);
    assert_eq!(github.get("/_faults").await.body["faults"], json!([]));
}

#[tokio::test]
async fn people_are_spared() {
    let story = Story::begin().await;
    story.stack.github.misbehave(Fault::always(Kind::ServerError));
    let browser = |request: reqwest::RequestBuilder| request.header("user-agent", "Mozilla/5.0");
    let github = story.github();

    let people = github.send(browser(github.request(Method::GET, TEMPLATE))).await;
    let tenon = github.get(TEMPLATE).await;

    assert_eq!((people.status, tenon.status), (200, 500));
    assert_eq!(tenon.body["message"], "Server Error");
}

#[tokio::test]
async fn a_limit_says_when_it_ends_by_githubs_own_clock() {
    let story = Story::begin().await;
    story.stack.github.misbehave(Fault::once(Kind::PrimaryLimit).measuring(90));
    story.stack.github.misbehave(Fault::once(Kind::SecondaryLimit).measuring(7));
    let github = story.github();

    let used_up = github.get(TEMPLATE).await;
    let too_fast = github.get(TEMPLATE).await;

    let told = ["date", "x-ratelimit-remaining", "x-ratelimit-reset", "retry-after"];
    let told =
        |answer: &tests::caller::Answer| told.map(|name| answer.header(name).map(str::to_owned));
    let reset = (story.now().as_second() + 90).to_string();
    let [date, remaining, until, after] = told(&used_up);
    assert_eq!(date.as_deref(), Some("Mon, 02 Mar 2026 09:00:00 GMT"));
    assert_eq!((remaining.as_deref(), until, after), (Some("0"), Some(reset), None));
    assert_eq!((used_up.status, too_fast.status), (403, 403));
    assert_eq!(told(&too_fast)[1..], [None, None, Some("7".to_owned())]);
}
