//! The jobs' process is killed after every one of its calls, one after the other: to GitHub, to
//! change the table, to the queue. Time passes, and in the end everything is as if it had lived.

use std::time::Duration;

use jiff::SignedDuration;
use local::github::faults::Fault;
use local::github::faults::kind::Kind;
use serde_json::{Map, Value, json};
use tests::doomed::Fate;
use tests::story::Story;

pub(crate) const ADA: &str = "ada@example.com";
pub(crate) const PREPARING: &str = "prepareWorkspace";
const EXAMINING: &str = "examineSubmission";
const CLOSING: &str = "closeWorkspace";
/// More calls than a job here makes.
pub(crate) const CALLS_MAX: usize = 100;
/// More rounds than any recovery here needs; each is a minute of a sweep.
const ROUNDS_MAX: usize = 60;
/// What holds a time, a count of writes or of failures, or depends on them.
const TIMES: [&str; 4] = ["version", "attempts", "expiresAtEpoch", "updatedAt"];

/// What others give numbers and names to in the order, and at the time, in which they are asked: a
/// commit's name is made of its time, too.
const GIVEN: [&str; 4] = ["messageId", "base", "invitation", "repository"];

/// What is left behind: the rows, apart from times and versions, and what GitHub holds.
#[derive(Debug)]
pub(crate) struct Left {
    pub(crate) rows: Vec<Value>,
    pub(crate) repositories: Vec<String>,
    pub(crate) tag: Value,
}

/// Lets the doomed process work on the job of this `kind`, about the second day where it is about one,
/// whenever it is due, until it is killed or the job is done. The messages of other jobs are lost with it.
pub(crate) async fn live(story: &Story, kind: &str, last: usize) -> Fate {
    let doomed = story.doomed(last).await;
    story.stack.worker.pump().unwrap();
    let messages = story.stack.queue.take_due(CALLS_MAX);
    for message in &messages {
        story.stack.queue.delete(&message.id);
    }
    let mut jobs = story.items("JOB#").await.into_iter();
    let job = jobs.find(|job| {
        let (of, state) = (&job["job"]["M"], &job["state"]["M"]["state"]["S"]);
        let of_day_two = of["day"].is_null() || of["day"]["N"] == "2";
        of["kind"]["S"] == kind && of_day_two && *state == "waiting"
    });
    let message = json!({ "jobId": job.unwrap()["id"]["S"] });
    story.stack.queue.push(&message.to_string(), Duration::ZERO);
    for _ in 0..ROUNDS_MAX {
        let fate = doomed.settle().await;
        accept(story);
        let Some(due) = story.stack.queue.next_due() else { return fate };
        if fate == Fate::Killed {
            return fate;
        }
        story.clock.set(due.max(story.now()));
    }
    unreachable!("there is no end to it");
}

/// Others carry on: the message is lost with the process, the claim runs out, and the sweeper sends
/// the job again.
pub(crate) async fn recover(story: &Story) {
    for message in story.stack.queue.take_due(CALLS_MAX) {
        story.stack.queue.delete(&message.id);
    }
    for _ in 0..ROUNDS_MAX {
        let jobs = story.items("JOB#").await;
        if jobs.iter().all(|job| job["state"]["M"]["state"]["S"] == "done") {
            return;
        }
        story.clock.advance(SignedDuration::from_mins(1));
        story.stack.worker.sweep().await.unwrap();
        story.settle().await;
        accept(story);
    }
    unreachable!("a job is never done");
}

/// Ada accepts, whatever she calls herself.
fn accept(story: &Story) {
    for login in ["ada", "countess"] {
        story.accept_invitations(login);
    }
}

pub(crate) async fn left(story: &Story, tag: &str) -> Left {
    let mut rows = Vec::new();
    for kind in ["CS#", "RUN#", "SUBMISSION#", "GITHUBRUN#"] {
        rows.extend(story.items(kind).await.into_iter().map(without_times));
    }
    rows.sort_by_key(Value::to_string);
    let mut repositories = story.stack.github.repositories();
    repositories.sort();
    let tag = match repositories.first() {
        Some(first) => story.github().get(&format!("/repos/{first}/git/ref/tags/{tag}")).await.body,
        None => Value::Null,
    };
    Left { rows, repositories, tag: tag["object"]["sha"].clone() }
}

/// The rows of `here` that are not as they are `there`.
fn new_rows<'a>(here: &'a Left, there: &Left) -> Vec<&'a Value> {
    here.rows.iter().filter(|row| !there.rows.contains(row)).collect()
}

fn without_times(value: Value) -> Value {
    let kept = |name: &str| !name.ends_with("At") && name != "at" && !TIMES.contains(&name);
    match value {
        Value::Object(fields) => {
            let fields = fields.into_iter().filter(|(name, _)| kept(name));
            let fields = fields.map(|(name, value)| {
                let given = GIVEN.contains(&name.as_str());
                (name, if given { json!("given") } else { without_times(value) })
            });
            Value::Object(fields.collect::<Map<_, _>>())
        }
        Value::Array(items) => items.into_iter().map(without_times).collect(),
        other => other,
    }
}

/// Ada's repositories are still to be made, and she is still to be let in.
pub(crate) async fn invited() -> Story {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two_just_invited(ADA).await;
    let init = format!("/api/tasks/{task}/codespace/init");
    ada.post(&init, json!({ "githubUsername": "ada" })).await.expect(409);
    story
}

/// Ada has handed in her second day.
async fn handed_in() -> Story {
    let story = Story::begin().await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    story.push_solution(&story.repository(&ada, task).await);
    ada.post(&format!("/api/tasks/{task}/submit"), json!({})).await.expect(201);
    story
}

/// Kills the process that does the job of this `kind` after call 1, 2, … of the story until it lives,
/// and compares what is left with `whole`; says after how many calls it lived, and the most that was
/// dispatched.
pub(crate) async fn killed_after_each(
    story: impl AsyncFn() -> Story,
    (kind, tag): (&str, &str),
    whole: &Left,
) -> (usize, u64) {
    let mut dispatched = 0;
    for last in 1..=CALLS_MAX {
        let story = story().await;
        if let Fate::Lived(calls) = live(&story, kind, last).await {
            assert_eq!(calls, last - 1);
            return (calls, dispatched);
        }
        recover(&story).await;
        let left = left(&story, tag).await;
        let (kept, lost) = (new_rows(&left, whole), new_rows(whole, &left));
        assert_eq!((kept, lost), (vec![], vec![]), "killed after call {last}");
        assert_eq!((&left.repositories, &left.tag), (&whole.repositories, &whole.tag));
        dispatched = dispatched.max(story.stack.github.dispatches());
    }
    unreachable!("a job without end");
}

#[tokio::test]
async fn killed_anywhere_while_repositories_are_made_they_are_made_once() {
    let story = invited().await;
    let Fate::Lived(calls) = live(&story, PREPARING, CALLS_MAX).await else {
        panic!("more than {CALLS_MAX}")
    };
    assert_eq!(story.stack.github.repositories().len(), 1);
    assert!(calls >= 8, "{calls} calls are fewer than a claim, three steps, their records, an end");
    recover(&story).await;
    let whole = left(&story, "none").await;
    assert_eq!(whole.repositories.len(), 2);

    let (killed, dispatched) =
        Box::pin(killed_after_each(invited, (PREPARING, "none"), &whole)).await;

    assert_eq!((killed, dispatched), (calls, 0));
}

#[tokio::test]
async fn killed_anywhere_while_a_day_is_examined_it_is_tagged_tested_and_compared_once() {
    let story = handed_in().await;
    let Fate::Lived(calls) = live(&story, EXAMINING, CALLS_MAX).await else {
        panic!("more than {CALLS_MAX}")
    };
    let whole = left(&story, "tenon-day-2").await;
    assert!(whole.tag.is_string());
    assert_eq!(story.stack.github.dispatches(), 1);

    let (killed, dispatched) =
        Box::pin(killed_after_each(handed_in, (EXAMINING, "tenon-day-2"), &whole)).await;

    // The run is looked for on its tag before it is asked for again.
    assert_eq!((killed, dispatched), (calls, 1));
}

#[tokio::test]
async fn killed_when_a_run_was_started_that_is_not_listed_yet_the_newer_run_wins() {
    for last in 1..=CALLS_MAX {
        let story = handed_in().await;
        let github = &story.stack.github;
        github.misbehave(Fault::always(Kind::LateListing).measuring(3_600));
        assert_eq!(live(&story, EXAMINING, last).await, Fate::Killed);
        if github.dispatches() == 0 {
            continue;
        }
        recover(&story).await;

        let listed = story.recruiter(1).get("/api/submissions").await.expect(200);
        let path = format!("/api/submissions/{}", listed["items"][0]["submissionId"]);
        let results = &story.recruiter(1).get(&path).await.expect(200)["testResults"];
        assert_eq!((&results["status"], github.dispatches()), (&json!("passed"), 2));
        assert_eq!(results["runId"], 30_000_000_002_u64, "{results:#}");
        return;
    }
    unreachable!("nothing was started");
}

#[tokio::test]
async fn killed_anywhere_while_the_right_to_push_is_taken_back_it_is_gone_in_the_end() {
    let member = async || {
        let story = invited().await;
        story.settle().await;
        story.accept_invitations("ada");
        story.pass(600).await;
        let rows = story.items("CS#").await;
        let session = rows.iter().find(|row| row["SK"]["S"] == "CS").unwrap();
        let session = session["id"]["N"].as_str().unwrap().parse().unwrap();
        let ada = story.candidate(ADA).on(session);
        let task = story.current_task(&ada, session).await;
        ada.post(&format!("/api/tasks/{task}/submit"), json!({})).await.expect(201);
        story
    };
    let story = member().await;
    let Fate::Lived(calls) = live(&story, CLOSING, CALLS_MAX).await else {
        panic!("more than {CALLS_MAX}")
    };
    recover(&story).await;
    let whole = left(&story, "tenon-day-2").await;
    let workspace = story.item("CS#", "WORKSPACE#2").await;
    assert_eq!(workspace["closing"]["M"]["state"]["S"], "closed");

    let (killed, dispatched) =
        Box::pin(killed_after_each(member, (CLOSING, "tenon-day-2"), &whole)).await;

    assert_eq!((killed, dispatched), (calls, 1));
}
