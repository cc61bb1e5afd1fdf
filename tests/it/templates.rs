//! How the template repositories stand, by looking at them.

use http::Method;
use jiff::SignedDuration;
use serde_json::{Value, json};
use tests::caller::Answer;
use tests::cost::Cost;
use tests::problem::problem;
use tests::story::{MORNING, Story};

const KEY: &str = "an admin key of the tests, long enough";
const HEALTH: &str = "/api/admin/templates/health";
const GO_GIN: &str = "tenon-hire-dev/tenon-template-go-gin";
const WORKFLOW: &str = ".github/workflows/tenon-ci.yml";
/// Where `go-gin` stands in the catalog.
const PLACE: usize = 4;

async fn begin() -> Story {
    Story::with(&[("TENON_ADMIN_API_KEY", KEY)]).await
}

async fn look(story: &Story, query: &str) -> Answer {
    let nobody = story.nobody();
    let request = nobody.request(Method::GET, &format!("{HEALTH}{query}"));
    nobody.send(request.header("x-admin-key", KEY)).await
}

/// How `go-gin` stands, looked at anew.
async fn go_gin(story: &Story) -> Value {
    look(story, "?refresh=1").await.expect(200)["templates"][PLACE].clone()
}

fn well() -> Value {
    json!({
        "templateKey": "go-gin",
        "repoFullName": GO_GIN,
        "workflowFile": "tenon-ci.yml",
        "defaultBranch": "main",
        "ok": true,
        "errors": [],
        "checks": {
            "repoReachable": true,
            "defaultBranch": "main",
            "defaultBranchUsable": true,
            "workflowFileExists": true,
            "workflowHasUploadArtifact": true,
            "workflowHasArtifactName": true,
            "workflowHasTestResultsJson": true,
        },
        "mode": "static",
        "workflowRunId": null,
        "workflowConclusion": null,
        "artifactNameFound": null,
        "status": "complete",
        "checkedAt": MORNING,
        "ageSeconds": 0,
    })
}

#[tokio::test]
async fn all_templates_are_looked_at_with_three_calls_each_and_in_catalog_order() {
    let story = begin().await;

    let (answer, cost) = story.costing(look(&story, "")).await;

    let health = answer.expect(200);
    assert_eq!(cost, Cost { table: 2, github: 42 });
    assert_eq!(health["templates"][PLACE], well());
    let keys: Vec<_> = health["templates"].as_array().unwrap().iter().collect();
    assert_eq!(keys.len(), 14);
    assert_eq!(keys[0]["templateKey"], "python-fastapi");
    assert_eq!(keys[10]["repoFullName"], "tenon-hire-dev/tenon-template-monorepo-expo-fastapi");
    assert_eq!(keys[13]["templateKey"], "ml-infra-mlops");
    let said = [&health["ok"], &health["mode"], &health["status"], &health["id"]];
    assert_eq!(said, [&json!(true), &json!("static"), &json!("complete"), &Value::Null]);
}

#[tokio::test]
async fn what_was_found_is_answered_for_five_minutes_by_every_process_and_tells_its_age() {
    let story = begin().await;
    look(&story, "?mode=static").await.expect(200);
    story.stack.github.remove_file(GO_GIN, WORKFLOW).unwrap();

    story.clock.advance(SignedDuration::from_secs(299));
    let other = story.nobody().at(&story.another_process().await);
    let request = other.request(Method::GET, HEALTH).header("x-admin-key", KEY);
    let (elsewhere, asking) = story.costing(other.send(request)).await;
    let (kept, cost) = story.costing(look(&story, "")).await;
    assert_eq!((asking.github, cost), (0, Cost::of_table(1)));
    let mut expected = well();
    expected["ageSeconds"] = json!(299);
    let kept = kept.expect(200);
    assert_eq!((&kept["templates"][PLACE], kept.clone()), (&expected, elsewhere.expect(200)));

    story.clock.advance(SignedDuration::from_secs(1));
    let (anew, cost) = story.costing(look(&story, "?refresh=false")).await;
    let anew = anew.expect(200);
    assert_eq!(cost, Cost { table: 2, github: 42 });
    assert_eq!((&anew["ok"], &anew["templates"][PLACE]["ageSeconds"]), (&json!(false), &json!(0)));
}

#[tokio::test]
async fn who_does_not_want_to_wait_for_that_has_all_looked_at_anew() {
    let story = begin().await;
    look(&story, "").await.expect(200);
    story.stack.github.remove_file(GO_GIN, WORKFLOW).unwrap();

    let (anew, cost) = story.costing(look(&story, "?refresh=true")).await;

    assert_eq!(cost, Cost { table: 2, github: 42 });
    let health = anew.expect(200);
    assert_eq!(health["ok"], false);
    let mut expected = well();
    expected["ok"] = json!(false);
    expected["errors"] = json!(["workflow_file_missing"]);
    for check in [
        "workflowFileExists",
        "workflowHasUploadArtifact",
        "workflowHasArtifactName",
        "workflowHasTestResultsJson",
    ] {
        expected["checks"][check] = json!(false);
    }
    assert_eq!(health["templates"][PLACE], expected);
    assert_eq!(health["templates"][PLACE + 1]["ok"], true);
}

#[tokio::test]
async fn a_template_that_may_heal_is_looked_at_again_after_half_a_minute_and_no_other_is() {
    // With a token that GitHub does not know, nothing can be read, and that does not heal.
    let story =
        Story::with(&[("TENON_ADMIN_API_KEY", KEY), ("TENON_GITHUB_TOKEN", "ghs_unknown")]).await;
    let health = look(&story, "").await.expect(200);
    assert_eq!(health["templates"][PLACE]["errors"], json!(["repo_unreachable"]));
    story.clock.advance(SignedDuration::from_secs(31));
    let (_, cost) = story.costing(look(&story, "")).await;
    assert_eq!(cost, Cost::of_table(1));

    // One of them is made one that may.
    let mut item = story.item("TEMPLATES", "HEALTH").await;
    item["templates"]["L"][PLACE]["M"]["inspection"]["M"]["certainty"]["S"] = json!("mayHeal");
    story.put_item(&item).await;
    let (again, cost) = story.costing(look(&story, "")).await;
    assert_eq!(cost, Cost { table: 2, github: 1 });
    let templates = &again.expect(200)["templates"];
    assert_eq!(
        (&templates[PLACE]["ageSeconds"], &templates[PLACE + 1]["ageSeconds"]),
        (&json!(0), &json!(31))
    );
}

#[tokio::test]
async fn what_is_found_ends_at_the_first_thing_that_is_wrong() {
    let story = begin().await;
    let github = &story.stack.github;

    let push = |text: &str| github.push(GO_GIN, "main", WORKFLOW, text, "Change").unwrap();
    push("on: workflow_dispatch\n# Actions/Upload-Artifact JUNIT Tenon-Test-Results.json\n");
    assert_eq!(go_gin(&story).await, well());
    push("on: workflow_dispatch\n# test-results\n");
    let found = go_gin(&story).await;
    let codes = json!(["workflow_missing_upload_artifact", "workflow_missing_test_results_json"]);
    assert_eq!((&found["errors"], &found["defaultBranch"]), (&codes, &json!("main")));
    let checks = &found["checks"];
    let said = [&checks["workflowHasUploadArtifact"], &checks["workflowHasArtifactName"]];
    assert_eq!(said, [&json!(false), &json!(true)]);
    push("");
    let found = go_gin(&story).await;
    assert_eq!(found["errors"], json!(["workflow_file_unreadable"]));
    assert_eq!(found["checks"]["workflowFileExists"], true);

    github.set_default_branch(GO_GIN, "gone").unwrap();
    let found = go_gin(&story).await;
    assert_eq!(found["errors"], json!(["default_branch_unusable"]));
    let branches = [&found["defaultBranch"], &found["checks"]["defaultBranch"]];
    assert_eq!(branches, [&Value::Null, &json!("gone")]);
    assert_eq!(found["checks"]["defaultBranchUsable"], false);

    github.set_default_branch(GO_GIN, "").unwrap();
    let found = go_gin(&story).await;
    assert_eq!(found["errors"], json!(["default_branch_missing"]));
    assert_eq!(found["checks"]["repoReachable"], true);

    github.rename_repository(GO_GIN, "elsewhere").unwrap();
    let found = go_gin(&story).await;
    assert_eq!(found["errors"], json!(["repo_not_found"]));
    assert_eq!(found["checks"]["repoReachable"], false);
}

#[tokio::test]
async fn live_checks_are_another_routes_and_nothing_else_is_a_mode() {
    let story = begin().await;

    let (live, cost) = story.costing(look(&story, "?mode=live")).await;
    let detail = "Use POST /api/admin/templates/health/run for live checks";
    assert_eq!(live.problem(), problem(400, "Bad Request", "LIVE_CHECKS_ELSEWHERE", detail));
    assert_eq!(cost, Cost::of_table(0));

    let wrong = look(&story, "?mode=Static&refresh=yes").await.pointers();
    let told: Vec<_> = wrong.iter().map(|(at, code)| (at.as_str(), code.as_str())).collect();
    assert_eq!(told, [("/query/mode", "literal_error"), ("/query/refresh", "bool_parsing")]);
    let nobody = story.nobody().get(&format!("{HEALTH}?mode=live")).await;
    assert_eq!(nobody.problem(), problem(404, "Not Found", "NOT_FOUND", "Not Found"));
}
