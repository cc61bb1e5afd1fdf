//! What the headers of every answer say.

use axum::body::Body;
use http::{Method, Request};

use crate::github::story::{Answer, DISPATCHES, Story, TOKEN, WORKSPACE};

const BRANCH: &str = "/repos/acme/tenon-ws-1/branches/main";

async fn asked_again(story: &Story, path: &str, etag: &str) -> Answer {
    let request = Request::get(path).header("authorization", format!("Bearer {TOKEN}"));
    story.send(request.header("if-none-match", etag).body(Body::empty()).unwrap()).await
}

fn standing(answer: &Answer) -> [&str; 4] {
    ["limit", "remaining", "used", "reset"]
        .map(|name| answer.header(&format!("x-ratelimit-{name}")))
}

#[tokio::test]
async fn what_has_not_changed_is_a_304_that_costs_nothing() {
    let story = Story::with_workspace().await;
    let first = story.get(BRANCH).await;
    let etag = first.header("etag").to_owned();
    assert_eq!(standing(&first), ["5000", "4998", "2", "1772445600"]);

    let same = asked_again(&story, BRANCH, &etag).await;
    assert_eq!((same.status(), same.bytes.len(), same.header("etag")), (304, 0, etag.as_str()));
    assert_eq!(standing(&same), ["5000", "4998", "2", "1772445600"]);

    story.push("a.txt", "a");
    let changed = asked_again(&story, BRANCH, &etag).await;
    assert_eq!((changed.status(), changed.header("etag") == etag), (200, false));
    assert_eq!(standing(&changed), ["5000", "4997", "3", "1772445600"]);
}

#[tokio::test]
async fn an_etag_is_of_one_address_and_one_token() {
    let story = Story::with_workspace().await;
    let etag = story.get(BRANCH).await.header("etag").to_owned();

    assert_eq!(asked_again(&story, WORKSPACE, &etag).await.status(), 200);
    let template = "/repos/tenon-hire-dev/tenon-template-python-fastapi";
    let ours = story.get(template).await.header("etag").to_owned();
    let theirs = story.stranger(Method::GET, template).await;
    assert_ne!(theirs.header("etag"), ours);
}

#[tokio::test]
async fn the_limit_is_renewed_after_an_hour() {
    let story = Story::with_workspace().await;

    story.wait(3_599_999);
    assert_eq!(standing(&story.get(WORKSPACE).await)[2..], ["2", "1772445600"]);
    story.wait(1);
    assert_eq!(standing(&story.get(WORKSPACE).await)[2..], ["1", "1772449200"]);
}

#[tokio::test]
async fn every_answer_has_its_number_and_its_time_a_refusal_too() {
    let story = Story::with_workspace().await;

    let found = story.get(WORKSPACE).await;
    let refused = story.stranger(Method::POST, DISPATCHES).await;

    assert_eq!(found.header("x-github-request-id"), "10CA:1:000001:69A55190");
    assert_eq!(refused.header("x-github-request-id"), "10CA:1:000002:69A55190");
    assert_eq!(found.header("date"), "Mon, 02 Mar 2026 09:00:00 GMT");
    assert_eq!(refused.header("x-ratelimit-resource"), "core");
    assert!(!refused.headers.contains_key("etag"));
}
