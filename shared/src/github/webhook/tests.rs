use serde_json::{Value, json};

use super::*;

fn arrival() -> Arrival {
    Arrival { delivery: Uuid::from_u128(7), at: "2026-03-02T09:00:00Z".parse().unwrap() }
}

fn heard(event: &str, body: &Value) -> Heard {
    read(event, arrival(), body.to_string().as_bytes()).unwrap()
}

fn push(reference: &str) -> Value {
    json!({
        "ref": reference, "before": "b".repeat(40), "after": "a".repeat(40),
        "created": false, "deleted": false, "forced": true,
        "commits": [
            { "message": "a candidate's text", "timestamp": "1970-01-01T00:00:00Z" },
            { "message": "more" },
        ],
        "repository": { "id": 3_100_000_009_u64, "pushed_at": 1_772_442_000 },
    })
}

#[test]
fn of_a_push_to_a_branch_its_place_and_its_size_are_kept_and_no_text() {
    let expected = Push {
        delivery: arrival().delivery,
        at: arrival().at,
        commits: 2,
        head: CommitSha::parse(&"a".repeat(40)).unwrap(),
        branch: BranchName::parse("feature/x").ok(),
        forced: true,
    };
    let notice = Notice::Pushed { repository: 3_100_000_009, push: expected.clone() };
    assert_eq!(heard("push", &push("refs/heads/feature/x")), Heard::Notice(notice));

    // A name that we accept nowhere else is not kept.
    let odd = heard("push", &push("refs/heads/$(rm -rf)"));
    let push = Push { branch: None, ..expected };
    assert_eq!(odd, Heard::Notice(Notice::Pushed { repository: 3_100_000_009, push }));
}

#[test]
fn a_tag_and_a_branch_that_is_deleted_are_nothing() {
    assert_eq!(heard("push", &push("refs/tags/tenon-day-2")), Heard::Nothing);
    let mut deleted = push("refs/heads/main");
    deleted["deleted"] = json!(true);
    deleted["after"] = json!("0".repeat(40));
    assert_eq!(heard("push", &deleted), Heard::Nothing);
}

#[test]
fn a_run_that_was_dispatched_is_heard_of_when_it_begins_and_when_it_ends() {
    let run = |action: &str, event: &str| {
        let run = json!({ "id": 30_000_000_001_u64, "event": event, "conclusion": "success" });
        let body = json!({ "action": action, "repository": { "id": 7 }, "workflow_run": run });
        heard("workflow_run", &body)
    };
    let notice =
        |turn| Heard::Notice(Notice::Run { repository: 7, github_id: 30_000_000_001, turn });

    assert_eq!(run("in_progress", "workflow_dispatch"), notice(RunTurn::Began));
    assert_eq!(run("completed", "workflow_dispatch"), notice(RunTurn::Ended));
    assert_eq!(run("requested", "workflow_dispatch"), Heard::Nothing);
    assert_eq!(run("completed", "push"), Heard::Nothing);
}

#[test]
fn who_became_a_collaborator_is_heard_of_and_who_no_longer_is_is_not() {
    let member = |action: &str, login: &str| {
        let body = json!({
            "action": action, "member": { "login": login }, "repository": { "id": 7 },
        });
        heard("member", &body)
    };
    let username = GitHubUsername::parse("ada").unwrap();
    let added = Heard::Notice(Notice::CollaboratorAdded { repository: 7, username });

    assert_eq!(member("added", "ada"), added);
    assert_eq!(member("removed", "ada"), Heard::Nothing);
    assert_eq!(member("added", "ada_acme"), Heard::Nothing, "we could not have invited it");
}

#[test]
fn of_a_repository_that_changed_only_its_number_is_believed() {
    for action in ["renamed", "transferred", "deleted", "archived", "unarchived", "edited"] {
        let body = json!({ "action": action, "repository": { "id": 7, "full_name": "eve/x" } });
        let notice = Notice::RepositoryChanged { repository: 7 };
        assert_eq!(heard("repository", &body), Heard::Notice(notice), "{action}");
    }
    let created = json!({ "action": "created", "repository": { "id": 7 } });
    assert_eq!(heard("repository", &created), Heard::Nothing);
}

#[test]
fn what_becomes_of_an_installation_is_heard() {
    let heard_of = |action: &str| {
        heard("installation", &json!({ "action": action, "installation": { "id": 9 } }))
    };
    let changed = |change| Heard::Installation { id: 9, change };

    assert_eq!(heard_of("suspend"), changed(InstallationChange::Suspended));
    assert_eq!(heard_of("unsuspend"), changed(InstallationChange::Unsuspended));
    assert_eq!(heard_of("deleted"), changed(InstallationChange::Deleted));
    assert_eq!(heard_of("new_permissions_accepted"), Heard::Nothing);
}

#[test]
fn what_is_not_known_is_not_read_and_what_is_known_must_be_as_described() {
    for event in ["ping", "issues", "star", "", "PUSH"] {
        assert_eq!(read(event, arrival(), b"no JSON").unwrap(), Heard::Nothing, "{event}");
    }
    let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    for body in ["", "null", "{}", r#"{"action":1}"#, &deep] {
        for event in ["push", "workflow_run", "member", "repository", "installation"] {
            assert!(read(event, arrival(), body.as_bytes()).is_err(), "{event} {body:.20}");
        }
    }
}
