//! The web client, recruiter's road: what it sends and what it reads, call by call.

use http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::kinds::reads;
use tests::story::Story;

const ADA: &str = "ada@example.com";

/// What the client sends when the focus is left blank.
fn created_by_the_client() -> Value {
    json!({
        "title": "Payments API",
        "role": "Backend Engineer",
        "techStack": "Python, FastAPI",
        "seniority": "Senior",
        "templateKey": "python-fastapi",
    })
}

#[tokio::test]
async fn who_am_i() {
    let story = Story::begin().await;

    let me = story.recruiter(1).get("/api/auth/me").await.expect(200);

    let expected = ["Local Recruiter 1", "recruiter1@local.test", "recruiter"];
    assert_eq!(["name", "email", "role"].map(|name| me[name].clone()), expected);
}

#[tokio::test]
async fn simulations_are_made_listed_and_shown() {
    let story = Story::begin().await;
    let recruiter = story.recruiter(1);

    let made = recruiter.post("/api/simulations", created_by_the_client()).await.expect(201);
    reads(&made, &[("id", "number"), ("status", "absent")]);

    let list = recruiter.get("/api/simulations").await.expect(200);
    assert_eq!(list.as_array().unwrap().len(), 1);
    let row = [
        ("id", "number"),
        ("title", "string"),
        ("role", "string"),
        ("createdAt", "string"),
        ("templateKey", "string"),
        ("candidateCount", "number"),
    ];
    reads(&list[0], &row);
    assert!(list[0]["createdAt"].as_str().unwrap().ends_with('Z'));

    let path = format!("/api/simulations/{}", made["id"]);
    let detail = recruiter.get(&path).await.expect(200);
    let texts = ["title", "templateKey", "role", "techStack", "focus", "scenario"];
    reads(&detail, &texts.map(|name| (name, "string")));
    for (at, task) in detail["tasks"].as_array().unwrap().iter().enumerate() {
        let always = [
            ("id", "number"),
            ("dayIndex", "number"),
            ("title", "string"),
            ("type", "string"),
            ("description", "string"),
            ("rubric", "null"),
        ];
        reads(task, &always);
        let (link, flag) =
            if [1, 2].contains(&at) { ("string", "boolean") } else { ("absent", "absent") };
        let links = ["repoUrl", "repoFullName", "codespaceUrl"].map(|name| (name, link));
        reads(task, &links);
        reads(task, &[("preProvisioned", flag)]);
    }
}

#[tokio::test]
async fn candidates_are_invited_and_listed() {
    let story = Story::begin().await;
    let simulation = story.simulation().await;

    let invited = story.invite(simulation, "Ada Example", ADA).await.expect(200);
    let read = [("inviteUrl", "string"), ("token", "string"), ("candidateSessionId", "number")];
    reads(&invited, &read);
    story.settle().await;

    let path = format!("/api/simulations/{simulation}/candidates");
    let list = story.recruiter(1).get(&path).await.expect(200);
    assert_eq!(list.as_array().unwrap().len(), 1);
    let row = [
        ("candidateSessionId", "number"),
        ("inviteEmail", "string"),
        ("candidateName", "string"),
        ("status", "string"),
        ("startedAt", "null"),
        ("completedAt", "null"),
        ("inviteEmailStatus", "string"),
        ("inviteEmailSentAt", "string"),
        ("inviteEmailError", "null"),
        ("inviteUrl", "string"),
        ("hasReport", "boolean"),
        ("verified", "boolean"),
        ("progress", "object"),
        ("expiresAt", "string"),
    ];
    reads(&list[0], &row);
    reads(&list[0]["progress"], &[("current", "number"), ("total", "number")]);
    assert_eq!(list[0]["inviteUrl"], invited["inviteUrl"]);
}

#[tokio::test]
async fn a_candidates_row_follows_them_from_invited_to_completed() {
    let story = Story::begin().await;
    let (done, _ada, _first) = story.completed(ADA).await;
    let waiting = story.invited("grace@example.com").await;
    let (working, _eve, _second) = story.on_day_two("eve@example.com").await;
    let fields = ["status", "verified"];
    let seen = async |invited| {
        let row = story.row(invited).await;
        let [status, verified] = fields.map(|name| row[name].clone());
        (status, verified, row["progress"].clone())
    };
    let progress = |current: u8| json!({ "current": current, "total": 5 });
    let (yes, no) = (json!(true), json!(false));

    assert_eq!(seen(&done).await, (json!("completed"), yes.clone(), progress(5)));
    assert_eq!(seen(&working).await, (json!("in_progress"), yes.clone(), progress(1)));
    assert_eq!(seen(&waiting).await, (json!("not_started"), no.clone(), progress(0)));
    reads(&story.row(&done).await, &[("startedAt", "string"), ("completedAt", "string")]);

    // An invite that nobody took expires; a session that somebody took does not.
    story.clock.advance(SignedDuration::from_hours(14 * 24 + 1));
    assert_eq!(seen(&waiting).await, (json!("expired"), no, progress(0)));
    assert_eq!(seen(&working).await, (json!("in_progress"), yes.clone(), progress(1)));
    assert_eq!(seen(&done).await, (json!("completed"), yes, progress(5)));
}

#[tokio::test]
async fn an_invite_is_sent_again_without_a_body() {
    let story = Story::begin().await;
    let invited = story.invited(ADA).await;
    let (simulation, session) = (invited.simulation, invited.session);
    let path = format!("/api/simulations/{simulation}/candidates/{session}/invite/resend");
    let recruiter = story.recruiter(1);

    let soon = recruiter.send(recruiter.request(Method::POST, &path)).await;
    assert_eq!((soon.status, soon.header("retry-after")), (429, Some("30")));
    reads(&soon.body, &[("retryAfterSeconds", "number"), ("detail", "string")]);

    story.clock.advance(SignedDuration::from_secs(30));
    let again = recruiter.send(recruiter.request(Method::POST, &path)).await.expect(200);
    let row = [
        ("inviteEmailStatus", "string"),
        ("inviteEmailSentAt", "string"),
        ("inviteEmailError", "null"),
    ];
    reads(&again, &row);
    let unknown = path.replace(&session.to_string(), "1");
    assert_eq!(recruiter.post_nothing(&unknown).await.status, 404);
}

#[tokio::test]
async fn a_completed_candidate_is_told_by_a_code_of_their_own() {
    let story = Story::begin().await;
    let (done, _ada, _first) = story.completed(ADA).await;

    let refused = story.invite(done.simulation, "Ada Example", ADA).await;
    assert_eq!(refused.status, 409);
    assert_eq!(refused.body["error"]["code"], "candidate_already_completed");
    reads(&refused.body, &[("detail", "string")]);

    let wrong = story.invite(done.simulation, "Ada Example", "not an address").await;
    assert_eq!(wrong.status, 422);
    reads(&wrong.body, &[("detail", "string")]);
}

#[tokio::test]
async fn submissions_are_listed_by_four_parameters_and_shown() {
    let story = Story::begin().await;
    let (done, ada) = story.claimed(ADA).await;
    let first = story.current_task(&ada, done.session).await;
    for day in 1..=5 {
        let text = json!({ "contentText": "Well thought out." });
        let body = if [2, 3].contains(&day) { json!({}) } else { text };
        let path = format!("/api/tasks/{}/submit", first + day - 1);
        ada.post(&path, body).await.expect(201);
    }
    story.pass(25).await;
    let (n, s) = (done.session, done.simulation);
    let recruiter = story.recruiter(1);
    let path = format!(
        "/api/submissions?candidateSessionId={n}&candidate_session_id={n}&simulationId={s}\
         &simulation_id={s}"
    );

    let list = recruiter.get(&path).await.expect(200);

    let items = list["items"].as_array().unwrap();
    assert_eq!(items.len(), 5);
    for item in items {
        let read = [
            ("submissionId", "number"),
            ("dayIndex", "number"),
            ("submittedAt", "string"),
            ("type", "string"),
        ];
        reads(item, &read);
        let path = format!("/api/submissions/{}", item["submissionId"]);
        let detail = recruiter.get(&path).await.expect(200);
        match item["dayIndex"].as_u64().unwrap() {
            2 | 3 => code_shown(&detail),
            _ => text_shown(&detail),
        }
    }
    assert_eq!(story.repository(&ada, first + 1).await, {
        let path = format!("/api/submissions/{}", items[3]["submissionId"]);
        recruiter.get(&path).await.expect(200)["code"]["repoFullName"].as_str().unwrap().to_owned()
    });
}

/// The detail of any submission has what the client reads.
fn shown(detail: &Value) {
    reads(detail, &[("submissionId", "number"), ("task", "object"), ("submittedAt", "string")]);
    let task =
        [("dayIndex", "number"), ("type", "string"), ("title", "string"), ("prompt", "string")];
    reads(&detail["task"], &task);
}

/// The detail of a text's submission has what the client reads.
fn text_shown(detail: &Value) {
    shown(detail);
    reads(detail, &[("contentText", "string"), ("code", "null"), ("testResults", "null")]);
}

/// The detail of examined code has what the client reads.
fn code_shown(detail: &Value) {
    shown(detail);
    let links = ["workflowUrl", "commitUrl", "diffUrl"].map(|name| (name, "string"));
    reads(detail, &links);
    reads(detail, &[("contentText", "null"), ("code", "object"), ("diffSummary", "object")]);
    reads(&detail["code"], &["repoPath", "repoFullName", "repoUrl"].map(|name| (name, "string")));
    let results = [
        ("passed", "number"),
        ("failed", "number"),
        ("total", "number"),
        ("stdout", "string"),
        ("stderr", "string"),
        ("workflowRunId", "string"),
        ("runStatus", "string"),
        ("conclusion", "string"),
        ("timeout", "boolean"),
        ("workflowUrl", "string"),
        ("commitUrl", "string"),
    ];
    reads(&detail["testResults"], &results);
}
