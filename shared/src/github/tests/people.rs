use super::*;

fn octo() -> GitHubUsername {
    GitHubUsername::parse("octo-cat").unwrap()
}

#[tokio::test]
async fn an_account_is_a_person_with_a_name_that_we_take_or_nobody() {
    let line = "GET /user/583231";
    let account = |login: &str, kind: &str| json!({"login": login, "type": kind, "id": 583_231});
    let (script, github) = Script::with(line, 200, account("octo-cat", "User")).await;
    assert_eq!(github.login(583_231).await.unwrap(), Some(octo()));

    for (login, kind) in [("octo_corp", "User"), ("octo-cat", "Organization")] {
        script.on(line, 200, account(login, kind).to_string());
        assert_eq!(github.login(583_231).await.unwrap(), None, "{login} {kind}");
    }
    script.on(line, 404, "{}");
    assert_eq!(github.login(583_231).await.unwrap(), None);
    script.on(line, 503, "");
    assert_eq!(failure(github.login(583_231).await), GitHubFailure::Unavailable);
}

#[tokio::test]
async fn a_right_is_lowered_to_reading_for_who_is_in_and_for_who_is_invited() {
    let put = "PUT /repos/acme/ws/collaborators/octo-cat";
    let patch = "PATCH /repos/acme/ws/invitations/7";
    let (script, github) = Script::with(put, 201, json!({"id": 7})).await;
    script.on(patch, 200, json!({"id": 7}).to_string());

    assert_eq!(github.let_read(&ours(), &octo()).await.unwrap(), Some(7));
    assert!(github.lower_invitation(&ours(), 7).await.unwrap());
    assert_eq!(script.body(0), json!({"permission": "pull"}));
    assert_eq!(script.body(1), json!({"permissions": "read"}));

    script.on(put, 204, "");
    script.on(patch, 404, "{}");
    assert_eq!(github.let_read(&ours(), &octo()).await.unwrap(), None);
    assert!(!github.lower_invitation(&ours(), 7).await.unwrap());
}

#[tokio::test]
async fn only_who_is_known_to_read_or_not_to_be_in_may_not_push() {
    let line = "GET /repos/acme/ws/collaborators/octo-cat/permission";
    let (script, github) = Script::start().await;

    for (permission, pushes) in
        [("none", false), ("read", false), ("write", true), ("admin", true), ("novel", true)]
    {
        script.on(line, 200, json!({ "permission": permission }).to_string());
        assert_eq!(github.may_push(&ours(), &octo()).await.unwrap(), Some(pushes), "{permission}");
    }
    script.on(line, 404, "{}");
    assert_eq!(github.may_push(&ours(), &octo()).await.unwrap(), None);
    script.on(line, 403, "{}");
    let denied = github.may_push(&ours(), &octo()).await;
    assert_eq!(failure(denied), GitHubFailure::PermissionDenied);
}

#[tokio::test]
async fn a_repository_is_looked_at_by_its_number_archived_and_deleted() {
    let repository = json!({
        "id": 7, "full_name": "acme/renamed", "default_branch": "main", "description": null,
        "private": true, "archived": true,
    });
    let (script, github) = Script::with("GET /repositories/7", 200, repository).await;
    script.on("PATCH /repos/acme/ws", 200, "{}");
    script.on("DELETE /repos/acme/ws", 204, "");

    let there = github.repository_by_id(7, "acme").await.unwrap().unwrap();
    github.archive_repository(&ours()).await.unwrap();
    github.bring_back(&ours()).await.unwrap();
    github.delete_repository(&ours()).await.unwrap();

    assert_eq!((there.name.as_str(), there.archived), ("acme/renamed", true));
    assert_eq!(script.body(1), json!({"archived": true}));
    assert_eq!(script.body(2), json!({"archived": false}));
    script.on("GET /repositories/7", 404, "{}");
    script.on("DELETE /repos/acme/ws", 404, "{}");
    assert_eq!(github.repository_by_id(7, "acme").await.unwrap(), None);
    github.delete_repository(&ours()).await.unwrap();
    script.on("DELETE /repos/acme/ws", 403, "{}");
    let denied = github.delete_repository(&ours()).await;
    assert_eq!(failure(denied), GitHubFailure::PermissionDenied);
}
