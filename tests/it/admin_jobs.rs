//! Jobs that were given up, or should have been done, are listed and looked at.

use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::domain::id::{CandidateSessionId, RunId, TemplateCheckId};
use shared::domain::job::Job;
use shared::domain::notice::{Notice, RunTurn};
use shared::domain::task::Day;
use tests::cost::Cost;
use tests::operator::WHY;
use tests::problem::problem;
use tests::story::Story;

const JOBS: &str = "/api/admin/jobs";
const ADA: &str = "ada@example.com";

/// What a job is about when it is about nothing.
fn about() -> Value {
    json!({
        "candidateSessionId": null,
        "dayIndex": null,
        "mailNumber": null,
        "runId": null,
        "templateCheckId": null,
        "templatePosition": null,
        "repositoryId": null,
        "workflowRunId": null,
    })
}

/// The kinds of the jobs that are listed at `path`.
async fn kinds(story: &Story, path: &str) -> Vec<String> {
    let listed = story.operator().get(path).await;
    listed.rows().iter().map(|row| row["kind"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_job_that_was_given_up_is_listed_and_looked_at_in_numbers_only() {
    let story = Story::operated(&[]).await;
    let invited = story.invited_just_now(ADA).await;
    story.clock.advance(SignedDuration::from_secs(5));
    let id = story.give_up("send_invite").await.remove(0);
    let operator = story.operator();

    let (listed, cost) = story.costing(operator.get(JOBS)).await;

    let mut of_session = about();
    of_session["candidateSessionId"] = json!(invited.session);
    of_session["mailNumber"] = json!(1);
    let expected = json!({
        "id": id,
        "kind": "send_invite",
        "state": "dead",
        "failures": 1,
        "lastError": WHY,
        "createdAt": "2026-03-02T09:00:00Z",
        "dueAt": null,
        "claimedUntil": null,
        "diedAt": "2026-03-02T09:00:05Z",
        "about": of_session,
    });
    assert_eq!(listed.body, json!({ "items": [expected], "nextCursor": null }));
    assert_eq!(cost, Cost::of_table(1));
    let (one, cost) = story.costing(operator.get(&format!("{JOBS}/{id}"))).await;
    assert_eq!((one.expect(200), cost), (expected, Cost::of_table(1)));

    let known = [("if-none-match", listed.header("etag").unwrap())];
    let again = operator.send(http::Method::GET, JOBS, None, &known).await;
    assert_eq!((again.status, again.body), (304, Value::Null));
}

#[tokio::test]
async fn jobs_of_one_moment_are_paged_without_a_gap_and_without_a_repeat() {
    let story = Story::operated(&[]).await;
    for run in 1..=5 {
        story.dead_job(Job::FollowRun { run: RunId::new(run) }).await;
    }
    story.clock.advance(SignedDuration::from_millis(1));
    let newest = story.dead_job(Job::FollowRun { run: RunId::new(9) }).await;
    let operator = story.operator();

    let mut seen = Vec::new();
    let mut next = Some(format!("{JOBS}?limit=2&kind=follow_run&state=dead"));
    let mut sizes = Vec::new();
    while let Some(path) = next {
        let (page, cost) = story.costing(operator.get(&path)).await;
        assert_eq!(cost, Cost::of_table(1));
        sizes.push(page.rows().len());
        seen.extend(page.rows().iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        next = page.next_page(&path);
    }

    assert_eq!(sizes, [2, 2, 2]);
    assert_eq!(seen[0], newest);
    let mut one_moment = seen[1..].to_vec();
    one_moment.sort_by(|one, other| other.cmp(one));
    one_moment.dedup();
    assert_eq!(one_moment, seen[1..]);
    assert_eq!(one_moment.len(), 5);
}

#[tokio::test]
async fn a_list_is_of_one_kind_or_of_those_that_should_have_been_done() {
    let story = Story::operated(&[]).await;
    story.invited_just_now(ADA).await;
    story.give_up("send_invite").await;
    story.dead_job(Job::FollowRun { run: RunId::new(1) }).await;

    assert_eq!(kinds(&story, JOBS).await.len(), 2);
    assert_eq!(kinds(&story, &format!("{JOBS}?kind=follow_run")).await, ["follow_run"]);
    assert_eq!(kinds(&story, &format!("{JOBS}?kind=clean_up")).await.len(), 0);

    let overdue = format!("{JOBS}?state=overdue");
    story.clock.advance(SignedDuration::from_millis(59_999));
    assert_eq!(kinds(&story, &overdue).await.len(), 0);
    story.clock.advance(SignedDuration::from_millis(1));
    assert_eq!(kinds(&story, &overdue).await, ["prepare_workspace"; 2]);
    let first = story.operator().get(&format!("{overdue}&limit=1")).await;
    let waits = [&first.rows()[0]["state"], &first.rows()[0]["dueAt"]];
    assert_eq!(waits, [&json!("waiting"), &json!("2026-03-02T09:00:00Z")]);
    let second = first.next_page(&overdue).unwrap();
    assert_eq!(kinds(&story, &second).await, ["prepare_workspace"]);
}

#[tokio::test]
async fn a_job_tells_in_numbers_what_it_is_about_and_nobodys_name() {
    let story = Story::operated(&[]).await;
    let session = CandidateSessionId::new(12);
    let username = shared::domain::repository::GitHubUsername::parse("octocat").unwrap();
    let notice = Notice::Run { repository: 7, github_id: 30, turn: RunTurn::Ended };
    let jobs = [
        (
            Job::ExamineSubmission { session, day: Day::new(2).unwrap() },
            json!({ "candidateSessionId": 12, "dayIndex": 2 }),
        ),
        (
            Job::CheckTemplate { check: TemplateCheckId::new(9), position: 1 },
            json!({ "templateCheckId": 9, "templatePosition": 1 }),
        ),
        (
            Job::LearnUsername { session, claimed: Some(username) },
            json!({ "candidateSessionId": 12 }),
        ),
        (
            Job::HeedGitHub { notice, at: story.now() },
            json!({ "repositoryId": 7, "workflowRunId": 30 }),
        ),
        (Job::FollowRun { run: RunId::new(5) }, json!({ "runId": 5 })),
    ];

    for (job, told) in jobs {
        let id = story.dead_job(job).await;
        let shown = story.operator().get(&format!("{JOBS}/{id}")).await.expect(200);
        let mut expected = about();
        for (name, value) in told.as_object().unwrap() {
            expected[name] = value.clone();
        }
        assert_eq!(shown["about"], expected);
        assert!(!shown.to_string().contains("octocat"), "{shown}");
    }
}

#[tokio::test]
async fn what_is_asked_for_wrongly_or_is_not_there_is_refused() {
    let story = Story::operated(&[]).await;
    story.dead_job(Job::FollowRun { run: RunId::new(1) }).await;
    story.dead_job(Job::FollowRun { run: RunId::new(2) }).await;
    let operator = story.operator();
    let page = operator.get(&format!("{JOBS}?limit=1")).await.expect(200);
    let cursor = page["nextCursor"].as_str().unwrap();
    let wrong = [
        ("?kind=sendInvite".to_owned(), "/query/kind", "literal_error"),
        ("?kind=".to_owned(), "/query/kind", "literal_error"),
        ("?state=done".to_owned(), "/query/state", "literal_error"),
        ("?limit=0".to_owned(), "/query/limit", "greater_than_equal"),
        ("?cursor=AAAAAAAAAAAAAAAA".to_owned(), "/query/cursor", "value_error"),
        (format!("?cursor={}x", &cursor[..37]), "/query/cursor", "value_error"),
        (format!("?state=overdue&cursor={cursor}"), "/query/cursor", "value_error"),
        ("/not-a-uuid".to_owned(), "/path/jobId", "uuid_parsing"),
        ("/00000000000000000000000000000000".to_owned(), "/path/jobId", "uuid_parsing"),
        ("/%00".to_owned(), "/path/jobId", "uuid_parsing"),
    ];

    for (rest, pointer, code) in wrong {
        let (refused, cost) = story.costing(operator.get(&format!("{JOBS}{rest}"))).await;
        assert_eq!(refused.pointers(), [(pointer.to_owned(), code.to_owned())], "{rest}");
        assert_eq!(cost, Cost::of_table(0), "{rest}");
    }
    let unknown = operator.get(&format!("{JOBS}/00000000-0000-4000-8000-000000000000")).await;
    assert_eq!(unknown.problem(), problem(404, "Not Found", "JOB_NOT_FOUND", "Job not found"));
}
