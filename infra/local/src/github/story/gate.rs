use axum::body::Body;
use http::{Method, Request};
use serde_json::json;

use crate::github::story::{DISPATCHES, Story, TEMPLATE, WORKSPACE, counts, refused};

#[tokio::test]
async fn a_wrong_token_is_refused_even_where_none_is_needed() {
    let story = Story::new();
    for header in ["Bearer ghs_other", "Basic Z2hzX3N0b3J5", "ghs_story", ""] {
        let request = Request::get(TEMPLATE).header("authorization", header);
        let answer = story.send(request.body(Body::empty()).unwrap()).await;

        assert_eq!(
            (answer.status(), answer.json()),
            (
                401,
                json!({
                    "message": "Bad credentials",
                    "documentation_url": "https://docs.github.com/rest",
                    "status": "401",
                })
            ),
            "{header}"
        );
    }
}

#[tokio::test]
async fn a_stranger_sees_public_repositories_and_nothing_of_private_ones() {
    let story = Story::with_workspace().await;

    assert_eq!(story.stranger(Method::GET, TEMPLATE).await.status(), 200);
    for path in [
        WORKSPACE.to_owned(),
        format!("{WORKSPACE}/branches/main"),
        format!("{WORKSPACE}/contents/README.md"),
        format!("{WORKSPACE}/compare/main...main"),
        "/repositories/3100000015".to_owned(),
    ] {
        assert_eq!(story.get(&path).await.status(), 200, "{path}");
        let answer = story.stranger(Method::GET, &path).await;
        assert_eq!(answer.refusal(), refused(404, "Not Found"), "{path}");
    }
}

#[tokio::test]
async fn a_stranger_changes_nothing() {
    let story = Story::with_workspace().await;
    for (method, path) in [
        (Method::POST, format!("{TEMPLATE}/generate")),
        (Method::PUT, format!("{WORKSPACE}/contents/README.md")),
        (Method::POST, format!("{WORKSPACE}/git/refs")),
        (Method::PUT, format!("{WORKSPACE}/collaborators/octocat")),
        (Method::POST, DISPATCHES.to_owned()),
    ] {
        let answer = story.stranger(method, &path).await;
        assert_eq!(answer.refusal(), refused(401, "Requires authentication"), "{path}");
    }
    assert_eq!(story.github.dispatches(), 0);
    assert_eq!(story.github.repositories(), ["acme/tenon-ws-1"]);
}

#[tokio::test]
async fn what_github_does_not_know_is_not_found() {
    let story = Story::new();

    assert_eq!(story.get("/zen/koan").await.refusal(), refused(404, "Not Found"));
    let wrong_method = story.post(TEMPLATE, json!({})).await;
    assert_eq!(wrong_method.refusal(), refused(404, "Not Found"));
}

#[tokio::test]
async fn a_body_that_is_no_json_or_lacks_a_field_is_told_apart() {
    let story = Story::new();
    let path = format!("{TEMPLATE}/generate");
    let request = Request::post(&path).header("authorization", "Bearer ghs_story");

    let broken = story.send(request.body(Body::from("{")).unwrap()).await;
    let nameless = story.post(&path, json!({ "owner": "acme" })).await;

    assert_eq!(broken.refusal(), refused(400, "Problems parsing JSON"));
    assert_eq!(nameless.refusal(), refused(422, "Invalid request.\n\nmissing field `name`"));
}

#[tokio::test]
async fn every_call_is_counted_by_what_it_does_refusals_too() {
    let story = Story::with_workspace().await;

    story.get(WORKSPACE).await;
    story.get(&format!("{WORKSPACE}/branches/main")).await;
    story.get(&format!("{WORKSPACE}/branches/none")).await;
    story.post(DISPATCHES, json!({ "ref": "main" })).await;
    story.get("/").await;

    assert_eq!(
        story.github.calls(),
        counts(&[
            ("GET branch", 2),
            ("GET repository", 1),
            ("POST dispatches", 1),
            ("POST generate", 1)
        ])
    );
    assert_eq!(story.github.total_calls(), 5);
}

#[tokio::test]
async fn pages_show_what_happened_and_escape_what_people_wrote() {
    let story = Story::with_workspace().await;
    story.github.push("acme/tenon-ws-1", "main", "a.txt", "a", "<b>bold</b>").unwrap();
    story.post(DISPATCHES, json!({ "ref": "main" })).await;
    story.wait(1_500);

    let index = story.stranger(Method::GET, "/").await.text();
    let page = story.stranger(Method::GET, "/_/acme/tenon-ws-1").await.text();

    assert!(index.contains(r#"<a href="/_/acme/tenon-ws-1">acme/tenon-ws-1</a>"#));
    assert!(index.contains(r#"<span class="badge failure">failure</span>"#));
    assert!(!index.contains("tenon-template"));
    assert!(page.contains("&#60;b&#62;bold&#60;/b&#62;"));
    assert!(page.contains("1 of 3"));
    assert_eq!(story.stranger(Method::GET, "/_/acme/none").await.status(), 404);
}
