//! What each function may do at AWS, and what it does. Every story checks, when it ends, that its
//! functions asked for nothing that their roles do not give (`tests::granted`); here nothing is given
//! that is not asked for.
//!
//! What this cannot see: work left to a task of its own, what AWS does in a role's name, conditions and
//! resources of statements beyond the index that a query is on.

use std::collections::BTreeSet;

use http::Method;
use jiff::SignedDuration;
use local::issuer::Role;
use serde_json::{Value, json};
use shared::domain::job::Job;
use shared::domain::notice::Notice;
use tests::caller::{Answer, Caller};
use tests::granted::{granted, listed, statements};
use tests::story::Story;
use tests::template::{read, resources};
use tests::webhooks::SECRET;
use tests::work::simulation_body;

use crate::five_days::whole_way;

const KEY: &str = "an admin key of the tests, long enough";
/// What every process asks for while it starts, so that its connection is open.
const AT_START: &str = "dynamodb:GetItem";

/// `POST path` under an idempotency key.
async fn keyed(who: &Caller, path: &str, body: &Value) -> Answer {
    let request = who.request(Method::POST, path).header("idempotency-key", "k").json(body);
    who.send(request).await
}

async fn admin(story: &Story, key: &str, method: Method, path: &str, body: Value) -> Answer {
    let nobody = story.nobody();
    let request = nobody.request(method, &format!("/api/admin/{path}")).header("x-admin-key", key);
    let request = if body.is_null() { request } else { request.json(&body) };
    nobody.send(request).await
}

/// What recruiters do beside the five days.
async fn recruiters(story: &Story) {
    let recruiter = story.recruiter(1);
    story.person("new@example.com", Role::Recruiter).get("/api/auth/me").await.expect(200);
    // Refused, so that the key is given back.
    let simulations = recruiter.get("/api/simulations").await.expect(200);
    let invite = format!("/api/simulations/{}/invite", simulations[0]["id"]);
    let body = json!({ "candidateName": "Ada", "inviteEmail": "ada@example.com" });
    keyed(&recruiter, &invite, &body).await.expect(409);
    let made = keyed(&recruiter, "/api/simulations", &simulation_body()).await;
    made.expect(201);
    recruiter.post_nothing("/api/submissions/7/examination").await.expect(404);
    // Whoever is new is written down wherever they come first.
    story.person("newer@example.com", Role::Recruiter).get("/api/submissions").await.expect(200);
}

/// What a candidate does beside the five days.
async fn candidates(story: &Story) {
    let (invited, ada) = story.claimed("grace@example.com").await;
    ada.get("/api/candidate/invites").await.expect(200);
    let task = story.current_task(&ada, invited.session).await;
    let submit = format!("/api/tasks/{task}/submit");
    keyed(&ada, &submit, &json!({ "contentText": " " })).await.expect(400);
}

async fn admins(story: &Story) {
    let company = json!({ "name": "Initech" });
    let made = admin(story, KEY, Method::POST, "companies", company).await.expect(201);
    let mapping = json!({ "companyId": made["id"] });
    admin(story, KEY, Method::PUT, "companies/domains/initech.example", mapping).await.expect(200);
    admin(story, KEY, Method::GET, "companies", Value::Null).await.expect(200);
    admin(story, KEY, Method::DELETE, "companies/domains/initech.example", Value::Null).await;
    admin(story, KEY, Method::GET, "cleanup", Value::Null).await.expect(200);
    admin(story, KEY, Method::GET, "templates/health/runs/7", Value::Null).await.expect(404);
    admin(story, "wrong", Method::GET, "companies", Value::Null).await.expect(404);
}

/// Admins look after jobs: one that was given up is started again, by its number and by its kind.
async fn operators(story: &Story) {
    let given_up = async || {
        let notice = Notice::RepositoryChanged { repository: 4_242 };
        story.dead_job(Job::HeedGitHub { notice, at: story.now() }).await
    };
    let why = json!({ "reason": "GitHub is back" });
    let id = given_up().await;
    admin(story, KEY, Method::POST, &format!("jobs/{id}/redrive"), why).await.expect(202);
    for path in ["metrics", "jobs", &format!("jobs/{id}"), &format!("audit?subject=job:{id}")] {
        admin(story, KEY, Method::GET, path, Value::Null).await.expect(200);
    }
    given_up().await;
    let all = json!({ "kind": "heed_github", "reason": "GitHub is back" });
    admin(story, KEY, Method::POST, "jobs/redrive", all).await.expect(200);
    story.nobody().get("/ready").await.expect(200);
}

#[tokio::test]
async fn no_role_gives_what_its_function_never_asks_for() {
    let settings = [
        ("TENON_RATE_LIMIT_ENABLED", "1"),
        ("TENON_ADMIN_API_KEY", KEY),
        ("TENON_GITHUB_WEBHOOK_SECRETS", SECRET),
        ("TENON_GITHUB_CLEANUP_ENABLED", "1"),
    ];
    let story = Story::with(&settings).await;
    whole_way(&story).await;
    recruiters(&story).await;
    candidates(&story).await;
    admins(&story).await;
    operators(&story).await;
    story.settle().await;
    // What was lost is sent again, and what is old is put away.
    story.invited_just_now("lost@example.com").await;
    story.clock.advance(SignedDuration::from_hours(31 * 24));
    story.stack.worker.sweep().await.unwrap();
    story.settle().await;

    let asked = story.stack.permissions.all();
    let mut unused = BTreeSet::new();
    for (function, granted) in granted() {
        let asked = asked.iter().filter(|(who, _)| who == function).map(|(_, what)| what);
        let asked: BTreeSet<String> = asked.map(ToString::to_string).collect();
        let given = granted.iter().map(ToString::to_string);
        // Reading the secret is another story (`secrets`): its functions are held to their roles, too.
        let given = given.filter(|it| it != AT_START && !it.starts_with("secretsmanager:"));
        unused.extend(given.filter(|it| !asked.contains(it)).map(|it| format!("{function}: {it}")));
    }
    assert_eq!(unused, BTreeSet::new());
}

#[test]
fn no_role_reads_the_whole_table_or_has_anything_beyond_names() {
    let templates = ["template.yaml", "infra/access.yaml", "infra/jobs.yaml"].map(read);
    let roles = templates.iter().flat_map(|it| resources(it, "AWS::IAM::Role"));
    let mut seen = 0;
    let given =
        roles.flat_map(|(name, role)| statements(role).into_iter().map(move |it| (name, it)));
    for (role, statement) in given {
        seen += 1;
        assert_eq!(statement["Effect"], "Allow", "{role}");
        let actions = listed(&statement["Action"]);
        let traces = actions.iter().all(|it| it.as_str().unwrap().starts_with("xray:"));
        for action in actions {
            let action = action.as_str().unwrap();
            assert!(!action.contains('*') && action != "dynamodb:Scan", "{role}: {action}");
        }
        for resource in listed(&statement["Resource"]) {
            assert_eq!(resource.as_str() == Some("*"), traces, "{role}: {resource}");
        }
    }
    assert!(seen > 30);
}
