//! What people see in the end, without what differs from one story to the next: times, and what is
//! drawn.

use std::sync::LazyLock;

use regex_lite::Regex;
use serde_json::Value;
use shared::domain::template_health::HealthCode;

use crate::caller::Caller;
use crate::story::Story;

/// What is replaced by one sign: tokens and commits, UUIDs, moments, ids.
static DRAWN: LazyLock<Regex> = LazyLock::new(|| {
    let token = "[A-Za-z0-9_-]{43}";
    let uuid = "[0-9a-f]{8}-[0-9a-f-]{27}";
    let moment = r"\d{4}-\d\d-\d\dT[\d:.]+Z";
    Regex::new(&format!("{token}|[0-9a-f]{{40}}|{uuid}|{moment}|\\d{{6,}}")).unwrap()
});

/// A line for each thing that a recruiter, an admin or the candidate `ada` sees.
pub(super) async fn seen(story: &Story, followed: Option<(Caller, String)>) -> Vec<String> {
    let (recruiter, operator) = (story.recruiter(1), story.operator());
    let mut lines = Vec::new();
    let simulations = recruiter.get("/api/simulations").await.expect(200);
    for simulation in simulations.as_array().unwrap() {
        lines.push(line("simulation", simulation));
        let path = format!("/api/simulations/{}/candidates", simulation["id"]);
        let rows = recruiter.get(&path).await.expect(200);
        lines.extend(rows.as_array().unwrap().iter().map(|row| line("candidate", row)));
    }
    let listed = recruiter.get("/api/submissions").await.expect(200);
    for item in listed["items"].as_array().unwrap() {
        let path = format!("/api/submissions/{}", item["submissionId"]);
        lines.push(line("submission", &recruiter.get(&path).await.expect(200)));
    }
    for path in ["companies", "companies/domains", "jobs", "cleanup"] {
        let listed = operator.get(&format!("/api/admin/{path}")).await.expect(200);
        lines.extend(listed["items"].as_array().unwrap().iter().map(|row| line(path, row)));
    }
    for check in story.items("TEMPLATECHECK#").await {
        lines.push(line("template", &check["state"]));
    }
    if let Some((caller, path)) = followed {
        lines.push(line("followed", &caller.get(&path).await.expect(200)));
    }
    for login in ["ada", "countess"] {
        for name in story.stack.github.repositories() {
            let path = format!("/repos/{name}/collaborators/{login}/permission");
            let permission = story.github().get(&path).await.body["role_name"].clone();
            lines.push(line(login, &permission));
        }
    }
    lines.sort();
    lines.dedup();
    lines
}

fn line(of: &str, value: &Value) -> String {
    format!("{of} {}", DRAWN.replace_all(&value.to_string(), "·"))
}

/// Whether some line tells somebody that something failed.
pub(super) fn tells_of_failure(lines: &[String]) -> bool {
    let told = [
        "\"inviteEmailStatus\":\"failed\"",
        "\"state\":\"failed\"",
        "\"status\":\"error\"",
        "\"state\":\"dead\"",
    ];
    // What trying a template out came to, and the whole of what is promised: why it came to nothing.
    let codes = [HealthCode::GithubRateLimited, HealthCode::RepoUnreachable];
    let codes = codes.map(|code| format!("\"{code}\""));
    let mut told = told.into_iter().chain(codes.iter().map(String::as_str));
    told.any(|word| lines.iter().any(|line| line.contains(word)))
}
