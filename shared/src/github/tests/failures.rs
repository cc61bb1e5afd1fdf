use std::time::Duration;

use super::*;

#[tokio::test]
async fn an_answer_that_makes_no_sense_is_worth_another_try() {
    let line = "GET /repos/acme/ws";
    let (script, github) = Script::start().await;

    for body in ["", "<html>Unicorn!</html>", "{\"id\": 1", r#"{"id": "ghp_secret"}"#, "[]"] {
        script.on(line, 200, body);
        let error = github.repository(&ours()).await.unwrap_err();
        assert_eq!((error.kind, error.retryable()), (GitHubFailure::Unavailable, true), "{body}");
        assert!(!format!("{error:?}").contains("ghp_secret"));
    }
}

#[tokio::test]
async fn an_endless_answer_is_not_read_to_its_end() {
    let (script, github) = Script::start().await;
    script.on("GET /repos/acme/ws", 200, " ".repeat(2 * 1024 * 1024 + 1));

    let error = github.repository(&ours()).await.unwrap_err();

    assert_eq!((error.kind, error.retryable()), (GitHubFailure::Unprocessable, false));
}

#[tokio::test]
async fn a_rate_limit_says_when_to_come_back() {
    let (script, github) = Script::start().await;
    script.on_with("GET /repos/acme/ws", 403, vec![("retry-after", "42".to_owned())], "slow down");

    let error = github.repository(&ours()).await.unwrap_err();

    assert_eq!((error.kind, error.retryable()), (GitHubFailure::RateLimited, true));
    assert_eq!(error.retry_after.map(|wait| wait.as_secs()), Some(42));
    assert_eq!(error.to_string(), "cannot read a repository on GitHub");
}

#[tokio::test]
async fn a_github_that_is_not_there_is_unavailable() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    drop(listener);
    let identity = GitHubIdentity::Token(Secret::new("t"));
    let github = client(base, identity, Clock::System);

    assert_eq!(failure(github.repository(&ours()).await), GitHubFailure::Unavailable);
}

#[tokio::test]
async fn a_call_for_which_no_time_is_left_is_not_sent() {
    let (script, github) = Script::with("POST /repos/acme/ws/git/refs", 201, json!({})).await;
    let github = GitHub { limit: Duration::ZERO, ..github };

    let error = github.create_tag(&ours(), "tenon-day-2", &sha("a")).await.unwrap_err();

    assert_eq!((error.kind, error.is_unanswered()), (GitHubFailure::Unavailable, false));
    assert_eq!(error.cause.to_string(), "no time was left to send the call");
    assert_eq!(script.lines(), Vec::<String>::new());
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_may_hide_that_it_was_done() {
    let line = "POST /repos/acme/ws/actions/workflows/ci.yml/dispatches";
    let (script, github) = Script::start().await;

    for (status, unanswered) in [(200, true), (422, false), (502, false)] {
        script.on(line, status, "<html>Unicorn!</html>");
        let error = github.dispatch(&ours(), "ci.yml", "main").await.unwrap_err();
        assert_eq!(error.is_unanswered(), unanswered, "{status}");
    }
}
