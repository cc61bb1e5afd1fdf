use super::*;

#[tokio::test]
async fn a_repository_is_generated_private_and_under_our_headers() {
    let wire = json!({
        "id": 3_000_000_000_u64, "full_name": "acme/ws", "default_branch": "main",
        "description": "marker", "private": true,
        "template_repository": {"full_name": "tpl/node", "id": 1}, "more": {},
    });
    let (script, github) = Script::with("POST /repos/tpl/node/generate", 201, wire).await;
    let template = RepositoryName::parse("tpl/node").unwrap();

    let made = github.generate_repository(&template, "acme", "ws", "marker").await.unwrap();

    assert_eq!((made.id, &made.name), (3_000_000_000, &ours()));
    assert_eq!((made.default_branch.as_str(), made.private), ("main", true));
    assert_eq!((made.description.as_deref(), made.template), (Some("marker"), Some(template)));
    let body = json!({
        "owner": "acme", "name": "ws", "description": "marker", "private": true,
        "include_all_branches": false,
    });
    assert_eq!(script.body(0), body);
    for (name, value) in [
        ("authorization", "Bearer ghs_token"),
        ("accept", "application/vnd.github+json"),
        ("x-github-api-version", "2022-11-28"),
        ("user-agent", "Tenon-Backend"),
        ("content-type", "application/json"),
    ] {
        assert_eq!(script.header(0, name).as_deref(), Some(value), "{name}");
    }
}

#[tokio::test]
async fn a_repository_that_is_not_there_is_none_and_a_moved_one_an_error() {
    let (script, github) = Script::with("GET /repos/acme/ws", 404, json!({})).await;
    assert_eq!(github.repository(&ours()).await.unwrap(), None);

    script.on_with("GET /repos/acme/ws", 301, vec![("location", "/repositories/1".to_owned())], "");
    assert_eq!(failure(github.repository(&ours()).await), GitHubFailure::Moved);
    assert_eq!(script.lines().len(), 2);
}

#[tokio::test]
async fn a_branch_has_a_head_only_once_the_content_is_there() {
    let line = "GET /repos/acme/ws/branches/feature%2Fx";
    let branch = BranchName::parse("feature/x").unwrap();
    let (script, github) = Script::with(line, 200, json!({"commit": {"sha": sha("a")}})).await;
    assert_eq!(github.branch_head(&ours(), &branch).await.unwrap(), Some(sha("a")));

    for status in [404, 409] {
        script.on(line, status, "{}");
        assert_eq!(github.branch_head(&ours(), &branch).await.unwrap(), None, "{status}");
    }
    script.on(line, 500, "");
    assert_eq!(failure(github.branch_head(&ours(), &branch).await), GitHubFailure::Unavailable);
}

#[tokio::test]
async fn a_collaborator_is_invited_once_or_again() {
    let line = "PUT /repos/acme/ws/collaborators/octo-cat";
    let octo = GitHubUsername::parse("octo-cat").unwrap();
    let (script, github) = Script::with(line, 201, json!({"id": 7})).await;
    assert_eq!(github.add_collaborator(&ours(), &octo).await.unwrap(), Some(7));
    assert_eq!(script.body(0), json!({"permission": "push"}));

    script.on(line, 204, "");
    assert_eq!(github.add_collaborator(&ours(), &octo).await.unwrap(), None);

    script.on(line, 404, "{}");
    let refusal = github.add_collaborator(&ours(), &octo).await;
    assert_eq!(failure(refusal), GitHubFailure::NotFound);
}

#[tokio::test]
async fn a_tag_is_made_once_and_never_moved() {
    let make = "POST /repos/acme/ws/git/refs";
    let read = "GET /repos/acme/ws/git/ref/tags/tenon-day-2";
    let (script, github) = Script::with(make, 201, json!({})).await;
    github.create_tag(&ours(), "tenon-day-2", &sha("a")).await.unwrap();
    assert_eq!(script.body(0), json!({"ref": "refs/tags/tenon-day-2", "sha": sha("a")}));

    script.on(make, 422, r#"{"message": "Reference already exists"}"#);
    script.on(read, 200, json!({"object": {"sha": sha("a"), "type": "commit"}}).to_string());
    github.create_tag(&ours(), "tenon-day-2", &sha("a")).await.unwrap();
    let elsewhere = github.create_tag(&ours(), "tenon-day-2", &sha("b")).await;
    assert_eq!(failure(elsewhere), GitHubFailure::TagElsewhere);

    script.on(read, 404, "{}");
    let refusal = github.create_tag(&ours(), "tenon-day-2", &sha("a")).await;
    assert_eq!(failure(refusal), GitHubFailure::Unprocessable);
}

#[tokio::test]
async fn changes_are_read_from_the_first_page() {
    let line = format!("GET /repos/acme/ws/compare/{}...{}?per_page=1&page=1", sha("a"), sha("b"));
    let file = json!({
        "filename": "a.rs", "status": "modified", "additions": 2, "deletions": 1, "changes": 3,
        "patch": "+token=abc", "sha": sha("c"),
    });
    let page = |files: usize| json!({"ahead_by": 2, "behind_by": 0, "total_commits": 2, "files": vec![&file; files]});
    let (script, github) = Script::with(&line, 200, page(1)).await;

    let diff = github.compare(&ours(), &sha("a"), &sha("b")).await.unwrap();
    assert_eq!((diff.ahead_by, diff.total_commits, diff.truncated), (2, 2, false));
    assert_eq!((&diff.base, &diff.head), (&sha("a"), &sha("b")));
    assert_eq!(diff.files[0].patch.as_deref(), Some("+token=[redacted]"));

    script.on(&line, 200, page(300).to_string());
    assert!(github.compare(&ours(), &sha("a"), &sha("b")).await.unwrap().truncated);
}
