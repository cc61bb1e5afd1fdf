//! Somebody renames or deletes a repository, and no webhook tells us: it is looked for by its number
//! when it is needed.

use local::github::faults::Fault;
use local::github::faults::kind::Kind;
use serde_json::{Value, json};
use tests::caller::Caller;
use tests::detour::Detour;
use tests::story::Story;
use tests::webhooks::TOLD;
use tests::work::Invited;

const ADA: &str = "ada@example.com";

/// Ada on day 2, whose repository is made.
struct Day {
    story: Story,
    invited: Invited,
    ada: Caller,
    task: u64,
    repository: String,
}

impl Day {
    async fn of(story: Story) -> Self {
        let (invited, ada, task) = story.on_day_two(ADA).await;
        let repository = story.repository(&ada, task).await;
        Self { story, invited, ada, task, repository }
    }

    async fn begin() -> Self {
        Self::of(Story::begin().await).await
    }

    async fn with_detour() -> (Self, Detour) {
        let (story, detour) = Story::with_detour(&[]).await;
        (Self::of(story).await, detour)
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/tasks/{}/{rest}", self.task)
    }

    fn rename(&self, from: &str, to: &str) {
        self.story.stack.github.rename_repository(from, to).unwrap();
    }

    /// The name and the state of the repository, as Ada sees it.
    async fn seen(&self) -> (Value, Value) {
        let status = self.ada.get(&self.path("codespace/status")).await.expect(200);
        (status["repoFullName"].clone(), status["repoState"].clone())
    }

    /// Starts a run and says how it ends.
    async fn run(&self) -> Value {
        let run = self.ada.post(&self.path("run"), json!({})).await.expect(200);
        self.story.pass(10).await;
        let path = self.path(&format!("run/{}", run["runId"]));
        self.ada.get(&path).await.expect(200)["status"].clone()
    }

    async fn run_refused(&self) {
        let answer = self.ada.post(&self.path("run"), json!({})).await;
        let told = answer.refusal();
        assert_eq!((told.0, told.1), (502, "GITHUB_NOT_FOUND"));
    }

    /// What Ada began with, and GitHub's number for her repository.
    async fn base(&self) -> [Value; 2] {
        let workspace = self.story.item("CS#", "WORKSPACE#2").await;
        [workspace["base"]["S"].clone(), workspace["repository"]["M"]["id"]["N"].clone()]
    }

    /// What the recruiter reads of day 2.
    async fn reason(&self) -> Value {
        self.story.row(&self.invited).await["workspaces"][0]["reason"].clone()
    }

    /// How often GitHub was asked for a repository by its number.
    fn asked(&self) -> u64 {
        self.story.stack.github.calls().get("GET repository by id").copied().unwrap_or(0)
    }
}

#[tokio::test]
async fn a_renamed_repository_is_found_by_who_runs_its_tests_and_by_who_hands_it_in() {
    let day = Day::begin().await;
    day.rename(&day.repository, "second");

    assert_eq!(day.run().await, "failed");
    assert_eq!(day.seen().await, (json!("tenon-hire-dev/second"), json!("there")));
    assert_eq!(day.asked(), 1);
    assert_eq!(day.run().await, "failed");
    assert_eq!(day.asked(), 1);

    let commit = day.story.push_solution("tenon-hire-dev/second");
    day.rename("tenon-hire-dev/second", "third");
    let submitted = day.ada.post(&day.path("submit"), json!({})).await.expect(201);
    assert_eq!(submitted["commitSha"], commit);
    assert_eq!((day.seen().await.0, day.asked()), (json!("tenon-hire-dev/third"), 2));
}

#[tokio::test]
async fn a_run_and_an_examination_go_on_in_a_repository_that_is_renamed_meanwhile() {
    let day = Day::begin().await;
    let init = json!({ "githubUsername": "ada" });
    day.ada.post(&day.path("codespace/init"), init).await.expect(200);
    day.story.settle().await;
    day.story.accept_invitations("ada");
    day.story.push_solution(&day.repository);
    let run = day.ada.post(&day.path("run"), json!({})).await.expect(200);
    day.rename(&day.repository, "second");
    day.story.pass(12).await;
    let run = day.ada.get(&day.path(&format!("run/{}", run["runId"]))).await.expect(200);
    assert_eq!(run["status"], "passed");

    let submitted = day.ada.post(&day.path("submit"), json!({})).await.expect(201);
    day.rename("tenon-hire-dev/second", "third");
    day.story.pass(15).await;

    let path = format!("/api/submissions/{}", submitted["submissionId"]);
    let detail = day.story.recruiter(1).get(&path).await.expect(200);
    assert_eq!(detail["testResults"]["status"], "passed");
    assert_eq!(day.seen().await.0, "tenon-hire-dev/third");
    let push = day.story.stack.github.push_as("ada", "tenon-hire-dev/third", "late.txt", "x");
    assert_eq!(push.unwrap_err().status().as_u16(), 403);
}

#[tokio::test]
async fn an_invitation_follows_a_renamed_repository_and_nothing_follows_one_without_our_marker() {
    let day = Day::begin().await;
    day.rename(&day.repository, "second");
    let init = json!({ "githubUsername": "ada" });
    day.ada.post(&day.path("codespace/init"), init).await.expect(200);
    day.story.settle().await;
    let github = &day.story.stack.github;
    github.accept_invitation("tenon-hire-dev/second", "ada").unwrap();
    assert_eq!(day.seen().await, (json!("tenon-hire-dev/second"), json!("there")));

    github.describe("tenon-hire-dev/second", "mine").unwrap();
    day.rename("tenon-hire-dev/second", "third");
    day.run_refused().await;
    assert_eq!(day.seen().await, (json!("tenon-hire-dev/second"), json!("unmarked")));
}

#[tokio::test]
async fn a_repository_that_was_deleted_is_made_anew_for_the_candidate_who_comes_for_it() {
    for told in [false, true] {
        let settings: &[(&str, &str)] = if told { &TOLD } else { &[] };
        let day = Day::of(Story::with(settings).await).await;
        let before = day.base().await;
        day.story.push_solution(&day.repository);
        day.story.stack.github.delete(&day.repository).unwrap();
        day.story.settle().await;
        if !told {
            day.run_refused().await;
        }
        assert_eq!(day.seen().await, (json!(day.repository), json!("gone")));
        assert_eq!(day.reason().await, "repository_missing");

        day.ada.post(&day.path("codespace/init"), json!({})).await.expect(200);
        day.story.pass(2).await;

        assert_eq!(day.seen().await, (json!(day.repository), json!("there")));
        assert_eq!(day.reason().await, json!(null));
        let after = day.base().await;
        assert!(after[0].is_string() && after[1] != before[1], "{before:?} {after:?}");
        assert_eq!(day.story.stack.github.repositories().len(), 2);
        assert_eq!(day.run().await, "failed");
    }
}

#[tokio::test]
async fn a_repository_that_was_deleted_is_made_anew_when_the_invite_is_sent_again() {
    let day = Day::of(Story::with(&TOLD).await).await;
    day.story.stack.github.delete(&day.repository).unwrap();
    day.story.settle().await;
    day.story.pass(60).await;
    assert_eq!(day.story.stack.github.repositories().len(), 1);

    let Invited { simulation, session, .. } = day.invited;
    let path = format!("/api/simulations/{simulation}/candidates/{session}/invite/resend");
    day.story.recruiter(1).post_nothing(&path).await.expect(200);
    day.story.pass(2).await;

    assert_eq!(day.seen().await, (json!(day.repository), json!("there")));
    assert_eq!(day.story.stack.github.repositories().len(), 2);
}

#[tokio::test]
async fn what_only_seemed_to_be_deleted_is_found_again_with_the_commit_it_began_with() {
    // It is shown again when it is looked for, or only once its name turns out to be taken.
    for shown_again in [true, false] {
        let (day, detour) = Day::with_detour().await;
        let before = day.base().await;
        let commit = day.story.push_solution(&day.repository);
        let by_number = format!("GET /repositories/{}", before[1].as_str().unwrap());
        detour.refuse("POST /dispatches", 404);
        detour.refuse(&by_number, 404);
        day.run_refused().await;
        assert_eq!(day.seen().await, (json!(day.repository), json!("gone")));
        detour.allow();
        if !shown_again {
            detour.refuse(&by_number, 404);
        }

        day.ada.post(&day.path("codespace/init"), json!({})).await.expect(200);
        day.story.pass(2).await;

        assert_eq!(day.seen().await, (json!(day.repository), json!("there")));
        assert_eq!(day.base().await, before);
        assert_ne!(before[0], commit);
        assert_eq!(day.story.stack.github.repositories().len(), 2);
        detour.allow();
        day.ada.post(&day.path("run"), json!({})).await.expect(200);
    }
}

#[tokio::test]
async fn what_only_seemed_to_be_deleted_is_there_once_its_code_is_handed_in() {
    let (day, detour) = Day::with_detour().await;
    let number = day.base().await[1].clone();
    detour.refuse("POST /dispatches", 404);
    detour.refuse(&format!("GET /repositories/{}", number.as_str().unwrap()), 404);
    day.run_refused().await;
    assert_eq!(day.seen().await, (json!(day.repository), json!("gone")));
    assert_eq!(day.reason().await, "repository_missing");
    detour.allow();

    day.ada.post(&day.path("submit"), json!({})).await.expect(201);

    assert_eq!(day.seen().await, (json!(day.repository), json!("there")));
    assert_eq!(day.reason().await, Value::Null);
}

#[tokio::test]
async fn a_dispatch_whose_answer_is_lost_is_looked_for_in_a_repository_that_is_renamed_meanwhile() {
    let day = Day::begin().await;
    let github = &day.story.stack.github;
    day.story.push_solution(&day.repository);
    github.misbehave(Fault::once(Kind::LostAnswer).on("POST dispatches"));
    github.misbehave(Fault::always(Kind::LateListing).measuring(30));
    let submitted = day.ada.post(&day.path("submit"), json!({})).await.expect(201);
    day.story.settle().await;
    day.rename(&day.repository, "second");

    day.story.pass(120).await;

    assert_eq!(day.seen().await.0, "tenon-hire-dev/second");
    let path = format!("/api/submissions/{}", submitted["submissionId"]);
    let detail = day.story.recruiter(1).get(&path).await.expect(200);
    assert_eq!(detail["testResults"]["status"], "passed");
    assert_eq!(github.calls()["POST dispatches"], 1);
}
