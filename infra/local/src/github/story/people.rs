use http::Method;
use serde_json::{Value, json};

use crate::github::story::{Story, WORKSPACE, refused};

fn logins(list: &Value) -> Vec<(&str, &str)> {
    let people = list.as_array().unwrap().iter();
    people.map(|one| (one["login"].as_str().unwrap(), one["role_name"].as_str().unwrap())).collect()
}

#[tokio::test]
async fn somebody_is_invited_accepts_and_is_a_collaborator() {
    let story = Story::with_workspace().await;
    let path = format!("{WORKSPACE}/collaborators/Octocat");
    let collaborators = format!("{WORKSPACE}/collaborators");

    let invited = story.put(&path, json!({ "permission": "push" })).await;
    let again = story.put(&path, json!({ "permission": "push" })).await;
    let waiting = story.get(&format!("{WORKSPACE}/invitations")).await.json();
    let before = story.get(&collaborators).await.json();
    story.github.accept_invitation("acme/tenon-ws-1", "octocat").unwrap();
    let already = story.put(&path, json!({ "permission": "maintain" })).await;
    let after = story.get(&collaborators).await.json();

    assert_eq!(invited.status(), 201);
    assert_eq!(invited.json()["invitee"]["login"], "Octocat");
    assert_eq!(invited.json()["permissions"], "write");
    assert_eq!((again.status(), again.json()), (201, invited.json()));
    assert_eq!(waiting, json!([invited.json()]));
    assert_eq!(logins(&before), [("tenon-bot", "admin")]);
    assert_eq!((already.status(), already.bytes.len()), (204, 0));
    assert_eq!(logins(&after), [("Octocat", "maintain"), ("tenon-bot", "admin")]);
    assert_eq!(story.get(&format!("{WORKSPACE}/invitations")).await.json(), json!([]));
}

#[tokio::test]
async fn nobody_and_the_owner_cannot_be_invited() {
    let story = Story::with_workspace().await;
    let invite = async |login: &str| {
        let path = format!("{WORKSPACE}/collaborators/{login}");
        story.put(&path, json!({})).await.refusal()
    };

    assert_eq!(invite("nobody-1").await, refused(404, "Not Found"));
    assert_eq!(invite("jane_doe").await, refused(404, "Not Found"));
    assert_eq!(invite("acme").await, refused(422, "Repository owner cannot be a collaborator"));
    let refusal = story.github.accept_invitation("acme/tenon-ws-1", "octocat").unwrap_err();
    assert_eq!(refusal.to_string(), "Not Found");
}

#[tokio::test]
async fn access_and_invitation_are_taken_back_together() {
    let story = Story::with_workspace().await;
    for login in ["jane", "joe"] {
        story.put(&format!("{WORKSPACE}/collaborators/{login}"), json!({})).await;
    }
    story.github.accept_invitation("acme/tenon-ws-1", "jane").unwrap();

    for login in ["jane", "joe", "jane"] {
        let path = format!("{WORKSPACE}/collaborators/{login}");
        assert_eq!(story.call(Method::DELETE, &path, None).await.status(), 204);
    }

    let left = story.get(&format!("{WORKSPACE}/collaborators")).await.json();
    assert_eq!(logins(&left), [("tenon-bot", "admin")]);
    assert_eq!(story.get(&format!("{WORKSPACE}/invitations")).await.json(), json!([]));
}

#[tokio::test]
async fn who_was_only_invited_is_not_in_and_after_a_week_no_longer_invited() {
    let story = Story::with_workspace().await;
    let path = format!("{WORKSPACE}/collaborators/octocat");
    let accept = || story.github.accept_invitation("acme/tenon-ws-1", "octocat");
    let first = story.put(&path, json!({})).await.json()["id"].clone();
    assert_eq!(story.get(&path).await.refusal(), refused(404, "Not Found"));

    story.wait(7 * 24 * 3_600_000);
    assert!(accept().is_err());
    assert_eq!(story.get(&format!("{WORKSPACE}/invitations")).await.json(), json!([]));
    let again = story.put(&path, json!({})).await;
    assert_eq!(again.status(), 201);
    assert!(first.is_u64() && again.json()["id"].is_u64());
    accept().unwrap();

    assert_eq!(story.get(&path).await.status(), 204);
}

#[tokio::test]
async fn an_account_is_found_by_login_and_by_id() {
    let story = Story::new();

    let octocat = story.get("/users/octocat").await.json();
    let same = story.get("/users/OctoCat").await.json();
    let id = octocat["id"].as_u64().unwrap();

    assert!(id > 1 << 31);
    assert_eq!(octocat["login"], "octocat");
    assert_eq!(octocat["type"], "User");
    assert_eq!(same, octocat);
    assert_eq!(story.get(&format!("/user/{id}")).await.json(), octocat);
    assert_eq!(story.get("/user").await.json()["login"], "tenon-bot");
    assert_eq!(story.get("/user/1").await.refusal(), refused(404, "Not Found"));
    assert_eq!(story.get("/users/nobody").await.refusal(), refused(404, "Not Found"));
}
