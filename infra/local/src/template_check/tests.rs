use std::future::pending;

use clap::Parser;
use jiff::SignedDuration;
use shared::config::secrets::GitHubIdentity;
use shared::secret::Secret;
use tokio::net::TcpListener;

use super::*;
use crate::documents::Documents;
use crate::github::runs::RunTiming;
use crate::github::templates::{SOLUTION, TEMPLATES};

const WORKFLOW: &str = "tenon-ci.yml";
const GO_GIN: &str = "tenon-hire-dev/tenon-template-go-gin";
const TOKEN: &str = "ghs_story";

#[derive(Debug, Parser)]
struct Line {
    #[command(flatten)]
    asked: Asked,
}

/// What is asked for by these arguments, or with what the program ends.
fn parsed(arguments: &str) -> Result<Asked, i32> {
    let arguments = ["templates"].into_iter().chain(arguments.split_whitespace());
    Line::try_parse_from(arguments).map(|line| line.asked).map_err(|error| error.exit_code())
}

/// A GitHub on a free port, and where it is.
async fn github() -> (crate::github::GitHub, Clock, String) {
    let clock = Clock::fixed("2026-03-02T09:00:00Z".parse().unwrap());
    let settings = crate::github::Settings {
        token: TOKEN.to_owned(),
        timing: RunTiming {
            queued: SignedDuration::from_secs(1),
            running: SignedDuration::from_secs(4),
        },
        latency: Duration::ZERO,
    };
    let documents = Documents::memory().unwrap();
    let github = crate::github::GitHub::open(documents, clock.clone(), settings).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap());
    let router = github.router();
    tokio::spawn(async move { axum::serve(listener, router).await });
    (github, clock, base)
}

fn settings(base: &str) -> BTreeMap<String, String> {
    let settings = [("TENON_GITHUB_API_BASE", base), ("TENON_GITHUB_TOKEN", TOKEN)];
    settings.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// How a check by `arguments` ends, and what it prints. Time passes as fast as it can.
async fn lived(arguments: &str, clock: &Clock, base: &str) -> (Ended, String) {
    let identity = GitHubIdentity::Token(Secret::new(TOKEN)).into();
    let settings = Settings { base: base.parse().unwrap(), identity, home: "acme".to_owned() };
    let http = shared::http_client::build().unwrap();
    let github = GitHub::new(http, settings, clock.clone()).patient();
    let trial = Trial { github, clock: clock.clone() };
    let mut out = Vec::new();
    let asked = parsed(arguments).unwrap();
    let ended = check(&asked, &trial, WORKFLOW, &mut out, pending()).await;
    (ended, String::from_utf8(out).unwrap())
}

#[tokio::test]
async fn all_templates_are_looked_at_and_told_one_by_one() {
    let (_github, _clock, base) = github().await;
    let mut out = Vec::new();

    let asked = parsed("--all --concurrency 14").unwrap();
    let ended = run(&asked, &settings(&base), &mut out, pending()).await.unwrap();

    let out = String::from_utf8(out).unwrap();
    assert_eq!((ended, ended.code()), (Ended::AllOk, 0), "{out}");
    let lines: Vec<_> = out.lines().collect();
    assert_eq!(lines.len(), 16, "{out}");
    let told = |(line, number): (&&str, usize)| line.starts_with(&format!("[{number:>2}/14] "));
    assert!(lines[..14].iter().zip(1..).all(told), "{out}");
    assert_eq!(lines[14..], ["", "14/14 ok"]);
}

#[tokio::test]
async fn a_template_that_is_not_well_is_named_with_what_is_wrong_and_ends_the_program_with_1() {
    let (github, _clock, base) = github().await;
    github.remove_file(GO_GIN, ".github/workflows/tenon-ci.yml").unwrap();
    let mut out = Vec::new();

    let asked = parsed("--mode static --template-keys go-gin,node-nest-ts").unwrap();
    let ended = run(&asked, &settings(&base), &mut out, pending()).await.unwrap();

    let out = String::from_utf8(out).unwrap();
    assert_eq!((ended, ended.code()), (Ended::SomeFailed, 1), "{out}");
    assert!(out.ends_with("\n\n1/2 ok\ngo-gin: workflow_file_missing\n"), "{out}");
}

#[tokio::test]
async fn a_live_check_runs_the_workflow_and_reads_what_it_leaves() {
    let (github, clock, base) = github().await;
    let (ended, out) = lived("--mode live --template-keys go-gin", &clock, &base).await;
    let expected =
        "[ 1/1] go-gin: workflow_run_not_success\n\n0/1 ok\ngo-gin: workflow_run_not_success\n";
    assert_eq!((ended, out.as_str()), (Ended::SomeFailed, expected));

    let go = TEMPLATES.into_iter().find(|it| it.repository.ends_with("go-gin")).unwrap();
    assert!(go.solved().contains(SOLUTION));
    github.push(GO_GIN, "main", go.source, &go.solved(), "Solve").unwrap();
    let (ended, out) = lived("--mode live --template-keys go-gin", &clock, &base).await;
    assert_eq!((ended, out.as_str()), (Ended::AllOk, "[ 1/1] go-gin: ok\n\n1/1 ok\n"));
    assert_eq!(github.dispatches(), 2);
}

#[tokio::test]
async fn a_run_that_does_not_end_in_its_time_is_told() {
    let (_github, clock, base) = github().await;
    let arguments = "--mode live --template-keys go-gin --timeout-seconds 3";
    let (ended, out) = lived(arguments, &clock, &base).await;
    assert_eq!(ended, Ended::SomeFailed);
    assert!(out.ends_with("\n0/1 ok\ngo-gin: workflow_run_timeout\n"), "{out}");
}

#[tokio::test]
async fn an_interrupted_check_tells_what_it_did_not_come_to_and_ends_with_1() {
    let (_github, clock, base) = github().await;
    let identity = GitHubIdentity::Token(Secret::new(TOKEN)).into();
    let settings = Settings { base: base.parse().unwrap(), identity, home: "acme".to_owned() };
    let http = shared::http_client::build().unwrap();
    let github = GitHub::new(http, settings, clock.clone());
    let mut out = Vec::new();

    // The interrupt is there from the beginning, so that no answer can be.
    let asked = parsed("--all --concurrency 1").unwrap();
    let ended = check(&asked, &Trial { github, clock }, WORKFLOW, &mut out, async {}).await;

    assert_eq!((ended, ended.code()), (Ended::Interrupted, 1));
    assert_eq!(String::from_utf8(out).unwrap(), "\n0/14 ok\n14 not checked\n");
}

#[test]
fn a_call_that_makes_no_sense_ends_with_2() {
    for wrong in [
        "",
        "--mode static",
        "--all --template-keys go-gin",
        "--template-keys nope",
        "--all --mode both",
        "--all --concurrency 0",
        "--all --timeout-seconds 0",
        "--all --timeout-seconds 601",
    ] {
        assert_eq!(parsed(wrong).unwrap_err(), i32::from(CANNOT_BEGIN), "{wrong}");
    }
    assert_eq!(parsed("--help").unwrap_err(), 0);
    let asked = parsed("--template-keys go-gin ml-infra-mlops --concurrency 999").unwrap();
    assert_eq!((asked.template_keys.len(), asked.concurrency), (2, 999));
    assert_eq!((asked.mode, asked.timeout_seconds), (Mode::Static, 180));
}

#[tokio::test]
async fn without_an_identity_on_github_nothing_begins() {
    let asked = parsed("--all").unwrap();
    let mut out = Vec::new();
    let refused = run(&asked, &BTreeMap::new(), &mut out, pending()).await.unwrap_err();
    assert!(refused.to_string().contains("TENON_GITHUB_TOKEN"), "{refused}");
    assert_eq!(out, b"");
}
