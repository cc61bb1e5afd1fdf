//! What comes before each request.

use http::Method;
use jiff::SignedDuration;
use local::github::uploads::{Fate, Upload};
use local::issuer::Role;
use reqwest::RequestBuilder;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::campaign::flow::Flow;
use crate::campaign::scene::{ADA, Act, Asking};
use crate::operator::KEY;
use crate::story::Story;
use crate::work::simulation_body;

const KEYED: (&str, &str) = ("idempotency-key", "the one key of this story");
const COMPANIES: &str = "/api/admin/companies";
const DOMAIN: &str = "/api/admin/companies/domains/acme.test";

/// What is about to be asked; none where the flow is no request.
pub(super) async fn act(flow: Flow, story: &Story) -> Option<Act> {
    Some(match flow {
        Flow::AddCompany | Flow::MapDomain | Flow::UnmapDomain => companies(flow, story).await,
        Flow::FirstVisit => {
            let newcomer = story.person("new@elsewhere.test", Role::Recruiter);
            Asking::act(newcomer.request(Method::GET, "/api/auth/me"), &[200])
        }
        Flow::CreateSimulation => {
            let request = story.recruiter(1).request(Method::POST, "/api/simulations");
            Asking::act(request.header(KEYED.0, KEYED.1).json(&simulation_body()), &[201])
        }
        Flow::Invite | Flow::InviteWithoutKey | Flow::Resend => invites(flow, story).await,
        Flow::Claim => {
            let invited = story.invited(ADA).await;
            let path = format!("/api/candidate/session/{}/claim", invited.token);
            Asking::act(story.candidate(ADA).request(Method::POST, &path), &[200])
        }
        Flow::SaveUsername => {
            let invited = story.invited(ADA).await;
            let path = format!("/api/candidate/github/{}", invited.token);
            let form = story.nobody().request(Method::POST, &path).body("username=ada");
            let form = form.header("content-type", "application/x-www-form-urlencoded");
            Asking::act(form, &[200])
        }
        Flow::InitCodespace | Flow::StartRun | Flow::PollRun => code(flow, story).await,
        Flow::SubmitText | Flow::SubmitLastDay | Flow::SubmitCode | Flow::SubmitCodeWithoutKey => {
            submits(flow, story).await
        }
        Flow::ExamineAgain => examined_again(story).await,
        Flow::RedriveMany => {
            story.invited_just_now(ADA).await;
            story.give_up("prepare_workspace").await;
            let body = json!({ "kind": "prepare_workspace", "reason": "GitHub is back" });
            Asking::act(admin(story, Method::POST, "/api/admin/jobs/redrive", Some(&body)), &[200])
        }
        Flow::Redrive => {
            story.invited_just_now(ADA).await;
            let id = story.give_up("send_invite").await.remove(0);
            let body = json!({ "reason": "the mail service is back" });
            let path = format!("/api/admin/jobs/{id}/redrive");
            let request = admin(story, Method::POST, &path, Some(&body));
            Asking::act(request.header(KEYED.0, KEYED.1), &[202])
        }
        Flow::TryTemplates => {
            let body = json!({ "templateKeys": ["go-gin"], "waitSeconds": 0 });
            let path = "/api/admin/templates/health/run";
            Asking::act(admin(story, Method::POST, path, Some(&body)), &[202])
        }
        Flow::TakeWebhook => {
            let (event, body) = run_ended(story).await;
            let delivery = Uuid::from_u128(7);
            let request = story.signed_webhook(event, delivery, &body.to_string());
            Asking::act(request, &[202])
        }
        _ => return None,
    })
}

fn admin(story: &Story, method: Method, path: &str, body: Option<&Value>) -> RequestBuilder {
    let request = story.nobody().request(method, path).header("x-admin-key", KEY);
    match body {
        Some(body) => request.json(body),
        None => request,
    }
}

async fn companies(flow: Flow, story: &Story) -> Act {
    if flow == Flow::AddCompany {
        let request = admin(story, Method::POST, COMPANIES, Some(&json!({ "name": "Acme" })));
        // Two companies may have one name, and the route takes no key: who was not answered looks.
        let look = Some((COMPANIES.to_owned(), "\"Acme\""));
        return Act::Ask(Box::new(Asking { look, ..Asking::of(request, &[201]) }));
    }
    let made = story.operator().post(COMPANIES, json!({ "name": "Acme" })).await.expect(201);
    let body = json!({ "companyId": made["id"] });
    let mapping = admin(story, Method::PUT, DOMAIN, Some(&body));
    if flow == Flow::MapDomain {
        return Asking::act(mapping, &[200]);
    }
    story.nobody().send(mapping).await.expect(200);
    Asking::act(admin(story, Method::DELETE, DOMAIN, None), &[204, 404])
}

async fn invites(flow: Flow, story: &Story) -> Act {
    let recruiter = story.recruiter(1);
    if flow == Flow::Resend {
        let invited = story.invited(ADA).await;
        story.clock.advance(SignedDuration::from_secs(31));
        let (simulation, session) = (invited.simulation, invited.session);
        let path = format!("/api/simulations/{simulation}/candidates/{session}/invite/resend");
        return Asking::act(recruiter.request(Method::POST, &path), &[200, 429]);
    }
    let path = format!("/api/simulations/{}/invite", story.simulation().await);
    let body = json!({ "candidateName": "Ada Example", "inviteEmail": ADA });
    let request = recruiter.request(Method::POST, &path).json(&body);
    let keyed = flow == Flow::Invite;
    Asking::act(if keyed { request.header(KEYED.0, KEYED.1) } else { request }, &[200])
}

async fn code(flow: Flow, story: &Story) -> Act {
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    if flow == Flow::InitCodespace {
        let path = format!("/api/tasks/{task}/codespace/init");
        let body = json!({ "githubUsername": "ada" });
        return Asking::act(ada.request(Method::POST, &path).json(&body), &[200]);
    }
    let run = format!("/api/tasks/{task}/run");
    if flow == Flow::StartRun {
        let request = ada.request(Method::POST, &run).json(&json!({}));
        let follow = Some((ada.clone(), format!("{run}/{{}}"), "runId"));
        return Act::Ask(Box::new(Asking { follow, ..Asking::of(request, &[200]) }));
    }
    let started = ada.post(&run, json!({})).await.expect(200);
    story.clock.advance(SignedDuration::from_secs(8));
    let path = format!("{run}/{}", started["runId"]);
    let request = ada.request(Method::GET, &path);
    let follow = Some((ada.clone(), path, "runId"));
    Act::Ask(Box::new(Asking { follow, ..Asking::of(request, &[200]) }))
}

async fn submits(flow: Flow, story: &Story) -> Act {
    let text = json!({ "contentText": "Thought through, and through." });
    let (ada, task, body) = match flow {
        Flow::SubmitText => {
            let (invited, ada) = story.claimed(ADA).await;
            let task = story.current_task(&ada, invited.session).await;
            (ada, task, text)
        }
        Flow::SubmitLastDay => {
            let (invited, ada) = story.claimed(ADA).await;
            let first = story.current_task(&ada, invited.session).await;
            for task in first..first + 4 {
                story.hand_in_text(&ada, task).await;
            }
            (ada, first + 4, text)
        }
        _ => {
            let (_invited, ada, task) = story.on_day_two(ADA).await;
            story.push_solution(&story.repository(&ada, task).await);
            (ada, task, json!({}))
        }
    };
    let request = ada.request(Method::POST, &format!("/api/tasks/{task}/submit")).json(&body);
    if flow == Flow::SubmitCodeWithoutKey {
        // Asked for again, it was done before.
        return Asking::act(request, &[201, 409]);
    }
    Asking::act(request.header(KEYED.0, KEYED.1), &[201])
}

/// Ada's second day was examined, and its results could not be had.
async fn examined_again(story: &Story) -> Act {
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    let repository = story.repository(&ada, task).await;
    story.push_solution(&repository);
    let gone = Upload::new("tenon-test-results", "no archive").that_is(Fate::Gone);
    story.stack.github.leave(&repository, vec![gone]).unwrap();
    let path = format!("/api/tasks/{task}/submit");
    let submitted = ada.post(&path, json!({})).await.expect(201);
    story.pass(20).await;
    let path = format!("/api/submissions/{}/examination", submitted["submissionId"]);
    Asking::act(story.recruiter(1).request(Method::POST, &path), &[202, 409])
}

/// Ada's run has ended; what GitHub tells of it.
pub(super) async fn run_ended(story: &Story) -> (&'static str, Value) {
    let (_invited, ada, task) = story.on_day_two(ADA).await;
    ada.post(&format!("/api/tasks/{task}/run"), json!({})).await.expect(200);
    story.clock.advance(SignedDuration::from_secs(8));
    let id = story.item("CS#", "WORKSPACE#2").await["repository"]["M"]["id"]["N"].clone();
    let repository: u64 = id.as_str().unwrap().parse().unwrap();
    let run = json!({
        "id": 30_000_000_001_u64, "event": "workflow_dispatch", "run_attempt": 1,
        "status": "completed", "conclusion": "failure", "updated_at": "2026-03-02T09:00:05Z",
    });
    let body = json!({
        "action": "completed", "repository": { "id": repository }, "workflow_run": run,
    });
    ("workflow_run", body)
}
