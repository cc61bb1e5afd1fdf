//! Jobs that were given up are started again: what they were for happens after all, or it is told what
//! to do instead.

use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::domain::id::{CandidateSessionId, RunId, TemplateCheckId};
use shared::domain::job::Job;
use shared::domain::notice::Notice;
use shared::domain::repository::GitHubUsername;
use shared::domain::task::Day;
use tests::caller::Answer;
use tests::cost::Cost;
use tests::operator::WHY;
use tests::problem::problem;
use tests::story::Story;
use tests::together::{together, with_status};

const JOBS: &str = "/api/admin/jobs";
const ADA: &str = "ada@example.com";
const REASON: &str = "GitHub is back";

async fn redrive(story: &Story, id: &str) -> Answer {
    story.operator().post(&format!("{JOBS}/{id}/redrive"), json!({ "reason": REASON })).await
}

async fn state(story: &Story, id: &str) -> Value {
    story.operator().get(&format!("{JOBS}/{id}")).await.expect(200)["state"].clone()
}

/// The entries of the audit about a job.
async fn entries(story: &Story, id: &str) -> Vec<Value> {
    let path = format!("/api/admin/audit?subject=job:{id}");
    story.operator().get(&path).await.rows().to_vec()
}

#[tokio::test]
async fn a_mail_that_was_given_up_is_queued_again_and_goes_out_once() {
    let story = Story::operated(&[]).await;
    let invited = story.invited_just_now(ADA).await;
    let id = story.give_up("send_invite").await.remove(0);
    assert_eq!(story.row(&invited).await["inviteEmailStatus"], "failed");
    story.clock.advance(SignedDuration::from_secs(5));

    let (answer, cost) = story.costing(redrive(&story, &id)).await;

    let job = answer.expect(202);
    let about = [&job["state"], &job["failures"], &job["lastError"], &job["dueAt"], &job["diedAt"]];
    let expected =
        [json!("waiting"), json!(0), json!(WHY), json!("2026-03-02T09:00:05Z"), json!(null)];
    assert_eq!(about, expected.each_ref());
    assert_eq!(cost, Cost::of_table(3));
    let row = story.row(&invited).await;
    let told = [&row["inviteEmailStatus"], &row["inviteEmailError"]];
    assert_eq!(told, [&json!("queued"), &Value::Null]);
    story.settle().await;
    assert_eq!((story.stack.mailbox.mails().len(), state(&story, &id).await), (1, json!("done")));
    assert_eq!(story.row(&invited).await["inviteEmailStatus"], "sent");

    let entries = entries(&story, &id).await;
    let details = &entries[0]["details"];
    let told = ["jobId", "jobKind", "reason"].map(|name| details[name].clone());
    assert_eq!((entries.len(), told), (1, [json!(id), json!("send_invite"), json!(REASON)]));
    let said = ["by", "change", "at"].map(|name| entries[0][name].clone());
    assert_eq!(said, [json!("admin"), json!("jobRedriven"), json!("2026-03-02T09:00:05Z")]);
}

#[tokio::test]
async fn repositories_that_were_given_up_are_made_after_all() {
    let story = Story::operated(&[]).await;
    let invited = story.invited_just_now(ADA).await;
    let jobs = story.give_up("prepare_workspace").await;
    assert_eq!(jobs.len(), 2);
    assert_eq!(story.row(&invited).await["workspaces"][0]["state"], "failed");

    for id in &jobs {
        let (answer, cost) = story.costing(redrive(&story, id)).await;
        assert_eq!((answer.status, cost), (202, Cost::of_table(4)));
    }

    assert_eq!(story.row(&invited).await["workspaces"][0]["state"], "queued");
    story.settle().await;
    let row = story.row(&invited).await;
    let states = [0, 1].map(|day: usize| row["workspaces"][day]["state"].clone());
    assert_eq!(states, ["ready", "ready"].map(Value::from));
    assert_eq!(story.stack.github.repositories().len(), 2);
}

#[tokio::test]
async fn an_examination_that_was_given_up_is_under_way_again_and_has_results() {
    let story = Story::operated(&[]).await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    story.push_solution(&story.repository(&ada, task).await);
    let submitted = ada.post(&format!("/api/tasks/{task}/submit"), json!({})).await.expect(201);
    let id = story.give_up("examine_submission").await.remove(0);
    let path = format!("/api/submissions/{}", submitted["submissionId"]);
    let recruiter = story.recruiter(1);
    let status = async || recruiter.get(&path).await.expect(200)["testResults"]["status"].clone();
    assert_eq!(status().await, "error");

    let (answer, cost) = story.costing(redrive(&story, &id)).await;

    assert_eq!((answer.status, cost), (202, Cost::of_table(3)));
    assert_eq!(status().await, "pending");
    let twice = recruiter.post_nothing(&format!("{path}/examination")).await;
    assert_eq!(twice.refusal().1, "EXAMINATION_PENDING");
    story.pass(12).await;
    assert_eq!((status().await, story.stack.github.dispatches()), (json!("passed"), 1));
}

#[tokio::test]
async fn a_right_to_push_that_could_not_be_taken_back_is_taken_back() {
    let story = Story::operated(&[]).await;
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let init = format!("/api/tasks/{task}/codespace/init");
    ada.post(&init, json!({ "githubUsername": "ada-l" })).await.expect(200);
    story.settle().await;
    story.accept_invitations("ada-l");
    let repository = story.repository(&ada, task).await;
    ada.post(&format!("/api/tasks/{task}/submit"), json!({})).await.expect(201);
    let id = story.give_up("close_workspace").await.remove(0);
    let closing = async || {
        let workspace = story.item("CS#", "WORKSPACE#2").await;
        workspace["closing"]["M"]["state"]["S"].clone()
    };
    assert_eq!(closing().await, "stillWritable");

    redrive(&story, &id).await.expect(202);
    assert_eq!(closing().await, "stillWritable", "until GitHub says that it is not");
    story.settle().await;

    assert_eq!((closing().await, state(&story, &id).await), (json!("closed"), json!("done")));
    let pushed = story.stack.github.push_as("ada-l", &repository, "late.txt", "late");
    assert!(pushed.is_err());
    let dead = story.dead_job(close_of_day_two(&story).await).await;
    let refused = redrive(&story, &dead).await;
    let detail = "What the job was for has happened: nothing is to be done";
    assert_eq!(refused.refusal(), (409, "JOB_NOT_REDRIVABLE", detail));
}

async fn close_of_day_two(story: &Story) -> Job {
    let session = story.item("CS#", "CS").await["id"]["N"].as_str().unwrap().parse().unwrap();
    Job::CloseWorkspace { session: CandidateSessionId::new(session), day: Day::new(2).unwrap() }
}

#[tokio::test]
async fn an_account_is_learnt_and_old_work_is_looked_at_and_a_notice_is_heeded_after_all() {
    let story = Story::operated(&[]).await;
    let (invited, _ada) = story.claimed(ADA).await;
    let session = CandidateSessionId::new(invited.session);
    let claimed = GitHubUsername::parse("octocat").ok();
    let notice = Notice::RepositoryChanged { repository: 4_242 };
    let look_at = async || story.item("CLEANUP#", "CLEANUP").await["lookAt"].clone();
    let heard_at = story.now();
    story.clock.advance(SignedDuration::from_mins(1));
    let mut taken = Vec::new();
    let dead = [
        Job::LearnUsername { session, claimed },
        Job::CleanUp { session },
        Job::HeedGitHub { notice, at: heard_at },
    ];

    for job in dead {
        let id = story.dead_job(job).await;
        redrive(&story, &id).await.expect(202);
        taken.push(look_at().await.is_null());
        story.settle().await;
        assert_eq!(state(&story, &id).await, "done");
    }
    assert_eq!(taken, [false, true, false], "the sweep starts no second job meanwhile");
    // Ninety days after the claim, and thirty more.
    assert_eq!(look_at().await["S"], "2026-06-30T09:00:00Z");
    let known = story.item("CS#", "CS").await["githubUsername"]["S"].clone();
    assert_eq!(known, "octocat");
}

#[tokio::test]
async fn where_starting_again_would_not_help_it_is_told_what_would() {
    let story = Story::operated(&[]).await;
    let (invited, ada, task) = story.on_day_two(ADA).await;
    ada.post(&format!("/api/tasks/{task}/submit"), json!({})).await.expect(201);
    story.pass(12).await;
    let session = CandidateSessionId::new(invited.session);
    let nobody = CandidateSessionId::new(1);
    let (two, three) = (Day::new(2).unwrap(), Day::new(3).unwrap());
    let happened = "What the job was for has happened: nothing is to be done";
    let gone = "What the job was for is no longer there: nothing is to be done";
    let check = TemplateCheckId::new(1);
    let cases = [
        (Job::SendInvite { session, number: 1 }, happened),
        (Job::SendInvite { session, number: 2 }, "A newer mail was asked for: look at its job"),
        (Job::SendInvite { session: nobody, number: 1 }, gone),
        (Job::PrepareWorkspace { session, day: three }, happened),
        (Job::PrepareWorkspace { session: nobody, day: two }, gone),
        (Job::CloseWorkspace { session: nobody, day: two }, gone),
        (
            Job::FollowRun { run: RunId::new(1) },
            "The run is over: the candidate can start another one",
        ),
        (
            Job::ExamineSubmission { session, day: two },
            "The examination has ended: its recruiter can have it done again by \
             POST /api/submissions/{submissionId}/examination",
        ),
        (Job::ExamineSubmission { session, day: three }, gone),
        (
            Job::CheckTemplate { check, position: 0 },
            "The check is over: try the template out again by \
             POST /api/admin/templates/health/run",
        ),
        (Job::CleanUp { session: nobody }, gone),
    ];

    for (job, detail) in cases {
        let told = format!("{job:?}");
        let id = story.dead_job(job).await;
        let refused = redrive(&story, &id).await;
        let expected = problem(409, "Conflict", "JOB_NOT_REDRIVABLE", detail);
        assert_eq!(refused.problem(), expected, "{told}");
        assert_eq!((state(&story, &id).await, entries(&story, &id).await), (json!("dead"), vec![]));
    }
    assert_eq!(story.stack.queue.next_due(), None);
}

#[tokio::test]
async fn what_somebody_asked_for_again_meanwhile_is_left_to_the_newer_job() {
    let story = Story::operated(&[]).await;
    let invited = story.invited_just_now(ADA).await;
    let mail = story.give_up("send_invite").await.remove(0);
    let workspaces = story.give_up("prepare_workspace").await;
    story.clock.advance(SignedDuration::from_secs(30));
    story.invite(invited.simulation, "Ada Example", ADA).await.expect(200);

    let mail = redrive(&story, &mail).await;
    assert_eq!(mail.refusal().2, "A newer mail was asked for: look at its job");
    let workspace = redrive(&story, &workspaces[0]).await;
    assert_eq!(workspace.refusal().2, "Another job does this already: wait for it");

    story.settle().await;
    assert_eq!(story.stack.github.repositories().len(), 2);
    assert_eq!(story.stack.mailbox.mails().len(), 1);
}

#[tokio::test]
async fn a_mail_whose_link_has_expired_is_not_sent() {
    let story = Story::operated(&[]).await;
    story.invited_just_now(ADA).await;
    let id = story.give_up("send_invite").await.remove(0);
    story.clock.advance(SignedDuration::from_hours(24 * 60));

    let refused = redrive(&story, &id).await;

    let detail = "The invite has expired: have its recruiter send it again, which renews it";
    assert_eq!(refused.refusal(), (409, "JOB_NOT_REDRIVABLE", detail));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_several_who_start_a_job_again_at_once_one_is_heard() {
    let story = Story::operated(&[]).await;
    story.invited_just_now(ADA).await;
    let id = story.give_up("send_invite").await.remove(0);

    let asking = (0..8).map(|_| {
        let (operator, path) = (story.operator(), format!("{JOBS}/{id}/redrive"));
        async move { operator.post(&path, json!({ "reason": REASON })).await }
    });
    let answers = together(asking).await;

    assert_eq!((with_status(&answers, 202), with_status(&answers, 409)), (1, 7), "{answers:?}");
    let refused = answers.iter().find(|answer| answer.status == 409).unwrap();
    let mut expected = problem(409, "Conflict", "JOB_NOT_DEAD", "The job has not been given up");
    expected["details"] = json!({ "state": "waiting" });
    assert_eq!(refused.problem(), expected);
    assert_eq!(entries(&story, &id).await.len(), 1);
    story.settle().await;
    assert_eq!(story.stack.mailbox.mails().len(), 1);
    assert_eq!(redrive(&story, &id).await.body["details"]["state"], "done");
}

#[tokio::test]
async fn a_request_with_a_key_starts_a_job_once_and_is_answered_alike() {
    let story = Story::operated(&[]).await;
    story.invited_just_now(ADA).await;
    let id = story.give_up("send_invite").await.remove(0);
    let (operator, path) = (story.operator(), format!("{JOBS}/{id}/redrive"));
    let send = async |reason: &str, key: &str| {
        let (body, headers) = (json!({ "reason": reason }), [("idempotency-key", key)]);
        operator.send(http::Method::POST, &path, Some(body), &headers).await
    };

    let first = send(REASON, "one").await;
    let again = send(REASON, "one").await;

    assert_eq!((first.status, first.header("idempotent-replayed")), (202, None));
    assert_eq!((again.status, again.header("idempotent-replayed")), (202, Some("true")));
    assert_eq!(first.body, again.body);
    assert_eq!(send("another", "one").await.refusal().1, "IDEMPOTENCY_KEY_REUSED");
    assert_eq!(send(REASON, "").await.refusal().1, "IDEMPOTENCY_KEY_INVALID");
    assert_eq!(send(REASON, "two").await.refusal().1, "JOB_NOT_DEAD");
    assert_eq!(entries(&story, &id).await.len(), 1);
}

#[tokio::test]
async fn a_job_is_started_again_for_a_reason_or_not_at_all() {
    let story = Story::operated(&[]).await;
    story.invited_just_now(ADA).await;
    let id = story.give_up("send_invite").await.remove(0);
    let (operator, path) = (story.operator(), format!("{JOBS}/{id}/redrive"));
    let long = "x".repeat(501);
    let wrong = [
        (json!({}), "missing"),
        (json!({ "reason": null }), "string_type"),
        (json!({ "reason": 7 }), "string_type"),
        (json!({ "reason": "" }), "string_too_short"),
        (json!({ "reason": " \u{a0}" }), "value_error"),
        (json!({ "reason": "a\u{0}b" }), "value_error"),
        (json!({ "reason": "two\nlines" }), "value_error"),
        (json!({ "reason": long }), "string_too_long"),
    ];

    for (body, code) in wrong {
        let refused = operator.post(&path, body.clone()).await;
        assert_eq!(refused.pointers(), [("/body/reason".to_owned(), code.to_owned())], "{body}");
    }
    let odd = operator.post(&format!("{JOBS}/x/redrive"), json!({ "reason": "" })).await;
    let pointers = odd.pointers().into_iter().map(|(pointer, _code)| pointer);
    assert_eq!(pointers.collect::<Vec<_>>(), ["/path/jobId", "/body/reason"]);
    let unknown = format!("{JOBS}/00000000-0000-4000-8000-000000000000/redrive");
    let unknown = operator.post(&unknown, json!({ "reason": REASON })).await;
    assert_eq!(unknown.refusal(), (404, "JOB_NOT_FOUND", "Job not found"));
    assert_eq!(state(&story, &id).await, "dead");
}

#[tokio::test]
async fn jobs_of_a_kind_are_started_again_together_and_the_others_by_the_next_request() {
    let story = Story::operated(&[]).await;
    story.clock.advance(SignedDuration::from_mins(1));
    for repository in 0..5 {
        let notice = Notice::RepositoryChanged { repository };
        let at = story.now() - SignedDuration::from_mins(1);
        story.dead_job(Job::HeedGitHub { notice, at }).await;
    }
    story.dead_job(Job::FollowRun { run: RunId::new(1) }).await;
    let operator = story.operator();
    let many = format!("{JOBS}/redrive");
    let body = json!({ "kind": "heed_github", "reason": REASON, "limit": 3 });
    let counts =
        |told: &Value| ["redriven", "skipped"].map(|name| told[name].as_array().unwrap().len());

    let first = operator.post(&many, body).await.expect(200);
    assert_eq!(counts(&first), [3, 0]);
    let mut rest = json!({ "kind": "heed_github", "reason": REASON, "limit": 1_000 });
    rest["cursor"] = first["nextCursor"].clone();
    let second = operator.post(&many, rest).await.expect(200);
    assert_eq!((counts(&second), &second["nextCursor"]), ([2, 0], &Value::Null));
    story.settle().await;

    let left = operator.get(JOBS).await;
    assert_eq!(left.rows().len(), 1);
    let runs = json!({ "kind": "follow_run", "reason": REASON, "limit": -1e30 });
    let skipped = operator.post(&many, runs).await.expect(200);
    let why = json!([{
        "jobId": left.rows()[0]["id"],
        "errorCode": "JOB_NOT_REDRIVABLE",
        "detail": "The run is over: the candidate can start another one",
    }]);
    assert_eq!((counts(&skipped), &skipped["skipped"]), ([0, 1], &why));
    let wrong = operator.post(&many, json!({ "kind": "x", "limit": "z", "cursor": "y" })).await;
    let kinds = wrong.body["errors"][0]["message"].as_str().unwrap();
    assert!(kinds.starts_with("must be one of prepare_workspace, send_invite, "), "{kinds}");
    let pointers = wrong.pointers().into_iter().map(|(pointer, _code)| pointer);
    assert_eq!(
        pointers.collect::<Vec<_>>(),
        ["/body/kind", "/body/reason", "/body/limit", "/body/cursor"]
    );
}
