//! Somebody else writes between what a job reads and what it writes.

use http::Method;
use jiff::SignedDuration;
use serde_json::json;
use shared::domain::id::{CandidateSessionId, RunId};
use shared::domain::job::Outcome;
use shared::domain::notice::Notice;
use shared::domain::task::Day;
use shared::flows::clean_up::clean_up;
use shared::flows::examine_submission::examine_submission;
use shared::flows::follow_run::follow_run;
use shared::flows::heed_github::heed_github;
use shared::jobs::sweep;
use tests::door::{Door, Fate};
use tests::held::{Callee, Held, Stop};
use tests::logs::Log;
use tests::story::Story;

use crate::cleanup;

const ADA: &str = "ada@example.com";

#[tokio::test]
async fn a_date_that_is_set_while_a_clean_up_plans_its_own_stays() {
    let story = cleanup::begin("1").await;
    let invited = story.invited(ADA).await;
    let look_at = async || story.item("CLEANUP#", "CLEANUP").await["lookAt"]["S"].clone();
    let unclaimed = look_at().await;
    let held = Held::open(&story, Callee::Table, ("TransactWriteItems", Stop::Once)).await;
    let app = held.process(&story).await;
    let session = CandidateSessionId::new(invited.session);

    // It has read that nobody claimed the invite, and is about to write when that would end.
    let planning = tokio::spawn(async move { clean_up(&app, session).await.unwrap() });
    held.arrived().await;
    story.clock.advance(SignedDuration::from_hours(24));
    let ada = story.candidate(ADA);
    ada.get(&format!("/api/candidate/session/{}", invited.token)).await.expect(200);
    clean_up(&story.stack.app, session).await.unwrap();
    let claimed = look_at().await;
    held.release();

    assert_ne!(claimed, unclaimed);
    assert_eq!(planning.await.unwrap(), Outcome::Again(SignedDuration::ZERO));
    assert_eq!(look_at().await, claimed);
}

#[tokio::test]
async fn what_is_lost_is_sent_again_although_nothing_can_be_cleaned_up() {
    let log = Log::listen();
    let story = cleanup::begin("1").await;
    story.invited_just_now(ADA).await;
    story.stack.worker.pump().unwrap();
    story.clock.advance(SignedDuration::from_mins(10));
    let overdue = story.items("JOB#").await.len();
    let held = Held::open(&story, Callee::Table, ("CLEANUP", Stop::Never)).await;

    let sent = sweep(&held.process(&story).await).await.unwrap();

    assert_eq!((sent, overdue), (3, 3));
    assert!(log.text().contains("nothing is cleaned up"), "{}", log.text());
}

#[tokio::test]
async fn who_is_overtaken_by_a_newer_look_at_a_repository_looks_again() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    let workspace = story.item("CS#", "WORKSPACE#2").await;
    let id = workspace["repository"]["M"]["id"]["N"].as_str().unwrap().parse().unwrap();
    let notice = Notice::RepositoryChanged { repository: id };
    let held = Held::open(&story, Callee::Table, ("TransactWriteItems", Stop::Once)).await;
    let app = held.process(&story).await;
    let (told, now) = (notice.clone(), story.now());

    story.stack.github.rename_repository(&repository, "second").unwrap();
    let late = tokio::spawn(async move { Box::pin(heed_github(&app, &told, now)).await.unwrap() });
    held.arrived().await;
    story.stack.github.rename_repository("tenon-hire-dev/second", "third").unwrap();
    Box::pin(heed_github(&story.stack.app, &notice, now)).await.unwrap();
    held.release();

    assert_eq!(late.await.unwrap(), Outcome::Again(SignedDuration::ZERO));
    assert_eq!(story.repository(&ada, task).await, "tenon-hire-dev/third");
}

#[tokio::test]
async fn that_a_run_ended_is_written_down_before_its_results_are_read() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let run = ada.post(&format!("/api/tasks/{task}/run"), json!({})).await.expect(200);
    let id = RunId::new(run["runId"].as_u64().unwrap());
    story.clock.advance(SignedDuration::from_secs(10));
    let held = Held::open(&story, Callee::GitHub, ("/artifacts", Stop::Once)).await;
    let app = held.process(&story).await;

    let reading = tokio::spawn(async move { follow_run(&app, id).await.unwrap() });
    held.arrived().await;
    let written = story.item("RUN#", "RUN").await["state"]["M"]["state"]["S"].clone();
    held.release();

    assert_eq!((written, reading.await.unwrap()), (json!("ended"), Outcome::Done));
    let shown = ada.get(&format!("/api/tasks/{task}/run/{}", run["runId"])).await.expect(200);
    assert_eq!(shown["status"], "failed");
}

#[tokio::test]
async fn protected_files_that_are_too_many_to_compare_are_told_as_that() {
    let story = Story::begin().await;
    let (invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    story.stack.github.push(&repository, "main", "tests/test_more.py", "x", "More").unwrap();
    let submitted = ada.post(&format!("/api/tasks/{task}/submit"), json!({})).await.expect(201);
    let commit = submitted["commitSha"].as_str().unwrap();
    let trees = format!("/repos/{repository}/git/trees");
    let request = story.github().request(Method::GET, &format!("{trees}/{commit}"));
    let root = story.github().send(request).await.expect(200);
    let mut entries = root["tree"].as_array().unwrap().iter();
    let folder = entries.find(|entry| entry["path"] == "tests").unwrap()["sha"].clone();
    let door = Door::open(&story).await;
    for tree in [commit, folder.as_str().unwrap()] {
        let cut = json!({ "sha": tree, "url": "", "tree": [], "truncated": true });
        let whole = format!("/git/trees/{tree}?recursive=1");
        door.decide(&whole, 100, Fate::Heard(200, cut.to_string()));
    }

    let app = door.process(&story).await;
    let (session, day) = (CandidateSessionId::new(invited.session), Day::new(2).unwrap());
    for _turn in 0..20 {
        // What the run left is not to be had through the door.
        let run = story.item("RUN#", "RUN").await["state"]["M"]["state"]["S"].clone();
        let app = if run == "finished" { &app } else { &story.stack.app };
        if examine_submission(app, session, day).await.unwrap() == Outcome::Done {
            break;
        }
        story.clock.advance(SignedDuration::from_secs(2));
    }

    let path = format!("/api/submissions/{}", submitted["submissionId"]);
    let results = &story.recruiter(1).get(&path).await.expect(200)["testResults"];
    assert_eq!(results["status"], "tampered");
    let told = json!([".github/workflows/, tests/ (too many files to compare)"]);
    assert_eq!(results["tamperedFiles"], told);
}
