//! Whoever does not show the admin key sees what is seen of a path that does not exist.

use std::collections::BTreeMap;

use http::Method;
use local::stack::routes;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use tests::cost::Cost;
use tests::logs::Log;
use tests::story::Story;

const KEY: &str = "an admin key of the tests, long enough";

/// An answer, to the last byte: status, headers but for the date, and body.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    status: u16,
    headers: BTreeMap<String, Vec<u8>>,
    body: Vec<u8>,
}

/// Sends `request` under a fixed id, so that nothing but its route can make a difference.
async fn seen(request: RequestBuilder) -> Seen {
    let id = "0c9a3f6e-5b1d-4c7a-9e2f-1a2b3c4d5e6f";
    let answer = request.header("x-tenon-request-id", id).send().await.unwrap();
    let headers = answer.headers().iter().filter(|(name, _)| *name != "date");
    Seen {
        status: answer.status().as_u16(),
        headers: headers.map(|(name, it)| (name.to_string(), it.as_bytes().to_vec())).collect(),
        body: answer.bytes().await.unwrap().to_vec(),
    }
}

/// Every admin route of the document, with values in its path, and paths beside them.
fn doors() -> Vec<(Method, String)> {
    let document = serde_json::to_value(routes().document()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let admin = paths.iter().filter(|(path, _)| path.starts_with("/api/admin/"));
    let routes = admin.flat_map(|(path, item)| {
        let methods = item.as_object().unwrap().keys();
        methods.map(|method| {
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).unwrap();
            (method, path.replace("{domain}", "local.test"))
        })
    });
    let beside = [
        (Method::PATCH, "/api/admin/companies"),
        (Method::HEAD, "/api/admin/companies"),
        (Method::POST, "/api/admin/companies/domains/local.test"),
        (Method::GET, "/api/admin/companies/"),
        (Method::GET, "/api/admin/companies?limit=x"),
        (Method::GET, "/api/admin"),
        (Method::GET, "/api/admin/"),
        (Method::GET, "/api/admin/nothing"),
        (Method::GET, "/api/admin/companies/domains/%FF"),
    ];
    routes.chain(beside.map(|(method, path)| (method, path.to_owned()))).collect()
}

/// What may be shown in the key's place.
const SHOWN: [&[&str]; 7] = [
    &[],
    &[""],
    &["a wrong key"],
    &["an admin key of the tests, long enoug"],
    &["an admin key of the tests, long enough!"],
    &["AN ADMIN KEY OF THE TESTS, LONG ENOUGH"],
    &[KEY, KEY],
];

/// What is answered at each door to whoever shows `keys` there, and what for a path that does not
/// exist.
async fn compared(story: &Story, door: &(Method, String), keys: &[&str], body: &str) -> [Seen; 2] {
    let (method, path) = door;
    let nobody = story.nobody();
    let request = |path: &str| {
        let mut request = nobody.request(method.clone(), path);
        for key in keys {
            request = request.header("x-admin-key", *key);
        }
        request.header("content-type", "application/json").body(body.to_owned())
    };
    [seen(request(path)).await, seen(request("/api/no/such/path")).await]
}

#[tokio::test]
async fn without_the_key_every_admin_route_is_a_path_that_does_not_exist() {
    let story = Story::with(&[("TENON_ADMIN_API_KEY", KEY)]).await;
    assert_eq!(doors().len(), 24);
    let before = story.stack.app.store.calls().count();

    for door in doors() {
        for keys in SHOWN {
            let [at_the_door, nowhere] = compared(&story, &door, keys, "{}").await;
            assert_eq!(at_the_door, nowhere, "{door:?} {keys:?}");
            assert_eq!(at_the_door.status, 404);
        }
    }

    assert_eq!(story.stack.app.store.calls().count(), before);
}

#[tokio::test]
async fn what_is_sent_without_the_key_is_not_read() {
    let story = Story::with(&[("TENON_ADMIN_API_KEY", KEY)]).await;
    let door = (Method::POST, "/api/admin/companies".to_owned());
    let recruiter = story.recruiter(1);

    for body in ["", "{", "not json", "{\"name\":7}", "\u{0}"] {
        let [at_the_door, nowhere] = compared(&story, &door, &[], body).await;
        assert_eq!((at_the_door.status, &at_the_door), (404, &nowhere), "{body:?}");
    }
    // A recruiter's token opens nothing here.
    let refused = recruiter.get("/api/admin/companies").await;
    assert_eq!(refused.refusal(), (404, "NOT_FOUND", "Not Found"));
}

#[tokio::test]
async fn where_no_key_is_configured_no_key_opens() {
    for configured in [None, Some(""), Some("  ")] {
        let settings = configured.map(|key| ("TENON_ADMIN_API_KEY", key));
        let story = Story::with(settings.as_slice()).await;
        let door = (Method::GET, "/api/admin/companies".to_owned());
        for keys in [&[][..], &[""], &["  "], &[KEY]] {
            let [at_the_door, nowhere] = compared(&story, &door, keys, "").await;
            assert_eq!(
                (at_the_door.status, &at_the_door),
                (404, &nowhere),
                "{configured:?} {keys:?}"
            );
        }
    }
}

#[tokio::test]
async fn guesses_are_counted_and_answered_alike_and_told_in_the_log_once() {
    let story =
        Story::with(&[("TENON_ADMIN_API_KEY", KEY), ("TENON_RATE_LIMIT_ENABLED", "1")]).await;
    let door = (Method::GET, "/api/admin/companies".to_owned());
    let log = Log::listen();

    for _ in 0..12 {
        let [at_the_door, nowhere] = compared(&story, &door, &["a guess"], "").await;
        assert_eq!((at_the_door.status, &at_the_door), (404, &nowhere));
    }

    let counted = story.items("LIMIT#").await;
    assert_eq!((counted.len(), &counted[0]["hits"]["N"]), (1, &json!("10")));
    let told = log.take_errors();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("somebody guesses at the admin key"), "{told:?}");
}

#[tokio::test]
async fn with_the_key_the_routes_are_like_any_other() {
    let story =
        Story::with(&[("TENON_ADMIN_API_KEY", " an admin key of the tests, long enough ")]).await;
    let nobody = story.nobody();
    let call = |method: Method, path: &str| {
        let request = nobody.request(method, path).header("X-Admin-Key", format!("\t{KEY} "));
        nobody.send(request)
    };

    let (listed, cost) = story.costing(call(Method::GET, "/api/admin/companies/")).await;
    assert_eq!((listed.status, cost), (200, Cost::of_table(1)));
    assert_eq!(call(Method::GET, "/api/admin/nothing").await.refusal().0, 404);
    let wrong = call(Method::PATCH, "/api/admin/companies/domains/local.test").await;
    assert_eq!((wrong.status, wrong.header("allow")), (405, Some("DELETE, OPTIONS, PUT")));
    let request = nobody.request(Method::POST, "/api/admin/companies").header("x-admin-key", KEY);
    let unread = nobody.send(request.header("content-type", "application/json").body("{")).await;
    assert_eq!(unread.pointers(), [("/body".to_owned(), "json_invalid".to_owned())]);
    let head = call(Method::HEAD, "/api/admin/companies").await;
    assert_eq!((head.status, head.body), (200, Value::Null));
    assert_eq!(listed.body["items"][0]["name"], json!("LocalCo"));
}
