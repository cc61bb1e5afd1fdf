use super::*;

fn run(status: &str, conclusion: Option<&str>) -> Value {
    json!({
        "id": 30_000_000_001_u64, "html_url": "https://github.com/acme/ws/actions/runs/1",
        "head_sha": sha("a"), "head_branch": "tenon-day-2", "event": "workflow_dispatch",
        "path": ".github/workflows/tenon-ci.yml@main", "repository": {"id": 7}, "status": status,
        "conclusion": conclusion, "created_at": "2026-03-02T09:00:00Z",
    })
}

#[tokio::test]
async fn a_dispatch_tells_its_run_when_github_does() {
    let line = "POST /repos/acme/ws/actions/workflows/tenon-ci.yml/dispatches";
    let details = json!({
        "workflow_run_id": 5, "run_url": "https://api/5", "html_url": "https://github.com/5",
    });
    let (script, github) = Script::with(line, 200, details).await;
    let told = github.dispatch(&ours(), "tenon-ci.yml", "tenon-day-2").await.unwrap();
    let expected = DispatchedRun { id: 5 };
    assert_eq!(told, Some(expected));
    assert_eq!(script.body(0), json!({"ref": "tenon-day-2", "return_run_details": true}));

    script.on(line, 204, "");
    assert_eq!(github.dispatch(&ours(), "tenon-ci.yml", "main").await.unwrap(), None);

    script.on(line, 422, "{}");
    let refusal = github.dispatch(&ours(), "tenon-ci.yml", "main").await;
    assert_eq!(failure(refusal), GitHubFailure::Unprocessable);
}

#[tokio::test]
async fn runs_are_listed_for_one_workflow_and_ref() {
    let line = "GET /repos/acme/ws/actions/workflows/tenon-ci.yml/runs?branch=feature%2Fx\
                &event=workflow_dispatch&per_page=30";
    let runs =
        json!({"total_count": 2, "workflow_runs": [run("queued", None), run("in_progress", None)]});
    let (_script, github) = Script::with(line, 200, runs).await;

    let runs = github.workflow_runs(&ours(), "tenon-ci.yml", "feature/x").await.unwrap();

    assert_eq!(runs.iter().map(|run| run.queued).collect::<Vec<_>>(), [true, false]);
    assert!(runs.iter().all(|run| run.phase == RunPhase::Underway));
}

#[tokio::test]
async fn a_run_is_read_whole_or_is_not_there() {
    let line = "GET /repos/acme/ws/actions/runs/9";
    let (script, github) = Script::with(line, 200, run("completed", Some("failure"))).await;

    let run = github.workflow_run(&ours(), 9).await.unwrap().unwrap();
    assert_eq!((run.id, run.repository_id, &run.head_sha), (30_000_000_001, 7, &sha("a")));
    assert_eq!(run.path, ".github/workflows/tenon-ci.yml");
    assert_eq!(run.phase, RunPhase::Completed(Conclusion::Failure));
    assert_eq!((run.queued, run.created_at.to_string().as_str()), (false, "2026-03-02T09:00:00Z"));

    script.on(line, 404, "{}");
    assert_eq!(github.workflow_run(&ours(), 9).await.unwrap(), None);
}
