//! Examinations whose answers are lost, that come to nothing, and that are asked for again.

use jiff::SignedDuration;
use local::github::uploads::{Fate as Upload, Upload as Left};
use serde_json::{Value, json};
use shared::domain::id::CandidateSessionId;
use shared::domain::job::{Job, Outcome};
use shared::domain::notice::Notice;
use shared::domain::task::Day;
use shared::flows::examine_submission::examine_submission;
use shared::flows::give_up::give_up;
use shared::flows::heed_github::heed_github;
use tests::caller::{Answer, Caller};
use tests::cost::Cost;
use tests::door::{Door, Fate};
use tests::story::Story;
use tests::together::{together, with_status};

const ADA: &str = "ada@example.com";

/// Ada has handed in the solved template; nothing of what follows is done.
struct HandedIn {
    story: Story,
    ada: Caller,
    session: u64,
    repository: String,
    submission: u64,
}

impl HandedIn {
    async fn begin() -> Self {
        let story = Story::begin().await;
        let (invited, ada, task) = story.on_day_two(ADA).await;
        let repository = story.repository(&ada, task).await;
        story.push_solution(&repository);
        let path = format!("/api/tasks/{task}/submit");
        let submitted = ada.post(&path, json!({})).await.expect(201);
        let submission = submitted["submissionId"].as_u64().unwrap();
        Self { story, ada, session: invited.session, repository, submission }
    }

    async fn results(&self) -> Value {
        let path = format!("/api/submissions/{}", self.submission);
        self.story.recruiter(1).get(&path).await.expect(200)["testResults"].clone()
    }

    fn path(&self) -> String {
        format!("/api/submissions/{}/examination", self.submission)
    }

    async fn examine(&self) -> Answer {
        self.story.recruiter(1).post_nothing(&self.path()).await
    }

    fn leave(&self, upload: Upload) {
        let left = Left::new("tenon-test-results", "no archive").that_is(upload);
        self.story.stack.github.leave(&self.repository, vec![left]).unwrap();
    }

    fn dispatches(&self) -> u64 {
        self.story.stack.github.dispatches()
    }
}

#[tokio::test]
async fn a_lost_answer_to_the_dispatch_starts_no_second_run() {
    let day = HandedIn::begin().await;
    let door = Door::open(&day.story).await;
    door.decide("/dispatches", 1, Fate::Lost);
    let app = door.process(&day.story).await;
    let (session, two) = (CandidateSessionId::new(day.session), Day::new(2).unwrap());

    let lost = examine_submission(&app, session, two).await.unwrap();
    assert!(matches!(lost, Outcome::Failed(..)), "{lost:?}");
    day.story.pass(12).await;

    let results = day.results().await;
    assert_eq!((&results["status"], &results["runAttempt"]), (&json!("passed"), &json!(1)));
    assert_eq!(day.dispatches(), 1);
}

#[tokio::test]
async fn a_run_that_github_does_not_list_is_started_again_after_a_while_and_the_newer_one_counts() {
    let day = HandedIn::begin().await;
    let door = Door::open(&day.story).await;
    let none = json!({ "total_count": 0, "workflow_runs": [] }).to_string();
    door.decide("/dispatches", 1, Fate::Lost);
    door.decide("/runs?", 100, Fate::Heard(200, none));
    let app = door.process(&day.story).await;
    let (session, two) = (CandidateSessionId::new(day.session), Day::new(2).unwrap());
    let examine = async || examine_submission(&app, session, two).await.unwrap();

    assert!(matches!(examine().await, Outcome::Failed(..)));
    day.story.clock.advance(SignedDuration::from_millis(19_999));
    assert!(matches!(examine().await, Outcome::Failed(..)));
    assert_eq!(day.dispatches(), 1);
    day.story.clock.advance(SignedDuration::from_millis(1));
    assert_eq!(examine().await, Outcome::Again(SignedDuration::from_secs(2)));
    day.story.pass(12).await;

    let results = day.results().await;
    assert_eq!(
        (&results["status"], &results["workflowRunId"]),
        (&json!("passed"), &json!("30000000002"))
    );
    assert_eq!(day.dispatches(), 2);
}

#[tokio::test]
async fn results_that_are_out_of_reach_are_waited_for_then_an_error_and_can_be_had_again() {
    let day = HandedIn::begin().await;
    day.leave(Upload::OutOfReach);
    day.story.pass(60).await;
    let waiting = day.results().await;
    assert_eq!(
        (&waiting["status"], &waiting["runStatus"]),
        (&json!("pending"), &json!("completed"))
    );
    for _ in 0..12 {
        day.story.clock.advance(SignedDuration::from_mins(2));
        day.story.settle().await;
    }
    let failed = day.results().await;
    let told = ["status", "artifactErrorCode", "artifactPresent"].map(|name| failed[name].clone());
    assert_eq!(told, [json!("error"), json!("artifact_download_failed"), json!(false)]);

    day.story.stack.github.leave_results(&day.repository).unwrap();
    let (asked, cost) = day.story.costing(day.examine()).await;
    assert_eq!(cost, Cost::of_table(3));
    let mut shown = asked.expect(202)["testResults"].clone();
    assert_eq!(shown["examinationPending"], true);
    shown["examinationPending"] = json!(false);
    let mut before = failed.clone();
    before.as_object_mut().unwrap().remove("output");
    assert_eq!(shown, before);
    assert_eq!(day.results().await["artifactErrorCode"], "artifact_download_failed");
    day.story.pass(12).await;

    let results = day.results().await;
    let told = ["status", "workflowRunId", "passed", "artifactErrorCode", "examinationPending"];
    let expected = [json!("passed"), json!("30000000002"), json!(3), json!(null), json!(false)];
    assert_eq!(told.map(|name| results[name].clone()), expected);
    assert!(results["stdout"].as_str().unwrap().starts_with("PASS "));
}

#[tokio::test]
async fn an_artifact_that_is_gone_is_not_waited_for() {
    for (fate, code) in
        [(Upload::Gone, "artifact_unavailable"), (Upload::Expired, "artifact_missing")]
    {
        let day = HandedIn::begin().await;
        day.leave(fate);
        day.story.pass(12).await;
        let results = day.results().await;
        assert_eq!(
            (&results["status"], &results["artifactErrorCode"]),
            (&json!("error"), &json!(code))
        );
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_ask_at_once_one_is_heard_and_it_is_recorded_once() {
    let day = HandedIn::begin().await;
    day.leave(Upload::Kept);
    assert_eq!(day.examine().await.refusal().1, "EXAMINATION_PENDING");
    day.story.pass(12).await;
    assert_eq!(day.results().await["artifactErrorCode"], "artifact_corrupt");
    day.story.stack.github.leave_results(&day.repository).unwrap();

    let asking = (0..8).map(|_| {
        let (recruiter, path) = (day.story.recruiter(1), day.path());
        async move { recruiter.post_nothing(&path).await }
    });
    let answers = together(asking).await;
    day.story.pass(12).await;

    assert_eq!((with_status(&answers, 202), with_status(&answers, 409)), (1, 7), "{answers:?}");
    let entries = day.story.items("AUDIT#").await;
    let repeated = entries.iter().filter(|entry| entry["change"]["S"] == "examinationRepeated");
    let named: Vec<_> = repeated.map(|entry| entry["submission"]["N"].clone()).collect();
    assert_eq!((named, day.dispatches()), (vec![json!(day.submission.to_string())], 2));
    assert_eq!(day.results().await["status"], "passed");
    let expected = (409, "EXAMINATION_COMPLETE", "The submission's results are final");
    assert_eq!(day.examine().await.refusal(), expected);
}

#[tokio::test]
async fn a_text_is_not_examined_and_neither_is_what_is_not_there() {
    let day = HandedIn::begin().await;
    let listed = day.story.recruiter(1).get("/api/submissions").await.expect(200);
    let texts = listed["items"].as_array().unwrap().iter().filter(|item| item["dayIndex"] == 1);
    let text = texts.map(|item| item["submissionId"].as_u64().unwrap()).next().unwrap();
    let recruiter = day.story.recruiter(1);

    let of_text = recruiter.post_nothing(&format!("/api/submissions/{text}/examination")).await;
    let expected = (409, "SUBMISSION_NOT_CODE", "Only submitted code can be examined");
    assert_eq!(of_text.refusal(), expected);
    let unknown = recruiter.post_nothing("/api/submissions/1/examination").await;
    assert_eq!(unknown.refusal(), (404, "SUBMISSION_NOT_FOUND", "Submission not found"));
    let candidate = day.ada.post_nothing(&day.path()).await;
    assert_eq!(candidate.refusal().1, "RECRUITER_ACCESS_REQUIRED");
}

#[tokio::test]
async fn a_tag_that_somebody_took_is_told_and_passed_by_when_it_is_examined_again() {
    let day = HandedIn::begin().await;
    let other = day.story.stack.github.push(&day.repository, "main", "a", "a", "Later").unwrap();
    let tag = json!({ "ref": "refs/tags/tenon-day-2", "sha": other });
    day.story.github().post(&format!("/repos/{}/git/refs", day.repository), tag).await.expect(201);

    day.story.pass(3).await;
    let results = day.results().await;
    assert_eq!(
        (&results["status"], &results["artifactErrorCode"]),
        (&json!("error"), &json!("tag_taken"))
    );
    assert_eq!((&results["examinationPending"], day.dispatches()), (&json!(false), 0));

    // Whoever took the first tag cannot have taken the next one, too.
    day.examine().await.expect(202);
    day.story.pass(12).await;
    assert_eq!((&day.results().await["status"], day.dispatches()), (&json!("passed"), 1));
}

#[tokio::test]
async fn an_examination_given_up_shows_its_own_run() {
    let day = HandedIn::begin().await;
    let (session, two) = (CandidateSessionId::new(day.session), Day::new(2).unwrap());
    let job = Job::ExamineSubmission { session, day: two };
    let app = &day.story.stack.app;
    give_up(app, &job).await.unwrap();
    day.examine().await.expect(202);

    give_up(app, &job).await.unwrap();

    let submission = app.store.submission(session, two).await.unwrap().unwrap().value;
    let place = app.store.submission_place(submission.id).await.unwrap().unwrap().value;
    assert_eq!(place.run, submission.code.map(|code| code.run));
    assert_eq!(day.results().await["artifactErrorCode"], "examination_failed");
}

#[tokio::test]
async fn a_repository_that_is_renamed_meanwhile_is_examined_under_its_new_name() {
    let day = HandedIn::begin().await;
    let read = day.story.github().get(&format!("/repos/{}", day.repository)).await.expect(200);
    let repository = read["id"].as_u64().unwrap();
    day.story.stack.github.rename_repository(&day.repository, "elsewhere").unwrap();
    let app = &day.story.stack.app;
    let notice = Notice::RepositoryChanged { repository };
    Box::pin(heed_github(app, &notice, day.story.clock.now())).await.unwrap();

    day.story.pass(60).await;

    assert_eq!((&day.results().await["status"], day.dispatches()), (&json!("passed"), 1));
}
