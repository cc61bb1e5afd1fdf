//! Webhooks at the door: what GitHub signed is taken, once; nothing of anything else is looked at.

mod examples;
mod repositories;
mod runs;
mod work;

use axum::body::{Body, to_bytes};
use http::{Method, Request};
use local::courier::signature;
use local::stack::routes;
use serde_json::{Value, json};
use shared::http::serve::service;
use tests::caller::Answer;
use tests::cost::Cost;
use tests::logs::Log;
use tests::problem::problem;
use tests::story::Story;
use tests::together::{together, with_status};
use tests::webhooks::{SECRET, TOLD};
use tower::ServiceExt;
use uuid::Uuid;

const FIVE_MIB: usize = 5 * 1024 * 1024;
const DELIVERY: Uuid = Uuid::from_u128(0x72d3_162e_cc78_11e3_81ab_4c93_67dc_0958);

/// A push to a repository that is none of ours.
fn push() -> Value {
    json!({
        "ref": "refs/heads/main", "before": "b".repeat(40), "after": "a".repeat(40),
        "deleted": false, "forced": false,
        "commits": [{ "message": "a candidate's words", "author": { "email": "ada@example.com" } }],
        "repository": { "id": 186_853_002, "full_name": "Codertocat/Hello-World" },
    })
}

fn outcome(answer: Answer) -> Value {
    answer.expect(202)["outcome"].clone()
}

/// Nothing was written because of a webhook.
async fn is_untouched(story: &Story) -> bool {
    story.items("DELIVERY#").await.is_empty() && story.items("JOB#").await.is_empty()
}

#[tokio::test]
async fn the_example_that_github_publishes_opens_the_door() {
    let story = Story::with(&TOLD).await;
    let digits = "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
    let request = story.unsigned_webhook("ping", DELIVERY, "Hello, World!");
    let request = request.header("x-hub-signature-256", format!("sha256={digits}"));

    let (answer, cost) = story.costing(story.nobody().send(request)).await;

    assert_eq!(answer.expect(202), json!({ "outcome": "ignored" }));
    assert_eq!(cost, Cost::of_table(0));
}

#[tokio::test]
async fn whatever_is_not_signed_by_github_is_refused_before_anything_of_it_is_looked_at() {
    let story = Story::with(&TOLD).await;
    let body = push().to_string();
    let good = signature(SECRET, body.as_bytes());
    let digits = good.strip_prefix("sha256=").unwrap();
    let refused = problem(401, "Unauthorized", "INVALID_SIGNATURE", "Invalid webhook signature");

    for (name, value) in [
        ("x-other", String::new()),
        ("x-hub-signature", format!("sha1={}", &digits[..40])),
        ("x-hub-signature", good.clone()),
        ("x-hub-signature-256", String::new()),
        ("x-hub-signature-256", digits.to_owned()),
        ("x-hub-signature-256", format!("sha256={}", digits.to_ascii_uppercase())),
        ("x-hub-signature-256", good[..good.len() - 1].to_owned()),
        ("x-hub-signature-256", format!("{good}0")),
        ("x-hub-signature-256", signature("another", body.as_bytes())),
        // The same values, written otherwise.
        ("x-hub-signature-256", signature(SECRET, format!("{:#}", push()).as_bytes())),
        ("authorization", format!("Bearer {SECRET}")),
    ] {
        let request = story.unsigned_webhook("push", DELIVERY, &body).header(name, &value);
        let (answer, cost) = story.costing(story.nobody().send(request)).await;
        assert_eq!(answer.problem(), refused, "{name}: {value}");
        assert_eq!(cost, Cost::of_table(0), "{name}: {value}");
    }
    let twice = story.signed_webhook("push", DELIVERY, &body).header("x-hub-signature-256", &good);
    assert_eq!(story.nobody().send(twice).await.problem(), refused, "two signatures");
    // What it is comes after who sent it.
    let form = story.nobody().request(Method::POST, "/api/github/webhooks");
    let form = form.header("content-type", "application/x-www-form-urlencoded").body("no JSON");
    assert_eq!(story.nobody().send(form).await.problem(), refused);
    assert!(is_untouched(&story).await);
}

#[tokio::test]
async fn while_the_secret_is_changed_the_old_one_and_the_new_one_are_good() {
    let secrets = format!("new, {SECRET}");
    let story = Story::with(&[("TENON_GITHUB_WEBHOOK_SECRETS", &secrets)]).await;
    let body = push().to_string();

    for (number, (secret, status)) in
        [("new", 202), (SECRET, 202), ("older", 401), (secrets.as_str(), 401)].iter().enumerate()
    {
        let delivery = Uuid::from_u128(u128::try_from(number).unwrap());
        let request = story.unsigned_webhook("push", delivery, &body);
        let request = request.header("x-hub-signature-256", signature(secret, body.as_bytes()));
        assert_eq!(story.nobody().send(request).await.status, *status, "{secret}");
    }
}

#[tokio::test]
async fn without_a_secret_the_route_is_not_there() {
    let story = Story::begin().await;
    let nowhere = story.nobody().post("/api/nothing", json!({})).await;

    let signed = story.signed_webhook("push", DELIVERY, &push().to_string());
    let answer = story.nobody().send(signed).await;

    assert_eq!((answer.status, answer.problem()), (404, nowhere.problem()));
    assert!(is_untouched(&story).await);
}

#[tokio::test]
async fn a_delivery_is_taken_once_however_often_and_at_the_same_time_it_comes() {
    let story = Story::with(&TOLD).await;
    let body = push().to_string();
    let send = || {
        let request = story.signed_webhook("push", DELIVERY, &body);
        let nobody = story.nobody();
        async move { nobody.send(request).await }
    };

    let (first, cost) = story.costing(send()).await;
    assert_eq!((outcome(first), cost), (json!("accepted"), Cost::of_table(1)));
    let (second, cost) = story.costing(send()).await;
    assert_eq!((outcome(second), cost), (json!("repeated"), Cost::of_table(1)));
    let more = together((0..8).map(|_| send())).await;
    assert_eq!(with_status(&more, 202), 8);

    let jobs = story.items("JOB#").await;
    assert_eq!((story.items("DELIVERY#").await.len(), jobs.len()), (1, 1));
    for text in ["words", "ada@example.com", "Codertocat"] {
        assert!(!jobs[0].to_string().contains(text), "{text} is not needed, so it is not kept");
    }
    let day = 24 * 60 * 60;
    let expires = story.item("DELIVERY#", "DELIVERY").await["expiresAtEpoch"]["N"].clone();
    assert_eq!(expires, json!((story.now().as_second() + 7 * day).to_string()));
}

#[tokio::test]
async fn what_nothing_follows_from_is_answered_alike_and_costs_nothing() {
    let story = Story::with(&TOLD).await;
    let mut tagged = push();
    tagged["ref"] = json!("refs/tags/tenon-day-2");

    for (event, payload) in [
        ("ping", json!({ "zen": "Speak like a human." })),
        ("issues", json!({ "action": "opened" })),
        ("workflow_run", json!({ "action": "requested" })),
        ("member", json!({ "action": "removed" })),
        ("something_new", json!([])),
        ("push", tagged),
    ] {
        let (answer, cost) = story.costing(story.webhook(event, &payload)).await;
        assert_eq!((outcome(answer), cost), (json!("ignored"), Cost::of_table(0)), "{event}");
    }
    assert!(is_untouched(&story).await);
}

#[tokio::test]
async fn what_is_signed_and_makes_no_sense_is_told_what_is_wrong() {
    let story = Story::with(&TOLD).await;
    let send = async |request: reqwest::RequestBuilder| story.nobody().send(request).await;
    let body = push().to_string();

    let refused = send(story.signed_webhook("push", DELIVERY, "{}")).await;
    assert_eq!(refused.pointers(), [("/body".into(), "value_error".into())]);
    let request = story.nobody().request(Method::POST, "/api/github/webhooks").body(body.clone());
    let request = request.header("x-hub-signature-256", signature(SECRET, body.as_bytes()));
    let refused = send(request.try_clone().unwrap()).await;
    assert_eq!(refused.pointers(), [("/header/x-github-event".into(), "value_error".into())]);
    let refused = send(request.try_clone().unwrap().header("x-github-event", "push")).await;
    assert_eq!(refused.pointers(), [("/header/x-github-delivery".into(), "value_error".into())]);
    let form = request.header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(send(form).await.refusal().0, 415);
    assert!(is_untouched(&story).await);
}

#[tokio::test]
async fn a_webhook_may_have_five_mib_and_nothing_else_may() {
    let story = Story::with(&TOLD).await;
    let padded = |length: usize| {
        let mut body = push();
        body["padding"] = json!("");
        let missing = length - body.to_string().len();
        body["padding"] = json!("x".repeat(missing));
        body.to_string()
    };

    let largest = story.signed_webhook("push", DELIVERY, &padded(FIVE_MIB));
    assert_eq!(outcome(story.nobody().send(largest).await), "accepted");
    let larger = story.signed_webhook("push", DELIVERY, &padded(FIVE_MIB + 1));
    assert_eq!(story.nobody().send(larger).await.refusal().1, "BODY_TOO_LARGE");
    let elsewhere = story.nobody().request(Method::POST, "/api/simulations");
    let elsewhere = story.nobody().send(elsewhere.body(padded(FIVE_MIB))).await;
    assert_eq!(elsewhere.refusal().1, "BODY_TOO_LARGE");
}

/// The answer to the recorded event, after `change`, of a process that the gateway invokes.
async fn replayed(story: &Story, change: impl FnOnce(&mut Value)) -> (u16, Value) {
    let mut event: Value =
        serde_json::from_str(include_str!("../../events/webhooks.push.json")).unwrap();
    change(&mut event);
    let request = lambda_http::request::from_str(&event.to_string()).unwrap();
    let request: Request<Body> = request.map(Body::new);
    let answer = service(routes(), story.stack.app.clone()).oneshot(request).await.unwrap();
    let status = answer.status().as_u16();
    let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (status, serde_json::from_slice(&body).unwrap())
}

#[tokio::test]
async fn a_body_that_the_gateway_encoded_is_judged_as_github_signed_it() {
    let story = Story::with(&TOLD).await;

    let (status, body) = replayed(&story, |_event| {}).await;
    assert_eq!((status, body), (202, json!({ "outcome": "accepted" })));
    let shout = |event: &mut Value| {
        let headers = event["headers"].as_object_mut().unwrap();
        let value = headers.remove("x-hub-signature-256").unwrap();
        headers.insert("X-HUB-SIGNATURE-256".to_owned(), value);
    };
    let (status, body) = replayed(&story, shout).await;
    assert_eq!((status, body), (202, json!({ "outcome": "repeated" })), "names have no case");

    let undecoded = |event: &mut Value| event["isBase64Encoded"] = json!(false);
    let (status, body) = replayed(&story, undecoded).await;
    assert_eq!((status, &body["errorCode"]), (401, &json!("INVALID_SIGNATURE")));
}

#[tokio::test]
async fn who_runs_the_service_is_told_what_becomes_of_the_app_and_nothing_is_stored() {
    let story = Story::with(&TOLD).await;
    let log = Log::listen();

    for action in ["suspend", "deleted"] {
        let installation = json!({ "id": 16_598_467, "account": { "login": "ada-example" } });
        let payload = json!({ "action": action, "installation": installation });
        assert_eq!(outcome(story.webhook("installation", &payload).await), "ignored");
    }

    let errors = log.take_errors();
    let said = ["the GitHub App is suspended", "the GitHub App is no longer installed"];
    assert_eq!(errors.len(), 2);
    for (error, said) in errors.iter().zip(said) {
        assert!(error.contains(said) && error.contains("16598467"), "{error}");
        assert!(!error.contains("ada-example"), "{error}");
    }
    assert!(is_untouched(&story).await);
}
