//! Which GitHub account is a candidate's: what they say counts most, then what GitHub says of who
//! logged in with it, then the token.

use local::issuer::{Identity, Role};
use serde_json::{Value, json};
use tests::caller::Caller;
use tests::cost::Cost;
use tests::story::Story;
use tests::work::Invited;

const ADA: &str = "ada@example.com";
const CLAIM: &str = "https://tenon.ai/github_login";

/// The number of the account `login` on the local GitHub.
async fn account(story: &Story, login: &str) -> u64 {
    story.github().get(&format!("/users/{login}")).await.expect(200)["id"].as_u64().unwrap()
}

/// Ada, whose token has this subject and, beside the usual, these claims.
fn ada(story: &Story, sub: Option<String>, login: Value) -> Caller {
    let who = Identity { sub, ..Identity::new(ADA, Role::Candidate) };
    let mut claims = story.stack.issuer.claims(&who, 366 * 24 * 60);
    claims[CLAIM] = login;
    story.bearing(&story.stack.issuer.token_with(&claims).unwrap())
}

/// Claims the invite and does what follows.
async fn claim(story: &Story, who: &Caller, invited: &Invited) {
    who.get(&format!("/api/candidate/session/{}", invited.token)).await.expect(200);
    story.settle().await;
}

/// The account that is remembered for the session.
async fn known(story: &Story) -> Value {
    story.item("CS#", "CS").await["githubUsername"]["S"].clone()
}

/// How often GitHub was asked who somebody is, and to invite somebody.
fn asked(story: &Story) -> [u64; 2] {
    let calls = story.stack.github.calls();
    ["GET user by id", "PUT collaborator"].map(|call| calls.get(call).copied().unwrap_or(0))
}

#[tokio::test]
async fn who_logs_in_with_github_is_known_and_invited_without_being_asked() {
    let story = Story::begin().await;
    let sub = format!("github|{}", account(&story, "Ada-L").await);
    let invited = story.invited(ADA).await;
    let ada = ada(&story, Some(sub), Value::Null);
    let link = format!("/api/candidate/session/{}", invited.token);

    let (claimed, cost) = story.costing(ada.get(&link)).await;
    let before = known(&story).await;
    story.settle().await;

    assert_eq!((claimed.status, cost), (200, Cost::of_table(2)));
    assert_eq!((before, known(&story).await), (Value::Null, json!("Ada-L")));
    assert_eq!(asked(&story), [1, 2]);
    let ada = ada.on(invited.session);
    let first = story.current_task(&ada, invited.session).await;
    let task = story.hand_in_text(&ada, first).await;
    let made = ada.post(&format!("/api/tasks/{task}/codespace/init"), json!({})).await.expect(200);
    assert_eq!(made["access"], "invited");

    claim(&story, &ada, &invited).await;
    assert_eq!(asked(&story), [1, 2]);
}

#[tokio::test]
async fn a_github_login_in_the_token_counts_where_a_setting_names_its_claim() {
    let on = Story::with(&[("TENON_AUTH0_GITHUB_LOGIN_CLAIM", CLAIM)]).await;
    let off = Story::begin().await;

    for (story, expected) in [(&on, json!("ada-l")), (&off, Value::Null)] {
        let invited = story.invited(ADA).await;
        claim(story, &ada(story, None, json!("ada-l")), &invited).await;
        assert_eq!(known(story).await, expected);
    }
    assert_eq!((asked(&on), asked(&off)), ([0, 2], [0, 0]));
}

#[tokio::test]
async fn a_malformed_login_in_the_token_is_no_username_and_keeps_nobody_out() {
    let story = Story::with(&[("TENON_AUTH0_GITHUB_LOGIN_CLAIM", CLAIM)]).await;
    let invited = story.invited(ADA).await;

    for odd in [json!("../x"), json!(7), json!("")] {
        claim(&story, &ada(&story, None, odd), &invited).await;
    }

    assert_eq!((known(&story).await, asked(&story)), (Value::Null, [0, 0]));
}

#[tokio::test]
async fn what_github_says_comes_before_the_token_and_the_token_where_github_knows_nobody() {
    for (login, expected) in [(Some("ada-l"), "ada-l"), (None, "countess")] {
        let story = Story::with(&[("TENON_AUTH0_GITHUB_LOGIN_CLAIM", CLAIM)]).await;
        let id = match login {
            Some(login) => account(&story, login).await,
            None => 1,
        };
        let invited = story.invited(ADA).await;
        let ada = ada(&story, Some(format!("github|{id}")), json!("countess"));

        claim(&story, &ada, &invited).await;

        assert_eq!((known(&story).await, asked(&story)), (json!(expected), [1, 2]));
    }
}

#[tokio::test]
async fn what_the_candidate_says_comes_before_everything_else() {
    let story = Story::with(&[("TENON_AUTH0_GITHUB_LOGIN_CLAIM", CLAIM)]).await;
    let sub = format!("github|{}", account(&story, "ada-l").await);
    let invited = story.invited(ADA).await;
    let ada = ada(&story, Some(sub), json!("countess")).on(invited.session);
    ada.get(&format!("/api/candidate/session/{}", invited.token)).await.expect(200);
    let first = story.current_task(&ada, invited.session).await;
    let task = story.hand_in_text(&ada, first).await;

    // Before the job that asks GitHub was done.
    let init = format!("/api/tasks/{task}/codespace/init");
    ada.post(&init, json!({ "githubUsername": "lovelace" })).await.expect(200);
    story.settle().await;

    assert_eq!((known(&story).await, asked(&story)), (json!("lovelace"), [0, 2]));
}

#[tokio::test]
async fn a_later_token_tells_who_was_not_known_before() {
    let story = Story::with(&[("TENON_AUTH0_GITHUB_LOGIN_CLAIM", CLAIM)]).await;
    let (invited, plain, task) = story.on_day_two(ADA).await;
    let init = format!("/api/tasks/{task}/codespace/init");
    let first = plain.post(&init, json!({})).await.expect(200);
    let ada = ada(&story, None, json!("ada-l")).on(invited.session);

    let second = ada.post(&init, json!({})).await.expect(200);
    story.settle().await;

    assert_eq!(
        (&first["access"], &second["access"]),
        (&json!("username_needed"), &json!("pending"))
    );
    assert_eq!((known(&story).await, asked(&story)), (json!("ada-l"), [0, 2]));
}

#[tokio::test]
async fn while_github_does_not_answer_it_is_asked_again_and_at_last_the_token_is_believed() {
    let settings = [("TENON_GITHUB_TOKEN", "wrong"), ("TENON_AUTH0_GITHUB_LOGIN_CLAIM", CLAIM)];
    let story = Story::with(&settings).await;
    let invited = story.invited(ADA).await;
    claim(&story, &ada(&story, Some("github|7".to_owned()), json!("ada-l")), &invited).await;
    assert_eq!((known(&story).await, asked(&story)[0]), (Value::Null, 1));

    for _ in 0..60 {
        story.clock.advance(jiff::SignedDuration::from_mins(1));
        story.settle().await;
    }

    assert_eq!((known(&story).await, asked(&story)[0]), (json!("ada-l"), 12));
}
