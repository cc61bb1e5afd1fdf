//! Days that are over: rights that are lowered, repositories that are archived and deleted.

use http::Method;
use serde_json::json;

use crate::github::story::{Story, TEMPLATE, WORKSPACE, refused};

const JANE: &str = "/repos/acme/tenon-ws-1/collaborators/jane";
const ARCHIVED: &str = "Repository was archived so is read-only.";

#[tokio::test]
async fn a_right_is_lowered_for_who_is_in_and_for_who_is_invited() {
    let story = Story::with_workspace().await;
    let right = async || {
        let told = story.get(&format!("{JANE}/permission")).await.json();
        [told["permission"].clone(), told["role_name"].clone()]
    };
    let invitation = story.put(JANE, json!({})).await.json();
    let path = format!("{WORKSPACE}/invitations/{}", invitation["id"]);

    let invited = right().await;
    let lowered =
        story.call(Method::PATCH, &path, Some(json!({ "permissions": "read" }))).await.json();
    story.github.accept_invitation("acme/tenon-ws-1", "jane").unwrap();
    let reads = right().await;
    story.put(JANE, json!({ "permission": "push" })).await;
    let pushes = right().await;
    let gone = story.call(Method::PATCH, &path, Some(json!({ "permissions": "read" }))).await;

    assert_eq!((&lowered["id"], &lowered["permissions"]), (&invitation["id"], &json!("read")));
    assert_eq!(invited, ["none", ""]);
    assert_eq!(reads, ["read", "read"]);
    assert_eq!(pushes, ["write", "write"]);
    assert_eq!(gone.refusal(), refused(404, "Not Found"));
    let nobody = story.get(&format!("{WORKSPACE}/collaborators/nobody/permission")).await;
    assert_eq!(nobody.refusal(), refused(404, "Not Found"));
}

#[tokio::test]
async fn whoever_may_only_read_does_not_push() {
    let story = Story::with_workspace().await;
    let push = |login: &str| {
        let pushed = story.github.push_as(login, "acme/tenon-ws-1", "a.txt", "x");
        pushed.map_err(|refusal| (refusal.status().as_u16(), refusal.to_string()))
    };
    story.put(JANE, json!({})).await;
    story.github.accept_invitation("acme/tenon-ws-1", "jane").unwrap();

    assert!(push("Jane").is_ok());
    story.put(JANE, json!({ "permission": "pull" })).await;

    let denied = "Permission to acme/tenon-ws-1.git denied to jane.";
    assert_eq!(push("jane"), Err(refused(403, denied)));
    assert_eq!(push("joe").unwrap_err().0, 403);
}

#[tokio::test]
async fn an_archived_repository_takes_nothing_until_it_is_back() {
    let story = Story::with_workspace().await;
    let change = async |body| story.call(Method::PATCH, WORKSPACE, Some(body)).await;
    let write = json!({ "message": "m", "content": "eA==" });
    let branch = story.get(&format!("{WORKSPACE}/branches/main")).await.json();
    let tag = json!({ "ref": "refs/tags/x", "sha": branch["commit"]["sha"] });

    let archived = change(json!({ "archived": true })).await;
    let refusals = [
        story.put(&format!("{WORKSPACE}/contents/a.txt"), write.clone()).await.refusal(),
        story.post(&format!("{WORKSPACE}/git/refs"), tag).await.refusal(),
        story.put(JANE, json!({})).await.refusal(),
        change(json!({ "name": "other" })).await.refusal(),
    ];
    let pushed = story.github.push("acme/tenon-ws-1", "main", "a.txt", "x", "Work").unwrap_err();
    let back = change(json!({ "archived": false })).await;

    assert_eq!((archived.status(), &archived.json()["archived"]), (200, &json!(true)));
    assert_eq!(refusals, [0; 4].map(|_| refused(403, ARCHIVED)));
    assert_eq!(pushed.to_string(), ARCHIVED);
    assert_eq!((back.status(), &back.json()["archived"]), (200, &json!(false)));
    assert_eq!(story.put(&format!("{WORKSPACE}/contents/a.txt"), write).await.status(), 201);
}

#[tokio::test]
async fn an_owner_keeps_every_right_and_we_need_ours_to_put_a_repository_away() {
    let story = Story::with_workspace().await;
    let boss = format!("{WORKSPACE}/collaborators/boss-1");

    let invited = story.put(&boss, json!({ "permission": "pull" })).await;
    let right = story.get(&format!("{boss}/permission")).await.json();
    let bot = format!("{WORKSPACE}/collaborators/tenon-bot");
    story.put(&bot, json!({ "permission": "push" })).await;
    let refused_to_us = story.call(Method::DELETE, WORKSPACE, None).await;

    assert_eq!((invited.status(), &right["permission"]), (204, &json!("admin")));
    assert_eq!(refused_to_us.refusal(), refused(403, "Must have admin rights to Repository."));
}

#[tokio::test]
async fn a_deleted_repository_is_gone_and_its_number_is_not_given_again() {
    let story = Story::with_workspace().await;
    let id = story.get(WORKSPACE).await.json()["id"].clone();

    let deleted = story.call(Method::DELETE, WORKSPACE, None).await;
    let again = story.call(Method::DELETE, WORKSPACE, None).await;
    let by_id = story.get(&format!("/repositories/{id}")).await;
    let body = json!({ "owner": "acme", "name": "tenon-ws-1", "private": true });
    let anew = story.post(&format!("{TEMPLATE}/generate"), body).await.json();

    assert_eq!((deleted.status(), deleted.bytes.len()), (204, 0));
    assert_eq!(again.refusal(), refused(404, "Not Found"));
    assert_eq!(by_id.refusal(), refused(404, "Not Found"));
    assert_eq!(anew["id"].as_u64().unwrap(), id.as_u64().unwrap() + 1);
}
