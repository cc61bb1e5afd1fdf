//! No log tells what it must not: each kind is caught where a line tells it, and a whole story tells none.
//! Beside these, every line of every other story is looked at as it is written.

use std::io::{self, Write};
use std::process::Command;
use std::sync::{Arc, Mutex};

use local::issuer::{Identity, Role};
use serde_json::json;
use shared::telemetry;
use tests::canary::{Offence, keep, offences};
use tests::logs::{OFFENDED, watch};
use tests::story::Story;
use tests::work::simulation_body;

const INVITE: &str = "AQAAAAAAAAMAAAABdW5rbm93biB0YWcgb2YgMjAgYnl";
const SIGNED: &str = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2ln";

/// Catches what a log tells, line by line.
#[derive(Clone, Default)]
struct Caught(Arc<Mutex<Vec<Offence>>>);

impl Write for Caught {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend(offences(&String::from_utf8_lossy(bytes)));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What is caught while `work` logs as a function does.
fn caught(work: impl FnOnce()) -> Vec<(&'static str, String, String)> {
    let caught = Caught::default();
    let to = caught.clone();
    let log = telemetry::log("tests", telemetry::usual(), move || to.clone());
    tracing::subscriber::with_default(log, work);
    let caught = caught.0.lock().unwrap();
    caught.iter().map(|it| (it.kind, it.message.clone(), it.field.clone())).collect()
}

#[test]
fn each_kind_is_caught_by_the_name_of_its_field_and_never_by_its_value() {
    keep("an-admin-key-of-one-story");
    for (kind, value) in [
        ("a bearer token", "Bearer abc"),
        ("a bearer token", SIGNED),
        ("an address", "mail to ada@example.com failed"),
        ("an invite token", INVITE),
        ("an invite token", &format!("/candidate/session/{INVITE}?x")),
        ("a GitHub token", "ghs_16C7e42F292c6912E7710c838347Ae178B4a"),
        ("a GitHub token", "ghp_16C7e42F292c6912E7710c838347Ae178B4a"),
        ("a secret", local::places::GITHUB_TOKEN),
        ("a secret", tests::webhooks::SECRET),
        ("what a candidate wrote", "Well thought out."),
        ("what a candidate wrote", "Ada Example"),
        ("a secret", "with an-admin-key-of-one-story"),
    ] {
        let told = (kind, "careless".to_owned(), "about".to_owned());
        assert_eq!(caught(|| tracing::info!(about = value, "careless")), [told]);
        let told = (kind, String::new(), "message".to_owned());
        assert_eq!(caught(|| tracing::info!("{value}")), [told]);
        let span = || tracing::error_span!(target: "shared", "around", about = value);
        let told = (kind, "careful".to_owned(), "about".to_owned());
        let within = caught(|| span().in_scope(|| tracing::info!("careful")));
        assert_eq!(within, [told]);
    }
}

#[test]
fn what_our_lines_are_made_of_is_no_offence() {
    let line = json!({
        "message": "a job is done",
        "job": "0c9a3f6e-5b1d-4c7a-9e2f-1a2b3c4d5e6f",
        "route": "GET /api/candidate/session/{token}",
        "commit": "3f786850e387550fdab836ed7e6dc881de23001b",
        "function_arn": "arn:aws:lambda:us-east-1:000000000000:function:tenon-prod-submissions-Function",
        "error": "every_word_of_this_name_has_43_characters_ok",
    });
    assert_eq!(offences(&line.to_string()), []);
    let told = offences("Error: ada@example.com");
    assert_eq!(told.iter().map(|it| it.field.as_str()).collect::<Vec<_>>(), ["line"]);
}

/// Run by the test below, in a process of its own.
#[test]
#[ignore = "it ends the process"]
fn a_careless_line() {
    watch();
    tracing::warn!(whose = "ada@example.com", "a careless line");
}

#[test]
fn an_offence_ends_the_run_and_tells_where_it_is() {
    let tests = std::env::current_exe().unwrap();
    let arguments = ["--ignored", "--exact", "canaries::a_careless_line"];
    let ended = Command::new(tests).args(arguments).output().unwrap();

    let told = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(OFFENDED), "{told}");
    assert!(told.contains("\"a careless line\"") && told.contains("\"whose\""), "{told}");
    assert!(!told.contains("ada@"), "{told}");
}

#[tokio::test]
async fn a_story_full_of_canaries_tells_none_of_them() {
    let story = Story::begin().await;
    let email = "kestrel.quillon@canary.example";
    let token = story.stack.issuer.token(&Identity::new(email, Role::Candidate)).unwrap();
    let kestrel = story.bearing(&token);
    let made = story.recruiter(1).post("/api/simulations", simulation_body()).await.expect(201);
    let invited = story.invite(made["id"].as_u64().unwrap(), "Kestrel Quillon", email).await;
    let invited = invited.expect(200);
    story.settle().await;
    let session = format!("/api/candidate/session/{}", invited["token"].as_str().unwrap());
    kestrel.get(&session).await.expect(200);
    let kestrel = kestrel.on(invited["candidateSessionId"].as_u64().unwrap());
    let first = made["tasks"][0]["id"].as_u64().unwrap();
    let body = json!({ "contentText": "Thinking aloud: quillon before quill." });
    kestrel.post(&format!("/api/tasks/{first}/submit"), body).await.expect(201);

    let second = first + 1;
    let repository = story.repository(&kestrel, second).await;
    let code = "const QUILLON: &str = \"kestrel over quillon\";";
    keep(code);
    story.stack.github.push(&repository, "main", "src/app.py", code, "quillon quilled").unwrap();
    kestrel.post(&format!("/api/tasks/{second}/run"), json!({})).await.expect(200);
    story.pass(15).await;
    kestrel.post(&format!("/api/tasks/{second}/submit"), json!({})).await.expect(201);
    story.pass(15).await;

    let listed = story.recruiter(1).get("/api/submissions").await.expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 2);
    for secret in [&token, invited["token"].as_str().unwrap(), email] {
        assert!(!offences(secret).is_empty(), "the log would have been caught with it");
    }
}
