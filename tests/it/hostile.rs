//! What a candidate with push rights may do to spoil an examination, and what comes of it.

use serde_json::{Value, json};
use tests::caller::Caller;
use tests::story::Story;

const ADA: &str = "ada@example.com";
const TAG: &str = "tenon-day-2";

/// Ada on day two, who calls GitHub herself.
struct Ada {
    story: Story,
    api: Caller,
    github: Caller,
    task: u64,
    repository: String,
}

impl Ada {
    async fn on_day_two() -> Self {
        let story = Story::begin().await;
        let (_invited, api, task) = story.on_day_two(ADA).await;
        let repository = story.repository(&api, task).await;
        let github = story.github();
        Self { story, api, github, task, repository }
    }

    fn push(&self, branch: &str, path: &str) -> String {
        self.story.stack.github.push(&self.repository, branch, path, "noise", "Change").unwrap()
    }

    async fn tag(&self, commit: &str) {
        let body = json!({ "ref": format!("refs/tags/{TAG}"), "sha": commit });
        let path = format!("/repos/{}/git/refs", self.repository);
        self.github.post(&path, body).await.expect(201);
    }

    /// Hands in the day, waits, and gives what the recruiter sees of the tests.
    async fn examined(&self) -> (String, Value) {
        let path = format!("/api/tasks/{}/submit", self.task);
        let submitted = self.api.post(&path, json!({})).await.expect(201);
        self.story.pass(15).await;
        let path = format!("/api/submissions/{}", submitted["submissionId"]);
        let detail = self.story.recruiter(1).get(&path).await.expect(200);
        (submitted["commitSha"].as_str().unwrap().to_owned(), detail["testResults"].clone())
    }
}

#[tokio::test]
async fn a_run_that_the_candidate_started_on_our_tag_beforehand_is_not_taken_for_ours() {
    let ada = Ada::on_day_two().await;
    let commit = ada.story.push_solution(&ada.repository);
    ada.tag(&commit).await;
    let path = format!("/repos/{}/actions/workflows/tenon-ci.yml/dispatches", ada.repository);
    assert_eq!(ada.github.post(&path, json!({ "ref": TAG })).await.status, 204);
    ada.story.pass(20).await;

    let (pinned, results) = ada.examined().await;

    assert_eq!(pinned, commit);
    assert_eq!((&results["status"], &results["passed"]), (&json!("passed"), &json!(3)));
    assert_eq!(ada.story.stack.github.dispatches(), 2);
}

#[tokio::test]
async fn a_branch_with_the_name_of_our_tag_is_not_tested_in_its_place() {
    let ada = Ada::on_day_two().await;
    ada.push(TAG, "elsewhere.txt");
    let commit = ada.story.push_solution(&ada.repository);

    let (pinned, results) = ada.examined().await;

    assert_eq!((&pinned, &results["commitSha"]), (&commit, &json!(commit)));
    assert_eq!((&results["status"], &results["passed"]), (&json!("passed"), &json!(3)));
}

#[tokio::test]
async fn a_tag_of_that_name_on_another_commit_is_told_at_once() {
    let ada = Ada::on_day_two().await;
    let other = ada.push("main", "one.txt");
    ada.tag(&other).await;
    ada.push("main", "two.txt");

    let (_pinned, results) = ada.examined().await;

    assert_eq!(results["status"], "error");
    assert_eq!(results["artifactErrorCode"], "tag_taken");
    let told = "The tag that marks the submitted commit exists on another commit.";
    assert_eq!(results["message"], told);
}

#[tokio::test]
async fn the_same_filter_twice_with_different_values_is_refused() {
    let story = Story::begin().await;
    let recruiter = story.recruiter(1);

    let same = recruiter.get("/api/submissions?simulationId=1&simulation_id=1").await;
    assert_eq!(same.expect(200), json!({ "items": [], "nextCursor": null }));
    let other = recruiter.get("/api/submissions?simulationId=1&simulation_id=2").await;
    let pointer = ("/query/simulationId".to_owned(), "value_error".to_owned());
    assert_eq!((other.status, other.pointers()), (422, vec![pointer]));
}

#[tokio::test]
async fn a_slash_at_the_end_of_a_path_reaches_the_same_route() {
    let story = Story::begin().await;
    let recruiter = story.recruiter(1);
    let simulation = story.simulation().await;

    let with = recruiter.get(&format!("/api/simulations/{simulation}/?a=b")).await.expect(200);
    let without = recruiter.get(&format!("/api/simulations/{simulation}")).await.expect(200);
    assert_eq!(with, without);
    assert_eq!(story.nobody().get("/health/").await.status, 200);
    assert_eq!(story.nobody().get("/nowhere/").await.refusal().0, 404);
}
