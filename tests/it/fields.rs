//! What candidates are told, field by field: nothing that is for recruiters only.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use tests::story::Story;

const ADA: &str = "ada@example.com";
const BEN: &str = "ben@example.com";

/// What no candidate may read, under any name that it has or may once have.
const RECRUITERS_ONLY: [&str; 18] = [
    "activity",
    "rubric",
    "score",
    "scenario",
    "inviteEmail",
    "inviteEmailStatus",
    "inviteUrl",
    "verified",
    "hasReport",
    "hasFitProfile",
    "testResults",
    "tamperedFiles",
    "diffSummary",
    "contentText",
    "recruiterId",
    "companyId",
    "candidateCount",
    "workspaces",
];

/// The path of every field in `value`. What the candidate's own tests wrote is theirs.
fn fields(value: &Value, at: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(fields_of) => {
            for (name, inner) in fields_of {
                let path = if at.is_empty() { name.clone() } else { format!("{at}.{name}") };
                found.insert(path.clone());
                if name != "summary" {
                    fields(inner, &path, found);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| fields(item, at, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Holds that `told` has exactly the fields in `expected`, and none that is for recruiters only.
fn holds(told: &Value, expected: &[&str]) {
    let mut found = BTreeSet::new();
    fields(told, "", &mut found);
    assert_eq!(found, expected.iter().map(|name| (*name).to_owned()).collect());
    for path in found {
        let name = path.rsplit('.').next().unwrap();
        assert!(!RECRUITERS_ONLY.contains(&name), "{path} is for recruiters only");
    }
}

#[tokio::test]
async fn a_candidate_reads_exactly_these_fields_and_nothing_about_anybody_else() {
    let story = Story::begin().await;
    let (ben, _) = story.claimed(BEN).await;
    let invited = story.invited(ADA).await;
    let ada = story.candidate(ADA).on(invited.session);
    let link = format!("/api/candidate/session/{}", invited.token);

    let listed = ada.get("/api/candidate/invites").await.expect(200);
    let resolved = ada.get(&link).await.expect(200);
    let claimed = ada.post_nothing(&format!("{link}/claim")).await.expect(200);
    let day = format!("/api/candidate/session/{}/current_task", invited.session);
    let current = ada.get(&day).await.expect(200);
    let first = current["currentTask"]["id"].as_u64().unwrap();
    let text = json!({ "contentText": "Well thought out." });
    let submitted = ada.post(&format!("/api/tasks/{first}/submit"), text).await.expect(201);
    let task = format!("/api/tasks/{}", first + 1);
    let init = ada.post(&format!("{task}/codespace/init"), json!({})).await.expect(200);
    let started = ada.post(&format!("{task}/run"), json!({})).await.expect(200);
    story.pass(10).await;
    let ended = ada.get(&format!("{task}/run/{}", started["runId"])).await.expect(200);
    let status = ada.get(&format!("{task}/codespace/status")).await.expect(200);
    assert_ne!(status["lastTestSummary"], Value::Null);

    holds(&listed, &INVITES);
    holds(&resolved, &SESSION);
    holds(&claimed, &SESSION);
    holds(&current, &CURRENT_TASK);
    holds(&submitted, &SUBMITTED);
    holds(&init, &WORKSPACE);
    holds(&started, &RUN);
    holds(&ended, &RUN);
    holds(&status, &[&WORKSPACE[..], &STATUS[..]].concat());
    let all = json!([listed, resolved, claimed, current, submitted, init, started, ended, status]);
    let others =
        [BEN, "recruiter1@local.test", "Local Recruiter", &ben.session.to_string(), &ben.token];
    for other in others {
        assert!(!all.to_string().contains(other), "{other}");
    }
}

const RUN: [&str; 16] = [
    "commitSha",
    "conclusion",
    "failed",
    "message",
    "passed",
    "pollAfterMs",
    "runId",
    "status",
    "stderr",
    "stderrTruncated",
    "stdout",
    "stdoutTruncated",
    "timeout",
    "total",
    "workflowRunId",
    "workflowUrl",
];

const INVITES: [&str; 14] = [
    "candidateSessionId",
    "companyName",
    "expiresAt",
    "inviteCreatedAt",
    "inviteToken",
    "isExpired",
    "lastActivityAt",
    "progress",
    "progress.completed",
    "progress.total",
    "role",
    "simulationId",
    "simulationTitle",
    "status",
];

const SESSION: [&str; 9] = [
    "candidateName",
    "candidateSessionId",
    "completedAt",
    "simulation",
    "simulation.id",
    "simulation.role",
    "simulation.title",
    "startedAt",
    "status",
];

const CURRENT_TASK: [&str; 14] = [
    "candidateSessionId",
    "completedTaskIds",
    "currentDayIndex",
    "currentTask",
    "currentTask.dayIndex",
    "currentTask.description",
    "currentTask.id",
    "currentTask.title",
    "currentTask.type",
    "isComplete",
    "progress",
    "progress.completed",
    "progress.total",
    "status",
];

const SUBMITTED: [&str; 9] = [
    "candidateSessionId",
    "commitSha",
    "isComplete",
    "progress",
    "progress.completed",
    "progress.total",
    "submissionId",
    "submittedAt",
    "taskId",
];

const WORKSPACE: [&str; 7] = [
    "access",
    "codespaceUrl",
    "defaultBranch",
    "invitationUrl",
    "repoFullName",
    "repoUrl",
    "workspaceId",
];

const STATUS: [&str; 16] = [
    "lastTestSummary",
    "lastTestSummary.conclusion",
    "lastTestSummary.failed",
    "lastTestSummary.passed",
    "lastTestSummary.runId",
    "lastTestSummary.status",
    "lastTestSummary.stderr",
    "lastTestSummary.stderrTruncated",
    "lastTestSummary.stdout",
    "lastTestSummary.stdoutTruncated",
    "lastTestSummary.summary",
    "lastTestSummary.total",
    "lastWorkflowConclusion",
    "lastWorkflowRunId",
    "latestCommitSha",
    "repoState",
];
