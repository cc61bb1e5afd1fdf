//! Once a code day is handed in, nobody but us pushes to its repository.

use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::domain::id::CandidateSessionId;
use shared::domain::job::{Job, JobRecord};
use shared::domain::task::Day;
use shared::store::transaction::{Transaction, Written};
use tests::caller::Caller;
use tests::logs::Log;
use tests::story::Story;
use tests::work::Invited;

const ADA: &str = "ada@example.com";
/// What is called to lower a right, and to make sure.
const CALLS: [&str; 4] =
    ["PATCH invitation", "PUT collaborator", "GET permission", "DELETE collaborator"];

/// Ada on day two.
struct AtWork {
    story: Story,
    invited: Invited,
    ada: Caller,
    task: u64,
    repository: String,
}

impl AtWork {
    /// Ada, known to GitHub as `username`, whom the repositories are open to.
    async fn begin_as(username: Option<&str>) -> Self {
        let story = Story::begin().await;
        let (invited, ada, task) = story.on_day_two(ADA).await;
        let repository = story.repository(&ada, task).await;
        let work = Self { story, invited, ada, task, repository };
        if let Some(username) = username {
            work.name(work.task, username).await;
        }
        work
    }

    async fn name(&self, task: u64, username: &str) {
        let init = format!("/api/tasks/{task}/codespace/init");
        self.ada.post(&init, json!({ "githubUsername": username })).await.expect(200);
        self.story.settle().await;
    }

    /// Hands day two in and does what follows but for the tests; how often each of [`CALLS`] was made.
    async fn hand_in(&self) -> [u64; 4] {
        let before = self.calls();
        let submit = format!("/api/tasks/{}/submit", self.task);
        self.ada.post(&submit, json!({})).await.expect(201);
        self.story.settle().await;
        let after = self.calls();
        std::array::from_fn(|index| after[index] - before[index])
    }

    fn calls(&self) -> [u64; 4] {
        let calls = self.story.stack.github.calls();
        CALLS.map(|call| calls.get(call).copied().unwrap_or(0))
    }

    /// Whether `login` may push: the status that GitHub refuses it with.
    fn pushed(&self, login: &str) -> Result<(), u16> {
        let pushed = self.story.stack.github.push_as(login, &self.repository, "late.txt", "late");
        pushed.map(|_commit| ()).map_err(|refusal| refusal.status().as_u16())
    }

    fn accepts(&self, login: &str) {
        self.story.stack.github.accept_invitation(&self.repository, login).unwrap();
    }

    async fn workspace(&self) -> Value {
        self.story.item("CS#", "WORKSPACE#2").await
    }

    /// Has another job prepare the repository.
    async fn prepare_again(&self) {
        let app = &self.story.stack.app;
        let session = CandidateSessionId::new(self.invited.session);
        let job = Job::PrepareWorkspace { session, day: Day::new(2).unwrap() };
        let job = JobRecord::new(app.mint.uuid(), job, self.story.now());
        let write = Transaction::new().create(&job).unwrap();
        assert_eq!(app.store.write(write, &app.mint).await.unwrap(), Written::Yes);
        self.story.settle().await;
    }

    async fn vanish(&self) {
        let github = self.story.github();
        let path = format!("/repos/{}", self.repository);
        let gone = github.send(github.request(http::Method::DELETE, &path)).await;
        assert_eq!(gone.status, 204);
    }

    /// What is recorded: how far closing is, who is let in, and what they may do.
    async fn recorded(&self) -> [Value; 3] {
        let workspace = self.workspace().await;
        let given = &workspace["collaborator"]["M"];
        [
            workspace["closing"]["M"]["state"]["S"].clone(),
            given["username"]["S"].clone(),
            given["right"]["S"].clone(),
        ]
    }
}

#[tokio::test]
async fn who_is_in_may_read_after_handing_in_and_no_longer_push() {
    let work = AtWork::begin_as(Some("ada-l")).await;
    work.accepts("ada-l");
    assert_eq!(work.pushed("ada-l"), Ok(()));

    let calls = work.hand_in().await;

    assert_eq!(work.pushed("ada-l"), Err(403));
    assert_eq!(work.recorded().await, ["closed", "ada-l", "read"]);
    // The invitation on record was accepted: GitHub does not know it any more.
    assert_eq!(calls, [1, 1, 2, 0]);
    let open = work.story.repository(&work.ada, work.task + 1).await;
    work.story.stack.github.accept_invitation(&open, "ada-l").unwrap();
    assert!(work.story.stack.github.push_as("ada-l", &open, "a.txt", "x").is_ok());
}

#[tokio::test]
async fn whoever_accepts_an_invitation_after_handing_in_may_only_read() {
    let work = AtWork::begin_as(Some("ada-l")).await;

    let calls = work.hand_in().await;
    work.accepts("ada-l");

    assert_eq!(calls, [1, 0, 1, 0]);
    assert_eq!(work.pushed("ada-l"), Err(403));
    assert_eq!(work.recorded().await, ["closed", "ada-l", "read"]);
}

#[tokio::test]
async fn where_nobody_was_let_in_github_is_not_asked_and_who_comes_later_reads() {
    let work = AtWork::begin_as(None).await;

    let calls = work.hand_in().await;
    assert_eq!((calls, work.recorded().await[0].clone()), ([0; 4], json!("open")));

    work.name(work.task + 1, "ada-l").await;
    work.accepts("ada-l");
    assert_eq!(work.pushed("ada-l"), Err(403));
    assert_eq!(work.recorded().await, ["closed", "ada-l", "read"]);
    assert_eq!(work.calls(), [0, 2, 1, 0]);
}

#[tokio::test]
async fn another_account_takes_the_place_of_the_first_one_and_reads() {
    let work = AtWork::begin_as(Some("ada-l")).await;
    work.hand_in().await;

    work.name(work.task + 1, "countess").await;

    assert!(work.story.stack.github.accept_invitation(&work.repository, "ada-l").is_err());
    work.accepts("countess");
    assert_eq!(work.pushed("countess"), Err(403));
    assert_eq!(work.recorded().await, ["closed", "countess", "read"]);
}

#[tokio::test]
async fn what_was_on_its_way_when_the_day_was_handed_in_gives_no_right_back() {
    let work = AtWork::begin_as(Some("ada-l")).await;
    work.accepts("ada-l");
    work.hand_in().await;
    // The call of a job that read the workspace before, and that died before it recorded anything.
    let path = format!("/repos/{}/collaborators/ada-l", work.repository);
    let github = work.story.github();
    let late = github.request(http::Method::PUT, &path).json(&json!({ "permission": "push" }));
    github.send(late).await;
    assert_eq!(work.pushed("ada-l"), Ok(()));

    work.prepare_again().await;

    assert_eq!(work.pushed("ada-l"), Err(403));
    assert_eq!(work.recorded().await, ["closed", "ada-l", "read"]);
}

#[tokio::test]
async fn a_right_that_cannot_be_taken_back_raises_an_alarm_within_a_minute() {
    let log = Log::listen();
    let work = AtWork::begin_as(Some("boss-ada")).await;
    work.hand_in().await;
    assert!(!log.text().contains("WorkspaceStillWritable"), "{}", log.text());

    work.story.pass(60).await;

    let events = log.events();
    let alarms: Vec<_> =
        events.iter().filter(|it| it.get("WorkspaceStillWritable").is_some()).collect();
    assert_eq!(alarms.len(), 1, "{}", log.text());
    assert_eq!(alarms[0]["WorkspaceStillWritable"], 1);
    let metrics = &alarms[0]["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(metrics["Namespace"], "Tenon");
    // 2, 4, 8 and 16 seconds after the first.
    assert_eq!(alarms[0]["_aws"]["Timestamp"], 1_772_442_030_000_i64);
    assert_eq!(work.recorded().await, ["stillWritable", "boss-ada", "push"]);
    assert!(log.text().contains("the candidate may still push to a day that is handed in"));
}

#[tokio::test]
async fn an_examination_goes_on_whatever_the_candidate_may_do() {
    let work = AtWork::begin_as(Some("ada-l")).await;
    work.accepts("ada-l");
    work.story.push_solution(&work.repository);

    work.hand_in().await;
    work.story.pass(15).await;

    let listed = work.story.recruiter(1).get("/api/submissions").await.expect(200);
    assert_eq!(listed["items"][0]["testResults"]["status"], "passed");
    assert_eq!(work.pushed("ada-l"), Err(403));
}

#[tokio::test]
async fn a_job_that_is_delivered_again_asks_nothing_again() {
    let work = AtWork::begin_as(Some("ada-l")).await;
    work.hand_in().await;
    let before = work.calls();

    // Before it is looked at for the first time whether the invitation was accepted.
    work.story.clock.advance(SignedDuration::from_mins(9));
    work.story.stack.worker.sweep().await.unwrap();
    work.story.settle().await;

    assert_eq!(work.calls(), before);
}

#[tokio::test]
async fn what_we_are_no_longer_shown_is_not_taken_for_closed() {
    let log = Log::listen();
    let work = AtWork::begin_as(Some("ada-l")).await;
    work.accepts("ada-l");
    let submit = format!("/api/tasks/{}/submit", work.task);
    work.ada.post(&submit, json!({})).await.expect(201);
    work.vanish().await;
    work.story.pass(3_000).await;

    assert_eq!(work.recorded().await, ["stillWritable", "ada-l", "read"]);
    assert!(log.text().contains("WorkspaceStillWritable"), "{}", log.text());
}

#[tokio::test]
async fn an_alarm_is_raised_whichever_job_was_to_take_the_right_back() {
    let log = Log::listen();
    let work = AtWork::begin_as(Some("ada-l")).await;
    work.accepts("ada-l");
    work.hand_in().await;
    assert_eq!(work.recorded().await[0], "closed");
    work.vanish().await;

    work.prepare_again().await;
    work.story.pass(3_000).await;

    assert_eq!(work.recorded().await, ["stillWritable", "ada-l", "read"]);
    assert!(log.text().contains("WorkspaceStillWritable"), "{}", log.text());
}

#[tokio::test]
async fn an_account_that_github_does_not_know_is_asked_for_once_and_no_job_dies_of_it() {
    let log = Log::listen();
    let work = AtWork::begin_as(None).await;
    work.hand_in().await;

    work.name(work.task + 1, "nobody-1").await;
    work.story.pass(3_000).await;

    let workspace = work.workspace().await;
    assert_eq!(workspace["unknownUsername"]["S"], "nobody-1");
    // Once for each day.
    assert_eq!(work.calls(), [0, 2, 0, 0]);
    assert!(!log.text().contains("a job is given up"), "{}", log.text());
}

#[tokio::test]
async fn an_invitation_to_a_day_that_is_handed_in_is_looked_at_by_nobody() {
    let work = AtWork::begin_as(Some("ada-l")).await;
    let invitation = async || work.workspace().await["invitation"].clone();
    assert!(invitation().await["M"].is_object(), "it is looked at");
    work.hand_in().await;
    let before = work.calls();

    work.story.clock.advance(SignedDuration::from_mins(2));
    work.story.repository(&work.ada, work.task).await;
    work.story.settle().await;

    assert_eq!((work.calls(), invitation().await), (before, Value::Null));
}
