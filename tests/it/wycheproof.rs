//! The vectors of Project Wycheproof, all through the way that every token of ours takes.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use shared::auth::jwks::Jwks;
use shared::auth::token::signed_payload;
use shared::clock::Clock;
use tests::keys::KeyServer;
use tests::story::MORNING;

/// What must not be committed of a key, though these are published.
const PRIVATE: [&str; 6] = ["d", "p", "q", "dp", "dq", "qi"];

fn read(path: &Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap()
}

fn committed(name: &str) -> Vec<Value> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/wycheproof");
    read(&folder.join(format!("{name}.json"))).as_array().unwrap().clone()
}

/// What we keep of a group.
fn trimmed(group: &Value) -> Value {
    let keys = group.get("public").unwrap_or_else(|| &group["private"]);
    let mut keys = keys["keys"].as_array().cloned().unwrap_or_else(|| vec![keys.clone()]);
    for key in &mut keys {
        key.as_object_mut().unwrap().retain(|name, _| !PRIVATE.contains(&name.as_str()));
    }
    let tests = group["tests"].as_array().unwrap().iter();
    let tests = tests
        .map(|test| json!({ "tcId": test["tcId"], "jws": test["jws"], "result": test["result"] }));
    json!({ "comment": group["comment"], "keys": keys, "tests": tests.collect::<Vec<_>>() })
}

/// A vector: its number, its token, and whether the token is valid.
fn vectors(group: &Value) -> Vec<(u64, &str, bool)> {
    let tests = group["tests"].as_array().unwrap().iter();
    let vector = |test: &'_ Value| test["tcId"].as_u64().unwrap();
    tests
        .map(|test| (vector(test), test["jws"].as_str().unwrap(), test["result"] == "valid"))
        .collect()
}

/// The numbers of the vectors that our verifier accepts when each group's keys are the provider's.
async fn accepted(groups: &[Value]) -> Vec<u64> {
    let now: Timestamp = MORNING.parse().unwrap();
    let http = shared::http_client::build().unwrap();
    let server = KeyServer::start().await;
    let mut accepted = Vec::new();
    for group in groups {
        server.publish(&json!({ "keys": group["keys"] }));
        let url = server.url.parse().unwrap();
        let jwks = Jwks::new(http.clone(), url, SignedDuration::from_hours(1), Clock::fixed(now));
        for (number, token, _) in vectors(group) {
            if signed_payload(&jwks, token, now).await.is_ok() {
                accepted.push(number);
            }
        }
    }
    accepted
}

/// The numbers of the valid vectors that are signed as our tokens are.
fn valid_and_ours(groups: &[Value]) -> Vec<u64> {
    let is_ours = |token: &str| {
        let header = URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap_or_default();
        serde_json::from_slice(&header).is_ok_and(|header: Value| header["alg"] == "RS256")
    };
    let all = groups.iter().flat_map(vectors);
    all.filter(|(_, token, valid)| *valid && is_ours(token)).map(|(number, ..)| number).collect()
}

#[tokio::test]
async fn of_401_signatures_the_eight_that_are_valid_rs256_are_accepted() {
    let groups = committed("json_web_signature");
    let expected = valid_and_ours(&groups);

    assert_eq!(groups.iter().map(|group| vectors(group).len()).sum::<usize>(), 401);
    assert_eq!(expected.len(), 8);
    assert_eq!(accepted(&groups).await, expected);
}

#[tokio::test]
async fn of_26_key_sets_the_valid_one_serves_and_one_that_only_its_owner_could_have_made_better() {
    let groups = committed("json_web_key");
    // Its modulus is a product of primes that bad hardware chose (ROCA). Keys come from the configured
    // provider alone, who signs with them: whether they were made well is the provider's to know.
    let roca = 7;

    assert_eq!(groups.iter().map(|group| vectors(group).len()).sum::<usize>(), 26);
    assert_eq!(valid_and_ours(&groups), [5]);
    assert_eq!(accepted(&groups).await, [5, roca]);
}

#[test]
fn the_committed_vectors_are_the_published_ones() {
    let originals: PathBuf =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/wycheproof");
    for name in ["json_web_signature", "json_web_key"] {
        let original = originals.join(format!("{name}_test.json"));
        if !original.exists() {
            let told = format!("not compared: {} is not here\n", original.display());
            std::io::stderr().write_all(told.as_bytes()).unwrap();
            continue;
        }
        let groups = read(&original)["testGroups"].as_array().unwrap().clone();
        assert_eq!(groups.iter().map(trimmed).collect::<Vec<_>>(), committed(name), "{name}");
    }
}
