//! Rows as the table has them: ordinary ones, and the fattest there may be.

use serde_json::{Value, json};
use shared::domain::candidate_session::CandidateSession;
use shared::domain::simulation::Simulation;
use shared::domain::user::User;
use shared::store::submissions::{SubmittedPatches, SubmittedText};

const MOMENT: &str = "2026-03-02T09:00:00Z";
/// The recruiter of all rows.
const RECRUITER: u64 = 244_525_093_000_001;

fn row<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// Whoever the good token names.
pub(crate) fn user() -> User {
    row(json!({
        "id": RECRUITER, "sub": "auth0|7", "name": "Ada", "email": "ada@example.com",
        "company": 7, "companyName": "Example", "createdAt": MOMENT,
    }))
}

/// A simulation of the recruiter's, with 1,000 characters of what to look at.
pub(crate) fn simulation(number: u64) -> Simulation {
    row(json!({
        "id": 244_525_094_000_000 + number, "recruiter": RECRUITER, "companyName": "Example",
        "brief": {
            "title": "Payments", "role": "Backend Engineer", "techStack": "Python, PostgreSQL",
            "seniority": "Mid", "focus": "x".repeat(1_000), "templateKey": "python-fastapi",
        },
        "firstTask": 244_525_095_000_000_u64, "createdAt": MOMENT, "candidateCount": 7,
    }))
}

/// A candidate in the middle of the work, with both workspaces.
pub(crate) fn session(number: u64) -> CandidateSession {
    let workspace = |day: u64| {
        json!({
            "day": day, "task": 244_525_095_000_000 + day, "stage": "ready", "username": "ada-l",
            "repository": format!("tenon-hire-dev/tenon-ws-{number}-task{day}"), "accepted": true,
        })
    };
    row(json!({
        "id": 244_525_096_000_000 + number, "simulation": 244_525_094_000_001_u64,
        "recruiter": RECRUITER, "simulationTitle": "Payments", "role": "Backend Engineer",
        "companyName": "Example", "firstTask": 244_525_095_000_000_u64, "candidateName": "Ada",
        "inviteEmail": "ada@example.com",
        "invite": { "keyVersion": 1, "generation": 1, "createdAt": MOMENT, "expiresAt": MOMENT },
        "mail": {
            "number": 1, "status": "sent", "askedAt": MOMENT, "sentAt": MOMENT, "error": null,
            "messageId": "0100019c-0000-0000-0000-000000000000",
        },
        "progress": {
            "state": "inProgress", "submitted": 2, "submittedAt": MOMENT,
            "claim": { "sub": "auth0|8", "email": "ada@example.com", "at": MOMENT },
        },
        "githubUsername": "ada-l", "workspaces": [workspace(2), workspace(3)], "pushedAt": MOMENT,
    }))
}

/// The longest text that may be handed in.
pub(crate) fn text() -> SubmittedText {
    row(json!({ "submission": 7, "content": "x".repeat(256 * 1_024) }))
}

/// As many patches as are kept: nine long ones and 291 files without.
pub(crate) fn patches() -> SubmittedPatches {
    let file = |number: u64| {
        json!({
            "filename": format!("src/{number}.py"), "status": "modified", "additions": 1,
            "deletions": 1, "changes": 2,
            "patch": (number < 8).then(|| "+a line of code\n".repeat(1_250)),
        })
    };
    let diff = json!({
        "ahead_by": 1, "behind_by": 0, "total_commits": 1, "base": "a".repeat(40),
        "head": "b".repeat(40), "files": (0..300).map(file).collect::<Vec<_>>(), "truncated": true,
    });
    row(json!({ "submission": 7, "diff": diff, "later": null }))
}
