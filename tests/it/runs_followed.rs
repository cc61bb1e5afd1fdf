//! How runs are followed: seldom enough, once each, by whoever hears of them, the newest in front.

use jiff::SignedDuration;
use local::github::runs::RunTiming;
use serde_json::{Value, json};
use shared::app::App;
use shared::config::Config;
use shared::domain::id::RunId;
use shared::domain::job::Outcome;
use shared::domain::notice::Notice;
use shared::flows::follow_run::follow_run;
use shared::flows::hear_run::{Otherwise, hear_run};
use shared::flows::heed_github::heed_github;
use shared::mint::Mint;
use tests::caller::Caller;
use tests::door::{Door, Fate};
use tests::story::Story;

const ADA: &str = "ada@example.com";
const FIRST: u64 = 30_000_000_001;

fn run(task: u64) -> String {
    format!("/api/tasks/{task}/run")
}

async fn started(candidate: &Caller, task: u64) -> u64 {
    let started = candidate.post(&run(task), json!({})).await.expect(200);
    started["runId"].as_u64().unwrap()
}

async fn poll(candidate: &Caller, task: u64, id: u64) -> Value {
    candidate.get(&format!("{}/{id}", run(task))).await.expect(200)
}

fn lasting(seconds: i64) -> RunTiming {
    RunTiming { queued: SignedDuration::ZERO, running: SignedDuration::from_secs(seconds) }
}

fn looks(story: &Story) -> u64 {
    story.stack.github.calls().get("GET run").copied().unwrap_or(0)
}

/// GitHub's number for the repository that `task` is done in.
async fn repository_id(story: &Story, repository: &str) -> u64 {
    let read = story.github().get(&format!("/repos/{repository}")).await.expect(200);
    read["id"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn github_is_asked_every_two_seconds_by_whatever_processes_jobs_and_polls_there_are() {
    let story = Story::begin().await;
    story.stack.github.set_timing(lasting(60));
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    let number = repository_id(&story, &repository).await;
    let id = started(&ada, task).await;
    let one = story.stack.app.clone();
    let config = Config::clone(&one.config);
    let other = App::new(config, story.clock.clone(), Mint::System).await.unwrap();
    let elsewhere = ada.at(&story.another_process().await);

    for _quarter in 0..40 {
        story.clock.advance(SignedDuration::from_millis(250));
        let followed = tokio::join!(
            follow_run(&one, RunId::new(id)),
            follow_run(&other, RunId::new(id)),
            hear_run(&one, number, FIRST, Otherwise::Leave),
            hear_run(&other, number, FIRST, Otherwise::Leave),
        );
        assert!(followed.0.is_ok() && followed.1.is_ok() && followed.2.is_ok());
        poll(&ada, task, id).await;
        assert_eq!(poll(&elsewhere, task, id).await["status"], "running");
        story.settle().await;
    }

    assert_eq!(looks(&story), 5);
}

#[tokio::test]
async fn a_run_that_github_tells_of_is_looked_at_at_once_if_it_is_ours() {
    let story = Story::begin().await;
    story.stack.github.set_timing(lasting(100));
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    let number = repository_id(&story, &repository).await;
    let id = started(&ada, task).await;
    story.pass(101).await;
    assert_eq!(poll(&ada, task, id).await["status"], "running");
    let before = looks(&story);

    let app = &story.stack.app;
    assert_eq!(hear_run(app, number, FIRST + 1, Otherwise::Leave).await.unwrap(), Outcome::Done);
    assert_eq!(hear_run(app, number + 1, FIRST, Otherwise::Leave).await.unwrap(), Outcome::Done);
    assert_eq!(looks(&story), before);
    assert_eq!(hear_run(app, number, FIRST, Otherwise::Leave).await.unwrap(), Outcome::Done);
    assert_eq!(poll(&ada, task, id).await["status"], "failed");
    assert_eq!(hear_run(app, number, FIRST, Otherwise::Leave).await.unwrap(), Outcome::Done);
    assert_eq!(looks(&story), before + 1);
}

#[tokio::test]
async fn a_submission_is_complete_as_soon_as_github_tells_that_its_run_is() {
    let story = Story::begin().await;
    story.stack.github.set_timing(lasting(100));
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    let number = repository_id(&story, &repository).await;
    let path = format!("/api/tasks/{task}/submit");
    let submitted = ada.post(&path, json!({})).await.expect(201);
    let path = format!("/api/submissions/{}", submitted["submissionId"]);
    let status = async || story.recruiter(1).get(&path).await.expect(200)["testResults"].clone();
    story.pass(101).await;
    assert_eq!(status().await["status"], "pending");

    hear_run(&story.stack.app, number, FIRST, Otherwise::Leave).await.unwrap();
    let outcome = hear_run(&story.stack.app, number, FIRST, Otherwise::Leave).await.unwrap();

    assert_eq!(outcome, Outcome::Done);
    assert_eq!(status().await["status"], "failed");
    story.pass(60).await;
    assert_eq!(story.stack.github.dispatches(), 1);
}

#[tokio::test]
async fn an_older_run_that_ends_late_does_not_take_the_place_of_a_newer_one() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    story.stack.github.set_timing(lasting(30));
    let older = started(&ada, task).await;
    story.pass(1).await;
    story.stack.github.set_timing(lasting(4));
    let commit = story.push_solution(&repository);
    let newer = started(&ada, task).await;
    let status = format!("/api/tasks/{task}/codespace/status");

    for seconds in [10, 40] {
        story.pass(seconds).await;
        let shown = ada.get(&status).await.expect(200);
        assert_eq!(shown["lastWorkflowRunId"], "30000000002");
        assert_eq!(shown["latestCommitSha"], commit);
        assert_eq!(shown["lastTestSummary"]["status"], "passed");
    }
    assert_eq!(poll(&ada, task, older).await["status"], "failed");
    assert_eq!(poll(&ada, task, newer).await["status"], "passed");
}

#[tokio::test]
async fn a_run_that_is_run_again_before_it_was_read_is_waited_for_and_after_that_it_stays() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    let id = started(&ada, task).await;
    story.clock.advance(SignedDuration::from_secs(5));
    let path = format!("/repos/{repository}/actions/runs/{FIRST}");
    let first = story.github().get(&path).await.expect(200);
    assert_eq!((&first["conclusion"], &first["run_attempt"]), (&json!("failure"), &json!(1)));
    story.stack.github.run_again(&repository, FIRST).unwrap();
    story.settle().await;
    assert_eq!(poll(&ada, task, id).await["status"], "running");

    // What GitHub said of the first attempt comes late, and counts for nothing.
    let door = Door::open(&story).await;
    door.decide("/actions/runs/", 1, Fate::Heard(200, first.to_string()));
    story.clock.advance(SignedDuration::from_secs(2));
    let late = follow_run(&door.process(&story).await, RunId::new(id)).await.unwrap();
    assert!(matches!(late, Outcome::Again(_)), "{late:?}");
    assert_eq!(poll(&ada, task, id).await["status"], "running");

    story.pass(8).await;
    let ended = poll(&ada, task, id).await;
    assert_eq!(ended["status"], "failed");
    let before = looks(&story);
    story.stack.github.run_again(&repository, FIRST).unwrap();
    story.pass(12).await;
    assert_eq!((poll(&ada, task, id).await, looks(&story)), (ended, before));
}

#[tokio::test]
async fn a_run_whose_dispatch_was_answered_by_nothing_is_joined_and_not_started_again() {
    for (fate, status) in [(Fate::Lost, 200), (Fate::Heard(502, "<html>".to_owned()), 502)] {
        let story = Story::begin().await;
        let (_invited, ada, task) = story.on_day_two(ADA).await;
        let repository = story.repository(&ada, task).await;
        let commit = story.push_solution(&repository);
        let door = Door::open(&story).await;
        door.decide("/dispatches", 1, fate);
        let process = ada.at(&Story::serve(door.process(&story).await).await);

        let answer = process.post(&run(task), json!({})).await;
        assert_eq!(answer.status, status, "{answer:?}");
        if status == 200 {
            let told = ["status", "workflowRunId"].map(|name| answer.body[name].clone());
            assert_eq!(told, [json!("running"), json!(null)]);
        }
        story.pass(10).await;

        let shown = ada.get(&format!("/api/tasks/{task}/codespace/status")).await.expect(200);
        assert_eq!(shown["lastWorkflowRunId"], FIRST.to_string());
        assert_eq!(
            (&shown["latestCommitSha"], story.stack.github.dispatches()),
            (&json!(commit), 1)
        );
    }
}

#[tokio::test]
async fn a_run_that_github_does_not_have_for_a_moment_goes_on_and_for_two_minutes_is_lost() {
    let story = Story::begin().await;
    story.stack.github.set_timing(lasting(600));
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let id = started(&ada, task).await;
    let door = Door::open(&story).await;
    let app = door.process(&story).await;
    let missing = || Fate::Heard(404, "{}".to_owned());
    let look = async |seconds| {
        story.clock.advance(SignedDuration::from_secs(seconds));
        follow_run(&app, RunId::new(id)).await.unwrap()
    };

    door.decide("/actions/runs/", 1, missing());
    assert!(matches!(look(200).await, Outcome::Again(_)));
    assert!(matches!(look(60).await, Outcome::Again(_)));
    door.decide("/actions/runs/", 100, missing());
    for seconds in [70, 120] {
        assert!(matches!(look(seconds).await, Outcome::Again(_)), "{seconds}");
    }
    assert_eq!(poll(&ada, task, id).await["status"], "running");
    assert_eq!(look(2).await, Outcome::Done);
    assert_eq!(poll(&ada, task, id).await["status"], "error");
}

#[tokio::test]
async fn a_run_whose_repository_is_renamed_meanwhile_goes_on_under_the_new_name() {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    let number = repository_id(&story, &repository).await;
    let id = started(&ada, task).await;
    story.stack.github.rename_repository(&repository, "elsewhere").unwrap();
    let notice = Notice::RepositoryChanged { repository: number };
    Box::pin(heed_github(&story.stack.app, &notice, story.clock.now())).await.unwrap();

    let door = Door::open(&story).await;
    let old = format!("/repos/{repository}/");
    door.decide(&old, 100, Fate::Heard(301, "{}".to_owned()));
    let app = door.process(&story).await;
    story.clock.advance(SignedDuration::from_secs(10));
    let look = async || follow_run(&app, RunId::new(id)).await.unwrap();
    assert_eq!(look().await, Outcome::Again(SignedDuration::ZERO));
    story.pass(12).await;

    assert_eq!(poll(&ada, task, id).await["status"], "failed");
}
