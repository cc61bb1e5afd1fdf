//! A candidate's workspace: made in the background, shown when it is there, opened to their account.

use http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::caller::Caller;
use tests::cost::Cost;
use tests::problem::problem;
use tests::story::Story;

const ADA: &str = "ada@example.com";

fn init(task: u64) -> String {
    format!("/api/tasks/{task}/codespace/init")
}

fn status(task: u64) -> String {
    format!("/api/tasks/{task}/codespace/status")
}

async fn access(candidate: &Caller, task: u64, body: Value) -> Value {
    candidate.post(&init(task), body).await.expect(200)["access"].clone()
}

#[tokio::test]
async fn a_workspace_is_shown_alike_by_init_and_status() {
    let story = Story::begin().await;
    let (invited, ada, task) = story.on_day_two(ADA).await;

    let (made, first) = story.costing(ada.post(&init(task), json!({}))).await;
    let (seen, second) = story.costing(ada.get(&status(task))).await;

    let made = made.expect(200);
    let name = format!("tenon-hire-dev/tenon-ws-{}-task{task}", invited.session);
    let id = made["workspaceId"].as_str().unwrap();
    assert_eq!((id.len(), &id[14..15]), (36, "4"));
    let mut expected = json!({
        "repoFullName": name,
        "repoUrl": format!("https://github.com/{name}"),
        "codespaceUrl": format!("https://codespaces.new/{name}?quickstart=1"),
        "defaultBranch": "main",
        "workspaceId": id,
        "access": "username_needed",
        "invitationUrl": null,
    });
    assert_eq!(made, expected);
    for field in
        ["latestCommitSha", "lastWorkflowRunId", "lastWorkflowConclusion", "lastTestSummary"]
    {
        expected[field] = json!(null);
    }
    expected["repoState"] = json!("there");
    assert_eq!(seen.expect(200), expected);
    assert_eq!((first, second), (Cost::of_table(1), Cost::of_table(1)));
}

#[tokio::test]
async fn a_workspace_that_is_still_being_made_says_when_to_come_back() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two_just_invited(ADA).await;
    let detail = "Workspace repo not provisioned yet. Please try again.";
    let mut expected = problem(409, "Conflict", "WORKSPACE_NOT_READY", detail);
    expected["retryable"] = json!(true);

    for refused in [
        ada.post(&format!("/api/tasks/{task}/run"), json!({})).await,
        ada.post(&format!("/api/tasks/{task}/submit"), json!({})).await,
    ] {
        assert_eq!(refused.problem(), expected);
        assert_eq!(refused.header("retry-after"), Some("2"));
    }
    expected["details"] = json!({
        "state": "queued",
        "reason": null,
        "position": null,
        "estimatedSeconds": null,
        "retryAfterSeconds": 2,
    });
    for refused in [ada.post(&init(task), json!({})).await, ada.get(&status(task)).await] {
        assert_eq!(refused.problem(), expected);
        assert_eq!(refused.header("retry-after"), Some("2"));
    }

    story.settle().await;
    assert_eq!(ada.post(&init(task), json!({})).await.status, 200);
    assert_eq!(story.stack.github.dispatches(), 0);
}

#[tokio::test]
async fn a_username_is_remembered_and_invited_to_each_repository_once() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let invitations = || story.stack.github.calls().get("PUT collaborator").copied();

    let named = access(&ada, task, json!({ "githubUsername": "ada-l" })).await;
    let repeated = access(&ada, task, json!({ "githubUsername": "ada-l" })).await;
    assert_eq!((named, repeated), (json!("pending"), json!("pending")));
    assert_eq!(invitations(), None);

    story.settle().await;
    assert_eq!(access(&ada, task, json!({})).await, "invited");
    assert_eq!(ada.get(&status(task)).await.expect(200)["access"], "invited");
    assert_eq!(access(&ada, task, json!({ "githubUsername": "ada-l" })).await, "invited");
    story.settle().await;
    assert_eq!(invitations(), Some(2));
    let repository = story.repository(&ada, task).await;
    assert!(story.stack.github.accept_invitation(&repository, "ada-l").is_ok());

    story.hand_in_text(&ada, task).await;
    assert_eq!(access(&ada, task + 1, json!({ "githubUsername": "" })).await, "invited");
}

#[tokio::test]
async fn another_username_replaces_the_collaborator() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    access(&ada, task, json!({ "githubUsername": "ada-l" })).await;
    story.settle().await;

    access(&ada, task, json!({ "githubUsername": "countess" })).await;
    story.settle().await;

    assert_eq!(access(&ada, task, json!({})).await, "invited");
    let calls = story.stack.github.calls();
    let counted = |call: &str| calls.get(call).copied();
    assert_eq!((counted("PUT collaborator"), counted("DELETE collaborator")), (Some(4), Some(2)));
    let repository = story.repository(&ada, task).await;
    assert!(story.stack.github.accept_invitation(&repository, "ada-l").is_err());
    assert!(story.stack.github.accept_invitation(&repository, "countess").is_ok());
}

#[tokio::test]
async fn a_username_given_before_the_repository_exists_is_invited_as_soon_as_it_does() {
    let story = Story::begin().await;
    let invited = story.invited_just_now(ADA).await;
    let ada = story.candidate(ADA).on(invited.session);
    ada.get(&format!("/api/candidate/session/{}", invited.token)).await.expect(200);
    let first = story.current_task(&ada, invited.session).await;
    let task = story.hand_in_text(&ada, first).await;

    let early = ada.post(&init(task), json!({ "githubUsername": "ada-l" })).await;
    assert_eq!(early.refusal().1, "WORKSPACE_NOT_READY");
    story.settle().await;

    assert_eq!(access(&ada, task, json!({})).await, "invited");
    assert_eq!(story.stack.github.repositories().len(), 2);
}

#[tokio::test]
async fn a_malformed_username_is_refused_and_not_remembered() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let long = "a".repeat(40);
    let detail = "Invalid GitHub username";
    let expected = problem(400, "Bad Request", "INVALID_GITHUB_USERNAME", detail);

    for name in ["-ada", "ada-", "ada l", "ada_l", "ada\n", " ada", "ädä", "../x", long.as_str()]
    {
        let refused = ada.post(&init(task), json!({ "githubUsername": name })).await;
        assert_eq!(refused.problem(), expected, "{name:?}");
    }
    assert_eq!(access(&ada, task, json!({ "githubUsername": null })).await, "username_needed");
    let wrong = ada.post(&init(task), json!({ "githubUsername": 7 })).await;
    let expected = [("/body/githubUsername".to_owned(), "string_type".to_owned())];
    assert_eq!(wrong.pointers(), expected);
}

#[tokio::test]
async fn only_the_task_of_the_day_is_initialised_and_only_if_it_is_code() {
    let story = Story::begin().await;
    let (invited, ada) = story.claimed(ADA).await;
    let first = story.current_task(&ada, invited.session).await;
    let malformed = json!({ "githubUsername": "-" });

    let text = ada.post(&init(first), malformed.clone()).await;
    let later = ada.post(&init(first + 1), malformed.clone()).await;
    let unknown = ada.post(&init(first + 5), malformed.clone()).await;
    story.hand_in_text(&ada, first).await;
    let done = ada.post(&init(first), malformed).await;

    let not_code = "Run tests is only available for code tasks";
    assert_eq!(text.problem(), problem(400, "Bad Request", "NOT_A_CODE_TASK", not_code));
    let order = problem(400, "Bad Request", "TASK_OUT_OF_ORDER", "Task out of order");
    assert_eq!((later.problem(), done.problem()), (order.clone(), order));
    let not_found = problem(404, "Not Found", "TASK_NOT_FOUND", "Task not found");
    assert_eq!(unknown.problem(), not_found);
}

#[tokio::test]
async fn after_the_last_day_nothing_is_initialised() {
    let story = Story::begin().await;
    let (_invited, ada, first) = story.completed(ADA).await;

    let refused = ada.post(&init(first + 1), json!({})).await;

    let detail = "Simulation already completed";
    assert_eq!(refused.problem(), problem(409, "Conflict", "SIMULATION_COMPLETED", detail));
}

#[tokio::test]
async fn the_status_of_a_task_without_a_workspace_is_not_found() {
    let story = Story::begin().await;
    let (invited, ada) = story.claimed(ADA).await;
    let first = story.current_task(&ada, invited.session).await;
    let (other, _grace, _task) = story.on_day_two("grace@example.com").await;
    let theirs = story.current_task(&story.candidate("grace@example.com"), other.session).await;

    let text = ada.get(&status(first)).await;
    let mut expected =
        problem(404, "Not Found", "WORKSPACE_NOT_INITIALIZED", "Workspace not initialized");
    expected["retryable"] = json!(true);
    assert_eq!(text.problem(), expected);
    for task in [theirs, first + 5, 1, 0] {
        let not_found = (404, "TASK_NOT_FOUND", "Task not found");
        assert_eq!(ada.get(&status(task)).await.refusal(), not_found, "{task}");
    }
}

#[tokio::test]
async fn a_task_call_is_checked_for_token_permission_header_shape_and_owner_in_this_order() {
    let story = Story::begin().await;
    let (invited, ada, task) = story.on_day_two(ADA).await;
    let nonsense = "/api/tasks/x/codespace/init";
    let wrong = json!({ "githubUsername": 7 });
    let sent = async |who: &Caller, header: Option<&str>| {
        let mut request = who.request(Method::POST, nonsense).json(&wrong);
        if let Some(header) = header {
            request = request.header("x-candidate-session-id", header);
        }
        who.send(request).await
    };
    let seatless = story.candidate(ADA);

    assert_eq!(sent(&story.nobody(), Some("x")).await.refusal().1, "NOT_AUTHENTICATED");
    let recruiter = story.recruiter(1);
    assert_eq!(sent(&recruiter, None).await.refusal().1, "CANDIDATE_ACCESS_REQUIRED");
    let missing = sent(&seatless, None).await;
    let detail = "Missing candidate session headers";
    let expected = problem(401, "Unauthorized", "CANDIDATE_SESSION_HEADER_REQUIRED", detail);
    assert_eq!(missing.problem(), expected);
    for header in ["x", "0", "-1", "1.0", ""] {
        let malformed: Vec<_> =
            sent(&seatless, Some(header)).await.pointers().into_iter().map(|it| it.0).collect();
        let all = ["/header/x-candidate-session-id", "/path/taskId", "/body/githubUsername"];
        assert_eq!(malformed, all, "{header:?}");
    }
    let (unknown, cost) = story.costing(seatless.on(1).get(&status(1))).await;
    assert_eq!(unknown.refusal().1, "CANDIDATE_SESSION_NOT_FOUND");
    assert_eq!(cost, Cost::of_table(1));

    let eve = story.candidate("eve@example.com").on(invited.session);
    assert_eq!(eve.get(&status(task)).await.refusal().1, "CANDIDATE_SESSION_NOT_FOUND");
    story.clock.advance(SignedDuration::from_hours(1));
    assert_eq!(ada.get(&status(task)).await.status, 200);
}
