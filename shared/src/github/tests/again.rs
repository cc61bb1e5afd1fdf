//! What is read twice: after a failure of the way, and when nothing has changed.

use super::*;

const LINE: &str = "GET /repos/acme/ws/branches/main";

fn main_branch() -> BranchName {
    BranchName::parse("main").unwrap()
}

fn branch(digit: &str) -> String {
    json!({"commit": {"sha": sha(digit)}}).to_string()
}

fn named(etag: &str) -> Vec<(&'static str, String)> {
    vec![("etag", etag.to_owned())]
}

#[tokio::test]
async fn a_read_whose_gateway_fails_is_tried_once_more() {
    let (script, github) = Script::start().await;
    script.on(LINE, 200, branch("a"));

    for status in [502, 503, 504] {
        script.first(LINE, status, &[]);
        let head = github.branch_head(&ours(), &main_branch()).await.unwrap();
        assert_eq!((head, script.take_lines().len()), (Some(sha("a")), 2), "{status}");
    }

    script.on(LINE, 502, "<html>Unicorn!</html>");
    let failed = github.branch_head(&ours(), &main_branch()).await;
    assert_eq!((failure(failed), script.take_lines().len()), (GitHubFailure::Unavailable, 2));
}

#[tokio::test]
async fn a_fault_a_limit_and_a_gateway_that_names_a_time_are_not_tried_again() {
    let (script, github) = Script::start().await;
    script.on(LINE, 200, branch("a"));

    for (status, headers, kind) in [
        (500, &[][..], GitHubFailure::Unavailable),
        (503, &[("retry-after", "9")], GitHubFailure::Unavailable),
        (429, &[], GitHubFailure::RateLimited),
        (401, &[], GitHubFailure::TokenInvalid),
    ] {
        script.first(LINE, status, headers);
        let failed = github.branch_head(&ours(), &main_branch()).await;
        assert_eq!((failure(failed), script.take_lines().len()), (kind, 1), "{status}");
    }
}

#[tokio::test]
async fn what_changes_something_is_never_sent_twice() {
    let tag = "POST /repos/acme/ws/git/refs";
    let (script, github) = Script::with(tag, 201, json!({})).await;

    script.first(tag, 502, &[]);
    let failed = github.create_tag(&ours(), "tenon-day-2", &sha("a")).await;

    assert_eq!((failure(failed), script.lines().len()), (GitHubFailure::Unavailable, 1));
}

#[tokio::test]
async fn an_answer_that_has_not_changed_is_not_sent_again() {
    let (script, github) = Script::start().await;
    script.on_with(LINE, 200, named("\"one\""), branch("a"));
    let head = async || github.branch_head(&ours(), &main_branch()).await.unwrap();
    assert_eq!(head().await, Some(sha("a")));
    assert_eq!(script.header(0, "if-none-match"), None);

    script.on(LINE, 304, "");
    assert_eq!(head().await, Some(sha("a")));
    assert_eq!(script.header(1, "if-none-match").as_deref(), Some("\"one\""));

    script.on_with(LINE, 200, named("\"two\""), branch("b"));
    assert_eq!(head().await, Some(sha("b")));
    script.on(LINE, 304, "");
    assert_eq!(head().await, Some(sha("b")));
    assert_eq!(script.header(3, "if-none-match").as_deref(), Some("\"two\""));
}

#[tokio::test]
async fn an_answer_is_never_kept_for_another_address_and_not_after_a_refusal() {
    let (script, github) = Script::start().await;
    script.on_with(LINE, 200, named("\"one\""), branch("a"));
    github.branch_head(&ours(), &main_branch()).await.unwrap();

    let other = RepositoryName::parse("acme/other").unwrap();
    script.on("GET /repos/acme/other/branches/main", 304, "");
    let unasked = github.branch_head(&other, &main_branch()).await;
    assert_eq!(failure(unasked), GitHubFailure::Unavailable);
    assert_eq!(script.header(1, "if-none-match"), None);

    script.first(LINE, 404, &[]);
    assert_eq!(github.branch_head(&ours(), &main_branch()).await.unwrap(), None);
    github.branch_head(&ours(), &main_branch()).await.unwrap();
    assert_eq!(script.header(3, "if-none-match"), None);
}
